"""The part of a session that tells other systems: destinations, their tests, the process that delivers, reports."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from app import settings as stored
from app.children import Notifier
from app.engine.queries import Queries
from app.engine.store import StoreError, give_facts
from app.model.notice import MailTarget, Notice, Notifying, Scheduled, SyslogTarget, Target, TargetState, WebhookTarget
from app.model.workspace import Role

Pdf = Callable[[str, Path], None]
ONCE = 30.0
"""Seconds that notices of a settled reading may take; the rest waits in the queue."""


class Telling:
    """The part of a session that tells others. Methods that say so block."""

    path: Path
    resolved: Path
    plain: Queries
    queries: Queries
    private: bool
    is_temporary: bool
    read_only: bool
    _notifier: Notifier | None = None
    _notifier_lock: threading.RLock
    _tells_no_more = False
    """Whether the session is closed, after which nothing is started any more."""
    _notifier_error = ""
    _hidden: Callable[[], Callable[[object], object]]
    """See Output."""
    needs: Callable[[Role], None]
    """See Casework."""
    log_act: Callable[..., None]
    hide_names: Callable[[bool, bool], bool]
    """See Output."""

    # ---- what is set

    def notifying(self, settings: stored.Settings | None = None) -> Notifying:
        """What this workspace tells, as it is set now; without settings they are read."""
        held = (settings if settings is not None else stored.load()).notifications
        return held.get(str(self.path)) or held.get(str(self.resolved)) or Notifying()

    def with_notifying(self, settings: stored.Settings, wanted: Notifying) -> dict[str, Notifying]:
        """What all workspaces of the settings tell when this one tells what is wanted."""
        mine = (str(self.path), str(self.resolved))
        others = {one: held for one, held in settings.notifications.items() if one not in mine}
        return {**others, str(self.resolved): wanted} if wanted != Notifying() else others

    def set_notifying(self, wanted: Notifying, from_now: bool = True) -> None:
        """Set what this workspace tells; blocks. Raises OSError, StoreError.

        from_now: new destinations get what comes, not what is there already. A window keeps its own settings and calls
        begin_targets instead.
        """
        self.needs("administrator")
        check_targets(wanted)
        before = stored.load()
        if from_now:
            self.begin_targets(wanted)
        stored.save(stored.with_notifications(before, self.with_notifying(before, wanted)))
        if not from_now:
            self._log_targets(wanted)
        if wanted == Notifying():
            self._mend_health()

    def begin_targets(self, wanted: Notifying) -> None:
        """New destinations get what comes, not what is there already; blocks. Raises OSError, StoreError."""
        from app.notify.notifier import from_now_on

        if self.read_only:
            raise OSError("The workspace is open for reading only; nobody is told of it from here.")
        check_targets(wanted)
        known = {one.name for one in self.notifying().targets}
        from_now_on(self.path, tuple(one.name for one in wanted.targets if one.name not in known), wanted)
        self._log_targets(wanted)

    def _log_targets(self, wanted: Notifying) -> None:
        """Put down whom the workspace tells, by name: an address may be a secret."""
        names = [f"{one.name}{'' if one.on else ' (off)'}" for one in wanted.targets]
        reports = [f"{one.every} {one.report}" for one in wanted.reports]
        self.log_act(
            "notifications", words=f"{', '.join(names) or 'nobody is told'}; {', '.join(reports) or 'no reports'}"[:2_000]
        )

    def target_states(self) -> tuple[TargetState, ...]:
        """How the destinations are doing; blocks for a moment. Raises OSError."""
        from app.notify.queue import Queue, queue_path

        targets = self.notifying().targets
        if not queue_path(self.path).is_file():
            return tuple(_untouched(one) for one in targets)
        queue = Queue(self.path)
        try:
            return queue.states(targets)
        finally:
            queue.close()

    # ---- looking at it first

    def test_target(self, target: Target) -> str:
        """Send a test to a destination at once; returns "" or why it did not arrive. Blocks."""
        from app.engine.notices.samples import test_notice
        from app.notify.delivering import send_now

        at = time.time_ns() // 1_000
        return send_now(target, test_notice(target.name, at, token_hex(16)), self.hide_notice)

    def preview(self, alert_id: str, target: Target) -> str:
        """What a destination would be sent about an alert, as text; blocks. Raises OSError when there is no such alert."""
        from app.engine.notices.reading import notice_of

        alert = self.plain.alert(alert_id)
        if alert is None:
            raise OSError(f"There is no alert {alert_id}.")
        one = self.hide_notice(notice_of(self.plain, alert, "new", time.time_ns() // 1_000))
        return shown(one, target)

    def hide_notice(self, one: Notice) -> Notice:
        """The notice as it may be told; itself while names are shown."""
        said = self._hidden()(one)
        assert isinstance(said, Notice)
        return said

    # ---- telling

    def start_notifying(self, wanted: Notifying | None = None) -> None:
        """Have a process deliver what is new, when anything is to be told; does nothing while one does, or when closed.

        wanted: what is set, None to read the settings.
        """
        wanted = wanted if wanted is not None else self.notifying()
        with self._notifier_lock:
            if self.is_temporary or self.read_only or not (wanted.targets or wanted.reports):
                self.stop_notifying()
                if not (self.is_temporary or self.read_only or self._tells_no_more):
                    self._mend_health()
            elif not self._tells_no_more and (self._notifier is None or not self._notifier.running):
                self._notifier_error = ""
                self._notifier = Notifier(self.path, self._notifier_ended)

    def stop_notifying(self, for_good: bool = False) -> None:
        """End that process; blocks for a moment. for_good: nor does another one begin, whoever asks for it just then."""
        with self._notifier_lock:
            self._tells_no_more |= for_good
            notifier, self._notifier = self._notifier, None
            if notifier is not None:
                notifier.close()

    def _mend_health(self) -> None:
        """Nothing is told any more, so nothing of it is wrong."""
        from app.notify.facts import ORIGINS

        with suppress(StoreError):
            for origin in ORIGINS:
                give_facts(self.path, origin, [])

    @property
    def notifier_error(self) -> str:
        """Why nothing is delivered at present, "" when all is well."""
        return self._notifier_error

    def _notifier_ended(self, why: str | None) -> None:
        self._notifier_error = why or ""

    def notify_here(self, seconds: float = ONCE) -> bool | None:
        """Take what is new and deliver it from this process; blocks. None: there is nothing to tell, or another process does it.

        True when all was delivered. Raises OSError, StoreError.
        """
        from app.notify.notifier import Notifier as Here

        wanted = self.notifying()
        if self.read_only or not any(one.on for one in wanted.targets):
            return None
        try:
            here = Here(self.path, self.notifying, self.hide_notice, _no_report)
        except StoreError as error:
            if str(error).endswith(" is in use by another program."):
                return None
            raise
        try:
            return here.once(seconds, reports=False)  # that is for those who can write one
        finally:
            here.close()

    # ---- reports

    def table_report(
        self, report: str, out: Path, form: str, span: tuple[int, int] | None = None, to_pdf: Pdf | None = None
    ) -> int:
        """Write one of the four reports as xlsx, html or pdf; returns its number of rows. Blocks. Raises OSError.

        span: first <= time < last, UTC microseconds, None for all there is. to_pdf: writes a page of HTML as PDF.
        """
        from app.engine.export.writing import whole
        from app.engine.tabular import make, write_html, write_xlsx

        veil = self._hidden()
        made = make(self.plain, report, span)
        with whole(out) as place:
            if form == "xlsx":
                rows = write_xlsx(made, place, veil)
            elif form == "html":
                rows = write_html(made, place, veil)
            elif form != "pdf" or to_pdf is None:
                raise OSError(f"A report is written as xlsx, html or pdf, not as {form}.")
            else:
                page = place.with_name(f"{place.name}.html")
                try:
                    rows = write_html(made, page, veil)
                    to_pdf(page.read_text(encoding="utf-8"), place)
                finally:
                    page.unlink(missing_ok=True)
        words = f"{report} as {form}{' with pseudonyms' if self.private else ''} to {out.name}"
        self.log_act("exported", str(out), words)
        return rows

    def reports_with_data(self) -> dict[str, bool]:
        """Whether each of the four reports could hold anything; blocks."""
        from app.engine.tabular import has_data

        return has_data(self.plain)

    def scheduled_report(self, one: Scheduled, first: int, last: int, out: Path, to_pdf: Pdf | None) -> bool:
        """Write a scheduled report; True when with pseudonyms. Blocks. Raises OSError."""
        self.table_report(one.report, out, one.form, (first, last), to_pdf)
        return self.private


def _no_report(*_: object) -> bool:
    raise OSError("From here no report is written.")


def check_targets(wanted: Notifying) -> None:
    """Raises OSError with one sentence for what cannot be meant."""
    names = [one.name.lower() for one in wanted.targets]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OSError(f"Two destinations are called {twice!r}.")
    mails = {one.name for one in wanted.targets if isinstance(one, MailTarget)}
    unknown = next((one.mail for one in wanted.reports if one.mail and one.mail not in mails), None)
    if unknown is not None:
        raise OSError(f"There is no mail destination {unknown!r}.")
    _check_addresses(wanted)
    ids = [one.id for one in wanted.reports]
    if len(set(ids)) < len(ids):
        raise OSError("The same report is scheduled twice.")


def _check_addresses(wanted: Notifying) -> None:
    from app.notify.mail import is_address
    from app.notify.webhook import not_posted_to

    mails = [one for one in wanted.targets if isinstance(one, MailTarget)]
    every = [who for one in mails for who in (one.sender, *one.recipients)]
    every += [who for one in wanted.reports for who in one.recipients]
    wrong = next((who for who in every if not is_address(who)), None)
    if wrong is not None:
        raise OSError(f"{wrong[:100]!r} is no mail address.")
    for one in wanted.targets:
        if isinstance(one, WebhookTarget) and (refused := not_posted_to(one.url)):
            raise OSError(f"{one.name}: {refused}")


def shown(one: Notice, target: Target) -> str:
    """A notice as a destination gets it, as text."""
    import msgspec

    from app.engine.notices.plain import as_json, mail_text, subject
    from app.engine.notices.syslog import message

    if isinstance(target, MailTarget):
        return f"Subject: {subject(one)}\n\n{mail_text(one)}"
    if isinstance(target, SyslogTarget):
        return message(one, target.header, target.form, "HOST", 0).decode().replace("\ufeff", "")
    return msgspec.json.format(msgspec.json.encode(as_json(one)), indent=2).decode()


def _untouched(target: Target) -> TargetState:
    from app.model.notice import kind_of, label_of

    return TargetState(name=target.name, kind=kind_of(target), label=label_of(target), on=target.on)
