"""The life of health alerts: facts of one round change those of the rounds before; no clock, no store."""

import hashlib
from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from app.engine.health.catalogue import RULES
from app.model.health import HealthEvent, HealthFact, HealthIssue

SECOND, DAY = 1_000_000, 86_400_000_000
MOST = 2_000
"""Issues that are kept, and facts of one round that are looked at; whoever makes up more is not followed."""
KEPT = 180 * DAY
"""Microseconds that a closed one is kept."""
Event = tuple[str, HealthEvent, str]
"""Id of an issue, what became of it, in words."""


def issue_id(rule: str, subject: str) -> str:
    """Id of the one issue of a rule about a subject, the same in every workspace: 12 hexadecimal digits."""
    return hashlib.blake2b(f"{rule}\0{subject}".encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def turn(
    before: Mapping[str, HealthIssue],
    facts: Iterable[HealthFact],
    now: int,
    measured: Callable[[HealthIssue], bool] = lambda _: True,
    ending: bool = False,
) -> tuple[dict[str, HealthIssue], list[Event]]:
    """All issues after a round, and what became of them.

    measured: whether this round would have found the fact of an issue; one that it would not is left as it is.
    ending: nobody will look again soon, so that what is gone closes without waiting.
    """
    found: dict[str, HealthFact] = {}
    for said in facts:
        if said.rule in RULES and len(found) < MOST:
            found.setdefault(issue_id(said.rule, said.subject), said)
    after: dict[str, HealthIssue] = {}
    events: list[Event] = []
    for id, one in before.items():
        fact = found.pop(id) if id in found else None
        changed = _still(one, fact, now, events) if fact is not None else _gone(one, now, measured, ending, events)
        if changed is not None:
            after[id] = changed
    closed = sorted((one for one in after.values() if one.state == "closed"), key=lambda one: (one.hand, one.closed or 0))
    closed.reverse()  # the last one goes first: the oldest, those closed by hand behind the others
    for id, new in found.items():
        if len(after) >= MOST:
            if not closed:
                break
            del after[closed.pop().id]
        rule = RULES[new.rule]
        after[id] = HealthIssue(
            id=id, rule=rule.id, subject=new.subject, severity=new.severity or rule.severity, title=rule.title, what=new.what,
            advice=rule.advice, where=new.where, first=now, last=now,
        )  # fmt: skip
        events.append((id, "opened", new.what))
    return after, events


def _still(one: HealthIssue, fact: HealthFact, now: int, events: list[Event]) -> HealthIssue:
    """It is so now."""
    rule = RULES[fact.rule]
    severity = fact.severity or rule.severity
    new = replace(
        one, what=fact.what, severity=severity, where=fact.where, title=rule.title, advice=rule.advice, last=max(now, one.last)
    )
    if one.state == "suppressed":
        if one.until is None or now < one.until:
            return new
        events.append((one.id, "reopened", f"The suppression is over. {fact.what}"))
        return replace(new, state="open", until=None)
    if one.state == "closed":
        if one.hand:
            return new
        events.append((one.id, "reopened", fact.what))
        return replace(new, state="open", closed=None, first=now, times=one.times + 1)
    if severity != one.severity:
        events.append((one.id, "updated", f"It is {severity} now. {fact.what}"))
    return new


def _gone(
    one: HealthIssue, now: int, measured: Callable[[HealthIssue], bool], ending: bool, events: list[Event]
) -> HealthIssue | None:
    """It was not found; None when it is forgotten."""
    if one.state == "closed":
        if one.rule not in RULES or (one.closed is not None and now - one.closed > KEPT):
            return None
        over = one.hand and measured(one) and now - one.last >= _hold(one)
        return replace(one, hand=False) if over else one
    if one.rule not in RULES:
        return None
    quiet = measured(one) and (ending or now - one.last >= _hold(one))
    if not quiet or (one.state == "suppressed" and one.until is not None and now < one.until):
        return one
    events.append((one.id, "closed", "What was wrong is mended."))
    return replace(one, state="closed", closed=now, until=None)


def _hold(one: HealthIssue) -> int:
    return RULES[one.rule].hold * SECOND


def at(one: HealthIssue, now: int) -> HealthIssue:
    """As it stands at a time behind the last round: a suppression that ran out meanwhile is over."""
    return (
        replace(one, state="open", until=None)
        if one.state == "suppressed" and one.until is not None and now >= one.until
        else one
    )
