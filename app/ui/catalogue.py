"""Words of the window in another language: English stands in the source, other languages in files that anybody can write.

A file is resources/words/CODE.toml, or words/CODE.toml in the folder of the settings: `name = "Deutsch"`, and a table [words]
from each English text to its translation. What a file lacks stays English. Only texts of the program pass through here, never a
name or a word of the evidence, so that nothing that was read is ever renamed.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from app.paths import resources, settings_folder

ENGLISH, PSEUDO = "en", "pseudo"
"""PSEUDO is no language: every text that goes through here stands in brackets with accents, so that one sees which do not."""
LONGEST = 4_000_000
"""Bytes of a file that are read."""
_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")


class Language(NamedTuple):
    """A language that can be chosen."""

    code: str
    name: str
    path: Path | None


class _Now:
    """What holds on screen."""

    code: str = ENGLISH
    words: Mapping[str, str] = {}


def tr(text: str, **parts: object) -> str:
    """A text in the language on screen; parts fill its {names}."""
    found = _pseudo(text) if _Now.code == PSEUDO else _Now.words.get(text, text)
    return found.format(**parts) if parts else found


def language() -> str:
    """Code of the language on screen."""
    return _Now.code


def languages(folder: Path | None = None) -> tuple[Language, ...]:
    """English, then every file that can be read; one in the folder of the settings comes before one of the program."""
    found = {ENGLISH: Language(ENGLISH, "English", None)}
    for place in (resources() / "words", (folder or settings_folder()) / "words"):
        for path in sorted(place.glob("*.toml")) if place.is_dir() else ():
            name = _load(path).get("name")
            if isinstance(name, str) and path.stem not in (ENGLISH, PSEUDO):
                found[path.stem] = Language(path.stem, name[:40], path)
    return tuple(found.values())


def use(code: str, folder: Path | None = None) -> bool:
    """Speak that language from now on; False, and English, when there is no such file."""
    chosen = next((one for one in languages(folder) if one.code == code), None) if code not in (ENGLISH, PSEUDO) else None
    _Now.code, _Now.words = code, {}
    if chosen is not None and chosen.path is not None:
        held = _load(chosen.path).get("words")
        pairs = held.items() if isinstance(held, dict) else ()
        _Now.words = {key: value for key, value in pairs if isinstance(value, str) and value and fits(key, value)}
    elif code not in (ENGLISH, PSEUDO):
        _Now.code = ENGLISH
        return False
    return True


def fits(text: str, translation: str) -> bool:
    """Whether a translation has the same {names} as its text, and nothing that would run or fail when they are filled."""
    try:
        return _names(text) == _names(translation)
    except ValueError:
        return False


def _names(text: str) -> list[str]:
    """Names in braces; raises ValueError for braces that are none, or that reach into what fills them."""
    names = []
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None:
            if not name.isidentifier() or form or conversion:
                raise ValueError(name)
            names.append(name)
    return sorted(names)


def _pseudo(text: str) -> str:
    pieces = []
    for words, name, _, _ in Formatter().parse(text):
        pieces.append(words.translate(_ACCENTS) + (f"{{{name}}}" if name is not None else ""))
    return f"[{''.join(pieces)}]"


def _load(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.loads(file.read(LONGEST).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
