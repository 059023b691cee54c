"""Compare the synchronisation of a large directory with ldapsearch: time and peak memory, against one Samba controller.

    python benchmarks/directory.py [--users 60000] [--repeat 3] [--server samba|openldap] [--json OUT.json]

Makes the domain in network namespaces of its own (root, Samba 4 and ldap-utils needed), fills it, and measures in turns:
ldapsearch in pages into a file with the same filter and attributes over LDAPS, ldap3's own paged search of them, and the
source itself, mapped, compared and remembered in its state file; then the source once more with nothing and with 100 changed.
Samba takes hours to fill with 60,000 objects; OpenLDAP with attributes and values as Active Directory has them takes seconds and
answers fast, so that what is measured is the client.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.openldap import Openldap  # noqa: E402
from tests.integration.samba.controller import BASE, PASSWORD, Controller, missing  # noqa: E402

CHUNK = 2500
SOURCE = """
import resource, sys, threading, time
from app.model.source import DirectorySource
from app.sensor.sources.ldap.connection import connect
from app.sensor.sources.ldap.state import State
from app.sensor.sources.ldap.synchronise import Synchroniser
from pathlib import Path
class Counting:
    activities = objects = size = 0
    def put(self, batch): self.activities += len(batch)
    def received(self, records, bytes, last): self.objects += records; self.size += bytes
    def dropped(self, *_): pass
    def note(self, *_): pass
    def state(self, *_): pass
