"""The way between two network namespaces, packet by packet: late, in another order, twice, lost or cut.

What netem does in a kernel that has it (tc-netem(8)); here it is done to the packets of two tunnel devices (kernel
documentation, tuntap), so that TCP itself has to put them right.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from tests.integration.namespace import Namespace

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DEVICE = Path("/dev/net/tun")
LATE, SPREAD = 0.01, 0.06
"""Seconds that every packet waits, and that chance adds: more than lies between two packets, so that they overtake each other."""
LOST, TWICE = 0.01, 0.01
"""Share of the packets."""
LARGEST = 1 << 16


def why_no_air() -> str:
    """Why there is none here, "" when there is."""
    return "" if DEVICE.exists() and os.access(DEVICE, os.R_OK | os.W_OK) else "there are no tunnel devices here"


class Air:
    """weather: fair lets all pass at once, bad as the module says, cut nothing. overtaken, lost, twice: packets so far."""

    def __init__(self, ends: tuple[int, int]) -> None:
        self.weather: Literal["fair", "bad", "cut"] = "fair"
        self.overtaken = self.lost = self.twice = 0
        self._other = {ends[0]: ends[1], ends[1]: ends[0]}
        self._chance = random.Random(7)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Carry nothing more."""
        self._over.set()
        self._thread.join(10)

    def _carry(self) -> None:
        waiting: list[tuple[float, int, int, bytes]] = []
        number = 0
        newest = dict.fromkeys(self._other, 0)
        while not self._over.is_set():
            wait = min(max(waiting[0][0] - time.monotonic(), 0.0), 0.1) if waiting else 0.1
            for end in select.select(list(self._other), [], [], wait)[0]:
                packet = os.read(end, LARGEST)
                for due in self._when():
                    number += 1
                    heapq.heappush(waiting, (due, number, self._other[end], packet))
            now = time.monotonic()
            while waiting and waiting[0][0] <= now:
                _, place, end, packet = heapq.heappop(waiting)
                self.overtaken += place < newest[end]
                newest[end] = max(newest[end], place)
                os.write(end, packet)

    def _when(self) -> list[float]:
        """The times at which a packet arrives."""
        now = time.monotonic()
        if self.weather == "fair":
            return [now]
        if self.weather == "cut" or self._chance.random() < LOST:
            self.lost += 1
            return []
        twice = self._chance.random() < TWICE
        self.twice += twice
        return [now + LATE + self._chance.random() * SPREAD for _ in range(1 + twice)]


@contextmanager
def air(one: Namespace, other: Namespace) -> Iterator[Air]:
    """Between two namespaces, whose addresses on it are 10.77.0.1 and 10.77.0.2."""
    ends: list[int] = []
    try:
        for number, net in enumerate((one, other), 1):
            end = os.open(DEVICE, os.O_RDWR)
            ends.append(end)
            name = f"wl{os.getpid()}-{number}"
            fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
            subprocess.run(["ip", "link", "set", name, "netns", net.name], check=True)
            net.run("ip", "address", "add", f"10.77.0.{number}/24", "dev", name)
            net.run("ip", "link", "set", name, "up")
        between = Air((ends[0], ends[1]))
        try:
            yield between
        finally:
            between.close()
    finally:
        for end in ends:
            os.close(end)
