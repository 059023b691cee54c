"""What a sensor says of itself: put together from its parts, to its hub and into a file, every few seconds and at a change."""

from collections.abc import Sequence

import msgspec

from app.model.sensor import Backlog, SensorReport
from app.model.source import SourceState
from app.sensor.service.configuring import Configuring
from app.sensor.service.outbox import Outbox
from app.sensor.service.sending import Sending
from app.sensor.service.supervisor import Supervisor

EVERY = 10.0
"""Seconds between two reports when nothing changes."""
QUICK = 0.5
"""Seconds between two reports at least."""
LARGEST = 200_000
"""Bytes of a report."""
MOST_PROBLEMS = 20
"""Problems of one source that a report names."""
CERTAIN = "capture", "syslog", "radius", "growing", "windows-log", "trace"
"""Kinds of sources without which a sensor sees nothing."""


def state_of(configuring: Configuring, sources: Sequence[SourceState]) -> tuple[str, str]:
    """(state, one sentence that says what is wrong, "" for nothing) of a sensor that is neither beginning nor ending."""
    if configuring.config is None:
        if configuring.refusal:
            return "failed", configuring.refusal
        return "failed" if configuring.there else "not configured", configuring.error
    if configuring.trying:
        return "syncing", configuring.error
    seeing = [one for one in sources if one.kind in CERTAIN]
    failed = [one for one in seeing if one.state == "failed"]
    words = configuring.error or (f"{failed[0].label}: {failed[0].error}" if failed else "")
    if seeing and len(failed) == len(seeing):
        return "failed", words
    if any(one.state == "running" for one in sources) or not seeing:
        return "running", words
    return "starting", words


def backlog_of(outbox: Outbox, sending: Sending, supervisor: Supervisor) -> Backlog:
    """How the outbox stands."""
    error = sending.error  # once: the link is another thread's, and may break between two looks
    return Backlog(
        messages=outbox.messages,
        bytes=outbox.bytes,
        limit=outbox.limit,
        oldest=outbox.oldest,
        lost=supervisor.intake.lost,
        sent=sending.sent,
        connected=not error,
        error=error,
        full=supervisor.intake.trouble,
        word=outbox.word,
    )


def shortened(state: SourceState) -> SourceState:
    """As it goes into a report, whose length is bounded."""
    problems = state.problems[:MOST_PROBLEMS]
    return msgspec.structs.replace(state, problems=problems, label=state.label[:300], error=state.error[:500])


def encoded(report: SensorReport) -> bytes:
    """As JSON, no longer than a workspace takes: problems are left out first, then what its configuration says."""
    bare = tuple(msgspec.structs.replace(one, problems=one.problems[:1]) for one in report.sources)
    data = msgspec.json.encode(report)
    for change in ({"sources": bare}, {"config": None, "adapters": ()}, {"sources": (), "controllers": ()}):
        if len(data) <= LARGEST:
            break
        report = msgspec.structs.replace(report, **change)
        data = msgspec.json.encode(report)
    return data


def what_matters(report: SensorReport) -> object:
    """What of a report is told at once when it changes."""
    backlog = report.backlog
    return (
        report.state, report.error, report.applied, report.refused, report.refusal, report.synchronizes,
        report.expires,
        backlog.connected, backlog.error, backlog.full, backlog.word,
        tuple((one.id, one.state, one.error) for one in report.sources),
    )  # fmt: skip
