"""Newer versions of the program: asked for by a press and never otherwise, update files looked at and installed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.settings import Updates
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.jobs import Job
from app.ui.settings.section import Sheet
from app.ui.widgets.buttons import Button
from app.ui.widgets.words import Elided, Paragraph

FILES = "Update files (*.wardupdate);;All files (*)"
SECOND = 1_000_000
HINTS = {
    "address": "The https address of a manifest. It learns neither who asks nor which version runs.",
    "keys": "A file of keys in place of those that ship.",
    "authorities": "A PEM file with certificates of your own authority.",
}
BY_ITSELF = ("archive", "appimage")
"""Kinds of installations that the program replaces itself."""


class UpdateSettings(Sheet):
    """What is there stands first, then where it is asked for and who is believed."""

    word, title, icon = "updates", "Updates", "restart"
    sentence = "Nothing is asked by itself. A newer version is believed only when the maker of this program signed it."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._job: Job | None = None
        self._file: Path | None = None
        self.check = Button(tr("Check now"), "restart", primary=True, on_click=self.check_now)
        self.look = Button(tr("Look at an update file…"), on_click=self._choose)
        self.fetch = Button(tr("Bring it as a file…"), "export", on_click=self._ask_folder)
        self.install = Button(tr("Install"), on_click=self.install_file)
        self.copy = Button(tr("Copy"), on_click=self._copy)
        self.found = Paragraph("")
        self.notes = Paragraph("", look="quiet")
        self.command = Elided("", "mono", cut=Qt.TextElideMode.ElideMiddle)
        self.now = self.add(
            "updates.check", "This program", "", _holding(_side_by_side(self.check, self.look)),
            lambda: self.check.setFocus(Qt.FocusReason.TabFocusReason),
            below=True, more="version newer upgrade download release wardupdate offline",
        )  # fmt: skip
        self.answer = self._answer()
        self.rows.addWidget(self.answer)
        held = desk.settings.updates
        self.address = self._field(tr("Address of the manifest"), held.address, tr("none: nothing is asked"))
        self.address_row = self.add(
            "updates.address", "Where it is asked", HINTS["address"],
            self.address, lambda: self.address.setFocus(Qt.FocusReason.TabFocusReason), below=True, more="url server https proxy",
        )  # fmt: skip
        self.keys = self._field(tr("Keys that are believed"), held.keys, tr("those that ship with the program"))
        self.keys_row = self._file_row("updates.keys", "Who is believed", HINTS["keys"], self.keys, "keys signature trust")
        self.authorities = self._field(tr("Certificates for the address"), held.authorities, tr("those of the system"))
        self.authorities_row = self._file_row(
            "updates.authorities", "Certificates for the address", HINTS["authorities"], self.authorities,
            "tls certificate ca pem",
        )  # fmt: skip
        for one in (self.address, self.keys, self.authorities):
            one.editingFinished.connect(self._keep)
        self.finish()
        self._say()
        desk.jobs.run(_installation, lambda here: self.now.hint.say(here.words), owner=self)

    def _answer(self) -> QWidget:
        """What stands below the buttons, as wide as the column."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, theme.px(14))
        column.setSpacing(theme.px(10))
        column.addWidget(self.found)
        column.addWidget(self.notes)
        column.addLayout(_side_by_side(self.fetch, self.install))
        line = QHBoxLayout()
        line.setSpacing(theme.space("related"))
        line.addWidget(self.command, 1)
        line.addWidget(self.copy)
        column.addLayout(line)
        return holder

    def _field(self, name: str, value: str, empty: str) -> QLineEdit:
        edit = _Long(value)
        edit.setAccessibleName(name)
        edit.setPlaceholderText(empty)
        edit.setMaxLength(2_000)
        return edit

    def _file_row(self, key: str, title: str, hint: str, edit: QLineEdit, more: str) -> Any:
        browse = Button(tr("Browse"), on_click=lambda: self._browse(edit))
        browse.setAccessibleName(f"{tr('Browse')}: {edit.accessibleName()}")
        control = _holding(_side_by_side(edit, browse))
        return self.add(key, title, hint, control, lambda: edit.setFocus(Qt.FocusReason.TabFocusReason), below=True, more=more)

    # ---- what is shown

    def _say(self, words: str = "", notes: str = "", fetch: bool = False, install: str = "", command: str = "") -> None:
        """What is there now; install: words of its button."""
        self.found.say(words)
        self.notes.say(notes)
        self.command.say(command)
        self.install.say(install)
        for one, shown in (
            (self.found, bool(words)), (self.notes, bool(notes)), (self.fetch, fetch), (self.install, bool(install)),
            (self.command, bool(command)), (self.copy, bool(command)),
        ):  # fmt: skip
            one.setVisible(shown)
        self.answer.setVisible(bool(words))

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None], words: str, stops: bool = False) -> None:
        """One thing at a time; what goes wrong stands where the answer would."""
        for one in (self.check, self.look, self.fetch, self.install):
            one.setEnabled(False)
        self.found.set_role("text-quiet")
        self.found.say(f"{words} …")
        self.found.show()
        self.answer.show()

        def free() -> None:
            for one in (self.check, self.look, self.fetch, self.install):
                one.setEnabled(True)

        def arrived(value: Any) -> None:
            free()
            self.found.set_role("text")
            done(value)

        def failed(error: str) -> None:
            free()
            self._say(error.partition(": ")[2] or error)
            self.found.set_role("high")

        self._job = self.desk.jobs.run(work, arrived, failed, self, words, stops)

    def _told(self) -> Callable[[int, int], None]:
        """Ends work that nobody waits for any more."""

        def told(done: int, total: int) -> None:
            if self._job is not None and self._job.cancelled:
                raise OSError("It was stopped.")

        return told

    def leave(self) -> None:
        """What was asked is not wanted any more."""
        if self._job is not None and not self._job.ended:
            self._job.cancel()
            for one in (self.check, self.look, self.fetch, self.install):
                one.setEnabled(True)
            self._say()

    # ---- what is done

    def check_now(self) -> None:
        """Ask the address, once."""
        where = self.desk.settings.updates

        def work() -> Any:
            from app.session import updates

            return updates.check(where)

        def done(found: Any) -> None:
            when, until = (wording.day(one * SECOND, year=True) for one in (found.manifest.made, found.manifest.until))
            if not found.newer:
                self._say(f"This is the newest version; the maker says so until {until}. Signed by the key {found.key}.")
            elif found.package is None:
                self._say(f"Version {found.manifest.version} is there, without a package for this machine.", found.manifest.notes)
            else:
                size = wording.size(found.package.bytes)
                words = f"Version {found.manifest.version} of {when} is there, {size}. Signed by the key {found.key}."
                self._say(words, found.manifest.notes, fetch=True)

        self._run(work, done, tr("Asking for a newer version"))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Where the update file is put")
        if name:
            self.bring(Path(name))

    def bring(self, folder: Path) -> None:
        """Bring the update as a file, then look at it."""
        where, told = self.desk.settings.updates, self._told()

        def work() -> Path:
            from app.session import updates

            return updates.fetch(where, folder, told=told)

        self._run(work, self.look_at, tr("Bringing the update"), stops=True)

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Look at an update file", "", FILES)
        if name:
            self.look_at(Path(name))

    def look_at(self, file: Path) -> None:
        """Say whether an update file is genuine, and what it holds."""
        where = self.desk.settings.updates
        self._file = file

        def work() -> Any:
            from app.session import updates

            return updates.verify(file, where), updates.installation()

        def done(found: tuple[Any, Any]) -> None:
            held, here = found
            holds = wording.listed([one.name for one in held.holds]) or "nothing"
            words = (
                f"{file.name} is genuine: version {held.manifest.version}, signed by the key {held.key} on "
                f"{wording.day(held.manifest.made * SECOND, year=True)}. It holds {holds}."
            )
            mine = held.newer and held.package in held.holds
            if not held.newer:
                words += " It is not newer than this program."
            elif not mine:
                words += " Nothing of it is for the way in which this program came here."
            by = tr("Install") if here.kind in BY_ITSELF else tr("Take the package out")
            self._say(words, held.manifest.notes, install=by if mine else "")

        self._run(work, done, tr("Looking at the update file"))

    def install_file(self) -> None:
        """Install what was looked at, or say which command does."""
        where, file, told = self.desk.settings.updates, self._file, self._told()
        if file is None:
            return

        def work() -> Any:
            from app.session import updates

            return updates.install(file, where, told=told)

        self._run(work, lambda done: self._say(done.words, command=done.command), tr("Installing the update"))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command.text())
        self.desk.tell(tr("The command is on the clipboard."))

    # ---- what is set

    def _browse(self, edit: QLineEdit) -> None:
        name, _ = QFileDialog.getOpenFileName(self, edit.accessibleName(), edit.text(), "All files (*)")
        if name:
            edit.setText(name)
            self._keep()

    def _keep(self) -> None:
        """Keep what is typed where it can be used; say why where it cannot."""
        address = self.address.text().strip()
        good = not address or address.startswith("https://")
        self.address_row.hint.set_role("text-quiet" if good else "high")
        self.address_row.hint.say(HINTS["address"] if good else "Only https addresses are asked; this one is not kept.")
        held = self.desk.settings.updates
        wanted = msgspec.structs.replace(held, address=address if good else held.address)
        for name, edit, row in (("keys", self.keys, self.keys_row), ("authorities", self.authorities, self.authorities_row)):
            value = edit.text().strip()
            there = not value or Path(value).is_file()
            row.hint.set_role("text-quiet" if there else "high")
            row.hint.say(HINTS[name] if there else "There is no such file; what was set before holds.")
            if there:
                wanted = msgspec.structs.replace(wanted, **{name: value})
        if wanted != held:
            self._kept(wanted)

    def _kept(self, wanted: Updates) -> None:
        self.desk.keep(updates=wanted)
        self._say()


def _installation() -> Any:
    from app.session import updates

    return updates.installation()


class _Long(QLineEdit):
    """A field for a path or an address, as far as there is room."""

    def sizeHint(self) -> QSize:
        """What most of them take."""
        return QSize(theme.px(420), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Enough to see what is typed."""
        return QSize(theme.px(120), super().minimumSizeHint().height())


def _side_by_side(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.space("related"))
    for one in widgets:
        row.addWidget(one)
    row.addStretch(1)
    return row


def _holding(row: QHBoxLayout) -> QWidget:
    holder = QWidget()
    holder.setLayout(row)
    return holder
