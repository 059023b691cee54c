"""What a filter means: a tree of frozen values that queries understand."""

from typing import Union

from msgspec import Struct

SECOND, MINUTE, HOUR = 1_000_000, 60_000_000, 3_600_000_000
DAY = 24 * HOUR


class Text(Struct, frozen=True, tag="text"):
    """Any of these values, in lower case, * for any text. key "" is a free word. quoted: the whole value, no part of it."""

    key: str
    values: tuple[str, ...]


class Numbers(Struct, frozen=True, tag="numbers"):
    """A number in any of these ranges, both ends included. key: code, port, frame, event, took (microseconds)."""

    key: str
    ranges: tuple[tuple[int, int], ...]


class During(Struct, frozen=True, tag="during"):
    """first <= time < last in UTC microseconds, None for an open end; daily: microseconds since midnight, of any day.

    relative: both are counted from the last activity of the workspace, so they are 0 or less.
    """

    first: int | None
    last: int | None
    daily: bool = False
    shift: int = 0
    relative: bool = False


class Not(Struct, frozen=True, tag="not"):
    """What does not match."""

    part: "Node"


class All(Struct, frozen=True, tag="all"):
    """What matches every part."""

    parts: tuple["Node", ...]


class Either(Struct, frozen=True, tag="either"):
    """What matches one part or more."""

    parts: tuple["Node", ...]


Node = Union[Text, Numbers, During, Not, All, Either]  # noqa: UP007


class ActivityFilter(Struct, frozen=True):
    """A filter that can be asked for. root None: everything."""

    text: str = ""
    root: Node | None = None


class FilterError(Struct, frozen=True):
    """Why a text is no filter; position is the character at which it goes wrong."""

    position: int
    message: str


class Wrong(Exception):
    """Raised inside the reader of filters; parse() gives its error."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(message)
        self.error = FilterError(position, message)


EVERYTHING = ActivityFilter()


def is_relative(node: Node | None) -> bool:
    """True when a time in the tree is counted from the last activity."""
    if isinstance(node, During):
        return node.relative
    if isinstance(node, Not):
        return is_relative(node.part)
    return isinstance(node, All | Either) and any(is_relative(part) for part in node.parts)
