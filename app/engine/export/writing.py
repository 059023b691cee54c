"""Writes exports; a file is there whole or not at all."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

import msgspec

from app.engine.export import columns, navigator, opengraph, roles, stix, timesketch
from app.engine.export.analysis import activity_lines, alert_lines
from app.engine.export.forms import BY_ID
from app.engine.export.separated import cell, write_csv
from app.engine.export.workbook import write_workbook
from app.engine.queries import Queries
from app.model.alert import Alert
from app.model.view import Cell, Column, View

T = TypeVar("T")
Veil = Callable[[object], object]
"""Turns what leaves into what may be told; the identity when nothing is hidden."""
EDGES = 1_000_000
STEP = 1_000


class Cancelled(OSError):
    """The writing was stopped on request; nothing was left."""


def write(
    queries: Queries,
    out: Path,
    form: str,
    view: View = View(),  # noqa: B008  frozen
    alerts: Sequence[Alert] | None = None,
    *,
    name: str = "Wardlight",
    veil: Veil = lambda value: value,
    cancelled: Callable[[], bool] = lambda: False,
    bom: bool = False,
) -> int:
    """Write one file; returns the number of rows or objects. alerts: None for all that are shown. Blocks.

    bom: a byte order mark before CSV, without which Excel takes it for another encoding. Raises OSError, Cancelled.
    """
    chosen = queries.alerts() if alerts is None else tuple(alerts)
    with whole(out) as place:
        match form:
            case "xlsx":
                names = columns.chosen(view.columns)
                heads = tuple(columns.COLUMNS[one][0] for one in names)
                rows = _watched(_veiled(columns.cells(columns.rows(queries, view), names), veil), cancelled)
                return write_workbook(place, [("Activities", heads, rows)])
            case "csv":
                return _csv(queries, place, view, veil, cancelled, bom)
            case "jsonl":
                lines = _watched(activity_lines(queries, view.filter, veil), cancelled)
                return _lines(place, lines)
            case "timesketch":
                return _timesketch(queries, place, out.suffix.lower() == ".csv", view, chosen, veil, cancelled)
            case "case-xlsx":
                sheets = roles.case_sheets(queries, chosen)
                veiled = ((one.name, one.columns, _watched(_veiled(iter(one.rows), veil), cancelled)) for one in sheets)
                return write_workbook(place, _watched(veiled, cancelled, 1))
            case "alerts-jsonl":
                return _lines(place, (msgspec.json.encode(veil(one)) for one in alert_lines(queries, chosen)))
            case "stix":
                made = stix.bundle(queries, chosen, veil)
                _json(place, made)
                return len(made["objects"])
            case "navigator":
                made = navigator.layer(name, chosen, queries.detectors(), queries.coverage())
                _json(place, veil(made))
                return len(chosen)
            case "opengraph":
                found = opengraph.graph(queries.entities(limit=EDGES), queries.all_edges(EDGES), lambda text: str(veil(text)))
                _json(place, found)
                return len(found["graph"]["edges"])  # type: ignore[index]
    raise OSError(f"There is no form {form!r}; there are {', '.join(BY_ID)}.")


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """A place beside out that takes its name when all went well, and goes when it did not; out itself when it is no file.

    What the system refuses there is told of out, for nobody knows the place.
    """
    if out.exists() and not out.is_file():  # a pipe or a device holds what it was given
        yield out
        return
    place = out.with_name(f".{out.name[:80]}.{token_hex(6)}.new")
    try:
        place.touch(exist_ok=False)
        yield place
        place.replace(out)
    except BaseException as error:
        with suppress(OSError):
            place.unlink()
        if isinstance(error, OSError) and error.errno and error.filename in (None, str(place)):
            raise OSError(error.errno, error.strerror, str(out)) from error
        raise


def _watched(rows: Iterator[T], cancelled: Callable[[], bool], step: int = STEP) -> Iterator[T]:
    for number, row in enumerate(rows):
        if number % step == 0 and cancelled():
            raise Cancelled("stopped; nothing was written")
        yield row


def _veiled(rows: Iterator[tuple[Cell, ...]], veil: Veil) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        yield tuple(veil(one) if isinstance(one, str) else one for one in row)  # type: ignore[misc]


def _csv(queries: Queries, place: Path, view: View, veil: Veil, cancelled: Callable[[], bool], bom: bool) -> int:
    names = columns.chosen(view.columns)
    rows = _watched(_veiled(columns.cells(columns.rows(queries, view), names), veil), cancelled)
    with place.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        return write_csv(file, [columns.COLUMNS[one][0] for one in names], rows)


def _timesketch(
    queries: Queries, place: Path, flat: bool, view: View, alerts: Sequence[Alert], veil: Veil, cancelled: Callable[[], bool]
) -> int:
    rows = _watched(timesketch.events(alerts, columns.rows(queries, view)), cancelled)
    if not flat:
        return _lines(place, (msgspec.json.encode(veil(one)) for one in rows))
    kinds = [Column(one, one) for one in timesketch.FIELDS]
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(timesketch.FIELDS)
        count = 0
        for one in rows:
            said = veil(one)
            assert isinstance(said, dict)
            values = (",".join(v) if isinstance(v, list) else v for v in (said[each.id] for each in kinds))
            writer.writerow([cell(value, "text") for value in values])
            count += 1
    return count


def _lines(place: Path, lines: Iterator[bytes]) -> int:
    count = 0
    with place.open("wb") as file:
        for line in lines:
            file.write(line)
            file.write(b"\n")
            count += 1
    return count


def _json(place: Path, value: object) -> None:
    place.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
