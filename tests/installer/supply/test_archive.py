"""Two archives of the same content are the same bytes; what belongs to one machine stays out."""

import io
import lzma
import os
import tarfile
from pathlib import Path

import pytest
import zstandard

from installer.supply.archive import EPOCH, epoch, pack

WHEN = 1_700_000_000


def folder(at: Path, names: tuple[str, ...] = ("b/two.txt", "a.txt", "b/one", "c")) -> Path:
    """The same content, whatever the order in which it came."""
    for number, name in enumerate(names):
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
        os.utime(path, (number, number))
    (at / "b" / "one").chmod(0o711)
    (at / "c").chmod(0o600)
    (at / "link").symlink_to("b/one")
    return at


@pytest.mark.parametrize("ending", ["tar", "tar.xz", "tar.zst"])
def test_the_same_content_is_the_same_archive(tmp_path: Path, ending: str) -> None:
    first = folder(tmp_path / "first" / "thing")
    second = folder(tmp_path / "second" / "thing", ("c", "b/one", "a.txt", "b/two.txt"))
    (second / "a.txt").chmod(0o664)

    one, two = (pack(where, tmp_path / f"{where.parent.name}.{ending}", when=WHEN) for where in (first, second))

    assert one == two and one.entries == 7
    assert (tmp_path / f"first.{ending}").read_bytes() == (tmp_path / f"second.{ending}").read_bytes()


def test_other_content_is_another_archive(tmp_path: Path) -> None:
    where = folder(tmp_path / "thing")
    before = pack(where, tmp_path / "one.tar", when=WHEN)
    (where / "a.txt").write_text("altered")

    assert pack(where, tmp_path / "two.tar", when=WHEN).content != before.content


def test_what_is_inside_comes_out_again(tmp_path: Path) -> None:
    where = folder(tmp_path / "thing")
    packed = pack(where, tmp_path / "out.tar.xz", "wardlight-1", WHEN)
    pack(where, tmp_path / "out.tar.zst", "wardlight-1", WHEN)
    plain = lzma.decompress((tmp_path / "out.tar.xz").read_bytes())

    assert zstandard.ZstdDecompressor().decompressobj().decompress((tmp_path / "out.tar.zst").read_bytes()) == plain
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        rows = tar.getmembers()
        tar.extractall(tmp_path / "again", filter="data")
    assert len(rows) == packed.entries
    assert [one.name for one in rows][:3] == ["wardlight-1", "wardlight-1/a.txt", "wardlight-1/b"]
    assert {(one.uid, one.gid, one.uname, one.gname, one.mtime) for one in rows} == {(0, 0, "", "", WHEN)}
    assert {one.name: one.mode for one in rows if one.isreg()} == {
        "wardlight-1/a.txt": 0o644, "wardlight-1/b/one": 0o755, "wardlight-1/b/two.txt": 0o644, "wardlight-1/c": 0o644,
    }  # fmt: skip
    assert (tmp_path / "again" / "wardlight-1" / "link").readlink() == Path("b/one")
    assert (tmp_path / "again" / "wardlight-1" / "b" / "two.txt").read_text() == "content of b/two.txt"


def test_a_link_that_leads_elsewhere_on_another_machine_is_refused(tmp_path: Path) -> None:
    where = folder(tmp_path / "thing")
    (where / "python").symlink_to(tmp_path)

    with pytest.raises(ValueError, match="elsewhere on the next machine"):
        pack(where, tmp_path / "out.tar", when=WHEN)


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.tar\.zst"):
        pack(folder(tmp_path / "thing"), tmp_path / "out.zip", when=WHEN)


def test_the_time_is_said_or_that_of_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EPOCH, "12")
    assert epoch() == 12
    monkeypatch.setenv(EPOCH, "yesterday")
    with pytest.raises(ValueError, match="number of seconds"):
        epoch()
