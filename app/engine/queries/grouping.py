"""Activities counted by one field: how many, when first and last, how they lie in time, and the filter that keeps only these."""

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import NamedTuple

from app.engine import describe
from app.engine.describe.codes import ETYPES
from app.engine.describe.event_codes import LOGON_TYPES
from app.engine.queries import portrait
from app.engine.queries.access import Access
from app.engine.queries.matching import TIMELESS
from app.engine.queries.plan import FIRST, LAST, Plan
from app.engine.store.reading import RESULTS
from app.model.activity import NAMED
from app.model.asking import Group, Groups
from app.model.entity import EntityRef
from app.model.filter import term

SPARK = 24
"""Parts of the span of all groups in which they are counted."""
MOST, MOST_SAID = 3_000_000, 300_000
"""Matches that are counted by a column; by what must be read of each activity."""
DIFFERENT = 200_000
"""Values that are told apart; then what comes is left out."""
HOUR, DAY = 3_600_000_000, 86_400_000_000
_COLUMNS = {
    "who": "a.actor", "from": "a.source", "to": "a.destination", "kind": "a.kind", "result": "a.result",
    "code": "a.kind || ' ' || a.code",
    "port": "a.dport", "input": "a.input", "hour": f"(a.at - ((a.at % {HOUR}) + {HOUR}) % {HOUR}) / {HOUR}",
    "day": f"(a.at - ((a.at % {DAY}) + {DAY}) % {DAY}) / {DAY}", "etype": "etype_of(a.body)", "spn": "service_of(a.body)",
    "event": "event_id(a.body)", "logon": "logon_of(a.body)",
}  # fmt: skip
_SAID = {"etype", "spn", "event", "logon"}
_NOTHING = {"spn": "", "event": 0}
"""What stands for no value where that is not NULL."""


class Named(NamedTuple):
    """A value as it is shown and asked for."""

    value: str
    term: str = ""
    ref: EntityRef | None = None


class _Sum:
    """What is known of one value while rows come."""

    __slots__ = ("count", "first", "last", "spark")

    def __init__(self) -> None:
        self.count, self.first, self.last = 0, LAST, FIRST
        self.spark = [0] * SPARK

    def add(self, count: int, first: int, last: int, part: int) -> None:
        self.count += count
        self.first, self.last = min(self.first, first), max(self.last, last)
        self.spark[max(0, min(SPARK - 1, part))] += count


