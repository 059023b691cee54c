"""Columns of the tables below the drawing of paths."""

from app.model.paths import AttackPath
from app.ui import wording
from app.ui.plots.path_paint import told
from app.ui.tables.cells import Column

ARROW = " › "


def way(path: AttackPath) -> str:
    """Helpdesk › WS1 › da.smith."""
    return ARROW.join([path.start.label, *(edge.target.label for edge in path.edges)])


def when(path: AttackPath) -> str:
    """Time of a walk, or when the last step of a path was seen or told."""
    if path.moments:
        return f"{wording.moment(path.moments[0])} – {wording.clock(path.moments[-1])}"
    seen = [edge.last for edge in path.edges if edge.kind == "session"]
    return wording.moment(max(seen)) if seen else ""


PATHS = (
    Column("State", lambda row: row.state, 70, "text", dim=lambda row: row.state == "dormant", firm=True),
    Column("Path", way, 320, "strong", stretch=True, tip=told),
    Column("Steps", lambda row: wording.number(len(row.edges)), 62, "number", firm=True),
    Column("Accounts", lambda row: wording.number(row.accounts), 78, "number", firm=True),
    Column("Alerts", lambda row: wording.number(len(row.alerts)) if row.alerts else "", 60, "number", firm=True),
    Column("Walked or seen", when, 168, "quiet", tip=when),
)
CUTS = (
    Column("What to change", lambda row: row.words, 360, "strong", stretch=True, tip=lambda row: row.words),
    Column("Paths that end", lambda row: f"{wording.number(row.ends)} of {wording.number(row.of)}", 110, "number", firm=True),
    Column(
        "Accounts that still come",
        lambda row: f"{wording.number(row.accounts_left)} of {wording.number(row.accounts_before)}",
        160,
        "number",
        firm=True,
    ),
)
EXPOSED = (
    Column("Sensitive account", lambda row: row.target, 170, "entity"),
    Column("Its credentials lie on", lambda row: row.origin, 170, "entity"),
    Column("Shown by", lambda row: row.how, 260, "quiet", stretch=True, tip=lambda row: row.how),
    Column("Last seen", lambda row: wording.moment(row.last), 150, "quiet"),
)
