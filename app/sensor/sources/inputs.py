"""Find the inputs under files, folders and archives; the kind is told from the content."""

import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from msgspec import Struct

from app.model.rows import Problem
from app.sensor.sources import content, tar
from app.sensor.sources.content import BROKEN, Content, Refused, open_content, packing
from app.sensor.sources.kinds import HEAD, kind_of, why_not
from app.sensor.sources.layers import LAYERS as PEELED

SUFFIXES = (
    ".pcap", ".pcapng", ".cap", ".dmp", ".ntar", ".evtx", ".etl", ".json", ".jsonl", ".ndjson", ".xml", ".ldif", ".log",
    ".gz", ".zst", ".lz4", ".bz2", ".xz", ".zip", ".tar", ".tgz",
)  # fmt: skip
"""Usual endings of what can be read; only a hint for a file dialog, the content decides."""
MEMBERS, LAYERS = 4096, 3
"""At most so many members of an archive are looked at, and so many wrappings of one input taken off."""


class Found(Struct, frozen=True, kw_only=True):
    """One thing that was found. kind: a word of kinds.kind_of, or "unknown" with the problem that says why.

    path: the file, or archive/member for a member of an archive (only shown, never used on disk). file: what is opened.
    bytes: size on disk (of a member: its unpacked size as the archive states it).
    """

    path: str
    file: Path
    kind: str
    bytes: int
    member: str | None = None
    layers: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def key(self) -> str:
        """Content key of the input (unpacks it when it is compressed); of its path when it cannot be read."""
        try:
            if self.problem is None:  # what is no regular file may wait for ever when it is opened
                return content.content_key(opened(self)[0].data)
        except (OSError, Refused):
            pass
        return blake2b(self.path.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


def text_of(path: Path) -> str:
    """A path as text that can be written anywhere: bytes of a name that are no UTF-8 as \\xff."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


_latest: list[tuple[tuple[object, ...], Content, str]] = []
"""The input that was unpacked last: its key is asked for first, then it is read, then its packets are shown."""


def opened(found: Found, cancelled: Callable[[], bool] = lambda: False) -> tuple[Content, str]:
    """Content of an input, with "" or why only its beginning is there. Raises OSError or Refused."""
    if found.member is None and not found.layers:
        return open_content(found.file)
    state = found.file.stat()
    ident = (str(found.file), found.member, found.layers, state.st_size, state.st_mtime_ns)
    for one, data, problem in _latest:
        if one == ident:
            return data, problem
    _latest.clear()
    data, problem = open_content(found.file, found.member, found.layers, cancelled)
    if not cancelled():
        _latest[:] = [(ident, data, problem)]
    return data, problem


def find_inputs(paths: Sequence[Path], own: Sequence[Path] = ()) -> Iterator[Found]:
    """Everything under paths in sorted order, each file once; what cannot be used comes with its problem.

    own: files that are passed over: whoever reads into a workspace must not open its files by another way than the database,
    for on closing them its locks would go (POSIX), and with them its log.
    """
    seen: set[tuple[int, int]] = set()
    for path in own:
        with suppress(OSError):
            state = path.stat()
            seen.add((state.st_dev, state.st_ino))
    for path in paths:
        yield from _under(Path(path), seen)


def found_at(path: Path) -> Found:
    """The one input that a shown path (Found.path) names. Raises OSError or Refused."""
    file, inner = path, ""
    while not file.exists() and file.parent != file:
        inner = f"{file.name}/{inner}" if inner else file.name
        file = file.parent
    while file.is_dir() and inner:
        name, _, inner = inner.partition("/")
        file = next((one for one in file.iterdir() if text_of(Path(one.name)) == name), file / name)
    if not file.is_file():
        raise FileNotFoundError(f"{path} is not there")
    for one in _file(file, set()):
        if one.problem is None and (one.path == text_of(path) or not inner):
            return one
    raise Refused("nothing that can be read")


def _under(path: Path, seen: set[tuple[int, int]]) -> Iterator[Found]:
    folders = [path]
    while folders:
        here = folders.pop()
        try:
            state = here.stat()
            if not stat.S_ISDIR(state.st_mode):
                yield from _file(here, seen)
                continue
            ident = (state.st_dev, state.st_ino)
            if state.st_ino and ident in seen:
                continue
            seen.add(ident)
            with os.scandir(here) as entries:
                names = sorted(one.name for one in entries)
            folders.extend(here / name for name in reversed(names))
        except OSError as error:
            yield _refused(text_of(here), here, 0, error.strerror or "cannot be read")


def _refused(shown: str, file: Path, size: int, why: str) -> Found:
    return Found(path=shown, file=file, kind="unknown", bytes=size, problem=Problem(what=why, where=shown))


def _file(path: Path, seen: set[tuple[int, int]]) -> Iterator[Found]:
    size = 0
    try:
        state = path.stat()
        size = state.st_size
        ident = (state.st_dev, state.st_ino)
        if state.st_ino and ident in seen:
            return
        seen.add(ident)
        if not stat.S_ISREG(state.st_mode):
            yield _refused(text_of(path), path, 0, "not a regular file")
            return
        with path.open("rb") as file:
            head = file.read(16)
        if packing(head) == "zip":
            yield from _archive(path)
            return
        yield from _told(text_of(path), path, size, None)
    except OSError as error:
        yield _refused(text_of(path), path, size, error.strerror or "cannot be read")


def _archive(path: Path) -> Iterator[Found]:
    shown, size = text_of(path), path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted((one for one in archive.infolist() if not one.is_dir()), key=lambda one: one.filename)
    except BROKEN as error:
        yield _refused(shown, path, size, f"a damaged archive: {error}")
        return
    if not members:
        yield _refused(shown, path, size, "an empty archive")
    if len(members) > MEMBERS:
        yield _refused(shown, path, size, f"an archive with more than {MEMBERS} members; the rest is left out")
    for one in members[:MEMBERS]:
        inside = f"{shown}/{_shown(one.filename)}"
        if one.flag_bits & 1:
            yield _refused(inside, path, one.file_size, "encrypted in its archive; unpack it first")
            continue
        yield from _told(inside, path, one.file_size, one.filename)


def _tar(path: Path, layers: tuple[str, ...]) -> Iterator[Found]:
    """Members of a tar archive inside these layers; it is unpacked once."""
    shown, size = text_of(path), path.stat().st_size
    try:
        whole, problem = content.open_tar(path, layers)
    except (OSError, Refused) as error:
        yield _refused(shown, path, size, str(error))
        return
    members = list(islice(tar.members(whole.data), MEMBERS + 1))
    if problem:
        yield _refused(shown, path, size, problem)
    if not members:
        yield _refused(shown, path, size, "an empty or damaged archive")
    if len(members) > MEMBERS:
        yield _refused(shown, path, size, f"an archive with more than {MEMBERS} members; the rest is left out")
    for name, start, length in members[:MEMBERS]:
        if not name:
            yield _refused(shown, path, size, f"a damaged archive; what lies behind byte {start} of it is left out")
            continue
        yield from _told(f"{shown}/{_shown(name)}", path, length, f"{start}+{length}", (*layers, "tar"))


def _shown(member: str) -> str:
    """Name of a member as a person reads it; steps up and drives lose their meaning."""
    parts = member.replace("\\", "/").replace(":", "_").split("/")
    clean = "/".join("_" if one in ("", ".", "..") else one for one in parts)
    return "".join(one if one.isprintable() else "?" for one in clean)[:1024]


def _told(shown: str, path: Path, size: int, member: str | None, layers: tuple[str, ...] = ()) -> Iterator[Found]:
    """Take wrappings off until the content tells what it is; an archive in them gives its members."""
    before = len(layers)
    while True:
        with ExitStack() as stack:
            try:
                head = content.stream_of(stack, path, member, layers).read(HEAD)
            except (*BROKEN, Refused) as error:
                yield _refused(shown, path, size, f"cannot be unpacked: {error}")
                return
        wrap = packing(head)
        if wrap in PEELED and len(layers) - before < LAYERS:
            layers += (wrap,)
            continue
        break
    if wrap == "tar" and member is None:
        yield from _tar(path, layers)
        return
    kind = "" if wrap else kind_of(head)
    if kind:
        yield Found(path=shown, file=path, kind=kind, bytes=size, member=member, layers=layers)
        return
    why = "neither a capture nor a log, a directory or an archive of them"
    if wrap:
        why = "an archive inside an archive; unpack it first"
    if not head:
        why = "empty"
    yield _refused(shown, path, size, why_not(head) or why)
