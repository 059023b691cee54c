"""`wardlight sensor` where it is installed: its files belong to its user, whoever joins it to a hub."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.hub.keys import make_pair
from app.link.place import HubPlace, to_line

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can act as another user")
def test_what_root_joins_belongs_to_who_owns_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    for above in (tmp_path, *list(tmp_path.parents)[:3]):
        if above.owner() == "root" and above != Path("/tmp"):
            above.chmod(above.stat().st_mode | 0o011)
    line = to_line(
        HubPlace(urls=("tls://127.0.0.1:1",), workspace="corp", role="sensor", id="s1", name="s1", seed=make_pair()[0])
    )
    command = [sys.executable, "-m", "app", "sensor", "--config", str(folder / "sensor.json"), "--join", "-", "--no-run"]
    done = subprocess.run(command, input=line, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    kept = list(folder.iterdir())
    assert {one.name for one in kept} == {"sensor.hub.json", "sensor.changes.jsonl"}
    assert {one.stat().st_uid for one in kept} == {NOBODY}
