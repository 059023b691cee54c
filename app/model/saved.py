"""Queries that somebody keeps: in a workspace, or for all workspaces of a user."""

from typing import Annotated

import msgspec

LONGEST_NAME, LONGEST_TEXT, MOST = 80, 16_384, 500
"""Characters of a name and of a query; queries of one set."""


class SavedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """One query by its name. folder: words that it is listed under, "" for none. pinned: it stands above the table."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
    text: Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
    folder: Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)] = ""
    pinned: bool = False


def merged(some: tuple[SavedQuery, ...], *others: SavedQuery) -> tuple[SavedQuery, ...]:
    """Queries with others put in, by name whatever its case; in order of folder and name, at most MOST."""
    found = {one.name.lower(): one for one in some} | {one.name.lower(): one for one in others}
    return tuple(sorted(found.values(), key=lambda one: (one.folder.lower(), one.name.lower())))[:MOST]


def without(some: tuple[SavedQuery, ...], name: str) -> tuple[SavedQuery, ...]:
    """Queries but the one of that name."""
    return tuple(one for one in some if one.name.lower() != name.lower())


def named(some: tuple[SavedQuery, ...], name: str) -> SavedQuery | None:
    """The query of that name, whatever its case."""
    return next((one for one in some if one.name.lower() == name.strip().lower()), None)


def matching(some: tuple[SavedQuery, ...], text: str) -> tuple[SavedQuery, ...]:
    """Queries whose name, folder or text hold every word of a text."""
    words = text.lower().split()
    return tuple(one for one in some if all(word in f"{one.name} {one.folder} {one.text}".lower() for word in words))


def read_list(text: str) -> tuple[SavedQuery, ...]:
    """What write_list wrote. Raises OSError with one clear sentence for anything else."""
    try:
        return merged((), *msgspec.json.decode(text.encode("utf-8", "replace"), type=tuple[SavedQuery, ...])[:MOST])
    except msgspec.MsgspecError as error:
        raise OSError(f"This is no list of saved queries: {error}.") from None


def write_list(some: tuple[SavedQuery, ...]) -> str:
    """Queries as JSON, the same ones as the same text."""
    return msgspec.json.format(msgspec.json.encode(some)).decode() + "\n"
