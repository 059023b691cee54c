"""Packets of live traffic that activities rest on: pcapng files beside the workspace, the oldest of which go first.

Long because writing, reading and removing share the form of the files.
"""

import json
import re
import struct
import time
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from app.model.activity import Activity
from app.sensor.frame import Captured, Records

CHUNK = 8 << 20
"""Bytes of one file; the oldest file is what goes when there is no room."""
RECENT = 48 << 20
WINDOWS = 4096
"""Bytes of packets that wait in memory for activities that rest on them, and windows at most."""
FRAMES = 32
"""Packets kept of one activity at most: the first ones."""
LEFT = 3600.0
"""Seconds after which a file that nobody ended and nobody wrote to is not being written: whoever did was killed."""
HEAD = 48
"""Bytes of a packet's block that are not its data."""
PACKET_ID = 5
"""Option epb_packetid (draft-ietf-opsawg-pcapng section 4.3): here the frame number of the live input."""
DROPPED = "dropped.json"
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
ALERTS = "alerts"


def folder_of(workspace: Path) -> Path:
    """Where the packets of a workspace lie."""
    return workspace.with_name(workspace.name + ".packets")


class _Recent:
    """A window whose packets wait. kept: 1 for each packet that was written."""

    __slots__ = ("base", "data", "kept", "records", "rows", "size", "tags")

    def __init__(self, records: Records, data: bytes, base: Sequence[tuple[int, int]], tags: Sequence[int]) -> None:
        self.records, self.data, self.base, self.tags = records, data, base, tags
        self.kept = bytearray(len(records.start))
        self.rows: list[tuple[int, int, int, int]] = []
        self.size = len(data)


