"""Take out of a frozen folder what nothing loads: libraries whose user was left out, and what only a debugger reads."""

import shutil
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ELF = b"\x7fELF"
DYNAMIC, NEEDED, STRTAB, END = 2, 1, 5, 0
LOAD = 1
SHARED = "Qt/lib"


def trim(folder: Path) -> None:
    """Both; only where libraries are ELF (elsewhere nothing is superfluous and nothing carries debug sections)."""
    if not sys.platform.startswith("linux"):
        return
    for path in orphans(folder):
        path.unlink()
    for link in [one for one in folder.rglob("*") if one.is_symlink() and not one.exists()]:
        link.unlink()
    strip = shutil.which("strip")
    if strip is None:
        print("strip is not here (package binutils), so debug sections stay in.", file=sys.stderr)
        return
    for path in libraries(folder):
        before = path.read_bytes()
        if b".debug_info" not in before:
            continue
        subprocess.run([strip, "--strip-debug", str(path)], check=True)
        if not loadable(path.read_bytes()):
            path.write_bytes(before)


def libraries(folder: Path) -> Iterator[Path]:
    """Every ELF file below a folder, in order of names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == ELF:
                    yield path


def orphans(folder: Path) -> list[Path]:
    """Shared libraries (beside the modules, and Qt's) that neither a module nor a plugin needs, at whatever remove."""
    files = {path.name: path for path in libraries(folder)}
    shared = {name for name, path in files.items() if path.parent == folder and ".cpython" not in name and ".abi3" not in name}
    shared |= {name for name, path in files.items() if path.as_posix().endswith(f"{SHARED}/{name}")}
    shared = {name for name in shared if name.startswith("lib") and not name.startswith("libpython")}
    used: set[str] = set()
    ahead = [path for name, path in files.items() if name not in shared]
    while ahead:
        for name in needed(ahead.pop().read_bytes()):
            if name in shared and name not in used:
                used.add(name)
                ahead.append(files[name])
    return sorted(files[name] for name in shared - used)


def segments(data: bytes) -> list[tuple[int, ...]]:
    """(kind, flags, offset, address, physical address, bytes in the file, bytes in memory, alignment) of each."""
    start, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    return [struct.unpack_from("<IIQQQQQQ", data, start + size * one) for one in range(count)]


def loadable(data: bytes) -> bool:
    """Segments lie in the file as they will in memory; strip moves those of libraries whose names patchelf has changed."""
    return all(
        (offset - address) % max(align, 1) == 0 for kind, _, offset, address, _, _, _, align in segments(data) if kind == LOAD
    )


def needed(data: bytes) -> list[str]:
    """Names of the libraries that a 64-bit little-endian ELF file asks for (DT_NEEDED; System V ABI, gABI chapter 5)."""
    if data[:6] != ELF + b"\x02\x01":
        return []
    parts = segments(data)
    dynamic = next(((one[2], one[5]) for one in parts if one[0] == DYNAMIC), None)
    if dynamic is None:
        return []
    offset, length = dynamic
    entries = [struct.unpack_from("<qQ", data, offset + 16 * one) for one in range(length // 16)]
    entries = entries[: next((place for place, (tag, _) in enumerate(entries) if tag == END), len(entries))]
    table = next(value for tag, value in entries if tag == STRTAB)
    at = next(table - one[3] + one[2] for one in parts if one[0] == LOAD and one[3] <= table < one[3] + one[5])
    names = [at + value for tag, value in entries if tag == NEEDED]
    return [data[one : data.index(b"\0", one)].decode("ascii", "replace") for one in names]


def size(folder: Path) -> int:
    """Bytes of the files below a folder; links count nothing."""
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def sizes(folder: Path, most: int = 14) -> list[tuple[str, int]]:
    """The largest parts with their bytes; shared libraries beside the modules are one part."""
    found: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(folder).parts
            found[parts[0] if len(parts) > 1 else ("shared libraries" if ".so" in parts[0] else parts[0])] += path.stat().st_size
    return found.most_common(most)
