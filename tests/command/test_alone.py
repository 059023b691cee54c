"""The sensor as a program of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import paths
from app.command.alone import main


def test_its_words_are_those_of_the_sensor_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--config", str(tmp_path / "sensor.json"), "--check"]) == 1
    assert "There is no configuration" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("wardlight-sensor ")


def test_it_needs_neither_the_window_nor_the_engine(tmp_path: Path) -> None:
    """As in its frozen program, where these are left out."""
    code = (
        "import sys\n"
        "for name in ('app.session', 'app.engine', 'app.ui', 'app.dissector', 'PySide6', 'networkx', 'sigma', 'scapy'): "
        "sys.modules[name] = None\n"
        "from app.command.alone import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run([*words, "selftest"], cwd=paths.program(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "FAIL" not in done.stdout, done.stdout + done.stderr
    assert "sensor" not in done.stderr and len(done.stdout.splitlines()) > 8
    there = ["--config", str(tmp_path / "sensor.json"), "--status"]
    done = subprocess.run([*words, *there], cwd=paths.program(), capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (1, "") and '"running": false' in done.stdout
