"""Which Kerberos ticket was issued to whom, when and where: fingerprint to holder."""

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from app.engine.knowledge.names import LONGEST
from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

TICKETS = 200_000
"""Tickets kept; a domain of a thousand computers issues about this many in a day."""


REALMS = 4_000
DEEPEST = 8
"""Tickets behind one another that are asked whose they are: a person's, one forwarded from it, renewals of that."""
AES = frozenset({17, 18, 19, 20})


class Ticket(Struct, frozen=True, kw_only=True, gc=False):
    """One issued ticket. at: UTC microseconds of its issue; ip: who received it.

    last: when the same issue was seen last; later than at only where copies of a recording lie behind one another.
    also: other addresses at which the same issue was seen, as where a recording holds both sides of an address translation.
    """

    hash: str
    client: str
    realm: str
    service: str
    ip: str
    etype: int | None
    exchange: str
    at: int
    last: int
    proof: str
    also: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def is_own_tgt(service: str | None, realm: str | None) -> bool:
    """True for krbtgt/REALM of REALM itself, False for referral tickets between realms, whose keys are another matter."""
    name, _, instance = (service or "").split("@")[0].partition("/")
    return name.lower() == "krbtgt" and bool(instance) and instance.lower() == (realm or "").lower()


class Tickets:
    """Fold of issued tickets. Key of a row: (hash, client, realm, service, address, etype, exchange).

    used: ticket-granting tickets that the KDC accepted, by (realm, etype).
    parents: (hash, the ticket that was shown for it) of those that were issued inside FAST, where the reply names nobody
    (RFC 6113 section 5.4.3); they are the holder's of the ticket that was shown.
    """

    def __init__(self) -> None:
        self.tally = Tally(TICKETS)
        self.used = Tally(REALMS)
        self.parents = Tally(TICKETS)
        self._version = -1
        self._by_hash: dict[str, Ticket] = {}
        self._granting: dict[str, list[int]] = {}
        self._used = -1

    def issued(
        self, hash: str, client: str, realm: str, service: str, etype: int | None, exchange: str, activity: Activity
    ) -> None:
        """A reply carried this ticket."""
        ip = activity.source.ip if activity.source else ""
        self.tally.add((hash, client[:LONGEST], realm[:LONGEST], service[:LONGEST], ip, etype, exchange), activity)

    def issued_for(
        self, hash: str, parent: str, realm: str, service: str, etype: int | None, exchange: str, activity: Activity
    ) -> None:
        """A reply carried this ticket for the holder of another one, whom it does not name."""
        self.parents.add((hash, parent), activity)
        self.issued(hash, "", realm, service, etype, exchange, activity)

    def accepted(self, realm: str, etype: int, activity: Activity) -> None:
        """The KDC accepted a ticket-granting ticket of its own realm."""
        self.used.add((realm.lower()[:LONGEST], etype), activity)

    def granting(self, realm: str) -> tuple[int, int]:
        """(AES, weaker) ticket-granting tickets of a realm: AES ones that were issued or accepted, weaker ones issued."""
        self.find("")
        if self._used != self.used.changes:
            self._granting = {}
            for (name, etype), seen in self.used.rows():
                if etype in AES:
                    self._granting.setdefault(str(name), [0, 0])[0] += seen[2]
            for one in self._by_hash.values():
                if one.etype is not None and is_own_tgt(one.service, one.realm):
                    self._granting.setdefault(one.realm.lower(), [0, 0])[one.etype not in AES] += 1
            self._used = self.used.changes
        strong, weak = self._granting.get(realm, (0, 0))
        return strong, weak

    def find(self, hash: str | None) -> Ticket | None:
        """The ticket of a fingerprint; its first issue where a copy was seen twice."""
        if hash is None:
            return None
        version = self.tally.changes + self.parents.changes
        if self._version != version:
            self._by_hash = {}
            for key, seen in self.tally.rows():
                number = key[5]
                one = Ticket(
                    hash=str(key[0]), client=str(key[1]), realm=str(key[2]), service=str(key[3]), ip=str(key[4]),
                    etype=number if isinstance(number, int) else None, exchange=str(key[6]), at=seen[0], last=seen[1],
                    proof=seen[3],
                )  # fmt: skip
                old = self._by_hash.get(one.hash)
                if old is not None:
                    first, last = sorted((old, one), key=lambda issue: (issue.at, issue.proof))
                    ips = {*first.also, last.ip, *last.also} - {first.ip}
                    named = first if first.client else last
                    one = replace(
                        first, client=named.client, realm=named.realm, last=max(first.last, last.last), also=tuple(sorted(ips))
                    )
                self._by_hash[one.hash] = one
            self._name()
            self._version, self._used = version, -1
        return self._by_hash.get(hash)

    def _name(self) -> None:
        """Give tickets that name nobody their holders; those whose holder nobody knows stay unknown."""
        parents = {str(hash): str(parent) for (hash, parent), _ in sorted(self.parents.rows(), reverse=True)}
        for hash in [one.hash for one in self._by_hash.values() if not one.client]:
            parent: Ticket | None = self._by_hash[hash]
            for _ in range(DEEPEST):
                if parent is None or parent.client:
                    break
                parent = self._by_hash.get(parents.get(parent.hash, ""))
            if parent is not None and parent.client:
                self._by_hash[hash] = replace(self._by_hash[hash], client=parent.client, realm=parent.realm)
        self._by_hash = {hash: one for hash, one in self._by_hash.items() if one.client}

    def all(self) -> list[Ticket]:
        """Every ticket, by time of issue."""
        self.find("")
        return sorted(self._by_hash.values(), key=lambda one: (one.at, one.hash))
