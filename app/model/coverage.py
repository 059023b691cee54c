"""What a detector could have seen at a controller, hour by hour, and what would let it see more."""

from msgspec import Struct

from app.model.entity import EntityRef


class CoverageSpan(Struct, frozen=True, kw_only=True):
    """Hours that are alike for one detector at one controller. first, last: UTC microseconds, the end not included.

    state: seen, partial, blind, learning. reasons: why it is not seen, in words. remedies: what would help.
    seen, whole: minutes of it that were recorded, and minutes that it lasts; of a blind span none was seen.
    """

    detector: str
    title: str
    controller: EntityRef
    first: int
    last: int
    state: str
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    seen: int = 0
    whole: int = 0


class CoverageShare(Struct, frozen=True, kw_only=True):
    """One detector at one controller over the whole time. state: the commonest of its hours, by minutes.

    seen, partial, whole: minutes. reasons, remedies: of all its spans, those of most minutes first.
    """

    detector: str
    title: str
    controller: EntityRef
    state: str
    seen: int
    partial: int
    whole: int
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


class Remedy(Struct, frozen=True, kw_only=True):
    """Something to switch on. detectors: how many would see more at any controller; minutes: of how much time together."""

    words: str
    detectors: int
    minutes: int


class Statement(Struct, frozen=True, kw_only=True):
    """What it is worth that a detector raised nothing about a controller, as one sentence."""

    detector: str
    controller: EntityRef
    text: str
    seen: int
    whole: int
