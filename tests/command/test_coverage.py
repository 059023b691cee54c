"""Coverage on the command line: hours of which nothing was seen are one line, the JSON has every span."""

import json
from pathlib import Path

import pytest

from app.command.coverage import folded, unseen
from app.command.main import run
from app.model.coverage import CoverageSpan
from app.model.entity import EntityRef

DC1, DC2 = (EntityRef(kind="computer", key=f"computer:{one}", label=one) for one in ("DC1", "DC2"))
HOUR = 3_600_000_000
WHY = ("no capture covers it", "no log of DC1 covers it")


def span(detector: str, first: int, last: int, state: str = "blind", controller: EntityRef = DC1) -> CoverageSpan:
    return CoverageSpan(
        detector=detector, title=detector.upper(), controller=controller, first=first * HOUR, last=last * HOUR, state=state,
        reasons=() if state == "seen" else WHY,
    )  # fmt: skip


def test_only_what_no_detector_saw_is_folded() -> None:
    every = [
        span("a", 0, 2), span("a", 2, 4, "partial"), span("a", 4, 9),
        span("b", 0, 2), span("b", 2, 4), span("b", 4, 9), span("c", 0, 9),
        span("a", 2, 4, controller=DC2),
    ]  # fmt: skip
    nothing = unseen(every)

    assert nothing == {every[0], every[2], every[3], every[5], every[7]}  # not b from 2 to 4, nor c, which spans what a saw
    lines = list(folded([one for one in every if one in nothing]))
    assert len(lines) == 2
    assert "1970-01-01 00:00 to 1970-01-01 09:00  DC1  2 detections, in 2 spans in which none saw it" in lines[0]
    assert "DC2  A, in 1 span" in lines[1] and all(one in lines[1] for one in WHY)


def test_a_detector_that_learned_or_saw_in_part_saw() -> None:
    every = [span("a", 0, 2, "learning"), span("b", 1, 3), span("c", 2, 3)]
    assert unseen(every) == {every[2]}
    assert unseen([]) == frozenset()


def test_scattered_logs_print_few_lines_and_the_json_has_all(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = str(tmp_path / "case.wardlight")
    logs = sorted((shared / "corpus" / "evtx").glob("sb_*.evtx"))
    run(["analyze", *map(str, logs), "--workspace", case], lambda html, out: None)
    capsys.readouterr()
    assert run(["coverage", case, "--controllers"], lambda html, out: None) == 0
    text = capsys.readouterr().out.splitlines()
    assert run(["coverage", case, "--controllers", "--json"], lambda html, out: None) == 0
    spans = json.loads(capsys.readouterr().out)

    assert len(text) * 5 < len(spans)
    assert sum("in which none saw it" in one for one in text) >= 1
    assert min(one["first"] for one in spans)[:4] > "1990"
