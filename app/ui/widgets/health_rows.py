"""Health alerts in words of the window: rows of its lists, sentences, where each leads."""

import time
from collections.abc import Iterable, Sequence

from app.model.health import RANK, Checked, Health, HealthIssue
from app.ui import wording
from app.ui.navigation import Route
from app.ui.page_table import BY_NAME
from app.ui.widgets.two_line_list import TwoLines

STATES: dict[str, str] = {"open": "Open", "suppressed": "Suppressed", "closed": "Closed", "all": "All"}
SEVERITIES = ("high", "medium", "low")
PLACE = 48
"""Characters of the place in a line; the card has all of it."""
MINUTE = 60_000_000
RECENT = 2 * MINUTE
"""Microseconds since the last round, from which on it is said that nobody looks."""


def chosen(issues: Iterable[HealthIssue], state: str, severity: str, text: str) -> list[HealthIssue]:
    """Those of a state ("all": every), of a severity ("": every), whose words hold every word of a text."""
    words = text.lower().split()
    return [
        one
        for one in issues
        if state in (one.state, "all")
        and severity in (one.severity, "")
        and all(word in f"{one.title} {one.what} {one.where} {one.rule}".lower() for word in words)
    ]


def rows(issues: Sequence[HealthIssue], now: int) -> list[TwoLines]:
    """Two lines for each: what it is, where and how it is; since when at the right."""
    return [
        TwoLines(sign(one), one.title, said(one), when(one, now), target=one)
        for one in issues
    ]  # fmt: skip


def said(one: HealthIssue) -> str:
    """Where, and how it is."""
    return f"{wording.middle(one.where, PLACE)}: {one.what}" if one.where else one.what


def sign(one: HealthIssue) -> str:
    """Severity while it is open; what is mended or silenced looks like what was seen, or was not."""
    return {"open": f"severity:{one.severity}", "closed": "coverage:seen", "suppressed": "coverage:blind"}[one.state]


def when(one: HealthIssue, now: int) -> str:
    """For 3 hours; until 12 Jan; closed 5 Jan 10:02."""
    if one.state == "suppressed" and one.until is not None:
        return f"until {wording.day(one.until, short=True)}"
    if one.state == "closed" and one.closed is not None:
        return f"closed {wording.moment(one.closed)[:-3]}"
    return f"for {wording.span(max(MINUTE, now - one.first))}"


def state_words(one: HealthIssue) -> str:
    """Open since 5 Jan 10:02:11, seen last 10:12:03; for the third time."""
    since = f"since {wording.moment(one.first)}, seen last {wording.moment(one.last)} {wording.zone_name()}"
    again = f"; opened {one.times} times" if one.times > 1 else ""
    if one.state == "closed" and one.closed is not None:
        by = "by hand, until what is wrong has gone and comes again" if one.hand else "by itself"
        return f"Closed {by} {wording.moment(one.closed)}; it was there {since}{again}"
    if one.state == "suppressed" and one.until is not None:
        return f"Suppressed until {wording.day(one.until, year=True)}; there {since}{again}"
    return f"Open {since}{again}"


def sentence(health: Health, listening: bool) -> str:
    """2 open, 1 of high severity; checked 10:02:11, again every 10 s."""
    opened = health.opened
    worst = next((one for one in SEVERITIES if any(issue.severity == one for issue in opened)), "")
    number = sum(one.severity == worst for one in opened)
    found = f"{wording.count(len(opened), 'health alert is', 'health alerts are')} open" if opened else "No health alert is open"
    told = f", {number} of {worst} severity" if opened else ""
    silent = sum(one.state == "suppressed" for one in health.issues)
    hidden = f", {silent} suppressed" if silent else ""
    return f"{found}{told}{hidden}. {checked_words(health.checked, listening)}"


def checked_words(checked: Checked, listening: bool) -> str:
    """When was looked last, and when it is again."""
    if checked.at is None:
        return "Nothing was checked yet: open evidence, or start a live source."
    at = f"Checked {wording.moment(checked.at)} {wording.zone_name()}"
    if time.time_ns() // 1000 - checked.at < RECENT and (listening or checked.live):
        return f"{at}, and every ten seconds."
    return f"{at}; looked at again when evidence is read, or while something listens."


def nothing(checked: Checked) -> str:
    """What was looked at, when all is well."""
    if checked.at is None:
        return (
            "What keeps the program from seeing would stand here: silent sensors, missing adapters, dropped packets, passwords "
            "that end, audit settings that are off, a full disk. "
            "It is looked at when evidence is read and while something listens."
        )
    return f"Looked at: {wording.listed(one.lower() for one in checked.areas)}."


def place_of(one: HealthIssue) -> tuple[str, Route] | None:
    """Words of a link and where it leads; None where there is no page of what is wrong."""
    head = one.subject.partition("\n")[0]
    kind, _, rest = head.partition(":")
    if kind == "sensor" and "sensors" in BY_NAME:
        return "Open the sensor", Route("sensors", rest)
    if kind in ("sensor", "source"):
        return "Open the sources", Route("sources")
    if kind in ("computer", "controller", "address", "user") and rest:
        return "Open the controller", Route("entity", head)
    if one.rule in ("mail-failed", "syslog-failed", "webhook-failed"):
        return "Open the settings", Route("settings")
    return None


def worst(health: Health) -> tuple[str, int]:
    """Gravest severity that is open and how many have it, ("low", 0) for none."""
    opened = health.opened
    top = max((RANK[one.severity] for one in opened), default=0)
    word = next((one for one in SEVERITIES if RANK[one] == top), "low")
    return word, sum(one.severity == word for one in opened)
