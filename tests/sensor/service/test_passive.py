"""A running sensor sends nothing but what goes to its hub: counted by the interfaces of a machine that has no other program."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.namespace import namespace, why_not
from tests.material import SAMPLE

WHY = why_not() or ("" if shutil.which("tcpdump") else "tcpdump is not installed")


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY), reason=WHY)]


def measured(tmp_path: Path, *words: str) -> dict[str, Any]:
    """What passive.py counts. There is a way out with a default route: a question to anybody would be seen there."""
    with namespace(2) as inside:
        inside.run("ip", "address", "add", "10.77.0.20/24", "dev", "in2")
        inside.run("ip", "route", "add", "default", "via", "10.77.0.1", "dev", "in2")
        child = inside.start(["-m", "tests.sensor.service.passive", str(tmp_path), str(SAMPLE), *words], stdout=-1, stderr=-1)
        out, errors = child.communicate(timeout=300)
    assert child.returncode == 0, errors.decode()[-2000:]
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_a_sensor_is_passive(tmp_path: Path) -> None:
    found = measured(tmp_path)

    assert found["came"] >= 500
    assert found["sent"] == [0, 0, 0]
    assert found["other"] == 0  # nothing on loopback but the hub's connections


def test_with_active_resolution_it_asks_and_the_count_shows_it(tmp_path: Path) -> None:
    assert sum(measured(tmp_path, "active")["sent"]) > 0
