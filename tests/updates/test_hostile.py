"""Update files and manifests that somebody made to do harm, or that were damaged: refused in one sentence, nothing left."""

import io
import tarfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.settings import Updates
from app.updates import Refused, install, verify
from app.updates.statement import Envelope, Manifest, opened, parts, read
from tests.updates.maker import Maker, script
from tests.updates.test_updating import CONTENT, DEB, of

QUIET = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker"))


@pytest.fixture(scope="module")
def good(maker: Maker) -> Path:
    return maker.update("9.0.0", maker.package(DEB, CONTENT))


def refused(data: bytes, maker: Maker, folder: Path) -> str:
    """Why an update file is not taken; nothing is left of it."""
    file, out = folder / "x.wardupdate", folder / "out"
    file.write_bytes(data)
    where = Updates(keys=str(maker.keys))
    with pytest.raises(Refused) as one:
        verify(file, where)
    with pytest.raises(Refused):
        install(file, where, folder=out, here=of("deb"))
    assert not out.exists() or not list(out.iterdir())
    assert len(str(one.value)) < 600 and "\n" not in str(one.value)
    return str(one.value)


def archive(maker: Maker, *members: tarfile.TarInfo | tuple[str, bytes]) -> bytes:
    """The signed manifest of one package, with other members than it should have."""
    out = io.BytesIO()
    first = maker.manifest("9.0.0", maker.package(DEB, CONTENT)).read_bytes()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for one in (("manifest.json", first), *members):
            if isinstance(one, tarfile.TarInfo):
                tar.addfile(one)
            else:
                about = tarfile.TarInfo(one[0])
                about.size = len(one[1])
                tar.addfile(about, io.BytesIO(one[1]))
    return out.getvalue()


def odd(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    about = tarfile.TarInfo(name)
    about.type, about.linkname = kind, target
    return about


def test_members_that_no_manifest_names(maker: Maker, tmp_path: Path) -> None:
    for name in ("../../etc/passwd", "/etc/cron.d/x", "other.deb", f"./{DEB}", DEB.upper(), "..", "", "a" * 99):
        assert "knows nothing" in refused(archive(maker, (name, CONTENT)), maker, tmp_path)
    assert "or holds it twice" in refused(archive(maker, (DEB, CONTENT), (DEB, CONTENT)), maker, tmp_path)
    assert "or holds it twice" in refused(archive(maker, (DEB, CONTENT), ("manifest.json", b"{}")), maker, tmp_path)


def test_links_devices_and_long_names(maker: Maker, tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE):
        assert "something else than plain files" in refused(archive(maker, odd(DEB, kind, "/etc/passwd")), maker, tmp_path)
    assert "something else than plain files" in refused(archive(maker, ("x/" * 80 + DEB, CONTENT)), maker, tmp_path)


def test_other_content_and_other_sizes(maker: Maker, tmp_path: Path) -> None:
    assert "its sum differs" in refused(archive(maker, (DEB, b"y" + CONTENT[1:])), maker, tmp_path)
    assert "bytes in the update file" in refused(archive(maker, (DEB, CONTENT + b"x")), maker, tmp_path)
    huge = odd(DEB, tarfile.REGTYPE)
    huge.size = 8 << 30
    data = bytearray(archive(maker, (DEB, CONTENT)))
    at = data.index(DEB.encode()[:40], 512)
    head = huge.tobuf(tarfile.GNU_FORMAT)
    data[at : at + 512] = head
    assert "damaged" in refused(bytes(data), maker, tmp_path)


def test_what_is_cut_anywhere(maker: Maker, good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()
    end = len(whole.rstrip(b"\0"))
    for size in (0, 1, 511, 512, 513, 1_000, 1_024, len(whole) // 2, end - 1):
        assert refused(whole[:size], maker, tmp_path)


def test_what_is_no_update_file(maker: Maker, tmp_path: Path) -> None:
    for data in (b"PK\3\4" + bytes(600), b"\x7fELF" * 300, b"{" * 200_000, b"[" * 300_000, bytes(2_048)):
        assert refused(data, maker, tmp_path)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        about = tarfile.TarInfo("manifest.json")
        about.size = 64 << 20
        tar.addfile(about, io.BytesIO(bytes(64 << 20)))
    assert "does not begin with a manifest" in refused(out.getvalue(), maker, tmp_path)


@QUIET
@given(place=st.integers(0, (1 << 24) - 1))
def test_one_bit_anywhere_in_what_counts(place: int, maker: Maker, good: Path, tmp_path: Path) -> None:
    spoiled = bytearray(good.read_bytes())
    at, bit = divmod(place % (len(spoiled) * 8), 8)
    spoiled[at] ^= 1 << bit
    file, where = tmp_path / "x.wardupdate", Updates(keys=str(maker.keys))
    file.write_bytes(bytes(spoiled))
    try:
        found = verify(file, where)
    except Refused:
        return
    assert [one.name for one in found.holds] == [DEB] and found.manifest.version == "9.0.0", "padding may differ, nothing else"


@QUIET
@given(st.binary(max_size=3_000))
def test_any_bytes_are_refused(maker: Maker, tmp_path: Path, data: bytes) -> None:
    refused(data, maker, tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@QUIET
@given(JSON, st.sampled_from(["form", "manifest", "keys", "serial", "version", "packages", "made", "until", "notes"]))
def test_any_value_anywhere_in_an_envelope_or_a_manifest(maker: Maker, value: object, place: str) -> None:
    envelope = msgspec.json.decode(maker.signed({"serial": 1}))
    manifest = {"serial": 1, "version": "1.0", "made": 0, "until": 1, "packages": []}
    for whole, read_it in ((envelope, lambda data: opened(data)), (manifest, lambda data: read(data, Manifest))):
        try:
            found = read_it(msgspec.json.encode({**whole, place: value}))
        except Refused:
            continue
        assert isinstance(found, Envelope | Manifest)


@given(st.lists(st.integers(0, 999_999), min_size=2, max_size=4), st.lists(st.integers(0, 999_999), min_size=2, max_size=4))
def test_versions_are_compared_as_numbers(one: list[int], other: list[int]) -> None:
    shown = [".".join(map(str, each)) for each in (one, other)]
    padded = [tuple([*each, 0, 0, 0][:4]) for each in (one, other)]
    assert (parts(shown[0]) > parts(shown[1])) == (padded[0] > padded[1])
    assert script().MANIFEST != script().KEYS
