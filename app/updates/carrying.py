"""An update as one file for machines without a network: a plain tar archive of the signed manifest and packages.

It is read by app.plain_tar, which knows plain files only: each name and size is held against the signed manifest before a byte
of it is written, so that no path leads elsewhere, no link is made, and nothing larger than was signed comes out.
"""

import hashlib
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO

from app.plain_tar import Damaged, Members
from app.updates.statement import LONGEST, Manifest, Package, Refused

FIRST = "manifest.json"
"""Name of the member that holds the envelope."""
Told = Callable[[int, int], None]


def write(out: Path, envelope: bytes, packages: Sequence[tuple[Package, Path]]) -> None:
    """Make an update file; the time of every member is the epoch, so that the same content gives the same bytes."""
    part = out.with_name(f"{out.name}.part")
    try:
        with tarfile.open(part, "w", format=tarfile.USTAR_FORMAT) as archive:
            archive.addfile(_about(FIRST, len(envelope)), BytesIO(envelope))
            for one, path in packages:
                with path.open("rb") as file:
                    archive.addfile(_about(one.name, one.bytes), file)
        part.replace(out)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _about(name: str, size: int) -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.size, about.mode = size, 0o644
    return about


class Carried:
    """An update file that is read from its beginning to its end, once. Raises Refused."""

    def __init__(self, file: IO[bytes]) -> None:
        self._members = Members(file)

    def envelope(self) -> bytes:
        """The first member."""
        with _refusing():
            head = self._members.next()
            if head is None or head[0] != FIRST or head[1] > LONGEST:
                raise Refused("That is no update file: it does not begin with a manifest.")
            return b"".join(self._members.body(head[1]))

    def packages(
        self, manifest: Manifest, wanted: Callable[[Package], Path | None], told: Told = lambda done, total: None
    ) -> tuple[Package, ...]:
        """Look through all packages; those for which wanted names a file are written there. Returns what it holds.

        A package is there under its name only once its sum was right. told: bytes done, bytes of the package.
        """
        known, found = {one.name: one for one in manifest.packages}, list[Package]()
        with _refusing():
            while (head := self._members.next()) is not None:
                one = known.pop(head[0], None)
                if one is None:
                    raise Refused(
                        f"The update file holds {head[0][:60]!r}, of which its manifest knows nothing, or holds it twice."
                    )
                if head[1] != one.bytes:
                    raise Refused(f"{one.name} has {head[1]:,} bytes in the update file and {one.bytes:,} in its manifest.")
                take(self._members.body(one.bytes), one, wanted(one), told)
                found.append(one)
        return tuple(found)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except Damaged as error:
        raise Refused(f"That is no update file, or it was not copied whole: {error}.") from error


def take(pieces: Iterator[bytes], package: Package, out: Path | None, told: Told = lambda done, total: None) -> None:
    """Write a package, or only look at it (out None). Raises Refused for another sum; then nothing is left of it."""
    part = out.with_name(f"{out.name}.part") if out is not None else None
    digest, done = hashlib.sha256(), 0
    try:
        file = part.open("wb") if part is not None else None
        try:
            for piece in pieces:
                done += len(piece)
                if done > package.bytes:
                    raise Refused(f"{package.name} is larger than its manifest says.")
                digest.update(piece)
                if file is not None:
                    file.write(piece)
                told(done, package.bytes)
        finally:
            if file is not None:
                file.close()
        if done != package.bytes or digest.hexdigest() != package.sha256:
            raise Refused(f"{package.name} is not the file that was signed: its size or its sum differs.")
        if part is not None and out is not None:
            part.replace(out)
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)
