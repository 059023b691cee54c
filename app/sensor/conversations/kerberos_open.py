"""What an exchange with the KDC tells beyond its outside, where the user's keys open its sealed parts."""

from msgspec.structs import replace

from app.model.activity import Account
from app.model.details import KerberosAs, KerberosTgs
from app.model.pac import Decrypted
from app.sensor.conversations.keyring import AS_REPLY, PA_TIMESTAMP, Keyring
from app.sensor.decoders.crypto.kerberos import decrypt
from app.sensor.decoders.kerberos_sealed import Parts, Sealed, parts, timestamp



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
    key, at = _client(ring, detail, asked.timestamp, answer.reply)
    detail = replace(detail, client_key=key, client_time=at)
    if answer.ticket is None:
        return detail, account
    issued = ring.ticket(answer.ticket)
    return replace(detail, ticket=issued.facts, pac=issued.pac), issued.account or account


def _client(
    ring: Keyring, detail: KerberosAs, stamp: Sealed | None, reply: Sealed | None
) -> tuple[Decrypted | None, int | None]:
    """(whether a key of the client opens what is sealed with it, the time in its timestamp). FAST and PKINIT use other keys."""
    if detail.fast or detail.pkinit or (stamp is None and reply is None):
        return None, None
    any_key = False
    for sealed, usage in ((stamp, PA_TIMESTAMP), (reply, AS_REPLY)):
        if sealed is None:
            continue
        for key in ring.client(detail.client, detail.realm, sealed.etype):
            any_key = True
            plain = decrypt(key, usage, sealed.cipher)
            if plain is not None:
                return "yes", timestamp(plain) if sealed is stamp else None
    return ("wrong key" if any_key else "no key"), None


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
    if answer.ticket is not None:
        issued = ring.ticket(answer.ticket)
        detail = replace(detail, ticket=issued.facts, pac=issued.pac)
    return detail, account


def parts_of(data: bytes | None, mark: int) -> Parts:
    """Sealed parts of a message with its framing of mark bytes; of no message none."""
    return Parts() if data is None else parts(data, mark)
