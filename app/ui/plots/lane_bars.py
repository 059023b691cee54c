"""Counts of lanes as stacked bars; plain numbers, for a job."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.model.entity import EntityRef
from app.model.rows import Histogram
from app.ui.plots.histogram import Mark

LEAST, HIGHEST = 0.08, 0.82
"""Heights of a bar of one activity and of the highest one, as shares of a lane."""


class Lane(NamedTuple):
    """One peer: what passed by family over time, alerts that name it. All lanes of a view share start and width."""

    ref: EntityRef
    data: Histogram
    marks: tuple[Mark, ...] = ()


class Bars(NamedTuple):
    """The bars of one family in all lanes: left edges (seconds from the start), lower edges (lanes from the top), heights."""

    left: np.ndarray
    bottom: np.ndarray
    height: np.ndarray


def bars_of(lanes: Sequence[Lane], families: Sequence[str]) -> dict[str, Bars]:
    """Bars by family, each stacked on the families before it; families without any are left out.

    Heights are by square root of the count, with one scale for all lanes, so that one request is seen beside a thousand.
    """
    buckets = max((len(one) for lane in lanes for one in lane.data.series.values()), default=0)
    counts = np.zeros((len(families), len(lanes), buckets))
    for place, lane in enumerate(lanes):
        for number, name in enumerate(families):
            series = lane.data.series.get(name, [])
            counts[number, place, : len(series)] = series
    totals = counts.sum(axis=0)
    tall = np.where(totals > 0, np.maximum(LEAST, HIGHEST * np.sqrt(totals / max(1.0, totals.max(initial=0)))), 0)
    unit = tall / np.maximum(totals, 1)
    under = np.cumsum(counts, axis=0) - counts
    found = {}
    for number, name in enumerate(families):
        place, bucket = np.nonzero(counts[number])
        if len(place):
            bottom = place + 1 - under[number, place, bucket] * unit[place, bucket]
            height = -counts[number, place, bucket] * unit[place, bucket]
            found[name] = Bars(bucket * (lanes[0].data.width / 1e6), bottom, height)
    return found
