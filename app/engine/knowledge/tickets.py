"""Which Kerberos ticket was issued to whom, when and where: fingerprint to holder."""

from msgspec import Struct

from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

TICKETS = 200_000
"""Tickets kept; a domain of a thousand computers issues about this many in a day."""


REALMS = 4_000
AES = frozenset({17, 18, 19, 20})


class Ticket(Struct, frozen=True, kw_only=True, gc=False):
    """One issued ticket. at: UTC microseconds of its issue; ip: who received it; till as asked for (KDCs may give less)."""

    hash: str
    client: str
    realm: str
    service: str
    ip: str
    etype: int | None
    exchange: str
    at: int
    proof: str


def is_own_tgt(service: str | None, realm: str | None) -> bool:
    """True for krbtgt/REALM of REALM itself, False for referral tickets between realms, whose keys are another matter."""
    name, _, instance = (service or "").split("@")[0].partition("/")
    return name.lower() == "krbtgt" and bool(instance) and instance.lower() == (realm or "").lower()


class Tickets:
    """Fold of issued tickets. Key of a row: (hash, client, realm, service, address, etype, exchange).

    used: ticket-granting tickets that the KDC accepted, by (realm, etype).
    """

    def __init__(self) -> None:
        self.tally = Tally(TICKETS)
        self.used = Tally(REALMS)
        self._version = -1
        self._by_hash: dict[str, Ticket] = {}

    def issued(
        self, hash: str, client: str, realm: str, service: str, etype: int | None, exchange: str, activity: Activity
    ) -> None:
        """A reply carried this ticket."""
        ip = activity.source.ip if activity.source else ""
        self.tally.add((hash, client, realm, service, ip, etype, exchange), activity)

    def accepted(self, realm: str, etype: int, activity: Activity) -> None:
        """The KDC accepted a ticket-granting ticket of its own realm."""
        self.used.add((realm.lower(), etype), activity)

    def granting(self, realm: str) -> tuple[int, int]:
        """(AES, weaker) ticket-granting tickets of a realm: AES ones that were issued or accepted, weaker ones issued."""
        strong = weak = 0
        for (name, etype), seen in self.used.rows():
            if name == realm and etype in AES:
                strong += seen[2]
        self.find("")
        for one in self._by_hash.values():
            if one.realm.lower() == realm and is_own_tgt(one.service, one.realm) and one.etype is not None:
                strong += one.etype in AES
                weak += one.etype not in AES
        return strong, weak

    def find(self, hash: str | None) -> Ticket | None:
        """The ticket of a fingerprint; its first issue where a copy was seen twice."""
        if hash is None:
            return None
        if self._version != self.tally.changes:
            self._by_hash = {}
            for key, seen in self.tally.rows():
                number = key[5]
                one = Ticket(
                    hash=str(key[0]), client=str(key[1]), realm=str(key[2]), service=str(key[3]), ip=str(key[4]),
                    etype=number if isinstance(number, int) else None, exchange=str(key[6]), at=seen[0], proof=seen[3],
                )  # fmt: skip
                old = self._by_hash.get(one.hash)
                if old is None or (one.at, one.proof) < (old.at, old.proof):
                    self._by_hash[one.hash] = one
            self._version = self.tally.changes
        return self._by_hash.get(hash)

    def all(self) -> list[Ticket]:
        """Every ticket, by time of issue."""
        self.find("")
        return sorted(self._by_hash.values(), key=lambda one: (one.at, one.hash))
