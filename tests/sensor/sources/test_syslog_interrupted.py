"""Senders that do not trust the listener, or are interrupted in the middle of a message: told, counted, never waited for."""

import socket
import ssl
import struct
from pathlib import Path

from app.sensor.sources.streams import CUT, ENDLESS, UNTRUSTED
from app.sensor.sources.syslog import run
from tests.sensor.events.syslog_samples import CEF
from tests.sensor.sources.listening import Outlet, call, process, program, running, until
from tests.sensor.sources.test_syslog import (
    HERE,
    RSYSLOG,
    authority,  # noqa: F401  fixture
    secure,
    source,
    stream,
)

RESET = struct.pack("ii", 1, 0)
GTLS = (
    'protocol="tcp" StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" '
    'StreamDriverPermittedPeers="localhost" action.resumeInterval="1" action.resumeRetryCount="-1"'
)


def test_rsyslog_that_trusts_another_authority_is_told_and_heard_once_it_trusts_ours(
    tmp_path: Path,
    authority: Path,  # noqa: F811
) -> None:
    tool, other = program("rsyslogd"), tmp_path / "other.pem"
    call(program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(tmp_path / "key.pem"),
         "-out", str(other), "-days", "2", "-subj", "/CN=Other CA")  # fmt: skip
    spec, outlet = secure(authority), Outlet()
    (tmp_path / "in.log").write_bytes((CEF + b"\n") * 20)
    config = tmp_path / "rsyslog.conf"
    command = (tool, "-n", "-f", str(config), "-i", str(tmp_path / "pid"))
    with running(run, spec, outlet):
        config.write_text(
            RSYSLOG.format(folder=tmp_path, globals=f'DefaultNetstreamDriverCAFile="{other}"', port=spec.port, action=GTLS)
        )
        with process(*command):
            until(lambda: outlet.notes[UNTRUSTED] + outlet.notes["TLS handshake failed"] > 0, 20)
        assert outlet.records == 0 and not outlet.lost
        for one in tmp_path.glob("imfile-state*"):  # it believed that these lines were on their way
            one.unlink()
        ours = f'DefaultNetstreamDriverCAFile="{authority}/ca.pem"'
        config.write_text(RSYSLOG.format(folder=tmp_path, globals=ours, port=spec.port, action=GTLS))
        with process(*command):
            until(lambda: len(outlet.activities) == 20, 20)


def test_a_connection_that_breaks_in_a_message_gives_no_half_event() -> None:
    spec, outlet = source("tcp"), Outlet()
    with running(run, spec, outlet):
        with socket.create_connection((HERE, spec.port)) as sender:
            sender.sendall(CEF + b"\n" + CEF[:200])
            until(lambda: outlet.records == 1)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        until(lambda: outlet.lost[CUT] == 1)
        stream(spec, CEF + b"\n")
        until(lambda: outlet.records == 2)
    assert len(outlet.activities) == 2 and not outlet.notes


def test_a_last_message_without_its_end_is_taken_and_told() -> None:
    spec, outlet = source("tcp"), Outlet()
    with running(run, spec, outlet):
        stream(spec, CEF + b"\n" + CEF)
        until(lambda: outlet.records == 2)
        stream(spec, CEF + b"\n")
        until(lambda: outlet.records == 3)
    assert len(outlet.activities) == 3 and outlet.notes == {ENDLESS: 1} and not outlet.lost


def test_tls_that_ends_in_the_middle_is_told_with_how_it_ended(authority: Path) -> None:  # noqa: F811
    spec, outlet = secure(authority), Outlet()
    context = ssl.create_default_context(cafile=str(authority / "ca.pem"))

    def send(data: bytes) -> None:
        plain = socket.create_connection((HERE, spec.port))
        with context.wrap_socket(plain, server_hostname="localhost") as sender:
            sender.sendall(data)  # closed without telling TLS so

    with running(run, spec, outlet):
        send(b"%d %s%d %s" % (len(CEF), CEF, len(CEF), CEF[:100]))
        until(lambda: outlet.lost[CUT] == 1)
        send(b"")
        until(lambda: outlet.notes[UNTRUSTED] == 1)
        send(b"%d %s" % (len(CEF), CEF))
        until(lambda: outlet.records == 2)
    assert len(outlet.activities) == 2 and outlet.notes == {UNTRUSTED: 1}
    assert outlet.where[UNTRUSTED] == "127.0.0.1: ended without closing TLS"
