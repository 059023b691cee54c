"""Small captures of attacks made message by message, and the program run on them."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.session import Session
from tests.sensor import ber
from tests.sensor.authentication_samples import error, padata, request, sealed
from tests.sensor.wire import ether, ip4, pcap, tcp, udp

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "resources" / "samples" / "intrusion.pcap"
START = 1_770_000_000_000_000
SECOND = 1_000_000
CLIENT, SERVER = "10.9.0.66", "10.9.0.10"
Packet = tuple[int, bytes]


def talk(port: int, messages: Iterable[tuple[bool, bytes]], at: int, sport: int = 50_000, client: str = CLIENT) -> list[Packet]:
    """One TCP connection to SERVER, a millisecond between packets; messages: (client says it, bytes)."""
    out: list[Packet] = []
    sent = {True: 1001, False: 2001}

    def packet(says: bool, data: bytes, flags: int = 16) -> None:
        ends, ports = ((client, SERVER), (sport, port)) if says else ((SERVER, client), (port, sport))
        segment = tcp(*ports, sent[says] - (flags & 2) // 2, data, flags, sent[not says])
        out.append((at + len(out) * 1000, ether(ip4(*ends, 6, segment))))
        sent[says] += len(data)

    packet(True, b"", 2)
    packet(False, b"", 18)
    for says, data in messages:
        for start in range(0, len(data), 1400):
            packet(says, data[start : start + 1400])
    packet(True, b"", 17)
    packet(False, b"", 17)
    return out


def ask(port: int, question: bytes, answer: bytes, at: int, sport: int = 50_000, client: str = CLIENT) -> list[Packet]:
    """One question over UDP to SERVER with its answer."""
    return [
        (at, ether(ip4(client, SERVER, 17, udp(sport, port, question)))),
        (at + 1000, ether(ip4(SERVER, client, 17, udp(port, sport, answer)))),
    ]


def preauthentication(client: str) -> bytes:
    """AS-REQ with an encrypted timestamp."""
    return request(10, client, ("krbtgt", "A.TEST"), padata(2, sealed(18, b"timestamp of nobody")))


def spray(users: Sequence[str], at: int = START, client: str = CLIENT) -> list[Packet]:
    """One wrong Kerberos password for each user, a second apart."""
    out: list[Packet] = []
    for number, user in enumerate(users):
        out += ask(88, preauthentication(user), error(24, ("krbtgt", "A.TEST")), at + number * SECOND, 40_000 + number, client)
    return out


def guesses(names: Sequence[str], at: int = START, client: str = CLIENT) -> list[Packet]:
    """One LDAP simple bind with a wrong password for each name."""
    out: list[Packet] = []
    for number, name in enumerate(names):
        said = [
            (True, ber.message(1, ber.simple_bind(name, "Winter2026"))),
            (False, ber.message(1, ber.result(0x61, 49, "80090308: LdapErr, data 52e"))),
        ]
        out += talk(389, said, at + number * SECOND, 51_000 + number, client)
    return out


def save(path: Path, packets: Sequence[Packet]) -> Path:
    """Write packets in time order as a pcap."""
    path.write_bytes(pcap(sorted(packets, key=lambda one: one[0])))
    return path


def long_capture(path: Path, times: int) -> Path:
    """The sample again and again, each time an hour later."""
    data = SAMPLE.read_bytes()
    out, at = [data[:24]], 24
    records = []
    while at + 16 <= len(data):
        seconds, micros, size, length = struct.unpack_from("<IIII", data, at)
        records.append((seconds, micros, size, length, data[at + 16 : at + 16 + size]))
        at += 16 + size
    for round_ in range(times):
        out += [struct.pack("<IIII", one[0] + 3600 * round_, *one[1:4]) + one[4] for one in records]
    path.write_bytes(b"".join(out))
    return path


def wardlight(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a process of its own."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command(*arguments), capture_output=True, timeout=120, cwd=ROOT, env=variables)


def command(*arguments: object) -> list[str]:
    """What starts the program."""
    return [sys.executable, "-m", "app", *(str(one) for one in arguments)]


def outcome(workspace: Path) -> tuple[list[dict[str, Any]], list[bytes]]:
    """Alerts and activity lines of a workspace, as scripts see them, without the paths of inputs."""
    from app.session import Seconds

    session = Session.open(workspace)
    try:
        whole = session.analysis(Seconds(), {})
        lines = workspace.with_suffix(".jsonl")
        session.write_activities(lines)
        paths = {one.path: one.key for one in session.queries.inputs()}
    finally:
        session.close()
    alerts: Any = whole["alerts"]
    for one in alerts:
        for place in one["evidence"]:
            place["input"] = paths[place["input"]]
    activities = []
    for line in lines.read_bytes().splitlines():
        activity = json.loads(line)
        for place in activity["evidence"]:
            place["input"] = paths[place["input"]]
        activities.append(json.dumps(activity, sort_keys=True).encode())
    return alerts, activities
