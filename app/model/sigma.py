"""What running Sigma rules over stored events gives: which rules ran, which cannot and why, what matched."""

from typing import Literal

from msgspec import Struct

State = Literal["runs", "cannot", "never"]
"""runs: it was tried on every event that concerns it. cannot: its log or what it asks is not supported. never: no event of
this data could match it."""
LEVELS = ("informational", "low", "medium", "high", "critical")


class RuleMatch(Struct, frozen=True, kw_only=True):
    """One event that a rule matched; for a correlation the last of the events that together matched, with all their ids.

    group: the values of a correlation's group-by fields.
    """

    at: int
    computer: str
    event_id: int
    record: int | None
    input: str
    activity: str
    activities: tuple[str, ...] = ()
    group: tuple[str, ...] = ()


class RuleResult(Struct, frozen=True, kw_only=True):
    """One rule: how it stands to this data, and what it matched.

    level: as the rule says, "medium" when it says none. reason: why it did not run. notes: how it was read, what of it can
    never hold here. matches: the first ones, count: all of them.
    """

    title: str
    id: str = ""
    level: str = "medium"
    path: str = ""
    techniques: tuple[str, ...] = ()
    state: State = "runs"
    reason: str = ""
    notes: tuple[str, ...] = ()
    count: int = 0
    matches: tuple[RuleMatch, ...] = ()


class SigmaRun(Struct, frozen=True, kw_only=True):
    """All rules in the order they were given, and how many events they were run over."""

    rules: tuple[RuleResult, ...] = ()
    events: int = 0
