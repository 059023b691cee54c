"""The open workspace: how long activities are kept, what would go, who of this machine may do what."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.model.workspace import EVERYBODY, ROLES, Outlook, Retention, Role
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Segments, Sheet
from app.ui.shelf.lists import limit_words
from app.ui.widgets.buttons import Button
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow, whole
from app.ui.widgets.words import Elided, Paragraph, Words

CHOICES = tuple((one, one.capitalize()) for one in ROLES)


class Keeping(Sheet):
    """Limits are set with a button, since they remove what is old; roles hold at once."""

    word, title, icon = "keeping", "Workspace", "sources"
    sentence = "Holds for the workspace that is open, for everybody who opens it."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.days, self.mb = self._number(tr("Days that activities are kept")), self._number(tr("MB that the file may take"))
        self.add(
            "keeping.days", "Days that activities are kept",
            "By this computer's clock; older ones go, whole hours at a time. Empty: no limit.",
            self.days, lambda: self.days.setFocus(Qt.FocusReason.TabFocusReason), more="retention age delete old purge",
        )  # fmt: skip
        self.add(
            "keeping.mb", "MB that the file may take",
            "The oldest go until there is room; the latest hour stays. Empty: no limit.",
            self.mb, lambda: self.mb.setFocus(Qt.FocusReason.TabFocusReason), more="retention size disk delete old megabytes",
        )  # fmt: skip
        self.would = Paragraph("", look="quiet")
        self.save = Button(tr("Set the limits"), primary=True, on_click=self.set_limits)
        self.now = Button(tr("Remove now"), on_click=self.remove_now)
        self.rows.addWidget(self._below(self.would, self.save, self.now))
        self.people = QWidget()
        self._people = QVBoxLayout(self.people)
        self._people.setContentsMargins(0, 0, 0, 0)
        self._people.setSpacing(theme.px(8))
        self.who = QLineEdit()
        self.who.setAccessibleName(tr("User of this machine"))
        self.who.setPlaceholderText(tr("user of this machine, or *"))
        self.who.setMaxLength(200)
        self.who.setMinimumWidth(theme.px(220))
        self.who.returnPressed.connect(self.add_role)
        self.add_button = Button(tr("Add"), "plus", on_click=self.add_role)
        self.add(
            "keeping.roles", "Roles",
            "Administrators do everything; users work on alerts and read evidence; viewers read and export. * stands for "
            "everybody else. Without any, everybody is an administrator. The permissions of the file are what really guards it.",
            self._roles_box(), lambda: self.who.setFocus(Qt.FocusReason.TabFocusReason), below=True,
            more="administrator user viewer shared audit permission",
        )  # fmt: skip
        self.finish()
        for one in (self.days, self.mb):
            one.textEdited.connect(lambda _: self._ask())
        self._kept = Retention()
        self._session: object = None
        """Of which the fields tell."""
        self._shown: tuple[dict[str, Role], bool] | None = None

    def _number(self, name: str) -> QLineEdit:
        edit = QLineEdit()
        edit.setAccessibleName(name)
        edit.setPlaceholderText(tr("no limit"))
        edit.setMaxLength(8)
        edit.setFixedWidth(theme.px(110))
        edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        edit.returnPressed.connect(self.set_limits)
        return edit

    def _below(self, words: Paragraph, *buttons: Button) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, theme.px(14))
        column.setSpacing(theme.px(10))
        column.addWidget(words)
        row = QHBoxLayout()
        row.setSpacing(theme.space("related"))
        for one in buttons:
            row.addWidget(one)
        row.addStretch(1)
        column.addLayout(row)
        return box

    def _roles_box(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        column.addWidget(self.people)
        row = QHBoxLayout()
        row.setSpacing(theme.space("related"))
        row.addWidget(self.who)
        row.addWidget(self.add_button)
        row.addStretch(1)
        column.addLayout(row)
        return box

    # ---- what is set

    def refresh(self) -> None:
        """Ask how the open workspace is set."""
        session = self.desk.session
        if session is None:
            self._arrived(None, (Retention(), {}, False, ""))
            self.would.say(tr("Open a workspace first."))
            return

        def look() -> tuple[Retention, dict[str, Role], bool, str]:
            return session.retention(), session.roles(), session.may("administrator"), session.why_read_only

        self.desk.jobs.run(look, lambda found: self._arrived(session, found), owner=self)

    def _arrived(self, session: object, found: tuple[Retention, dict[str, Role], bool, str]) -> None:
        if session is not self.desk.session:
            return
        untouched = session is not self._session or self.limits() == self._kept
        self._session = session
        self._kept, roles, may, why = found
        if untouched and self.limits() != self._kept:  # what is typed and not set yet stays
            self.days.setText(str(self._kept.days or ""))
            self.mb.setText(str(self._kept.mb or ""))
        for one in (self.days, self.mb, self.save, self.now, self.who, self.add_button):
            one.setEnabled(may)
        if self._shown != (roles, may):
            self._shown = (roles, may)
            self._show_roles(roles, may)
        if may:
            self._ask()
        else:
            self.would.say(why or f"{limit_words(self._kept)} Only administrators set limits and roles.")

    def limits(self) -> Retention | None:
        """What is typed; None when it is no number."""
        days, mb = (one.text().strip() or "0" for one in (self.days, self.mb))
        return Retention(days=int(days), mb=int(mb)) if days.isdecimal() and mb.isdecimal() else None

    def _ask(self) -> None:
        """Say what the typed limits would remove."""
        session, limits = self.desk.session, self.limits()
        self.save.setEnabled(limits is not None and limits != self._kept)
        self.now.setEnabled(bool(self._kept) and limits == self._kept)
        if session is None or limits is None:
            self.would.say("" if session is None else tr("Type whole numbers."))
            return

        def arrived(found: Outlook) -> None:
            if session is self.desk.session and limits == self.limits():
                self.would.say(going(limits, found))

        self.desk.jobs.run(lambda: session.outlook(limits), arrived, owner=self)

    def set_limits(self) -> None:
        """Keep the typed limits with the workspace."""
        session, limits = self.desk.session, self.limits()
        if session is None or limits is None or limits == self._kept:
            return

        def done(_: None) -> None:
            self._kept = limits
            self.desk.tell(f"{limit_words(limits)} Ctrl+Z takes it back.")
            self._ask()

        self.desk.jobs.run(lambda: session.set_retention(limits), done, self.desk.refuse, self, keeps=True)

    def remove_now(self) -> None:
        """Remove what the limits say, when nothing else writes the workspace."""
        session = self.desk.session
        if session is None:
            return
        if self.desk.bridge.listening or self.desk.bridge.reading:
            self.desk.tell(tr("Limits are kept while the workspace listens; nothing else is needed."))
            return

        def done(found: Outlook) -> None:
            self.desk.bridge.poke()
            number = wording.count(found.activities, "activity was", "activities were")
            self.desk.tell(f"{number} removed." if found.until is not None else "Nothing is too old or too much.")
            self._ask()

        self.desk.jobs.run(session.retain_here, done, self.desk.refuse, self, f"Removing old activities of {session.name}")

    # ---- roles

    def _show_roles(self, roles: dict[str, Role], may: bool) -> None:
        emptied(self._people)
        if not roles:
            self._people.addWidget(Words(tr("Everybody is an administrator."), look="quiet"))
        for who, role in sorted(roles.items(), key=lambda one: (one[0] == EVERYBODY, one[0])):
            self._people.addWidget(self._role_row(who, role, may))

    def _role_row(self, who: str, role: Role, may: bool) -> QWidget:
        name = tr("everybody else") if who == EVERYBODY else who
        words = Elided(name)
        words.setFixedWidth(theme.px(180))
        segments = Segments(f"{tr('Role of')} {name}", CHOICES, role)
        segments.chosen.connect(partial(self.give, who))
        remove = Button("", "close", on_click=partial(self.give, who, ""), tip=f"{tr('Take the role away')}: {name}")
        for one in (segments, remove):
            one.setEnabled(may)
        return whole(flow(words, segments, remove, gap=8))

    def add_role(self) -> None:
        """A role for the user whose name is typed; the first one is the administrator who gives it."""
        who = self.who.text().strip()
        if who:
            self.who.clear()
            self.give(who, "viewer" if who == EVERYBODY or self._people.count() > 1 or self._named() else "administrator")

    def _named(self) -> bool:
        first = self._people.itemAt(0)
        return first is not None and not isinstance(first.widget(), Words)

    def give(self, who: str, role: str) -> None:
        """Give a user a role, "" takes it away."""
        session = self.desk.session
        wanted: Role | None = next((one for one in ROLES if one == role), None)
        if session is None:
            return

        def failed(error: str) -> None:
            self.desk.refuse(error)
            self._shown = None
            self.refresh()

        self.desk.jobs.run(lambda: session.set_role(who, wanted), lambda _: self.refresh(), failed, self, keeps=True)


def going(limits: Retention, found: Outlook) -> str:
    """What limits would remove, and when next, as sentences."""
    if not limits:
        return f"Nothing is removed. The file uses {wording.size(found.used)}."
    parts = []
    if found.until is not None:
        stays = wording.count(found.kept, "older one stays", "older ones stay")
        stay = f" {stays}, for alerts and notes rest on them." if found.kept else ""
        number = wording.count(found.activities, "activity", "activities")
        parts.append(f"{number} before {wording.moment(found.until)} would go.{stay}")
    else:
        parts.append("Nothing would go now.")
    if found.limit:
        parts.append(f"{wording.size(found.used)} of {wording.size(found.limit)} are used.")
    if found.until is None and found.due is not None:
        parts.append(f"The oldest hour goes on {wording.moment(found.due)}.")
    return " ".join(parts)
