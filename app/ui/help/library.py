"""The documents that ship with the program: which there are, what is in them, where their links lead."""

import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from app import paths
from app.model.filter_keys import TABLE
from app.ui.detector_page import LINK, MARKS

USING, SUBJECTS, SOURCES, DETECTORS = "Using Wardlight", "Subjects", "What it reads", "Detectors"
FIRST = "window"
"""Key of the article that tells of every page of the window."""
BESIDE = ("window", "glossary", "detections")
LEFT_OUT = {"corpus"}
"""Documents that tell how the program was tested, not how it is used."""
AROUND = 70
"""Characters of an excerpt before the place that was found."""
MOST = 60
README_PARTS = ("What it reads", "Live", "What it finds", "The command line", "Licence")


class Article(NamedTuple):
    """One document. key: in routes; path: as in a checkout, for links; text: Markdown."""

    key: str
    title: str
    group: str
    path: str
    text: str


class Hit(NamedTuple):
    """An article that holds the words, and where first: the heading above, the words around."""

    article: Article
    heading: str
    excerpt: str


@lru_cache(maxsize=1)
def library() -> tuple[Article, ...]:
    """Every document in the order of the list; blocks. What is missing from a build is left out."""
    docs = paths.documents()
    subjects = sorted(one for one in docs.glob("*.md") if one.stem not in (*BESIDE, *LEFT_OUT))
    named = (
        *((docs / f"{word}.md", word, USING) for word in BESIDE),
        *((one, one.stem, SUBJECTS) for one in subjects),
        *((one, f"sources/{one.stem}", SOURCES) for one in sorted((docs / "sources").glob("*.md"))),
    )
    pages = ((one, f"detector/{one.stem}", DETECTORS, one.name) for one in sorted(paths.detector_pages().glob("*.md")))
    rows = (
        *((path, key, group, f"docs/{path.relative_to(docs).as_posix()}") for path, key, group in named),
        *((path, key, group, f"app/engine/detectors/{name}") for path, key, group, name in pages),
    )
    found = [made for row in rows if (made := _read(*row)) is not None]
    about = _read(paths.data("README.md"), "about", USING, "README.md")
    if about is not None:
        found.insert(min(2, len(found)), about._replace(title="About, and the command line", text=_parts(about.text)))
    found += (_filters(), _codes())
    order = (USING, SUBJECTS, SOURCES, DETECTORS)
    return tuple(sorted(found, key=lambda one: (order.index(one.group), one.title.lower() if one.group == DETECTORS else "")))


def _read(path: Path, key: str, group: str, linked: str) -> Article | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    first, _, rest = text.partition("\n")
    title = first.lstrip("# ").strip() if first.startswith("#") else path.stem
    return Article(key, MARKS.sub("", title), group, linked, rest.lstrip() if first.startswith("#") else text)


def _filters() -> Article:
    """The language of filters, from its own table."""
    rows = "".join(
        f"| `{one.name}` | {one.words} | `{_cell(one.example)}` | {', '.join(f'`{word}`' for word in one.aliases)} |\n"
        for one in TABLE
    )
    text = (
        "A filter is words and terms side by side; all of them must match. `not` turns the next one round, `or` stands between "
        "two, parentheses group. Several values of one key are joined by commas: any of them. A star stands for any characters; "
        "what holds a space stands in quotation marks. A word without a key is looked for in names and in what was said.\n\n"
        "`account:alice protocol:kerberos etype:rc4 time:>-2h not host:dc*`\n\n## Keys\n\n"
        f"| key | matches | example | also |\n|---|---|---|---|\n{rows}"
    )
    return Article("query", "The language of filters", USING, "docs/query", text)


def _codes() -> Article:
    """Numbers that protocols and logs answer with, as the program reads them."""
    from app.session import code_tables

    parts = []
    for title, rows in code_tables():
        lines = "".join(f"| `{code}` | {_cell(words)} |\n" for code, words in rows)
        parts.append(f"## {title}\n\n| code | meaning |\n|---|---|\n{lines}")
    return Article("codes", "Codes", USING, "docs/codes", "\n".join(parts))


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def _parts(text: str) -> str:
    """The parts of the readme that a user of the window needs, without pictures."""
    head, *rest = re.split(r"^## ", text, flags=re.M)
    kept = [f"## {one}" for one in rest if one.partition("\n")[0].strip() in README_PARTS]
    return re.sub(r"^!\[.*$", "", "\n".join((head, *kept)), flags=re.M)


def article(key: str) -> Article | None:
    """The article of a key; blocks."""
    return next((one for one in library() if one.key == key), None)


def plain(text: str) -> str:
    """Markdown as plain words, for searching and excerpts."""
    return MARKS.sub("", LINK.sub(r"\1", text)).replace("|", " ")


def find(text: str) -> list[Hit]:
    """Articles that hold every word, those with it in their title first; blocks."""
    words = text.lower().split()
    hits = []
    for one in library() if words else ():
        held = f"{one.title} {one.key} {one.text}".lower()
        if all(word in held for word in words):
            hits.append((_rank(one, words), _hit(one, words)))
    hits.sort(key=lambda pair: pair[0])
    return [hit for _, hit in hits[:MOST]]


def _rank(one: Article, words: list[str]) -> tuple[bool, int]:
    title = f"{one.title} {one.key}".lower()
    return not all(word in title for word in words), -sum(one.text.lower().count(word) for word in words)


def _hit(one: Article, words: list[str]) -> Hit:
    heading = ""
    for line in one.text.splitlines():
        if line.startswith("#"):
            heading = plain(line.lstrip("# "))
        shown = plain(line)
        at = min((place for word in words if (place := shown.lower().find(word)) >= 0), default=-1)
        if at >= 0:
            start = max(0, at - AROUND)
            return Hit(one, heading, f"{'…' if start else ''}{shown[start : start + 3 * AROUND].strip(' #-*')}")
    return Hit(one, "", plain(one.text[: 3 * AROUND]).strip())


def target(here: Article, link: str) -> tuple[str, str]:
    """(key of the article, heading) to which a link of an article leads; ("", "") for none of ours."""
    path, _, anchor = link.partition("#")
    parts: list[str] = list(PurePosixPath(here.path).parent.parts) if path else list(PurePosixPath(here.path).parts)
    for part in PurePosixPath(path).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    wanted = "/".join(parts)
    found = next((one for one in library() if one.path == wanted), None)
    if found is None:
        return "", ""
    headings = (plain(line.lstrip("# ")) for line in found.text.splitlines() if line.startswith("#"))
    return found.key, next((one for one in headings if slug(one) == anchor), "") if anchor else ""


def slug(heading: str) -> str:
    """A heading as links name it: lower case, words joined by hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
