"""What differs between two spans of time, or two cases."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from app.model.entity import EntityRef
from app.model.filter import ActivityFilter, During, parse

Section = Literal["entities", "edges", "services", "encryption", "logons", "activities"]
Change = Literal["new", "gone", "more", "less"]
SECTIONS: tuple[Section, ...] = ("entities", "edges", "services", "encryption", "logons", "activities")


class Span(Struct, frozen=True):
    """first <= time < last, UTC microseconds."""

    first: int
    last: int


class Difference(Struct, frozen=True, kw_only=True):
    """One thing that is in one side only, or much more often in one.

    who: the entity that it is about, with target the other end. what: the service, encryption, kind of logon or of activity.
    before, after: how often. first, last: when in the side where it is more often, UTC microseconds. filter: text that finds
    those activities there.
    """

    section: Section
    change: Change
    who: EntityRef | None
    target: EntityRef | None = None
    what: str = ""
    before: int
    after: int
    first: int
    last: int
    filter: str = ""


class Comparison(Struct, frozen=True, kw_only=True):
    """before, after: what was compared; empty spans when a side holds nothing. same: things that are in both about as often.

    names: of both sides, for reading. cut: how many differences are not given, the least telling ones.
    """

    before: Span
    after: Span
    names: tuple[str, str]
    differences: tuple[Difference, ...] = ()
    same: int = 0
    cut: int = 0


SECOND = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def span_of(text: str) -> Span | None:
    """The span that a text says as filters say times, in UTC: A..B, a day; None when it says none with two ends."""
    found = parse(f"time:{text.strip()}") if text.strip() else None
    if not isinstance(found, ActivityFilter) or not isinstance(found.root, During):
        return None
    during = found.root
    if during.daily or during.relative or during.first is None or during.last is None or during.last <= during.first:
        return None
    return Span(during.first, during.last)


def stamp(at: int, exact: bool = False) -> str:
    """A time as filters take it: 2026-01-05T08:00:00, with microseconds where it has any or exact asks for them."""
    when = EPOCH + timedelta(microseconds=at)
    return when.strftime("%Y-%m-%dT%H:%M:%S") + (f".{when.microsecond:06}" if exact or when.microsecond else "")


def said(span: Span) -> str:
    """The span as filters take it; the end that is written belongs to it, to its last digit."""
    end = stamp(span.last - 1, True) if span.last % SECOND else stamp(span.last - SECOND)
    return f"{stamp(span.first)}..{end}"
