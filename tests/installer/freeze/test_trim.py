"""What is taken out of a frozen folder, and what is not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from installer.freeze import trim

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="libraries are ELF files on Linux only")
MODULE = next(Path(numpy.__file__).parent.glob("_core/_multiarray_umath*.so"))


def test_what_a_library_needs_is_read_as_readelf_reads_it() -> None:
    tool = shutil.which("readelf")
    if tool is None:
        pytest.skip("readelf (package binutils) is not here")
    words = subprocess.run([tool, "-d", str(MODULE)], capture_output=True, text=True, check=True).stdout
    wanted = re.findall(r"\(NEEDED\).*\[(.+)\]", words)
    assert wanted and trim.needed(MODULE.read_bytes()) == wanted


def test_a_library_that_nothing_needs_goes_with_those_that_only_it_needs(tmp_path: Path) -> None:
    library = next(name for name in trim.needed(MODULE.read_bytes()) if "openblas" in name)
    folder = next(one for one in MODULE.parents if one.name == "numpy").parent / "numpy.libs"
    (tmp_path / "numpy").mkdir()
    shutil.copy(MODULE, tmp_path / "numpy")
    for one in (folder / library, *folder.glob("libgfortran*"), *folder.glob("libquadmath*")):
        shutil.copy(one, tmp_path)
    assert trim.orphans(tmp_path) == []
    (tmp_path / "numpy" / MODULE.name).unlink()
    assert {one.name for one in trim.orphans(tmp_path)} == {one.name for one in tmp_path.glob("lib*")}


def test_no_other_bytes_are_libraries(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no library")
    (tmp_path / "empty").write_bytes(b"")
    assert (
        list(trim.libraries(tmp_path)) == [] and trim.needed(b"") == [] and trim.needed(trim.ELF + b"\x01\x01" + bytes(60)) == []
    )


def test_a_library_whose_segments_strip_has_moved_is_known(tmp_path: Path) -> None:
    data = bytearray(MODULE.read_bytes())
    assert trim.loadable(bytes(data))
    place = int.from_bytes(data[32:40], "little")
    first = next(number for number, one in enumerate(trim.segments(bytes(data))) if one[0] == trim.LOAD and one[2])
    data[place + 56 * first + 8] ^= 1  # its offset in the file
    assert not trim.loadable(bytes(data))
