"""The notices of what a frozen folder holds, as one file inside it, which the program shows in its window.

python -m installer.supply.notices FOLDER [--out FILE]

To be run by the Python that built the folder.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from app.licences import NOTICES
from app.licences.collecting import own, packages, python
from app.licences.form import Notice, tidied, write
from installer.supply.held import INSIDE, Held, Library, held

DOCUMENTS = Path("/usr/share/doc")


def notices(found: Held) -> tuple[Notice, ...]:
    """One notice for each part, the program's own first."""
    program = own() if found.inspects else own()[:1]
    return (*program, python(), *packages(found.packages), *_libraries(found.libraries))


def _libraries(rows: tuple[Library, ...]) -> Iterator[Notice]:
    """Libraries of the system, by the packages that they came from, with the words of Debian about their licences."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in rows:
        groups.setdefault((one.package, one.version), []).append(one.name)
    for (package, version), names in sorted(groups.items()):
        said = f"From the system that it was built on: {', '.join(sorted(names))}."
        text = _copyright(package)
        if text is None:
            name, missing = package or "Libraries of the system", " No text of their licences was there."
            yield tidied(Notice(name, version, remark=said + missing))
        else:
            yield tidied(Notice(package, version, "as its text says", remark=said, texts=(("copyright", text),)))


def _copyright(package: str) -> str | None:
    path = DOCUMENTS / package / "copyright"
    return path.read_text(encoding="utf-8", errors="replace") if package and path.is_file() else None


def put(folder: Path, found: Held | None = None) -> int:
    """Write the file into a frozen folder; returns how many notices it has. Raises OSError."""
    rows = notices(found or held(folder))
    (folder / INSIDE / NOTICES).write_text(write(rows), encoding="utf-8", newline="\n")
    return len(rows)


def main() -> int:
    """Write the file; say what has no text."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="write here, and not into the folder")
    options = parser.parse_args()
    found = held(options.folder)
    rows = notices(found)
    out = options.out or options.folder / INSIDE / NOTICES
    out.write_text(write(rows), encoding="utf-8", newline="\n")
    silent = [one.name for one in rows if not one.texts]
    print(f"{len(rows)} notices; without a text: {', '.join(silent) or 'none'}")
    for name in found.unknown:
        print(f"{name} belongs to no package", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
