"""The units of the installer: systemd takes them, and they leave little open."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HUB = Path(__file__).resolve().parent.parent / "installer" / "systemd" / "wardlight-hub.service"
UNIT = Path(__file__).resolve().parent.parent / "installer" / "systemd" / "wardlight-sensor.service"
WRAPPER = UNIT.parent.parent / "windows" / "wardlight_sensor_service.py"
analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


@analyze
@pytest.mark.parametrize("given", [UNIT, HUB], ids=lambda one: one.name)
def test_a_unit_is_understood(tmp_path: Path, given: Path) -> None:
    unit = tmp_path / given.name
    text = re.sub(r"^Documentation=.*\n", "", given.read_text(), flags=re.M)  # its page of man is made with the package
    unit.write_text(re.sub(r"/usr/(local/)?bin/wardlight(-sensor)?\b", "/bin/true", text))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=30)

    assert done.returncode == 0 and given.name not in done.stderr, done.stderr


@analyze
@pytest.mark.parametrize("given", [UNIT, HUB], ids=lambda one: one.name)
def test_a_unit_leaves_little_open(given: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(given)],
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode == 0, done.stdout[-2000:]


def test_a_sensor_may_capture_and_listen_and_nothing_else() -> None:
    (allowed,) = re.findall(r"^CapabilityBoundingSet=(.*)$", UNIT.read_text(), re.M)

    assert set(allowed.split()) == {"CAP_NET_RAW", "CAP_NET_BIND_SERVICE"}


def test_the_service_of_windows_is_python_that_only_knows_pywin32() -> None:
    text = WRAPPER.read_text(encoding="utf-8")
    compile(text, WRAPPER.name, "exec")
    modules = {one.partition(".")[0] for one in re.findall(r"^(?:import|from) (\S+)", text, re.M)}

    assert modules - set(sys.stdlib_module_names) == {"servicemanager", "win32event", "win32service", "win32serviceutil"}
