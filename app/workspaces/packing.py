"""A workspace with all that belongs to it as one file, for another machine: a tar archive, compressed with Zstandard.

The archive is read by our own few lines: names, sizes, kinds of members are held against a list at its beginning before
anything is written, so that no path leads elsewhere, no link is made and nothing larger than was said comes out.
"""

import hashlib
import os
import re
import shutil
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import IO, Annotated

import msgspec
import zstandard

from app import __version__
from app.engine.store import StoreError, compacting, opening
from app.plain_tar import Damaged, Members
from app.workspaces.companions import JOURNALS, SUFFIX, companions, is_companion, plain_file
from app.workspaces.moving import finish, move_all, named

PACK = ".wardlight-pack"
FORMAT = 1
MEMBERS, MANIFEST_BYTES = 200_000, 64 << 20
"""Members of an archive, and bytes of the list of them, at most."""
DEEPEST = 4
"""Parts of a name behind that of the folder it is in."""
ROOM = 64 << 20
"""Bytes of the disk that stay free."""
WINDOW = 1 << 27
"""Bytes of memory that unpacking may need at most."""
MAIN, MANIFEST, DIGESTS = "workspace", "manifest.json", "digests.json"
LONGEST, HEAD_NAME = 1_000, 100
"""Characters of the name of a member in the list, and bytes of one in the head of a tar member."""
TRIES = 5
"""How often the archive is begun anew when packets went meanwhile."""
_PART = re.compile(r"[^/\\:\x00-\x1f\x7f\ud800-\udfff]{1,255}")
Told = Callable[[int, int], None]


class Member(msgspec.Struct, frozen=True, array_like=True):
    """A file in the archive. name: beside/ and what is behind the name of the workspace, or that of the workspace itself."""

    name: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    bytes: Annotated[int, msgspec.Meta(ge=0)]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds, its first member. name: of the workspace; made: UTC microseconds."""

    format: int
    name: str
    version: str
    made: int
    members: Annotated[tuple[Member, ...], msgspec.Meta(max_length=MEMBERS)]


def pack(workspace: Path, out: Path, packets: bool = True, told: Told = lambda done, total: None) -> int:
    """Write a workspace with all that belongs to it as one file; returns its bytes. Works beside whoever writes it.

    packets: with the packets kept of live traffic. told: bytes done, bytes of all. Raises OSError, StoreError with one sentence.
    """
    finish(workspace)
    plain_file(workspace)
    if out.resolve() == workspace.resolve():
        raise OSError("The archive needs another name than the workspace.")
    copy, part = (out.with_name(f"{out.name}.{one}-{token_hex(4)}") for one in ("copy", "part"))
    try:
        compacting.write_copy(workspace, copy)
        for left in reversed(range(TRIES)):
            try:
                with part.open("wb") as raw:
                    _write(raw, workspace.name, [(MAIN, copy), *_beside(workspace, packets)], told)
                    raw.flush()
                    os.fsync(raw.fileno())
                break
            except FileNotFoundError:  # whoever writes the workspace removed packets: a list that holds them would lie
                if not left:
                    raise
        part.replace(out)
    except OSError as error:
        raise OSError(f"{out} cannot be written: {error.strerror or error}.") from error
    finally:
        for one in (copy, part):
            with suppress(OSError):
                one.unlink(missing_ok=True)
    return out.stat().st_size


def _beside(workspace: Path, packets: bool) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file) of what belongs to a workspace; links are left out, and notices that wait to be sent."""
    for one in companions(workspace):
        suffix = one.name[len(workspace.name) :]
        if not _packed(suffix) or one.is_symlink() or (suffix == ".packets" and not packets):
            continue
        if one.is_file():
            yield f"beside/{suffix}", one
            continue
        for folder, folders, names in os.walk(one):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                inside = f"beside/{suffix}/{path.relative_to(one).as_posix()}"
                if path.is_file() and not path.is_symlink() and _allowed(inside):
                    yield inside, path


