"""Run inside a network namespace: a hub, a sensor that captures mirrored traffic, and everything that its machine sends.

Prints one JSON object: frames sent by the interfaces that are not loopback, bytes on loopback that are not the hub's, activities.
With a third word active name resolution is on.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from msgspec.structs import replace

from app.model.sensor import Controller, SensorConfig
from app.model.source import CaptureSource, ResolverSource
from tests.hub.running import RunningHub, linked
from tests.sensor.service.running import Came, SensorProcess

SENT = "/sys/class/net/{}/statistics/tx_packets"


def sent(interface: str) -> int:
    return int(Path(SENT.format(interface)).read_text())


def main(folder: Path, capture: str, active: bool) -> None:
    hub = RunningHub(folder / "hub")
    place = hub.add("sensor", "s1")
    hub.add("analyst", "ann")
    hub.start()
    other = folder / "other.pcap"
    words = ["tcpdump", "-i", "lo", "-U", "-w", str(other), "not", "port", str(hub.hub.port)]
    dump = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    config = SensorConfig(
        sources=(CaptureSource(interfaces=("in",)),),
        controllers=(Controller(fqdn="dc1.corp.test"), Controller(fqdn="nowhere.example", addresses=("10.77.0.10",))),
        reserve=0.0,
    )
    if active:
        config = replace(config, resolver=ResolverSource(rate=50.0))
    before = sent("in"), sent("in2"), sent("out2")
    sensor = SensorProcess(folder / "sensor", place, config).start()
    try:
        sensor.until(lambda one: one.state == "running")
        subprocess.run(["tcpreplay", "-q", "-i", "out", "--topspeed", capture], capture_output=True, check=True)
        came = Came()
        end = time.monotonic() + 120
        with linked(hub.place("ann")) as link:
            while len(came.activities) < 500 and time.monotonic() < end:
                came.read(link, "passive")
        time.sleep(2)
        sensor.stop()
        after = sent("in"), sent("in2"), sent("out2")
    finally:
        if sensor.child is not None and sensor.child.poll() is None:
            sensor.kill()
        hub.stop()
        dump.terminate()
        dump.wait()
    frames = other.stat().st_size - 24 if other.exists() else -1
    print(
        json.dumps({"sent": [b - a for a, b in zip(before, after, strict=True)], "other": frames, "came": len(came.activities)})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], len(sys.argv) > 3)
