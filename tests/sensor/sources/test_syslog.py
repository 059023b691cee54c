"""The syslog listener hears real senders and its own test's, and counts what it loses."""

import socket
import ssl
import threading
import time
from pathlib import Path

import pytest

from app.model.source import SyslogSource
from app.sensor.decoders.instants import NEVER
from app.sensor.sources import datagrams, sockets, streams
from app.sensor.sources.inbox import Inbox, Received
from app.sensor.sources.living import Cannot
from app.sensor.sources.syslog import FULL, KERNEL, run
from tests.sensor.events.syslog_samples import CEF, FORMS, RSA, SNARE, SPLUNK
from tests.sensor.free_port import free_port
from tests.sensor.sources.listening import Outlet, call, process, program, running, until

HERE = "127.0.0.1"


def source(transport: str = "udp", address: str = HERE, **more: str) -> SyslogSource:
    return SyslogSource(transport=transport, address=address, port=free_port(address), **more)


def send(spec: SyslogSource, *messages: bytes, address: str = HERE) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        for one in messages:
            sender.sendto(one, (address, spec.port))


def stream(spec: SyslogSource, *pieces: bytes, wait: float = 0.0) -> None:
    with socket.create_connection((HERE, spec.port)) as sender:
        for one in pieces:
            sender.sendall(one)
            time.sleep(wait)


def test_datagrams_of_every_form() -> None:
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        send(spec, *FORMS.values(), b"<13>sshd: hello", b"<13>sshd: again")
        until(lambda: outlet.records == len(FORMS) + 2)
    assert len(outlet.activities) == len(FORMS) and {one.kind for one in outlet.activities} == {"event-ntlm"}
    assert sorted(one.record or 0 for one in outlet.activities) == list(range(1, len(FORMS) + 1))
    assert outlet.notes == {"syslog message that is no Windows event": 2} and not outlet.lost
    assert outlet.where["syslog message that is no Windows event"] == "127.0.0.1: <13>sshd: hello"


