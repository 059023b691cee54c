"""Sensors in words: status, rates, lag, quota, controllers, each as the page says it."""

from app.model.sensor import SensorReport, SensorRow
from app.ui import wording

EMBEDDED = ""
"""Id of the sensor inside this window."""
SIGNS = {
    "up to date": ("check", "good"), "outdated": ("problem", "info"), "starting": ("clock", "text-quiet"),
    "syncing": ("clock", "accent"), "not configured": ("settings", "info"), "stopped communicating": ("problem", "medium"),
    "disconnected": ("problem", "medium"), "unreachable": ("problem", "medium"), "failed": ("close", "high"),
    "stopped": ("stop", "text-quiet"),
}  # fmt: skip
"""Status to icon and role."""
WHY = {
    "outdated": "It speaks an older version; bring it up to date.",
    "starting": "It was not heard running yet.",
    "syncing": "It brings its sources or its directory up to date.",
    "not configured": "It waits for its configuration.",
    "stopped communicating": "It was not heard for some minutes.",
    "disconnected": "It was not heard for more than ten minutes.",
    "unreachable": "It is connected and does not answer.",
    "failed": "It cannot run.",
    "stopped": "It was stopped in order.",
}
KINDS = {"sensor": "sensor on a controller", "standalone": "standalone sensor"}
SILENT = ("stopped communicating", "disconnected", "stopped")
"""Statuses in which the figures of a report are of the past."""


def name(row: SensorRow) -> str:
    """What a sensor is called."""
    return row.name or row.id


def below(row: SensorRow) -> str:
    """Its machine and kind."""
    report = row.report
    if row.id == EMBEDDED:
        return "the sensor of this window"
    if report is None:
        return "not heard yet"
    kind = KINDS.get(report.kind, report.kind)
    return f"{kind} on {report.host}" if report.host else kind


def why(row: SensorRow) -> str:
    """Why its status is not good, one sentence; "" when it is."""
    report = row.report
    if row.id == EMBEDDED and row.status == "stopped":
        return "No live source runs here."
    if row.status in SILENT:
        return WHY[row.status]
    if report is not None and report.error and row.status in ("failed", "not configured", "outdated", "up to date", "syncing"):
        return report.error
    if report is not None and report.refusal and report.refused > report.applied:
        return f"Refused revision {report.refused}: {report.refusal}"
    return "" if row.status == "up to date" else WHY.get(row.status, "")


def sign(row: SensorRow) -> tuple[str, str]:
    """Icon and role of its status; a refused configuration is a problem, though the sensor runs."""
    report = row.report
    if row.status == "up to date" and report is not None and report.refusal and report.refused > report.applied:
        return "problem", "info"
    return SIGNS.get(row.status, ("clock", "text-quiet"))


def is_fresh(row: SensorRow) -> bool:
    """Whether its figures are of now."""
    return row.report is not None and row.status not in SILENT


def packets(report: SensorReport) -> float:
    """Packets per second over its captures."""
    return sum(one.rate for one in report.sources if one.kind in ("capture", "growing") and one.state == "running")


def dropped(report: SensorReport) -> int:
    """What its sources and its outbox lost."""
    return sum(one.dropped for one in report.sources) + report.backlog.lost


def losses(report: SensorReport) -> str:
    """Which losses, each with its count."""
    told = [
        f"{source.label.removesuffix(wording.LIVE)}: {one.what}: {wording.number(one.count)}"
        for source in report.sources
        if source.dropped
        for one in source.problems
    ]
    if report.backlog.lost:
        told.append(f"No room in its outbox: {wording.count(report.backlog.lost, 'activity', 'activities')}")
    return "\n".join(told[:12]) if told else "Nothing was lost."


def lag(report: SensorReport) -> str:
    """Age of the oldest message that waits, by the sensor's own clock; "none" when nothing waits."""
    oldest = report.backlog.oldest
    if oldest is None or not report.backlog.messages:
        return "none"
    return wording.span(max(0, report.at - oldest))


def lag_tip(report: SensorReport) -> str:
    """What waits in its outbox."""
    backlog = report.backlog
    room = f" of {wording.size(backlog.limit)}" if backlog.limit else ""
    words = f"{wording.count(backlog.messages, 'message')} in its outbox, {wording.size(backlog.bytes)}{room}"
    return f"{words}\n{backlog.error}" if backlog.error else words


def percent(share: float) -> str:
    """12 %; small ones with a digit."""
    value = max(0.0, share) * 100
    return f"{value:.1f} %" if 0 < value < 9.95 else f"{value:.0f} %"


def quota(report: SensorReport) -> str:
    """What it uses of the processor, of what it may."""
    return f"{report.sampling.cpu * 100:.0f} of {report.sampling.quota * 100:.0f} %"


def kept(report: SensorReport) -> str:
    """Which share of the traffic is analysed, when it is not all."""
    keep = report.sampling.keep
    return "" if keep >= 1 else f"analyses {percent(keep)}"


def quota_tip(report: SensorReport) -> str:
    """Processor and memory in words."""
    one = report.sampling
    lines = [
        f"Processor: uses {percent(one.cpu)}, may use {percent(one.quota)}, others use {percent(one.others)}",
        f"Memory: uses {percent(one.memory)}, may use {percent(one.memory_quota)}, others use {percent(one.memory_others)}",
        "All traffic is analysed." if one.keep >= 1 else f"{percent(one.keep)} of the traffic is analysed.",
    ]
    lines += [f"{word}: {wording.count(count, 'packet')} not analysed" for word, count in sorted(one.skipped.items()) if count]
    return "\n".join(lines[:12])


def seen_controllers(report: SensorReport) -> str:
    """How many of its controllers it had traffic from."""
    if not report.controllers:
        return ""
    seen = sum(one.last is not None for one in report.controllers)
    return f"{seen} of {len(report.controllers)}"


def controllers_tip(report: SensorReport) -> str:
    """Its controllers with their last traffic."""
    return "\n".join(f"{one.fqdn}: {wording.moment(one.last) if one.last else 'nothing yet'}" for one in report.controllers[:20])


def leaving(report: SensorReport) -> float | None:
    """Share of the bytes that it saw which it sent on; None before it saw any."""
    return report.backlog.sent / report.seen if report.seen > 0 else None


def sentence(rows: tuple[SensorRow, ...]) -> str:
    """What the page says of all of them."""
    others = [one for one in rows if one.id != EMBEDDED]
    if not others:
        return ""
    counts: dict[str, int] = {}
    for one in others:
        counts[one.status] = counts.get(one.status, 0) + 1
    order = [word for word in SIGNS if word in counts]
    told = wording.listed([f"{counts[word]} {word}" for word in order])
    sent = sum(one.report.backlog.sent for one in others if one.report is not None)
    seen = sum(one.report.seen for one in others if one.report is not None)
    share = f" {percent(sent / seen)} of the bytes that they saw left them." if seen else ""
    return f"{wording.count(len(others), 'sensor')}: {told}.{share}"
