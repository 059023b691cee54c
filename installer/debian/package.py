"""A Debian package from a tree of files: control file, sums, modes, dependencies (Debian Policy 4.6, deb-control(5))."""

import gzip
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterable
from email.utils import formatdate
from pathlib import Path
from typing import NamedTuple

from installer.linux.files import Placed

SCRIPTS = ("preinst", "postinst", "prerm", "postrm")
ELF = b"\x7fELF"
FOLDERS = re.compile(r"(/usr)?/lib(64)?(/[a-z0-9_]+-linux-gnu\w*)?")
"""Where the loader looks for libraries (ld.so(8))."""


class Package(NamedTuple):
    """What the control file says. needs: beside what its programs link to. about: first line and paragraphs of it."""

    name: str
    section: str
    needs: tuple[str, ...]
    recommends: tuple[str, ...]
    suggests: tuple[str, ...]
    about: tuple[str, ...]


def place(root: Path, files: Iterable[Placed]) -> None:
    """Write files below the root; pages of man and changelogs packed, without the time of packing (Policy 12.1, 12.7)."""
    for one in files:
        data, where = one.data, one.place
        if where.startswith("usr/share/man/") or Path(where).name.startswith("changelog"):
            data, where = gzip.compress(data, 9, mtime=0), f"{where}.gz"
        path = root / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def changelog(package: str, version: str, maintainer: str, moment: int) -> bytes:
    """The changelog of a package that is not maintained apart from its program (deb-changelog(5))."""
    when = formatdate(moment, usegmt=True).replace("GMT", "+0000")
    return (
        f"{package} ({version}) unstable; urgency=medium\n\n  * What is new is said in CHANGELOG.md beside this file.\n\n"
        f" -- {maintainer}  {when}\n"
    ).encode()


def control(package: Package, version: str, architecture: str, maintainer: str, depends: list[str], size: int) -> str:
    """The control file. size: KiB when installed."""
    lines = [
        f"Package: {package.name}",
        f"Version: {version}",
        f"Architecture: {architecture}",
        f"Maintainer: {maintainer}",
        f"Installed-Size: {size}",
        f"Depends: {', '.join(depends)}",
    ]
    lines += [f"Recommends: {', '.join(package.recommends)}"] if package.recommends else []
    lines += [f"Suggests: {', '.join(package.suggests)}"] if package.suggests else []
    lines += [f"Section: {package.section}", "Priority: optional", f"Description: {package.about[0]}"]
    for number, paragraph in enumerate(package.about[1:]):
        lines += [*([" ."] if number else []), *(f" {line}" for line in paragraph.strip().split("\n"))]
    return "\n".join(lines) + "\n"


def linked(root: Path) -> list[str]:
    """Packages of the system whose libraries the programs below the root load, beside those that lie in the tree themselves.

    A version is only asked of the C library, whose symbols say which one they need. A library that no installed package has is
    one of a plugin that is not for this system; it is named on standard error. Needs readelf (binutils).
    """
    programs = _programs(root)
    have = {one.name for one in root.rglob("*")}
    told = subprocess.run(
        ["readelf", "--wide", "--dynamic", "--version-info", *map(str, programs)], capture_output=True, text=True, check=True
    ).stdout if programs else ""  # fmt: skip
    missing = set(re.findall(r"\(NEEDED\).*\[([^\]]+)\]", told)) - have
    versions = {tuple(map(int, one.split("."))) for one in re.findall(r"Name: GLIBC_([0-9.]+)", told)}
    found = {one: _provider(one) for one in sorted(missing)}
    if unknown := [one for one, package in found.items() if not package]:
        print(f"No package has {', '.join(unknown)}.", file=sys.stderr)
    newest = f"libc6 (>= {'.'.join(map(str, max(versions)))})" if versions else "libc6"
    return sorted({newest if one == "libc6" else one for one in found.values() if one})


def strip(root: Path) -> None:
    """Take from Python's own modules what only a debugger reads. Libraries of wheels were changed in ways that strip breaks
    (their segments lose their alignment), and a program has its modules behind its end; both stay as they are."""
    given = [one for one in _programs(root) if one.parent.name == "lib-dynload" or one.name.startswith("libpython3")]
    if given:
        subprocess.run(["strip", "--strip-unneeded", "--preserve-dates", *map(str, given)], check=True)


def forget_paths(root: Path) -> None:
    """Take from programs the folders of the machine that built them, in which they would look for libraries. Needs chrpath."""
    for one in _programs(root):
        told = subprocess.run(["readelf", "--wide", "--dynamic", str(one)], capture_output=True, text=True, check=True).stdout
        if re.search(r"R(UN)?PATH\).*\[/", told):
            subprocess.run(["chrpath", "--delete", str(one)], check=True, stdout=subprocess.DEVNULL)


def _programs(root: Path) -> list[Path]:
    return sorted(one for one in root.rglob("*") if one.is_file() and not one.is_symlink() and _is_elf(one))


def _provider(library: str) -> str:
    """The installed package that has this library, "" for none."""
    done = subprocess.run(["dpkg-query", "--search", f"*/{library}"], capture_output=True, text=True)
    lines = [line.rpartition(": ") for line in done.stdout.splitlines() if "diversion" not in line]
    names = sorted({package.partition(":")[0] for package, _, path in lines if FOLDERS.fullmatch(str(Path(path).parent))})
    return names[0] if names else ""


def settle(root: Path) -> None:
    """One mode for folders and programs, one for all else, whatever the umask was."""
    for path in [root, *root.rglob("*")]:
        if path.is_symlink():
            continue
        runs = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and not path.name.endswith((".so", ".py", ".svg")))
        path.chmod(0o755 if runs and ".so." not in path.name else 0o644)


def build(
    root: Path, package: Package, version: str, maintainer: str, scripts: Path, out: Path, moment: int, fast: bool = False
) -> Path:
    """Make the package of the tree below root. fast: larger, made in a part of the time. Raises OSError."""
    settle(root)
    strip(root)
    forget_paths(root)
    architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    files = sorted(one for one in root.rglob("*") if one.is_file() and not one.is_symlink())
    size = sum((one.stat().st_size + 1023) // 1024 for one in files) + sum(1 for one in root.rglob("*") if one.is_dir())
    depends = sorted({*linked(root), *package.needs})
    folder = root / "DEBIAN"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    (folder / "md5sums").write_text("".join(f"{_md5(one)}  {one.relative_to(root)}\n" for one in files))
    (folder / "control").write_text(control(package, version, architecture, maintainer, depends, size))
    for name in SCRIPTS:
        if (scripts / name).exists():
            shutil.copyfile(scripts / name, folder / name)
    for one in folder.iterdir():
        one.chmod(0o755 if one.name in SCRIPTS else 0o644)
    out.mkdir(parents=True, exist_ok=True)
    made = out / f"{package.name}_{version}_{architecture}.deb"
    pressed = ("-Znone",) if fast else ("-Zxz", "-z6")
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "--threads-max=1", *pressed, "--build", str(root), str(made)],
        check=True, stdout=subprocess.DEVNULL, env={**os.environ, "SOURCE_DATE_EPOCH": str(moment), "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    return made


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == ELF


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
