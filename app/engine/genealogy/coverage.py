"""Whether the issue of a ticket would have been seen: what was recorded of the controllers before its first use."""

from app.engine.knowledge import Knowledge
from app.model.tickets import Seen, TicketKind, Told

MINUTE, HOUR = 60_000_000, 3_600_000_000
LIFE = 10 * HOUR
"""How long a ticket lives where nobody set it otherwise (MaxTicketAge of the Kerberos policy, MS-KILE section 3.3.1)."""
EVENTS = {"granting": (4768, 4770), "referral": (4769,), "service": (4769,)}
WIRE = {"granting": ("kerberos-as", "kerberos-tgs"), "referral": ("kerberos-tgs",), "service": ("kerberos-tgs",)}


class Covered:
    """Answers remembered by ten minutes, for thousands of tickets may have no issue."""

    def __init__(self, known: Knowledge, began: int) -> None:
        self._known, self._began = known, began
        self._kept: dict[tuple[str, str, int], tuple[Seen, str]] = {}

    def unseen(self, kind: TicketKind, told: Told, first: int) -> tuple[Seen, str]:
        """(covered or not covered, a sentence) of a ticket whose issue was not seen, first used at a time."""
        key = (kind, told, first // (10 * MINUTE))
        if key not in self._kept:
            self._kept[key] = self._judged(kind, told, first)
        return self._kept[key]

    def _judged(self, kind: TicketKind, told: Told, first: int) -> tuple[Seen, str]:
        controllers = self._known.controllers()
        what = "logs" if told == "log" else "packets"
        if not controllers:
            return "not covered", f"Its issue was not seen; no controller is known whose {what} could show it"
        missing = [one.label for one in controllers if not self._watched(one.key, kind, told, first)]
        if not missing:
            return "covered", (
                f"No controller issued it: the {what} of {_all(len(controllers))} were recorded without holes for the "
                "ten hours before its first use"
            )
        before = first - self._began
        if 0 <= before < LIFE:
            lead = _span(before)
            return "not covered", (
                f"Its issue was not seen. What was read begins {lead} before its first use and a ticket lives ten hours, "
                "so it may have been issued before"
            )
        named = ", ".join(missing[:4]) + (f" and {len(missing) - 4:,} more" if len(missing) > 4 else "")
        return "not covered", f"Its issue was not seen, and the {what} of {named} were not all recorded: it may have been there"

    def _watched(self, key: str, kind: TicketKind, told: Told, first: int) -> bool:
        station = self._known.station(key)
        if told == "log":
            return station.logged(EVENTS[kind], first - LIFE, first)
        return station.traffic(WIRE[kind], first - LIFE, first)


def _all(number: int) -> str:
    return "the only controller" if number == 1 else f"all {number:,} controllers"


def _span(length: int) -> str:
    return f"{length // MINUTE:,} minutes" if length >= 2 * MINUTE else f"{length // 1_000_000:,} seconds"
