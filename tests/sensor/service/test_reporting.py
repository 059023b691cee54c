"""Reports are no longer than a workspace takes; words to the service manager."""

import os
import socket
from pathlib import Path

import msgspec
import pytest

from app.model.rows import Problem
from app.model.sensor import SensorReport
from app.model.source import SourceState
from app.sensor.service import systemd
from app.sensor.service.reporting import LARGEST, encoded


def test_a_report_that_is_too_long_says_less() -> None:
    problems = tuple(Problem(what="x" * 250, where="y" * 250) for _ in range(20))
    sources = tuple(
        SourceState(id=str(one), kind="syslog", label="l" * 300, state="running", problems=problems) for one in range(64)
    )
    report = SensorReport(sensor="s1", name="s1", error="what is wrong", sources=sources)
    short = encoded(report)
    found = msgspec.json.decode(short, type=SensorReport)

    assert len(msgspec.json.encode(report)) > LARGEST >= len(short)
    assert found.error == "what is wrong" and len(found.sources) == 64 and len(found.sources[0].problems) == 1
    assert encoded(SensorReport(sensor="s1", name="s1")) == msgspec.json.encode(SensorReport(sensor="s1", name="s1"))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX") or os.name == "nt", reason="systemd is of Linux")
def test_the_service_manager_hears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert not systemd.notify(READY="1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        monkeypatch.setenv("WATCHDOG_USEC", "120000000")
        assert systemd.notify(READY="1", STATUS="failed: no\nsecond line")
        assert manager.recv(1000) == b"READY=1\nSTATUS=failed: no"
    assert systemd.watchdog() == 40.0
    monkeypatch.setenv("WATCHDOG_USEC", "nonsense")
    assert systemd.watchdog() == 0.0
