"""The user's keys while one input is read: which opens what, and what was opened already."""

from collections import OrderedDict
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from app.model.activity import Account
from app.model.pac import Pac, TicketFacts
from app.sensor.decoders.crypto.kerberos import RC4, decrypt
from app.sensor.decoders.crypto.pac_signatures import verdicts
from app.sensor.decoders.kerberos_opened import OpenTicket, open_ticket, without_pac
from app.sensor.decoders.kerberos_sealed import Sealed
from app.sensor.decoders.kerberos_ticket import fingerprint
from app.sensor.decoders.keytab import Entry, Key, Keys
from app.sensor.decoders.pac import read

TICKET = 2
"""Key usage of a ticket (RFC 4120 section 7.5.1), as are the numbers below."""
AS_REPLY, TGS_AUTHENTICATOR, TGS_REPLY, TGS_REPLY_SUBKEY, AP_AUTHENTICATOR, AP_REPLY, PA_TIMESTAMP = 3, 7, 8, 9, 11, 12, 1
FAST_REPLY = 52
"""KEY_USAGE_FAST_REP (RFC 6113 section 5.4.3)."""

_REMEMBERED = 4096
_MOST_LEARNED = 65_536
_MOST_TRIES = 4096
"""Keys that are tried on one ticket when none of them has its service's name."""
_MOST_MISSES = 8
"""Tickets of one service that are tried with all keys before only keys of its name are."""
_NO_KEY = TicketFacts(decrypted="no key")
_WRONG_KEY = TicketFacts(decrypted="wrong key")


class Opened(Struct, frozen=True, gc=False):
    """An opened ticket, or why it was not. session: its session key, which never leaves the conversations."""

    facts: TicketFacts
    pac: Pac | None = None
    session: Key | None = None

    @property
    def account(self) -> Account | None:
        """Whose ticket it is."""
        facts = self.facts
        if not facts.client or facts.decrypted != "yes":
            return None
        return Account(name=facts.client, domain=facts.realm, sid=self.pac.sid if self.pac else None)

    def __repr__(self) -> str:
        return f"Opened({self.facts.decrypted})"

    __str__ = __repr__