def groups(plan: Plan, field: str, access: Access, limit: int = 200) -> Groups:
    """The groups of most activities by a field of app.model.asking.GROUPS. The caller holds the lock of the plan."""
    span = access.all("SELECT (SELECT min(at) FROM activities), (SELECT max(at) FROM activities)")[0]
    number = plan.count()
    if span[0] is None or not number:
        return Groups(field=field)
    low, high = max(span[0], plan.low), min(span[1] + 1, plan.high)
    width = max(1, -(-(high - low) // SPARK))
    most = MOST_SAID if field in _SAID else MOST
    sums: dict[object, _Sum] = {}
    for value, part, count, first, last in _counted(plan, field, access, low, width, most if number > most else 0):
        if value == _NOTHING.get(field, LAST):
            value = None
        found = sums.get(value)
        if found is None:
            if len(sums) >= DIFFERENT:
                continue
            found = sums[value] = _Sum()
        found.add(count, first, last, part)
    names = _named(field, sums, access)
    merged: dict[Named, _Sum] = {}
    for value, one in sums.items():
        into = merged.setdefault(names(value, one.first), _Sum())
        for part, count in enumerate(one.spark):
            into.add(count, one.first, one.last, part)
    ranked = sorted(merged.items(), key=lambda pair: (-pair[1].count, pair[0].value))
    if field in ("hour", "day"):
        ranked = sorted(ranked[:limit], key=lambda pair: pair[1].first)
    return Groups(
        field=field,
        rows=tuple(
            Group(value=name.value, term=name.term, ref=name.ref, count=one.count, first=one.first, last=one.last,
                  spark=tuple(one.spark))
            for name, one in ranked[:limit]
        ),
        total=sum(one.count for one in merged.values()),
        different=len(merged),
        cut=number if number > most else 0,
    )  # fmt: skip


def _counted(
    plan: Plan, field: str, access: Access, low: int, width: int, most: int
) -> Iterable[tuple[object, int, int, int, int]]:
    """(value, part of the span, count, first, last); most: of how many matches, the first in time, 0 for all."""
    column = _COLUMNS[field]
    if field in TIMELESS and plan.by_minute and plan.low == FIRST and plan.high == LAST:
        minute = 60_000_000
        rest = plan.rest
        sql = f"""SELECT {column}, (minute * {minute} - ?) / ?, sum(count), min(minute) * {minute},
        max(minute) * {minute} + {minute - 1} FROM minutes a WHERE {rest.sql} GROUP BY 1, 2"""
        return access.db().execute(sql, (low, width, *rest.values))
    sql, values = plan.rows(f"{column} AS v, a.at AS at")
    limit = f"ORDER BY a.at LIMIT {int(most)}" if most else ""
    whole = f"SELECT v, (at - ?) / ? AS part, count(*), min(at), max(at) FROM ({sql} {limit}) GROUP BY v, part"
    return access.db().execute(whole, (low, width, *values))


def _named(field: str, sums: dict[object, _Sum], access: Access) -> Callable[[object, int], Named]:
    """How the values of a field are shown; first: when the value was first seen."""
    nobody = Named("—")
    if field == "who":
        rows = access.all("SELECT x.id, x.text, e.kind, e.key, e.label FROM actors x LEFT JOIN entities e ON e.id = x.entity")
        actors = {row[0]: row[1:] for row in rows if row[0] in sums}

        def account(value: object, _first: int) -> Named:
            text, kind, key, label = actors.get(value, ("", None, "", ""))
            if kind is None:
                return Named(text, term("who", text)) if text else nobody
            ref = EntityRef(kind, key, label)
            return Named(label, term("who", key[5:] if key.startswith("user:") else key), ref)

        return account
    if field in ("from", "to"):
        texts = {row[0]: row[1] for row in access.all("SELECT id, text FROM addresses") if row[0] in sums}
        several = {row[0] for row in access.all("SELECT address FROM address_entities GROUP BY address HAVING count(*) > 1")}
        known = access.knowledge()

        def end(value: object, first: int) -> Named:
            text = texts.get(value, "")
            if not text:
                return nobody
            with access.lock:
                ref = known.end(text, first)[0]
            asked = text.removeprefix(NAMED) if value in several or ref.kind == "address" else ref.key.partition(":")[2]
            if value in several:  # which computer it was depends on the time
                ref = EntityRef("address", f"address:{text}", text.removeprefix(NAMED))
            return Named(ref.label, term(field, asked), ref)

        return end
    if field == "kind":
        kinds = dict(access.all("SELECT id, text FROM kinds"))
        return lambda value, _: Named(kinds.get(value, ""), term("kind", kinds.get(value, "")))
    if field == "input":
        inputs = {row[0]: row[1:] for row in access.all("SELECT id, key, path FROM inputs")}

        def source(value: object, _first: int) -> Named:
            key, path = inputs.get(value, ("", ""))
            return Named(PurePath(path.replace("\\", "/")).name or key, term("input", key))

        return source
    if field == "code":
        kinds = dict(access.all("SELECT id, text FROM kinds"))

        def answer(value: object, _first: int) -> Named:
            kind, _, code = str(value or "").partition(" ")
            if not code:
                return nobody
            words = "success" if code == "0" else describe.code_words(kinds.get(int(kind), ""), int(code))
            return Named(f"{words} ({int(code):,})" if abs(int(code)) < 2**16 else words, term("code", code))

        return answer
    if field == "result":
        return lambda value, _: Named(RESULTS[int(str(value))], term("result", RESULTS[int(str(value))]))
    return lambda value, _: nobody if value is None else _said(field, value)


def _said(field: str, value: object) -> Named:
    if isinstance(value, str):
        return Named(value, term(field, value))
    number = int(str(value))
    if field == "etype":
        return Named(describe.etype(number) if number in ETYPES else f"type {number}", f"etype:{number}")
    if field == "logon":
        return Named(f"{LOGON_TYPES.get(number, 'type')} ({number})", f"logon:{number}")
    if field in ("hour", "day"):
        width = HOUR if field == "hour" else DAY
        moment = portrait.minute(number * width).replace(" ", "T")
        return Named(moment.replace("T", " "), f"time:{moment[:10] if field == 'day' else moment[:13]}")
    return Named(str(number), f"{field}:{number}")
