"""The directory source against a real Samba domain controller in network namespaces that this file makes."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.running import run
from app.model.activity import Activity
from app.model.directory import DirectoryChange
from tests.integration.samba.controller import BASE, CLIENT, HOST, PASSWORD, SERVER, Controller, missing

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(missing()), reason=missing() or "a controller can be started")]
ROOT = Path(__file__).resolve().parent.parent.parent
READER = "reader@example.test"
READER_PASSWORD = "Read-0nly-2026"
PEOPLE = 1200
Line = dict[str, Any]


def person(name: str, **more: str) -> str:
    lines = [f"dn: CN={name},CN=Users,{BASE}", "changetype: add", "objectClass: user", f"sAMAccountName: {name}"]
    return "\n".join([*lines, *(f"{key}: {value}" for key, value in more.items()), "", ""])


def change(dn: str, *lines: str) -> str:
    return "\n".join([f"dn: {dn},{BASE}", "changetype: modify", *lines, "", ""])


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Controller]:
    controller = Controller(tmp_path_factory.mktemp("domain"))
    try:
        controller.provision()
        controller.run("samba-tool", "user", "create", "reader", READER_PASSWORD)
        for group in ("Outer", "Inner", "Many"):
            controller.run("samba-tool", "group", "add", group)
        controller.run("samba-tool", "group", "addmembers", "Outer", "Inner")
        controller.run("samba-tool", "group", "addmembers", "Inner", "reader")
        controller.modify("".join(person(f"many{number}") for number in range(PEOPLE)))
        members = "\n".join(f"member: CN=many{number},CN=Users,{BASE}" for number in range(PEOPLE))
        controller.modify(change("CN=Many,CN=Users", "add: member", members))
        controller.start()
        yield controller
    finally:
        controller.remove()


@pytest.fixture
def running(domain: Controller) -> Controller:
    """The domain, with a good certificate and started, whatever the test before did to it."""
    if domain._process is None:
        domain.certify()
        domain.start()
    return domain


class Source:
    """The source in a process of its own inside the client's namespace."""

    def __init__(self, domain: Controller, **spec: Any) -> None:
        self._password = domain.folder / f"password{id(self)}"
        self.say(spec.pop("password", PASSWORD))
        environment = os.environ | domain.environment() | {"SECRET": str(self._password), "LOOK": str(spec.pop("look", 0.5))}
        whole = {
            "kind": "directory",
            "url": f"ldaps://{HOST}",
            "user": "Administrator@example.test",
            "secret": "directory",
            "authorities": str(domain.authority.file),
            "every": 1,
        } | spec
        command = domain.outside(sys.executable, "-m", "tests.integration.samba.synchronise", json.dumps(whole))
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment)
        self.lines: list[Line] = []
        self._queue: queue.Queue[Line | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._queue.put(json.loads(line))
        self._queue.put(None)

    def say(self, password: str) -> None:
        self._password.write_text(password)

    def until(self, wanted: Callable[[Line], bool], seconds: float = 40) -> Line:
        """The next line that is wanted; everything is kept in lines."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                raise AssertionError(f"the source ended: {self.lines[-3:]}")
            self.lines.append(line)
            if wanted(line):
                return line
        raise AssertionError(f"not seen in {seconds} s; the last lines were {self.lines[-5:]}")

    def state(self, word: str, part: str = "", seconds: float = 40) -> str:
        line = self.until(lambda one: "state" in one and one["state"][0] == word and part in one["state"][1], seconds)
        return str(line["state"][1])

    def change(self, what: str, sam: str, seconds: float = 40) -> dict[str, Any]:
        def wanted(line: Line) -> bool:
            detail = line.get("activity", {}).get("detail", {})
            return detail.get("kind") == "directory-change" and detail["what"] == what and detail["sam"] == sam

        return dict(self.until(wanted, seconds)["activity"]["detail"])

    def objects(self) -> list[dict[str, Any]]:
        details = [one["activity"]["detail"] for one in self.lines if "activity" in one]
        return [one for one in details if one["kind"] == "directory-object"]

    def changes(self) -> list[tuple[str, str | None]]:
        details = [one["activity"]["detail"] for one in self.lines if "activity" in one]
        return [(one["what"], one["sam"]) for one in details if one["kind"] == "directory-change"]

    def end(self) -> float:
        """Seconds that it took to stop."""
        began = time.monotonic()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        return time.monotonic() - began

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(20)  # it holds the pipe that is closed next
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def test_a_full_synchronisation_gives_every_account_with_its_groups_nested(running: Controller) -> None:
    with Source(running) as source:
        source.state("running")
        found = source.objects()
        took = source.end()

    names = {one["sam"]: one for one in found if one["sam"] and not one["part"]}
    listing = running.run("samba-tool", "user", "list").split()
    assert set(listing) <= set(names)
    assert {f"many{number}" for number in range(PEOPLE)} <= set(names)
    assert names["Outer"]["members"] == [f"CN=Inner,CN=Users,{BASE}"]
    assert names["Inner"]["members"] == [f"CN=reader,CN=Users,{BASE}"]
    assert names["Domain Admins"]["sid"].endswith("-512")
    assert names["DC1$"]["object_class"] == "computer"
    assert names["DC1$"]["uac"] & 0x2000
    head = next(one for one in found if one["object_class"] == "domainDNS")
    assert head["facts"]["minPwdLength"] == "6"
    assert "S-1-5-32-544" in head["facts"]["GetChangesAll"]
    assert "WriteDacl" in names["Domain Admins"]["facts"] or "GenericAll" in names["Domain Admins"]["facts"]
    parts = [one for one in found if one["sam"] == "Many"]
    assert [one["part"] for one in parts] == [0, 1]
    assert len({member for one in parts for member in one["members"]}) == PEOPLE
    assert not source.changes()
    assert len({one["activity"]["id"] for one in source.lines if "activity" in one}) == len(found)
    assert took < 2


def test_what_changes_in_the_directory_is_told_in_words(running: Controller) -> None:
    with Source(running) as source:
        source.state("running")
        running.run("samba-tool", "user", "create", "casey", "First-pass-2026")
        assert source.change("user created", "casey")["object_class"] == "user"

        running.run("samba-tool", "group", "addmembers", "Inner", "casey")
        assert source.change("group membership added", "Inner")["new"] == [f"CN=casey,CN=Users,{BASE}"]

        running.modify(change("CN=casey,CN=Users", "replace: displayName", "displayName: Casey Jones"))
        assert source.change("display name changed", "casey")["new"] == ["Casey Jones"]

        running.run("samba-tool", "user", "setpassword", "casey", "--newpassword=Second-pass-2026")
        told = source.change("password changed", "casey")
        assert told["old"] and told["new"] and told["old"] != told["new"]

        running.run("samba-tool", "user", "disable", "casey")
        assert source.change("account disabled", "casey")["new"] == ["disabled"]

        line = "servicePrincipalName: HTTP/casey.example.test"
        running.modify(change("CN=casey,CN=Users", "add: servicePrincipalName", line))
        assert source.change("service names changed", "casey")["new"] == ["HTTP/casey.example.test"]

        running.modify(
            f"dn: CN=casey,CN=Users,{BASE}\nchangetype: modrdn\nnewrdn: CN=casey smith\ndeleteoldrdn: 1\n\n"
            f"dn: CN=Inner,CN=Users,{BASE}\nchangetype: modify\nadd: member\nmember: CN=many1,CN=Users,{BASE}\n\n"
        )
        assert source.change("path changed", "casey")["new"] == [f"CN=casey smith,CN=Users,{BASE}"]
        assert source.change("group membership added", "Inner")["new"] == [f"CN=many1,CN=Users,{BASE}"]

        running.run("samba-tool", "group", "removemembers", "Inner", "casey")
        assert source.change("group membership removed", "Inner")["old"] == [f"CN=casey smith,CN=Users,{BASE}"]

        running.run("samba-tool", "user", "delete", "casey")
        assert source.change("user deleted", "casey")["old"] == [f"CN=casey smith,CN=Users,{BASE}"]
        assert source.changes().count(("group membership removed", "Inner")) == 1


def test_a_right_over_administrators_is_told(running: Controller) -> None:
    holder = f"CN=AdminSDHolder,CN=System,{BASE}"
    with Source(running) as source:
        source.state("running")
        assert [one["dn"] for one in source.objects() if one["object_class"] == "container"] == [holder]
        sid = next(one["sid"] for one in source.objects() if one["sam"] == "many3")
        running.run("samba-tool", "dsacl", "set", f"--objectdn={holder}", f"--sddl=(A;;GA;;;{sid})")
        told = source.until(
            lambda one: (
                one.get("activity", {}).get("detail", {}).get("dn") == holder
                and one["activity"]["detail"]["kind"] == "directory-change"
            )
        )["activity"]["detail"]

    assert told["what"] == "rights changed" and sid in told["new"][0].split("; ") and sid not in told["old"][0]
    change = Activity(at=1, until=1, input="live", detail=msgspec.convert(told, DirectoryChange))
    (alert,) = run(DETECTORS, [change], Knowledge())
    assert (alert.detector, alert.severity) == ("admin_sd_holder", "high")


def test_who_cannot_read_deleted_objects_still_learns_of_a_deletion(running: Controller) -> None:
    running.run("samba-tool", "user", "create", "leaver", "First-pass-2026")
    with Source(running, user=READER, password=READER_PASSWORD) as source:
        source.state("running")
        running.run("samba-tool", "user", "delete", "leaver")
        assert source.change("user deleted", "leaver")["sid"].startswith("S-1-5-21-")


def test_a_source_that_starts_again_reads_only_what_changed_meanwhile(running: Controller, tmp_path: Path) -> None:
    kept = str(tmp_path / "state")
    with Source(running, state=kept) as source:
        source.state("running")
        first = len(source.objects())
        source.end()
    running.modify(change("CN=reader,CN=Users", "replace: title", "title: Auditor"))

    with Source(running, state=kept) as source:
        source.state("running")

    assert source.changes() == [("title changed", "reader")]
    assert len(source.objects()) < 10 < first


def test_starttls_gives_the_same_objects(running: Controller) -> None:
    with Source(running, url=f"ldap://{HOST}") as source:
        source.state("running")
        assert len(source.objects()) > PEOPLE


def test_a_kerberos_ticket_is_enough(running: Controller) -> None:
    pytest.importorskip("gssapi")
    subprocess.run(
        running.outside("kinit", "Administrator@EXAMPLE.TEST"),
        input=f"{PASSWORD}\n", text=True, check=True, capture_output=True, env=os.environ | running.environment(),
    )  # fmt: skip
    with Source(running, user="") as source:
        source.state("running")
        assert len(source.objects()) > PEOPLE


def test_a_wrong_password_is_said_and_tried_a_few_times_only(running: Controller) -> None:
    with Source(running, user=READER, password="not the password", look=0.2) as source:
        source.state("failed", "not accept the user")
        source.state("failed", "not tried again")
        time.sleep(3)
        line = running.run("ldbsearch", "-H", "/var/lib/samba/private/sam.ldb", "sAMAccountName=reader", "badPwdCount")
        count = next(int(one.split(":")[1]) for one in line.splitlines() if one.startswith("badPwdCount"))
        assert count == 3  # the domain locks an account at four
        assert not source.objects()

        source.say(READER_PASSWORD)
        source.state("running")
        assert source.objects()


def test_a_controller_that_goes_down_in_the_middle_loses_nothing(running: Controller, tmp_path: Path) -> None:
    with Source(running, state=str(tmp_path / "state")) as source:
        source.until(lambda one: one.get("received", 0) > 50)
        running.stop()
        source.state("failed")
        before = len(source.objects())
        assert before
        running.modify(change("CN=reader,CN=Users", "replace: telephoneNumber", f"telephoneNumber: {time.time()}"))
        running.start()
        source.state("running")
        names = [one["sam"] for one in source.objects() if not one["part"]]
        assert {f"many{number}" for number in range(PEOPLE)} <= set(names)

        running.stop()
        source.state("failed", "cannot be reached")
        running.modify(change("CN=reader,CN=Users", "replace: title", "title: Auditor in chief"))
        running.start()
        assert source.change("title changed", "reader", 60)["new"] == ["Auditor in chief"]


def test_an_expired_certificate_is_refused_until_it_is_replaced(running: Controller) -> None:
    running.stop()
    running.certify(start=datetime.now(UTC) - timedelta(days=9), life=timedelta(days=2))
    running.start()
    try:
        with Source(running) as source:
            assert "expired" in source.state("failed", "certificate")
            assert not source.objects()
            running.stop()
            running.certify()
            running.start()
            source.state("running", seconds=60)
        with Source(running, url=f"ldap://{HOST}", authorities="/etc/ssl/certs/ca-certificates.crt") as source:
            assert "certificate" in source.state("failed")
        with Source(running, url="ldaps://other.example.test") as source:
            assert "another host" in source.state("failed")
    finally:
        running.stop()
        running.certify()
        running.start()


def test_a_host_that_is_not_there_is_said_and_stopping_is_quick(running: Controller) -> None:
    with Source(running, url=f"ldaps://{CLIENT}") as source:
        assert "cannot be reached" in source.state("failed")
        assert source.end() < 2
    with Source(running, url="ldaps://nowhere.example.test") as source:
        assert "cannot be reached" in source.state("failed")


RANGES = """
import sys
from app.model.source import DirectorySource
from app.sensor.sources.ldap.connection import connect
from app.sensor.sources.ldap.search import _ranged
spec = DirectorySource(url=sys.argv[1], user=sys.argv[2], authorities=sys.argv[4])
attributes = ("sAMAccountName", "objectClass", "member;range=0-99")
pages = _ranged(connect(spec, sys.argv[3]), sys.argv[5], "(sAMAccountName=Many)", attributes, ())
print(*[len(set(entry["member"])) for page in pages for dn, entry in page])
"""


def test_a_list_that_comes_in_ranges_is_put_together(running: Controller) -> None:
    told = (f"ldaps://{HOST}", "Administrator@example.test", PASSWORD, str(running.authority.file), BASE)
    command = running.outside(sys.executable, "-c", RANGES, *told)
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})

    assert done.stdout.split() == [str(PEOPLE)], done.stderr
    assert SERVER


ASK = """
import asyncio, sys, time
from app.sensor.sources import probes
for probe in (probes.ask_rpc, probes.ask_netbios):
    for _ in range(20):
        try:
            answer = asyncio.run(asyncio.wait_for(probe(sys.argv[1]), 10))
            break
        except probes.Silent:  # a controller registers its NetBIOS names some seconds after it started
            time.sleep(1)
    print(answer.name.lower(), (answer.domain or "").lower())
"""


def test_a_controller_that_is_asked_for_its_name_gives_it(running: Controller) -> None:
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = running.outside(sys.executable, "-c", ASK, SERVER)
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, cwd=ROOT, env=here)

    assert done.returncode == 0, done.stderr
    rpc, netbios = done.stdout.splitlines()
    assert rpc == f"{HOST} {HOST.partition('.')[2]}"
    assert netbios == f"{HOST.partition('.')[0]} example"
