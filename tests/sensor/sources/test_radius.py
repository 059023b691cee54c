"""The RADIUS listener hears radclient, checks the secret, answers, and tells each request once."""

import socket
import threading
import time
from pathlib import Path

import pytest

from app.model.activity import Account
from app.model.details import RadiusAccounting
from app.model.source import RadiusSource
from app.sensor.conversations.radius_accounting import ASTRAY
from app.sensor.decoders import radius
from app.sensor.decoders.radius_secret import answer_to, is_genuine, is_signed_well
from app.sensor.sources.living import Cannot
from app.sensor.sources.radius import WRONG_SECRET, run
from tests.sensor.free_port import free_port
from tests.sensor.sources.listening import Outlet, program, running, until
from tests.sensor.sources.mmdb import write

SECRET = "s3cret-\u00e4"
START = """User-Name = "anna@corp.test"
Acct-Status-Type = {status}
Acct-Session-Id = "S{number}"
NAS-IP-Address = 10.0.0.3
NAS-Identifier = "gw.corp.test"
NAS-Port-Type = Virtual
Framed-IP-Address = 10.9.0.5
Calling-Station-Id = "203.0.113.9"
Called-Station-Id = "vpn.corp.test"
Tunnel-Client-Endpoint:0 = "203.0.113.9"
MS-RAS-Client-Name = "LAPTOP7"
Acct-Session-Time = 60
Event-Timestamp = 1700000000
Class = 0x0102
"""


@pytest.fixture(autouse=True)
def shared_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.sensor.sources.radius.secret", lambda name: {"vpn": SECRET, "ascii": "testing123"}.get(name))


def source(address: str = "127.0.0.1", name: str = "ascii", **more: str) -> RadiusSource:
    return RadiusSource(address=address, port=free_port(address=address), secret=name, **more)


def radclient(
    spec: RadiusSource, text: str, *more: str, secret: str = "testing123", kind: str = "acct", host: str = "127.0.0.1"
) -> str:
    words = (program("radclient"), "-x", *more, f"{host}:{spec.port}", kind, secret)
    import subprocess

    return subprocess.run(words, input=text, capture_output=True, text=True, timeout=30, check=False).stdout


def test_a_session_of_radclient(tmp_path: Path) -> None:
    places = write(
        tmp_path / "p.mmdb", {"203.0.113.0/24": {"city": {"names": {"en": "Amsterdam"}}, "country": {"iso_code": "NL"}}}
    )
    spec, outlet = source(places=str(places)), Outlet()
    began = time.time_ns() // 1000
    with running(run, spec, outlet):
        for number, status in enumerate(("Start", "Interim-Update", "Stop"), 1):
            out = radclient(spec, START.format(status=status, number=number))
            assert "Received Accounting-Response" in out
    assert outlet.records == 3 and not outlet.lost
    assert [one.detail.status for one in outlet.activities] == ["Start", "Interim-Update", "Stop"]  # type: ignore[union-attr]
    first = outlet.activities[0]
    assert first.detail == RadiusAccounting(
        status="Start", session="S1", framed_ip="10.9.0.5", calling_station="203.0.113.9", called_station="vpn.corp.test",
        nas="10.0.0.3", nas_identifier="gw.corp.test", tunnel_client="203.0.113.9", session_seconds=60, client_name="LAPTOP7",
        nas_port_type=5, event_at=1700000000_000_000, place="Amsterdam, NL",
    )  # fmt: skip
    assert first.account == Account(name="anna", domain="corp.test") and (first.record, first.code) == (1, 5)
    assert first.source and first.source.ip == "127.0.0.1" and first.destination and first.destination.port == spec.port
    assert began <= first.at <= time.time_ns() // 1000


def test_gateway_on_and_off_and_delay() -> None:
    spec, outlet = source(), Outlet()
    text = 'NAS-IP-Address = 10.0.0.3\nAcct-Session-Id = "0"\nAcct-Delay-Time = 30\nAcct-Status-Type = '
    with running(run, spec, outlet):
        for status in ("Accounting-On", "Accounting-Off"):
            assert "Received Accounting-Response" in radclient(spec, text + status)
    on, off = outlet.activities
    assert isinstance(on.detail, RadiusAccounting) and isinstance(off.detail, RadiusAccounting)
    assert (on.detail.status, off.detail.status, on.account) == ("Accounting-On", "Accounting-Off", None)
    assert on.detail.delay_seconds == 30 and on.detail.event_at == on.at - 30_000_000


def test_a_gateway_without_a_clock_is_counted() -> None:
    spec, outlet = source(), Outlet()
    text = 'Acct-Status-Type = Start\nAcct-Session-Id = "0"\nAcct-Delay-Time = 30\nEvent-Timestamp = '
    with running(run, spec, outlet):
        for when in (77, int(time.time()) + 90 * 86400, int(time.time()) - 60):
            assert "Received Accounting-Response" in radclient(spec, f"{text}{when}")
    first, ahead, good = outlet.activities
    for one in (first, ahead):
        assert isinstance(one.detail, RadiusAccounting) and one.detail.event_at == one.at - 30_000_000
    assert isinstance(good.detail, RadiusAccounting) and good.detail.event_at == when * 1_000_000
    assert outlet.notes == {ASTRAY: 2}


def test_a_wrong_secret_is_counted_and_not_answered() -> None:
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        out = radclient(spec, START.format(status="Start", number=1), "-r", "1", "-t", "0.5", secret="other")
        until(lambda: outlet.lost[WRONG_SECRET] == 1)
    assert "Received" not in out and not outlet.activities and outlet.records == 0


