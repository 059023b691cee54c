"""What the actions of the table do.

Long because each action of the window has its function here, most of them a few lines.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from app import paths
from app.model.alert import Alert
from app.model.rows import ActivityRow
from app.model.tickets import TicketNode
from app.ui import command_lines, keys, theme, value_menu, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.exporting import ask
from app.ui.navigation import Route
from app.ui.page import Page

PATTERNS = {
    "Captures": "*.pcap *.pcapng *.cap *.dmp *.ntar",
    "Windows events": "*.evtx *.xml *.json *.jsonl *.ndjson *.etl",
    "Directories": "*.ldif *.json *.zip",
    "Logs": "*.log *.txt",
    "Packed": "*.gz *.zst *.lz4 *.bz2 *.xz *.zip *.tar *.tgz",
}
EVIDENCE = ";;".join(
    (
        f"Evidence ({' '.join(dict.fromkeys(' '.join(PATTERNS.values()).split()))})",
        *(f"{name} ({some})" for name, some in PATTERNS.items()),
        "All files (*)",
    )
)
KEYTABS = "Keytabs (*.keytab *.kt);;All files (*)"
CASES = "Wardlight cases (*.wardlight)"


class Frame(Protocol):
    """What commands ask of the window."""

    desk: Desk
    zoom: float
    inspector: Any

    def read(self, paths: Sequence[Path]) -> None: ...
    def open_case(self, path: Path | None, route: Route | None = None, stay: bool = False, there: bool = False) -> None: ...
    def here(self) -> Route | None: ...
    def page(self) -> Page: ...
    def back(self) -> None: ...
    def forward(self) -> None: ...
    def new_tab(self) -> None: ...
    def close_tab(self) -> None: ...
    def tear_tab(self) -> None: ...
    def step_tab(self, by: int) -> None: ...
    def use_layout(self, name: str) -> None: ...
    def save_layout(self) -> None: ...
    def rename_layout(self, name: str) -> None: ...
    def remove_layout(self, name: str) -> None: ...
    def toggle_pane(self, name: str) -> None: ...
    def turn_pane(self, name: str) -> None: ...
    def focus_search(self) -> None: ...
    def toggle_inspector(self) -> None: ...
    def toggle_keys(self) -> None: ...
    def start_tour(self) -> None: ...
    def set_zoom(self, zoom: float) -> None: ...
    def close(self) -> bool: ...


def moment_of(thing: object) -> int | None:
    """When that was, UTC microseconds; None for what has no moment."""
    if isinstance(thing, Alert):
        return thing.finding.first
    if isinstance(thing, TicketNode):
        return thing.issued if thing.issued is not None else thing.first
    return thing.at if isinstance(thing, ActivityRow) else None


class Commands:
    """One method for each command word; argument comes from the table."""

    def __init__(self, window: Frame, parent: QWidget) -> None:
        self._window, self._parent = window, parent
        self._desk = window.desk

    def open_files(self) -> None:
        """Ask for files, read them."""
        self._desk.get_ready()
        names, _ = QFileDialog.getOpenFileNames(self._parent, "Open evidence", "", EVIDENCE)
        if names:
            self._window.read([Path(one) for one in names])

    def open_folder(self) -> None:
        """Ask for a folder, read all in it."""
        self._desk.get_ready()
        name = QFileDialog.getExistingDirectory(self._parent, "Open a folder of evidence")
        if name:
            self._window.read([Path(name)])

    def use_keytabs(self) -> None:
        """Ask for files with keys; what is opened from now on is read with them."""
        names, _ = QFileDialog.getOpenFileNames(self._parent, "Use keytabs", "", KEYTABS)
        if names:
            self.take_keytabs([Path(one) for one in names])

    def take_keytabs(self, files: Sequence[Path]) -> None:
        """Use these files with keys from now on, once it is seen that they are keytabs."""

        def check() -> None:
            from app.session import check_keytabs

            check_keytabs(files)

        def good(_: None) -> None:
            self._desk.bridge.use_keytabs(files)
            self._desk.tell(f"Keys of {', '.join(one.name for one in files)} are used for what is opened from now on.")

        self._desk.jobs.run(check, good, self._desk.refuse, self._parent)

    def add_source(self) -> None:
        """Show the panel in which a live source is set up; it needs a workspace to take things into."""
        if self._desk.session is None:
            self._window.open_case(None, Route("sources", "add"))
        else:
            self._desk.go("sources", "add")

    def open_sensors(self, panel: str) -> None:
        """Show how a hub is joined, or a sensor added; both need a workspace to take things into."""
        if self._desk.session is None:
            self._window.open_case(None, Route("sensors", panel))
        else:
            self._desk.go("sensors", panel)

    def open_sample(self) -> None:
        """Read the bundled case."""
        sample = paths.sample_case()
        if sample.is_file():
            self._window.read([sample])
        else:
            self._desk.tell(tr("The sample case is not part of this build."), True)

    def new_case(self) -> None:
        """Ask where the case shall be kept, open it empty."""
        name, _ = QFileDialog.getSaveFileName(self._parent, "Keep the new case as", "case.wardlight", CASES)
        if name:
            self._window.open_case(Path(name if name.endswith(".wardlight") else f"{name}.wardlight"))

    def open_case(self) -> None:
        """Ask for a case, open it."""
        name, _ = QFileDialog.getOpenFileName(self._parent, "Open a case", "", CASES)
        if name:
            self._window.open_case(Path(name), there=True)

    def save_case(self) -> None:
        """Ask where, save the workspace there, go on with it."""
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save workspace as", "case.wardlight", CASES)
        if name:
            self.write_case(Path(name if name.endswith(".wardlight") else f"{name}.wardlight"))

    def write_case(self, out: Path) -> None:
        """Save the workspace to a file; the window goes on with that one where it was."""
        session = self._desk.session
        if session is None:
            return
        if self._desk.bridge.reading:
            self._desk.tell(tr("Wait until all is read, or stop reading; then save the workspace."), True)
            return

        if self._desk.bridge.listening:
            self._desk.tell(tr("Stop the live sources first; then save the workspace."), True)
            return

        def saved(_: None) -> None:
            if self._desk.specs:
                self._desk.keep_specs(self._desk.specs, out)
            self._desk.tell(f"Workspace saved as {out.name}.")
            if session is self._desk.session and not self._desk.bridge.reading:
                self._window.open_case(out, stay=True)

        self._desk.jobs.run(
            lambda: session.save_as(out), saved, self._desk.refuse, self._parent, f"Saving the workspace as {out.name}"
        )

    def save_report(self) -> None:
        """Ask where, write the report."""
        name, chosen = QFileDialog.getSaveFileName(self._parent, "Save report", "report.html", "Web page (*.html);;PDF (*.pdf)")
        if name:
            suffix = ".pdf" if "pdf" in chosen.lower() else ".html"
            self.write_report(Path(name if Path(name).suffix.lower() in (".html", ".pdf") else name + suffix))

    def write_report(self, out: Path) -> None:
        """Write the report to a file whose suffix says the kind."""
        session = self._desk.session
        if session is None:
            return
        words = f"Writing the report {out.name}"
        if out.suffix.lower() == ".pdf":
            from app.ui.printing import write_pdf

            # A document and its writer belong to the thread that makes them; laying out a large case takes many seconds.
            work = lambda: session.report(out, write_pdf)  # noqa: E731
            self._desk.jobs.run(work, lambda _: self._saved(out), owner=self._parent, words=words)
        else:
            self._desk.jobs.run(lambda: session.report(out), lambda _: self._saved(out), owner=self._parent, words=words)

    def save_form(self, form: str) -> None:
        """Ask where, write the whole case in one form."""
        ask(self._desk, self._parent, form.split(), "activities" if "jsonl" in form else "case")

    def toggle_privacy(self) -> None:
        """Pseudonyms in the place of names, or names again."""
        self._desk.hide_names(not self._desk.private)

    def _saved(self, out: Path, _nothing: None = None) -> None:
        self._desk.tell(f"Report saved as {out.name}.")

    def undo(self) -> None:
        """Undo what was done last: the last step of the page on screen when it has any, else the last change of the case."""
        step = getattr(self._window.page(), "undo_step", None)
        if step is None or not step():
            self._desk.undo()

    def redo(self) -> None:
        """Do again what was undone last."""
        step = getattr(self._window.page(), "redo_step", None)
        if step is None or not step():
            self._desk.undo(again=True)

    def cancel_reading(self) -> None:
        """Stop to read; what was read stays."""
        self._desk.bridge.cancel()

    def toggle_low(self) -> None:
        """Let the next readings leave the processor to others first, or not."""
        self._desk.set_low(not self._desk.bridge.low)

    def close_window(self) -> None:
        """End the program."""
        self._window.close()

    def back(self) -> None:
        """The route before."""
        self._window.back()

    def forward(self) -> None:
        """The route after."""
        self._window.forward()

    def new_tab(self) -> None:
        """The present place in one more tab."""
        self._window.new_tab()

    def close_tab(self) -> None:
        """Close the tab on screen."""
        self._window.close_tab()

    def tear_tab(self) -> None:
        """Give the tab a window of its own, or put it back."""
        self._window.tear_tab()

    def step_tab(self, by: str) -> None:
        """To another tab, so many places to the right."""
        self._window.step_tab(int(by))

    def use_layout(self, name: str) -> None:
        """Let the panes stand as a layout says."""
        self._window.use_layout(name)

    def save_layout(self) -> None:
        """Keep the panes under a name."""
        self._window.save_layout()

    def rename_layout(self, name: str) -> None:
        """Another name of a layout."""
        self._window.rename_layout(name)

    def remove_layout(self, name: str) -> None:
        """Forget a layout."""
        self._window.remove_layout(name)

    def toggle_pane(self, name: str) -> None:
        """Show or hide jobs or problems."""
        self._window.toggle_pane(name)

    def turn_pane(self, name: str) -> None:
        """Tear a pane off, or put it back."""
        self._window.turn_pane(name)

    def search(self) -> None:
        """Put the cursor into the search field."""
        self._window.focus_search()

    def go(self, page: str) -> None:
        """Show a page, or behind a stroke what it shows."""
        name, _, key = page.partition("/")
        self._desk.go(name, key)

    def value(self, action: str) -> None:
        """Do something with the value that has the focus."""
        value = value_menu.value_at_focus()
        if value is not None and value_menu.allowed(action, value):
            value_menu.do(action, value, self._desk, self._window.here())

    def toggle_inspector(self) -> None:
        """Show or hide the inspector."""
        self._window.toggle_inspector()

    def show_card(self) -> None:
        """The card of the entity that the focus stands on, else of what the page shows."""
        from app.ui.widgets import hovering

        if not hovering.ask(QApplication.focusWidget()):
            self._desk.tell(tr("Nothing that has the focus names an entity."))

    def around(self) -> None:
        """What happened before and after what is chosen: an alert, an activity, a ticket."""
        at = moment_of(self._window.inspector.shown)
        at = at if at is not None else moment_of(self._window.page().subject())
        if at is None:
            self._desk.tell(tr("Choose an alert or an activity first; then what happened around it is shown."))
        else:
            self._desk.go("timeline", at=str(at), minutes="5")

    def set_theme(self, name: str) -> None:
        """Put a theme on, keep the choice."""
        self._desk.keep(theme=name)
        self._window.recolour()

    def zoom_in(self) -> None:
        """Larger words."""
        self._window.set_zoom(next((one for one in theme.ZOOMS if one > self._window.zoom + 0.01), theme.ZOOMS[-1]))

    def zoom_out(self) -> None:
        """Smaller words."""
        self._window.set_zoom(next((one for one in reversed(theme.ZOOMS) if one < self._window.zoom - 0.01), theme.ZOOMS[0]))

    def zoom_reset(self) -> None:
        """Words of normal size."""
        self._window.set_zoom(1.0)

    def detect(self) -> None:
        """Run the detectors again over all that was read."""
        self._desk.detect()

    def copy_command(self) -> None:
        """Offer the lines of the command line that do what is on screen; the chosen one goes to the clipboard."""
        found = command_lines.lines(self.place())
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        beside = max((theme.measure().horizontalAdvance(one.words) for one in found), default=0) + theme.px(80)
        room = (self._parent.screen().availableGeometry().width() - beside) // theme.measure().averageCharWidth()
        for one in found:
            shown = wording.middle(" ".join(one.arguments), max(20, min(90, room))).replace("&", "&&")
            entry = menu.addAction(keys.beside(one.words, shown))
            entry.triggered.connect(lambda *_, one=one: self.copy_line(one))
        if found:
            menu.setActiveAction(menu.actions()[0])
            at = QPoint(
                (self._parent.width() - min(menu.sizeHint().width(), self._parent.width())) // 2, theme.space("top-bar") + 8
            )
            menu.popup(self._parent.mapToGlobal(at))

    def copy_line(self, line: command_lines.Line) -> None:
        """Put one line on the clipboard."""
        try:
            text = command_lines.written(line)
        except command_lines.Unsafe as error:
            self._desk.tell(str(error), True)
            return
        QGuiApplication.clipboard().setText(text)
        self._desk.tell(f"Copied: {wording.middle(text, 160)}")

    def place(self) -> command_lines.Place:
        """What lines are made from now."""
        session, overview = self._desk.session, self._desk.overview
        kept = session is not None and not session.is_temporary
        inputs = tuple(one.path for one in (overview.inputs if overview else ()) if not one.live and one.path)
        return command_lines.Place(
            route=self._window.page().route,
            workspace=str(session.path) if session is not None and kept else command_lines.KEPT_AS,
            inputs=inputs,
            live=tuple(self._desk.specs),
            tuning=self._window.page().tuning(),
        )

    def show_tour(self) -> None:
        """Cards that say what is where."""
        self._window.start_tour()

    def help_on_page(self) -> None:
        """The help at what it says of the page on screen."""
        article, section = self._window.page().help()
        self._desk.go("help", article, section=section)

    def help_article(self, key: str) -> None:
        """One article of the help."""
        self._desk.go("help", key)

    def show_keys(self) -> None:
        """The sheet of keys, or away with it."""
        self._window.toggle_keys()
