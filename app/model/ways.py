"""In which ways alerts were found, and how these differ from the ways of another program."""

from collections.abc import Mapping
from hashlib import blake2b

from msgspec import Struct

NAMED = 4
"""Detectors that are named; more are counted."""


class Ways(Struct, frozen=True):
    """How a program finds alerts. detectors: id of each to a hash of its source; shared: of what all of them rest on."""

    detectors: Mapping[str, str] = {}
    shared: str = ""

    def hash(self) -> str:
        """All of it in one word."""
        told = " ".join(f"{one}:{way}" for one, way in sorted(self.detectors.items()))
        return blake2b(f"{self.shared} {told}".encode(), digest_size=6).hexdigest()


def difference(before: Ways | None, now: Ways) -> str:
    """What is not as it was when alerts were found, for the end of a sentence; "" where all is. None: nobody kept it then."""
    if before == now:
        return ""
    if before is None:
        return "an earlier program found them"
    there, here = before.detectors, now.detectors
    parts = [
        _named([one for one in here if one in there and there[one] != here[one]], "has changed", "have changed"),
        _named([one for one in here if one not in there], "is new", "are new"),
        _named([one for one in there if one not in here], "is gone", "are gone"),
        "what all detectors rest on has changed" if before.shared != now.shared else "",
    ]
    return ", ".join(one for one in parts if one)


def _named(ids: list[str], one: str, many: str) -> str:
    if not ids:
        return ""
    names = ", ".join(sorted(ids)[:NAMED])
    more = len(ids) - NAMED
    return f"{names}{f' and {more} more' if more > 0 else ''} {one if len(ids) == 1 else many}"
