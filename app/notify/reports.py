"""Reports that come by themselves: those that are due are written into a folder and go out by mail."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from app.engine.notices.samples import report_notice
from app.engine.store import StoreError
from app.model.notice import MailTarget, Scheduled
from app.notify.queue import Queue
from app.notify.schedule import boundary, day_of, period

Write = Callable[[Scheduled, int, int, Path], bool]
"""write(scheduled, first, last, out): writes a report of first <= time < last; True when with pseudonyms.

Raises OSError, StoreError."""
SUFFIX = ".reports"
TITLES = {
    "summary": "Summary", "groups": "Modifications of sensitive groups", "passwords": "Passwords exposed in clear text",
    "paths": "Lateral movement paths to sensitive accounts",
}  # fmt: skip


def folder_of(workspace: Path, one: Scheduled) -> Path:
    """Where a report goes."""
    return Path(one.folder).expanduser() if one.folder else workspace.with_name(workspace.name + SUFFIX)


def folders_of(workspace: Path, wanted: Sequence[Scheduled]) -> tuple[Path, ...]:
    """Where reports of a workspace lie; of other places nothing goes out with a mail."""
    return tuple(dict.fromkeys((workspace.with_name(workspace.name + SUFFIX), *(folder_of(workspace, one) for one in wanted))))


def due_reports(
    workspace: Path, queue: Queue, wanted: Sequence[Scheduled], mails: Mapping[str, MailTarget], now: int, write: Write
) -> Iterator[tuple[Scheduled, Path | str]]:
    """Write those that are due; each with its file, or with why it could not be written. Such a one is tried again.

    A report that is scheduled for the first time covers the time from the beginning of its day, week or month on, and is written
    when that is over.
    """
    for one in wanted:
        until = queue.reported(one.id)
        if until is None:
            queue.report_written(one.id, boundary(one.every, now))
            continue
        span = period(one.every, until, now)
        if span is None:
            continue
        out = folder_of(workspace, one) / f"{workspace.stem}-{one.report}-{day_of(span[0])}-to-{day_of(span[1] - 1)}.{one.form}"
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            private = write(one, span[0], span[1], out)
        except (OSError, StoreError) as error:
            yield one, f"{TITLES[one.report]} cannot be written to {out.parent}: {getattr(error, 'strerror', None) or error}"
            continue
        mail = None
        if one.mail in mails:
            id = hashlib.blake2b(f"{one.id} {span} {workspace}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            words = f"{TITLES[one.report]}, {day_of(span[0])} to {day_of(span[1] - 1)} (UTC).\nIt lies at {out.name}."
            made = report_notice(TITLES[one.report], words, str(out), now, id)
            mail = one.mail, replace(made, recipients=one.recipients, body={"private": private})
        queue.report_written(one.id, span[1], mail)
        yield one, out