class Keeper:
    """Writes the packets of one live input's activities. Raises OSError when the disk refuses.

    missing: packets of activities that no longer waited when their activity was complete. recent: bytes that may wait.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        self._recent: deque[_Recent] = deque()
        self._firsts: deque[int] = deque()
        self._waiting = 0
        self._file: IO[bytes] | None = None
        self._number = self._written = 0
        self._wrote = 0.0
        self._links: dict[int, int] = {}
        self._index = array("q")
        self.missing = 0
        self.recent = RECENT

    def add(self, records: Records, spans: Sequence[tuple[int, int]] = (), tags: Sequence[int] = ()) -> None:
        """Copy what may be asked for of a window that is valid now; spans: the parts of records.data that hold it, () all."""
        if spans:
            parts, base, at = [], [], 0
            for begin, end in sorted(spans):
                parts.append(records.data[begin:end])
                base.append((begin, begin - at))
                at += end - begin
            data = parts[0] if len(parts) == 1 else b"".join(parts)
        else:
            data, base = bytes(records.data), [(0, 0)]
        # The ring itself must not stay alive in what waits.
        own = Records(b"", records.first, records.link, records.start, records.size, records.length, records.at)
        self._recent.append(_Recent(own, data, base, tags))
        self._firsts.append(records.first)
        self._waiting += len(data)
        while (self._waiting > self.recent or len(self._recent) > WINDOWS) and len(self._recent) > 1:
            self._waiting -= self._recent.popleft().size
            self._firsts.popleft()

    def keep(self, batch: Iterable[Activity]) -> None:
        """Write the packets of these activities that are not written yet."""
        recent, firsts = self._recent, self._firsts
        if not recent:
            return
        newest, first = recent[-1], firsts[-1]
        for one in batch:
            frames = one.frames
            for frame in frames if len(frames) <= FRAMES else frames[:FRAMES]:
                if frame >= first:
                    window, row = newest, frame - first
                else:
                    at = bisect_right(firsts, frame) - 1
                    if at < 0:
                        self.missing += 1
                        continue
                    window, row = recent[at], frame - firsts[at]
                if row < len(window.kept) and not window.kept[row]:
                    window.kept[row] = 1
                    self._write(window, row, frame)

    def flush(self) -> None:
        """Let readers see what was written."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """End the file, with its index."""
        if self._file is not None:
            self._file.close()
            self._file = None
            _write_index(self._path, self._index)

    def _write(self, window: _Recent, row: int, frame: int) -> None:
        records = window.records
        if not window.rows:
            columns = (one.tolist() for one in (records.start, records.size, records.length, records.at))
            window.rows = list(zip(*columns, strict=True))
        start, size, length, when = window.rows[row]
        base = window.base
        shift = base[0][1] if len(base) == 1 else base[bisect_right(base, (start, 1 << 62)) - 1][1]
        data = window.data[start - shift : start - shift + size]
        tag = int(window.tags[row]) if len(window.tags) else 0
        if tag and len(data) >= 12:  # the kernel took it off; the analyst sees the frame as it was on the wire
            data, length = data[:12] + struct.pack(">I", tag) + data[12:], length + 4
        now = time.monotonic()
        if self._file is None or self._written > CHUNK or now - self._wrote > LEFT / 2:  # it may be removed later than that
            self._open()
        self._wrote = now
        assert self._file is not None
        link = records.link if isinstance(records.link, int) else int(records.link[row])
        if link not in self._links:
            self._put(_interface(link))
            self._links[link] = len(self._links)
        self._index.extend((frame, self._written))
        self._put(_packet(self._links[link], when, data, length, frame))

    def _put(self, block: bytes) -> None:
        assert self._file is not None
        self._file.write(block)
        self._written += len(block)

    def _open(self) -> None:
        self.close()
        self._number += 1
        self._folder.mkdir(parents=True, exist_ok=True)  # not before: who makes a keeper has no packets to lose yet
        self._path = self._folder / f"{self._key}-{self._number:06d}.pcapng"
        self._file = self._path.open("wb", buffering=1 << 16)
        self._written, self._links, self._index = 0, {}, array("q")
        self._put(_SECTION)


_SECTION = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)


def _interface(link: int) -> bytes:
    return struct.pack("<IIHHII", 1, 20, link, 0, 0, 20)


def _packet(interface: int, at: int, data: bytes, length: int, frame: int) -> bytes:
    """Enhanced Packet Block (section 4.3) with the frame number as its packet id; times are microseconds."""
    pad = -len(data) % 4
    whole = 32 + len(data) + pad + 16
    head = struct.pack("<IIIIIII", 6, whole, interface, at >> 32 & 0xFFFFFFFF, at & 0xFFFFFFFF, len(data), length)
    return b"".join((head, data, bytes(pad), struct.pack("<HHQHHI", PACKET_ID, 8, frame, 0, 0, whole)))


def _write_index(path: Path, index: "array[int]") -> None:
    with path.with_suffix(".index").open("wb") as file:
        index.tofile(file)


def index_of(path: Path) -> dict[int, int]:
    """Frame to offset of the packets of a file, from its index or, while it is being written, by walking it."""
    try:
        table = np.fromfile(path.with_suffix(".index"), np.int64).reshape(-1, 2)
        return dict(zip(table[:, 0].tolist(), table[:, 1].tolist(), strict=True))
    except (OSError, ValueError):
        return _walked(path.read_bytes())


def _walked(data: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    at = 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if size < 12 or at + size > len(data):
            break
        if kind == 6 and size >= HEAD:
            found[struct.unpack_from("<Q", data, at + size - 16)[0]] = at
        at += size
    return found


def _links_of(data: bytes) -> list[int]:
    """Link types of the interfaces of a file, in order."""
    links: list[int] = []
    at = 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if size < 12 or at + size > len(data):
            break
        if kind == 1 and size >= 20:
            links.append(struct.unpack_from("<H", data, at + 8)[0])
        at += size
    return links


def _files(folder: Path, key: str) -> list[Path]:
    return sorted(folder.glob(f"{key}-*.pcapng")) if folder.is_dir() else []


def holds(workspace: Path, key: str) -> bool:
    """True when packets of this input are kept, or were."""
    folder = folder_of(workspace)
    return bool(_files(folder, key)) or key in dropped_of(folder)


def read_evidence(workspace: Path, key: str, frames: Collection[int]) -> dict[int, Captured]:
    """Those of the frames of a live input that are kept. Raises OSError when they cannot be read."""
    got: dict[int, Captured] = {}
    wanted = set(frames)
    for path in _files(folder_of(workspace), key):
        if not wanted:
            break
        places = index_of(path)
        mine = wanted & places.keys()
        if not mine:
            continue
        data = path.read_bytes()
        links = _links_of(data)
        for frame in mine:
            captured = _captured(data, places[frame], links)
            if captured is not None:
                got[frame] = captured
                wanted.discard(frame)
    return dict(sorted(got.items()))


def _captured(data: bytes, at: int, links: list[int]) -> Captured | None:
    if not 0 <= at <= len(data) - HEAD:  # a damaged index
        return None
    interface, high, low, size, length = struct.unpack_from("<IIIII", data, at + 8)
    if at + 28 + size > len(data) or interface >= len(links):
        return None
    return Captured(link=links[interface], data=data[at + 28 : at + 28 + size], at=high << 32 | low, length=length)


def as_file(packets: Mapping[int, Captured]) -> bytes:
    """A pcapng file of these packets, by frame number; the numbers are the packet ids."""
    out = bytearray(_SECTION)
    links: dict[int, int] = {}
    for one in packets.values():
        if one.link not in links:
            links[one.link] = len(links)
            out += _interface(one.link)
    for frame, one in packets.items():
        out += _packet(links[one.link], one.at, one.data, one.length, frame)
    return bytes(out)


def from_file(data: bytes, frames: Collection[int]) -> dict[int, Captured]:
    """Those of the frames that such a file holds; whatever else it says is passed over."""
    places, links = _walked(data), _links_of(data)
    found = ((frame, _captured(data, places[frame], links)) for frame in sorted(set(frames) & places.keys()))
    return {frame: one for frame, one in found if one is not None}


def store_packets(workspace: Path, key: str, packets: Mapping[int, Captured]) -> None:
    """Keep packets that came from elsewhere with those on which alerts rest. Raises OSError.

    key: of an input that the workspace knows; it becomes part of a file's name.
    """
    if not packets:
        return
    if not _KEY.fullmatch(key):
        raise OSError("the key of the input is no name of a file")
    folder = folder_of(workspace)
    folder.mkdir(parents=True, exist_ok=True)
    number = len(list(folder.glob(f"{key}-{ALERTS}-*.pcapng"))) + 1
    path = folder / f"{key}-{ALERTS}-{number:06d}.pcapng"
    while path.exists():
        number += 1
        path = folder / f"{key}-{ALERTS}-{number:06d}.pcapng"
    new = path.with_suffix(".new")
    new.write_bytes(as_file(packets))
    new.replace(path)


def kept_frames(workspace: Path, key: str) -> set[int]:
    """Frames of a live input that are kept. Raises OSError when that cannot be read."""
    return {frame for path in _files(folder_of(workspace), key) for frame in index_of(path)}


def why_not_kept(workspace: Path, key: str, frame: int) -> str:
    """One sentence that says what became of a packet of a live input that is not kept."""
    told = dropped_of(folder_of(workspace)).get(key)
    if told and frame <= told[0]:
        until = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(told[1]))
        return f"The packet was kept until {until} UTC, when the evidence reached its limit."
    return "The packet was not kept: none of the activities rested on it while it was at hand."


def dropped_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Key of an input to (last frame that was dropped, when: seconds of the epoch)."""
    try:
        found = json.loads((folder / DROPPED).read_text(encoding="utf-8"))
        return {str(key): (int(value[0]), int(value[1])) for key, value in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, IndexError):
        return {}


