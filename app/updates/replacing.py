"""Puts a newer program in the place of this one in one step, and the one before back: a folder, or an AppImage."""

import ctypes
import errno
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

from app import starting
from app.updates.statement import Refused, parts

BEFORE = ".before"
"""Behind the name of what was replaced, which waits beside it."""
MOST, LARGEST = 60_000, 3 << 30
"""Members of an archive, and the bytes that they are together."""
PATIENCE = 120
"""Seconds in which a new program says its version."""
EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2)."""
HERE = -100
"""AT_FDCWD."""


def folder(archive: Path, place: Path, version: str) -> Path:
    """Unpack an archive of the program beside its folder, try it, let both change places; returns where the old one waits.

    Raises Refused, OSError; then the program is as it was.
    """
    staging = place.with_name(f".{place.name}.new-{token_hex(4)}")
    try:
        staging.mkdir(mode=0o700)
        _unpack(archive, staging)
        tops = list(staging.iterdir())
        program = tops[0] / "wardlight" if len(tops) == 1 else staging
        if not program.is_file():
            raise Refused(f"{archive.name} holds no folder of the program.")
        _try(program, version)
        return _change(tops[0], place)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def image(file: Path, place: Path, version: str) -> Path:
    """Put an AppImage in the place of another one; returns where the old one waits. Raises Refused, OSError."""
    new = place.with_name(f".{place.name}.new-{token_hex(4)}")
    try:
        shutil.copyfile(file, new)
        new.chmod(0o755)
        _try(new, version)
        return _change(new, place)
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def back(place: Path) -> Path:
    """Let the program and the one before change places; returns where the newer one waits. Raises Refused, OSError."""
    before = place.with_name(place.name + BEFORE)
    if not os.path.lexists(before):
        raise Refused(f"There is no program from before beside {place}.")
    exchange(before, place)
    return before


def _change(new: Path, place: Path) -> Path:
    before = place.with_name(place.name + BEFORE)
    aside = place.with_name(f".{place.name}.old-{token_hex(4)}")
    if os.path.lexists(before):  # of the ones before one is enough; it goes once the new one is in its place
        before.rename(aside)
    try:
        exchange(new, place)
    except BaseException:
        if os.path.lexists(aside):
            aside.rename(before)
        raise
    new.rename(before)
    if aside.is_dir() and not aside.is_symlink():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return before


def exchange(one: Path, other: Path) -> None:
    """Let two names change places, at one moment where the system can do that, else in two steps that are taken back."""
    if sys.platform.startswith("linux"):
        call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if call is not None:
            if call(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0:
                return
            number = ctypes.get_errno()
            if number not in (errno.EINVAL, errno.ENOSYS):  # which say that this file system cannot
                raise OSError(number, os.strerror(number), str(other))
    aside = other.with_name(f".{other.name}.aside-{token_hex(4)}")
    other.rename(aside)
    try:
        one.rename(other)
    except BaseException:
        aside.rename(other)
        raise
    aside.rename(one)


def _try(program: Path, version: str) -> None:
    """Raises Refused unless a program starts and says the version that was signed."""
    environment = dict(os.environ)
    starting.give_back_libraries(environment)
    try:
        run = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, errors="replace", timeout=PATIENCE, env=environment,
            stdin=subprocess.DEVNULL, cwd="/",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"The new program does not start on this machine: {error}. The one that runs stays.") from error
    said = run.stdout.split()
    if run.returncode or not said or parts(said[-1]) != parts(version):
        last = (run.stderr.strip().splitlines() or [run.stdout.strip()])[-1][:200]
        raise Refused(f"The new program does not run on this machine ({last or run.returncode}). The one that runs stays.")


def _unpack(archive: Path, into: Path) -> None:
    """A tar archive, compressed or not, of files, folders and links that stay inside. Raises Refused."""
    if not hasattr(tarfile, "data_filter"):
        raise Refused("This Python cannot unpack archives safely: it needs 3.11.4 or later.")
    count = total = 0
    try:
        with _plain(archive) as stream, tarfile.open(fileobj=stream, mode="r|") as members:
            for one in members:
                count, total = count + 1, total + one.size
                if count > MOST or total > LARGEST:
                    raise Refused(f"{archive.name} is larger than this program ever is.")
                if not (one.isreg() or one.isdir() or one.issym()):
                    raise Refused(f"{archive.name} holds something else than files and folders.")
                members.extract(one, into, filter="data")
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Refused(f"{archive.name} cannot be unpacked: {error}.") from error


@contextmanager
def _plain(archive: Path) -> Iterator[IO[bytes] | Any]:
    """The archive without its compression, told from its first bytes."""
    with archive.open("rb") as raw:
        start = raw.read(6)
        raw.seek(0)
        if start.startswith(b"\x28\xb5\x2f\xfd"):
            import zstandard

            try:
                with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(raw) as stream:
                    yield stream
            except zstandard.ZstdError as error:
                raise Refused(f"{archive.name} cannot be unpacked: {error}.") from error
        elif start.startswith(b"\xfd7zXZ"):
            import lzma

            with lzma.open(raw) as unpacked:
                try:
                    yield unpacked
                except lzma.LZMAError as error:
                    raise Refused(f"{archive.name} cannot be unpacked: {error}.") from error
        elif start.startswith(b"\x1f\x8b"):
            import gzip

            with gzip.open(raw) as smaller:
                yield smaller
        else:
            yield raw
