"""Columns of the lists on the page of an entity."""

from app.model.about import ChangeRow, Logon
from app.model.paths import AttackPath, PathEdge
from app.model.tickets import TicketNode, etype_name
from app.ui import wording
from app.ui.tables.cells import Column

MANY = 3
BY = {
    "member": "member of",
    "admin": "administers",
    "remote": "may enter",
    "session": "holds credentials of",
    "control": "controls",
}
"""Kind of a step of a path to its verb."""
KINDS = {"granting": "ticket-granting", "referral": "referral", "service": "service"}
ODD = {"two hosts": "two hosts", "never issued": "issue not seen", "alert": "alert", "altered": "altered"}


def _failed(row: Logon | ChangeRow) -> bool:
    return row.result != "success"


def _until(row: Logon) -> str:
    return wording.span(row.until - row.at) if row.until else ""


LOGONS = (
    Column("Time", lambda row: wording.moment(row.at), 132, firm=True, sort="at", tip=lambda row: wording.period(row.at, row.at)),
    Column("Who", lambda row: row.who, 136, "entity", sort="who"),
    Column("From", lambda row: row.origin, 132, "entity", sort="from"),
    Column("To", lambda row: row.target, 120, "entity", sort="to"),
    Column("Way", lambda row: row.way, 140, stretch=True, sort="way"),
    Column("With", lambda row: row.how, 96, "quiet", sort="how"),
    Column("Lasted", _until, 78, "number", sort="until", tip=lambda row: wording.period(row.at, row.until) if row.until else
           "Nobody told when it ended"),
    Column("Result", lambda row: row.reason or row.result, 150, dim=_failed, sort="result"),
)  # fmt: skip
LOGON_SORTS = {
    "at": lambda row: row.at,
    "who": lambda row: row.who.label.lower() if row.who else "",
    "from": lambda row: row.origin.label.lower() if row.origin else "",
    "to": lambda row: row.target.label.lower() if row.target else "",
    "way": lambda row: row.way,
    "how": lambda row: row.how,
    "until": lambda row: row.until - row.at if row.until else -1,
    "result": lambda row: (row.result != "success", row.reason),
}
TICKETS = (
    Column("Issued", lambda row: wording.moment(row.first), 132, firm=True, sort="first",
           tip=lambda row: wording.period(row.first, row.last)),
    Column("Whose", lambda row: row.client or row.name or "not told", 132, "entity", sort="client"),
    Column("Ticket", lambda row: KINDS[row.kind], 112, "quiet", sort="kind"),
    Column("For", lambda row: row.service or "not told", 190, stretch=True, cut="middle", sort="service"),
    Column("Encryption", lambda row: etype_name(row.etype), 86, sort="etype"),
    Column("Used", lambda row: wording.number(row.uses), 52, "number", sort="uses"),
    Column("From", lambda row: _hosts(row), 150, sort="hosts", tip=lambda row: _hosts(row, 40)),
    Column("Stands out", lambda row: ", ".join(ODD.get(one, one) for one in row.odd), 110, sort="odd",
           tip=lambda row: row.about or ", ".join(row.odd)),
)  # fmt: skip
TICKET_SORTS = {
    "first": lambda row: row.first,
    "client": lambda row: (row.client.label if row.client else row.name).lower(),
    "kind": lambda row: row.kind,
    "service": lambda row: row.service.lower(),
    "etype": lambda row: row.etype or 0,
    "uses": lambda row: row.uses,
    "hosts": lambda row: len(row.hosts),
    "odd": lambda row: len(row.odd),
}
RESOURCES = (
    Column("Kind", lambda row: row.kind, 108, "quiet", sort="kind"),
    Column("What", lambda row: row.name, 280, stretch=True, cut="middle", sort="name", tip=lambda row: row.name),
    Column("Way", lambda row: "used at" if row.asked else "asked by", 70, "quiet", sort="asked"),
    Column("Whom", lambda row: row.other, 132, "entity", sort="other"),
    Column("Times", lambda row: wording.number(row.count), 66, "number", sort="count"),
    Column("Failed", lambda row: wording.number(row.failed) if row.failed else "", 62, "number", sort="failed"),
    Column("Last", lambda row: wording.moment(row.last), 132, "quiet", firm=True, sort="last",
           tip=lambda row: wording.period(row.first, row.last)),
)  # fmt: skip
RESOURCE_SORTS = {
    "kind": lambda row: row.kind,
    "name": lambda row: row.name.lower(),
    "asked": lambda row: row.asked,
    "other": lambda row: row.other.label.lower() if row.other else "",
    "count": lambda row: row.count,
    "failed": lambda row: row.failed,
    "last": lambda row: row.last,
}
CHANGES = (
    Column("Time", lambda row: wording.moment(row.at), 132, firm=True, sort="at", tip=lambda row: wording.period(row.at, row.at)),
    Column("Who", lambda row: row.who, 124, "entity", sort="who"),
    Column("Of", lambda row: row.whom or row.name, 140, "entity", sort="subject"),
    Column("What", lambda row: row.what, 150, sort="what", dim=_failed),
    Column("Old", lambda row: _values(row.old), 130, "quiet", tip=lambda row: "\n".join(row.old)),
    Column("New", lambda row: _values(row.new), 180, stretch=True, tip=lambda row: "\n".join(row.new)),
    Column("Result", lambda row: row.result, 76, dim=_failed, sort="result", narrow=False),
)
CHANGE_SORTS = {
    "at": lambda row: row.at,
    "who": lambda row: row.who.label.lower() if row.who else "",
    "subject": lambda row: (row.whom.label if row.whom else row.name).lower(),
    "what": lambda row: row.what,
    "result": lambda row: row.result,
}

PATHS = (
    Column("State", lambda row: row.state, 76, "quiet", sort="state"),
    Column("From", lambda row: row.start, 150, "entity", sort="start"),
    Column("To", lambda row: row.target, 150, "entity", sort="target"),
    Column("Steps", lambda row: _steps(row), 320, stretch=True, sort="steps", tip=lambda row: _steps(row)),
    Column("Accounts", lambda row: wording.number(row.accounts), 88, "number", sort="accounts",
           tip=lambda row: wording.count(row.accounts, "account stands", "accounts stand") + " at its start"),
    Column("Alerts", lambda row: wording.number(len(row.alerts)) if row.alerts else "", 64, "number", sort="alerts"),
)  # fmt: skip
PATH_SORTS = {
    "state": lambda row: ({"walked": 2, "possible": 1}.get(row.state, 0), -len(row.edges)),
    "start": lambda row: row.start.label.lower(),
    "target": lambda row: row.target.label.lower(),
    "steps": lambda row: len(row.edges),
    "accounts": lambda row: row.accounts,
    "alerts": lambda row: len(row.alerts),
}


def _steps(row: AttackPath) -> str:
    return "; ".join(_step(edge) for edge in row.edges)


def _step(edge: PathEdge) -> str:
    return f"{edge.origin.label} {BY[edge.kind]} {edge.target.label}"


def _hosts(row: TicketNode, most: int = MANY) -> str:
    names = [one.ref.label for one in row.hosts]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _values(values: tuple[str, ...]) -> str:
    return "; ".join(values)
