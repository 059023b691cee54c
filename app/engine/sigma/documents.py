"""Rule files and folders to YAML documents; what is hostile in them is refused before it costs anything."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

MOST_FILES, MOST_BYTES = 50_000, 1 << 20
"""Files of all folders together; bytes of one file. The largest public rule has some 200 kB."""
MOST_NODES, MOST_ALIASES, DEEPEST = 100_000, 100, 30
"""Of one file: values, references to an anchor, nesting. An alias is a value told again, so few of them can tell very much."""
SUFFIXES = (".yml", ".yaml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OPENS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSES = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class Refused(Exception):
    """Why a file is not read, in one sentence for the user."""


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Rule files of these files and folders, in order of their names. Raises OSError for a path that is not there."""
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"no such file or folder: {path}")
        found += sorted(_files_in(path)) if path.is_dir() else [path]
        if len(found) > MOST_FILES:
            raise OSError(f"more than {MOST_FILES:,} rule files; give fewer folders")
    return list(dict.fromkeys(found))


def read(path: Path) -> str:
    """Text of one rule file. Raises Refused, OSError."""
    if not path.is_file():
        raise Refused("not a file")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Refused(f"longer than {MOST_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8 text") from error


def documents(text: str) -> list[dict[str, Any]]:
    """The mappings of a YAML stream; empty documents are left out. Raises Refused."""
    try:
        _measure(text)
        found = list(yaml.load_all(text, Loader=_LOADER))  # a safe loader: it makes plain values only
    except Refused:
        raise
    except RecursionError as error:
        raise Refused("nested too deeply") from error
    except Exception as error:  # dates and numbers that are none raise whatever their constructors raise
        raise Refused(f"not YAML: {' '.join(str(error).split())[:200]}") from error
    if any(not isinstance(one, dict) for one in found if one is not None):
        raise Refused("not a rule: a document of it is no mapping")
    return [one for one in found if one is not None]


def _measure(text: str) -> None:
    depth = nodes = aliases = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, _OPENS):
            depth += 1
            nodes += 1
        elif isinstance(event, _CLOSES):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            nodes += 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > DEEPEST or nodes > MOST_NODES or aliases > MOST_ALIASES:
            raise Refused("nested too deeply, too many values or too many aliases for a rule")


def _files_in(folder: Path) -> Iterator[Path]:
    count = 0
    for place, _, names in os.walk(folder):  # links to folders are not followed
        for name in names:
            if name.lower().endswith(SUFFIXES):
                count += 1
                if count > MOST_FILES:
                    raise OSError(f"more than {MOST_FILES:,} rule files in {folder}; give a smaller folder")
                yield Path(place, name)
