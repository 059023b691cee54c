"""Health alerts of this computer, caused for real: a power supply and a governor that are mounted, a disk that refuses."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from app.engine.engine import create_workspace
from app.engine.queries import Queries
from app.model.source import CaptureSource, GrowingSource, SyslogSource
from app.sensor.sources.evidence import folder_of
from app.settings import load
from app.settings import save as save_settings
from tests.integration.limited import limited, why_no_group
from tests.integration.namespace import ROOT, namespace, why_not
from tests.integration.samba.certificates import Authority
from tests.integration.test_health import Found, comes, health, stopped, tending
from tests.material import SAMPLE, START, save, spray
from tests.sensor.free_port import free_port
from tests.sensor.sources.listening import until

pytestmark = pytest.mark.slow
SMALL = why_no_group()
ROOTLESS = os.name == "nt" or os.geteuid() != 0 or not shutil.which("unshare")
BATTERY = """mount -t tmpfs none /sys/class && mkdir -p /sys/class/power_supply/BAT0 /sys/class/power_supply/AC0 &&
cd /sys/class/power_supply && echo 0 > AC0/online && echo 50000 > BAT0/energy_now && echo 100000 > BAT0/energy_full &&
echo 10000 > BAT0/power_now && echo 50 > BAT0/capacity && echo Discharging > BAT0/status"""
SAVING = """mount -t tmpfs none /sys/devices/system/cpu/cpu0 && mkdir /sys/devices/system/cpu/cpu0/cpufreq &&
echo powersave > /sys/devices/system/cpu/cpu0/cpufreq/scaling_governor &&
echo {driver} > /sys/devices/system/cpu/cpu0/cpufreq/scaling_driver"""
WAITING = 45_000
"""Activities before a slow store, of which its queue holds a part and its sources the rest."""
ASK = "from pathlib import Path; from app.engine.health.computer import measured; print(measured(Path('w'), listening=True))"


def inside(mounts: str, *words: str, **more: object) -> "subprocess.Popen[bytes]":
    """This program where these are mounted, which nobody else sees."""
    command = ["unshare", "-m", "sh", "-c", f'{mounts} && cd "$ROOT" && exec "$@"', "sh", sys.executable, *words]
    environment = dict(os.environ, PYTHONPATH=str(ROOT), ROOT=str(ROOT))
    return subprocess.Popen(command, env=environment, **more)  # type: ignore[call-overload,no-any-return]


@pytest.mark.skipif(ROOTLESS, reason="a mount of its own needs root")
@pytest.mark.parametrize(
    ("mounts", "words"), [(BATTERY, "on its battery"), (SAVING.format(driver="acpi-cpufreq"), "set to save power")]
)
def test_a_computer_that_listens_and_saves_power(mounts: str, words: str, tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    create_workspace(case)
    specs = msgspec.json.encode([SyslogSource(address="127.0.0.1", port=free_port())]).decode()
    child = inside(mounts, "-m", "tests.integration.tending", str(case), specs, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert words in comes(case, lambda one: "on-battery" in one, 40)["on-battery"].what
    finally:
        _, errors = child.communicate(timeout=60)
    assert b"Traceback" not in errors, errors


@pytest.mark.skipif(ROOTLESS, reason="a mount of its own needs root")
def test_a_driver_that_scales_by_itself_saves_none() -> None:
    child = inside(SAVING.format(driver="intel_pstate"), "-c", ASK, stdout=subprocess.PIPE)
    said, _ = child.communicate(timeout=60)
    assert child.returncode == 0 and b"saving=False" in said


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
@pytest.mark.skipif(bool(SMALL), reason=SMALL or "-")
def test_a_store_that_is_slower_than_its_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that stores gets a tenth of a processor, its two sources what there is; later it gets its share again."""
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    save_settings(replace(load(), reserve=0.0))  # else the sources would leave traffic out before the store is full
    chance = random.Random(2)
    users = [f"{chance.getrandbits(4800):01200x}" for _ in range(2_500)]
    paths = [tmp_path / "one.pcap", tmp_path / "two.pcap"]
    turns = 0

    def more() -> None:
        nonlocal turns
        part = save(tmp_path / "part.pcap", spray(users, START + turns * 10_000_000_000)).read_bytes()
        for path in paths:
            with path.open("ab") as file:
                file.write(part[24:] if turns else part)
        turns += 1

    more()
    case = tmp_path / "case.wardlight"
    create_workspace(case)
    specs = msgspec.json.encode([GrowingSource(path=str(path)) for path in paths]).decode()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.tending", str(case), specs],
        cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        with limited(0.1, 2 << 30) as small, closing(Queries(case)) as queries:
            until(lambda: queries.count() > 0, 40)  # its processes run
            for folder in small.folders:
                (folder / "cgroup.procs").write_text(str(child.pid))

            def full(found: Found) -> bool:
                """As much lies before it at every time, however quick this machine is; True when it is told."""
                while "store-overloaded" not in found and turns * 2 * len(users) - queries.count() < WAITING:
                    more()
                return "store-overloaded" in found

            found = comes(case, full, 120)["store-overloaded"]
            behind = queries.count()
            for folder in small.folders:
                (folder.parent / "cgroup.procs").write_text(str(child.pid))
            until(lambda: queries.count() == turns * 2 * len(users), 120)  # held back, not lost
    finally:
        _, errors = child.communicate(timeout=180)  # all of it is looked at once more
    assert b"Traceback" not in errors, errors
    assert found.severity == "high" and "more than half full" in found.what and behind < turns * 2 * len(users)
    assert health(case)["store-overloaded"].state == "closed"


def test_packets_that_the_disk_refuses(tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    folder_of(case.resolve()).write_bytes(b"a file where the packets would lie")
    with namespace() as net, tending(net, case, CaptureSource(interfaces=("in",))) as child:
        sender = subprocess.Popen(
            net.command("tcpreplay", "-q", "--loop=0", "--pps=200", "-i", "out", str(SAMPLE)),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            found = comes(case, lambda one: "evidence-lost" in one, 40)
        finally:
            sender.send_signal(signal.SIGTERM)
            sender.wait(20)
        assert found["evidence-lost"].severity == "medium"
        with closing(Queries(case)) as queries:
            end = time.monotonic() + 20
            while not queries.count():  # activities are kept all the same
                assert time.monotonic() < end
                time.sleep(0.2)
        stopped(child)


def test_a_certificate_that_ends_while_it_is_used(tmp_path: Path) -> None:
    case, pem, key = (tmp_path / one for one in ("case.wardlight", "cert.pem", "key.pem"))
    Authority(tmp_path / "ca").issue("127.0.0.1", pem, key, life=timedelta(days=1, seconds=6))
    create_workspace(case)
    spec = SyslogSource(transport="tls", address="127.0.0.1", port=free_port(), certificate=str(pem), key=str(key))
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.tending", str(case), msgspec.json.encode([spec]).decode()],
        cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert "has ended" in comes(case, lambda one: "certificate-expired" in one, 40)["certificate-expired"].what
    finally:
        _, errors = child.communicate(timeout=60)
    assert b"Traceback" not in errors, errors
