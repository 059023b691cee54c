"""Kerberos tickets with their descent: what issued each one, who showed it where, what came out of it."""

from typing import Literal

from msgspec import Struct

from app.model.entity import EntityRef

Told = Literal["packets", "log"]
TicketKind = Literal["granting", "referral", "service"]
Deed = Literal["issued", "asked", "renewed", "forwarded", "shown", "validated"]
"""issued: an AS or TGS reply carried it. asked, renewed, forwarded: a TGS request presented it, for a service ticket, for itself
anew, for a copy to be forwarded. shown: an AP request presented it to a service."""
Oddity = Literal["two hosts", "never issued", "alert", "altered"]
Seen = Literal["issued", "not covered", "covered"]
"""Whether its issue was seen: it was; it was not, and not all the time in which it may lie was recorded; it was not although."""


ETYPES: dict[int, str] = {
    1: "DES-CBC-CRC",
    2: "DES-CBC-MD4",
    3: "DES-CBC-MD5",
    16: "3DES",
    17: "AES128",
    18: "AES256",
    19: "AES128-SHA2",
    20: "AES256-SHA2",
    23: "RC4",
    24: "RC4-EXP",
    25: "Camellia128",
    26: "Camellia256",
    -133: "RC4 (old)",
    -128: "RC4-MD4",
    -135: "RC4-EXP (old)",
}
"""Encryption types (RFC 3961 section 8, RFC 4757)."""
WEAK_ETYPES = frozenset({1, 2, 3, 23, 24, -128, -133, -135})
"""DES and RC4 in all their numbers."""


def etype_name(number: int | None) -> str:
    """Name of an encryption type; empty where it is not told."""
    return "" if number is None else ETYPES.get(number, f"encryption type {number}")


class Exchange(Struct, frozen=True, kw_only=True, gc=False):
    """One activity of a ticket. id: of the activity. at: UTC microseconds. ticket: TicketNode.id. made: id of the ticket it made.

    carrier: what carried an AP request (smb2, ldap, ...), or the event of a log ("4769"). reason: why it failed.
    frame: first frame, with is_record the record. input: key. alerted: an alert rests on it.
    """

    id: str
    at: int
    ticket: str
    deed: Deed
    origin: EntityRef | None
    address: str
    target: EntityRef | None
    service: str = ""
    carrier: str = ""
    result: str = "success"
    reason: str = ""
    etype: int | None = None
    made: str = ""
    told: Told = "packets"
    input: str = ""
    frame: int | None = None
    is_record: bool = False
    alerted: bool = False


class Host(Struct, frozen=True, kw_only=True):
    """A computer from which a ticket came. addresses: those it had then. first, last: of what came from it, UTC microseconds.

    how, certainty: how its name is known. received: the ticket was issued to it. apart: nothing explains that it is another
    computer than the one that received the ticket. why: one sentence about how it stands to that one, "" for that one itself.
    """

    ref: EntityRef
    addresses: tuple[str, ...]
    first: int
    last: int
    count: int
    how: str = ""
    certainty: str = "low"
    received: bool = False
    apart: bool = False
    why: str = ""


class TicketNode(Struct, frozen=True, kw_only=True):
    """One ticket. id: fingerprint of its sealed part as packets show it, "log:" and its hash or record as a log tells it.

    told: who tells of it;  parent: id of the ticket that was shown to get it; evidence:
    of the ticket shown on behalf of its client (S4U2proxy). client: None where nothing names it. requested: encryption types that
    the client offered; etype: of the ticket (the service's key), reply_etype: of the reply (the client's key or that of the
    ticket shown), session_etype: of the session key, which only an opened ticket or a log tells. start, end, renew_till: UTC
    microseconds, told by an opened ticket only; asked_till, asked_renew: what the request asked for. flags, options, notes: in
    words. opened: "" never tried, else Decrypted of app.model.pac. held: (name, value) of what an opened ticket holds.
    exchanges: all of it in order of time. seen: whether its issue was; about: a sentence on that.
    """

    id: str
    kind: TicketKind
    told: Told
    client: EntityRef | None
    name: str
    realm: str
    service: str
    exchange: str = ""
    parent: str = ""
    evidence: str = ""
    issuer: EntityRef | None = None
    issued: int | None = None
    etype: int | None = None
    reply_etype: int | None = None
    session_etype: int | None = None
    requested: tuple[int, ...] = ()
    kvno: int | None = None
    size: int | None = None
    start: int | None = None
    end: int | None = None
    renew_till: int | None = None
    asked_till: int | None = None
    asked_renew: int | None = None
    flags: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    opened: str = ""
    held: tuple[tuple[str, str], ...] = ()
    hosts: tuple[Host, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    first: int = 0
    last: int = 0
    seen: Seen = "issued"
    about: str = ""
    odd: tuple[Oddity, ...] = ()
    alerts: tuple[str, ...] = ()

    @property
    def uses(self) -> int:
        """How often it was shown, to a KDC or to a service."""
        return sum(one.deed != "issued" for one in self.exchanges)

    @property
    def apart(self) -> tuple[Host, ...]:
        """Hosts that used it though another computer received it."""
        return tuple(one for one in self.hosts if one.apart)


class Refusals(Struct, frozen=True, kw_only=True):
    """Requests for a first ticket that gave none: from one host within one span. accounts: how many different names."""

    origin: EntityRef | None
    address: str
    first: int
    last: int
    count: int
    accounts: int
    answered: int
    proof: str
    reasons: tuple[tuple[str, int], ...] = ()


class Genealogy(Struct, frozen=True, kw_only=True):
    """Tickets by time, oldest first. exchanges: read; total: how many there are in the span; cut: not all were read.

    first, last: of what was read, UTC microseconds.
    """

    tickets: tuple[TicketNode, ...] = ()
    refusals: tuple[Refusals, ...] = ()
    exchanges: int = 0
    total: int = 0
    cut: bool = False
    first: int = 0
    last: int = 0
