"""A workspace compacted, looked through, mended, or rid of its packets."""

import shutil
import struct
from contextlib import suppress
from pathlib import Path

from app.engine.queries.survey import survey
from app.engine.store import StoreError, checking, compacting, give_facts
from app.engine.store.presence import alone
from app.engine.store.roles import guard, record
from app.model.health import HealthFact
from app.model.workspace import Checked, Fault
from app.sensor.sources.evidence import DROPPED, HEAD, PACKET_ID, folder_of, index_of, key_of, note_dropped
from app.workspaces.companions import bytes_of, earlier_copies, plain_file

BLOCKS = 1 << 28
"""Bytes of one file of packets that are looked through at most; the program writes files of a few MiB."""


def compact(workspace: Path) -> tuple[int, int]:
    """Write the file anew without the room that removed things left; returns its bytes before and after.

    The workspace must not be open. Raises OSError, StoreError with one sentence.
    """
    plain_file(workspace)
    guard(workspace)
    return compacting.compact(workspace)


def check(workspace: Path) -> Checked:
    """Look all of a workspace through, also while it is in use; what is wrong is health too. Raises OSError, StoreError."""
    plain_file(workspace)
    number, faults = checking.check(workspace)
    files, more = _packets(folder_of(workspace))
    found = (*faults, *more)
    rest = f" And {len(found) - 1:,} more." if len(found) > 1 else ""
    facts = [HealthFact(rule="database-damaged", subject="workspace", what=f"{found[0].what}{rest}")] if found else []
    with suppress(StoreError):  # one that cannot be written keeps no health either
        give_facts(workspace, "check", facts)
    return Checked(activities=number, files=files, faults=found)


def mend(workspace: Path) -> Checked:
    """Make counts and lists anew from the activities, then check. Raises OSError, StoreError, as when it is in use."""
    plain_file(workspace)
    guard(workspace)
    checking.count_anew(workspace)
    return check(workspace)


def repack(workspace: Path) -> tuple[int, int]:
    """Remove the packets that are kept of live traffic and compact the file; returns the bytes of both, before and after.

    What the packets proved stays as activities. The workspace must not be open. Raises OSError, StoreError.
    """
    plain_file(workspace)
    guard(workspace)
    folder = folder_of(workspace)
    before = workspace.stat().st_size + bytes_of(folder)
    with alone(workspace):
        if folder.is_symlink():
            raise OSError(f"{folder} is a link, so nothing is removed there.")
        if folder.is_dir():
            _drop(folder)
    record(workspace, "repacked", "the packets kept of live traffic were removed")
    compacting.compact(workspace)
    return before, workspace.stat().st_size + bytes_of(folder)


def drop_copies(workspace: Path) -> tuple[int, int]:
    """Remove the copies from before the workspace was brought up to date; returns how many, and their bytes.

    They stay until the workspace was looked at and is whole. Raises OSError, StoreError with one sentence.
    """
    plain_file(workspace)
    guard(workspace)
    copies = [one for one in earlier_copies(workspace) if not one.is_symlink()]
    if not copies:
        return 0, 0
    if survey(workspace).state not in ("ready", "in use"):
        raise OSError(f"{workspace.name} does not open here as it is, so its copies stay.")
    freed = sum(map(bytes_of, copies))
    for one in copies:
        one.unlink()
    record(workspace, "compacted", f"removed {', '.join(one.name for one in copies)[:400]}")
    return len(copies), freed


def _drop(folder: Path) -> None:
    """Remove every packet; the folder goes on saying until when they were kept."""
    gone = dict[str, int]()
    for path in sorted(folder.glob("*.pcapng")):
        frames = index_of(path) if path.is_file() and not path.is_symlink() else {}
        gone[key_of(path)] = max([*frames, gone.get(key_of(path), 0)])
    for one in folder.iterdir():
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif one.name != DROPPED:
            one.unlink()
    if gone:
        note_dropped(folder, gone)


def _packets(folder: Path) -> tuple[int, list[Fault]]:
    """Number of files of packets, and what is wrong with them."""
    if not folder.is_dir():
        return 0, []
    if folder.is_symlink():
        return 0, [Fault(what=f"{folder.name} is a link; packets are kept in a folder of the workspace's own.")]
    files, faults = 0, []
    for path in sorted(folder.glob("*.pcapng")):
        files += 1
        wrong = _wrong(path)
        if wrong:
            faults.append(Fault(what=f"{path.name}: {wrong}."))
    return files, faults


def _wrong(path: Path) -> str:
    """What is wrong with a file of packets, "" when it is whole: every block ends where it says, the index leads to packets."""
    if path.is_symlink() or not path.is_file():
        return "it is no file"
    if path.stat().st_size > BLOCKS:
        return "it is larger than this program writes"
    data, at, packets = path.read_bytes(), 0, set[int]()
    ended = path.with_suffix(".index").is_file()  # a file without one is being written, or its writer died
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at) if at + 12 <= len(data) else (0, 0)
        if at + max(size, 12) > len(data):
            return f"it is cut at byte {at:,}" if ended else ""
        if size < 12 or size % 4 or data[at + 4 : at + 8] != data[at + size - 4 : at + size]:
            return f"the block at byte {at:,} is damaged"
        if kind == 6:
            if size < HEAD or struct.unpack_from("<H", data, at + size - 20)[0] != PACKET_ID:
                return f"the packet at byte {at:,} has no number"
            packets.add(at)
        at += size
    if ended and not set(index_of(path).values()) <= packets:
        return "its index leads to what is no packet"
    return ""
