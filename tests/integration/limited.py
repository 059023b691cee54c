"""A control group with limits, for tests and benchmarks that need a small machine of their own."""

import itertools
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

V2 = Path("/sys/fs/cgroup")
V1 = Path("/sys/fs/cgroup")
KINDS = ("cpu", "cpuacct", "memory")
PERIOD = 100_000
GONE = 5.0
"""Seconds that processes which ended may still be in their group."""
_NUMBERS = itertools.count()


class Limited:
    """A small machine. folders: of its groups, one for each hierarchy."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = folders

    def command(self, *words: str) -> list[str]:
        """A command line that runs inside."""
        enter = "".join(f"echo $$ > {folder}/cgroup.procs; " for folder in self.folders)
        return ["sh", "-c", enter + 'exec "$@"', "sh", *words]

    def within(self, namespace: Sequence[str], *words: str) -> list[str]:
        """The same inside a network namespace too, which is entered with these words (`ip netns exec NAME`).

        That puts a /sys of its own in place of the one in which control groups lie: they are mounted there again.
        """
        if len(self.folders) == 1:
            mounts = f"mount -t cgroup2 none {V2}; "
        else:
            mounts = f"mount -t tmpfs none {V1}; " + "".join(
                f"mkdir {V1}/{kind}; mount -t cgroup -o {kind} none {V1}/{kind}; " for kind in KINDS
            )
        return self.command(*namespace, "sh", "-c", mounts + 'exec "$@"', "sh", *words)

    def throttled(self) -> int:
        """How often the limit stopped it so far."""
        for folder in self.folders:
            with suppress(OSError):
                words = (folder / "cpu.stat").read_text().split()
                return int(words[words.index("nr_throttled") + 1])
        return 0


def _second() -> bool:
    try:
        words = (V2 / "cgroup.controllers").read_text().split()
    except OSError:
        return False
    return {"cpu", "memory"} <= set(words)


def why_no_group(*needed: str) -> str:
    """Why there can be no such group here, "" when there can. needed: programs."""
    if os.name == "nt" or os.geteuid() != 0:
        return "making a control group needs root"
    missing = [one for one in needed if shutil.which(one) is None]
    if missing:
        return f"{missing[0]} is not installed"
    try:
        with limited(1.0, 1 << 30):
            return ""
    except OSError as error:
        return f"no control group can be made here: {error.strerror}"


@contextmanager
def limited(cores: float, memory: int) -> Iterator[Limited]:
    """A group of version 2, or of version 1 where that holds the controllers. Raises OSError when neither can be made."""
    name = f"wl-{os.getpid()}-{next(_NUMBERS)}"
    folders: list[Path] = []
    try:
        if _second():
            (V2 / "cgroup.subtree_control").write_text("+cpu +memory")
            folders.append(V2 / name)
            folders[0].mkdir()
            (folders[0] / "cpu.weight").write_text("10000")
            (folders[0] / "cpu.max").write_text(f"{int(cores * PERIOD)} {PERIOD}")
            (folders[0] / "memory.max").write_text(str(memory))
        else:
            for kind in KINDS:
                folder = (V1 / kind).resolve() / name
                if folder not in folders:
                    folder.mkdir()
                    folders.append(folder)
            (V1 / "cpu" / name / "cpu.shares").write_text("100000")  # it gets what it may have, whatever runs beside
            (V1 / "cpu" / name / "cpu.cfs_quota_us").write_text(str(int(cores * PERIOD)))
            (V1 / "memory" / name / "memory.limit_in_bytes").write_text(str(memory))
        yield Limited(folders)
    finally:
        until = time.monotonic() + GONE
        for folder in folders:
            while folder.is_dir() and time.monotonic() < until:
                try:
                    folder.rmdir()
                except OSError:
                    time.sleep(0.05)
