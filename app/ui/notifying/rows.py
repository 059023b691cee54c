"""Rows of the table of destinations: where each goes, what it gets, how it is doing."""

from app.model.notice import Target, TargetState, gets_of, kind_of, label_of
from app.ui import wording
from app.ui.tables.cells import Column


def doing(state: TargetState) -> str:
    """How it is doing, in one word or two."""
    if not state.on:
        return "off"
    if state.error and state.since is not None:
        return "failing"
    return "delivering" if state.waiting else "up to date" if state.last is not None else "nothing yet"


class Row(TargetState, frozen=True, kw_only=True):
    """A state with what the destination gets."""

    gets: str = ""


def _off(row: Row) -> bool:
    return not row.on


COLUMNS = (
    Column("Name", lambda row: row.name, 110, "strong", dim=_off, firm=True),
    Column("Goes to", lambda row: row.label, 220, dim=_off, stretch=True, cut="middle"),
    Column("Gets", lambda row: row.gets, 150, "quiet", stretch=True),
    Column("Delivered", lambda row: f"{row.delivered:,}", 78, "number", firm=True),
    Column("Waiting", lambda row: f"{row.waiting:,}", 70, "number", firm=True),
    Column("State", doing, 90, dim=_off, firm=True),
)


def row_of(target: Target, state: TargetState | None) -> Row:
    """A destination as it is set now. state: how it was doing, None when nobody has looked yet."""
    held = {} if state is None else {name: getattr(state, name) for name in state.__struct_fields__}
    now = {"name": target.name, "label": label_of(target), "on": target.on, "kind": kind_of(target)}
    return Row(**{**held, **now, "gets": wording.tidy(gets_of(target.wanted), 120)})