out = Counting()
began = time.perf_counter()
state = State(Path(sys.argv[4]))
whole = Synchroniser(state, "benchmark", out, lambda: False)
whole.run(connect(DirectorySource(url=sys.argv[1], user=sys.argv[2], authorities=sys.argv[5]), sys.argv[3]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(time.perf_counter() - began, out.objects, out.activities, out.size, peak, time.process_time())
"""
PLAIN = """
import resource, ssl, sys, time, ldap3
from app.sensor.decoders.directory.object import READ
from app.sensor.sources.ldap.search import OBJECTS
began, total = time.perf_counter(), 0
tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=sys.argv[4])
server = ldap3.Server(sys.argv[1], use_ssl=True, tls=tls, get_info=ldap3.NONE)
connection = ldap3.Connection(server, sys.argv[2], sys.argv[3], auto_bind=True, check_names=False)
for one in connection.extend.standard.paged_search(sys.argv[5], OBJECTS, attributes=list(READ), paged_size=500):
    total += 1
print(time.perf_counter() - began, total, 0, 0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.process_time())
"""


def fill(domain: Controller, users: int) -> None:
    """Nine of ten objects users, the rest computers; every fiftieth many a group of 300, one group of 5,000."""
    for start in range(0, users, CHUNK):
        lines = []
        for number in range(start, min(start + CHUNK, users)):
            computer = number % 10 == 9
            name = f"{'c' if computer else 'u'}{number:06}"
            lines += [
                f"dn: CN={name},CN={'Computers' if computer else 'Users'},{BASE}",
                "changetype: add",
                f"objectClass: {'computer' if computer else 'user'}",
                f"sAMAccountName: {name}{'$' if computer else ''}",
                f"displayName: Somebody Number {number}",
                f"description: made for a measurement, department {number % 40}",
            ]
            if computer:
                lines += [f"dNSHostName: {name}.example.test", f"servicePrincipalName: HOST/{name}.example.test"]
            else:
                lines += [f"mail: {name}@example.test", f"userPrincipalName: {name}@example.test", f"title: Clerk {number % 9}"]
            lines.append("")
        domain.modify("\n".join(lines) + "\n")
        print(f"\rfilled {min(start + CHUNK, users):,}", end="", file=sys.stderr, flush=True)
    people = [number for number in range(users) if number % 10 != 9]
    for group in range(0, users // 400):
        some = people[group * 300 : (group + 1) * 300] if group else people[:5000]
        members = "\n".join(f"member: CN=u{number:06},CN=Users,{BASE}" for number in some)
        text = (
            f"dn: CN=g{group:04},CN=Users,{BASE}\nchangetype: add\nobjectClass: group\nsAMAccountName: g{group:04}\n{members}\n"
        )
        domain.modify(text)
    print(file=sys.stderr)


def measure(domain: Controller | Openldap, code: str, *arguments: str) -> dict[str, float]:
    """Run a program in the client's namespace; what it printed."""
    command = domain.outside(sys.executable, "-c", code, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds, objects, activities, size, memory, cpu = (float(one) for one in done.stdout.split())
    return {"seconds": seconds, "objects": objects, "activities": activities, "bytes": size, "megabytes": memory, "cpu": cpu}


def ldapsearch(domain: Controller | Openldap, folder: Path) -> dict[str, float]:
    """The peer: the same attributes in pages, into a file."""
    from app.sensor.decoders.directory.object import READ
    from app.sensor.sources.ldap.search import OBJECTS

    out = folder / "dump.ldif"
    command = domain.outside(
        "/usr/bin/env", f"LDAPTLS_CACERT={domain.authority.file}", "ldapsearch", "-LLL", "-x", "-H", domain.url,
        "-D", domain.user, "-w", PASSWORD, "-b", BASE, "-E", "pr=500/noprompt", OBJECTS, *READ,
    )  # fmt: skip
    began = time.perf_counter()
    with out.open("wb") as file:
        child = subprocess.Popen(command, stdout=file)
        _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit("ldapsearch failed")
    objects = sum(one.startswith(b"dn:") for one in out.open("rb"))
    return {
        "seconds": seconds,
        "objects": objects,
        "bytes": out.stat().st_size,
        "megabytes": used.ru_maxrss / 1024,
        "cpu": used.ru_utime + used.ru_stime,
    }


def main() -> None:
    """Fill, measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=60_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--server", choices=("samba", "openldap"), default="samba")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.server == "samba" and (why := missing()):
        raise SystemExit(why)
    folder = Path(tempfile.mkdtemp(prefix="wardlight-directory-"))
    domain = Controller(folder) if options.server == "samba" else Openldap(folder)
    runs: dict[str, list[dict[str, float]]] = {}
    try:
        domain.provision()
        began = time.perf_counter()
        if isinstance(domain, Openldap):
            domain.fill(options.users)
        else:
            fill(domain, options.users)
        print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        domain.start()
        told = (domain.url, domain.user, PASSWORD)
        state, authority = folder / "state.bin", str(domain.authority.file)
        for _ in range(options.repeat):
            runs.setdefault("ldapsearch into a file", []).append(ldapsearch(domain, folder))
            plain = measure(domain, PLAIN, domain.url, domain.user, PASSWORD, authority, BASE)
            runs.setdefault("ldap3 alone, nothing kept", []).append(plain)
            state.unlink(missing_ok=True)
            runs.setdefault("wardlight, everything", []).append(measure(domain, SOURCE, *told, str(state), authority))
            runs.setdefault("wardlight, nothing changed", []).append(measure(domain, SOURCE, *told, str(state), authority))
            domain.modify("\n".join(domain.changed(number) for number in range(0, 1000, 10)) + "\n")
            runs.setdefault("wardlight, 100 changed", []).append(measure(domain, SOURCE, *told, str(state), authority))
        print(f"state file {state.stat().st_size / 1e6:.1f} MB")
    finally:
        domain.remove()
        shutil.rmtree(folder, ignore_errors=True)
    print("| what | seconds | CPU seconds | objects | activities | peak MB |\n|---|---|---|---|---|---|")
    for name, some in runs.items():
        middle = {key: statistics.median(one.get(key, 0) for one in some) for key in some[0]}
        cells = (f"{middle['seconds']:.2f}", f"{middle['cpu']:.2f}", f"{middle['objects']:,.0f}")
        print(f"| {name} | {' | '.join(cells)} | {middle.get('activities', 0):,.0f} | {middle['megabytes']:.0f} |")
    if options.json:
        options.json.write_text(json.dumps(runs, indent=1))


if __name__ == "__main__":
    main()
