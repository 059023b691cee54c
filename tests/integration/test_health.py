"""Health alerts that are caused for real: interfaces, sockets, secrets, certificates, disks, questions that nobody answers."""

import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import msgspec
import psutil
import pytest

from app.engine.engine import create_workspace
from app.engine.health.sources import source_facts
from app.engine.health.tallies import Tallies
from app.engine.queries import Queries
from app.model.health import HealthIssue
from app.model.source import (
    CaptureSource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SourceState,
    SyslogSource,
)
from tests.integration.namespace import ROOT, Namespace, namespace, why_not
from tests.integration.samba.certificates import Authority
from tests.material import SAMPLE
from tests.sensor.sources.listening import Outlet, until

WHY = why_not()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(WHY), reason=WHY)]
SPEAK = """import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range({n}): s.sendto({what!r}.encode(), ('127.0.0.1', {port}))"""
Found = dict[str, HealthIssue]


@pytest.fixture(scope="module")
def net() -> Iterator[Namespace]:
    with namespace() as one:
        yield one


def health(workspace: Path) -> Found:
    queries = Queries(workspace)
    try:
        return {one.rule: one for one in queries.health().issues}
    finally:
        queries.close()


def comes(workspace: Path, wanted: Callable[[Found], bool], seconds: float = 25) -> Found:
    """Health as soon as it is as wanted."""
    found: Found = {}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if workspace.is_file():
            found = health(workspace)
            if wanted(found):
                return found
        time.sleep(0.2)
    raise AssertionError(f"not so in {seconds} s: {found}")


