"""Tags on the command line: a honeytoken is told before or after reading, and its alerts follow."""

from pathlib import Path

import pytest

from app.command.main import run
from app.command.tag import meant, named, words_of
from app.model.tags import KNOWN_BAD
from app.session import Session
from tests.material import ROOT, START, Packet, ask, save

SAMPLE = ROOT.parent / "shared" / "lab" / "captures" / "honeytoken_use.pcap"


def no_pdf(html: str, out: Path) -> None:
    raise AssertionError("no report was asked for")


def question(name: str) -> list[Packet]:
    """A name that DNS does not have."""
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split(".")) + b"\0"
    head, tail = b"\0\x01\0\0\0\0\0\0", labels + b"\0\x01\0\x01"
    return ask(53, b"\x12\x34\x01\0" + head + tail, b"\x12\x34\x81\x83" + head + tail, START)


def detectors(workspace: Path) -> list[str]:
    session = Session.open(workspace)
    try:
        return [one.detector for one in session.queries.alerts()]
    finally:
        session.close()


@pytest.mark.parametrize("name", ["honey.admin", r"CORP\honey.admin", "honey.admin@corp.test", r"user:corp.test\honey.admin"])
def test_alerts_follow_a_tag(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if not SAMPLE.exists():
        pytest.skip("the shared material is not here")
    case = tmp_path / "case.wardlight"
    assert run(["analyze", str(SAMPLE), "--workspace", str(case)], no_pdf) == 0
    assert "honeytoken_activity" not in detectors(case)

    assert run(["tag", str(case), name, "honeytoken", "on"], no_pdf) == 0
    assert "honeytoken_activity" in detectors(case)

    assert capsys.readouterr().err == ""
    assert run(["tag", str(case), "hony.admin", "honeytoken", "on"], no_pdf) == 0
    assert capsys.readouterr().err == "wardlight: nothing that was read names hony.admin; it is tagged for what will be\n"

    assert run(["tag", str(case), name, "honeytoken", "auto"], no_pdf) == 0
    assert "honeytoken_activity" not in detectors(case)


def test_a_honeytoken_is_named_before_reading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not SAMPLE.exists():
        pytest.skip("the shared material is not here")
    case = tmp_path / "case.wardlight"

    assert run(["analyze", str(SAMPLE), "--workspace", str(case), "--honeytoken", "honey.admin"], no_pdf) == 2
    assert "honeytoken_activity" in detectors(case) and "nothing that was read" not in capsys.readouterr().err
    run(["analyze", str(SAMPLE), "--workspace", str(case), "--honeytoken", "hony.admin"], no_pdf)
    assert "nothing that was read names hony.admin" in capsys.readouterr().err


def test_what_cannot_be_tagged_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.wardlight"
    assert run(["tag", str(case), "honey.admin", "honeytoken", "on"], no_pdf) == 1
    Session.open(case).close()
    assert run(["tag", str(case), " ", "honeytoken", "on"], no_pdf) == 1
    assert "names no account" in capsys.readouterr().err


def test_a_list_of_domains_is_tagged_and_who_asks_for_them_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, names = tmp_path / "case.wardlight", tmp_path / "bad.txt"
    save(tmp_path / "one.pcap", [*question("www.evil.test"), *question("good.test")])
    assert run(["analyze", str(tmp_path / "one.pcap"), "--workspace", str(case)], no_pdf) == 0
    names.write_text("\ufeff# from a report\nother.test\n\n*.EVIL.test  # seen twice\n")

    assert run(["tag", str(case), f"@{names}", "known bad", "on"], no_pdf) == 0
    assert detectors(case) == ["bad_domain"] and capsys.readouterr().err == ""
    assert run(["tag", str(case), "evil.test", "known bad", "off"], no_pdf) == 0
    assert detectors(case) == []

    names.write_text("svc#1\t# a service\n  #svc2\n")
    assert named(f"@{names}") == ["svc#1"]
    for wrong, why in (("evil", "is the name of no domain"), (f"@{tmp_path / 'none'}", "No such file")):
        assert run(["tag", str(case), wrong, "known bad", "on"], no_pdf) == 1
        assert why in capsys.readouterr().err
    names.write_text("# nothing\n")
    assert run(["tag", str(case), f"@{names}", "known bad", "on"], no_pdf) == 1
    assert "names nobody" in capsys.readouterr().err


def test_coverage_says_that_nothing_is_tagged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not SAMPLE.exists():
        pytest.skip("the shared material is not here")
    for name, state in ((), "blind"), (("--honeytoken", "honey.admin"), "seen"):
        case = tmp_path / f"{state}.wardlight"
        run(["analyze", str(SAMPLE), "--workspace", str(case), *name], no_pdf)
        session = Session.open(case)
        rows = {one.detector: one for one in session.queries.coverage()}
        session.close()
        assert (rows["honeytoken_activity"].state == "blind") == (state == "blind")
        assert ("nothing is tagged as honeytoken" in rows["honeytoken_activity"].reason) == (state == "blind")


@pytest.mark.parametrize("tag", ["knownbad", "Known-Bad", "known_bad", " KNOWN BAD"])
def test_a_tag_that_alerts_follow_may_be_typed_in_many_ways(tag: str) -> None:
    assert words_of(tag) == KNOWN_BAD and meant(words_of(tag)) == ""


@pytest.mark.parametrize(("tag", "other"), [("honytoken", "Honeytoken"), ("sensitiv", "Sensitive"), ("knwon bad", "Known bad")])
def test_a_slip_of_the_pen_is_asked_about(tmp_path: Path, tag: str, other: str, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.wardlight"
    Session.open(case).close()
    assert meant(tag) == other
    assert run(["tag", str(case), "somebody", tag, "on"], no_pdf) == 0
    assert f"no alert follows the tag {tag}; was {other.lower()!r} meant?" in capsys.readouterr().err


@pytest.mark.parametrize("tag", ["VIP", "bad", "token", "Reviewed", "sensor"])
def test_tags_of_ones_own_are_nobodys_slip(tag: str) -> None:
    assert words_of(tag) == tag and meant(tag) == ""