def _write(raw: IO[bytes], name: str, files: list[tuple[str, Path]], told: Told) -> None:
    members = tuple(Member(inside, path.stat().st_size) for inside, path in files)
    total, done, digests = sum(one.bytes for one in members), 0, {}
    manifest = Manifest(format=FORMAT, name=name, version=__version__, made=time.time_ns() // 1000, members=members)
    with (
        zstandard.ZstdCompressor(level=3).stream_writer(raw, closefd=False) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as archive,
    ):
        _add(archive, MANIFEST, msgspec.json.encode(manifest))
        for number, ((inside, path), member) in enumerate(zip(files, members, strict=True)):
            about = tarfile.TarInfo(_head(inside, number))
            about.size, about.mtime = member.bytes, manifest.made // 1_000_000
            with path.open("rb") as file:
                counted = _Counted(file, member.bytes)
                archive.addfile(about, counted)  # type: ignore[arg-type]
            digests[inside] = counted.digest.hexdigest()
            done += member.bytes
            told(done, total)
        _add(archive, DIGESTS, msgspec.json.encode(digests))


def _add(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    about = tarfile.TarInfo(name)
    about.size = len(body)
    archive.addfile(about, BytesIO(body))


class _Counted:
    """A file of which so many bytes are read, whatever becomes of it meanwhile: one that shrinks ends in zeros."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left, self.digest = file, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        data = self._file.read(size)
        data += bytes(size - len(data))
        self._left -= size
        self.digest.update(data)
        return data


def unpack(archive: Path, folder: Path, name: str = "", told: Told = lambda done, total: None) -> Path:
    """Bring a packed workspace to a folder, under its name or another; returns its file. Raises OSError, StoreError.

    Nothing is left behind when the archive is refused.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    try:
        with archive.open("rb") as raw, zstandard.ZstdDecompressor(max_window_size=WINDOW).stream_reader(raw) as packed:
            reader = Members(packed)
            manifest = _manifest(reader)
            target = folder / named(name or manifest.name)
            if target.exists() or target.is_symlink() or companions(target):
                raise FileExistsError(f"There is something called {target.name} in {folder} already.")
            total = sum(one.bytes for one in manifest.members)
            if shutil.disk_usage(folder).free < total + ROOM:
                raise OSError(f"{folder} has no room for {total:,} bytes.")
            place = folder / f".{target.name[:100]}.unpacking-{token_hex(4)}"
            place.mkdir(mode=0o700)
            try:
                _take(reader, manifest, place / target.name, told, total)
                _examine(place / target.name)
                move_all(place / target.name, target)
            finally:
                shutil.rmtree(place, ignore_errors=True)
    except zstandard.ZstdError as error:
        raise OSError(f"{archive} is no packed workspace, or it is damaged: {error}.") from error
    except Damaged as error:
        raise OSError(f"{archive} is refused: {error}.") from error
    return target


class _Refused(Damaged):
    """Why an archive is not unpacked, in words that end a sentence."""


def _manifest(reader: Members) -> Manifest:
    head = reader.next()
    if head is None or head[0] != MANIFEST or head[1] > MANIFEST_BYTES:
        raise _Refused("it does not begin with the list of what it holds")
    try:
        manifest = msgspec.json.decode(b"".join(reader.body(head[1])), type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _Refused("its list of what it holds cannot be read") from None
    if manifest.format != FORMAT:
        raise _Refused(f"it has the form {manifest.format}, and this program knows {FORMAT}")
    names = [one.name for one in manifest.members]
    if names.count(MAIN) != 1 or len(set(names)) != len(names):
        raise _Refused("it does not hold one workspace")
    wrong = next((one for one in names if one != MAIN and not _allowed(one)), None)
    if wrong is not None:
        raise _Refused(f"{wrong[:60]!r} does not belong to a workspace")
    return manifest


def _allowed(name: str) -> bool:
    """Whether a member is something that lies beside a workspace."""
    head, *rest = name.split("/")
    if head != "beside" or not rest or len(rest) > DEEPEST + 1:
        return False
    suffix, *inside = rest
    plain = all(_PART.fullmatch(one) and one not in (".", "..") and one.strip(" .") for one in inside)
    return is_companion(suffix) and _packed(suffix) and plain


def _packed(suffix: str) -> bool:
    """Whether what belongs to a workspace goes with it to another machine. Notices do not: they say whom to send which file."""
    return suffix not in JOURNALS and not suffix.endswith(".part") and not suffix.startswith(".notices")


def _head(name: str, number: int) -> str:
    """Name of a member in its tar head, which has room for a short one only; the list has it whole."""
    return name if len(name.encode()) <= HEAD_NAME else f"long/{number}"


def _take(reader: Members, manifest: Manifest, main: Path, told: Told, total: int) -> None:
    """Write the members to where they belong beside main, a file that is not there yet."""
    digests, done = {}, 0
    for number, one in enumerate(manifest.members):
        head = reader.next()
        if head != (_head(one.name, number), one.bytes):
            raise _Refused("it does not hold what it says")
        where = main if one.name == MAIN else main.with_name(main.name + one.name.split("/")[1])
        for part in one.name.split("/")[2:]:
            where = where / part
        if where.parent != main.parent:
            where.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with where.open("xb") as file:
            for piece in reader.body(one.bytes):
                digest.update(piece)
                file.write(piece)
                done += len(piece)
                told(done, total)
        digests[one.name] = digest.hexdigest()
    head = reader.next()
    if head is None or head[0] != DIGESTS or head[1] > MANIFEST_BYTES:
        raise _Refused("its checksums are missing")
    try:
        said = msgspec.json.decode(b"".join(reader.body(head[1])), type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _Refused("its checksums cannot be read") from None
    if said != digests:
        raise _Refused("its checksums do not agree with what it holds")


def _examine(main: Path) -> None:
    """Raises _Refused unless the file is a workspace with nothing in it that acts by itself."""
    try:
        strange = opening.strangers(main)
    except StoreError:
        raise _Refused("it holds no Wardlight workspace") from None
    if strange:
        raise _Refused(f"its workspace holds {strange[:80]}, which no workspace has")


__all__ = ["PACK", "SUFFIX", "Manifest", "Member", "pack", "unpack"]
