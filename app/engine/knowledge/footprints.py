"""Where accounts left their credentials, and where they used the rights of an administrator, day by day."""

from app.engine.knowledge.names import LONGEST
from app.engine.knowledge.tally import Tally
from app.model.activity import Account, Activity

FOOTPRINTS = 150_000
"""Rows kept; an account on a computer on a day is one."""
DAY = 86_400_000_000

Who = tuple[str, str, str, str]
"""Name, domain, SID of an account as told, and the ticket where only that is known."""


class Footprints:
    """Fold of (word, name, domain, SID, ticket, source, place, day of the epoch).

    place: address or named computer (see app.model.activity.named) where it was; source: from where, "" when that is no matter.
    Words of credentials that lay there: "interactive", "unlock", "cached", "remote interactive", "batch", "service",
    "explicit credentials", "session listed", "user listed". Of rights that were used there: "administrative share",
    "service or task", "special privileges", "remote desktop". Of rights that were told: "local administrator".
    """

    def __init__(self) -> None:
        self.tally = Tally(FOOTPRINTS)

    def leave(self, word: str, who: Account | None, ticket: str | None, source: str, place: str, activity: Activity) -> None:
        """An account was at a place, or acted there."""
        name, domain, sid = (who.name, who.domain or "", who.sid or "") if who is not None else ("", "", "")
        held = "" if name or sid else ticket or ""
        key = (word, name.lower(), domain.lower(), sid, held, source, place, activity.at // DAY)
        if place and (name or sid or held) and all(len(str(one)) <= LONGEST for one in key):
            self.tally.add(key, activity)
