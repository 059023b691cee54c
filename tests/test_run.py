"""The start from a checkout: the program stands in the place of the script, so that signals reach it."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(os.name == "nt", reason="Windows has no exec")
def test_who_ends_the_script_by_its_number_ends_the_program(tmp_path: Path) -> None:
    for name in ("run.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    told, python = tmp_path / "told", tmp_path / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f"#!/bin/sh\necho $$ $PYTHONPATH $* > {told}.part\nmv {told}.part {told}\nexec sleep 60\n", encoding="utf-8"
    )
    python.chmod(0o755)
    holds = hashlib.sha256((tmp_path / "pyproject.toml").read_bytes() + (tmp_path / "constraints.txt").read_bytes()).hexdigest()
    (tmp_path / "environment" / "wardlight-stamp").write_text(f"{holds}\nrun", encoding="utf-8")
    surroundings = {**os.environ, "WARDLIGHT_ENVIRONMENT": str(tmp_path / "environment")}
    with subprocess.Popen([sys.executable, tmp_path / "run.py", "listen", "a b"], env=surroundings) as started:
        try:
            until = time.monotonic() + 30
            while not told.exists() and time.monotonic() < until:
                time.sleep(0.05)
            assert told.read_text(encoding="utf-8").split() == [str(started.pid), str(tmp_path), "-m", "app", "listen", "a", "b"]
            started.terminate()
            assert started.wait(10) == -signal.SIGTERM
        finally:
            started.kill()
