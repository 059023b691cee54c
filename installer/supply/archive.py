"""A folder as an archive that comes out the same, byte for byte, whoever packs it and when.

python -m installer.supply.archive FOLDER OUT.tar.xz|OUT.tar.zst|OUT.tar

Entries in the order of their names, owned by nobody, with the time of the last commit (SOURCE_DATE_EPOCH), and modes that say
only folder, program or file. The sum of the tar inside is told beside that of the file: a compressor of another version may
give other bytes for the same content.
"""

import argparse
import hashlib
import lzma
import os
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

ROOT = Path(__file__).resolve().parent.parent.parent
EPOCH = "SOURCE_DATE_EPOCH"
ZSTD_LEVEL = 19
XZ_LEVEL = 6


class Packed(NamedTuple):
    """What was written. content: SHA-256 of the tar inside, whole: of the file."""

    entries: int
    content: str
    whole: str


class _Summed:
    """A file that sums what is written through it."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.sum = out, hashlib.sha256()

    def write(self, part: bytes) -> int:
        """Write and sum."""
        self.sum.update(part)
        return self._out.write(part)


def epoch() -> int:
    """The time of all that is made, in seconds: SOURCE_DATE_EPOCH, else of the last commit. Raises ValueError for neither."""
    said = os.environ.get(EPOCH)
    if said is None:
        command = ["git", "log", "-1", "--format=%ct"]
        said = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    if not said.isascii() or not said.isdigit():
        raise ValueError(f"{EPOCH} is not set to a number of seconds, and there is no commit to take the time from")
    return int(said)


def pack(folder: Path, out: Path, top: str | None = None, when: int | None = None) -> Packed:
    """Pack a folder. top: name of the folder inside. Raises OSError, and ValueError for what no archive should hold."""
    seconds = epoch() if when is None else when
    entries = 0
    with out.open("wb") as file, _compressed(file, out.name) as squeezed:
        summed = _Summed(squeezed)
        with tarfile.open(fileobj=cast("IO[bytes]", summed), mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for path, name in _entries(folder, top or folder.name):
                _add(tar, path, name, seconds)
                entries += 1
    with out.open("rb") as made:
        whole = hashlib.file_digest(made, "sha256").hexdigest()
    return Packed(entries, summed.sum.hexdigest(), whole)


@contextmanager
def _compressed(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    if name.endswith(".tar"):
        yield file
    elif name.endswith(".tar.xz"):
        with lzma.open(file, "wb", preset=XZ_LEVEL) as squeezed:
            yield cast("IO[bytes]", squeezed)
    elif name.endswith(".tar.zst"):
        import zstandard  # the tools that build the wheel have none

        # One thread, for the cuts between several would move with the machine
        with zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(file, closefd=False) as squeezed:
            yield cast("IO[bytes]", squeezed)
    else:
        raise ValueError(f"{name} ends in none of .tar, .tar.xz, .tar.zst")


def _entries(folder: Path, top: str) -> Iterator[tuple[Path, str]]:
    yield folder, top
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).parts):
        yield path, f"{top}/{path.relative_to(folder).as_posix()}"


def _add(tar: tarfile.TarFile, path: Path, name: str, when: int) -> None:
    found = path.lstat()
    entry = tarfile.TarInfo(name)
    entry.mtime = when
    if stat.S_ISLNK(found.st_mode):
        target = path.readlink()
        if target.is_absolute():
            raise ValueError(f"{name} is a link to {target}, which is elsewhere on the next machine")
        entry.type, entry.linkname, entry.mode = tarfile.SYMTYPE, target.as_posix(), 0o777
        tar.addfile(entry)
    elif stat.S_ISDIR(found.st_mode):
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        tar.addfile(entry)
    elif stat.S_ISREG(found.st_mode):
        entry.size, entry.mode = found.st_size, 0o755 if found.st_mode & stat.S_IXUSR else 0o644
        with path.open("rb") as content:
            tar.addfile(entry, content)
    else:
        raise ValueError(f"{name} is neither file, folder nor link")


def main() -> int:
    """Pack the folder that is named; print the sums as sha256sum does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    try:
        made = pack(options.folder.resolve(), options.out)
    except (OSError, ValueError) as error:
        print(f"archive: {error}", file=sys.stderr)
        return 1
    print(f"{made.whole}  {options.out.name}\n{made.content}  {options.out.name.rpartition('.tar')[0]}.tar")
    return 0


if __name__ == "__main__":
    sys.exit(main())
