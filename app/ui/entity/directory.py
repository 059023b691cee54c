"""What a directory says of an entity: options of its account in words, dates, managers, everything else in two columns."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.model.about import Relations
from app.model.alert import Link
from app.model.rows import DirectoryEntry
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.widgets.cards import facts
from app.ui.widgets.chips import Tag
from app.ui.widgets.emptying import emptied
from app.ui.widgets.flow import flow
from app.ui.widgets.sentence import EntityLabel, SentenceView
from app.ui.widgets.words import SectionHeading, Words

LABELS = 148
REPORTS = 60
OPTIONS: dict[str, tuple[str, int]] = {
    "logon script": ("SCRIPT", 0x1), "disabled": ("ACCOUNTDISABLE", 0x2), "home directory required": ("HOMEDIR_REQUIRED", 0x8),
    "locked out": ("LOCKOUT", 0x10), "password not required": ("PASSWD_NOTREQD", 0x20),
    "cannot change its password": ("PASSWD_CANT_CHANGE", 0x40),
    "reversible encryption of its password": ("ENCRYPTED_TEXT_PASSWORD_ALLOWED", 0x80),
    "normal account": ("NORMAL_ACCOUNT", 0x200),
    "trust between domains": ("INTERDOMAIN_TRUST_ACCOUNT", 0x800), "workstation or server": ("WORKSTATION_TRUST_ACCOUNT", 0x1000),
    "domain controller": ("SERVER_TRUST_ACCOUNT", 0x2000), "password never expires": ("DONT_EXPIRE_PASSWD", 0x10000),
    "smart card required": ("SMARTCARD_REQUIRED", 0x40000),
    "trusted for delegation to any service": ("TRUSTED_FOR_DELEGATION", 0x80000),
    "not to be delegated": ("NOT_DELEGATED", 0x100000), "DES keys only": ("USE_DES_KEY_ONLY", 0x200000),
    "no pre-authentication": ("DONT_REQUIRE_PREAUTH", 0x400000), "password expired": ("PASSWORD_EXPIRED", 0x800000),
    "trusted to impersonate for delegation": ("TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION", 0x1000000),
    "read-only domain controller": ("PARTIAL_SECRETS_ACCOUNT", 0x4000000),
}  # fmt: skip
"""Options of an account (MS-ADTS section 2.2.16) in words to their name and bit there."""
WEAK = frozenset({
    "password not required", "reversible encryption of its password", "trusted for delegation to any service", "DES keys only",
    "no pre-authentication", "trusted to impersonate for delegation", "password never expires",
})  # fmt: skip
"""Those that help an attacker: filled, the others in a frame."""
SECURITY = ("Protected", "Encryption types", "Service names", "May delegate to", "May be impersonated to by", "SID history",
            "Key credentials", "msDS-KeyCredentialLink", "msDS-GroupMSAMembership", "altSecurityIdentities", "owner")  # fmt: skip
LISTS = ("Service names", "May delegate to", "May be impersonated to by", "SID history")
"""Facts of several values, one on a line."""
ATTRIBUTES = {
    "badPwdCount": "Wrong passwords", "logonCount": "Logons counted", "mail": "Mail", "name": "Name", "title": "Title",
    "department": "Department", "company": "Company", "physicalDeliveryOfficeName": "Office",
    "userWorkstations": "May sign in at", "telephoneNumber": "Telephone", "description": "Description", "manager": "Manager",
    "managedBy": "Managed by", "groupType": "Kind of group", "scriptPath": "Logon script", "homeDirectory": "Home directory",
    "operatingSystemVersion": "System version", "mS-DS-CreatorSID": "Made by", "userCertificate": "Certificates",
    "altSecurityIdentities": "Certificates mapped to it", "msDS-GroupMSAMembership": "Who may read its password",
    "sessions": "Sessions collected", "owner": "Owner",
}  # fmt: skip
"""Attributes of a directory in words; others by their name."""


class DirectoryView(QWidget):
    """One entry of a directory."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: object = None
        self._parts = QVBoxLayout(self)
        margin = theme.space("margin")
        self._parts.setContentsMargins(margin, theme.space("group"), margin, margin)
        self._parts.setSpacing(theme.px(8))

    def show_entry(self, entry: DirectoryEntry | None, relations: Relations) -> None:
        """Show another entry; the same one stays as it is."""
        if (entry, relations) == self._shown:
            return
        self._shown = (entry, relations)
        emptied(self._parts)
        if entry is None:
            return
        since = f"; first told of {wording.day(entry.first, year=True)}" if 0 < entry.first < entry.at else ""
        note = f"{entry.source}, as of {wording.period(entry.at, entry.at)}{since}"
        self._parts.addWidget(SectionHeading(tr("In the directory"), note))
        if entry.options:
            self._parts.addWidget(flow(*(_option(one) for one in entry.options), gap=6))
        self._people(relations)
        self._facts(entry)
        self._parts.addStretch(1)

    def _people(self, relations: Relations) -> None:
        if relations.managers:
            pieces = [Link("Reports to ")]
            for place, one in enumerate(relations.managers):
                pieces += ([Link(", who reports to ")] if place else []) + [Link(one.label, entity=one)]
            self._parts.addWidget(SentenceView(tuple(pieces), self._desk.follow, "text-quiet", "text"))
        if relations.reports:
            self._parts.addSpacing(theme.px(8))
            self._parts.addWidget(SectionHeading(tr("Report to it"), wording.number(relations.total_reports)))
            refs = relations.reports[:REPORTS]
            self._parts.addWidget(flow(*(EntityLabel(one, self._desk.follow, "text") for one in refs), gap=14))
            if relations.total_reports > REPORTS:
                self._parts.addWidget(Words(f"{wording.number(relations.total_reports - REPORTS)} more.", look="quiet"))

    def _facts(self, entry: DirectoryEntry) -> None:
        dates = [(name, _date(at, entry.at, name)) for name, at in entry.dates]
        security = [
            (ATTRIBUTES.get(name, name) if place == 0 else "", part)
            for name, value in entry.facts
            if name in SECURITY
            for place, part in enumerate(value.split(", ") if name in LISTS else (value,))
        ]
        rest = [(ATTRIBUTES.get(name, name), value) for name, value in entry.facts if name not in SECURITY and name != "manager"]
        columns = ([("Dates", dates), ("Security", security)], [("Identity", rest)])
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, theme.px(8), 0, 0)
        grid.setHorizontalSpacing(theme.px(32))
        for place, parts in enumerate(columns):
            column = QVBoxLayout()
            column.setSpacing(theme.px(6))
            for title, rows in parts:
                if rows:
                    column.addWidget(SectionHeading(title))
                    column.addWidget(facts(rows, LABELS, 4000))
                    column.addSpacing(theme.px(8))
            column.addStretch(1)
            grid.addLayout(column, 0, place, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(place, 1)
        self._parts.addWidget(holder)


def _option(words: str) -> Tag:
    tag = Tag(words, "New" if words in WEAK else "Option")
    name, bit = OPTIONS.get(words, ("a bit without a name", 0))
    tag.setToolTip(f"{name} (0x{bit:X}) of userAccountControl{'; helps an attacker' if words in WEAK else ''}")
    return tag


def _date(at: int, told: int, name: str) -> str:
    """A day and how long it was when the directory said so."""
    days = (told - at) // wording.DAY
    age = f", {wording.count(days, 'day')} before" if days > 0 and name != "Expires" else ""
    return f"{wording.day(at, year=True)} {wording.clock(at)[:5]}{age}"
