"""tar in any wrapping, bzip2 and xz: found, told, read; damaged and hostile ones refused within bounds."""

import bz2
import gzip
import io
import lzma
import random
import tarfile
from itertools import islice
from pathlib import Path

import pytest
import zstandard

from app.sensor.sources import content
from app.sensor.sources.inputs import find_inputs, found_at, opened
from app.sensor.sources.kinds import kind_of
from app.sensor.sources.layers import packing
from app.sensor.sources.tar import members
from tests.sensor.events_material import read
from tests.sensor.wire import pcap

DATA = pcap([(1_000_000 * n, bytes([n]) * 50) for n in range(200)])
LONG = "a" * 120 + "/" + "b" * 150 + ".pcap"


def archive(form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for name, data in (
            ("one.pcap", DATA),
            ("../../outside.pcap", DATA),
            ("inner.pcap.gz", gzip.compress(DATA)),
            ("notes.txt", b"no capture"),
            (LONG, DATA),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.pcap")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
    return out.getvalue()


WRAPPINGS = {
    "tar": lambda data: data,
    "tar.gz": gzip.compress,
    "tar.zst": zstandard.compress,
    "tar.bz2": bz2.compress,
    "tar.xz": lzma.compress,
}


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("name", WRAPPINGS)
def test_members_of_a_tar_in_every_wrapping(tmp_path: Path, name: str, form: int) -> None:
    path = tmp_path / "case"
    path.write_bytes(WRAPPINGS[name](archive(form)))
    found = list(find_inputs([path]))
    assert [(one.path.removeprefix(f"{path}/"), one.kind) for one in found] == [
        ("one.pcap", "pcap"),
        ("_/_/outside.pcap", "pcap"),
        ("inner.pcap.gz", "pcap"),
        ("notes.txt", "unknown"),
        (LONG, "pcap"),
    ]
    assert len({one.key for one in found if one.kind == "pcap"}) == 1
    assert all(bytes(opened(one)[0].data[:]) == DATA for one in found if one.kind == "pcap")
    assert found_at(path / "inner.pcap.gz") == found[2]
    assert sorted(tmp_path.rglob("*")) == [path]


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_bzip2_and_xz_are_taken_off(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a"
    path.write_bytes(pack(DATA[:5000]) + pack(DATA[5000:]))  # two streams in a row are one file
    report, _ = read(path)
    assert (report.kind, report.records, report.state) == ("pcap", 200, "done")


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress, gzip.compress])
def test_a_cut_wrapping_gives_its_beginning_or_says_why_not(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    data = random.Random(5).randbytes(2_000_000)
    whole = pcap([(n, data[n * 100 : n * 100 + 100]) for n in range(20_000)])
    path = tmp_path / "a"
    packed = pack(whole)
    path.write_bytes(packed[: len(packed) * 2 // 3])
    report, _ = read(path)
    assert report.state == "partial"
    assert any(one.what.startswith("unpacked only in part") for one in report.problems)
    path.write_bytes(packed[:20])
    report, _ = read(path)
    assert report.state == "failed"
    assert report.problems[0].what


@pytest.mark.parametrize("pack", [bz2.compress, lzma.compress])
def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(content, "FREE", 1 << 20)
    path = tmp_path / "a"
    path.write_bytes(pack(pcap([]) + bytes(30 << 20)))
    report, _ = read(path)
    assert report.problems[0].what == "unpacks to more than any capture does"
    path.write_bytes(pack(archive() + bytes(30 << 20)))
    (found,) = find_inputs([path])
    assert found.problem is not None
    assert found.problem.what == "unpacks to more than any capture does"


def test_a_cut_tar_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a"
    packed = gzip.compress(archive(), 0)
    path.write_bytes(packed[: len(packed) // 2])
    problems = [one.problem.what for one in find_inputs([path]) if one.problem]
    assert any(one.startswith("unpacked only in part") for one in problems)


def test_damaged_headers_never_raise() -> None:
    whole = archive()
    for seed in range(400):
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 10)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        for _, start, size in members(bytes(data)):
            assert 0 <= start <= len(data)
            assert 0 <= size <= len(data) - start


def header(kind: bytes, size: bytes) -> bytes:
    block = bytearray(b"a".ljust(512, b"\0"))
    block[124:136], block[156:157], block[148:156] = size.ljust(12, b"\0"), kind, b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize("size", [b"-2000", b"-1", b"+10", b"1_0", b"0x10", "²".encode()])
@pytest.mark.parametrize("kind", [b"g", b"0"])
def test_a_size_that_leads_back_is_damage_and_no_endless_loop(kind: bytes, size: bytes) -> None:
    data = header(b"0", b"0") + header(kind, size) * 2
    assert list(islice(members(data), 10)) == [("a", 512, 0), ("", 512, 0)]


def test_what_lies_behind_a_damaged_header_is_told(tmp_path: Path) -> None:
    data = bytearray(archive())
    places = [start for _, start, _ in members(bytes(data))]
    data[places[1] - 512] ^= 0xFF
    (tmp_path / "a.tar").write_bytes(data)
    problems = [one.problem.what for one in find_inputs([tmp_path / "a.tar"]) if one.problem]
    assert any("damaged archive; what lies behind byte" in one for one in problems)


def test_a_size_larger_than_the_file_is_cut(tmp_path: Path) -> None:
    info = tarfile.TarInfo("big.pcap")
    info.size = 1 << 50
    data = info.tobuf(tarfile.GNU_FORMAT) + DATA
    assert list(members(data)) == [("big.pcap", 512, len(DATA))]


def test_ordinary_texts_are_no_input(tmp_path: Path) -> None:
    for text in (
        "# Title\n\ndn: nothing of the sort\n",
        "[section]\nkey = value\n",
        "[![Build](x)](y)\n",
        "{ braces } in prose",
        "<!-- comment --><html></html>",
        "<?xml version='1.0'?><project/>",
        "import os\n\nversion: 1\n",
        "Acct-Status-Type is an attribute\n\tof RADIUS",
        "BZh is how bzip2 begins",
    ):
        assert kind_of(text.encode()) == "", text
        assert packing(text.encode()) == "", text


def test_the_kinds_of_the_corpus(shared: Path) -> None:
    for folder, kinds in (
        ("bloodhound", {"bloodhound"}),
        ("etl", {"etl"}),
        ("evtx", {"evtx"}),
        ("json", {"json"}),
        ("pcap", {"pcap", "pcapng"}),
    ):
        for found in find_inputs([shared / "corpus" / folder]):
            assert found.kind in kinds or "keytab" in found.path, found.path
