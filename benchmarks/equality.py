"""Equality with tshark: `equality.py FOLDER_OR_FILE... [--verbose] [--json OUT]`.

For each message that tshark shows, some activity of ours that counts that frame among its packets must say the same:
Kerberos type, etypes, names, error; NTLM user, domain, workstation; LDAP operation and base; SMB tree and file; RPC bind
interface and call number; DNS name and type. Prints matched and shown per protocol, and every difference with --verbose.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app.model.activity import Activity
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs

SEPARATOR = "\x1f"
Values = list[list[str]]
Check = Callable[[Values, list[Activity]], Iterator[tuple[str, bool]]]


def tshark(path: Path, what: str, fields: list[str]) -> Iterator[tuple[int, Values]]:
    """(frame, values of each field) of the frames that match a display filter."""
    command = ["tshark", "-r", str(path), "-Y", what, "-T", "fields", "-E", "occurrence=a", "-E", f"aggregator={SEPARATOR}"]
    command += ["-o", "tcp.analyze_sequence_numbers:TRUE", "-e", "frame.number"]
    for one in fields:
        command += ["-e", one]
    out = subprocess.run(command, capture_output=True, timeout=300).stdout.decode("utf-8", "replace")
    for line in out.splitlines():
        cells = line.split("\t")
        if cells[0].isdigit():
            values = [cell.split(SEPARATOR) if cell else [] for cell in cells[1:]]
            yield int(cells[0]), values + [[] for _ in range(len(fields) - len(values))]


def same(one: str | None, other: str | None) -> bool:
    """Names are compared without regard to case and to how what cannot be shown is shown."""
    clean = lambda text: "".join(c for c in (text or "").lower() if c.isascii() and c.isprintable() and c not in "\\�?")  # noqa: E731
    return clean(one) == clean(other)


def detail(activity: Activity, name: str) -> object:
    """A field of the detail, None where it has none."""
    return getattr(activity.detail, name, None)


def kerberos(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """msg_type, cname, sname, realm, error, request etypes."""
    types, errors, etypes, names = values
    mine = [one for one in ours if one.kind.startswith("kerberos")]
    for kind in types:
        wanted = {"10": "kerberos-as", "11": "kerberos-as", "12": "kerberos-tgs", "13": "kerberos-tgs", "14": "kerberos-ap"}.get(
            kind
        )
        if kind == "30":
            ok = any(str(one.code) in errors for one in mine)
            yield f"error {errors}", ok
        elif wanted == "kerberos-ap":
            # the AP-REQ inside a TGS-REQ is part of the TGS exchange
            # and one inside FAST armour part of the AS exchange
            yield (
                "AP-REQ",
                any(one.kind in ("kerberos-ap", "kerberos-tgs", "kerberos-password") or detail(one, "fast") for one in mine),
            )
        elif wanted:
            found = [one for one in mine if one.kind == wanted]
            ok = bool(found)
            if ok and kind in ("10", "12") and len(types) <= 2 and etypes:
                asked = {
                    str(number & 0xFFFFFFFF if number < 0 else number) for one in found for number in one.detail.request_etypes
                }
                asked |= {str(number) for one in found for number in one.detail.request_etypes}
                ok = set(etypes) & asked != set() or not asked
            if ok and names and kind in ("10", "12"):
                said = " ".join(f"{detail(one, 'client')}/{detail(one, 'service')}" for one in found).lower()
                ok = all(same(part, part) and part.lower() in said for part in names[:2] if part.isascii())
            yield f"{wanted} {names[:3]} {etypes[:4]}", ok


def ntlm(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """user, domain, workstation of each AUTHENTICATE."""
    types, users, domains, hosts = values
    for place, _ in enumerate([one for one in types if one in ("3", "0x00000003")]):
        wanted = [side[place] if place < len(side) else "" for side in (users, domains, hosts)]
        wanted = ["" if one == "NULL" else one for one in wanted]
        ok = any(
            same(wanted[0], one.detail.user) and same(wanted[1], one.detail.domain) and same(wanted[2], one.detail.workstation)
            for one in ours
            if one.kind == "ntlm"
        )
        yield f"user {wanted}", ok


LDAP_KINDS = {"0": "ldap-bind", "3": "ldap-search", "6": "ldap-modify", "8": "ldap-add", "10": "ldap-delete", "12": "ldap-rename"}


def ldap(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Operation and base object."""
    operations, bases = values
    for operation in operations:
        if operation in LDAP_KINDS:
            kinds = (LDAP_KINDS[operation], "ldap-ping") if operation == "3" else (LDAP_KINDS[operation],)
            found = [one for one in ours if one.kind in kinds]
            ok = bool(found)
            if ok and operation == "3" and bases:
                ok = any(one.kind == "ldap-ping" or any(same(base, one.detail.base) for base in bases) for one in found)
            yield f"{kinds[0]} {bases}", ok


