"""Which Kerberos ticket was issued to whom, when and where: fingerprint to holder."""

from msgspec import Struct

from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

TICKETS = 200_000
"""Tickets kept; a domain of a thousand computers issues about this many in a day."""


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


class Tickets:
    """Fold of issued tickets. Key of a row: (hash, client, realm, service, address, etype, exchange)."""

    def __init__(self) -> None:
        self.tally = Tally(TICKETS)
        self._version = -1
        self._by_hash: dict[str, Ticket] = {}

    def issued(
        self, hash: str, client: str, realm: str, service: str, etype: int | None, exchange: str, activity: Activity
    ) -> None:
        """A reply carried this ticket."""
        ip = activity.source.ip if activity.source else ""
        self.tally.add((hash, client, realm, service, ip, etype, exchange), activity)

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
