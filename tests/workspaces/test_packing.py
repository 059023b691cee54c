"""Workspaces as one file for another machine: there and back the same, and nothing hostile comes out."""

import io
import json
import shutil
import sqlite3
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import zstandard

from app.engine.store import StoreError
from app.session import Session
from app.workspaces import pack, unpack
from tests.engine.workspace import content
from tests.workspaces.cases import beside, made_case


@pytest.fixture
def case(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    return made_case(tmp_path / "here" / "case.wardlight")


def test_there_and_back_all_is_the_same(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "case.wardlight-pack"
    told: list[tuple[int, int]] = []
    number = pack(case, out, told=lambda done, total: told.append((done, total)))
    assert number == out.stat().st_size < case.stat().st_size / 3
    assert told[-1][0] == told[-1][1] > 0

    there = unpack(out, tmp_path / "there")
    assert there == tmp_path / "there" / "case.wardlight"
    assert content(there) == content(case)
    assert beside(there) == beside(case)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["case.wardlight-pack", "here", "there"]
    again = unpack(out, tmp_path / "there", "second")
    assert again.name == "second.wardlight" and beside(again) == beside(case)
    with pytest.raises(OSError, match="already"):
        unpack(out, tmp_path / "there")


def test_an_open_workspace_is_packed_as_it_is_seen(case: Path, tmp_path: Path) -> None:
    session = Session.open(case)
    session.write_note("user:corp.test\\alice", "not yet in the file itself")
    pack(case, tmp_path / "p")
    there = unpack(tmp_path / "p", tmp_path / "there")
    session.close()
    other = Session.open(there)
    assert other.notes()[0].text == "not yet in the file itself"
    other.close()


def test_packets_can_stay_behind(case: Path, tmp_path: Path) -> None:
    pack(case, tmp_path / "p", packets=False)
    there = unpack(tmp_path / "p", tmp_path / "there")
    assert not any(one.startswith(".packets") for one in beside(there))


def test_links_are_not_packed(case: Path, tmp_path: Path) -> None:
    (case.with_name("case.wardlight.packets") / "zz.pcapng").symlink_to("/etc/hostname")
    pack(case, tmp_path / "p")
    there = unpack(tmp_path / "p", tmp_path / "there")
    assert ".packets/zz.pcapng" not in beside(there)


def test_what_waits_to_be_sent_is_not_packed_and_a_long_name_is(case: Path, tmp_path: Path) -> None:
    before = beside(case)
    case.with_name("case.wardlight.notices").write_bytes(b"whom to send which file")
    reports = case.with_name("case.wardlight.reports")
    reports.mkdir()
    long = f"{'ä' * 100}-summary.xlsx"
    (reports / long).write_bytes(b"rows")
    (reports / "second").write_bytes(b"more rows")
    pack(case, tmp_path / "p")
    there = unpack(tmp_path / "p", tmp_path / "there")
    assert beside(there) == {**before, f".reports/{long}": b"rows", ".reports/second": b"more rows"}


def test_packets_that_are_removed_meanwhile_do_not_fail_it(case: Path, tmp_path: Path) -> None:
    packets = sorted(one for one in beside(case) if one.startswith(".packets/"))

    def told(done: int, total: int) -> None:
        for one in packets:
            (case.parent / f"{case.name}{one}").unlink(missing_ok=True)

    pack(case, tmp_path / "p", told=told)
    there = unpack(tmp_path / "p", tmp_path / "there")
    assert beside(there) == beside(case) and not set(packets) & set(beside(there))


def test_another_program_can_read_the_archive(case: Path, tmp_path: Path) -> None:
    pack(case, tmp_path / "p")
    with (tmp_path / "p").open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        body = stream.read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        names = archive.getnames()
    assert names[0] == "manifest.json" and names[1] == "workspace" and names[-1] == "digests.json"


def members(case: Path, tmp_path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    pack(case, tmp_path / "good")
    with (tmp_path / "good").open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        body = stream.read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return [(one, archive.extractfile(one).read()) for one in archive]  # type: ignore[union-attr]


def written(path: Path, parts: list[tuple[tarfile.TarInfo, bytes]], form: int = tarfile.GNU_FORMAT) -> Path:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=form) as archive:
        for about, data in parts:
            archive.addfile(about, io.BytesIO(data))
    path.write_bytes(zstandard.ZstdCompressor().compress(body.getvalue()))
    return path


def member(name: str, data: bytes, kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    about = tarfile.TarInfo(name)
    about.type, about.size, about.linkname = kind, len(data) if kind == tarfile.REGTYPE else 0, link
    return about, data


def renamed(parts: list[tuple[tarfile.TarInfo, bytes]], at: int, name: str) -> list[tuple[tarfile.TarInfo, bytes]]:
    """The archive with another name for one member, in its list too."""
    manifest = json.loads(parts[0][1])
    manifest["members"][at - 1][0] = name
    return [member("manifest.json", json.dumps(manifest).encode()), *parts[1:at], member(name, parts[at][1]), *parts[at + 1 :]]


HOSTILE = [
    "../../escape", "/etc/escape", "beside/.packets/../../../escape", "beside/../x", "beside/-wal", "beside/.lock",
    "beside/.open", "beside/.packets/a\\..\\b", "beside/.packets//x", "beside/.packets/./x", "beside/.bashrc",
    "manifest.json", "other", "beside/.packets/a/b/c/d/e/f", "beside/.packets/C:x", "beside/.part",
    "beside/.notices", "beside/.notices-wal",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_out_of_the_workspace(case: Path, tmp_path: Path, name: str) -> None:
    bad = written(tmp_path / "bad", renamed(members(case, tmp_path), 2, name))
    with pytest.raises(OSError, match="is refused"):
        unpack(bad, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []
    assert not list(tmp_path.rglob("escape*"))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, b"L", b"x", b"S"]
)
def test_nothing_but_plain_files_is_taken(case: Path, tmp_path: Path, kind: bytes) -> None:
    parts = members(case, tmp_path)
    name = parts[2][0].name
    about = tarfile.TarInfo(name)
    about.linkname = "/etc/passwd"
    head = bytearray(about.tobuf(tarfile.GNU_FORMAT))
    head[156:157] = kind
    head[148:156] = b"%06o\0 " % (sum(head[:148]) + 8 * 32 + sum(head[156:]))
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for one, data in parts[:2]:
            archive.addfile(one, io.BytesIO(data))
    raw = body.getvalue().rstrip(b"\0")
    raw += bytes(-len(raw) % 512) + bytes(head) + bytes(1024)
    (tmp_path / "bad").write_bytes(zstandard.ZstdCompressor().compress(raw))
    with pytest.raises(OSError, match="is refused"):
        unpack(tmp_path / "bad", tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_bomb_is_refused_before_anything_is_written(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = members(case, tmp_path)
    manifest = json.loads(parts[0][1])
    manifest["members"][1][1] = 1 << 50
    bad = written(tmp_path / "bad", [member("manifest.json", json.dumps(manifest).encode()), *parts[1:]])
    with pytest.raises(OSError, match="no room"):
        unpack(bad, tmp_path / "there")
    # More comes out than was said: the pieces are counted against the list.
    manifest["members"][1][1] = parts[2][0].size
    zeros = member(parts[2][0].name, bytes(64 << 20))
    bad = written(tmp_path / "bad", [member("manifest.json", json.dumps(manifest).encode()), parts[1], zeros, *parts[3:]])
    with pytest.raises(OSError, match="does not hold what it says"):
        unpack(bad, tmp_path / "there")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 60))
    endless = zstandard.ZstdCompressor().compress(bytes(200 << 20))
    (tmp_path / "bad").write_bytes(endless)
    with pytest.raises(OSError, match="is refused"):
        unpack(tmp_path / "bad", tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("which", ["the list", "a member", "the checksums"])
def test_a_size_below_nothing_is_refused(case: Path, tmp_path: Path, which: str) -> None:
    parts = members(case, tmp_path)
    at = {"the list": 0, "a member": 2, "the checksums": len(parts) - 1}[which]
    head = bytearray(parts[at][0].tobuf(tarfile.GNU_FORMAT))
    head[124:136] = b"-1".ljust(12, b"\0")
    head[148:156] = b"%06o\0 " % (sum(head[:148]) + 8 * 32 + sum(head[156:]))
    good = written(tmp_path / "bad", parts[:at]).read_bytes()
    raw = zstandard.ZstdDecompressor().decompressobj().decompress(good)
    used = sum(512 + len(data) + -len(data) % 512 for _, data in parts[:at])
    (tmp_path / "bad").write_bytes(zstandard.ZstdCompressor().compress(raw[:used] + bytes(head) + bytes(1 << 20)))
    with pytest.raises(OSError, match="the head of a member is damaged"):
        unpack(tmp_path / "bad", tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


@pytest.mark.parametrize("said", [b'{"format":1,"name":"\xff"}', b'{"name":' + b"[" * 200_000, b"{", b"\xff"])
def test_a_list_that_is_no_list_is_refused_in_a_sentence(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "there").mkdir()
    bad = written(tmp_path / "bad", [member("manifest.json", said)])
    with pytest.raises(OSError, match="its list of what it holds cannot be read"):
        unpack(bad, tmp_path / "there")


def test_a_list_that_is_too_long_is_not_read_into_memory(case: Path, tmp_path: Path) -> None:
    bad = written(tmp_path / "bad", [member("manifest.json", b" " * (70 << 20))])
    with pytest.raises(OSError, match="does not begin with the list"):
        unpack(bad, tmp_path / "there")


def changed(parts: list[tuple[tarfile.TarInfo, bytes]], sql: str, tmp_path: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    """The archive with a workspace in which somebody did something, its sizes and checksums made right again."""
    import hashlib

    place = tmp_path / "changed.db"
    place.write_bytes(parts[1][1])
    db = sqlite3.connect(place)
    db.executescript(sql)
    db.close()
    data = place.read_bytes()
    manifest, digests = json.loads(parts[0][1]), json.loads(parts[-1][1])
    manifest["members"][0][1] = len(data)
    digests["workspace"] = hashlib.sha256(data).hexdigest()
    return [
        member("manifest.json", json.dumps(manifest).encode()), member("workspace", data), *parts[2:-1],
        member("digests.json", json.dumps(digests).encode()),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER INSERT ON acts BEGIN DELETE FROM alerts; END",
        "CREATE VIEW v AS SELECT 1",
        "PRAGMA application_id = 7",
    ],
)
def test_a_workspace_that_would_act_by_itself_is_refused(case: Path, tmp_path: Path, sql: str) -> None:
    bad = written(tmp_path / "bad", changed(members(case, tmp_path), sql, tmp_path))
    with pytest.raises(OSError, match="is refused"):
        unpack(bad, tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_workspace_that_was_only_written_to_is_taken(case: Path, tmp_path: Path) -> None:
    good = written(tmp_path / "g", changed(members(case, tmp_path), "INSERT INTO meta VALUES('x', 1)", tmp_path))
    assert unpack(good, tmp_path / "there").is_file()


def test_damage_is_noticed(case: Path, tmp_path: Path) -> None:
    parts = members(case, tmp_path)
    data = bytearray(parts[2][1])
    data[len(data) // 2] ^= 1
    bad = written(tmp_path / "bad", [*parts[:2], member(parts[2][0].name, bytes(data)), *parts[3:]])
    with pytest.raises(OSError, match="checksums do not agree"):
        unpack(bad, tmp_path / "there")
    whole = (tmp_path / "good").read_bytes()
    for cut in (0, 3, 100, len(whole) // 2, len(whole) * 9 // 10):
        (tmp_path / "bad").write_bytes(whole[:cut])
        with pytest.raises((OSError, StoreError)):
            unpack(tmp_path / "bad", tmp_path / "there")
    for text in (b"", b"PK\x03\x04" + bytes(100), b"x" * 5_000):
        (tmp_path / "bad").write_bytes(text)
        with pytest.raises(OSError, match=r"bad"):
            unpack(tmp_path / "bad", tmp_path / "there")
    assert list((tmp_path / "there").iterdir()) == []


def test_a_name_in_the_list_is_not_trusted(case: Path, tmp_path: Path) -> None:
    parts = members(case, tmp_path)
    for name in ("../escape", "/etc/cron.d/x", "a\nb", ""):
        manifest: dict[str, Any] = {**json.loads(parts[0][1]), "name": name}
        bad = written(tmp_path / "bad", [member("manifest.json", json.dumps(manifest).encode()), *parts[1:]])
        with pytest.raises(OSError, match="cannot be the name"):
            unpack(bad, tmp_path / "there")
    assert not list(tmp_path.rglob("escape*"))
