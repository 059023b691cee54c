"""Security contexts that the user's keys open: what a Kerberos or NTLM authentication agreed on, and what it sealed."""

from typing import Any

from app.model.activity import Account
from app.model.pac import Pac, TicketFacts
from app.sensor.conversations.keyring import AP_AUTHENTICATOR, AP_REPLY, Keyring
from app.sensor.decoders.crypto import gss, ntlm
from app.sensor.decoders.crypto.kerberos import decrypt
from app.sensor.decoders.kerberos_opened import open_authenticator, reply_key
from app.sensor.decoders.kerberos_sealed import parts
from app.sensor.decoders.keytab import Key
from app.sensor.decoders.ntlm import secrets

_NTLM_SIGNATURE = 16


class KerberosSecurity:
    """Context of one AP exchange (RFC 4121). facts, pac, account: of the ticket, whether it could be opened or not."""

    streams = False
    """Whether messages can only be opened one after the other, none left out."""

    def __init__(self, ring: Keyring, data: bytes, start: int, stop: int) -> None:
        self.facts: TicketFacts | None = None
        self.pac: Pac | None = None
        self.account: Account | None = None
        self._session: Key | None = None
        self._subkey: Key | None = None
        self._answered: Key | None = None
        shown = parts(data, start, stop)
        if shown.ticket is None:
            return
        opened = ring.ticket(shown.ticket)
        self.facts, self.pac, self.account, self._session = opened.facts, opened.pac, opened.account, opened.session
        if self._session is not None and shown.authenticator is not None:
            plain = decrypt(self._session, AP_AUTHENTICATOR, shown.authenticator.cipher)
            told = open_authenticator(plain) if plain is not None else None
            self._subkey = told.subkey if told else None

    def answered(self, data: bytes, start: int, stop: int) -> None:
        """The service's AP-REP, which may bring a key of its own."""
        sealed = parts(data, start, stop).reply
        if self._session is not None and sealed is not None:
            plain = decrypt(self._session, AP_REPLY, sealed.cipher)
            if plain is not None:
                self._answered = reply_key(plain) or self._answered

    @property
    def keys(self) -> list[Key]:
        """Keys that may seal, the likeliest first."""
        return [one for one in (self._answered, self._subkey, self._session) if one is not None]

    def unwrap(self, from_client: bool, token: bytes) -> bytes | None:
        """Text of a wrap token, as LDAP carries it."""
        return next((plain for key in self.keys if (plain := gss.unwrap(key, token)) is not None), None)

    def unseal(self, from_client: bool, token: bytes, sealed: bytes, before: bytes, behind: bytes) -> bytes | None:
        """Text that was sealed in place, as RPC does; before and behind: the rest of the unit, which may be signed, too."""
        return next((plain for key in self.keys if (plain := gss.unseal(key, token, sealed)) is not None), None)

    def __repr__(self) -> str:
        return "KerberosSecurity()"


class NtlmSecurity:
    """Context of one NTLM authentication (MS-NLMP), whose hash is among the keys."""

    streams = True
    facts = pac = account = None

    def __init__(self, key: bytes, flags: int) -> None:
        self._key = key
        self._directions = {client: ntlm.Sealing(key, flags, client) for client in (True, False)}

    @property
    def keys(self) -> list[Key]:
        """The exported session key."""
        return [Key(0, self._key)]

    def answered(self, data: bytes, start: int, stop: int) -> None:
        """Nothing comes after the client's last word."""

    def unwrap(self, from_client: bool, token: bytes) -> bytes | None:
        """Text of a buffer with its signature before it."""
        return self._directions[from_client].open(token[:_NTLM_SIGNATURE], token[_NTLM_SIGNATURE:])

    def unseal(self, from_client: bool, token: bytes, sealed: bytes, before: bytes, behind: bytes) -> bytes | None:
        """Text that was sealed in place."""
        return self._directions[from_client].open(token, sealed, ((before, behind), (b"", b"")))

    def __repr__(self) -> str:
        return "NtlmSecurity()"


Security = KerberosSecurity | NtlmSecurity


def ntlm_security(ring: Keyring, data: bytes, start: int, stop: int, said: Any, challenge: Any) -> NtlmSecurity | None:
    """Context of a client's answer (the decoded said) to challenge; None when no hash of that user made it."""
    held = secrets(data, start, stop)
    if held is None or not said.user or challenge is None:
        return None
    response, sealed_key = held
    flags = said.flags if said.flags is not None else challenge.flags
    for nt_hash in ring.hashes(said.user, said.domain):
        key = ntlm.session_key(
            nt_hash, said.user, said.domain or "", bytes.fromhex(challenge.challenge), response, sealed_key, flags
        )
        if key is not None:
            return NtlmSecurity(key, flags)
    return None
