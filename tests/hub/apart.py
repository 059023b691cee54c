"""A hub in the network namespace that this process runs in, until standard input closes.

python -m tests.hub.apart FOLDER ADDRESS: writes the lines of a sensor s1 and an analyst ann, who find it at this address, then
says "ready".
"""

import sys
from pathlib import Path

from msgspec.structs import replace

from app.hub import authority
from app.link.place import to_line
from tests.hub.running import RunningHub


def main() -> None:
    """Run it."""
    folder, address = Path(sys.argv[1]), sys.argv[2]
    running = RunningHub(folder / "hub", always=True)
    running.hub = replace(running.hub, address="0.0.0.0", names=(*running.hub.names, address))
    authority.make_certificate(running.folder, running.hub)
    for role, id in (("sensor", "s1"), ("analyst", "ann")):
        place = running.add(role, id)  # type: ignore[arg-type]
        (folder / f"{role}.line").write_text(to_line(replace(place, urls=(f"tls://{address}:{running.hub.port}",))))
    running.start()
    print("ready", flush=True)
    sys.stdin.read()
    running.stop()


if __name__ == "__main__":
    main()
