"""The workflow that builds a release: pinned, least rights, and everything that it calls is there."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.updates.maker import script

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / ".github" / "workflows" / "release.yml"
TEXT = FILE.read_text(encoding="utf-8")
FLOW: dict[str, Any] = yaml.safe_load(TEXT)
STEPS = [(job, step) for job, about in FLOW["jobs"].items() for step in about["steps"]]


def test_actions_are_pinned_by_commit_and_rights_are_the_least() -> None:
    used = [step["uses"] for _, step in STEPS if "uses" in step]
    assert used and all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in used)
    assert len(re.findall(r"uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", TEXT, re.M)) == len(used)
    assert FLOW["permissions"] == {"contents": "read"}
    assert all(step["with"]["persist-credentials"] is False for _, step in STEPS if "checkout" in step.get("uses", ""))
    assert all("timeout-minutes" in job for job in FLOW["jobs"].values())


def test_nothing_that_others_may_say_gets_into_a_script() -> None:
    for _, step in STEPS:
        assert "${{" not in step.get("run", ""), "values come by the environment"


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_a_step_is_sound(place: int, tmp_path: Path) -> None:
    _, step = STEPS[place]
    if "run" not in step or step.get("shell") == "pwsh":
        return
    file = tmp_path / "step.sh"
    file.write_text("#!/bin/bash\nset -e\n" + step["run"])
    assert subprocess.run(["bash", "-n", str(file)]).returncode == 0
    if shutil.which("shellcheck"):
        done = subprocess.run(["shellcheck", str(file)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_everything_that_is_called_is_there() -> None:
    for one in re.findall(r"(?<![\w/])\.?/?(installer/[\w./-]+\.(?:py|sh|ps1|txt))", TEXT):
        assert (ROOT / one).is_file(), one
    for one in re.findall(r"-m (installer[\w.]+)", TEXT):
        assert (ROOT / f"{one.replace('.', '/')}.py").is_file(), one
    for lock in re.findall(r"for lock in ([\w ]+);", TEXT):
        for one in lock.split():
            assert (ROOT / "installer" / "supply" / "locks" / f"{one}.txt").is_file(), one


def test_what_is_built_has_names_that_the_manifest_knows(tmp_path: Path) -> None:
    for name in (
        "wardlight_0.2.0_amd64.deb", "wardlight-sensor_0.2.0_amd64.deb", "wardlight-0.2.0-linux-x86_64.tar.xz",
        "wardlight-0.2.0-py3-none-any.whl", "wardlight-0.2.0-windows-x86_64-setup.exe", "wardlight-0.2.0-macos-arm64.dmg",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(b"x")
        assert script().package(tmp_path / name).bytes == 1
    iss = (ROOT / "installer" / "windows" / "wardlight.iss").read_text(encoding="utf-8")
    assert "OutputBaseFilename=wardlight-{#Version}-windows-x86_64-setup" in iss
    assert "wardlight-$version-macos-$machine.dmg" in (ROOT / "installer" / "macos" / "build.sh").read_text(encoding="utf-8")
