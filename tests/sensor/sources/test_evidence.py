"""Packets kept for live activities: found by their number, the oldest go first, alerts keep theirs."""

import os
import struct
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from app.model.activity import Activity
from app.model.details import LdapSearch
from app.sensor.frame import Records
from app.sensor.sources import evidence
from app.sensor.sources.evidence import Keeper, folder_of, holds, index_of, read_evidence, trim, why_not_kept
from app.sensor.sources.inputs import found_at
from app.sensor.sources.pcapng import walk_pcapng

KEY = "0123456789ab"


def activity(*frames: int) -> Activity:
    return Activity(at=1, until=1, input=KEY, frames=frames, detail=msgspec.convert({"kind": "ldap-search"}, LdapSearch))


def window(first: int, packets: list[bytes], gap: int = 0, link: int = 1) -> Records:
    """A window in a ring: gap bytes before each packet."""
    data, start = bytearray(), []
    for one in packets:
        data += bytes(gap)
        start.append(len(data))
        data += one
    size = np.array([len(one) for one in packets], np.int64)
    return Records(bytes(data), first, link, np.array(start, np.int64), size, size + 3, np.arange(len(packets)) + first * 10)


def packets(count: int, seed: int = 0) -> list[bytes]:
    return [struct.pack(">QI", seed, number) * 5 for number in range(count)]


def test_the_packets_of_activities_are_kept_and_no_others(tmp_path: Path) -> None:
    workspace = tmp_path / "case.wardlight"
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(window(1, packets(10)))
    keeper.add(window(11, packets(10, 1), gap=50), spans=((0, 10_000),))
    keeper.keep([activity(3, 14), activity(14, 20)])
    keeper.flush()
    before = read_evidence(workspace, KEY, range(1, 30))  # while it is still being written
    keeper.close()
    after = read_evidence(workspace, KEY, range(1, 30))

    assert list(before) == [3, 14, 20] and before == after
    assert after[3].data == packets(10)[2] and after[14].data == packets(10, 1)[3]
    assert (after[20].at, after[20].length, after[20].link) == (119, 63, 1)
    assert holds(workspace, KEY) and not holds(workspace, "another")


def test_two_blocks_far_apart_in_the_ring(tmp_path: Path) -> None:
    workspace = tmp_path / "case.wardlight"
    one = window(1, packets(6), gap=1000)
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(one, spans=((900, 2200), (4000, 7000)))
    keeper.keep([activity(1, 2, 5, 6)])
    keeper.close()
    got = read_evidence(workspace, KEY, (1, 2, 5, 6))

    assert [got[frame].data for frame in (1, 2, 5, 6)] == [packets(6)[frame - 1] for frame in (1, 2, 5, 6)]


def test_what_waits_does_not_hold_the_ring(tmp_path: Path) -> None:
    """The block goes back to the kernel, which writes over it: what was copied must not change."""
    import mmap

    ring = mmap.mmap(-1, 4096)
    ring[100:160] = packets(1)[0]
    one = Records(ring, 1, 1, *(np.array([number], np.int64) for number in (100, 60, 60, 5)))
    workspace = tmp_path / "case.wardlight"
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(one, spans=((0, 4096),))
    del one
    ring[:] = b"\xff" * 4096
    ring.close()
    keeper.keep([activity(1)])
    keeper.close()

    assert read_evidence(workspace, KEY, (1,))[1].data == packets(1)[0]


def test_the_tag_that_the_kernel_took_off_is_put_back(tmp_path: Path) -> None:
    workspace = tmp_path / "case.wardlight"
    frame = bytes(range(12)) + b"\x08\0" + b"rest"
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(window(1, [frame]), tags=[0x8100_0007])
    keeper.keep([activity(1)])
    keeper.close()

    assert read_evidence(workspace, KEY, (1,))[1].data == bytes(range(12)) + b"\x81\0\0\x07\x08\0rest"


def test_any_reader_of_captures_opens_the_files(tmp_path: Path) -> None:
    workspace = tmp_path / "case.wardlight"
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(window(1, packets(10)))
    keeper.add(window(11, packets(10, 1), link=101))
    keeper.keep([activity(3, 14)])
    keeper.close()
    (path,) = folder_of(workspace).glob("*.pcapng")
    problems: list[str] = []
    (records,) = walk_pcapng(path.read_bytes(), lambda what, place: problems.append(what))

    assert not problems and found_at(path).kind == "pcapng"
    assert len(records.start) == 2 and records.at.tolist() == [12, 113]


