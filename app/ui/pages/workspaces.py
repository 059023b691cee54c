"""Workspaces of this user: what each holds, how it is; renamed, packed, checked, deleted to the bin and back.

Long because every deed of the page asks first, runs as a job and is told at the same table.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QVBoxLayout, QWidget

from app.model.workspace import Binned, Checked, WorkspaceRow
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.frame.ask_name import AskName
from app.ui.navigation import Crumb, Route
from app.ui.page import Page
from app.ui.shelf import doing, lists
from app.ui.shelf.foot import Foot
from app.ui.tables.table import Table
from app.ui.widgets.buttons import Button, MenuButton
from app.ui.widgets.empty import Empty
from app.ui.widgets.words import PageHeading

PACKED = "Packed workspaces (*.wardlight-pack);;All files (*)"


class WorkspacesPage(Page):
    """Route key: "bin" for the deleted ones, "" for the others."""

    more_keys = (("Enter", "Open the workspace"), ("Del", "Delete it to the bin"))

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self._asked: AskName | None = None
        self._going: tuple[Binned, ...] = ()
        self.open_button = Button(tr("Open"), "open", on_click=self.open_row)
        self.more = MenuButton(tr("More"), self._fill)
        self.other = Button(tr("Bin"), on_click=self._turn)
        self.new = Button(tr("New"), "plus", on_click=lambda: desk.command("case.new"))
        self.unpack_button = Button(tr("Unpack…"), on_click=self._unpack)
        self.restore_button = Button(tr("Restore"), "back", on_click=self.restore)
        self.purge_button = Button(tr("Remove for good"), "close", on_click=self._purge)
        self.heading = PageHeading(tr("Workspaces"), "", (
            self.open_button, self.more, self.restore_button, self.purge_button, self.other, self.unpack_button, self.new,
        ))  # fmt: skip
        self.table, self.bin = Table(lists.columns(self._here)), Table(lists.BINNED)
        self.table.setAccessibleName(tr("Workspaces"))
        self.bin.setAccessibleName(tr("Deleted workspaces"))
        self.table.chosen.connect(lambda _: self._enable())
        self.table.opened.connect(lambda _: self.open_row())
        self.bin.chosen.connect(lambda _: self._enable())
        self.bin.opened.connect(lambda _: self.restore())
        self.nothing = Empty(
            tr("Cases that you opened, and those in your folder of workspaces, are listed here with what they hold."),
            tr("No workspaces yet"), tr("Make a new one"), lambda: desk.command("case.new"),
        )  # fmt: skip
        self.foot = Foot()
        self.foot.mend_wanted.connect(lambda: self._check(True))
        self.foot.asked.connect(lambda: self.reveal(self.foot))
        top = QWidget()
        head = QVBoxLayout(top)
        head.setContentsMargins(theme.space("margin"), theme.space("top"), theme.space("margin"), theme.px(8))
        head.setSpacing(theme.px(12))
        head.addWidget(self.heading)
        head.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self.table, 1)
        column.addWidget(self.bin, 1)
        column.addWidget(self.foot)
        self.nothing.hide()
        self.bin.hide()
        self.setFocusProxy(self.table)
        desk.session_changed.connect(self.refresh_soon)

    def crumbs(self) -> tuple[Crumb, ...]:
        """The workspaces, and the bin below them."""
        if self.route.key == "bin":
            return (Crumb("Workspaces", Route("workspaces")), Crumb("Bin"))
        return (Crumb("Workspaces"),)

    def visit(self, route: Route) -> None:
        """One of the two lists."""
        super().visit(route)
        binned = route.key == "bin"
        for one in (self.open_button, self.more, self.unpack_button, self.new):
            one.setVisible(not binned)
        for one in (self.restore_button, self.purge_button):
            one.setVisible(binned)
        self.table.setVisible(not binned)
        self.bin.setVisible(binned)
        self.heading.title.say(tr("Bin") if binned else tr("Workspaces"))
        self.other.say(tr("Workspaces") if binned else tr("Bin"))
        self.setFocusProxy(self.bin if binned else self.table)
        self.foot.forget()
        self.foot.say("")
        if self.isVisible():  # the list that had the keyboard may be the one that is hidden now
            self.list_shown().setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh_soon()

    def refresh(self) -> None:
        """What changes in the open case is no reason to look at all the others."""

    def refresh_soon(self) -> None:
        """Look at every workspace and the bin, away from the window."""
        settings = self.desk.settings

        def look() -> tuple[tuple[WorkspaceRow, ...], tuple[Binned, ...], tuple[Binned, ...]]:
            from app.session import workspaces

            folders = workspaces.folders(settings)
            return workspaces.known_workspaces(settings), workspaces.binned(folders), workspaces.leaving(folders)

        self.ask("list", look, self._show)

    def _show(self, found: tuple[tuple[WorkspaceRow, ...], tuple[Binned, ...], tuple[Binned, ...]]) -> None:
        rows, entries, self._going = found
        binned = self.route.key == "bin"
        self.table.show_rows(rows, key=lambda one: one.path)
        self.bin.show_rows(entries, key=lambda one: one.place)
        size = wording.size(sum(one.bytes for one in rows))
        said = f"{wording.count(len(rows), 'workspace')}, {size}." if rows else ""
        self.heading.sentence.say(lists.bin_words(entries, self._going) if binned else said)
        self.other.say(tr("Workspaces") if binned else f"{tr('Bin')} ({len(entries)})" if entries else tr("Bin"))
        self.nothing.setVisible(not rows and not binned)
        self.table.setVisible(bool(rows) and not binned)
        for one in (self.table, self.bin):
            if one.model().rowCount() and one.current_row() is None:
                one.setCurrentIndex(one.model().index(0, 0))
        self._enable()

    def list_shown(self) -> Table:
        """The table on screen."""
        return self.bin if self.route.key == "bin" else self.table

    def _here(self) -> str:
        session = self.desk.session
        return str(session.path.absolute()) if session is not None and not session.is_temporary else ""

    def _enable(self) -> None:
        row, entry = self.table.current_row(), self.bin.current_row()
        self.open_button.setEnabled(row is not None and row.state not in ("missing", "damaged"))
        self.more.setEnabled(row is not None)
        self.restore_button.setEnabled(entry is not None)
        self.purge_button.setEnabled(entry is not None)
        binned = self.route.key == "bin"
        if row is not None and not binned:
            self.foot.about.say(f"{row.path}. {lists.about(row)}")
        elif entry is not None and binned:
            self.foot.about.say(f"It was {entry.folder}/{entry.name}; restoring brings it back there.")
        else:
            self.foot.about.say("")
        self.foot.setVisible((entry if binned else row) is not None)

    # ---- what can be done with one

    def _fill(self, menu: QMenu) -> None:
        row = self.table.current_row()
        if row is None:
            return
        there, mine = row.state != "missing", row.role == "administrator"
        for words, act, can in (
            ("Rename…", self.rename, there and mine),
            ("Check that it is whole", self.check, there),
            ("Compact", self.compact, there and mine),
            ("Remove packets kept of live traffic…", self.ask_repack, there and mine and row.packets > 0),
            ("Remove copies from before it was brought up to date…", self.ask_drop, there and mine and row.copies > 0),
            ("Pack for another machine…", self._pack, there),
            ("How long activities are kept, and roles…", self._settings, row.path == self._here()),
            ("Take off the list", self.take_off, not there),
            ("Delete", self.delete_alert, there and mine),
        ):
            entry = menu.addAction(tr(words))
            entry.setEnabled(can)
            entry.triggered.connect(lambda *_, act=act: act())

    def open_row(self) -> None:
        """Open the workspace, or restore a deleted one."""
        if self.route.key == "bin":
            self.restore()
            return
        row = self.table.current_row()
        if row is not None and row.path == self._here():
            self.desk.go("overview")
        elif row is not None and row.state not in ("missing", "damaged"):
            self.window().open_case(Path(row.path), there=True)

    def rename(self) -> None:
        """Ask for another name."""
        row = self.table.current_row()
        if row is not None:
            path = Path(row.path)
            take = lambda name: self.take_name(path, name)  # noqa: E731
            self._asked = AskName(self.window(), tr("Rename the workspace"), path.stem, tr("Rename"), take)
            self._asked.open()

    def take_name(self, path: Path, name: str) -> str:
        """Rename a workspace; returns what is wrong with the name, "" for nothing."""
        from app.session import workspaces

        try:
            target = path.with_name(workspaces.named(name))
        except OSError as error:
            return str(error)
        if target != path:

            def done(where: Path | None) -> None:
                doing.follow(self.desk, path, where)
                self.desk.tell(f"{path.name} is now {target.name}.")
                self.refresh_soon()

            self._alone(path, lambda: workspaces.rename(path, target), f"Renaming {path.name}", done)
        return ""

    def check(self) -> None:
        """Look one workspace through."""
        self._check(False)

    def _check(self, mend: bool) -> None:
        row = self.table.current_row()
        if row is None:
            return
        path = Path(row.path)
        self.foot.say(f"Looking {path.stem} through…")

        def look() -> Checked:
            from app.session import workspaces

            return workspaces.mend(path) if mend else workspaces.check(path)

        def failed(error: str) -> None:
            self.foot.say("")
            self.desk.refuse(error)

        self.desk.jobs.run(look, lambda found: self.foot.show_check(path.stem, found), failed, self, f"Checking {path.name}")

    def compact(self) -> None:
        """Write the file anew."""
        row = self.table.current_row()
        if row is not None:
            self._rewrite(Path(row.path), "compact", "Compacting")

    def ask_repack(self) -> None:
        """Ask before packets are removed."""
        row = self.table.current_row()
        if row is not None:
            path = Path(row.path)
            words = f"Remove {wording.size(row.packets)} of packets of {path.stem}? They do not come back; all else stays."
            self.foot.ask(words, tr("Remove packets"), lambda: self._rewrite(path, "repack", "Removing packets of"))

    def ask_drop(self) -> None:
        """Ask before copies of earlier versions are removed."""
        row = self.table.current_row()
        if row is not None:
            drop = lambda: doing.drop_copies(self.desk, Path(row.path), self.refresh_soon)  # noqa: E731
            self.foot.ask(lists.drop_words(row), tr("Remove copies"), drop)

    def _rewrite(self, path: Path, how: str, words: str) -> None:
        from app.session import workspaces

        sizes: list[tuple[int, int]] = []

        def work() -> Path:
            sizes.append(getattr(workspaces, how)(path))
            return path

        def done(_: Path | None) -> None:
            before, after = sizes[-1]
            self.desk.tell(f"{path.name}: {wording.size(before)} before, {wording.size(after)} now.")
            self.refresh_soon()

        self._alone(path, work, f"{words} {path.name}", done)

    def _pack(self) -> None:
        row = self.table.current_row()
        if row is not None:
            path = Path(row.path)
            name, _ = QFileDialog.getSaveFileName(self, "Pack for another machine", f"{path.stem}.wardlight-pack", PACKED)
            if name:
                self.pack(path, Path(name))

    def pack(self, path: Path, out: Path) -> None:
        """Write a workspace as one file."""
        doing.pack(self.desk, path, out)

    def _unpack(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Unpack a workspace", "", PACKED)
        if name:
            self.unpack(Path(name))

    def unpack(self, archive: Path) -> None:
        """Bring a packed workspace to the folder of workspaces."""
        doing.unpack(self.desk, archive, lambda _: self.refresh_soon())

    def take_off(self) -> None:
        """No longer list a workspace that is not there."""
        row = self.table.current_row()
        if row is not None:
            doing.follow(self.desk, Path(row.path), None)
            self.refresh_soon()

    def delete_alert(self) -> None:
        """Delete the workspace to the bin; asked before when another one goes for good."""
        if self.route.key == "bin":
            self._purge()
            return
        row = self.table.current_row()
        if row is None or row.state == "missing":
            return
        self._delete(Path(row.path), self._going)

    def _delete(self, path: Path, going: tuple[Binned, ...]) -> None:
        """Delete a workspace; asked before when others go for good."""
        if going:
            names = wording.listed([Path(one.name).stem for one in going])
            self.foot.ask(
                f"The bin keeps three: with {path.stem} deleted, {names} would go for good.", tr("Delete anyway"),
                lambda: self.delete(path, going),
            )  # fmt: skip
        else:
            self.delete(path, ())

    def delete(self, path: Path, told: tuple[Binned, ...]) -> None:
        """Move a workspace to the bin. told: what the user knows to go for good; asked again when by now it is something else."""
        settings = self.desk.settings
        others: list[Binned] = []

        def work() -> Path | None:
            from app.session import workspaces

            others[:] = doing.to_bin(path, workspaces.folders(settings), told)
            return path if others else None

        def done(stayed: Path | None) -> None:
            if stayed is not None:
                self._delete(path, tuple(others))
            else:
                doing.follow(self.desk, path, None, path.parent)
                self.desk.tell(f"{path.name} is in the bin.")
            self.refresh_soon()

        self._alone(path, work, f"Deleting {path.name}", done)

    def restore(self) -> None:
        """Bring a deleted workspace back."""
        entry = self.bin.current_row()
        if entry is None:
            return

        def work() -> Path:
            from app.session import workspaces

            return workspaces.restore(entry)

        def done(path: Path) -> None:
            others = tuple(one for one in self.desk.settings.recent if one != str(path))
            self.desk.keep(recent=(*others, str(path)))
            self.desk.tell(f"{path.name} is back in {path.parent}.")
            self.refresh_soon()

        self.desk.jobs.run(work, done, self.desk.refuse, self, f"Restoring {entry.name}")

    def _purge(self) -> None:
        entry = self.bin.current_row()
        if entry is not None:
            self.foot.ask(
                f"Remove {Path(entry.name).stem} for good? It does not come back.", tr("Remove"), lambda: self.purge(entry)
            )

    def purge(self, entry: Binned) -> None:
        """Remove a deleted workspace for good."""

        def work() -> None:
            from app.session import workspaces

            workspaces.purge(entry)

        self.desk.jobs.run(work, lambda _: self.refresh_soon(), self.desk.refuse, self, f"Removing {entry.name}")

    def _settings(self) -> None:
        self.desk.go("settings", "keeping")

    def _alone(self, path: Path, work, words: str, done) -> None:
        doing.alone(self.desk, self.window(), path, work, words, done)

    def keyPressEvent(self, event) -> None:
        """Esc takes a question back."""
        if event.key() == Qt.Key.Key_Escape and self.foot.asks:
            self.foot.forget()
            self.list_shown().setFocus()
        else:
            super().keyPressEvent(event)

    def _turn(self) -> None:
        self.desk.go("workspaces", "" if self.route.key == "bin" else "bin")

    # ---- commands of app.ui.actions

    def next_row(self) -> None:
        """The next one."""
        self.list_shown().move(1)

    def previous_row(self) -> None:
        """The one before."""
        self.list_shown().move(-1)
