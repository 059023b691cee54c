"""What the machine and a sensor on it use: the whole machine, or the container (control group) that limits the sensor."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil
from msgspec import Struct
from msgspec.structs import replace

from app.sensor.governor import RESERVE, Measured

NONE = 1 << 60
"""A memory limit as large as this is none (memory.limit_in_bytes of version 1 tells one that nobody set)."""
MOST = 1 - RESERVE
"""A memory limit of at least this share of the machine is a brake behind the governor (the unit's), no machine of its own."""


class Container(Struct, frozen=True, kw_only=True):
    """Limits of the control groups that a process is in, the tightest of each kind; None and 0 where there is none.

    A limit of processor time counts only where something counts how much of it is used.

    cores: processors' worth of time. cpu, memory: folder of the group that sets the limit; usage: file of its processor time.
    limit: bytes.
    """

    cores: float = 0.0
    cpu: Path | None = None
    usage: Path | None = None
    limit: int = 0
    memory: Path | None = None


def container_of(pid: int | str = "self", root: Path = Path("/")) -> Container:
    """What limits this process. Reads version 2 (cpu.max, memory.max) and version 1 (cgroups(7)); root: for tests."""
    found = Container()
    mounts = _mounts(root)
    for line in _lines(root / "proc" / str(pid) / "cgroup"):
        _, _, rest = line.partition(":")
        words, _, place = rest.partition(":")
        kinds = tuple(words.split(",")) if words else ("",)
        for kind in kinds:
            if (mount := mounts.get(kind)) is None:
                continue
            top, folder = root / mount[1].lstrip("/"), place.removeprefix(mount[0].rstrip("/"))
            counts = mounts.get("cpuacct")
            for group in _upwards(top, top / folder.lstrip("/")):
                found = _tightest(found, group, kind)
                if found.cpu == group and kind == "cpu" and counts is not None:  # its time may be counted in another hierarchy
                    usage = root / counts[1].lstrip("/") / group.relative_to(top) / "cpuacct.usage"
                    found = replace(found, usage=usage if usage.is_file() else found.usage)
    return found if found.usage is not None and found.usage.is_file() else replace(found, cores=0.0, cpu=None, usage=None)


def _upwards(top: Path, group: Path) -> Iterable[Path]:
    while group.is_relative_to(top):
        yield group
        group = group.parent


def _tightest(found: Container, group: Path, kind: str) -> Container:
    """What is known with the limits of one more group."""
    cores, limit = 0.0, 0
    if kind == "":
        cores, usage = _share(_words(group / "cpu.max")), group / "cpu.stat"
        limit = _number(group / "memory.max")
    elif kind == "cpu":
        cores = _share([*_words(group / "cpu.cfs_quota_us"), *_words(group / "cpu.cfs_period_us")])
        usage = group / "cpuacct.usage"
    elif kind == "memory":
        limit = _number(group / "memory.limit_in_bytes")
    if cores > 0 and (found.cpu is None or cores < found.cores):
        found = replace(found, cores=cores, cpu=group, usage=usage)
    if 0 < limit < NONE and (found.memory is None or limit < found.limit):
        found = replace(found, limit=limit, memory=group)
    return found


def _mounts(root: Path) -> dict[str, tuple[str, str]]:
    """Controller ("" for version 2) to (root of the mount inside its hierarchy, mount point): proc(5), mountinfo."""
    out: dict[str, tuple[str, str]] = {}
    for line in _lines(root / "proc/self/mountinfo"):
        left, _, right = line.partition(" - ")
        places, kinds = left.split(" "), right.split(" ")
        if len(places) < 5 or len(kinds) < 3:
            continue
        if kinds[0] == "cgroup2":
            out.setdefault("", (places[3], places[4]))
        elif kinds[0] == "cgroup":
            for name in kinds[2].split(","):
                out.setdefault(name, (places[3], places[4]))
    return out


def _share(words: list[str]) -> float:
    """Quota and period in microseconds as processors; 0 for no limit ("max", -1)."""
    try:
        quota, period = int(words[0]), int(words[1])
    except (IndexError, ValueError):
        return 0.0
    return quota / period if quota > 0 and period > 0 else 0.0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _number(path: Path) -> int:
    """The number in a file; 0 when there is none."""
    try:
        return int(_words(path)[0])
    except (IndexError, ValueError):
        return 0


def _stat(path: Path, *names: str) -> int:
    """The first of the named numbers of a file of lines "name number"; 0 when there is none."""
    lines = {words[0]: words[1] for words in map(str.split, _lines(path)) if len(words) == 2}
    return next((int(lines[one]) for one in names if lines.get(one, "").isdecimal()), 0)


class Meter:
    """Measures between two calls. pid: the sensor's first process; its children belong to the sensor too.

    now: seconds of a clock that only goes forward, as time.monotonic().
    """

    def __init__(self, pid: int | None = None, root: Path = Path("/")) -> None:
        self._process = psutil.Process(pid or os.getpid())
        self._container = container_of(self._process.pid, root)
        self._before: tuple[float, float, float] | None = None
        self._own: dict[tuple[int, float], float] = {}

    def measure(self, now: float, lost: int = 0, aside: bool = False) -> Measured | None:
        """None at the first call, which has nothing to compare with.

        aside: what the sensor's first process itself used of the processor is nobody's, for it did something else meanwhile.
        """
        box = self._container
        cores = box.cores or float(psutil.cpu_count() or 1)
        first, spent, resident = self._sensor()
        busy, whole = self._busy()
        memory, used = self._memory()
        before, self._before = self._before, (now, busy, whole)
        if before is None or now <= before[0]:
            return None
        seconds = now - before[0]
        total = (whole - before[2]) if not box.cpu else seconds * cores
        first = first if aside else 0.0
        spent -= first
        cpu = min(max((busy - before[1] - first) / max(total, 1e-6), 0.0), 1.0)
        own = min(spent / (seconds * cores), 1.0)
        return Measured(
            cores=cores, cpu=max(cpu, own), own_cpu=own, memory=memory, used=max(used, resident), own=resident, lost=lost
        )

    def _sensor(self) -> tuple[float, float, int]:
        """(seconds of processor since the last call of the first process, of all of the sensor, bytes of memory now)."""
        first, spent, memory = 0.0, 0.0, 0
        seen: dict[tuple[int, float], float] = {}
        for one in self._processes():
            with suppress(psutil.Error):
                with one.oneshot():
                    times, held = one.cpu_times(), one.memory_info()
                key = (one.pid, one.create_time())
                seen[key] = times.user + times.system
                more = max(seen[key] - self._own.get(key, 0.0 if self._before else seen[key]), 0.0)
                spent += more
                first += more if one.pid == self._process.pid else 0.0
                memory += held.rss - getattr(held, "shared", 0)
        self._own = seen
        return first, spent, memory

    def _processes(self) -> list[psutil.Process]:
        try:
            return [self._process, *self._process.children(recursive=True)]
        except psutil.Error:
            return []

    def _busy(self) -> tuple[float, float]:
        """Seconds of processor (used by everybody, there were) until now; of a container only those used."""
        usage = self._container.usage
        if usage is not None:
            if usage.name == "cpu.stat":
                return _stat(usage, "usage_usec") / 1e6, 0.0
            return _number(usage) / 1e9, 0.0
        times = psutil.cpu_times()
        # Guests are in user already; what a hypervisor took is not the machine's to give.
        idle = times.idle + getattr(times, "iowait", 0.0)
        names = ("user", "nice", "system", "irq", "softirq", "interrupt", "dpc")
        busy = sum(getattr(times, name, 0.0) for name in names)
        return busy, busy + idle

    def _memory(self) -> tuple[int, int]:
        """(bytes there are, bytes in use without what can be given back at once)."""
        machine = psutil.virtual_memory()
        box = self._container.memory
        if box is None or self._container.limit >= MOST * machine.total:
            return machine.total, machine.total - machine.available
        held = _number(box / "memory.current") or _number(box / "memory.usage_in_bytes")
        spare = _stat(box / "memory.stat", "total_inactive_file", "inactive_file")
        return self._container.limit, max(held - spare, 0)