def tree(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Share of each tree connect."""
    for path in values[0]:
        yield (
            path,
            any(
                same(path, one.detail.path) or same(path.rsplit("\\", 1)[-1], one.detail.name)
                for one in ours
                if one.kind == "smb-tree"
            ),
        )


def tree_1(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Share of an SMB 1 tree connect: the last path; those before it are what tshark remembers for the header."""
    yield from tree([values[0][-1:]], ours)


def opened(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Name of each file opened; a named pipe is shown by its RPC activities."""
    for name in values[0]:
        if not name or name.startswith("File: "):
            continue
        tail = name.replace("/", "\\").rsplit("\\", 1)[-1]
        ok = any(same(tail, one.detail.name.replace("/", "\\").rsplit("\\", 1)[-1]) for one in ours if one.kind == "smb-file")
        yield name, ok or tail.lower() in PIPES


def bind(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Interface of each presentation context."""
    for uuid in values[0]:
        yield uuid, any(one.kind == "rpc-bind" and same(uuid, one.detail.interface) for one in ours)


def call(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Operation number of each request."""
    numbers = Counter(values[0])
    mine = Counter(str(one.detail.opnum) for one in ours if one.kind == "rpc-call")
    for number, count in numbers.items():
        for place in range(count):
            yield f"opnum {number}", place < mine[number]


def dns(values: Values, ours: list[Activity]) -> Iterator[tuple[str, bool]]:
    """Name and type of each question."""
    from app.sensor.decoders.dns import TYPES

    for name, kind in zip(*values, strict=False):
        wanted = TYPES.get(int(kind), f"TYPE{kind}")
        name = "" if name == "<Root>" else name
        yield (
            f"{name} {wanted}",
            any(
                one.kind == "dns-update"
                or (one.kind == "dns-query" and one.detail.type == wanted and same(name.rstrip("."), one.detail.name.rstrip(".")))
                for one in ours
            ),
        )


CHECKS: dict[str, tuple[str, list[str], Check]] = {
    "kerberos": (
        "kerberos.msg_type",
        ["kerberos.msg_type", "kerberos.error_code", "kerberos.ENCTYPE", "kerberos.CNameString"],
        kerberos,
    ),
    "ntlm": (
        "ntlmssp.messagetype == 3",
        ["ntlmssp.messagetype", "ntlmssp.auth.username", "ntlmssp.auth.domain", "ntlmssp.auth.hostname"],
        ntlm,
    ),
    "ldap": ("ldap.protocolOp && tcp", ["ldap.protocolOp", "ldap.baseObject"], ldap),
    "smb2 tree": ("smb2.cmd == 3 && smb2.flags.response == 0", ["smb2.tree"], tree),
    "smb2 file": ("smb2.cmd == 5 && smb2.flags.response == 0", ["smb2.filename"], opened),
    "smb1 tree": ("smb.cmd == 0x75 && smb.flags.response == 0", ["smb.path"], tree_1),
    "smb1 file": ("smb.cmd == 0xa2 && smb.flags.response == 0", ["smb.file"], opened),
    "rpc bind": ("dcerpc.pkt_type == 11 || dcerpc.pkt_type == 14", ["dcerpc.cn_bind_to_uuid"], bind),
    "rpc call": ("dcerpc.pkt_type == 0 && dcerpc.cn_flags.first_frag == 1", ["dcerpc.opnum"], call),
    "dns": ("dns && !mdns && !llmnr && udp && !icmp", ["dns.qry.name", "dns.qry.type"], dns),
}


PIPES: set[str] = set()
"""Pipes that calls of the capture at hand went through: the opening of a pipe is told by its calls, not as a file."""


def compare(path: Path) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """(protocol to (matched, shown), differences) of one capture."""
    by_frame: dict[int, list[Activity]] = defaultdict(list)
    PIPES.clear()

    def sink(batch: list[Activity]) -> None:
        for one in batch:
            PIPES.add(str(detail(one, "pipe") or "").lower())
            for frame in one.frames:
                by_frame[frame].append(one)

    for found in find_inputs([path]):
        read_input(found, sink, lambda *_: None, lambda: False)
    totals, differences = {}, []
    for name, (what, fields, check) in CHECKS.items():
        matched = shown = 0
        for frame, values in tshark(path, what, fields):
            ours = by_frame.get(frame, [])
            if name == "dns" and not ours:  # the same datagram, mirrored twice, is one: it is told at its first frame
                ours = [one for near in range(frame - 3, frame) for one in by_frame.get(near, [])]
            for said, ok in check(values, ours):
                shown += 1
                matched += ok
                if not ok:
                    kinds = sorted({one.kind for one in by_frame.get(frame, [])})
                    differences.append(f"{path.name} frame {frame} {name}: {said}; ours: {kinds}")
        if shown:
            totals[name] = (matched, shown)
    return totals, differences


def main() -> int:
    """Compare all captures; ends with 1 when a protocol is under 99.5 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not shutil.which("tshark"):
        print("tshark is not installed", file=sys.stderr)
        return 2
    files = [
        f
        for one in options.paths
        for f in (sorted(one.iterdir()) if one.is_dir() else [one])
        if f.suffix in (".pcap", ".pcapng", ".cap")
    ]
    matched, shown = Counter(), Counter()
    worst = []
    for path in files:
        totals, differences = compare(path)
        for name, (good, all_) in totals.items():
            matched[name] += good
            shown[name] += all_
        if differences:
            worst.append((len(differences), path.name))
        if options.verbose:
            print("\n".join(differences))
    print(f"{'protocol':10} {'equal':>8} {'shown':>8} {'share':>8}")
    for name in sorted(shown):
        print(f"{name:10} {matched[name]:8,} {shown[name]:8,} {matched[name] / shown[name]:8.2%}")
    print("files with most differences:", sorted(worst, reverse=True)[:15])
    if options.json:
        options.json.write_text(json.dumps({name: [matched[name], shown[name]] for name in shown}))
    return 0 if all(matched[name] / shown[name] >= 0.995 for name in shown) else 1


if __name__ == "__main__":
    sys.exit(main())