def note_dropped(folder: Path, gone: Mapping[str, int]) -> None:
    """Say that packets of these inputs are gone, up to which frame; what was said of others stays. Raises OSError."""
    before, now = dropped_of(folder), int(time.time())
    told = {**before, **{key: (max(last, before.get(key, (0, 0))[0]), now) for key, last in gone.items()}}
    new = folder / f"{DROPPED}.new"
    new.write_text(json.dumps(told), encoding="utf-8")
    new.replace(folder / DROPPED)


def trim(workspace: Path, limit: int, precious: Callable[[str], set[int]]) -> int:
    """Remove the oldest files until limit bytes are left; packets that alerts rest on (precious(key)) are kept apart.

    Those may take half of the limit at most, else the oldest of them go too. Returns the number of files removed.
    """
    folder = folder_of(workspace)
    if not folder.is_dir():
        return 0
    files = []
    for path in folder.glob("*.pcapng"):
        try:
            files.append((path.stat().st_mtime_ns, path.stat().st_size, path))
        except FileNotFoundError:
            continue
    total = sum(size for _, size, _ in files)
    if total <= limit:
        return 0
    saved = sum(size for _, size, path in files if _is_saved(path))
    chunks = sorted(one for one in files if not _is_saved(one[2]))
    newest = {key_of(path): (at, path) for at, _, path in sorted(chunks, key=lambda one: one[2])}
    old = time.time_ns() - int(LEFT * 1e9)
    writing = {path for at, path in newest.values() if at > old and not path.with_suffix(".index").exists()}
    removed, wanted, gone = 0, dict[str, set[int]](), dict[str, int]()
    for _, size, path in chunks:
        if total <= limit:
            break
        if path in writing:
            continue
        key = key_of(path)
        if key not in wanted:
            wanted[key] = precious(key)
        places = index_of(path)
        if saved < limit // 2:
            more = _save(folder, key, path, places, wanted[key])
            saved, total = saved + more, total + more
        path.unlink(missing_ok=True)
        path.with_suffix(".index").unlink(missing_ok=True)
        total -= size
        removed += 1
        gone[key] = max([*places, gone.get(key, 0)])
    if removed:
        note_dropped(folder, gone)
    return removed


def key_of(path: Path) -> str:
    """Key of the input: KEY-NUMBER or KEY-alerts-NUMBER, where a key may have such signs too."""
    return path.stem.rpartition("-")[0].removesuffix(f"-{ALERTS}")


def _is_saved(path: Path) -> bool:
    """Whether the file holds what alerts rest on."""
    return path.stem.rpartition("-")[0].endswith(f"-{ALERTS}")


def _save(folder: Path, key: str, path: Path, places: dict[int, int], wanted: set[int]) -> int:
    """Append packets on which alerts rest to the file that stays; returns the bytes written."""
    mine = sorted(wanted & places.keys())
    if not mine:
        return 0
    data = path.read_bytes()
    links = _links_of(data)
    out = bytearray(_SECTION)
    for link in links:
        out += _interface(link)
    target = folder / f"{key}-{ALERTS}-{path.stem.rpartition('-')[2]}.pcapng"
    for frame in mine:
        at = places[frame]
        if _captured(data, at, links) is not None:
            out += data[at : at + int.from_bytes(data[at + 4 : at + 8], "little")]
    target.write_bytes(out)
    return len(out)
