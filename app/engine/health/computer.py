"""What is wrong with this computer: measured here, judged from plain values."""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
from msgspec import Struct

from app.engine.health.tallies import SECOND, Tallies
from app.model.counting import counted, size
from app.model.health import HealthFact

GB = 1_000_000_000
LOW_SHARE, LOW = 0.10, 20 * GB
"""The product warns below 20 % or 200 GB of a server's disk, whichever is smaller; for a workstation a tenth of that in bytes."""
LAST_SHARE, LAST = 0.02, 2 * GB
HOUR = 3_600 * SECOND
BUSY, BEHIND = 0.5, 30 * SECOND
"""Share of the queue of the store, and for how long it is fuller than that."""
GOVERNOR = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")


class Computer(Struct, frozen=True, kw_only=True):
    """free, total: bytes of the workspace's disk, 0 when unknown. queue: share of the store's queue in use.

    restarts: of captures, for want of memory, since this process began. listening: live sources run here. battery: it runs on
    one. saving: its processor is set to save power.
    """

    free: int = 0
    total: int = 0
    queue: float = 0.0
    restarts: int = 0
    listening: bool = False
    battery: bool = False
    saving: bool = False


def measured(workspace: Path, queue: float = 0.0, listening: bool = False, restarts: int = 0) -> Computer:
    """This computer now; takes a few milliseconds at most."""
    free = total = 0
    with suppress(OSError):
        usage = shutil.disk_usage(workspace.resolve().parent)
        free, total = usage.free, usage.total
    battery = saving = False
    if listening:
        with suppress(Exception):  # some systems have no such thing, and say so in many ways
            found = psutil.sensors_battery()
            battery = found is not None and found.power_plugged is False
        with suppress(OSError):
            saving = GOVERNOR.read_text().strip() == "powersave" and not _scales_by_itself()
    return Computer(free=free, total=total, queue=queue, restarts=restarts, listening=listening, battery=battery, saving=saving)


def _scales_by_itself() -> bool:
    """With these drivers the governor of this name saves no power under load (kernel documentation, intel_pstate, amd-pstate)."""
    with suppress(OSError):
        return GOVERNOR.with_name("scaling_driver").read_text().strip() in ("intel_pstate", "amd-pstate-epp", "amd_pstate_epp")
    return False


def computer_facts(one: Computer, now: int, tallies: Tallies) -> Iterator[HealthFact]:
    """Of one measurement."""
    if one.total and one.free < min(LOW_SHARE * one.total, LOW):
        last = one.free < min(LAST_SHARE * one.total, LAST)
        what = f"{size(one.free)} of {size(one.total)} are free where the workspace lies."
        yield HealthFact(rule="disk-low", subject="computer", what=what, severity="high" if last else "medium")
    if tallies.lasted("store-queue", now, one.queue > BUSY) >= BEHIND:
        what = f"The queue of the store is {100 * one.queue:.0f} % full, and was more than half full for half a minute."
        yield HealthFact(rule="store-overloaded", subject="workspace", what=what)
    if (more := tallies.grown("restarts", now, one.restarts, 0, HOUR)) > 0:
        what = f"Captures here began again {counted(more, 'time')} within an hour, for memory did not come back."
        yield HealthFact(rule="sensor-memory", subject="computer", what=what)
    if one.listening and (one.battery or one.saving):
        what = "This computer listens and runs on its battery." if one.battery else "The processor is set to save power."
        yield HealthFact(rule="on-battery", subject="computer", what=what)
