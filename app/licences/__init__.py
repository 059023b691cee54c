"""Whose work the program is made of, under which licences, with their texts."""

from functools import lru_cache

from app import paths
from app.licences.collecting import installed, own
from app.licences.form import Notice, read

NOTICES = "NOTICES"
"""File that a build puts beside the program, with the notices of what it holds; elsewhere they are those of what is installed."""


@lru_cache(maxsize=1)
def notices() -> tuple[Notice, ...]:
    """The notices of this program, its own first; blocks. Never empty."""
    try:
        text = paths.data(NOTICES).read_text(encoding="utf-8")
    except OSError:
        return installed()
    return read(text) or own()


def find(rows: tuple[Notice, ...], text: str) -> tuple[Notice, ...]:
    """Those that hold every word, in their name, licence, remark or texts; those with it in the name first."""
    words = text.casefold().split()
    if not words:
        return rows
    held = [one for one in rows if all(word in _whole(one) for word in words)]
    return tuple(sorted(held, key=lambda one: not all(word in f"{one.name} {one.licence}".casefold() for word in words)))


@lru_cache(maxsize=1_000)
def _whole(one: Notice) -> str:
    return "\n".join((one.name, one.version, one.licence, one.part_of, one.remark, *(text for _, text in one.texts))).casefold()
