"""Put the sample case together from captures of the lab: `make.py LAB_CAPTURES_FOLDER`.

The stages of one intrusion are laid one after the other on one clock, four minutes apart, among an ordinary
morning's work; packets are unchanged, only their times are shifted. Writes intrusion.pcap and intrusion.json beside
this file, the same bytes for the same captures.
"""

import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
APART = 240.0
"""Seconds between the beginnings of two stages."""
WORK = (("benign_workday", 0.0, 6.0), ("benign_workday", 20.0, 23.0))
"""Slices of ordinary work: capture, first and last second."""
STAGES = (
    ("enum_samr", "samr_reconnaissance"),
    ("enum_smb_sessions", "smb_session_enumeration"),
    ("password_spray_kerberos", "brute_force"),
    ("asrep_roasting", "asrep_roasting"),
    ("kerberoasting", "kerberoasting"),
    ("pass_the_hash", None),
    ("remote_execution", "remote_execution"),
    ("dcsync_success", "dcsync"),
    ("golden_ticket", "golden_ticket_nonexistent"),
)
"""Capture and the detector that must find it (None: no detector of this version covers the technique)."""
HEADER = struct.Struct("<IHHiIII")
RECORD = struct.Struct("<IIII")


def packets(path: Path) -> list[tuple[float, bytes]]:
    """(seconds, frame) of a little-endian microsecond pcap of Ethernet frames."""
    data = path.read_bytes()
    magic, *_, link = HEADER.unpack_from(data)
    if magic != 0xA1B2C3D4 or link != 1:
        raise ValueError(f"{path} is not a capture of the lab")
    out, at = [], HEADER.size
    while at + RECORD.size <= len(data):
        seconds, micros, size, _ = RECORD.unpack_from(data, at)
        out.append((seconds + micros / 1e6, data[at + RECORD.size : at + RECORD.size + size]))
        at += RECORD.size + size
    return out


def step(event: dict[str, object], shift: float, detector: str | None) -> dict[str, object]:
    """One attack of the lab's own record on the clock of the case."""
    return {
        "label": event["label"],
        "technique": event["technique"],
        "attack": event["mitre"],
        "detector": detector,
        "source": event["src_ip"],
        "account": event["account"],
        "target": event["target"],
        "outcome": event["outcome"],
        "first": round(event["start"] + shift, 3),
        "last": round(event["end"] + shift, 3),
    }


def main() -> None:
    """Write the two files."""
    lab = Path(sys.argv[1])
    start = packets(lab / f"{STAGES[0][0]}.pcap")[0][0] // 3600 * 3600
    merged: list[tuple[float, bytes]] = []
    truth = []
    slots = [(name, 0.0, 1e9, detector) for name, detector in STAGES]
    slots[0:0] = [(WORK[0][0], WORK[0][1], WORK[0][2], None)]
    slots[5:5] = [(WORK[1][0], WORK[1][1], WORK[1][2], None)]
    for place, (name, first, last, detector) in enumerate(slots):
        told = json.loads((lab / f"{name}.json").read_text())
        frames = packets(lab / f"{name}.pcap")
        origin = frames[0][0]
        shift = start + place * APART - origin - first
        merged += [(at + shift, frame) for at, frame in frames if first <= at - origin <= last]
        truth += [step(event, shift, detector) for event in told["attack_events"]]
    merged.sort(key=lambda one: one[0])
    with (HERE / "intrusion.pcap").open("wb") as out:
        out.write(HEADER.pack(0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for at, frame in merged:
            micros = round(at * 1e6)
            out.write(RECORD.pack(micros // 1_000_000, micros % 1_000_000, len(frame), len(frame)) + frame)
    case = {
        "domain": "CORP.TEST",
        "controllers": ["10.77.0.10", "10.77.0.11"],
        "attacker": "10.77.0.66",
        "packets": len(merged),
        "attack_events": truth,
    }
    (HERE / "intrusion.json").write_text(json.dumps(case, indent=1) + "\n")


main()
