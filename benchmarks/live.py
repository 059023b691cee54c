"""Highest rate without loss on one core: `live.py MIX.pcap AUTH.pcap [--core C] [--json OUT]`. Needs root, tcpreplay, tcpdump.

Packets are replayed over a pair of virtual interfaces in a network namespace, each file once at a constant rate, sender on
another core. The programs: `listen` (everything decoded, stored, detected, packets kept), tcpdump writing to disk, scapy's
sniffer that only counts. The rate is doubled until packets are lost, then bisected to a tenth. Give files of several times
the ring (64 MiB), else the ring swallows them at any rate. Above the highest rate, what is lost must be counted exactly.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.integration.namespace import Namespace, namespace, why_not

SNIFFER = """
import signal, sys
from scapy.sendrecv import AsyncSniffer
count = 0
def seen(packet):
    global count
    count += 1
sniffer = AsyncSniffer(iface="in", prn=seen, store=False, quiet=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("received", count) or 0))
sniffer.start()
print("listening", file=sys.stderr, flush=True)
signal.pause()
"""


def run(net: Namespace, program: str, capture: Path, mbps: float, core: int, folder: Path) -> tuple[int, int, int, float]:
    """(packets that arrived, received, dropped by the program's own count, Mbit/s that was sent)."""
    for old in folder.iterdir():
        if old.is_dir():
            for one in old.iterdir():
                one.unlink()
            old.rmdir()
        else:
            old.unlink()
    words = {
        "wardlight": [sys.executable, "-m", "app", "listen", str(folder / "case.wardlight"), "-i", "in", "--filter", "greater 0"],
        "wardlight, own filter": [sys.executable, "-m", "app", "listen", str(folder / "case.wardlight"), "-i", "in"],
        "tcpdump": ["tcpdump", "-Z", "root", "-n", "-B", "65536", "-i", "in", "-w", str(folder / "out.pcap")],
        "scapy": [sys.executable, "-c", SNIFFER],
    }[program]
    child = subprocess.Popen(
        net.command("taskset", "-c", str(core), *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
    )
    assert child.stderr is not None
    for line in child.stderr:
        if b"listening" in line or line.rstrip().endswith(b": running"):
            break
    time.sleep(0.5)
    before = net.counter("in", "rx_packets")
    speed = ["--topspeed"] if mbps <= 0 else [f"--mbps={mbps:.2f}"]
    sent = net.run("taskset", "-c", str(1 - core), "tcpreplay", "-q", "-K", "-i", "out", *speed, str(capture), timeout=900)
    arrived = net.counter("in", "rx_packets") - before
    actual = float(re.search(r"([\d.]+) Mbps", sent).group(1))  # type: ignore[union-attr]
    time.sleep(1 if program == "tcpdump" else 6)  # what waits in the buffers is not lost
    child.send_signal(signal.SIGTERM)
    out, errors = child.communicate(timeout=300)
    text = (out + errors).decode()
    if program == "tcpdump":
        received = int(re.search(r"(\d+) packets captured", text).group(1))  # type: ignore[union-attr]
        dropped = int(re.search(r"(\d+) packets dropped by kernel", text).group(1))  # type: ignore[union-attr]
    elif program == "scapy":
        received = int(re.search(r"received (\d+)", text).group(1))  # type: ignore[union-attr]
        dropped = arrived - received
    else:
        match = re.search(r"([\d,]+) received, [\d,]+ activities, ([\d,]+) dropped", text)
        assert match is not None, text
        received, dropped = (int(one.replace(",", "")) for one in match.groups())
    return arrived, received, dropped, actual


def cut(capture: Path, size: int, out: Path) -> Path:
    """The first bytes of a capture, for what is so slow that all of it would take hours."""
    with capture.open("rb") as file:
        out.write_bytes(file.read(size))
    return out


def highest(net: Namespace, program: str, capture: Path, core: int, folder: Path, within: float) -> tuple[float, float]:
    """(Mbit/s, packets per second) at which nothing was lost."""
    if program == "scapy":
        capture = cut(capture, 16 << 20, folder.parent / f"{folder.name}-short.pcap")
    low, high, best = 0.0, 0.0, (0.0, 0.0)
    rate = {"scapy": 8.0, "tcpdump": 400.0}.get(program, 60.0)
    size = capture.stat().st_size * 8 / 1e6
    while high == 0 or high / max(low, 0.1) > within:
        arrived, received, dropped, actual = run(net, program, capture, rate, core, folder)
        print(f"  {program} at {actual:.0f} Mbit/s: {arrived:,} arrived, {received:,} received, {dropped:,} dropped", flush=True)
        if dropped:
            high = rate
        else:
            low, best = rate, (actual, arrived / (size / actual))
            if actual < rate * 0.8:  # the sender is at its end
                break
        rate = (low * high) ** 0.5 if high and low else high / 2 if high else low * 2
        if high and high < 0.5:
            break
    return best


def main() -> int:
    """Print a table; ends with 1 when something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("captures", nargs="+", type=Path)
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--within", type=float, default=1.1, help="the highest rate is known to this factor")
    parser.add_argument("--programs", default="wardlight,tcpdump,scapy")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if why := why_not():
        print(why, file=sys.stderr)
        return 1
    rows = []
    with namespace() as net, tempfile.TemporaryDirectory() as scratch:
        for capture in options.captures:
            for program in options.programs.split(","):
                mbps, pps = highest(net, program, capture.resolve(), options.core, Path(scratch), options.within)
                rows.append({"capture": capture.name, "program": program, "mbps": mbps, "pps": pps})
                print(f"{capture.name:16} {program:22} {mbps:8.0f} Mbit/s {pps:10,.0f} packets/s without loss", flush=True)
            arrived, received, dropped, actual = run(net, "wardlight", capture.resolve(), 0, options.core, Path(scratch))
            exact = arrived == received + dropped
            rows.append(
                {"capture": capture.name, "overload": actual, "arrived": arrived, "received": received, "dropped": dropped}
            )
            print(
                f"{capture.name:16} overload at {actual:.0f} Mbit/s: {arrived:,} arrived = {received:,} received "
                f"+ {dropped:,} dropped: {'exact' if exact else 'NOT EXACT'}"
            )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