@contextmanager
def tending(net: Namespace, workspace: Path, *specs: LiveSource) -> Iterator["subprocess.Popen[bytes]"]:
    create_workspace(workspace)
    text = msgspec.json.encode(specs).decode()
    child = net.start(["-m", "tests.integration.tending", str(workspace), text], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield child
    finally:
        _, errors = child.communicate(timeout=60)
        assert b"Traceback" not in errors, errors


def stopped(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin is not None
    child.stdin.close()
    child.stdin = None
    child.wait(60)


def heard(net: Namespace, workspace: Path) -> bool:
    """True when what is sent arrives in the workspace."""
    net.run("tcpreplay", "-q", "-i", "out", "--topspeed", str(SAMPLE))
    with closing(Queries(workspace)) as queries:
        return queries.count() > 0


def say(net: Namespace, port: int, what: str, number: int) -> None:
    net.run(sys.executable, "-c", SPEAK.format(n=number, what=what, port=port))


def test_an_interface_that_is_taken_down_and_comes_back(net: Namespace, tmp_path: Path) -> None:
    case = tmp_path / "case.wardlight"
    with tending(net, case, CaptureSource(interfaces=("in",)), CaptureSource(interfaces=("nothere",))) as child:
        found = comes(case, lambda one: "adapter-gone" in one)
        assert "nothere" in found["adapter-gone"].what  # one that cannot even begin
        net.run("ip", "link", "set", "in", "down")
        queries = Queries(case)
        try:
            comes(case, lambda _: sum(one.rule == "adapter-gone" for one in queries.health().issues) == 2)
        finally:
            queries.close()
        net.run("ip", "link", "set", "in", "up")
        comes(case, lambda _: heard(net, case))  # the source has tried again
        stopped(child)
    queries = Queries(case)
    try:
        states = {one.subject: one.state for one in queries.health().issues if one.rule == "adapter-gone"}
    finally:
        queries.close()
    assert states == {"source:in (live)": "closed", "source:nothere (live)": "open"}


def test_radius_with_another_secret(net: Namespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("radclient") is None:
        pytest.skip("radclient is not installed")
    for name, value in (
        ("WARDLIGHT_HOME", str(tmp_path)),
        ("WARDLIGHT_PASSPHRASE", "x"),
        ("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring"),
    ):
        monkeypatch.setenv(name, value)
    kept = subprocess.run([sys.executable, "-m", "app", "secret", "vpn"], input=b"right\n", cwd=ROOT, capture_output=True)
    assert kept.returncode == 0, kept.stderr
    case = tmp_path / "case.wardlight"
    with tending(net, case, RadiusSource(address="127.0.0.1", port=1813, secret="vpn")) as child:
        comes(case, lambda _: ":1813" in net.run("ss", "-lun"))
        asked = net.command("radclient", "-r", "1", "-t", "0.5", "127.0.0.1:1813", "acct", "wrong")
        for _ in range(3):
            subprocess.run(asked, input=b'Acct-Session-Id = "1"\nAcct-Status-Type = Start\n', capture_output=True, timeout=30)
        found = comes(case, lambda one: "radius-secret" in one)
        assert "127.0.0.1" in found["radius-secret"].what and "events-dropped" not in found
        stopped(child)


def test_syslog_that_floods_and_is_not_understood_and_a_port_in_use(net: Namespace, tmp_path: Path) -> None:
    case, authority = tmp_path / "case.wardlight", Authority(tmp_path / "ca")
    pem, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    authority.issue("127.0.0.1", pem, key, life=timedelta(days=6))
    listener = SyslogSource(address="127.0.0.1", port=5514)
    sealed = SyslogSource(transport="tls", address="127.0.0.1", port=6514, certificate=str(pem), key=str(key))
    again = SyslogSource(transport="tcp", address="127.0.0.1", port=6514)
    with tending(net, case, sealed, listener) as child:
        comes(case, lambda _: ":5514" in net.run("ss", "-lun") and ":6514" in net.run("ss", "-ltn"))
        other = tmp_path / "other.wardlight"
        with tending(net, other, again) as second:
            found = comes(other, lambda one: "source-failed" in one)
            assert "6514" in found["source-failed"].where
            stopped(second)
        say(net, 5514, "<13>hello world", 60)
        wanted = {"syslog-unknown", "certificate-expiring"}  # the first round may come when a part of them has
        found = comes(case, lambda one: wanted <= one.keys() and "60 of 60" in one["syslog-unknown"].what)
        assert "hello world" in found["syslog-unknown"].what
        assert "4 days" in found["certificate-expiring"].what  # of six, one of which is over, less some seconds

        sources = psutil.Process(child.pid).children(recursive=True)  # the two that listen
        for one in sources:
            one.send_signal(signal.SIGSTOP)
        say(net, 5514, "<13>" + "x" * 8_000, 30_000)  # more than the largest buffer of the kernel holds
        for one in sources:
            one.send_signal(signal.SIGCONT)
        found = comes(case, lambda one: "events-dropped" in one)
        assert found["events-dropped"].where.startswith("syslog udp")
        stopped(child)


def test_a_disk_that_fills(net: Namespace, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        case = disk / "case.wardlight"
        with tending(net, case, CaptureSource(interfaces=("in",))) as child:
            comes(case, lambda one: "disk-low" not in one)
            time.sleep(1)
            assert "disk-low" not in health(case)
            filler = disk / "filler"
            filler.write_bytes(bytes((psutil.disk_usage(str(disk)).free * 95 // 100) & ~4095))
            assert comes(case, lambda one: "disk-low" in one)["disk-low"].severity == "medium"
            filler.unlink()
            stopped(child)
        assert health(case)["disk-low"].state == "closed"
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_names_that_nobody_gives() -> None:
    from app.sensor.sources import resolve

    outlet, stop = _Wishing(30), threading.Event()
    spec = ResolverSource(methods=("netbios-status",), rate=1000.0, within=("127.0.0.0/8",))
    thread = threading.Thread(target=resolve.run, args=(spec, "k", outlet, stop))
    began = time.time_ns() // 1000
    thread.start()
    try:
        until(lambda: bool(outlet.notes), 20)
    finally:
        stop.set()
        thread.join(5)
    from app.model.rows import Problem

    problems = tuple(Problem(what=what, count=count, where=outlet.where[what]) for what, count in outlet.notes.items())
    state = SourceState(id="a", kind="resolver", label="names", state="running", since=began, problems=problems)
    assert [one.rule for one in source_facts([state], time.time_ns() // 1000, Tallies())] == ["resolution-failing"]


class _Wishing(Outlet):
    def __init__(self, number: int) -> None:
        super().__init__()
        self._left = [f"127.0.7.{one}" for one in range(1, number + 1)]

    def wished(self) -> str:
        return self._left.pop() if self._left else ""
