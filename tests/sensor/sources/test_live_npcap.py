"""The program that captures over libpcap or Npcap: what it is told, and what becomes of it."""

import sys
import threading

import pytest

from app.model.source import CaptureSource
from app.sensor.sources import live_npcap
from app.sensor.sources.live_npcap import capturing, command
from app.sensor.sources.living import Cannot

READY = "import sys; print('{\"ready\": true}', file=sys.stderr, flush=True); "


class Out:
    def __init__(self) -> None:
        self.lost: list[tuple[str, int, str]] = []

    def dropped(self, what: str, count: int, where: str = "") -> None:
        self.lost.append((what, count, where))


def run(program: str, monkeypatch: pytest.MonkeyPatch, stop_inside: bool = False) -> tuple[bytes, Out]:
    monkeypatch.setattr(live_npcap, "command", lambda spec: [sys.executable, "-c", program])
    out, stop, got = Out(), threading.Event(), b""
    with capturing(CaptureSource(interfaces=("x",)), out, stop) as feed:  # type: ignore[arg-type]
        if stop_inside:
            stop.set()
        while (part := feed.read(0.2)) is not None:
            got += part
    return got, out


def test_a_filter_that_begins_with_a_dash_is_no_option() -> None:
    words = command(CaptureSource(interfaces=("-x", "eth0"), filter="-not a filter"))
    assert words[-4:] == ["--filter=-not a filter", "--", "-x", "eth0"]


def test_a_program_that_never_captures_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Cannot, match="did not start"):
        run("import sys; sys.exit(2)", monkeypatch)
    with pytest.raises(Cannot, match="no right"):
        run('import sys; print(\'{"error": "no right"}\', file=sys.stderr)', monkeypatch)


def test_a_program_that_ends_by_itself_is_no_capture_that_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="ended by itself"):
        run(READY + "sys.stdout.write('abc')", monkeypatch)


def test_one_that_was_asked_to_end_is(monkeypatch: pytest.MonkeyPatch) -> None:
    tells = "sys.stdin.read(); sys.stdout.write('abc'); print('{\"dropped\": {\"x\": 3}}', file=sys.stderr)"
    got, out = run(READY + tells, monkeypatch, stop_inside=True)
    assert got == b"abc"
    assert out.lost == [("capture buffer full", 3, "x")]
