"""The zip of a proof bundle: the same bytes for the same files, and one clear sentence for what is none."""

import io
import zipfile
from pathlib import Path

import pytest

from app.proof import archive
from app.proof.archive import MANIFEST, README, SUMS, Unusable, read, write

FILES = {MANIFEST: b"{}", README: b"hello", "packets/1-a.pcapng": bytes(1000), "records/2-b.xml": b"<Events/>"}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    write(tmp_path / "a.zip", FILES)
    return tmp_path / "a.zip"


def repacked(path: Path, change: dict[str, bytes | None], more: tuple[tuple[str, bytes], ...] = ()) -> Path:
    """The zip with other bodies (None: without that file) and further members."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    members |= {name: body for name, body in change.items() if body is not None}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, body in (*members.items(), *more):
            if change.get(name, b"") is not None:
                new.writestr(name, body)
    return path


def refused(path: Path) -> str:
    with pytest.raises(Unusable) as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_was_written_is_read(bundle: Path) -> None:
    files = read(bundle)

    assert {name: body for name, body in files.items() if name != SUMS} == FILES


def test_two_runs_give_equal_bytes(tmp_path: Path) -> None:
    one = write(tmp_path / "a.zip", FILES)
    two = write(tmp_path / "b.zip", dict(reversed(FILES.items())))

    assert one == two and (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.zip", "b.zip"]


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_named(bundle: Path, name: str) -> None:
    assert f"{name} is not as it was written" in refused(repacked(bundle, {name: FILES[name] + b"!"}))


@pytest.mark.parametrize("name", [README, "packets/1-a.pcapng"])
def test_a_missing_file_is_named(bundle: Path, name: str) -> None:
    assert f"{name} is in {SUMS} and missing" in refused(repacked(bundle, {name: None}))


@pytest.mark.parametrize("name", [MANIFEST, SUMS])
def test_without_its_lists_it_is_no_bundle(bundle: Path, name: str) -> None:
    assert f"it has no {name}" in refused(repacked(bundle, {name: None}))


def test_an_added_file_is_named(bundle: Path) -> None:
    assert "packets/2-b.pcapng is not in" in refused(repacked(bundle, {}, (("packets/2-b.pcapng", b""),)))


@pytest.mark.parametrize(
    "name", ["../a", "/etc/passwd", "packets/../../1-a.pcapng", "packets\\1-a.pcapng", "C:a", "packets/1-..pcapng/x", "a\x1b[2J"]
)
def test_a_name_that_no_bundle_has(bundle: Path, name: str) -> None:
    said = refused(repacked(bundle, {}, ((name, b""),)))

    assert "no proof bundle has" in said and said.isprintable()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice(bundle: Path) -> None:
    assert f"holds {README} twice" in refused(repacked(bundle, {}, ((README, b"hello"),)))


def test_sums_that_are_none(bundle: Path) -> None:
    assert f"{SUMS} is not as it was written" in refused(repacked(bundle, {SUMS: b"\xff\n"}))


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.zip", FILES | {README: bytes(1 << 22)})
    monkeypatch.setitem(archive.LIMITS, README, 1 << 20)

    assert "unpacks to more" in refused(tmp_path / "a.zip")


def test_a_bomb_that_lies_about_its_size(bundle: Path) -> None:
    body = bytearray(bundle.read_bytes())
    at = body.find(b"PK\1\2")
    body[at + 24 : at + 28] = (3).to_bytes(4, "little")  # size of the first member
    bundle.write_bytes(body)

    refused(bundle)


def test_more_members_than_any_bundle(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as new:
        for number in range(20_000):
            new.writestr(f"packets/{number % 10_000}-{number}.pcapng", b"")

    assert "more members" in refused(tmp_path / "a.zip")


def test_a_cut_bundle_at_every_place(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "cut.zip").write_bytes(whole[:size])
        refused(tmp_path / "cut.zip")


def test_a_flipped_bit_never_raises_anything_else(bundle: Path, tmp_path: Path) -> None:
    whole = bundle.read_bytes()
    for at in range(0, len(whole), 3):
        body = bytearray(whole)
        body[at] ^= 0x41
        (tmp_path / "flipped.zip").write_bytes(body)
        try:
            files = read(tmp_path / "flipped.zip")
        except Unusable:
            continue
        assert {name: one for name, one in files.items() if name != SUMS} == FILES  # only times and the like were hit


def test_other_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PK\5\6")
    refused(tmp_path / "a")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w"):
        pass
    (tmp_path / "b").write_bytes(out.getvalue())
    refused(tmp_path / "b")
    with pytest.raises(OSError):
        read(tmp_path / "gone")


def test_what_is_too_large_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(archive.LIMITS, README, 3)

    with pytest.raises(OSError, match="larger than a proof bundle"):
        write(tmp_path / "a.zip", FILES)
    assert not list(tmp_path.iterdir())
