"""The whole line against tshark decoding alone (row 3): `line.py MIX.pcap... [--runs N] [--core C] [--json OUT]`.

`analyze` is one process with its start-up: read, decoded, stored, indexed, resolved, all detectors run.
Both are pinned to one core.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIELDS = [
    "kerberos.msg_type",
    "kerberos.CNameString",
    "kerberos.SNameString",
    "kerberos.realm",
    "kerberos.ENCTYPE",
    "kerberos.error_code",
    "ntlmssp.auth.username",
    "ntlmssp.auth.domain",
    "ntlmssp.auth.hostname",
    "ldap.messageID",
    "ldap.baseObject",
    "ldap.protocolOp",
    "smb2.cmd",
    "smb2.filename",
    "smb2.tree",
    "smb2.nt_status",
    "dcerpc.opnum",
    "dcerpc.cn_bind_to_uuid",
    "dcerpc.pkt_type",
    "dns.qry.name",
    "dns.qry.type",
    "dns.flags.rcode",
]


def seconds(command: list[str], core: int) -> float:
    """Wall-clock seconds of a command pinned to a core."""
    began = time.perf_counter()
    done = subprocess.run(["taskset", "-c", str(core), *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode not in (0, 2):
        raise SystemExit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-400:]}")
    return time.perf_counter() - began


def main() -> int:
    """Print a table; ends with 1 when tshark or taskset is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--core", type=int, default=1)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (shutil.which("tshark") and shutil.which("taskset")):
        print("tshark and taskset are needed", file=sys.stderr)
        return 1
    rows = []
    for path in options.paths:
        peer = ["tshark", "-r", str(path.resolve()), "-T", "fields", *(word for field in FIELDS for word in ("-e", field))]
        ours, theirs = [], []
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory() as folder:
                workspace = str(Path(folder) / "case.wardlight")
                command = [sys.executable, "-m", "app", "analyze", str(path.resolve()), "--workspace", workspace, "--json"]
                ours.append(seconds(command, options.core))
            theirs.append(seconds(peer, options.core))
        row = {"input": path.name, "wardlight": statistics.median(ours), "tshark": statistics.median(theirs)}
        row["ratio"] = row["tshark"] / row["wardlight"]
        rows.append(row)
        print(
            f"{row['input']:20} wardlight {row['wardlight']:7.2f} s   "
            f"tshark {row['tshark']:7.2f} s   {row['ratio']:5.1f} x faster"
        )
    if options.json:
        options.json.write_text(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
