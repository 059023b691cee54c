"""Two machines know whether they run the same detector."""

from msgspec.structs import replace

from app import __version__
from app.engine.proof.versions import different, versions_of
from app.engine.sources import hash_of


def test_each_detector_has_a_version_of_its_own_and_the_machinery_is_common() -> None:
    one, other = versions_of("dcsync"), versions_of("kerberoasting")

    assert one.program == __version__ and len(one.detector) == len(one.engine) == len(one.sensor) == 64
    assert one.detector != other.detector and (one.engine, one.sensor) == (other.engine, other.sensor)


def test_what_is_of_another_version_is_said() -> None:
    here = versions_of("dcsync")

    assert different(here, here) == []
    assert len(different(replace(here, program="9", detector="0" * 64, engine="1" * 64, sensor="2" * 64), here)) == 4


def test_a_program_without_its_sources_says_nothing_of_them() -> None:
    here = versions_of("dcsync")

    assert hash_of("app.nothing_of_that_name") == ""
    assert different(replace(here, detector="", engine=""), here) == []
