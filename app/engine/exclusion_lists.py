"""Exclusions as text: CSV and JSON written and read again, and plain lists of values as people paste them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

import msgspec

from app.model.exclusion import EVERY, Exclusion, ExclusionError, exclusion

COLUMNS = ("detector", "kind", "value", "reason", "expires", "on", "shipped", "added", "by")
LONGEST = 4_000_000
"""Characters of a list."""
MOST = 20_000
"""Exclusions of a list."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO = ("", "0", "no", "false", "off")


def write_list(exclusions: Iterable[Exclusion], form: str = "csv") -> str:
    """All of them in their order; the same ones give the same text."""
    rows = [_row(one) for one in exclusions]
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(rows), indent=1).decode() + "\n"
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    for row in rows:
        table.writerow({name: _safe(_text(value)) for name, value in row.items()})
    return out.getvalue()


def read_list(
    text: str, detector: str, kind: str, reason: str, now: int, by: str, expires: int | None = None
) -> tuple[list[Exclusion], list[str]]:  # fmt: skip
    """Exclusions of a list in any of its forms, and a sentence with its number for each line that cannot be used.

    detector, kind, reason, expires: of values that stand alone; without a kind it is told from the value where it can be.
    now, by: for what the list does not tell.
    """
    if len(text) > LONGEST:
        return [], [f"The list is longer than {LONGEST:,} characters."]
    found: dict[str, Exclusion] = {}
    refused: list[str] = []
    for number, row in _rows(text.removeprefix("\ufeff"), detector, kind, reason, refused):
        if len(found) >= MOST:
            refused.append(f"Line {number} and what follows: a list has at most {MOST:,} exclusions.")
            break
        try:
            one = exclusion(
                row.get("detector") or EVERY, row.get("kind") or guess(row.get("value", "")), row.get("value", ""),
                reason=row.get("reason", ""), expires=expires if "expires" not in row else moment(row["expires"]),
                added=moment(row.get("added", "")) or now, by=row.get("by") or by,
                on=row.get("on", "yes").lower() not in NO,
            )  # fmt: skip
        except ExclusionError as error:
            refused.append(f"Line {number}: {error}")
            continue
        found[one.id] = one
    return list(found.values()), refused


def guess(value: str) -> str:
    """Kind of a value that stands alone: an address, a subnet, an account with its domain. Raises ExclusionError."""
    plain = value.strip()
    for kind, read in (("address", ip_address), ("subnet", ip_network)):
        try:
            read(plain)
        except ValueError:
            continue
        return kind
    if "\\" in plain or "@" in plain:
        return "account"
    if plain.endswith("$"):
        return "computer"
    raise ExclusionError(f'"{plain[:60]}" may be an account, a computer, a group or a domain; say which kind it is.')


def moment(text: str) -> int | None:
    """UTC microseconds of a date (its end) or a time in ISO 8601; None for none. Raises ExclusionError."""
    plain = text.strip()
    if not plain:
        return None
    try:
        when = datetime.fromisoformat(plain)
    except ValueError:
        raise ExclusionError(f'"{plain[:40]}" is no date such as 2026-12-31.') from None
    try:
        when = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
        if len(plain) == 10:
            when += timedelta(days=1)
        return (when - EPOCH) // timedelta(microseconds=1)
    except OverflowError:
        raise ExclusionError(f'"{plain[:40]}" is too far away.') from None


def iso(at: int | None) -> str:
    """UTC microseconds as ISO 8601; "" for None, and for what the calendar cannot hold."""
    try:
        return "" if not at else (EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return ""


def _row(one: Exclusion) -> dict[str, object]:
    return {
        "detector": one.detector, "kind": one.kind, "value": one.value, "reason": one.reason, "expires": iso(one.expires),
        "on": one.on, "shipped": one.shipped, "added": iso(one.added), "by": one.by,
    }  # fmt: skip


def _text(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _safe(text: str) -> str:
    """A spreadsheet shows it and computes nothing; one quotation mark more when it begins with one, so that reading is exact."""
    return f"'{text}" if text.startswith((*FORMULA, "'")) else text


def _read(text: str | None) -> str:
    plain = text or ""
    return plain[1:] if plain.startswith("'") and plain[1:].startswith((*FORMULA, "'")) else plain


def _rows(text: str, detector: str, kind: str, reason: str, refused: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(number of the line, its words by column)."""
    start = text.lstrip()[:1]
    if start in ("[", "{"):
        yield from _json(text, refused)
        return
    lines = text.splitlines()
    head = [one.strip().lower() for one in lines[0].split(",")] if lines else []
    if "value" in head:
        reader = csv.DictReader(lines, fieldnames=head)
        next(reader, None)
        try:
            for row in reader:
                yield reader.line_num, {name: _read(value) for name, value in row.items() if name and isinstance(value, str)}
        except csv.Error as error:
            refused.append(f"Line {reader.line_num}: {error}.")
        return
    for number, line in enumerate(lines, 1):
        value = line.partition("#")[0].strip().strip(",;").strip()
        if value:
            yield number, {"detector": detector, "kind": kind, "value": value, "reason": reason}


def _json(text: str, refused: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        rows: Sequence[object] = msgspec.json.decode(text, type=list[object])
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        refused.append(f"Line 1: it is no JSON list of exclusions: {error}.")
        return
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            yield number, {str(name): _text(value) for name, value in row.items() if value is not None}
        else:
            refused.append(f"Line {number}: it is no exclusion.")
