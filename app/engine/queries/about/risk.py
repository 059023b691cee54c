"""How much an entity needs to be looked at: points for what it did and for what its standing lets others do."""

from collections import Counter
from collections.abc import Sequence

from app.engine.knowledge import Knowledge
from app.engine.queries import portrait
from app.model.about import Reason, Risk
from app.model.alert import Alert
from app.model.directory import DirectoryObject

DID = {"high": 40, "medium": 15, "low": 5}
SUFFERED = {"high": 15, "medium": 8, "low": 3}
"""Points for an open alert that names the entity as source or account, and for one of which it is only the target."""
MOST_ALERTS, MOST = 75, 100
SENSITIVE, WORKED_DISABLED, SID_HISTORY, ROASTED = 20, 10, 10, 8
OPTIONS: dict[int, tuple[int, str]] = {
    0x400000: (10, "needs no pre-authentication: its password can be guessed offline by anybody"),
    0x20: (10, "needs no password"),
    0x80: (10, "its password is kept with reversible encryption"),
    0x80000: (15, "is trusted for delegation to any service"),
    0x1000000: (8, "may impersonate others to chosen services"),
    0x200000: (5, "uses DES keys only"),
    0x10000: (3, "its password never expires"),
}
"""Bits of userAccountControl (MS-ADTS section 2.2.16) that help an attacker, with points and words."""
DC_BITS = 0x2000 | 0x4000000
DAY = 86_400_000_000
OLD_PASSWORD = 365


def risk(known: Knowledge, key: str, alerts: Sequence[Alert], acted: bool) -> Risk:
    """Risk by the alerts that name it and by its standing; acted: it was seen to do something. Hold the knowledge's lock."""
    reasons = list(_alerts(key, alerts))
    reasons += [Reason(SENSITIVE, f"can reach the whole domain: {why}") for why in known.why_sensitive(key)[:1]]
    state = known.directory.state(known.object_of(key))
    if state is not None and key.startswith(("user:", "computer:")):
        reasons += _standing(state.object, state.at, acted)
    reasons.sort(key=lambda one: -one.points)
    return Risk(min(MOST, sum(one.points for one in reasons)), tuple(reasons))


def _alerts(key: str, alerts: Sequence[Alert]) -> list[Reason]:
    """Open alerts, those of one kind together; what somebody called benign or false counts no more."""
    left = MOST_ALERTS
    did = [one for one in alerts if one.state == "open" and one.classification in ("unclassified", "true positive")]
    by = {one.id: any(ref.key == key for ref in (*one.finding.sources, *one.finding.accounts)) for one in did}
    found: list[Reason] = []
    order = sorted(did, key=lambda one: (-(DID if by[one.id] else SUFFERED)[one.severity], one.finding.first, one.id))
    number = Counter((one.title, by[one.id]) for one in did)
    for one in order:
        same = (one.title, by[one.id])
        if same not in number or left <= 0:
            continue
        count = number.pop(same)
        points = min(left, (DID if by[one.id] else SUFFERED)[one.severity])
        left -= points
        times = f", {count} times" if count > 1 else ""
        found.append(Reason(points, f"{'behind' if by[one.id] else 'target of'} {one.title}{times}", one.id))
    return found


def _standing(one: DirectoryObject, at: int, acted: bool) -> list[Reason]:
    bits = one.uac or 0
    found = [Reason(*OPTIONS[bit]) for bit in OPTIONS if bits & bit and not (bits & DC_BITS and bit in (0x80000, 0x1000000))]
    if bits & portrait.DISABLED:
        return [Reason(WORKED_DISABLED, "is disabled and was seen at work")] if acted else []
    if one.sid_history:
        found.append(Reason(SID_HISTORY, f"carries {len(one.sid_history)} former SIDs, which count as memberships"))
    person = one.object_class.lower() in ("user", "inetorgperson")
    if one.spns and person and (one.sam or "").lower() != "krbtgt":
        found.append(Reason(ROASTED, "has service names: anybody may ask for a ticket and guess its password offline"))
    days = (at - one.password_set) // DAY if one.password_set else 0
    if days > OLD_PASSWORD and person:
        found.append(Reason(5, f"its password was {days:,} days old when the directory was read"))
    return found
