"""Spans cut into buckets of a round width."""

from collections.abc import Iterable

from app.model.rows import Histogram
from app.ui.plots.time_axis import STEPS


def buckets(first: int, last: int, most: int) -> tuple[int, int, int]:
    """Start, end, number of buckets that hold first to last (UTC microseconds): round width, at most `most` and one."""
    length = max(1, last - first + 1)
    width = next((one for one in STEPS if length / one <= most), length // most + 1)
    start = first // width * width
    number = (last - start) // width + 1
    return start, start + number * width, number


def counted(times: Iterable[tuple[int, str]], series: Iterable[str], first: int, last: int, most: int) -> Histogram:
    """Histogram of (time, series name) pairs."""
    start, end, number = buckets(first, last, most)
    width = (end - start) // number
    columns = {name: [0] * number for name in series}
    for at, name in times:
        if start <= at < end:
            columns[name][(at - start) // width] += 1
    return Histogram(start=start, width=width, series=columns)
