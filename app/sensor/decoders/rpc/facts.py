"""What decoders of stubs share: the shape of facts, readers of patterns that recur."""

import re
from collections.abc import Callable

from app.sensor.decoders.ndr import TEXT_KEPT, Ndr, NdrError
from app.sensor.decoders.rpc.handles import Handles

Facts = dict[str, str | int | bool | list[str]]
"""Named facts of one call; keys are told in the docstring of each interface's module."""
Reader = Callable[[Ndr, Facts, Handles], None]
Table = dict[int, Reader]
"""Opnum to the function that reads a stub from its start and adds what it finds to the facts, as far as it gets."""

MOST_LISTED = 64
"""Entries of a list that are kept; the number of all is told beside it under "count"."""
MOST_READ = 4096
"""Entries of a list that are looked at."""

_WIDE_TEXT = re.compile(rb"(?:[\x20-\x7e]\x00){4,}")
_NARROW_TEXT = re.compile(rb"[\x20-\x7e]{4,}")


def put(facts: Facts, key: str, value: str | int | None) -> None:
    """Keep a value that says something."""
    if value is not None and value != "":
        facts[key] = value


def last_handle(r: Ndr) -> bytes:
    """The context handle that stands before the return value at the end of a reply; nothing when the call was refused."""
    if r.size < 24 or r.data[-4:] != b"\0\0\0\0":
        return b""
    return r.data[-24:-4]


def opened(key: str) -> Reader:
    """Reader of a reply that ends in a handle, which from then on stands for the fact of that key."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        handle, text = last_handle(r), facts.get(key)
        if handle and isinstance(text, str):
            handles.put(handle, text)

    return read


def by_handle(key: str) -> Reader:
    """Reader of a request that begins with a handle, told under that key."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, key, handles.get(r.handle()))

    return read


def pointed_texts(r: Ndr, wide: bool = True) -> list[str]:
    """Conformant array of pointers to strings; returns the first ones."""
    amount = r.count()
    there = [r.pointer() for _ in range(min(amount, MOST_READ))]
    if amount > MOST_READ:
        raise NdrError("count")
    return [(r.text() if wide else r.ascii()) for one in there[:MOST_LISTED] if one]


def unicode_array(r: Ndr) -> list[str]:
    """Elements of an array of RPC_UNICODE_STRING whose size was read before; see unicode_elements."""
    return unicode_elements(r, r.count())


def unicode_elements(r: Ndr, amount: int) -> list[str]:
    """That many RPC_UNICODE_STRING heads, then their texts; the first ones are returned."""
    if amount > MOST_READ:
        raise NdrError("count")
    there = [r.unicode_head() for _ in range(amount)]
    texts: list[str] = []
    for one in there:
        text = r.text() if one else ""
        if len(texts) < MOST_LISTED:
            texts.append(text)
    return texts


def texts_within(data: bytes, most: int = 16, narrow: bool = False) -> list[str]:
    """Printable runs of four or more characters, UTF-16 (and single bytes if narrow), in order of place."""
    found = [(one.start(), one.group().decode("utf-16-le")[:TEXT_KEPT]) for one in _WIDE_TEXT.finditer(data)]
    if narrow:
        found += [(one.start(), one.group().decode("ascii")[:TEXT_KEPT]) for one in _NARROW_TEXT.finditer(data)]
    return [text for _, text in sorted(found)[:most]]
