"""Notices of what is installed, from what the packages themselves carry."""

import json
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from app import __version__, paths
from app.licences.form import Notice, tidied
from app.licences.parts import PARTS, python_version, version_of

PROGRAM = "wardlight"
EXTRAS = frozenset({"sigma", "kerberos", "hub"})
"""Of the program; what only development or building needs is no part of it."""
NAMED = re.compile(r"(^|/)(licen[sc]es?|copying|notice|authors)[^/]*$", re.I)
NO_TEXT = re.compile(r"\.(py[cod]?|so|dll|html)$|^\.\.", re.I)
MOST = 1_000_000
"""Bytes of one text that are read."""
SAID = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache 2 License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What packages write, as SPDX says it. "BSD License" may be one of several and stays as it is."""
STANDARD = {
    "Apache-2.0": ("Apache-2.0",),
    "LGPL-3.0-only": ("LGPL-3.0", "GPL-3.0"),
    "LGPL-3.0-or-later": ("LGPL-3.0", "GPL-3.0"),
    "LGPL-2.1-only": ("LGPL-2.1",),
    "GPL-2.0-only": ("GPL-2.0",),
    "MPL-2.0": ("MPL-2.0",),
}
"""Licences whose text is the same for everybody, and its files in resources/licences."""


def plain(name: str) -> str:
    """The name of a package as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def own() -> tuple[Notice, ...]:
    """The program and its packet inspector."""
    inspector = paths.program() / "app" / "dissector" / "LICENSE"
    return (
        Notice("Wardlight", __version__, "Apache-2.0", texts=standard("Apache-2.0")),
        Notice(
            "Packet inspector of Wardlight", __version__, "GPL-2.0-or-later", part_of="Wardlight",
            remark="A program of its own, which uses scapy; the rest of Wardlight only starts it.",
            texts=(("LICENSE", _read(inspector)),) if inspector.is_file() else standard("GPL-2.0"),
        ),
    )  # fmt: skip


def installed() -> tuple[Notice, ...]:
    """What this program runs with here, its own notices first."""
    return (*own(), python(), *packages(needed()))


def python() -> Notice:
    """The interpreter."""
    folders = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix), Path("/usr/share/doc/python3"))
    files = (folder / name for folder in folders for name in ("LICENSE.txt", "LICENSE", "copyright"))
    found = next((one for one in files if one.is_file()), None)
    texts = ((found.name, _read(found)),) if found else ()
    remark = "With OpenSSL, SQLite, zlib and other libraries of the system or of its builder."
    return tidied(Notice("Python", python_version(), "PSF-2.0", remark=remark, texts=texts))


def needed(root: str = PROGRAM) -> list[Distribution]:
    """Installed packages that one needs, with all that they need, in the order of their names; itself is not among them."""
    found: dict[str, Distribution] = {}
    waiting = [(root, EXTRAS)]
    seen = {plain(root)}
    while waiting:
        name, extras = waiting.pop()
        with suppress(PackageNotFoundError):
            one = found[plain(name)] = distribution(name)
            for requirement in one.requires or ():
                wanted = re.findall(r"extra *== *[\"']([\w.-]+)[\"']", requirement)
                other = re.match(r"[\w.-]+", requirement)
                if other and plain(other[0]) not in seen and (not wanted or extras & set(wanted)):
                    seen.add(plain(other[0]))
                    waiting.append((other[0], frozenset()))
    return [one for name, one in sorted(found.items()) if name != plain(root)]


def packages(rows: Iterable[Distribution]) -> Iterator[Notice]:
    """The notice of each package, and after it those of the parts that came inside it."""
    for one in rows:
        name, version = one.metadata["Name"], one.version
        licence, texts = licence_of(one), texts_of(one)
        remark = ""
        if not texts:
            texts = standard(*STANDARD.get(licence.split(" OR ")[0], ()))
            said = f"its metadata says {licence}" if licence else "nor do its metadata name a licence"
            remark = f"The package carries no text; {said}." + (" The text here is the licence's own." if texts else "")
        yield tidied(Notice(name, version, licence, remark=remark, texts=texts))
        for part in PARTS:
            if part.inside == plain(name):
                yield Notice(
                    part.name, version_of(part, version), part.licence, name, part.remark, standard(*part.standard)
                )  # fmt: skip
        yield from _listed(one)


def licence_of(one: Distribution) -> str:
    """The licence as the package says it, in the words of SPDX where they are certain."""
    said = (one.metadata.get("License-Expression") or "").strip()
    if said:
        return said
    field = (one.metadata.get("License") or "").strip()
    classifiers = [row.rpartition(" :: ")[2] for row in one.metadata.get_all("Classifier") or () if row.startswith("License ::")]
    if field and len(field) <= 60 and "\n" not in field:
        return SAID.get(field, field)
    return " AND ".join(SAID.get(row, row) for row in classifiers if row != "OSI Approved")


def texts_of(one: Distribution) -> tuple[tuple[str, str], ...]:
    """The files of a package that hold its licences and notices."""
    found = []
    for file in one.files or ():
        name = file.as_posix()
        inside = ".dist-info/licenses/" in name
        if (inside or NAMED.search(name)) and not NO_TEXT.search(name):
            text = _read(Path(str(file.locate())))
            if text.strip() and text not in (other for _, other in found):
                found.append((re.sub(r"^.*\.dist-info/(licenses/)?", "", name), text))
    return tuple(sorted(found))


def _listed(one: Distribution) -> Iterator[Notice]:
    """Parts that a package lists itself (PEP 770), which is how those written in Rust say what is compiled in."""
    texts, count = [], 0
    for file in one.files or ():
        if ".dist-info/sboms/" not in file.as_posix() or not file.name.endswith(".json"):
            continue
        with suppress(ValueError, TypeError, AttributeError, KeyError):
            listed = json.loads(_read(Path(str(file.locate()))))
            rows = sorted({(str(row["name"]), str(row.get("version", "")), _licences(row)) for row in listed["components"]})
            count += len(rows)
            texts.append((file.name, "\n".join(" ".join(filter(None, row)) for row in rows)))
    if count:
        name = one.metadata["Name"]
        remark = f"{count:,} by name, version and licence, as the package lists them; it carries no texts of them."
        yield tidied(Notice(f"Parts that {name} lists", "", "as each part says", name, remark, tuple(texts)))


def _licences(row: dict[str, list[dict[str, dict[str, str] | str]]]) -> str:
    """The licences of a component of a CycloneDX list."""
    said = []
    for one in row.get("licenses", ()):
        inner = one.get("license")
        said.append(
            one["expression"] if "expression" in one else inner.get("id") or inner.get("name") if isinstance(inner, dict) else ""
        )
    return ", ".join(str(one) for one in said if one)


def standard(*names: str) -> tuple[tuple[str, str], ...]:
    """Texts that are the same for everybody, as the program carries them."""
    folder = paths.resources() / "licences"
    return tuple(
        (f"{name}.txt", _read(folder / f"{name}.txt").strip("\n\f")) for name in names if (folder / f"{name}.txt").is_file()
    )


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MOST).decode("utf-8", "replace")
    except OSError:
        return ""
