"""One notice, and all of them as one text that people read and the program reads back."""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

NOTICE = "=" * 100
TEXT = "-" * 100
FIELDS = ("name", "version", "licence", "part_of", "remark")
LABELS = {"name": "Name", "version": "Version", "licence": "Licence", "part_of": "Part of", "remark": "Remark"}
HEAD = """\
Notices of what Wardlight is made of: each part with its licence, and the texts of the licences as its authors give them.
A part that came without a text says so.
"""


class Notice(Struct, frozen=True):
    """One part of the program. licence: as the part says, "" when it does not; an SPDX expression where it gives one.

    part_of: the package inside which it came, "" for a package itself. remark: what a reader should know, above all that there is
    no text. texts: name of the file, and what is in it.
    """

    name: str
    version: str = ""
    licence: str = ""
    part_of: str = ""
    remark: str = ""
    texts: tuple[tuple[str, str], ...] = ()


def write(rows: Iterable[Notice]) -> str:
    """All notices as one text; `read` gives them back."""
    return HEAD + "".join(part for one in rows for part in _lines(one))


def _lines(one: Notice) -> Iterator[str]:
    yield f"\n{NOTICE}\n"
    for field in FIELDS:
        said = getattr(one, field)
        if said:
            yield f"{LABELS[field]}: {said}\n"
    for name, text in one.texts:
        yield f"{TEXT}\n{name}\n\n"
        # A line that looks like one of ours gets a space before it, so that no text can end its notice.
        yield re.sub(rf"^( *)(?=(?:{NOTICE}|{TEXT})$)", r"\1 ", text, flags=re.M) + "\n"


def read(text: str) -> tuple[Notice, ...]:
    """The notices of such a text; what has no name is none."""
    blocks = re.split(rf"^{NOTICE}\n", text, flags=re.M)[1:]
    found = (_notice(one.removesuffix("\n")) for one in blocks)
    return tuple(one for one in found if one.name)


def _notice(block: str) -> Notice:
    head, *parts = re.split(rf"^{TEXT}\n", block + "\n", flags=re.M)
    said = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    texts = []
    for number, part in enumerate(parts):
        name, _, text = part.partition("\n\n")
        text = text.removesuffix("\n") if number < len(parts) - 1 else text.removesuffix("\n").removesuffix("\n")
        texts.append((name, re.sub(rf"^( *) (?=(?:{NOTICE}|{TEXT})$)", r"\1", text, flags=re.M)))
    return Notice(**{field: said.get(LABELS[field], "") for field in FIELDS}, texts=tuple(texts))


def tidied(one: Notice) -> Notice:
    """The same with words that fit on one line each, and texts without carriage returns, tabs at their ends, or form feeds."""
    fields = {field: " ".join(getattr(one, field).split()) for field in FIELDS}
    texts = tuple((" ".join(name.split()), _plain(text)) for name, text in one.texts)
    return structs.replace(one, **fields, texts=texts)


def _plain(text: str) -> str:
    lines = (line.rstrip() for line in re.split(r"\r\n|\r|\n|\f|\v|\x1c|\x1d|\x1e|\x85|\u2028|\u2029", text))
    return "\n".join(lines).strip("\n")
