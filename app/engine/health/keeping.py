"""What is wrong, or about to be, with how long the workspace keeps activities, and with who feeds it."""

from collections.abc import Iterator

from app.model.counting import size
from app.model.health import HealthFact
from app.model.workspace import Outlook, Retention

DAY = 86_400_000_000
SOON = DAY
"""Microseconds before the first removal by age from which on it is told."""
FULL = 0.9
"""Share of the size limit from which on its first removal is told."""
IDLE = 60 * DAY
"""Microseconds without a word of any sensor or live source; the product deletes such a workspace, we only say so."""


def keeping_facts(limits: Retention, outlook: Outlook, begun: bool, fed: int | None, now: int) -> Iterator[HealthFact]:
    """begun: activities were removed before, so that nobody is surprised any more. now: by this machine's clock.

    fed: when a sensor was last heard, None for never; both are UTC microseconds.
    """
    if limits and not begun:
        aged = outlook.due is not None and outlook.due - now < SOON
        large = outlook.limit > 0 and outlook.used > FULL * outlook.limit
        if aged or large or outlook.until is not None:
            share = f"{100 * outlook.used / outlook.limit:.0f} % of {size(outlook.limit)} are used" if outlook.limit else ""
            age = f"activities are kept for {limits.days:,} days, and the oldest are that old within a day" if aged else ""
            what = "; ".join(one for one in (share if large else "", age) if one) or "The limits are reached"
            yield HealthFact(rule="retention-due", subject="workspace", what=f"{what[0].upper()}{what[1:]}.")
    if outlook.limit and outlook.used > outlook.limit and outlook.until is None:
        what = f"{size(outlook.used)} are used, the limit is {size(outlook.limit)}, and what is left may not be removed."
        yield HealthFact(rule="retention-impossible", subject="workspace", what=what)
    if fed is not None and now - fed > IDLE:
        yield HealthFact(
            rule="workspace-idle", subject="workspace", what=f"The last word of a sensor came {(now - fed) // DAY:,} days ago."
        )
