"""A crowd of edges and nodes as pixels, made by NumPy away from the window: Qt would hold the interpreter while it draws them."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

AT_ONCE = 400_000
"""Pixels of edges that are worked out together."""
LONGEST = 20_000
"""Pixels of one edge."""
Pixels = NDArray[np.uint32]
Colour = tuple[int, int, int]


class Strokes(Struct, frozen=True):
    """Lines of one colour. ends: (x0, y0, x1, y1) in pixels of the picture. strength: 0 to 1 of one line; many add up."""

    ends: NDArray[np.float64]
    colour: Colour
    strength: float


class Stamps(Struct, frozen=True):
    """One small picture put at many places. at: its middle in pixels. sprite: premultiplied ARGB."""

    at: NDArray[np.float64]
    sprite: Pixels


class Veil(Struct, frozen=True):
    """All that was drawn before steps back towards the ground; strength 0 to 1."""

    strength: float


def raster(width: int, height: int, ground: Colour, layers: Sequence[Strokes | Stamps | Veil]) -> Pixels:
    """Opaque pixels (height, width) as Qt's RGB32 has them; layers one over the other."""
    picture = np.empty((height * width, 3), np.float32)
    picture[:] = ground
    for one in layers:
        if isinstance(one, Stamps):
            _stamp(picture, width, height, one)
        elif isinstance(one, Veil):
            picture += (np.array(ground, np.float32) - picture) * np.float32(one.strength)
        else:
            hits = _hits(width, height, one.ends)
            touched = np.flatnonzero(hits)
            share = (1.0 - (1.0 - one.strength) ** hits[touched])[:, None].astype(np.float32)
            picture[touched] += (np.array(one.colour, np.float32) - picture[touched]) * share
    whole = np.clip(picture + 0.5, 0, 255).astype(np.uint32)
    pixels: Pixels = (0xFF000000 | whole[:, 0] << 16 | whole[:, 1] << 8 | whole[:, 2]).reshape(height, width)
    return pixels


def _hits(width: int, height: int, ends: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many lines cross each pixel; a line gives one pixel for each step along its longer side (Bresenham's walk)."""
    hits = np.zeros(width * height, np.int64)
    ends = _clipped(ends, width, height)
    if not len(ends):
        return hits
    delta = ends[:, 2:] - ends[:, :2]
    steps = np.minimum(np.ceil(np.abs(delta).max(axis=1)).astype(np.int64) + 1, LONGEST)
    first = 0
    bounds = np.cumsum(steps)
    while first < len(ends):
        before = bounds[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(bounds, before + AT_ONCE)))
        some = steps[first:last]
        line = np.repeat(np.arange(first, last), some)
        along = np.arange(len(line)) - np.repeat(np.cumsum(some) - some, some)
        part = along / np.maximum(1, steps[line] - 1)
        x = (ends[line, 0] + delta[line, 0] * part).astype(np.int64)
        y = (ends[line, 1] + delta[line, 1] * part).astype(np.int64)
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        hits += np.bincount(y[inside] * width + x[inside], minlength=width * height)
        first = last
    return hits


def _clipped(ends: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """The part of each line that lies in the picture (Liang and Barsky, 1984); lines outside are left out."""
    if not len(ends):
        return ends
    start, delta = ends[:, :2], ends[:, 2:] - ends[:, :2]
    low, high = np.zeros(len(ends)), np.ones(len(ends))
    for axis, size in ((0, width), (1, height)):
        run = delta[:, axis]
        still = np.abs(run) < 1e-9
        safe = np.where(still, 1.0, run)
        one, other = -start[:, axis] / safe, (size - 1 - start[:, axis]) / safe
        low = np.maximum(low, np.where(still, 0.0, np.minimum(one, other)))
        high = np.minimum(high, np.where(still, 1.0, np.maximum(one, other)))
        outside = still & ((start[:, axis] < 0) | (start[:, axis] >= size))
        high = np.where(outside, -1.0, high)
    kept = high > low
    begin = start + delta * low[:, None]
    end = start + delta * high[:, None]
    found: NDArray[np.float64] = np.hstack((begin, end))[kept]
    return found


def _stamp(picture: NDArray[np.float32], width: int, height: int, stamp: Stamps) -> None:
    rows, columns = stamp.sprite.shape
    corner = np.round(stamp.at - (columns / 2, rows / 2)).astype(np.int64)
    corner = corner[(corner[:, 0] > -columns) & (corner[:, 0] < width) & (corner[:, 1] > -rows) & (corner[:, 1] < height)]
    for y, x in np.argwhere(stamp.sprite >> 24):
        pixel = int(stamp.sprite[y, x])
        spot = corner + np.array((x, y))
        held = (spot[:, 0] >= 0) & (spot[:, 0] < width) & (spot[:, 1] >= 0) & (spot[:, 1] < height)
        at = spot[held, 1] * width + spot[held, 0]
        colour = np.array([pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255], np.float32)
        picture[at] = picture[at] * (1 - (pixel >> 24) / 255) + colour
