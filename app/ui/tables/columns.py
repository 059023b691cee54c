"""Which columns of a table are shown, in which order, how wide; kept as text, chosen in a menu."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from app.ui.tables.cells import Column

LEAST, GREATEST = 24, 1200
"""Width of a column in pixels of the design."""
CRAMPED = 1.2
"""Times the width of a table that its columns would have, above which values are cut that nobody can guess."""
BEARABLE = 1.3
"""The same of the columns that are not spare, above which all of them would be stubs."""
FEWEST = 3
"""Columns that a table keeps, however narrow it is."""


class ColumnLayout(msgspec.Struct, frozen=True):
    """order: titles from left to right. hidden: titles that are not shown. widths: of those that the user set."""

    order: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    widths: dict[str, int] = {}


def standard(columns: Sequence[Column]) -> ColumnLayout:
    """As a new installation shows them."""
    return ColumnLayout(tuple(one.title for one in columns), tuple(one.title for one in columns if not one.shown))


def read(text: str, columns: Sequence[Column]) -> ColumnLayout:
    """What was kept, made whole where columns came or went since; the standard for anything else."""
    plain = standard(columns)
    try:
        kept = msgspec.json.decode(text, type=ColumnLayout)
    except (msgspec.MsgspecError, UnicodeError):
        return plain
    known = dict.fromkeys(plain.order)
    order = [title for title in dict.fromkeys(kept.order) if title in known]
    for place, title in enumerate(plain.order):  # a new column stands behind the one that it stands behind by default
        if title not in order:
            before = plain.order[place - 1] if place else ""
            order.insert(order.index(before) + 1 if before in order else 0, title)
    news = {title for title in plain.order if title not in kept.order}
    hidden = tuple(title for title in order if title in kept.hidden or (title in news and title in plain.hidden))
    if len(hidden) == len(order):
        return plain
    widths = {title: max(LEAST, min(GREATEST, width)) for title, width in kept.widths.items() if title in known}
    return ColumnLayout(tuple(order), hidden, widths)


def written(layout: ColumnLayout) -> str:
    """The layout as text."""
    return msgspec.json.encode(layout).decode()


def uncramped(wanted: dict[int, int], spare: Collection[int], width: int) -> dict[int, int]:
    """Without spare columns, the last first, as far as the others would have to be cut for them by more than a little."""
    left = dict(wanted)
    for place in reversed(wanted):
        if place in spare and sum(left.values()) > width * CRAMPED:
            del left[place]
    return left


def bearable(wanted: dict[int, int], kept: Collection[int], width: int) -> dict[int, int]:
    """Without those at the right, as far as all of them would be stubs: few columns that can be read tell more.

    kept: those that stay, as what the rows are ordered by does.
    """
    left = dict(wanted)
    for place in reversed(wanted):
        if len(left) > FEWEST and place not in kept and sum(left.values()) > width * BEARABLE:
            del left[place]
    return left


def fitted(
    wanted: dict[int, int], titles: dict[int, int], firm: Collection[int], stretching: Sequence[int], width: int, floor: int
) -> dict[int, int]:
    """Widths of columns in a table of a width, by their places; wanted: those that they would have, titles: room of their titles.

    What is left goes to the stretching ones. Where there is too little, columns give what is beyond their titles, firm ones
    last and the stretching ones at first no more than half; then all but the firm ones give in proportion, down to floor.
    No table scrolls sideways.
    """
    spare = width - sum(wanted.values())
    if spare >= 0:
        return {place: value + (spare // len(stretching) if place in stretching else 0) for place, value in wanted.items()}
    for kept, share in ((firm, 2), ((), 2), ((), 0)):
        least = {
            place: value
            if place in kept
            else max(min(value, titles[place]), value // share if share and place in stretching else 0)
            for place, value in wanted.items()
        }
        left, beyond = width - sum(least.values()), sum(wanted.values()) - sum(least.values())
        if left >= 0:
            return {place: least[place] + (value - least[place]) * left // max(1, beyond) for place, value in wanted.items()}
    fixed = sum(wanted[place] for place in wanted if place in firm)
    soft = sum(wanted.values()) - fixed
    if fixed + soft // 4 > width:
        firm, fixed, soft = (), 0, sum(wanted.values())
    return {
        place: value if place in firm else max(floor, value * (width - fixed) // max(1, soft)) for place, value in wanted.items()
    }


def lent(widths: dict[int, int], needs: Mapping[int, int], titles: Mapping[int, int], fixed: Collection[int]) -> dict[int, int]:
    """Columns whose texts need less room than they have, and than their titles, lend it to those whose texts would be cut.

    needs: room of the texts by place; a column without lends nothing and gets nothing, and neither do the fixed ones.
    """
    free = [place for place in widths if place in needs and place not in fixed]
    lack = {place: needs[place] - widths[place] for place in free if needs[place] > widths[place]}
    spare = {place: left for place in free if (left := widths[place] - max(needs[place], titles[place])) > 0}
    given = min(sum(lack.values()), sum(spare.values()))
    if not given:
        return widths
    out = dict(widths)
    for parts, sign in ((lack, 1), (spare, -1)):
        left, whole = given, sum(parts.values())
        for place, part in parts.items():
            share = left * part // whole  # of what is left, so that the last one takes the rest
            out[place] += sign * share
            left, whole = left - share, whole - part
    return out