def test_a_time_that_cannot_be_is_that_of_the_arrival() -> None:
    spec, outlet, began = source(), Outlet(), time.time_ns() // 1000
    ahead = began // 1000 + 90 * 86_400_000
    with running(run, spec, outlet):
        send(spec, *(CEF.replace(b"rt=1426218619000", b"rt=%d" % one) for one in (ahead, 253_402_250_400_000, 1_426_218_619_000)))
        send(spec, b"<13>1970-01-01T00:00:09Z dc1 " + CEF.replace(b" rt=1426218619000", b""))
        until(lambda: outlet.records == 4)
    times = {one.record: one.at for one in outlet.activities}
    assert times.pop(3) == 1_426_218_619_000_000  # a relay that was cut off for years sends on
    assert sorted(times) == [1, 2, 4] and all(began <= one <= time.time_ns() // 1000 for one in times.values())
    assert outlet.notes == {NEVER: 3} and outlet.where == {NEVER: "127.0.0.1"}


def test_both_families_of_addresses() -> None:
    spec, outlet = source(address="::"), Outlet()
    with running(run, spec, outlet):
        send(spec, b"<13>v6", address="::1")
        until(lambda: outlet.records == 1)
        send(spec, CEF, b"<13>v4")
        until(lambda: outlet.records == 3)
    assert outlet.where["syslog message that is no Windows event"].startswith("::1: ")


def test_streams_of_both_framings_mixed_and_in_pieces() -> None:
    spec, outlet = source("tcp"), Outlet()
    counted = b"%d %s" % (len(SPLUNK), SPLUNK)
    whole = counted + CEF + b"\n" + SNARE + b"\0" + RSA + b"\n" + b"<13>x\n" + SPLUNK + b"\n" + b"%d %s" % (len(CEF), CEF)
    with running(run, spec, outlet):
        stream(spec, whole)
        until(lambda: outlet.records == 7)
        stream(spec, *(whole[at : at + 7] for at in range(0, len(whole), 7)))
        until(lambda: outlet.records == 14)
        stream(spec, CEF)  # the end of the connection ends the message
        until(lambda: outlet.records == 15)
        stream(spec, b"900 <13>cut")
        stream(spec, b"400000 " + b"x" * 400_000 + CEF + b"\n")
        until(lambda: outlet.records == 16)
        until(lambda: sum(outlet.lost.values()) == 2)
    assert len(outlet.activities) == 14
    assert outlet.lost == {"message cut off by the end of its connection": 1, "message longer than 262 kB": 1}


def test_a_stream_within_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PER_SENDER", 3)
    spec, outlet = source("tcp"), Outlet()
    with running(run, spec, outlet):
        silent, slow, good = (socket.create_connection((HERE, spec.port)) for _ in range(3))
        with silent, slow, good:
            good.sendall(b"<13>one\n")
            slow.sendall(b"<13>one\n<13>never e")
            until(lambda: outlet.records == 2)
            with socket.create_connection((HERE, spec.port)) as refused:
                refused.settimeout(5)
                assert refused.recv(1) == b""
            monkeypatch.setattr(streams, "FIRST", 0.8)  # only now, for all three were to be open still
            monkeypatch.setattr(streams, "PARTIAL", 0.8)
            for one in (silent, slow):
                one.settimeout(5)
                assert one.recv(1) == b""
            good.sendall(b"<13>two\n")
            until(lambda: outlet.records >= 3)
    assert outlet.notes["connection refused: too many are open"] == 1
    assert outlet.notes["connection closed: no whole message in time"] == 1
    assert outlet.notes["connection closed: the rest of a message did not come in time"] == 1
    assert sum(outlet.lost.values()) == 0 or outlet.lost == {"message cut off by the end of its connection": 1}


def test_a_full_queue_holds_a_stream_back_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sensor.sources.syslog.Inbox", lambda: Inbox(500, 1 << 20))
    spec, outlet = source("tcp"), Outlet(slow=0.005)
    with running(run, spec, outlet):
        stream(spec, (CEF + b"\n") * 5000)
        until(lambda: outlet.records == 5000, 30)
    assert len(outlet.activities) == 5000 and not outlet.lost


def test_a_full_queue_drops_datagrams_and_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sensor.sources.syslog.Inbox", lambda: Inbox(500, 1 << 20))
    spec, outlet = source(), Outlet(slow=0.2)
    with running(run, spec, outlet):
        send(spec, *[CEF] * 5000)
        time.sleep(1.0)
    assert outlet.lost[FULL] > 0
    assert outlet.records + sum(outlet.lost.values()) == 5000


def test_what_the_kernel_could_not_hold_is_counted_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sensor.sources.sockets.RECEIVE_BUFFER", 1 << 16)
    held = threading.Event()
    real = datagrams.taker

    def slow(sock: socket.socket) -> datagrams.Take:
        take = real(sock)
        return lambda: (held.wait(5), take())[1]

    monkeypatch.setattr("app.sensor.sources.syslog.taker", slow)
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        send(spec, *[CEF] * 3000)
        held.set()
        until(lambda: outlet.records + outlet.lost[KERNEL] == 3000)
        send(spec, *[CEF] * 10)
        until(lambda: outlet.records + outlet.lost[KERNEL] == 3010)
    assert outlet.lost[KERNEL] > 1000


def test_a_burst_of_twenty_thousand_a_second_is_counted_exactly() -> None:
    spec, outlet = source(), Outlet()
    seconds, rate = 2, 20_000
    with running(run, spec, outlet):
        sent, began = 0, time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect((HERE, spec.port))
            while (passed := time.monotonic() - began) < seconds:
                while sent < passed * rate:
                    sender.send(CEF)
                    sent += 1
                time.sleep(0.001)
        until(lambda: outlet.records + sum(outlet.lost.values()) == sent, 60)
    assert sent > rate and outlet.records + sum(outlet.lost.values()) == sent
    assert len(outlet.activities) == outlet.records > 0.5 * sent


def test_stopping_counts_what_is_left_unread() -> None:
    spec, outlet = source(), Outlet(slow=0.05)
    with running(run, spec, outlet):
        send(spec, *[CEF] * 20_000)
    assert outlet.records + sum(outlet.lost.values()) == 20_000


def test_one_by_one_where_there_is_no_call_for_many() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        one.bind((HERE, 0))
        one.setblocking(False)
        for _ in range(3):
            other.sendto(CEF, one.getsockname())
        assert datagrams._one_by_one(one) == ([CEF] * 3, [HERE] * 3, 0)


def test_an_inbox_is_bounded() -> None:
    inbox = Inbox(10, 100)
    assert inbox.put(Received(1, [b"x" * 500], [""])) and not inbox.put(Received(1, [b"x"], [""]))
    assert inbox.left() == 1 and inbox.take(0) is not None and inbox.take(0) is None


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_port_in_use_is_told_in_one_sentence(transport: str) -> None:
    spec, outlet = source(transport), Outlet()
    with running(run, spec, outlet), pytest.raises(Cannot, match="is in use by another program"):
        run(spec, "x", Outlet(), threading.Event())


def test_settings_that_cannot_be(tmp_path: Path) -> None:
    for spec, why in (
        (SyslogSource(transport="smoke"), "not over 'smoke'"),
        (SyslogSource(address="not an address"), "is not understood"),
        (SyslogSource(address="192.0.2.1", port=5514), "is no address of this computer"),
        (SyslogSource(transport="tls", certificate=str(tmp_path / "none.pem"), port=6514), "certificate"),
    ):
        with pytest.raises(Cannot, match=why):
            run(spec, "x", Outlet(), threading.Event())


def test_a_port_without_the_right_is_told_with_what_to_do() -> None:
    words = sockets._why(PermissionError(13, "Permission denied"), "UDP", "0.0.0.0", 514)
    assert words.startswith("UDP port 514 needs a right") and "above 1023" in words and words.count(".") == 1


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority and a server's certificate, made by openssl."""
    folder, tool = tmp_path_factory.mktemp("tls"), program("openssl")
    pem = {name: str(folder / f"{name}.pem") for name in ("ca", "ca-key", "server", "server-key", "request")}
    call(tool, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", pem["ca-key"], "-out", pem["ca"], "-days", "2",
         "-subj", "/CN=Test CA", "-addext", "basicConstraints=critical,CA:TRUE")  # fmt: skip
    call(
        tool,
        "req",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        pem["server-key"],
        "-out",
        pem["request"],
        "-subj",
        "/CN=localhost",
    )
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    call(tool, "x509", "-req", "-in", pem["request"], "-CA", pem["ca"], "-CAkey", pem["ca-key"], "-CAcreateserial",
         "-out", pem["server"], "-days", "2", "-extfile", str(folder / "names"))  # fmt: skip
    return folder


def secure(folder: Path) -> SyslogSource:
    return source("tls", certificate=str(folder / "server.pem"), key=str(folder / "server-key.pem"))


def test_tls(authority: Path) -> None:
    spec, outlet = secure(authority), Outlet()
    context = ssl.create_default_context(cafile=str(authority / "ca.pem"))
    with running(run, spec, outlet):
        with (
            socket.create_connection((HERE, spec.port)) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as sender,
        ):
            sender.sendall(b"".join(b"%d %s" % (len(one), one) for one in [CEF] * 2000))
            until(lambda: outlet.records == 2000)
        stream(spec, b"<13>not tls\n")
        until(lambda: outlet.notes["TLS handshake failed"] == 1)
    assert len(outlet.activities) == 2000


@pytest.mark.parametrize(
    "words",
    [
        ("--udp", "--rfc3164"),
        ("--udp", "--rfc5424"),
        ("--tcp", "--rfc3164"),
        ("--tcp", "--rfc5424"),
        ("--tcp", "--rfc5424", "--octet-count"),
        ("--udp", "--rfc5424=notime,nohost"),
    ],
    ids=" ".join,
)
def test_logger(words: tuple[str, ...]) -> None:
    spec, outlet = source("udp" if "--udp" in words else "tcp"), Outlet()
    with running(run, spec, outlet):
        call(
            program("logger"), "--server", HERE, "--port", str(spec.port), "--size", "8000", "--tag", "siem", *words, CEF.decode()
        )
        until(lambda: outlet.records == 1)
    (found,) = outlet.activities
    assert found.at == 1426218619000_000 and found.account and found.account.name == "anna"


RSYSLOG = """
global(workDirectory="{folder}" {globals})
module(load="imfile" PollingInterval="1")
input(type="imfile" File="{folder}/in.log" Tag="events" freshStartTail="off")
action(type="omfwd" target="127.0.0.1" port="{port}" {action})
"""


@pytest.mark.parametrize(
    ("transport", "action"),
    [
        ("udp", 'protocol="udp"'),
        ("tcp", 'protocol="tcp" TCP_Framing="octet-counted"'),
        ("tcp", 'protocol="tcp" template="RSYSLOG_SyslogProtocol23Format"'),
        ("tls", 'protocol="tcp" StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" '
                'StreamDriverPermittedPeers="localhost"'),
    ],
)  # fmt: skip
def test_rsyslog(transport: str, action: str, tmp_path: Path, authority: Path) -> None:
    tool = program("rsyslogd")
    spec, outlet = secure(authority) if transport == "tls" else source(transport), Outlet()
    lines = [one.replace(b"WS7", b"W%d" % number) for number in range(50) for one in (CEF, SNARE.partition(b"dc1 ")[2])]
    (tmp_path / "in.log").write_bytes(b"\n".join(lines) + b"\n")
    secured = f'DefaultNetstreamDriverCAFile="{authority}/ca.pem"' if transport == "tls" else ""
    config = tmp_path / "rsyslog.conf"
    config.write_text(RSYSLOG.format(folder=tmp_path, globals=secured, port=spec.port, action=action))
    with running(run, spec, outlet), process(tool, "-n", "-f", str(config), "-i", str(tmp_path / "pid")):
        until(lambda: len(outlet.activities) == 100, 20)
    fields = [one.detail.fields["Workstation"] for one in outlet.activities]  # type: ignore[union-attr]
    assert sorted(fields) == sorted(f"W{number}" for number in range(50) for _ in range(2))
    assert not outlet.lost
