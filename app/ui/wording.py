"""Sentences, numbers, sizes, times as the window writes them.

Long because the words that pages share stand in one place.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from app.model.act import DONE, Act
from app.model.alert import Alert
from app.model.counting import size
from app.model.coverage import CoverageShare
from app.model.exclusion import Exclusion
from app.model.incident import Incident
from app.model.rows import InputRow, Overview, Progress
from app.model.tickets import etype_name

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Stack order of every chart, and the role that draws each family.
FAMILIES = {
    "Kerberos": "chart-1",
    "LDAP": "chart-2",
    "NTLM": "chart-3",
    "RPC and SMB": "chart-4",
    "DNS and names": "chart-6",
    "Windows events": "chart-7",
    "Directory": "chart-8",
    "other": "chart-5",
}
KINDS = {
    "kerberos-as": "Kerberos AS", "kerberos-tgs": "Kerberos TGS", "kerberos-ap": "Kerberos AP",
    "kerberos-password": "Kerberos password", "ntlm": "NTLM logon", "ldap-bind": "LDAP bind", "ldap-search": "LDAP search",
    "ldap-ping": "LDAP ping", "ldap-modify": "LDAP modify", "ldap-add": "LDAP add", "ldap-delete": "LDAP delete",
    "ldap-rename": "LDAP rename", "smb-session": "SMB session", "smb-tree": "SMB share", "smb-file": "SMB file",
    "smb-violation": "SMB violation",
    "rpc-bind": "RPC bind", "rpc-call": "RPC call", "dns-query": "DNS query", "dns-update": "DNS update",
    "name-observation": "Name seen", "rdp-connection": "Remote desktop", "ntp-request": "Signed time",
    "http-request": "Web request", "negoex": "NEGOEX",
    "radius-accounting": "RADIUS accounting", "radius-access": "RADIUS access", "directory-object": "Directory object",
    "directory-change": "Directory change",
    "event-logon": "Logon event", "event-kerberos": "Kerberos event", "event-ntlm": "NTLM event", "event-group": "Group event",
    "event-account": "Account event", "event-service": "Service event", "event-task": "Task event",
    "event-process": "Process event", "event-host": "Computer's own event",
    "event-script": "PowerShell event", "event-object-access": "Object access event",
    "event-directory-change": "Directory change event", "event-share": "Share event", "event-enumeration": "Enumeration event",
    "event-certificate": "Certificate event", "event-replication": "Replication event", "event-ldap": "LDAP event",
    "event-adfs": "AD FS event", "event-sam": "SAM event", "event-netlogon": "Netlogon event", "event-audit": "Audit event",
    "event-policy": "Policy event", "event-dns": "DNS server event", "event-database": "Database event",
    "event-desktop": "Remote desktop event", "event-printer": "Printer event",
    "event-nps": "Network policy server event",
    "event-connection": "Connection event", "event-remoting": "WinRM event",
}  # fmt: skip
ENTITIES = {
    "user": "User", "computer": "Computer", "controller": "Domain controller", "address": "Address without a known computer",
    "group": "Group", "service": "Service account", "domain": "Domain",
}  # fmt: skip
INPUTS = {
    "pcap": "pcap", "pcapng": "pcapng", "evtx": "EVTX", "etl": "ETL trace", "xml": "XML events", "json": "JSON events",
    "table": "table of events", "directory": "LDIF directory",
    "bloodhound": "SharpHound", "syslog": "syslog", "radius": "RADIUS", "resolver": "Names asked",
    "unknown": "not known",
}  # fmt: skip
LIVE_INPUTS = {"pcap": "Live packets", "evtx": "Event log", "etl": "Event trace", "directory": "LDAP directory"}
UNITS = {"pcap": "packet", "pcapng": "packet", "directory": "object", "bloodhound": "object", "syslog": "message",
         "resolver": "answer"}  # fmt: skip
LIVE = " (live)"
"""Ends the name of every live input."""
SEVERITIES = {"high": "High", "medium": "Medium", "low": "Low"}
STATES = {"open": "Open", "closed": "Closed", "suppressed": "Suppressed", "deleted": "Deleted"}
EXCLUDED = "excluded"
"""In the place of a state: an exclusion covers the alert."""
EXCLUSIONS = {
    "account": "Account", "computer": "Computer", "group": "Group", "address": "Address", "subnet": "Subnet", "domain": "Domain",
}  # fmt: skip
CLASSIFICATIONS = {
    "unclassified": "Not classified", "true positive": "True positive", "benign true positive": "Benign true positive",
    "false positive": "False positive",
}  # fmt: skip
STAGES = {"hash": "checking", "read": "reading", "detect": "detecting", "done": "done", "failed": "failed"}
# Nothing of the data may reorder, hide or break the words around it: controls, bidirectional marks, invisible characters.
_HIDDEN = {
    *range(0x00, 0x20), *range(0x7F, 0xA0), 0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E,
    *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0x3164, 0xFEFF, 0xFFA0, *range(0xFFF9, 0xFFFC),
}  # fmt: skip
_VISIBLE = dict.fromkeys(_HIDDEN, "\u00b7") | dict.fromkeys(range(0xE0000, 0xE0080), "\u00b7") | {9: " ", 10: " ", 13: " "}


class _Zone:
    """The one place where the zone of the screen is kept."""

    zone: tzinfo | None = UTC
    name: str = "UTC"


def set_zone(zone: tzinfo | None, name: str) -> None:
    """Zone of every time on screen; None is the zone of this machine."""
    _Zone.zone, _Zone.name = zone, name


def zone_name() -> str:
    """Name of the zone on screen."""
    return _Zone.name


def tidy(text: str, limit: int = 300) -> str:
    """Text of the data made safe to show: one line, no invisible or reordering characters, at most limit characters."""
    cut = text[: limit + 1].translate(_VISIBLE)
    return cut if len(cut) <= limit else cut[: limit - 1] + "…"


def middle(text: str, limit: int) -> str:
    """Text cut in the middle to at most limit characters."""
    text = tidy(text, max(limit, len(text[:5000])))
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def number(value: int) -> str:
    """1,234,567."""
    return f"{value:,}"


def rate(value: float | None) -> str:
    """1,234/s, 0.4/s; "" for an unknown one."""
    if value is None:
        return ""
    return f"{number(round(value))}/s" if value >= 10 or value == 0 else f"{value:.1f}/s"


def count(value: int, one: str, many: str | None = None) -> str:
    """1 alert, 2 alerts, 1,204 entries."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def span(length: int) -> str:
    """Length of time in words: 9 ms, 3 s, 41 min, 5 h, 2 days."""
    if length < SECOND:
        return f"{length // 1000} ms"
    if length < 2 * MINUTE:
        return f"{round(length / SECOND)} s"
    if length < 2 * HOUR:
        return f"{round(length / MINUTE)} min"
    if length < 2 * DAY:
        return f"{round(length / HOUR)} h"
    return f"{round(length / DAY)} days"