def test_the_oldest_go_first_and_alerts_keep_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "CHUNK", 2_000)
    workspace = tmp_path / "case.wardlight"
    keeper = Keeper(folder_of(workspace), KEY)
    for first in range(1, 1001, 10):
        keeper.add(window(first, packets(10, first)))
        keeper.keep([activity(*range(first, first + 10))])
    keeper.close()
    everything = read_evidence(workspace, KEY, range(1, 1001))
    removed = trim(workspace, 60_000, lambda key: {5, 17} if key == KEY else set())
    left = read_evidence(workspace, KEY, range(1, 1001))
    size = sum(one.stat().st_size for one in folder_of(workspace).glob("*.pcapng"))

    assert len(everything) == 1000 and removed > 10
    assert size <= 62_000
    assert left[5] == everything[5] and left[17] == everything[17]
    assert 6 not in left and 1000 in left
    assert [one for one in sorted(left) if one > 17] == list(range(min(one for one in left if one > 17), 1001))
    assert why_not_kept(workspace, KEY, 6).startswith("The packet was kept until 2")
    assert why_not_kept(workspace, KEY, 2000).startswith("The packet was not kept")


def test_what_was_written_goes_too_but_not_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = tmp_path / "case.wardlight"
    folder = folder_of(workspace)
    ended, killed, written = (Keeper(folder, key) for key in ("aaaa", "a-bb", "cccc"))
    for keeper in (ended, killed, written):
        keeper.add(window(1, packets(10)))
        keeper.keep([activity(*range(1, 11))])
        keeper.flush()
    ended.close()
    assert trim(workspace, 0, lambda key: set()) == 1
    assert sorted(path.name for path in folder.glob("*.pcapng")) == ["a-bb-000001.pcapng", "cccc-000001.pcapng"]
    assert not list(folder.glob("*.index"))

    long_ago = time.time() - evidence.LEFT - 1
    os.utime(folder / "a-bb-000001.pcapng", (long_ago, long_ago))
    assert trim(workspace, 0, lambda key: set()) == 1
    assert [path.name for path in folder.glob("*.pcapng")] == ["cccc-000001.pcapng"]

    later = time.monotonic() + evidence.LEFT / 2 + 1  # whoever writes seldom does not write into what may be removed
    monkeypatch.setattr(evidence.time, "monotonic", lambda: later)
    written.add(window(11, packets(1)))
    written.keep([activity(11)])
    written.close()
    assert [list(index_of(path)) for path in sorted(folder.glob("*.pcapng"))] == [list(range(1, 11)), [11]]


def test_late_activities_are_counted_when_their_packets_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "RECENT", 1_000)
    keeper = Keeper(folder_of(tmp_path / "w"), KEY)
    for first in range(1, 101, 10):
        keeper.add(window(first, packets(10, first)))
    keeper.keep([activity(1, 100)])
    keeper.close()

    assert keeper.missing == 1
    assert list(read_evidence(tmp_path / "w", KEY, (1, 100))) == [100]


def test_damaged_files_lose_packets_and_nothing_else(tmp_path: Path) -> None:
    import random

    workspace = tmp_path / "case.wardlight"
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(window(1, packets(50)))
    keeper.keep([activity(*range(1, 30))])
    keeper.close()
    (path,) = folder_of(workspace).glob("*.pcapng")
    index = path.with_suffix(".index")
    whole, places = path.read_bytes(), index.read_bytes()
    chance = random.Random(5)
    for number in range(300):
        broken = bytearray(whole)
        for _ in range(4):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        path.write_bytes(broken[: chance.randrange(len(broken))] if number % 3 else broken)
        if number % 2:
            index.unlink(missing_ok=True)
        else:
            index.write_bytes(bytes(chance.randbytes(chance.randrange(400))) if number % 4 else places)
        read_evidence(workspace, KEY, range(1, 60))
        (folder_of(workspace) / "dropped.json").write_bytes(chance.randbytes(20))
        why_not_kept(workspace, KEY, 1)


@pytest.mark.parametrize("place", [-1, -(1 << 60), 1 << 60, 5])
def test_a_damaged_index_loses_its_packets_and_nothing_else(tmp_path: Path, place: int) -> None:
    workspace = tmp_path / "w"
    keeper = Keeper(folder_of(workspace), KEY)
    keeper.add(window(1, packets(3)))
    keeper.keep([activity(1, 2, 3)])
    keeper.close()
    (index,) = folder_of(workspace).glob("*.index")
    table = np.fromfile(index, np.int64).reshape(-1, 2)
    table[1, 1] = place
    table.tofile(index)
    assert sorted(read_evidence(workspace, KEY, {1, 2, 3})) == [1, 3]
    (folder_of(workspace) / f"{KEY}-000002.pcapng").write_bytes(b"being written")
    assert trim(workspace, 0, lambda key: {1, 2, 3}) == 1
