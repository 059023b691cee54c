"""Real receivers on loopback: rsyslog, a mail server, a web server that fails first; certificates of an authority of ours."""

import datetime
import hashlib
import hmac
import http.server
import ipaddress
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.sensor.free_port import free_port, until_open

RSYSLOG = """
global(workDirectory="{folder}" maxMessageSize="64k" {secured})
module(load="imudp")
module(load="imtcp" {driver})
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="write")
input(type="imtcp" address="127.0.0.1" port="{tcp}" ruleset="write")
template(name="line" type="string" string="%pri%|%timereported:::date-rfc3339%|%hostname%|%app-name%|%procid%|%msgid%|%rawmsg%
")
ruleset(name="write") {{ action(type="omfile" file="{folder}/out.log" template="line") }}
"""


def until(said: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that happens elsewhere."""
    end = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def authority(folder: Path) -> Path:
    """Folder with ca.pem, and cert.pem, key.pem of localhost and 127.0.0.1."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])

    def certificate(subject: x509.Name, public, extensions) -> x509.Certificate:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(root).public_key(public)
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        made = made.not_valid_after(now + datetime.timedelta(days=2))
        for value, critical in extensions:
            made = made.add_extension(value, critical)
        return made.sign(root_key, hashes.SHA256())

    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    identifier = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    top = certificate(root, root_key.public_key(), [(x509.BasicConstraints(True, 0), True), (usage, True), (identifier, False)])
    host = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    leaf = certificate(host, key.public_key(), [(names, False), (issuer, False)])
    (folder / "ca.pem").write_bytes(top.public_bytes(serialization.Encoding.PEM))
    (folder / "cert.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*pem))
    return folder


class Rsyslog:
    """A running rsyslogd: what it wrote, one message a line, fields between bars."""

    def __init__(self, folder: Path, udp: int, tcp: int) -> None:
        self.out, self.udp, self.tcp = folder / "out.log", udp, tcp

    def lines(self) -> list[list[str]]:
        """pri, time, host, app, process, message id, raw message; of a long line it writes one part after the other."""
        if not self.out.is_file():
            return []
        whole, _, _ = self.out.read_bytes().rpartition(b"\n")
        return [one.split("|", 6) for one in whole.decode().splitlines()]


@contextmanager
def rsyslog(folder: Path, certificates: Path | None = None, ports: tuple[int, int] | None = None) -> Iterator[Rsyslog]:
    """Run rsyslogd; with certificates its TCP port speaks TLS. Tests are skipped where it is not installed."""
    tool = shutil.which("rsyslogd") or shutil.which("rsyslogd", path="/usr/sbin:/usr/local/sbin")
    if tool is None:
        pytest.skip("rsyslogd is not installed")
    udp, tcp = ports or (free_port(), free_port())
    secured = driver = ""
    if certificates is not None:
        files = (("CA", "ca"), ("Cert", "cert"), ("Key", "key"))
        secured = " ".join(f'defaultNetstreamDriver{name}File="{certificates}/{file}.pem"' for name, file in files)
        driver = 'StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="anon"'
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "rsyslog.conf"
    config.write_text(RSYSLOG.format(folder=folder, secured=secured, driver=driver, udp=udp, tcp=tcp))
    child = subprocess.Popen(
        [tool, "-n", "-f", str(config), "-i", str(folder / "pid")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        until_open(tcp)
        yield Rsyslog(folder, udp, tcp)
    finally:
        child.terminate()
        child.wait(10)
        if child.stderr is not None:
            child.stderr.close()


class Web:
    """A web server that answers from a list, then 200; it takes only what is signed with its key. got: (id, headers, body)."""

    def __init__(self, key: str, answers: list[int]) -> None:
        self.key, self.answers = key, answers
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.bad: list[str] = []
        self.asked = 0

    def answer(self, headers: dict[str, str], body: bytes) -> int:
        """What it says to one request."""
        self.asked += 1
        if self.answers:
            return self.answers.pop(0)
        said = headers.get("x-wardlight-signature", "")
        told = f"{headers.get('x-wardlight-timestamp', '')}.".encode() + body
        right = f"sha256={hmac.new(self.key.encode(), told, hashlib.sha256).hexdigest()}"
        if self.key and not hmac.compare_digest(said, right):
            self.bad.append(said)
            return 401
        self.got.append((headers.get("x-wardlight-id", ""), headers, body))
        return 200


@contextmanager
def web(
    key: str = "", answers: list[int] | None = None, certificates: Path | None = None, port: int = 0
) -> Iterator[tuple[Web, str]]:
    """Run one; gives it with its address."""
    state = Web(key, answers or [])

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = state.answer({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if certificates is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state, f"{'https' if certificates else 'http'}://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
