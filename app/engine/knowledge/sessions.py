"""VPN sessions that RADIUS accounting tells: which user had which framed address, from where, when."""

from msgspec import Struct

from app.engine.knowledge.names import LONGEST, account_parts
from app.engine.knowledge.tally import Tally
from app.model.activity import Activity
from app.model.details import RadiusAccounting

SESSIONS = 100_000
SECOND, MINUTE = 1_000_000, 60_000_000
RESTARTS = frozenset({"accounting-on", "accounting-off"})
"""Records by which a gateway says that all its sessions are over (RFC 2866 section 5.1)."""


class Session(Struct, frozen=True, kw_only=True, gc=False):
    """One session. start, end: UTC microseconds; end is the last time that anything shows it open, over: it was closed then.

    user: (name, domain) as said. outside: the client's own address. place: where that is, if a GeoIP file told.
    """

    nas: str
    session: str
    user: tuple[str, str]
    framed: tuple[str, ...]
    outside: tuple[str, ...]
    client: str
    place: str
    start: int
    end: int
    over: bool
    proof: str


class Sessions:
    """Fold of accounting records. Key of a row: (gateway, session, name, domain, framed address, outside address, client,
    place, status, seconds). Seconds are kept of the end of a session only, where they tell a start that was not seen."""

    def __init__(self) -> None:
        self.tally = Tally(SESSIONS)
        self._version = -1
        self._all: list[Session] = []
        self._by_address: dict[str, list[Session]] = {}
        self._by_user: dict[tuple[str, str], list[Session]] = {}

    def learn(self, activity: Activity, detail: RadiusAccounting) -> None:
        """One accounting record."""
        status = detail.status.lower()
        gateway = detail.nas or detail.nas_identifier or (activity.source.ip if activity.source else "")
        if status in RESTARTS:
            self.tally.add((gateway, "", "", "", "", "", "", "", status, activity.at // MINUTE), activity)
            return
        name, domain = account_parts(activity.account.name, activity.account.domain) if activity.account else ("", "")
        outside = detail.tunnel_client or detail.calling_station or ""
        texts = (gateway, detail.session or "", name, domain, detail.framed_ip or "", outside, detail.client_name or "",
                 detail.place or "", status)  # fmt: skip
        seconds = detail.session_seconds or 0 if status == "stop" else 0
        self.tally.add((*(text[:LONGEST] for text in texts), max(0, min(seconds, 10**9))), activity)

    def settle(self) -> None:
        """Bring the sessions up to date with the tally."""
        if self._version == self.tally.changes:
            return
        restarts: dict[str, list[int]] = {}
        rows: dict[tuple[str, str, str, str], list[tuple[tuple[str, ...], int, int, int, str]]] = {}
        for key, seen in self.tally.rows():
            texts = tuple(str(part) for part in key[:9])
            if texts[8] in RESTARTS:
                restarts.setdefault(texts[0], []).append(seen[0])
            else:
                rows.setdefault((texts[0], texts[1], texts[2], texts[3]), []).append(
                    (texts, int(str(key[9])), seen[0], seen[1], seen[3])
                )
        made = [_session(head, said, sorted(restarts.get(head[0], ()))) for head, said in rows.items()]
        made.sort(key=lambda one: (one.start, one.nas, one.session, one.user))
        self._by_address, self._by_user = {}, {}
        for one in made:
            for address in one.framed:
                self._by_address.setdefault(address, []).append(one)
            if one.user[0]:
                self._by_user.setdefault(one.user, []).append(one)
        self._all = made
        self._version = self.tally.changes

    def pool(self) -> set[str]:
        """Addresses that a gateway gave to clients."""
        self.settle()
        return set(self._by_address)

    def of_address(self, address: str) -> list[Session]:
        """Sessions that had this framed address, by start."""
        self.settle()
        return self._by_address.get(address, [])

    def users(self) -> dict[tuple[str, str], list[Session]]:
        """(name, domain as said) to sessions, by start."""
        self.settle()
        return self._by_user

    def holder(self, address: str, at: int) -> Session | None:
        """The session that had a framed address at a time: the last that began before it and was not closed before."""
        begun = [one for one in self.of_address(address) if one.start <= at]
        if not begun:
            return None
        last = max(begun, key=lambda one: (one.start, one.end, one.session))
        return None if last.over and last.end < at else last


def _session(
    head: tuple[str, str, str, str], said: list[tuple[tuple[str, ...], int, int, int, str]], restarts: list[int]
) -> Session:
    said.sort(key=lambda row: (row[2], row[4]))
    starts = [first for texts, _, first, _, _ in said if texts[8] == "start"]
    begun = min(
        (first - seconds * SECOND for texts, seconds, first, _, _ in said if texts[8] == "stop" and seconds), default=None
    )
    start = min(starts) if starts else begun if begun is not None else said[0][2]
    ends = [last for texts, _, _, last, _ in said if texts[8] == "stop"]
    shown = max(row[3] for row in said)
    cut = next((at for at in restarts if at > start), None)
    over = bool(ends) or cut is not None
    end = max(ends) if ends else min(shown, cut) if cut is not None and cut < shown else cut if cut is not None else shown
    latest = said[::-1]
    return Session(
        nas=head[0], session=head[1], user=(head[2], head[3]),
        framed=tuple(sorted({row[0][4] for row in said if row[0][4]})),
        outside=tuple(sorted({row[0][5] for row in said if row[0][5]})),
        client=next((row[0][6] for row in latest if row[0][6]), ""), place=next((row[0][7] for row in latest if row[0][7]), ""),
        start=start, end=end, over=over, proof=said[0][4],
    )  # fmt: skip