def per(width: int) -> str:
    """Width of a bucket: second, 5 s, minute, hour, 12 h, day."""
    single = {SECOND: "second", MINUTE: "minute", HOUR: "hour", DAY: "day"}.get(width)
    if single:
        return single
    for unit, word in ((DAY, "days"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if width % unit == 0:
            return f"{width // unit} {word}"
    return span(width)


def took(length: int) -> str:
    """How long an answer took: 442 us, 12 ms, 3.1 s; "" for none."""
    if length <= 0:
        return ""
    if length < 1000:
        return f"{length} us"
    return f"{length / 1000:.0f} ms" if length < SECOND else f"{length / SECOND:.1f} s"


def code(value: int) -> str:
    """The number of an answer: 24, 0xC000006D."""
    return str(value) if abs(value) < 0x10000 else f"0x{value & 0xFFFFFFFF:08X}"


def etype(number: int | None) -> str:
    """Name of an encryption type; "" for none."""
    return "" if number is None else etype_name(number)


def remaining(seconds: float | None) -> str:
    """Time left as 0:03."""
    if seconds is None or seconds > 359_999:
        return ""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}" if whole >= 3600 else f"{whole // 60}:{whole % 60:02}"


def _moment(at: int) -> datetime:
    # A capture may carry any 64-bit time; what the calendar cannot hold is shown as its edge.
    try:
        return datetime.fromtimestamp(at // SECOND, tz=UTC).replace(microsecond=at % SECOND).astimezone(_Zone.zone)
    except (OverflowError, OSError, ValueError):
        return datetime(9999, 12, 31, tzinfo=UTC) if at > 0 else datetime(1, 1, 1, tzinfo=UTC)


def clock(at: int, millis: bool = False) -> str:
    """14:02:11, with millis 14:02:11.266."""
    moment = _moment(at)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}" if millis else f"{moment:%H:%M:%S}"


def day(at: int, year: bool = False, short: bool = False) -> str:
    """Monday 5 January, short Mon 5 Jan, with year Mon 5 Jan 2026."""
    moment = _moment(at)
    weekday, month = DAYS[moment.weekday()], MONTHS[moment.month - 1]
    if short or year:
        weekday, month = weekday[:3], month[:3]
    return f"{weekday} {moment.day} {month}" + (f" {moment.year}" if year else "")


def month(at: int) -> str:
    """Jan 2026."""
    when = _moment(at)
    return f"{MONTHS[when.month - 1][:3]} {when.year}"


def same_day(one: int, other: int) -> bool:
    """Whether two times fall on one day of the screen's zone."""
    return _moment(one).date() == _moment(other).date()


def day_key(at: int) -> int:
    """Number that is equal for times of one day."""
    return _moment(at).toordinal()


def end_of_day(at: int) -> int:
    """UTC microseconds of the last second of the day, in the screen's zone, in which a time falls."""
    when = _moment(at).replace(hour=23, minute=59, second=59, microsecond=999_999)
    return round(when.timestamp()) * SECOND - 1


def written(at: int) -> str:
    """2026-01-05 14:02, as read() understands it."""
    return f"{_moment(at):%Y-%m-%d %H:%M}"


def read(text: str) -> int | None:
    """UTC microseconds of a date (its end) or of a date and time in the screen's zone; None when it is neither."""
    try:
        when = datetime.fromisoformat(text.strip())
        if when.tzinfo is None:
            when = when.replace(tzinfo=_Zone.zone) if _Zone.zone is not None else when.astimezone()
        at = int(when.timestamp()) * SECOND
    except (ValueError, OverflowError, OSError):
        return None
    return end_of_day(at) if len(text.strip()) == 10 else at


def moment(at: int, millis: bool = False) -> str:
    """5 Jan 14:02:11."""
    when = _moment(at)
    return f"{when.day} {MONTHS[when.month - 1][:3]} {clock(at, millis)}"


def moment_at(day_of: int, parts: dict[str, int]) -> int | None:
    """A moment of the screen's zone from its parts (year, month, day, hour, minute, second), the day of another one by default.

    None when the calendar has no such moment.
    """
    there = _moment(day_of)
    date = {name: parts.get(name, getattr(there, name)) for name in ("year", "month", "day")}
    clock = {name: parts.get(name, 0) for name in ("hour", "minute", "second")}
    try:
        return round(datetime(**date, **clock, tzinfo=there.tzinfo if _Zone.zone is None else _Zone.zone).timestamp()) * SECOND
    except (ValueError, OverflowError, OSError):
        return None


def period(first: int, last: int) -> str:
    """Mon 5 Jan 2026, 14:02:11 – 14:02:14 UTC (3 s)."""
    if first == last:
        return f"{day(first, year=True)}, {clock(first)} {_Zone.name}"
    if first // SECOND == last // SECOND:
        return f"{day(first, year=True)}, {clock(first)} {_Zone.name} ({span(last - first)})"
    end = clock(last) if same_day(first, last) else f"{day(last, short=True)} {clock(last)}"
    return f"{day(first, year=True)}, {clock(first)} – {end} {_Zone.name} ({span(last - first)})"


def dates(first: int | None, last: int | None) -> str:
    """5–9 Jan 2026."""
    if first is None or last is None:
        return "No time span"
    one, other = _moment(first), _moment(last)
    tail = f"{other.day} {MONTHS[other.month - 1][:3]} {other.year}"
    if one.date() == other.date():
        return tail
    if (one.year, one.month) == (other.year, other.month):
        return f"{one.day}–{tail}"
    start = f"{one.day} {MONTHS[one.month - 1][:3]}" + (f" {one.year}" if one.year != other.year else "")
    return f"{start} – {tail}"


def evidence(first: int | None, last: int | None) -> str:
    """Evidence: Mon 5 Jan 07:58 – Fri 9 Jan 18:04."""
    if first is None or last is None:
        return ""
    end = clock(last)[:5] if same_day(first, last) else f"{day(last, short=True)} {clock(last)[:5]}"
    return f"Evidence: {day(first, short=True)} {clock(first)[:5]} – {end}"


def kind(word: str) -> str:
    """Words of an activity kind."""
    return KINDS.get(word, tidy(word, 40))


def input_kind(word: str, path: str = "") -> str:
    """Words of an input's kind."""
    live = LIVE_INPUTS.get(word) if path.endswith(LIVE) else None
    return live or INPUTS.get(word, tidy(word, 40))


def records(kind: str, number: int) -> str:
    """1,204 objects: what an input of that kind holds."""
    return count(number, UNITS.get(kind, "record"))


def found_in(inputs: Iterable[InputRow]) -> list[str]:
    """12,004 packets, 310 records: what all inputs hold, the most first, what there is none of left out."""
    totals: dict[str, int] = {}
    for one in inputs:
        unit = UNITS.get(one.kind, "record")
        totals[unit] = totals.get(unit, 0) + one.records
    return [count(number, unit) for unit, number in sorted(totals.items(), key=lambda pair: -pair[1]) if number]


def entity_kind(word: str) -> str:
    """Words of an entity kind."""
    return ENTITIES.get(word, "Entity")


def alert_kind(severity: str) -> str:
    """Accessible name of a severity glyph."""
    return f"{SEVERITIES.get(severity, severity)} severity"


DEEDS = {
    "issued": "Issued", "asked": "TGS request with it", "renewed": "Renewal of it", "forwarded": "Forwarded copy asked for",
    "shown": "AP request", "validated": "Validation of it",
}  # fmt: skip


UNSYNCHRONIZED = "Entities without traffic are not known: no domain synchronizer is assigned."


def deed(word: str) -> str:
    """What was done with a Kerberos ticket."""
    return DEEDS.get(word, word)


def listed(words: Iterable[str]) -> str:
    """a, b and c."""
    parts = list(words)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def by_severity(alerts: Iterable[Alert]) -> dict[str, int]:
    """Number of alerts of each severity, worst first, without zeros."""
    totals = dict.fromkeys(("high", "medium", "low"), 0)
    for one in alerts:
        totals[one.severity] += 1
    return {word: total for word, total in totals.items() if total}


def alerts_sentence(alerts: Iterable[Alert], shown: int, total: int) -> str:
    """One sentence under the heading of the alerts page."""
    severities = by_severity(alerts)
    parts = ", ".join(f"{value:,} {word}" for word, value in severities.items())
    if not total:
        return "Nothing suspicious was found in what was read."
    what = count(total, "suspicious activity", "suspicious activities")
    return (what if shown == total else f"{shown:,} of {what} shown") + (f": {parts}." if parts else ".")


def state(alert: Alert) -> str:
    """State of an alert, "excluded" when an exclusion covers it."""
    return EXCLUDED if alert.excluded and alert.state != "deleted" else alert.state


def exclusion(one: Exclusion | None) -> str:
    """account MSOL_* because it synchronises: what covers an alert, and why."""
    if one is None:
        return "an exclusion that is gone; the next detection brings the alert back"
    return f"{one.kind} {one.value}{f' because: {one.reason}' if one.reason else ', no reason was given'}"


def incident(one: Incident) -> str:
    """From whom to what; the phases stand apart."""
    return one.title.removesuffix(f": {', '.join(phase.lower() for phase in one.phases)}")


def phases(one: Incident) -> str:
    """Reconnaissance, credential access: the phases of an incident."""
    words = ", ".join(one.phases).lower()
    return words[:1].upper() + words[1:]


def _health_state(after: str | None) -> str:
    """What somebody said of a health alert, from the value of the act."""
    said = next((word for word in ("closed", "suppressed") if f'"state":"{word}"' in (after or "")), "")
    return said or "opened again"


def act(one: Act) -> str:
    """What one act did, without when and who."""
    about = tidy(one.words, 120)
    if one.what in DONE:
        return f"{DONE[one.what]}{': ' if about else ''}{about}"
    if one.what == "exclusion":
        verb = "added" if one.before is None else "removed" if one.after is None else "changed"
        return f"exclusion of {about} {verb}"
    if one.what == "tag":
        return f"tag {about} {'left to the program' if one.after is None else 'given' if one.after == '1' else 'taken away'}"
    if one.what == "picture":
        return f"picture {about} {'kept' if one.before is None else 'removed' if one.after is None else 'kept anew'}"
    if one.what == "title":
        return f"incident named {about}" if one.after else "incident has its own name again"
    if one.what == "sensor":
        return f"sensor {about}"
    if one.what == "health":
        return f"health alert {about} {_health_state(one.after)}"
    if one.what == "query":
        return f"{about} {'removed' if one.after is None or len(one.after) < len(one.before or '') else 'saved'}"
    if one.what == "tuning":
        return "sensitivity changed"
    if one.what == "remark":
        return f"note {'written' if one.before is None else 'removed' if one.after is None else 'changed'} of {about}"
    if one.what == "note":
        return f"note of {about} {'written' if one.after else 'removed'}"
    after = (one.after or "open") if one.what == "state" else one.after
    return f"{about}: {after}"


def threshold(value: float, unit: str) -> str:
    """A threshold with its unit: 20, 5 %, 60 days, 10 MB."""
    if unit == "us":
        return span(int(value))
    if unit == "bytes":
        return size(value)
    return f"{value:,g}{' %' if unit == '%' else ''}"


def changed(number: int, state: str | None, classification: str | None) -> str:
    """What was done to so many alerts, for the status bar; "" when nothing of this was."""
    done = {"open": "opened again", "closed": "closed", "suppressed": "suppressed", "deleted": "deleted"}.get(state or "", "")
    if classification:
        done += f"{' and ' if done else ''}classified as {CLASSIFICATIONS.get(classification, classification).lower()}"
    if classification == "unclassified":
        done = "no longer classified"
    return f"{count(number, 'alert is', 'alerts are')} {done}; Ctrl+Z brings back what was." if done else ""


def overview_sentence(overview: Overview, alerts: Iterable[Alert]) -> str:
    """One sentence that says what the case shows."""
    opened = [one for one in alerts if one.state == "open"]
    length = span(overview.last - overview.first) if overview.first is not None and overview.last is not None else ""
    over = f"Over {length}, " if length else ""
    if not opened:
        return f"{over}nothing suspicious is open. What could not have been seen is listed below."
    ranked = by_severity(opened)
    worst = next(iter(ranked))
    what = count(len(opened), "suspicious activity is", "suspicious activities are")
    sentence = f"{over}{what} open, {ranked[worst]:,} of {'it' if len(opened) == 1 else 'them'} {worst}."
    if len(opened) == 1:
        sentence = f"{over}{what} open; its severity is {worst}."
    return sentence[0].upper() + sentence[1:]


def progress_words(progress: Progress) -> tuple[str, ...]:
    """Share, rate and time left of a reading, as the status bar writes them."""
    parts = [f"{share(progress) * 100:.0f} %"]
    if progress.rate > 0:
        parts.append(f"{size(progress.rate)}/s")
    if left := remaining(progress.remaining):
        parts.append(left)
    return tuple(parts)


def share(progress: Progress) -> float:
    """0 to 1 of the bytes to read."""
    return min(1.0, progress.done_bytes / progress.total_bytes) if progress.total_bytes > 0 else 0.0


def percentages(parts: Sequence[int]) -> tuple[str, ...]:
    """18 %, 82 %: parts of a whole so that what is told sums up to 100; "under 1 %" for what is there and too little to count."""
    whole = max(1, sum(parts))
    told = [100 * one // whole for one in parts]
    left = 100 - sum(told) if any(parts) else 0
    for place in sorted(range(len(parts)), key=lambda one: -(100 * parts[one] % whole))[:left]:
        told[place] += 1
    return tuple("under 1 %" if one and not number else f"{number} %" for one, number in zip(parts, told, strict=True))


def sighted(one: CoverageShare) -> str:
    """How much of a controller's time a detector saw, and why not all: "seen 100 %", "partial: ..."."""
    whole, part = (100 * number // max(1, one.whole) for number in (one.seen, one.partial))
    numbers = f"{whole} %" if whole or not part else ""
    numbers += f"{', ' if numbers else ''}{part} % in part" if part else ""
    why = "; ".join(one.reasons[:4])
    return f"{one.state}, {numbers}{': ' if why else ''}{why}"
