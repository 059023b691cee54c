"""What the window shares with its pages: the session, the jobs, the ways to go somewhere.

Long because every change that a page may make by hand has its method here, so that all of them are told and followed alike.
"""

import contextlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from app import settings as stored
from app.model.act import Act
from app.model.alert import Alert, Classification, Link, State
from app.model.exclusion import Exclusion
from app.model.health import Health
from app.model.incident import Incident
from app.model.notice import Notifying
from app.model.rows import Overview
from app.model.source import HubSource, LiveSource
from app.model.tags import HONEYTOKEN, KNOWN_BAD, SENSITIVE
from app.model.tuning import DEFAULT, Tuning
from app.settings import Settings
from app.ui import catalogue, keys, theme, wording, zones
from app.ui.bridge import Bridge
from app.ui.jobs import Jobs
from app.ui.navigation import Route, wants_new_tab
from app.ui.page_table import BY_NAME
from app.ui.readings import Readings

if TYPE_CHECKING:
    from app.session import Session

RECENT = 8
WATCH_MS = 30_000
"""Between two looks at the health of the workspace: time alone makes some things wrong."""
HEARD = frozenset({HONEYTOKEN, SENSITIVE, KNOWN_BAD})
"""Tags that detectors ask for: alerts follow them."""


class Desk(QObject):
    """One per window. Pages read session and overview, call go, inspect, follow; they never know each other.

    overview, alerts, hidden (deleted or excluded alerts), incidents, exclusions: the newest summary, kept by the window;
    None, () before the first answer.
    """

    went = Signal(object)
    opened_apart = Signal(object)
    inspected = Signal(object, bool)
    told = Signal(str, bool)
    commanded = Signal(str)
    session_changed = Signal()
    names_changed = Signal()
    summary_changed = Signal()
    health_changed = Signal()
    look_changed = Signal()
    look_kept = Signal()
    keys_changed = Signal()

    def __init__(self, settings_folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = settings_folder
        self.settings: Settings = stored.load(settings_folder)
        self.closed = False
        self._named = 0
        """How often names were hidden or shown: an answer with the names of before is not shown."""
        self.jobs = Jobs(self)
        self.bridge = Bridge(self.jobs, self)
        self.session: Session | None = None
        self.overview: Overview | None = None
        self.alerts: tuple[Alert, ...] = ()
        self.hidden: tuple[Alert, ...] = ()
        self.incidents: tuple[Incident, ...] = ()
        self.health = Health()
        """How the workspace and its sensors are doing; health_changed tells of another one."""
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_MS)
        self._watch.timeout.connect(self._look_at_health)
        self.alert_order: tuple[str, ...] = ()
        """Ids of alerts in the order of the list that was shown last: what comes next on the page of one."""
        self.exclusions: tuple[Exclusion, ...] = ()
        self._redetect = False
        self.differs = ""
        """What of the program is not as it was when the alerts were found, until they are found anew."""
        self.looks: dict[str, str] = {}
        """What pages keep of how they look, by "page/name"; read it when the page is made."""
        self.specs: tuple[LiveSource, ...] = ()
        """Live sources of this case, running or not; kept for a case that is kept."""
        self._unanswered = False
        """Whether the workspace could not even be summarised."""
        self._summarising: Session | None = None
        self._again = False
        self.can: Callable[[str], bool] = lambda _: True
        """Whether an action, by its id, makes sense now; the window knows."""
        self._use_settings()
        self.bridge.low = self.settings.low_priority
        self.readings = Readings(self.bridge, self.jobs.log, self)
        self.jobs.whose = _words_of
        self.jobs.failed.connect(lambda error: self.tell(error, True))
        self.bridge.changed.connect(self._summarise)
        self.bridge.finished.connect(self._read)

    @property
    def has_case(self) -> bool:
        """Whether anything was read, or is being read."""
        return self.bridge.reading or bool(self.overview and self.overview.inputs)

    @property
    def is_open(self) -> bool:
        """Whether a case is open that is kept, also before anything was read into it, or one that holds something."""
        return self.has_case or (self.session is not None and not self.session.is_temporary)

    @property
    def awaited(self) -> bool:
        """Whether nobody knows yet what the workspace holds."""
        return self.session is not None and self.overview is None and not self.bridge.reading and not self._unanswered

    def attach(self, session: "Session | None") -> None:
        """Show another case; the one before is closed by the caller."""
        self.session, self.overview, self.alerts = session, None, ()
        self.hidden, self.incidents, self.exclusions, self._redetect = (), (), (), False
        self._unanswered, self.differs = False, ""
        self.health = Health()
        self._watch.start() if session is not None else self._watch.stop()
        self.specs = self.settings.sources.get(str(session.path), ()) if session is not None else ()
        self._follow_hub()
        self.readings.abandon()
        self.bridge.attach(session)
        if session is not None and (wanted := self.notifying) != Notifying():
            self.jobs.run(lambda: session.start_notifying(wanted))
        self.session_changed.emit()
        if session is not None:
            asked = session.queries
            self.jobs.run(lambda: (asked.is_behind(), asked.differs()), self._tell_behind, lambda _: None, self)

    def _tell_behind(self, found: tuple[bool, str]) -> None:
        behind, self.differs = found
        if self.bridge.reading or self.bridge.listening:
            return
        if behind:
            self.tell("Alerts do not tell of all that was read, since detection did not come to its end: F5 detects again.", True)
        elif self.differs and self.session is not None:
            then = "it is open for reading only" if self.session.read_only else "F5 detects again"
            first = f"{self.session.brought} " if self.session.brought else ""  # said just before, and to be read too
            self.tell(f"{first}The alerts are not what this program would find, since {self.differs}: {then}.", True)

    def go(self, page: str, key: str = "", new_tab: bool = False, **view: str) -> None:
        """Show a page; pages that do not exist in this build are ignored.

        new_tab: in a tab of its own, behind the one on screen. A click with Ctrl or the middle button asks for that by itself.
        """
        if page in BY_NAME:
            self.open(Route(page, key, tuple(sorted(view.items()))), new_tab)

    def open(self, route: Route, new_tab: bool = False) -> None:
        """The same for a route; in privacy mode the filter in it shows pseudonyms, which every question understands."""
        if self.session is not None and self.session.private:
            hidden = self.session.hidden
            route = route._replace(view=tuple((name, hidden(text) if name == "filter" else text) for name, text in route.view))
        (self.opened_apart if new_tab or wants_new_tab() else self.went).emit(route)

    def can_go(self, page: str) -> bool:
        """Whether that page exists in this build."""
        return page in BY_NAME

    def inspect(self, thing: object, quietly: bool = False) -> None:
        """Show an EntityRef, an ActivityRow, an Alert, a Coverage or the id of an activity in the inspector; None empties it.

        quietly: for a selection that moved; the inspector shows it when it is open, and does not open for it.
        """
        self.inspected.emit(thing, quietly)

    def follow(self, link: Link) -> None:
        """Click on a piece of a sentence; one that asks for a new tab opens the entity's page."""
        if link.entity is not None and wants_new_tab() and self.can_go("entity"):
            self.go("entity", link.entity.key)
        elif link.entity is not None:
            self.inspect(link.entity)
        elif link.activity is not None:
            self.inspect(link.activity)

    def change_alert(
        self, alert_id: str, state: State | None = None, classification: Classification | None = None, note: str | None = None
    ) -> None:
        """Change what the analyst says of an alert; all pages follow."""
        self.change_alerts((alert_id,), state, classification, note)

    def change_alerts(
        self,
        ids: Iterable[str],
        state: State | None = None,
        classification: Classification | None = None,
        note: str | None = None,
    ) -> None:
        """The same for several alerts as one step of undo; the status bar says for how many."""
        session, every = self.session, tuple(ids)
        if session is not None and every:

            def done(number: int) -> None:
                if words := wording.changed(number, state, classification):
                    self.tell(words)

            self._write(lambda: session.change_alerts(every, state=state, classification=classification, note=note), done=done)

    def suppress_issue(self, id: str, days: int) -> None:
        """Say nothing of a health alert for some days; all pages follow."""
        self._say_of_health(lambda session: session.suppress_issue(id, days), f"Suppressed for {wording.count(days, 'day')}")

    def close_issue(self, id: str) -> None:
        """Close a health alert until it has gone and comes again."""
        self._say_of_health(lambda session: session.close_issue(id), "Closed")

    def reopen_issue(self, id: str) -> None:
        """Open a health alert again."""
        self._say_of_health(lambda session: session.reopen_issue(id), "Open again")

    def _say_of_health(self, work: "Callable[[Session], bool]", words: str) -> None:
        session = self.session
        if session is None:
            return

        def done(there: bool) -> None:
            self.tell(
                f"{words}; Ctrl+Z undoes it." if there else "Nothing listens now: it can be said at the next look.", not there
            )

        self._write(lambda: work(session), done=done)

    def _look_at_health(self) -> None:
        session = self.session
        if session is not None and not self.closed:
            named = self._named

            def arrived(found: Health) -> None:
                if session is self.session and named == self._named:
                    self._show_health(found)

            def work() -> Health:
                _meet_names(session)
                return session.queries.health()

            self.jobs.run(work, arrived, lambda _: None, self)

    def _show_health(self, found: Health) -> None:
        if found != self.health:
            self.health = found
            self.health_changed.emit()

    def name_incident(self, id: str, name: str) -> None:
        """Call an incident so, "" for its own name; all pages follow."""
        session = self.session
        if session is not None:
            self._write(lambda: session.name_incident(id, name))

    def exclude(self, detector: str, kind: str, value: str, reason: str, expires: int | None) -> None:
        """Pass over a party from now on; alerts follow."""
        session = self.session
        if session is not None:
            self._write(lambda: session.exclude(detector, kind, value, reason, expires), detect=True)

    def switch_exclusions(self, ids: Iterable[str], on: bool) -> None:
        """Let exclusions count, or not; alerts follow."""
        session, every = self.session, tuple(ids)
        if session is not None:

            def work() -> None:
                for id in every:
                    session.switch_exclusion(id, on)

            self._write(work, detect=True)

    def remove_exclusions(self, ids: Iterable[str]) -> None:
        """Forget exclusions; alerts follow."""
        session, every = self.session, tuple(ids)
        if session is not None:
            self._write(lambda: session.remove_exclusions(every), detect=True)

    def import_exclusions(self, text: str, told: Callable[[int, list[str]], None]) -> None:
        """Add all of a list; told gets how many are new, and a sentence for each line that cannot be used."""
        session = self.session
        if session is not None:
            self._write(lambda: session.import_exclusions(text), detect=True, done=lambda value: told(*value))

    def set_tuning(self, tuning: Tuning) -> None:
        """Set how sensitive the detectors of this case are; alerts follow."""
        session = self.session
        if session is not None:
            self._follow_sensitivity(tuning)
            self._write(lambda: session.set_tuning(tuning), detect=True)

    def _follow_sensitivity(self, tuning: Tuning) -> None:
        """What is read and detected from now on has the sensitivity that was set last."""
        if tuning.sensitivity != self.settings.sensitivity:
            self.keep(sensitivity=tuning.sensitivity)

    def undo(self, act: int | None = None, again: bool = False) -> None:
        """Undo what was done last, or one act; again: do again what was undone. All pages follow."""
        session = self.session
        if session is None:
            return

        def done(acts: Sequence[Act]) -> None:
            self.tell(f"{'Done again' if again else 'Undone'}: {wording.listed(wording.act(one) for one in acts[:3])}.")
            for text in (one.after if again else one.before for one in acts if one.what == "tuning"):
                self._follow_sensitivity(msgspec.json.decode(text, type=Tuning) if text else DEFAULT)
            if any(one.what in ("exclusion", "tag", "tuning") for one in acts):
                self.detect()

        self._write(lambda: session.redo(act) if again else session.undo(act), done=done)

    @property
    def private(self) -> bool:
        """Whether pseudonyms stand in the place of names."""
        return self.session.private if self.session is not None else self.settings.privacy

    def veiled(self, text: str) -> str:
        """A text as it may be shown: with pseudonyms in privacy mode."""
        return self.session.hidden(text) if self.session is not None else text

    def hide_names(self, on: bool) -> None:
        """Show pseudonyms in the place of names, or names again: everything on screen is asked anew."""
        session = self.session
        if session is None:
            self.keep(privacy=on)
            return

        def done(kept: bool) -> None:
            if session is self.session:
                self.overview, self.alerts, self.hidden, self.incidents, self.exclusions = None, (), (), (), ()
                self.keep(privacy=on)
                self._named += 1
                self._show_health(Health())
                self.session_changed.emit()
                self.names_changed.emit()
                self._summarise()
                said = "Names are hidden." if on else "Names are shown."
                self.tell(said if kept else f"{said} Without a keyring pseudonyms last until the case is closed.")

        self.jobs.run(lambda: session.hide_names(on), done, lambda error: self.tell(error, True), self)

    def detect(self) -> None:
        """Detect again over all that was read, after what is running."""
        if self.session is None or self.overview is None or not self.overview.inputs:
            return
        if self.bridge.reading:
            self._redetect = True
        else:
            self.bridge.read((), self.settings.sensitivity)

    def _read(self, _error: str) -> None:
        if self._redetect:
            self._redetect = False
            self.detect()

    def _write(self, work: Callable[[], Any], detect: bool = False, done: Callable[[Any], object] = lambda _: None) -> None:
        """Change something away from the window's thread; what goes wrong is said in the status bar."""

        def written(value: Any) -> None:
            done(value)
            self._summarise()
            if detect:
                self.detect()

        self.jobs.run(work, written, self.refuse, self, keeps=True)

    def tag(self, key: str, tags: Mapping[str, bool | None]) -> None:
        """Say that an entity carries tags, does not, or (None) that the program decides; all pages follow."""
        session = self.session
        if session is None:
            return

        def work() -> None:
            for tag, on in tags.items():
                session.tag(key, tag, on)

        self._write(work, detect=not HEARD.isdisjoint(tags), done=lambda _: self.bridge.poke())

    def tag_all(self, keys: Iterable[str], tag: str, on: bool | None) -> None:
        """The same of several entities, as one step of undo."""
        session, every = self.session, tuple(keys)
        if session is not None and every:
            told = {True: "given to", False: "taken from", None: "left to the program for"}[on]
            done = lambda _: self._poked(f"{tag} {told} {wording.count(len(every), 'entity', 'entities')}; Ctrl+Z undoes it.")  # noqa: E731
            self._write(lambda: session.tag_all(every, tag, on), detect=tag in HEARD, done=done)

    def write_note(self, key: str, text: str, id: int | None = None) -> None:
        """Write a note of an entity, or other words in the place of one; all pages follow."""
        session = self.session
        if session is not None:
            self.jobs.run(lambda: session.write_note(key, text, id), lambda _: self.bridge.poke(), self.refuse, self, keeps=True)

    def remove_note(self, id: int) -> None:
        """Remove a note; all pages follow."""
        session = self.session
        if session is not None:
            done = lambda _: self._poked("The note is removed; Ctrl+Z brings it back.")  # noqa: E731
            self.jobs.run(lambda: session.remove_note(id), done, self.refuse, self, keeps=True)

    def _poked(self, sentence: str) -> None:
        self.tell(sentence)
        self.bridge.poke()

    def refuse(self, error: str) -> None:
        """Say what went wrong with a job, "Kind: sentence", as a sentence."""
        self.tell(error.partition(": ")[2] or error, True)

    def command(self, action: str) -> None:
        """Do an action of the table by its id."""
        self.commanded.emit(action)

    def tell(self, sentence: str, failed: bool = False) -> None:
        """Say one sentence in the status bar."""
        if self.closed:
            return
        self.told.emit(sentence, failed)

    def _use_settings(self) -> None:
        """Let what the settings say of keys, zone and rows hold; what is on screen already has to be made anew."""
        catalogue.use(self.settings.language, self._folder)
        keys.use(self.settings.keys)
        zones.use(self.settings.zone)
        theme.set_density(self.settings.density == "comfortable")
        theme.set_motion(self.settings.motion == "off")

    def set_keys(self, own: Mapping[str, tuple[str, ...]]) -> None:
        """Other keys; menus, hints and the palette follow."""
        self.keep(keys=dict(own))
        keys.use(self.settings.keys)
        self.keys_changed.emit()

    def set_look(self, **changes: object) -> None:
        """Change settings of theme, zoom, density, motion, language or zone; the whole window follows."""
        self.keep(**changes)
        self._use_settings()
        self.look_changed.emit()

    def keep(self, **changes: object) -> None:
        """Change settings; a folder that cannot be written is said once, not fatal."""
        self.settings = msgspec.structs.replace(self.settings, **changes)
        try:
            stored.save(self.settings, self._folder)
        except OSError as error:
            self.tell(f"Settings could not be saved: {error}", True)

    def keep_look(self, name: str, value: str) -> None:
        """Keep something of how a page looks with the workspace, at most 200 names: a splitter as Page.keep_splitter does."""
        if self.looks.get(name) != value and len(value) <= 20_000:
            others = {one: held for one, held in self.looks.items() if one != name}
            self.looks = {**dict(list(others.items())[-199:]), name: value}
            self.look_kept.emit()

    def place_word(self, input_key: str, kind: str) -> str:
        """ "frame" or "record": what the number of an activity of that input and kind counts."""
        inputs = self.overview.inputs if self.overview is not None else ()
        found = next((one.kind for one in inputs if one.key == input_key), "")
        packets = found in ("pcap", "pcapng") if found else not kind.startswith(("event-", "directory-"))
        return "frame" if packets else "record"

    def set_low(self, low: bool) -> None:
        """Whether readings leave the processor to others first, from the next one on."""
        self.bridge.low = low
        self.keep(low_priority=low)
        self.tell("The next reading leaves the processor to others first." if low else "The next reading takes what it can get.")
        self.jobs.log.touch()

    def keep_specs(self, specs: tuple[LiveSource, ...], path: Path | None = None) -> None:
        """Other live sources of this case; path: of the workspace that gets them too."""
        self.specs = specs
        session = self.session
        where = path or (session.path if session is not None and not session.is_temporary else None)
        if where is not None:
            others = {one: held for one, held in self.settings.sources.items() if one != str(where)}
            latest = dict(list(others.items())[-RECENT:])
            self.keep(sources={**latest, str(where): specs} if specs else latest)
        self._follow_hub()

    def _follow_hub(self) -> None:
        """The session asks sensors over the hub among its live sources, whether that runs at present or not."""
        if self.session is not None:
            self.session.hub = next((one for one in self.specs if isinstance(one, HubSource)), None)

    @property
    def notifying(self) -> Notifying:
        """What this case tells to other systems, and which reports come by themselves."""
        return self.session.notifying(self.settings) if self.session is not None else Notifying()

    def keep_notifying(self, wanted: Notifying, said: str, done: Callable[[], object] = lambda: None) -> None:
        """Other destinations and reports of this case; new ones get what comes. said: told once they hold."""
        session = self.session
        if session is None or session.is_temporary:
            return

        held = self.notifying

        def begin() -> None:
            session.stop_notifying()
            try:
                session.begin_targets(wanted)
            except BaseException:
                session.start_notifying(held)
                raise

        def keep(_: object) -> None:
            if session is not self.session:
                return
            self.keep(notifications=session.with_notifying(self.settings, wanted))
            self.jobs.run(lambda: session.start_notifying(wanted))
            self.tell(said)
            done()

        self.jobs.run(begin, keep, self.refuse, keeps=True)

    def remember(self, path: Path) -> None:
        """Put a workspace at the head of the recent ones."""
        word = str(path)
        from app.session import workspaces  # loaded already: one was just opened

        recent = (word, *(one for one in self.settings.recent if one != word))[:RECENT]
        self.keep(recent=recent, opened=workspaces.opened_now(self.settings, path))

    def get_ready(self) -> None:
        """Somebody may read something soon: let a process load what that needs, away from the window."""

        def work() -> None:
            from app.session import ready

            if not self.closed:
                with contextlib.suppress(OSError):  # then reading starts its own, and says what is wrong
                    ready.prepare()

        self.jobs.run(work)

    def close(self) -> None:
        """Stop what runs."""
        self.closed = True
        self._watch.stop()
        self.bridge.attach(None)
        self.jobs.close()
        if "app.session" in sys.modules:
            from app.session import ready

            ready.close()

    def _summarise(self) -> None:
        session = self.session
        if session is None:
            return
        if self._summarising is session:
            self._again = True
            return
        named = self._named
        self._summarising, self._again = session, False

        def ended() -> None:
            if self._summarising is session:
                self._summarising = None
                if self._again:
                    self._summarise()

        def arrived(value: tuple[Any, ...]) -> None:
            if session is self.session and named == self._named:
                self.overview, self.alerts, self.hidden, self.incidents, self.exclusions, health = value
                self.summary_changed.emit()
                self._show_health(health)
            ended()

        def failed(error: str) -> None:
            if session is self.session:
                self.tell(error, True)
                if self.overview is None:
                    self._unanswered = True
                    self.summary_changed.emit()
            ended()

        def work() -> tuple[Any, ...]:
            _meet_names(session)
            queries = session.queries
            alerts, hidden = queries.alerts(), queries.hidden_alerts()
            return queries.overview(), alerts, hidden, queries.incidents(), queries.exclusions(), queries.health()

        self.jobs.run(work, arrived, failed, self)


def _meet_names(session: "Session") -> None:
    """In privacy mode hide names that came since as well: live traffic brings some all the time. Blocks."""
    if session.private:
        session.meet_names()


def _words_of(owner: QObject | None) -> str:
    """What the list of jobs calls work without words: whose it is."""
    entry = BY_NAME.get(str(getattr(owner, "name", "")))
    return f"What the page {entry.words} asks for" if entry is not None else "Work of the window"
