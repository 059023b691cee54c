"""Probes against real servers where these are installed, and against servers that answer nonsense."""

import asyncio
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import dcerpc, netbios
from app.sensor.sources import probes
from app.sensor.sources.probes import FAILURES, Answer, Silent
from tests.sensor.free_port import free_port, until_open


def asked(coroutine: object) -> Answer:
    return asyncio.run(asyncio.wait_for(coroutine, 10))  # type: ignore[arg-type]


@pytest.fixture
def started() -> Iterator[Callable[..., None]]:
    """Starts a server; all are ended after the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: object) -> None:
        program = str(command[0])
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        running.append(subprocess.Popen([str(one) for one in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    yield start
    for one in running:
        one.kill()
        one.wait()


def test_a_real_rdp_server_names_itself_in_its_certificate(started: Callable[..., None], tmp_path: Path) -> None:
    settings = Path("/etc/xrdp/xrdp.ini")
    if not settings.exists():
        pytest.skip("xrdp is not installed")
    key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=ts1.corp.test"], check=True, capture_output=True,
    )  # fmt: skip
    own = {"certificate": certificate, "key_file": key, "security_layer": "negotiate", "LogFile": tmp_path / "log"}
    lines = [
        f"{line.partition('=')[0]}={own[line.partition('=')[0]]}" if line.partition("=")[0] in own else line
        for line in settings.read_text().splitlines()
    ]
    (tmp_path / "x.ini").write_text("\n".join(lines))
    port = free_port()
    started("xrdp", "--nodaemon", "--port", port, "--config", tmp_path / "x.ini")
    until_open(port)

    assert asked(probes.ask_rdp("127.0.0.1", port)) == Answer("ts1.corp.test")


def test_a_real_dns_server_names_an_address(started: Callable[..., None]) -> None:
    port = free_port()
    started(
        "dnsmasq", "-k", "-p", port, "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--pid-file",
        "--ptr-record=9.0.0.10.in-addr.arpa,ws9.corp.test", "--listen-address=127.0.0.1", "--bind-interfaces",
    )  # fmt: skip
    until_open(port)

    assert asked(probes.ask_dns("10.0.0.9", "127.0.0.1", port)) == Answer("ws9.corp.test")
    with pytest.raises(Silent):
        asked(probes.ask_dns("10.0.0.8", "127.0.0.1", port))


def test_the_bind_that_is_sent_is_one() -> None:
    unit = probes.rpc_bind()
    head = dcerpc.header(unit)

    assert head is not None and (head.type, head.length) == (11, len(unit))
    (context,) = dcerpc.bind(head, unit)
    assert context.interface == "e1af8308-5d1f-11c9-91a4-08002b14a0fa"
    trailer = dcerpc.verifier(head, unit)
    assert trailer is not None and (trailer.type, trailer.level, trailer.token[:8]) == (10, 2, b"NTLMSSP\0")


def test_the_status_request_asks_for_every_name() -> None:
    question = probes.status_request()
    message = netbios.decode(question)

    assert message is not None and not message.reply and len(question) == 50
    assert netbios.first_level(question[13:45]) == b"*" + bytes(15)


@given(st.binary(max_size=600))
def test_nonsense_is_no_answer(data: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        writer.close()

    async def ask() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            for probe in (probes.ask_rpc, probes.ask_rdp):
                with pytest.raises(FAILURES):
                    await asyncio.wait_for(probe("127.0.0.1", port), 5)

    asyncio.run(ask())


@given(st.binary(max_size=300))
def test_a_challenge_is_read_or_refused(data: bytes) -> None:
    with pytest.raises(Silent):
        probes.challenge_of(data)


def test_nobody_there_is_no_answer() -> None:
    port = free_port()
    for probe in (probes.ask_rpc, probes.ask_rdp, probes.ask_netbios):
        with pytest.raises(FAILURES):
            asked(probe("127.0.0.1", port))
