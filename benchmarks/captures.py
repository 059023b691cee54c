"""Compare the reading of captures with tshark and tcpdump: time and private memory, as ratios of one run.

    python benchmarks/captures.py MIX.pcap AUTHENTICATION.pcap [--repeat 5] [--json OUT.json] [--core 0]

Every measurement is a whole process with its start-up on one pinned core; the table gives medians. Needs tshark, tcpdump
and taskset.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIELDS = [
    "frame.number",
    "kerberos.msg_type",
    "kerberos.CNameString",
    "kerberos.SNameString",
    "kerberos.realm",
    "kerberos.error_code",
    "kerberos.etype",
    "ntlmssp.auth.username",
    "ntlmssp.auth.domain",
    "ntlmssp.auth.hostname",
    "ntlmssp.ntlmserverchallenge",
    "ldap.messageID",
    "ldap.name",
    "ldap.baseObject",
    "ldap.resultCode",
    "smb2.cmd",
    "smb2.nt_status",
    "smb2.filename",
    "smb2.tree",
    "dcerpc.opnum",
    "dns.qry.name",
    "radius.code",
]
"""Twenty-two fields that tell who did what."""
FILTER = "port 88 or port 389 or port 445 or port 135 or port 139 or port 53 or port 464 or port 3268 or port 1812 or port 1813"

DECODE = """
import sys; from pathlib import Path
from app.sensor.sensor import read_input; from app.sensor.sources.inputs import find_inputs
total = 0
def sink(batch):
    global total
    total += len(batch)
for one in find_inputs([Path(sys.argv[1])]):
    read_input(one, sink)
print(total)
"""
TRIAGE = """
import sys; from pathlib import Path
from app.sensor.packets.traffic import Traffic
from app.sensor.packets.layers import transport
from app.sensor.packets.fragments import Fragments
from app.sensor.sensor import known_conversations
from app.sensor.sources.inputs import find_inputs, opened
from app.sensor.sources.pcap import walk_pcap
traffic, fragments, total = Traffic("", known_conversations(), lambda one: None), Fragments(), 0
note = lambda *_: None
import time; began = time.perf_counter()
for one in find_inputs([Path(sys.argv[1])]):
    for records in walk_pcap(opened(one)[0].data, note):
        total += len(traffic.select(transport(records, fragments, note))[0])
print(total, time.perf_counter() - began)
"""


def run(command: list[str], core: int) -> tuple[float, float, str]:
    """(seconds, private megabytes at the peak, output) of one process on one core."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+") as out:
        began = time.perf_counter()
        child = subprocess.Popen(["taskset", "-c", str(core), *command], stdout=out, stderr=subprocess.DEVNULL, env=environment)
        peak = [0.0]

        def watch() -> None:
            while child.poll() is None:
                peak[0] = max(peak[0], private(child.pid))
                time.sleep(0.1)

        watcher = threading.Thread(target=watch)
        watcher.start()
        child.wait()
        seconds = time.perf_counter() - began
        watcher.join()
        out.seek(0)
        return seconds, peak[0], out.read()


def private(process: int) -> float:
    """Megabytes that only this process holds and no file backs."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Anonymous:")) / 1024


def median(command: list[str], core: int, repeat: int) -> tuple[float, float, str]:
    runs = [run(command, core) for _ in range(repeat)]
    return statistics.median(one[0] for one in runs), max(one[1] for one in runs), runs[-1][2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mix", type=Path)
    parser.add_argument("authentication", type=Path)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    python = [sys.executable, "-c"]
    fields = [word for field in FIELDS for word in ("-e", field)]
    rows = []

    def row(number: str, what: str, ours: float, theirs: float, unit: str, reach: str, good: bool) -> None:
        rows.append(
            {
                "row": number,
                "what": what,
                "ours": round(ours, 3),
                "theirs": round(theirs, 3),
                "unit": unit,
                "reach": reach,
                "good": good,
            }
        )

    for number, name, path, factor in (("1", "mix", given.mix, 15), ("2", "authentication", given.authentication, 10)):
        ours, held, out = median([*python, DECODE, str(path)], given.core, given.repeat)
        theirs, taken, _ = median(
            ["tshark", "-n", "-r", str(path), "-T", "fields", *fields], given.core, max(1, given.repeat // 2)
        )
        row(
            number,
            f"{name} to {out.strip()} activities, tshark to fields",
            ours,
            theirs,
            "s",
            f"{factor} x faster",
            theirs >= factor * ours,
        )
        row("5", f"private memory, {name}", held, taken, "MB", "at most 150 MB", held <= 150)
    ours, _, out = median([*python, TRIAGE, str(given.mix)], given.core, given.repeat)
    theirs, _, _ = median(["tcpdump", "-r", str(given.mix), "-w", "/dev/null", FILTER], given.core, given.repeat)
    inner = float(out.split()[1])
    row("4", "triage, whole process; tcpdump with a filter", ours, theirs, "s", "at most 2 x slower", ours <= 2 * theirs)
    row("4", "triage without start-up; tcpdump with a filter", inner, theirs, "s", "at most 2 x slower", inner <= 2 * theirs)
    print(f"{'row':4}{'what':62}{'ours':>9}{'theirs':>9} {'':3}{'ratio':>7}  reach")
    for one in rows:
        ratio = one["theirs"] / one["ours"] if one["ours"] else 0
        print(
            f"{one['row']:4}{one['what']:62}{one['ours']:9}{one['theirs']:9} {one['unit']:3}{ratio:7.1f}  "
            f"{one['reach']}: {'reached' if one['good'] else 'not reached'}"
        )
    if given.json:
        given.json.write_text(json.dumps({"repeat": given.repeat, "core": given.core, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
