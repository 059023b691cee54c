import gzip
import os
import zipfile

import pytest
import zstandard

from app.sensor.sources import content
from app.sensor.sources.content import Refused, open_content
from app.sensor.sources.frames import read_frame
from app.sensor.sources.inputs import find_inputs, found_at, opened
from tests.sensor.wire import enhanced, interface, pcap, section

DATA = pcap([(1_000_000 * n, bytes([n]) * 50) for n in range(200)])
NG = section() + interface() + enhanced(5, b"packet")


@pytest.fixture
def folder(tmp_path):
    """One of everything."""
    (tmp_path / "a.txt").write_bytes(DATA)
    (tmp_path / "b.pcap.gz").write_bytes(gzip.compress(DATA))
    (tmp_path / "c").write_bytes(zstandard.compress(DATA))
    (tmp_path / "d.bin").write_bytes(NG)
    with zipfile.ZipFile(tmp_path / "e.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../outside.pcap", DATA)
        archive.writestr("inner.pcap.gz", gzip.compress(DATA))
        archive.writestr("notes.txt", "no capture")
    (tmp_path / "f.evtx").write_bytes(b"ElfFile\0" + bytes(100))
    (tmp_path / "g.json").write_text("{}")
    (tmp_path / "h.pcap").write_bytes(b"")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "i.pcap").write_bytes(DATA[:-3])
    (tmp_path / "sub" / "again").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    return tmp_path


def test_everything_is_found_once_and_named_for_what_it_is(folder):
    found = [(one.path.removeprefix(f"{folder}/"), one.kind, one.problem and one.problem.what) for one in find_inputs([folder])]
    nothing = "neither a capture nor a log, a directory or an archive of them"
    assert found == [
        ("a.txt", "pcap", None),
        ("b.pcap.gz", "pcap", None),
        ("c", "pcap", None),
        ("d.bin", "pcapng", None),
        ("e.zip/_/_/outside.pcap", "pcap", None),
        ("e.zip/inner.pcap.gz", "pcap", None),
        ("e.zip/notes.txt", "unknown", nothing),
        ("f.evtx", "evtx", None),
        ("g.json", "json", None),
        ("gone", "unknown", "No such file or directory"),
        ("h.pcap", "unknown", "empty"),
        ("sub/i.pcap", "pcap", None),
    ]


def test_the_same_capture_has_the_same_key_in_every_wrapping(folder):
    keys = {one.key for one in find_inputs([folder]) if one.kind == "pcap" and "i.pcap" not in one.path}
    assert len(keys) == 1
    assert len(keys.pop()) == 12
    everything = [one.key for one in find_inputs([folder])]
    assert len(set(everything)) == len(everything) - 4


def test_members_leave_nothing_on_disk(folder):
    before = sorted(folder.parent.rglob("*"))
    for one in find_inputs([folder]):
        if one.kind in ("pcap", "pcapng"):
            assert bytes(opened(one)[0].data[:8]) in (DATA[:8], NG[:8])
    assert sorted(folder.parent.rglob("*")) == before


def test_paths_that_are_not_there_are_told(tmp_path):
    (one,) = find_inputs([tmp_path / "no.pcap"])
    assert (one.kind, one.problem.what) == ("unknown", "No such file or directory")
    with pytest.raises(OSError):
        found_at(tmp_path / "no.pcap")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_files_that_may_not_be_read_are_told(tmp_path):
    (tmp_path / "a.pcap").write_bytes(DATA)
    (tmp_path / "a.pcap").chmod(0)
    (one,) = find_inputs([tmp_path])
    assert one.problem.what == "Permission denied"


def test_bombs_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "FREE", 1 << 20)
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(DATA + bytes(8 << 20)))
    with pytest.raises(Refused, match="more than any capture"):
        open_content(bomb, None, ("gzip",))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_cut_archive_gives_what_is_there(tmp_path, pack):
    noise = os.urandom(3 << 20)
    (tmp_path / "cut").write_bytes(pack(DATA + noise)[: 2 << 20])
    got, problem = open_content(tmp_path / "cut", None, ("gzip" if pack is gzip.compress else "zstd",))
    assert bytes(got.data[: len(DATA)]) == DATA
    assert len(got.data) > 1 << 20
    assert problem.startswith("unpacked only in part") or pack is zstandard.compress


def test_an_encrypted_member_is_told(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x.pcap", DATA)
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    data[6] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    (one,) = find_inputs([tmp_path])
    assert one.problem.what == "encrypted in its archive; unpack it first"


@pytest.mark.parametrize("name", ["a.txt", "b.pcap.gz", "c", "e.zip/_/_/outside.pcap", "e.zip/inner.pcap.gz"])
def test_any_frame_can_be_read_again(folder, name):
    for frame in (1, 73, 200):
        got = read_frame(folder / name, frame)
        assert (got.at, got.data, got.link, got.length) == ((frame - 1) * 1_000_000, bytes([frame - 1]) * 50, 1, 50)
    for frame in (0, 201):
        with pytest.raises(ValueError):
            read_frame(folder / name, frame)


def test_a_table_of_an_event_viewer_is_refused_with_what_to_do(tmp_path):
    viewer = "Keywords,Date and Time,Source,Event ID,Task Category\r\nAudit Failure,1/5/2026 10:00:00 AM,Security,4625,Logon\r\n"
    shell = '"Message","Id","Version","ProviderName","LogName"\r\n"An account failed","4625","0","x","Security"\r\n'
    for name, data in (("a.csv", viewer.encode("utf-8-sig")), ("b.csv", viewer.encode("utf-16")), ("c.csv", shell.encode())):
        (tmp_path / name).write_bytes(data)
    assert {one.problem.what for one in find_inputs([tmp_path])} == {
        "events as a table (CSV), without the names of their fields and the zone of their times; save the log as EVTX or XML"
    }
