"""What a machine and a sensor on it use: real processes measured, limits of control groups of both versions found."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from app.sensor.machine import Container, Meter, container_of

BUSY = "import sys, time\nwhile time.process_time() < 0.6: pass\nsys.stdin.read()"
V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup rw,nsdelegate\n"
V1 = (
    "31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "32 30 0:28 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
)


def tree(root: Path, mounts: str, groups: str, files: dict[str, str]) -> Container:
    files = {"proc/self/mountinfo": mounts, "proc/self/cgroup": groups, **files}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return container_of("self", root)


def test_limits_of_version_2_are_those_of_the_tightest_group_above(tmp_path: Path) -> None:
    box = tree(
        tmp_path, V2, "0::/pod/sensor\n",
        {
            "sys/fs/cgroup/pod/cpu.max": "150000 100000\n", "sys/fs/cgroup/pod/cpu.stat": "usage_usec 7\n",
            "sys/fs/cgroup/pod/sensor/cpu.max": "max 100000\n",
            "sys/fs/cgroup/pod/sensor/memory.max": "1073741824\n",
            "sys/fs/cgroup/pod/memory.max": "max\n",
        },
    )  # fmt: skip
    pod = tmp_path / "sys/fs/cgroup/pod"

    assert (box.cores, box.cpu, box.usage) == (1.5, pod, pod / "cpu.stat")
    assert (box.limit, box.memory) == (1 << 30, pod / "sensor")


def test_processor_time_that_is_counted_in_a_hierarchy_of_its_own(tmp_path: Path) -> None:
    mounts = "31 30 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu\n32 30 0:28 / /cg/acct rw - cgroup cgroup rw,cpuacct\n"
    limits = {"cg/cpu/box/cpu.cfs_quota_us": "25000", "cg/cpu/box/cpu.cfs_period_us": "100000"}

    assert tree(tmp_path, mounts, "2:cpuacct:/box\n1:cpu:/box\n", limits).cpu is None
    box = tree(tmp_path, mounts, "2:cpuacct:/box\n1:cpu:/box\n", {**limits, "cg/acct/box/cpuacct.usage": "7"})
    assert box.cores == 0.25 and box.usage == tmp_path / "cg/acct/box/cpuacct.usage"


def test_limits_of_version_1_with_a_mount_that_begins_inside_the_hierarchy(tmp_path: Path) -> None:
    box = tree(
        tmp_path, V1, "3:cpu,cpuacct:/slice\n2:memory:/docker/abc\n0::/\n",
        {
            "sys/fs/cgroup/cpu,cpuacct/slice/cpu.cfs_quota_us": "50000\n",
            "sys/fs/cgroup/cpu,cpuacct/slice/cpu.cfs_period_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/slice/cpuacct.usage": "1\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
        },
    )  # fmt: skip

    assert box.cores == 0.5 and box.usage == tmp_path / "sys/fs/cgroup/cpu,cpuacct/slice/cpuacct.usage"
    assert box.limit == 512 << 20


@pytest.mark.parametrize("quota", ["max 100000", "-1", "", "nonsense 7", "100000 0"])
def test_no_limit_is_none(tmp_path: Path, quota: str) -> None:
    files = {"sys/fs/cgroup/cpu.max": quota, "sys/fs/cgroup/memory.max": "9223372036854771712"}

    assert tree(tmp_path, V2, "0::/\n", files) == Container()
    assert container_of("self", tmp_path / "nothing") == Container()


def test_memory_and_time_of_a_container_are_its_own(tmp_path: Path) -> None:
    group = "sys/fs/cgroup/sensor"
    tree(
        tmp_path, V2, "0::/sensor\n",
        {
            f"{group}/cpu.max": "200000 100000\n", f"{group}/cpu.stat": "usage_usec 5000000\nuser_usec 1\n",
            f"{group}/memory.max": str(4 << 30), f"{group}/memory.current": str(3272 << 20),
            f"{group}/memory.stat": f"anon 5\ninactive_file {200 << 20}\n",
        },
    )  # fmt: skip
    (tmp_path / f"proc/{os.getpid()}").mkdir()
    (tmp_path / f"proc/{os.getpid()}/cgroup").write_text("0::/sensor\n")
    meter = Meter(root=tmp_path)
    assert meter.measure(100.0) is None
    (tmp_path / f"{group}/cpu.stat").write_text("usage_usec 17000000\nuser_usec 1\n")
    seen = meter.measure(110.0, lost=3)

    assert seen is not None and seen.lost == 3 and seen.cores == 2
    assert seen.cpu == pytest.approx(0.6)  # 12 of 20 seconds
    assert (seen.memory, seen.used) == (4 << 30, 3072 << 20)  # far more than this process itself holds


def test_a_limit_near_the_whole_memory_is_a_brake_and_no_machine(tmp_path: Path) -> None:
    whole = psutil.virtual_memory().total
    group = "sys/fs/cgroup/sensor"
    tree(tmp_path, V2, "0::/sensor\n", {f"{group}/memory.max": str(whole * 9 // 10), f"{group}/memory.current": "1"})
    (tmp_path / f"proc/{os.getpid()}").mkdir()
    (tmp_path / f"proc/{os.getpid()}/cgroup").write_text("0::/sensor\n")
    meter = Meter(root=tmp_path)
    meter.measure(100.0)
    seen = meter.measure(110.0)

    assert seen is not None and seen.memory == whole and seen.used > 1 << 20  # with what others use


def test_children_and_their_children_belong_to_the_sensor() -> None:
    code = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    try:
        meter = Meter()
        last = began = time.monotonic()
        meter.measure(last)
        used = 0.0
        while used < 0.2 and time.monotonic() - began < 60:
            time.sleep(0.2)
            now = time.monotonic()
            seen = meter.measure(now)
            assert seen is not None and 0 <= seen.own_cpu <= seen.cpu <= 1
            assert 0 < seen.own <= seen.used < seen.memory
            used += seen.own_cpu * seen.cores * (now - last)
            last = now
    finally:
        child.communicate()

    assert used >= 0.2


def test_what_the_first_process_does_beside_is_nobodys() -> None:
    meter = Meter()
    meter.measure(time.monotonic())
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    counted = meter.measure(time.monotonic())
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    aside = meter.measure(time.monotonic(), aside=True)

    assert counted is not None and aside is not None
    assert counted.own_cpu > 0 and aside.own_cpu == 0
