"""What the palette offers for typed words: commands, alerts, articles, saved queries, moments, what was chosen before."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from app.arrangement import Chosen
from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.rows import ActivityRow, EntityRow
from app.ui import keys, wording
from app.ui.actions import BY_ID, Action
from app.ui.frame.fuzzy import score
from app.ui.help.library import Article
from app.ui.navigation import Route
from app.ui.value_menu import typed_time
from app.ui.widgets.two_line_list import TwoLines

MOST_OF_A_KIND, MOST_RECENT = 6, 6
AROUND = 5 * wording.MINUTE
MOMENT = re.compile(
    r"(?:(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})[t ]*)?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,6})?)?)?"
)


class Place(NamedTuple):
    """A route with the words that it is remembered by. sign: as in TwoLines."""

    route: Route
    words: str
    sign: str = ""


class Offer(NamedTuple):
    """A row, how well it answers, and how it is remembered."""

    row: TwoLines
    score: float
    chosen: Chosen | None = None


def of_action(action: Action) -> Offer:
    """A command with its key."""
    row = TwoLines("", action.words, "Command", keys.shown(action.id), target=action)
    return Offer(row, 0.0, Chosen("action", action.id))


def of_place(place: Place, said: str, answers: float = 0.0, case: str = "", value: str = "") -> Offer:
    """A place of a page."""
    row = TwoLines(place.sign, place.words, said, value, target=place)
    chosen = Chosen("place", place.route.page, place.route.key[:2000], place.route.view, place.words[:200], place.sign, case)
    return Offer(row, answers, chosen)


def of_chosen(chosen: Chosen, more: Mapping[str, Action]) -> Offer | None:
    """What was chosen before; None when it is no more. more: actions by id that are not in the table."""
    if chosen.kind == "action":
        action = BY_ID.get(chosen.page) or more.get(chosen.page)
        return of_action(action) if action is not None else None
    return of_place(Place(Route(chosen.page, chosen.key, chosen.view), chosen.words, chosen.sign), "Chosen before")._replace(
        chosen=chosen
    )


def commands(typed: str, every: Iterable[Action], can_do: Callable[[Action], bool]) -> list[Offer]:
    """Commands that can be done now."""
    return best(typed, ((one.words, partial(of_action, one)) for one in every if can_do(one)), MOST_OF_A_KIND)


def alerts(typed: str, every: Iterable[Alert], case: str) -> list[Offer]:
    """Alerts by their title."""
    rows = (
        (
            one.title,
            lambda one=one: of_place(
                Place(Route("alert", one.id), one.title, f"severity:{one.severity}"),
                wording.period(one.finding.first, one.finding.last),
                case=case,
            ),
        )
        for one in every
    )
    return best(typed, rows, MOST_OF_A_KIND)


def articles(typed: str, every: Sequence[Article]) -> list[Offer]:
    """Pages of the help by their title."""
    rows = (
        (
            f"{one.title} help {one.key.rpartition('/')[2].replace('_', ' ')}",
            lambda one=one: of_place(Place(Route("help", one.key), one.title), f"Help, {one.group}"),
        )
        for one in every
    )
    return best(typed, rows, MOST_OF_A_KIND)


def queries(typed: str, every: Iterable[tuple[str, str]], case: str) -> list[Offer]:
    """Saved and recent queries: pairs of a name, "" for none, and the text."""
    rows = (
        (
            f"{name} {text}",
            lambda name=name, text=text: of_place(
                Place(Route("activities", "", (("filter", text),)), name or text),
                f"Query: {text}" if name else "Query",
                case=case,
            ),
        )
        for name, text in every
    )
    return best(typed, rows, MOST_OF_A_KIND)


def found(typed: str, thing: object, case: str) -> Offer | None:
    """An entity or an activity that the case knows by these words."""
    if isinstance(thing, EntityRow):
        ref = thing.ref
        said = f"{wording.entity_kind(ref.kind)}, {wording.count(thing.activities, 'activity', 'activities')}"
        answers = score(typed, ref.label)
        place = Place(Route("entity", ref.key), ref.label, f"entity:{ref.kind}")
        return of_place(place, said, 60.0 if answers is None else answers + 20, case)
    if isinstance(thing, EntityRef):
        answers = score(typed, thing.label)
        place = Place(Route("entity", thing.key), thing.label, f"entity:{thing.kind}")
        return of_place(place, wording.entity_kind(thing.kind), 60.0 if answers is None else answers + 20, case)
    if isinstance(thing, ActivityRow):
        words = thing.what or wording.kind(thing.kind)
        return of_place(Place(Route("activities", thing.id), words), wording.moment(thing.at), 10.0, case)
    return None


def moment(typed: str, last: int | None) -> Offer | None:
    """The activities around a moment: 19:12, 19:12:03, 2026-11-23 19:12; without a day that of the end of the case."""
    match = MOMENT.fullmatch(typed.strip().lower().removeprefix("around ").removeprefix("at ").strip())
    if match is None or last is None or not typed.strip():
        return None
    part = {name: int(value) for name, value in match.groupdict().items() if value is not None}
    if not part:
        return None
    at = wording.moment_at(last, part)
    if at is None:
        return None
    around = AROUND if "hour" in part else wording.DAY
    first, end = (at - around, at + around) if "hour" in part else (at, at + around)
    view = (("filter", f"time:{typed_time(first)}..{typed_time(end)}"),)
    words = f"Around {wording.moment(at)}" if "hour" in part else f"The whole of {wording.day(at, year=True)}"
    said = f"Activities within {wording.span(around)}" if "hour" in part else "Activities of that day"
    return of_place(Place(Route("activities", "", view), words), said, 500.0)


def best(typed: str, rows: Iterable[tuple[str, Callable[[], Offer]]], most: int) -> list[Offer]:
    """The rows that answer best: their words, and what makes their offer, which is made for these few only."""
    scored = [(answers, make) for words, make in rows if (answers := score(typed, words)) is not None]
    return [make()._replace(score=answers) for answers, make in sorted(scored, key=lambda one: -one[0])[:most]]