class Keyring:
    """Finds keys by principal, version and encryption type. One for each input, so that inputs do not influence one another."""

    def __init__(self, keys: Keys) -> None:
        self._named: dict[tuple[str, str], list[Entry]] = {}
        self._typed: dict[int, list[Entry]] = {}
        for entry in keys.entries:
            self._named.setdefault((entry.realm.lower(), entry.principal.lower()), []).append(entry)
            self._typed.setdefault(entry.key.etype, []).append(entry)
        self._opened: OrderedDict[bytes, Opened] = OrderedDict()
        self._learned: OrderedDict[str, Key] = OrderedDict()
        self._servers: dict[tuple[str, str, int], Entry] = {}
        self._misses: dict[tuple[str, str, int], int] = {}

    def ticket(self, sealed: Sealed) -> Opened:
        """The ticket, opened where one of the keys fits."""
        known = self._opened.get(sealed.cipher)
        if known is None:
            known = self._opened[sealed.cipher] = self._open(sealed)
            if len(self._opened) > _REMEMBERED:
                self._opened.popitem(last=False)
        if known.session is None and (session := self._learned.get(fingerprint(sealed.cipher))) is not None:
            return replace(known, session=session)
        return known

    def learn(self, ticket: Sealed, session: Key) -> None:
        """The session key of a ticket, which its client was told when it was issued: it serves where the ticket stays shut."""
        self._learned[fingerprint(ticket.cipher)] = session
        if len(self._learned) > _MOST_LEARNED:
            self._learned.popitem(last=False)

    def client(self, name: str | None, realm: str | None, etype: int | None) -> list[Key]:
        """Keys of an account, its newest first; name without regard to case, with or without its realm."""
        if not name:
            return []
        bare, _, domain = name.partition("@")
        found = self._named.get(((realm or domain).lower(), bare.lower()), [])
        return [one.key for one in sorted(found, key=lambda one: -one.kvno) if etype is None or one.key.etype == etype]

    def hashes(self, user: str, domain: str | None) -> list[bytes]:
        """NT hashes of a user, which are his RC4 keys; those of realms that the domain's name fits first."""
        bare = user.partition("@")[0].lower()
        flat = (domain or "").lower()
        found = [
            (not (flat and (realm == flat or realm.split(".")[0] == flat)), -one.kvno, one.key.value)
            for (realm, name), entries in self._named.items()
            if name == bare
            for one in entries
            if one.key.etype == RC4
        ]
        return [value for _, _, value in sorted(found)]

    def _open(self, sealed: Sealed) -> Opened:
        wrong = False
        for entry, exact in self._candidates(sealed):
            plain = decrypt(entry.key, TICKET, sealed.cipher)
            opened = open_ticket(plain) if plain is not None else None
            if plain is not None and opened is not None:
                self._servers[self._service(sealed)] = entry
                return self._told(entry, plain, opened, sealed)
            wrong = wrong or exact
        return Opened(_WRONG_KEY if wrong else _NO_KEY)

    @staticmethod
    def _service(sealed: Sealed) -> tuple[str, str, int]:
        return sealed.realm.lower(), sealed.service.lower(), sealed.etype or 0

    def _candidates(self, sealed: Sealed) -> Iterator[tuple[Entry, bool]]:
        """(entry, it is the very key that the ticket names): by name first, then any other of the type."""
        service = self._service(sealed)
        realm, name, etype = service
        tried: set[int] = set()
        before = self._servers.get(service)
        own = {name, "krbtgt"} if name == f"krbtgt/{realm}" else {name}  # directories call the account without its realm
        named = [one for principal in sorted(own) for one in self._named.get((realm, principal), ()) if one.key.etype == etype]
        if before is not None and before not in named:
            named.append(before)
        host = name.split("/")
        if len(host) > 1:  # a service of a computer mostly has the computer's own key
            named += [one for one in self._named.get((realm, f"{host[1].split('.')[0]}$"), ()) if one.key.etype == etype]
        for entry in sorted(named, key=lambda one: (one.kvno != sealed.kvno, -one.kvno)):
            if id(entry) not in tried:
                tried.add(id(entry))
                yield entry, entry.principal.lower() in own and sealed.kvno is not None and entry.kvno == sealed.kvno
        if self._misses.get(service, 0) >= _MOST_MISSES:
            return
        for entry in self._typed.get(etype, ())[:_MOST_TRIES]:
            if id(entry) not in tried:
                yield entry, False
        if len(self._misses) < _REMEMBERED:
            self._misses[service] = self._misses.get(service, 0) + 1

    def _told(self, entry: Entry, plain: bytes, opened: OpenTicket, sealed: Sealed) -> Opened:
        facts = TicketFacts(
            decrypted="yes",
            opened_with=f"{entry.principal}@{entry.realm} {entry.kvno}",
            client=opened.client,
            realm=opened.realm,
            session_etype=opened.key.etype if opened.key else None,
            flags=opened.flags,
            authenticated=opened.authenticated,
            start=opened.start,
            end=opened.end,
            renew_till=opened.renew_till,
            transited=opened.transited,
            addresses=opened.addresses,
            authorization_types=opened.authorization_types,
        )
        pac = None
        if opened.pac is not None:
            data = plain[opened.pac[0] : opened.pac[1]]
            told = read(data, sealed.service.lower().startswith("krbtgt/"))
            realm = sealed.realm.lower()
            keys = [one.key for name in (f"krbtgt/{realm}", "krbtgt") for one in self._named.get((realm, name), ())]
            server, kdc, ticket, full = verdicts(data, told.signatures, entry.key, keys, without_pac(plain, opened))
            pac = replace(told.pac, server_signature=server, kdc_signature=kdc, ticket_signature=ticket, full_signature=full)
        return Opened(facts, pac, opened.key)
