"""Lanes of a timeline and what is drawn of them; plain numbers, made in a job."""

from collections.abc import Sequence
from typing import NamedTuple

from app.model.alert import Alert
from app.model.entity import EntityRef
from app.model.filter import quoted
from app.model.rows import ActivityRow
from app.model.timeline import Density, LaneKey

LEAST, HIGHEST = 0.10, 0.92
"""Heights of a bar of one activity and of the highest one, as shares of a lane's room."""


class TimeLane(NamedTuple):
    """One lane. key: stays the same. sign: "entity:user", "role:chart-1", "severity:high", "icon:log". asked: None for detectors,
    whose lanes show alerts only. alerts: those that belong to it. pinned: by the user, stays whatever is shown."""

    key: str
    label: str
    sign: str
    asked: LaneKey | None = None
    ref: EntityRef | None = None
    alerts: tuple[Alert, ...] = ()
    pinned: bool = False

    def filter(self) -> str:
        """What it holds, in the language of filters."""
        if self.asked is None:
            return f"alert:{self.key.partition(':')[2]}"
        word = {"entity": "entity", "family": "kind", "input": "input"}[self.asked.kind]
        return f"{word}:{quoted(self.asked.key)}"


class Bar(NamedTuple):
    """Activities of one lane in one span. parts: (family, lower and upper edge as shares of the lane's room, from below)."""

    at: int
    width: int
    total: int
    parts: tuple[tuple[str, float, float], ...]


class Drawn(NamedTuple):
    """One lane as it is drawn. rows: single activities where there are few enough, then there are no bars to read."""

    bars: tuple[Bar, ...] = ()
    rows: tuple[ActivityRow, ...] = ()
    total: int = 0


class Picture(NamedTuple):
    """What was counted for a window. spans: when something was recorded."""

    lanes: tuple[Drawn, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    total: int = 0
    width: int = 0


def lanes_of_alert(alert: Alert) -> list[EntityRef]:
    """Parties of an alert, each once: sources, accounts, targets."""
    finding = alert.finding
    return list({ref.key: ref for ref in (*finding.sources, *finding.accounts, *finding.targets)}.values())


def concerns(alert: Alert, key: str) -> bool:
    """Whether an entity is a party of an alert."""
    return any(ref.key == key for ref in lanes_of_alert(alert)) or any(ref.key == key for ref in alert.finding.domain_controllers)


def picture(lanes: Sequence[TimeLane], density: Density, families: Sequence[str]) -> Picture:
    """Bars of all lanes with one scale: heights by square root of how many there are in a second.

    density: of the lanes that ask for counts, in their order.
    """
    asked = [place for place, lane in enumerate(lanes) if lane.asked is not None]
    rates = [
        sum(column) / data.width
        for data in density.lanes
        for column in zip(*data.series.values(), strict=True)
    ]  # fmt: skip
    highest = max(rates, default=0.0)
    drawn = [Drawn() for _ in lanes]
    width = 0
    for number, place in enumerate(asked[: len(density.lanes)]):
        data = density.lanes[number]
        width = max(width, data.width)
        names = [name for name in families if name in data.series]
        bars = []
        total = 0
        for bucket, column in enumerate(zip(*(data.series[name] for name in names), strict=True)):
            held = sum(column)
            if not held:
                continue
            total += held
            tall = max(LEAST, HIGHEST * ((held / data.width) / highest) ** 0.5)
            parts, under = [], 0
            for name, count in zip(names, column, strict=True):
                if count:
                    parts.append((name, tall * under / held, tall * (under + count) / held))
                    under += count
            bars.append(Bar(data.start + bucket * data.width, data.width, held, tuple(parts)))
        rows = density.rows[number] if number < len(density.rows) else ()
        drawn[place] = Drawn(tuple(bars), rows, total)
    return Picture(tuple(drawn), density.spans, density.total, width)


def gaps(spans: Sequence[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """Parts of a time in which nothing was recorded."""
    found, at = [], first
    for begin, end in spans:
        if end <= first or begin >= last:
            continue
        if begin > at:
            found.append((at, begin))
        at = max(at, end)
    if at < last:
        found.append((at, last))
    return found
