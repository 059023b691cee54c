"""What an exchange with the KDC tells beyond its outside, where the user's keys open its sealed parts."""

from msgspec.structs import replace

from app.model.activity import Account
from app.model.details import KerberosAs, KerberosTgs
from app.model.pac import Decrypted
from app.sensor.conversations.keyring import (
    AP_AUTHENTICATOR,
    AS_REPLY,
    FAST_REPLY,
    PA_TIMESTAMP,
    TGS_AUTHENTICATOR,
    TGS_REPLY,
    TGS_REPLY_SUBKEY,
    Keyring,
)
from app.sensor.decoders.crypto.fast import combined
from app.sensor.decoders.crypto.kerberos import decrypt
from app.sensor.decoders.kerberos_opened import open_authenticator, reply_key, strengthen_key, timestamp
from app.sensor.decoders.kerberos_sealed import Parts, Sealed, parts
from app.sensor.decoders.keytab import Key


def opened(
    ring: Keyring, detail: KerberosAs | KerberosTgs, account: Account | None, asked: Parts, answer: Parts
) -> tuple[KerberosAs | KerberosTgs, Account | None]:
    """The detail and its account, with what the keys open of request and reply."""
    if isinstance(detail, KerberosAs):
        return _opened_as(ring, detail, account, asked, answer)
    return _opened_tgs(ring, detail, account, asked, answer)


def _opened_as(
    ring: Keyring, detail: KerberosAs, account: Account | None, asked: Parts, answer: Parts
) -> tuple[KerberosAs, Account | None]:
    """The detail and its account, with what is in the issued ticket and whether the client used the key that we have."""
    key, at = _client(ring, detail, asked, answer)
    detail = replace(detail, client_key=key, client_time=at)
    if answer.ticket is None:
        return detail, account
    issued = ring.ticket(answer.ticket)
    return replace(detail, ticket=issued.facts, pac=issued.pac), issued.account or account


def _client(ring: Keyring, detail: KerberosAs, asked: Parts, answer: Parts) -> tuple[Decrypted | None, int | None]:
    """(whether a key of the client opens what is sealed with it, the time in its timestamp). PKINIT uses other keys."""
    if detail.pkinit or (asked.timestamp is None and answer.reply is None):
        return None, None
    any_key = fits = False
    at = None
    if asked.timestamp is not None:
        for key in ring.client(detail.client, detail.realm, asked.timestamp.etype):
            any_key = True
            if (plain := decrypt(key, PA_TIMESTAMP, asked.timestamp.cipher)) is not None:
                fits, at = True, timestamp(plain)
                break
    if answer.reply is not None:
        stronger = _strengthen(ring, None, asked, answer)
        if answer.fast is not None and stronger is None:
            return ("yes" if fits else None), at
        for key in ring.client(detail.client, detail.realm, answer.reply.etype):
            any_key = True
            used = combined(stronger, key, b"strengthenkey", b"replykey") if stronger is not None else key
            if used is not None and (plain := decrypt(used, AS_REPLY, answer.reply.cipher)) is not None:
                fits = True
                _learn(ring, answer, plain)
                break
    return ("yes" if fits else "wrong key" if any_key else "no key"), at


def _strengthen(ring: Keyring, shown: tuple[Key, Key | None] | None, asked: Parts, answer: Parts) -> Key | None:
    """The key by which FAST makes the reply's key stronger (RFC 6113 section 5.4.3); None without FAST or its armor key.

    shown: session key and subkey of the ticket in a TGS-REQ, which is the armor where the request names no other.
    """
    if answer.fast is None:
        return None
    subkey: Key | None
    if asked.armor_ticket is not None:
        session = ring.ticket(asked.armor_ticket).session
        subkey = _subkey(session, AP_AUTHENTICATOR, asked.armor_authenticator)
    else:
        session, subkey = shown or (None, None)
    if session is None or subkey is None:
        return None
    armor = combined(subkey, session, b"subkeyarmor", b"ticketarmor")
    plain = decrypt(armor, FAST_REPLY, answer.fast.cipher) if armor is not None else None
    return strengthen_key(plain) if plain is not None else None


def _subkey(session: Key | None, usage: int, authenticator: Sealed | None) -> Key | None:
    """Subkey of an authenticator."""
    if session is None or authenticator is None:
        return None
    plain = decrypt(session, usage, authenticator.cipher)
    told = open_authenticator(plain) if plain is not None else None
    return told.subkey if told is not None else None


def _learn(ring: Keyring, answer: Parts, plain: bytes) -> None:
    """Keep the session key that the opened part of a reply brings with the ticket beside it."""
    session = reply_key(plain)
    if session is not None and answer.ticket is not None:
        ring.learn(answer.ticket, session)


def _opened_tgs(
    ring: Keyring, detail: KerberosTgs, account: Account | None, asked: Parts, answer: Parts
) -> tuple[KerberosTgs, Account | None]:
    """The detail and its account, with what is in the ticket that was shown and in the one that was issued."""
    if asked.ticket is not None:
        shown = ring.ticket(asked.ticket)
        detail = replace(detail, presented_ticket=shown.facts, presented_pac=shown.pac)
        account = account or shown.account
        if account is not None and account.sid is None and shown.account is not None and shown.account.name == account.name:
            account = replace(account, sid=shown.account.sid)
        if shown.session is not None and answer.reply is not None:
            _open_reply(ring, shown.session, asked, answer, answer.reply)
    if answer.ticket is not None:
        issued = ring.ticket(answer.ticket)
        detail = replace(detail, ticket=issued.facts, pac=issued.pac)
    return detail, account


def _open_reply(ring: Keyring, session: Key, asked: Parts, answer: Parts, reply: Sealed) -> None:
    """The part of a TGS-REP for the client: sealed with the authenticator's subkey where it has one (RFC 4120 section 5.4.2)."""
    subkey = _subkey(session, TGS_AUTHENTICATOR, asked.authenticator)
    key: Key | None = subkey or session
    if answer.fast is not None and key is not None:
        stronger = _strengthen(ring, (session, subkey), asked, answer)
        key = combined(stronger, key, b"strengthenkey", b"replykey") if stronger is not None else None
    plain = decrypt(key, TGS_REPLY_SUBKEY if subkey else TGS_REPLY, reply.cipher) if key is not None else None
    if plain is not None:
        _learn(ring, answer, plain)


def parts_of(data: bytes | None, mark: int) -> Parts:
    """Sealed parts of a message with its framing of mark bytes; of no message none."""
    return Parts() if data is None else parts(data, mark)
