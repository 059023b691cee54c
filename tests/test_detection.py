"""The process that detects beside the writer: asked, killed, asked again."""

import os
import signal
import time
from pathlib import Path

from app.detection import BROKEN, Detection
from app.engine.detecting import Detected
from app.engine.engine import Engine
from tests.engine.workspace import Found, made


def answered(detection: Detection, seconds: float = 60) -> Detected | None:
    end = time.monotonic() + seconds
    while detection.asked:
        found = detection.answer()
        if found is not None:
            return found
        assert time.monotonic() < end, detection.words
        time.sleep(0.01)
    return None


def test_it_answers_while_the_workspace_is_written_and_survives_a_kill(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w")
    engine.begin_input(Found(key="aaaa"), live=True)
    engine.ingest(made(300, key="aaaa"))
    engine.save()
    engine.prepare()
    detection = Detection(tmp_path / "w")
    try:
        detection.ask("medium")
        first = answered(detection)
        assert first is not None and first.whole and engine.put(first)
        assert detection.pid is not None
        os.kill(detection.pid, signal.SIGKILL)
        detection.ask("medium")
        assert answered(detection) is None and detection.broke == 1 and detection.usable
        detection.ask("medium")
        again = answered(detection)
        assert again is not None and again.whole and [one.id for one in again.alerts] == [one.id for one in first.alerts]
    finally:
        detection.close()
        engine.close()


def test_one_that_cannot_read_the_workspace_says_why_and_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"no workspace at all, but some bytes")
    detection = Detection(tmp_path / "w")
    try:
        for _ in range(BROKEN):
            detection.ask("medium")
            assert answered(detection) is None
        assert not detection.usable and "database" in detection.words
    finally:
        detection.close()
