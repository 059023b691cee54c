"""Two sides are compared by what is in them; what differs is really in one side only, or much more often there."""

from pathlib import Path

import msgspec
import pytest

from app.engine.comparison import Side, compare
from app.engine.queries import Queries
from app.model.activity import Account, Activity
from app.model.comparison import Comparison, Span, said, span_of
from app.model.details import KerberosTgs
from app.model.filter import ActivityFilter, parse
from tests.engine.workspace import START, fill, made

HOUR = 3_600_000_000


def queries(path: Path, activities: list[Activity]) -> Queries:
    fill(path, {"aaaa": activities})
    return Queries(path)


def sides(one: Queries, other: Queries | None = None) -> tuple[Side, Side]:
    first, last = one.span() or (0, 0)
    whole = Side(queries=one, span=Span(first, last + 1))
    if other is None:
        return whole, whole
    first, last = other.span() or (0, 0)
    return whole, Side(queries=other, span=Span(first, last + 1))


def test_a_side_is_like_itself(tmp_path: Path) -> None:
    found = compare(*sides(queries(tmp_path / "a.wardlight", made(600))))
    assert not found.differences and found.same > 30


def extra(at: int) -> Activity:
    some = next(one for one in made(200) if isinstance(one.detail, KerberosTgs))
    detail = KerberosTgs(client="newcomer", realm="CORP.TEST", service="MSSQLSvc/db9.corp.test", ticket_etype=23)
    who = Account(name="newcomer", domain="CORP.TEST")
    place = {"at": at, "until": at, "frames": (9_000_000,), "account": who, "ticket": None}
    return msgspec.structs.replace(some, detail=detail, result="success", code=None, **place)


def told(found: Comparison, section: str, change: str) -> list[tuple[str, str]]:
    some = [one for one in found.differences if (one.section, one.change) == (section, change)]
    return [(one.who.label if one.who else "", one.what) for one in some]


def test_a_newcomer_its_service_and_its_encryption_are_new_and_gone_the_other_way(tmp_path: Path) -> None:
    common = made(600)
    one = queries(tmp_path / "a.wardlight", common)
    other = queries(tmp_path / "b.wardlight", [*common, extra(common[-1].at)])
    found = compare(*sides(one, other))
    assert ("newcomer", "") in told(found, "entities", "new")
    assert ("newcomer", "MSSQLSvc/db9.corp.test") in told(found, "services", "new")
    assert ("newcomer", "service ticket, RC4") in told(found, "encryption", "new")
    back = compare(*sides(other, one))
    assert {(each.section, each.what, each.who) for each in back.differences if each.change == "gone"} == {
        (each.section, each.what, each.who) for each in found.differences if each.change == "new"
    }


def test_every_filter_finds_what_it_stands_for(tmp_path: Path) -> None:
    common = made(900)
    one = queries(tmp_path / "a.wardlight", common)
    first, last = one.span() or (0, 0)
    middle = (first + last) // 2
    found = compare(Side(queries=one, span=Span(first, middle)), Side(queries=one, span=Span(middle, last + 1)))
    assert found.differences
    for each in found.differences:
        span = found.before if each.change in ("gone", "less") else found.after
        asked = parse(f"{each.filter} time:{said(span)}")
        assert isinstance(asked, ActivityFilter)
        assert one.count(asked) >= max(1, each.after if each.section == "activities" and each.change == "new" else 1), each


def test_counts_are_compared_by_the_hour(tmp_path: Path) -> None:
    """A span of twice the length with twice as many is no difference; ten times as many is."""
    base = made(400, step=1_000_000)
    one = queries(tmp_path / "a.wardlight", base)
    first, last = one.span() or (0, 0)
    later = [moved(each, last - first, 1) for each in base]
    twice = queries(tmp_path / "b.wardlight", [*base, *later])
    found = compare(*sides(one, twice))
    assert not [each for each in found.differences if each.section == "entities" and each.change == "more"]
    crowd = [moved(each, 0, number) for number in range(1, 30) for each in base[:40]]
    busy = queries(tmp_path / "c.wardlight", [*base, *crowd])
    assert [each for each in compare(*sides(one, busy)).differences if each.change == "more"]


def moved(one: Activity, by: int, number: int) -> Activity:
    frame = one.frames[0] + number * 1_000_000
    return msgspec.structs.replace(one, at=one.at + by, until=one.until + by, frames=(frame,))


def test_it_stops_when_it_is_told_to(tmp_path: Path) -> None:
    one = queries(tmp_path / "a.wardlight", made(100))
    assert compare(*sides(one), cancelled=lambda: True).differences == ()


@pytest.mark.parametrize("text", ["", "yesterday", "10:00-11:00", ">-2h", "2026-01-05T12:00..2026-01-05T08:00", "x" * 40_000])
def test_what_is_no_span_is_none(text: str) -> None:
    assert span_of(text) is None


def test_spans_are_written_and_read_the_same() -> None:
    span = Span(START + 1, START + HOUR)
    for last in (span.last, span.last + 1, span.first + 1):
        assert span_of(said(Span(span.first, last))) == Span(span.first, last)
