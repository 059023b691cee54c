"""What can be done with one value of a table: filter, count, copy, go on from it; for every table whose columns have terms."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app.model.entity import EntityRef
from app.model.filter import added, term
from app.model.tags import HONEYTOKEN, SENSITIVE
from app.ui import wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.navigation import Route
from app.ui.widgets.exclusion_panel import party

MINUTE = 60_000_000
AROUND = {"around.1": MINUTE, "around.5": 5 * MINUTE, "around.30": 30 * MINUTE}
TAGS = {"tag.sensitive": SENSITIVE, "tag.honeytoken": HONEYTOKEN, "tag.star": "Starred"}


class Value(NamedTuple):
    """One cell. term: the filter that keeps it. key: what it is counted by. words: as shown. row: all of it, cells its words."""

    term: str = ""
    key: str = ""
    words: str = ""
    ref: EntityRef | None = None
    row: Any = None
    cells: tuple[tuple[str, str], ...] = ()


def value_at_focus() -> Value | None:
    """The value of whatever has the focus, None where there is none."""
    widget: QWidget | None = QApplication.focusWidget()
    while widget is not None:
        asked = getattr(widget, "value_here", None)
        if asked is not None:
            found: Value | None = asked()
            return found
        widget = widget.parentWidget()
    return None


def span_term(first: int, last: int) -> str:
    """The term of a span of time, to the millisecond."""
    return f"time:{typed_time(first, 'milliseconds')}..{typed_time(last, 'milliseconds')}"


def typed_time(at: int, digits: str = "seconds") -> str:
    """A time as the filter language reads it."""
    try:
        return datetime.fromtimestamp(at / 1_000_000, tz=UTC).replace(tzinfo=None).isoformat(timespec=digits)
    except (OverflowError, OSError, ValueError):
        return "1970-01-01"


def allowed(action: str, value: Value | None) -> bool:
    """Whether an act makes sense for a value. action: the argument of an action of the table."""
    if value is None:
        return False
    if action in ("in", "out", "only", "query"):
        return bool(value.term)
    if action == "count":
        return bool(value.key)
    if action in AROUND or action == "timeline":
        return isinstance(getattr(value.row, "at", None), int)
    if action == "exclude":
        return value.ref is not None and party(value.ref) is not None
    if action in TAGS:
        return value.ref is not None and value.ref.kind in ("user", "computer", "controller", "address")
    if action in ("entity", "graph"):
        return value.ref is not None
    if action == "packet":
        return isinstance(getattr(value.row, "input", None), str) and bool(getattr(value.row, "id", ""))
    return action in ("copy", "row", "json")


def do(action: str, value: Value, desk: Desk, here: Route | None) -> None:
    """Do one act with a value. here: the route on screen, whose filter grows."""
    inside = here is not None and here.page == "activities"
    text = here.option("filter") if here is not None and inside else ""
    if action in ("in", "out"):
        _ask(desk, here if inside else None, added(text, value.term, without=action == "out"))
    elif action == "only":
        desk.go("activities", new_tab=True, filter=value.term)
    elif action == "count":
        desk.go("activities", filter=text, group=value.key)
    elif action in AROUND:
        at, side = value.row.at, AROUND[action]
        desk.go("activities", filter=span_term(at - side, at + side), activity=getattr(value.row, "id", ""))
    elif action == "timeline":
        desk.go("timeline", at=str(value.row.at), minutes="5")
    elif action == "exclude" and value.ref is not None:
        named = party(value.ref, desk.veiled)
        if named is not None:
            desk.exclude("*", *named, "", None)
    elif action in TAGS and value.ref is not None:
        desk.tag(value.ref.key, {TAGS[action]: True})
        desk.tell(f"{wording.tidy(value.ref.label, 60)} is tagged {TAGS[action]}.")
    elif action in ("entity", "graph") and value.ref is not None:
        desk.go(action, value.ref.key)
    elif action == "packet":
        desk.go("activities", filter="", activity=value.row.id)
    else:
        _copy(desk.veiled(_TEXTS[action](value)), desk)


def _ask(desk: Desk, here: Route | None, filter: str) -> None:
    others = {name: held for name, held in here.view if name not in ("filter", "activity")} if here is not None else {}
    desk.go("activities", filter=filter, **others)


def _copy(text: str, desk: Desk) -> None:
    QGuiApplication.clipboard().setText(text)
    desk.tell(tr("Copied."))


def _row_json(value: Value) -> str:
    try:
        return json.dumps(msgspec.to_builtins(value.row), ensure_ascii=False)
    except (TypeError, ValueError):
        return json.dumps(dict(value.cells), ensure_ascii=False)


def row_text(cells: tuple[tuple[str, str], ...]) -> str:
    """Cells between tabs, each on one line."""
    return "\t".join(" ".join(words.split()) for _, words in cells)


_TEXTS: dict[str, Callable[[Value], str]] = {
    "copy": lambda value: value.words,
    "row": lambda value: row_text(value.cells),
    "json": _row_json,
    "query": lambda value: value.term,
}


def entity_term(key: str, ref: EntityRef | None) -> str:
    """key:name of an entity in a cell, so that only this role of it is kept."""
    if ref is None:
        return ""
    kind, _, name = ref.key.partition(":")
    return term(key, name if kind in ("user", "computer", "address") else ref.key)
