"""A network namespace with a pair of virtual Ethernet interfaces, for tests and benchmarks that need real traffic."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NEEDED = ("ip", "tcpreplay")
_NUMBERS = itertools.count()


def why_not() -> str:
    """Why there can be no namespace here, "" when there can."""
    if sys.platform != "linux":
        return "network namespaces are of Linux"
    if os.geteuid() != 0:
        return "making a network namespace needs root"
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing:
        return f"{missing[0]} is not installed"
    name = f"wl-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        return "this system lets nobody make a network namespace"
    veth = subprocess.run(
        ["ip", "-n", name, "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"], capture_output=True
    )
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return "this system has no virtual Ethernet" if veth.returncode else ""


class Namespace:
    """Send into "out"; it arrives at "in". A second pair is "out2", "in2"."""

    def __init__(self, name: str) -> None:
        self.name = name

    def command(self, *words: str) -> list[str]:
        """A command line that runs inside."""
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words: str, timeout: float = 120) -> str:
        """Run a command inside; its output. Raises CalledProcessError."""
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=timeout, check=True)
        return done.stdout + done.stderr

    def start(self, words: Sequence[str], **more: object) -> "subprocess.Popen[bytes]":
        """Start this program inside: `python -m app WORDS`."""
        environment = dict(os.environ, PYTHONPATH=str(ROOT))
        return subprocess.Popen(
            self.command(sys.executable, *words),
            cwd=ROOT,
            env=environment,
            **more,  # type: ignore[call-overload,no-any-return]
        )

    def counter(self, interface: str, name: str) -> int:
        """One of the interface's statistics, as rx_packets."""
        return int(self.run("cat", f"/sys/class/net/{interface}/statistics/{name}"))


@contextmanager
def namespace(pairs: int = 1) -> Iterator[Namespace]:
    """A namespace with as many pairs of interfaces; nothing but what is sent there is on them."""
    inside = Namespace(f"wl-{os.getpid()}-{next(_NUMBERS)}")
    subprocess.run(["ip", "netns", "add", inside.name], check=True)
    try:
        inside.run(
            "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"
        )
        inside.run("ip", "link", "set", "lo", "up")
        for number in ("", "2", "3")[:pairs]:
            inside.run("ip", "link", "add", f"out{number}", "type", "veth", "peer", "name", f"in{number}")
            inside.run("ip", "link", "set", f"out{number}", "mtu", "65535", "up")
            inside.run("ip", "link", "set", f"in{number}", "mtu", "65535", "up")
        yield inside
    finally:
        subprocess.run(["ip", "netns", "del", inside.name], check=False)
