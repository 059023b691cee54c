"""What the user made of the graph: one frozen value for each step, so that every step can be undone, kept and found again."""

import base64
import zlib
from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from app.model.filter import quoted

Colour = Literal["kind", "family", "severity", "tag", "community"]
Size = Literal["activities", "neighbours", "alerts"]
Grouping = Literal["fold", "community", "none"]
By = Literal["subnet", "unit", "group", "kind", "alerts"]
LONGEST = 60_000
"""Characters of a sketch as a word; a longer one is not kept in a route."""
MOST_BYTES = 4_000_000
"""Bytes to which a word may be unpacked."""
STEPS = 200
ROOTS = 100
"""Entities whose edges are drawn."""


class Sketch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """query: filter whose parties are drawn, "" for the whole case, None for none. roots: keys of entities whose edges are drawn.

    opened: groups that are shown as their members; split: (group, by what) that are shown as smaller groups; loose: entities that
    stand outside of every group. removed: entities that are not drawn; only: the only ones that are, () for all. kinds, families:
    entity kinds and families of activities left out ("member": memberships). pinned: (key, x, y). span: UTC microseconds.
    """

    query: str | None = None
    roots: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    split: tuple[tuple[str, By], ...] = ()
    loose: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    pinned: tuple[tuple[str, float, float], ...] = ()
    span: tuple[int, int] | None = None
    colour: Colour = "kind"
    size: Size = "activities"
    grouping: Grouping = "fold"


def query_of(sketch: Sketch, moment: str = "") -> str:
    """The filter of the activities behind a sketch. moment: its span as a time: term."""
    parts = [f"({sketch.query})" if " or " in sketch.query.lower() and sketch.roots else sketch.query] if sketch.query else []
    if sketch.query != "":  # the whole case holds every root
        parts += [f"entity:{quoted(key)}" for key in sketch.roots]
    text = " or ".join(parts)
    if moment and text:
        return f"({text}) {moment}" if " or " in text.lower() else f"{text} {moment}"
    return text or moment


def to_word(sketch: Sketch) -> str:
    """A sketch as one word for a route; "" when it is too long for one."""
    word = base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(sketch))).decode("ascii")
    return word if len(word) <= LONGEST else ""


def from_word(word: str) -> Sketch | None:
    """The sketch of a word; None when it is none."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(base64.urlsafe_b64decode(word[:LONGEST].encode("ascii")), MOST_BYTES)
        return msgspec.json.decode(text, type=Sketch)
    except (ValueError, zlib.error, msgspec.MsgspecError):
        return None


class Kept(Struct, frozen=True, kw_only=True):
    """A sketch with where everybody stood."""

    sketch: Sketch
    places: dict[str, tuple[float, float]] = {}


def to_kept(sketch: Sketch, places: Mapping[str, tuple[float, float]]) -> str:
    """A picture as one word, to be kept in the case; names in it cannot be read by eye."""
    rounded = {key: (round(x, 1), round(y, 1)) for key, (x, y) in places.items()}
    return base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(Kept(sketch=sketch, places=rounded)))).decode("ascii")


def from_kept(word: str) -> Kept | None:
    """The picture of such a word; None when it is none."""
    try:
        text = zlib.decompressobj().decompress(base64.urlsafe_b64decode(word.encode("ascii")), MOST_BYTES)
        return msgspec.json.decode(text, type=Kept)
    except (ValueError, zlib.error, msgspec.MsgspecError):
        return None


class Steps:
    """Sketches with the words of what was done, at most STEPS, and a position in them."""

    def __init__(self) -> None:
        self._past: list[tuple[str, Sketch]] = []
        self._ahead: list[tuple[str, Sketch]] = []

    def did(self, words: str, before: Sketch) -> None:
        """Something was done to a sketch; what was undone before cannot be done again."""
        self._past = [*self._past, (words, before)][-STEPS:]
        self._ahead = []

    def undo(self, now: Sketch) -> tuple[str, Sketch] | None:
        """What is undone, and the sketch before it; None when there is nothing."""
        return self._move(self._past, self._ahead, now)

    def redo(self, now: Sketch) -> tuple[str, Sketch] | None:
        """What is done again, and the sketch after it."""
        return self._move(self._ahead, self._past, now)

    def clear(self) -> None:
        """Forget all."""
        self._past, self._ahead = [], []

    @staticmethod
    def _move(source: list[tuple[str, Sketch]], target: list[tuple[str, Sketch]], now: Sketch) -> tuple[str, Sketch] | None:
        if not source:
            return None
        words, other = source.pop()
        target.append((words, now))
        return words, other
