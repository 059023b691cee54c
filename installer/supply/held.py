"""What a frozen folder really holds: which packages, and which libraries of the system it was built on.

Nothing is believed of how it was built. The modules are those in the archives of its programs, the libraries those in its folder,
and each is looked up among the files of the packages of the Python that runs this, which must be the one that built it.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from app.licences.collecting import plain

INSIDE = "_internal"
SHARED = re.compile(r"\.(so(\.[\d.]+)?|dylib|dll|pyd)$")
OF_PYTHON = re.compile(r"^(lib)?python3?[\d.]*\.?(so|dylib|dll)?|^python\d*\.dll$|^vcruntime")
PROGRAM = "wardlight"


class Library(NamedTuple):
    """A library that came with no package. name: of its file; package, version: the system's package that owns it, "" unknown."""

    name: str
    sha256: str
    package: str = ""
    version: str = ""
    architecture: str = ""


class Held(NamedTuple):
    """name: of the program. packages, libraries: in the order of their names.

    unknown: modules that belong neither to a package nor to Python.
    """

    packages: tuple[Distribution, ...]
    libraries: tuple[Library, ...]
    unknown: tuple[str, ...]
    name: str = PROGRAM

    @property
    def inspects(self) -> bool:
        """Whether the packet inspector, which is under another licence, is there; it is all that needs scapy."""
        return any(plain(one.metadata["Name"]) == "scapy" for one in self.packages)


def held(folder: Path) -> Held:
    """Look through a frozen folder. Raises OSError, and ImportError without PyInstaller."""
    owners = _Owners(distributions())
    packages: dict[str, Distribution] = {}
    unknown, libraries = [], []
    for name in sorted(modules(folder)):
        owner = owners.of_module(name)
        if owner is not None:
            packages[plain(owner.metadata["Name"])] = owner
        elif not owners.is_of_python(name):
            unknown.append(name)
    inside = folder / INSIDE
    for path in sorted(inside.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        owner = owners.of_file(path.relative_to(inside).as_posix())
        if owner is not None:
            packages[plain(owner.metadata["Name"])] = owner
        elif SHARED.search(path.name) and not OF_PYTHON.search(path.name) and "lib-dynload" not in path.parts:
            libraries.append(Library(path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
    packages.pop(PROGRAM, None)
    rows = tuple(one for _, one in sorted(packages.items()))
    return Held(rows, tuple(owned(libraries)), tuple(unknown), folder.name)


def modules(folder: Path) -> set[str]:
    """Names of the modules in the archives of every program of the folder."""
    from PyInstaller.archive.readers import ArchiveReadError, CArchiveReader

    found: set[str] = set()
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            continue
        try:
            whole = CArchiveReader(str(path))
        except ArchiveReadError:
            continue
        for name, entry in whole.toc.items():
            if entry[-1] == "z":
                found |= set(whole.open_embedded_archive(name).toc)
    if not found:
        raise FileNotFoundError(f"no program in {folder} holds modules")
    return found


class _Owners:
    """Which package a module or a file is of."""

    def __init__(self, rows: Iterable[Distribution]) -> None:
        self._files: dict[str, Distribution] = {}
        self._names: dict[str, Distribution] = {}
        self._stdlib = Path(os.__file__).parent
        for one in rows:
            for file in one.files or ():
                name = file.as_posix()
                self._files.setdefault(name, one)
                if (SHARED.search(file.name) and file.name.startswith("lib")) or "/bin/" in name or "/Scripts/" in name:
                    self._names.setdefault(file.name, one)

    def of_module(self, name: str) -> Distribution | None:
        """The package that holds a module, by the dotted name."""
        path = name.replace(".", "/")
        return self._files.get(f"{path}/__init__.py") or self._files.get(f"{path}.py")

    def of_file(self, name: str) -> Distribution | None:
        """The package that brought a file; one that was moved is known by its name alone, when it is a program or a
        library that is no module (two packages may have modules of one name)."""
        return self._files.get(name) or self._names.get(PurePosixPath(name).name)

    def is_of_python(self, name: str) -> bool:
        """Of the interpreter, of the program itself, or a folder of modules that has no file."""
        path = name.replace(".", "/")
        own = name == "app" or name.startswith(("app.", "installer.", "_pyi_", "pyi_", "_sysconfigdata"))
        there = (self._stdlib / f"{path}.py").exists() or (self._stdlib / path).is_dir()
        return own or there or any(file.startswith(f"{path}/") for file in self._files)


def owned(rows: Iterable[Library]) -> Iterator[Library]:
    """The same with the packages of the system that own files of these names, on Debian; elsewhere as they are."""
    found = list(rows)
    owners = _debian([one.name for one in found]) if found and shutil.which("dpkg-query") else {}
    for one in found:
        yield one._replace(**dict(zip(("package", "version", "architecture"), owners[one.name]))) if one.name in owners else one


def _debian(names: list[str]) -> dict[str, tuple[str, str, str]]:
    """name of a file: (package, version, architecture)."""
    patterns = [f"*/{one}" for one in names] + [f"*/{one}.*" for one in names]
    listed = subprocess.run(["dpkg-query", "--search", *patterns], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    packages: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        package, _, path = line.rpartition(": ")
        last = PurePosixPath(path).name
        for name in names:
            if last == name or (last.startswith(f"{name}.") and name not in packages):
                packages[name] = package.split(",")[0].strip()
    if not packages:
        return {}
    form = "--showformat=${binary:Package}\t${Package}\t${Version}\t${Architecture}\n"
    shown = subprocess.run(
        ["dpkg-query", "--show", form, *sorted(set(packages.values()))],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    rows = {}
    for line in shown.stdout.splitlines():
        whole, package, version, architecture = line.split("\t")
        rows[whole] = rows[package] = (package, version, architecture)
    return {name: rows[package] for name, package in packages.items() if package in rows}
