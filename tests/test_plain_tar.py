"""Archives of others: plain members come out as Python's own writer put them in, everything else is refused."""

import io
import random
import tarfile

import pytest

from app.plain_tar import BLOCK, Damaged, Members

FILES = [("one", b"x" * 700), ("", b""), ("zwei-\u00e4", b"y" * BLOCK), ("n" * 99, b"z")]


def written(files: list[tuple[str, bytes]], form: int = tarfile.USTAR_FORMAT, **odd: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data in files:
            about = tarfile.TarInfo(name)
            about.size = len(data)
            for key, value in odd.items():
                setattr(about, key, value)
            archive.addfile(about, io.BytesIO(data))
    return out.getvalue()


def read(data: bytes) -> list[tuple[str, bytes]]:
    members, found = Members(io.BytesIO(data)), []
    while (head := members.next()) is not None:
        found.append((head[0], b"".join(members.body(head[1]))))
    return found


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
def test_what_is_written_is_read(form: int) -> None:
    assert read(written(FILES, form)) == FILES


def test_a_size_beyond_octal_digits_is_read() -> None:
    about = tarfile.TarInfo("large")
    about.size = 1 << 40
    assert Members(io.BytesIO(about.tobuf(tarfile.GNU_FORMAT))).next() == ("large", 1 << 40)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_anything_but_plain_files_is_refused(kind: bytes) -> None:
    with pytest.raises(Damaged, match="something else than plain files"):
        read(written([("one", b"")], type=kind))


@pytest.mark.parametrize("cut", [1, 511, 513, 1000])
def test_an_end_in_the_middle_is_told(cut: int) -> None:
    with pytest.raises(Damaged, match="ends in the middle"):
        read(written(FILES)[:cut])


@pytest.mark.parametrize("size", [b"-1", b"", b"9", b"0x1"])
def test_a_size_that_is_none_is_refused(size: bytes) -> None:
    head = bytearray(written([("one", b"")])[:BLOCK])
    head[124:136] = size.ljust(12, b"\0")
    head[148:156] = b"%06o\0 " % (sum(head[:148]) + 8 * 32 + sum(head[156:]))
    with pytest.raises(Damaged, match="head of a member is damaged"):
        read(bytes(head) + bytes(2 * BLOCK))


def test_any_damage_is_refused_or_read_and_never_more_than_there_is() -> None:
    whole, chance = written(FILES), random.Random(3)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            found = read(bytes(data))
        except Damaged:
            continue
        assert sum(len(body) for _, body in found) <= len(data)