def test_other_requests_are_counted() -> None:
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        radclient(spec, 'User-Name = "anna"\nUser-Password = "x"\n', "-r", "1", "-t", "0.5", kind="auth")
        until(lambda: outlet.notes["RADIUS packet that is no accounting request"] == 1)
        out = radclient(spec, "Message-Authenticator = 0x00\n", "-r", "1", kind="status")
        assert "Received" in out  # a monitor that asks whether the server is there


def test_message_authenticators_are_checked() -> None:
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet):
        out = radclient(spec, START.format(status="Start", number=1) + "Message-Authenticator = 0x00\n")
        assert "Received Accounting-Response" in out
    assert outlet.records == 1


def test_many_requests_at_once_all_answered_and_told_once() -> None:
    spec, outlet = source(), Outlet()
    text = "\n".join(START.format(status="Interim-Update", number=number) for number in range(300))
    with running(run, spec, outlet):
        out = radclient(spec, text, "-p", "50")
    assert out.count("Received Accounting-Response") == 300
    assert outlet.records == len(outlet.activities) == 300
    assert sorted(one.record or 0 for one in outlet.activities) == list(range(1, 301))


def test_ipv6() -> None:
    spec, outlet = source("::1"), Outlet()
    text = START.format(status="Start", number=1).replace("Framed-IP-Address = 10.9.0.5", "Framed-IPv6-Address = 2001:db8::5")
    with running(run, spec, outlet):
        assert "Received Accounting-Response" in radclient(spec, text, "-6", host="[::1]")
    (one,) = outlet.activities
    assert isinstance(one.detail, RadiusAccounting) and one.detail.framed_ip == "2001:db8::5"
    assert one.source and one.source.ip == "::1" and one.destination and one.destination.ip == "::1"


def request(*attributes: tuple[int, bytes], secret: str = SECRET, number: int = 7) -> bytes:
    from hashlib import md5

    body = b"".join(bytes([kind, len(value) + 2]) + value for kind, value in attributes)
    head = bytes([4, number]) + (20 + len(body)).to_bytes(2, "big")
    return head + md5(head + b"\0" * 16 + body + secret.encode()).digest() + body


def test_a_request_sent_again_is_answered_alike_and_told_once() -> None:
    spec, outlet = source(name="vpn"), Outlet()
    raw = request((40, b"\0\0\0\1"), (1, b"anna"), (33, b"proxy one"), (33, b"proxy two"))
    with running(run, spec, outlet), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.connect(("127.0.0.1", spec.port))
        answers = []
        for _ in range(3):
            client.send(raw)
            answers.append(client.recv(4096))
        client.send(request((40, b"\0\0\0\1"), (1, b"anna"), (44, b"other")))
        assert client.recv(4096)[1] == 7
    assert len(set(answers)) == 1 and answers[0] == answer_to(raw, SECRET.encode())
    assert answers[0][20:] == b"\x21\x0bproxy one\x21\x0bproxy two"
    assert len(outlet.activities) == outlet.records == 2 and outlet.notes["RADIUS request sent again"] == 2


def test_an_answer_leaves_from_the_address_that_was_asked() -> None:
    spec, outlet = RadiusSource(address="0.0.0.0", port=free_port(), secret="vpn"), Outlet()
    with running(run, spec, outlet), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.connect(("127.0.0.9", spec.port))
        client.send(request((40, b"\0\0\0\1"), (1, b"anna")))
        assert client.recv(4096)[0] == 5
    (one,) = outlet.activities
    assert one.destination and one.destination.ip == "127.0.0.9"


def test_any_bytes_are_survived_and_counted() -> None:
    spec, outlet = source(name="vpn"), Outlet()
    whole = request((40, b"\0\0\0\1"), (1, b"anna"))
    junk = [whole[:size] for size in range(1, len(whole))] + [b"x" * 5000, b"\4" * 100]
    with running(run, spec, outlet), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for one in junk:
            client.sendto(one, ("127.0.0.1", spec.port))
        client.sendto(whole, ("127.0.0.1", spec.port))
        until(lambda: outlet.records == 1)
    assert sum(outlet.lost.values()) + sum(outlet.notes.values()) == len(junk)


def test_what_cannot_be_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Cannot, match="no shared secret of the name 'none'"):
        run(source(name="none"), "x", Outlet(), threading.Event())
    with pytest.raises(Cannot, match="GeoIP file"):
        run(source(places=str(tmp_path / "none")), "x", Outlet(), threading.Event())
    spec, outlet = source(), Outlet()
    with running(run, spec, outlet), pytest.raises(Cannot, match="is in use"):
        run(spec, "x", Outlet(), threading.Event())


def test_authenticators_of_rfc_2866_against_radclient_itself() -> None:
    program("radclient")
    got: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)

        def serve() -> None:
            raw, client = server.recvfrom(4096)
            got.append(raw)
            server.sendto(answer_to(raw, b"testing123"), client)

        thread = threading.Thread(target=serve)
        thread.start()
        spec = RadiusSource(port=server.getsockname()[1])
        out = radclient(spec, START.format(status="Stop", number=1) + "Message-Authenticator = 0x00\nProxy-State = 0x010203\n")
        thread.join()
    assert "Received Accounting-Response" in out and "Proxy-State = 0x010203" in out
    assert is_genuine(got[0], b"testing123") and is_signed_well(got[0], b"testing123")
    assert not is_genuine(got[0], b"testing124") and not is_signed_well(got[0], b"testing124")
    packet = radius.decode(got[0])
    assert packet and packet.signed and packet.proxy_states == (b"\1\2\3",)
