"""Asking one address for its name: NTLM over RPC, NetBIOS node status, RDP's certificate, reverse DNS.

Nothing signs in anywhere: each probe stops at what any server tells a stranger first.
"""

import asyncio
import ipaddress
import secrets
import socket
import ssl
import struct
import uuid
from collections.abc import Awaitable, Callable

from msgspec import Struct

from app.sensor.decoders import dcerpc, dns, netbios, ntlm, rdp, tls

RPC_PORT, NETBIOS_PORT, RDP_PORT, DNS_PORT = 135, 137, 3389, 53
LARGEST = 65_536
PTR = 12


class Answer(Struct, frozen=True, gc=False):
    """What an address said it is called. domain: its DNS or NetBIOS domain where told; hardware: its MAC address."""

    name: str
    domain: str | None = None
    hardware: str | None = None


class Silent(Exception):
    """It did not answer, or not with a name; the text says how in a few words."""


def rpc_bind() -> bytes:
    """A bind to the endpoint mapper that begins NTLM (C706 section 12.6.4.3, MS-RPCE 2.2.2.11, MS-NLMP 2.2.1.1)."""
    flags = 0xA2088207  # Unicode, OEM, request target, NTLM, always sign, extended session security, version, 128, 56
    token = ntlm.SIGNATURE + struct.pack("<II", 1, flags) + bytes(16) + struct.pack("<BBH", 10, 0, 19041) + b"\0\0\0\x0f"
    context = struct.pack("<HBB", 0, 1, 0)
    context += uuid.UUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa").bytes_le + struct.pack("<HH", 3, 0)
    context += uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860").bytes_le + struct.pack("<I", 2)
    body = struct.pack("<HHI", 4280, 4280, 0) + struct.pack("<BBH", 1, 0, 0) + context
    body += bytes(-len(body) % 4)
    trailer = struct.pack("<BBBBI", 10, 2, 0, 0, 0)
    length = 16 + len(body) + len(trailer) + len(token)
    head = struct.pack("<BBBBIHHI", 5, 0, 11, 3, 0x10, length, len(token), 1)
    return head + body + trailer + token


def challenge_of(unit: bytes) -> Answer:
    """The names in the NTLM challenge of a bind acknowledgement. Raises Silent."""
    head = dcerpc.header(unit)
    trailer = dcerpc.verifier(head, unit) if head is not None and head.type == 12 else None
    message = ntlm.decode(trailer.token) if trailer is not None else None
    if not isinstance(message, ntlm.Challenge):
        raise Silent("no NTLM challenge")
    target = message.target
    name = target.dns_computer or target.netbios_computer
    if not name:
        raise Silent("a challenge without a name")
    return Answer(name, target.dns_domain or target.netbios_domain)


async def ask_rpc(address: str, port: int = RPC_PORT) -> Answer:
    """NTLM over RPC: the challenge names the computer and its domain."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(rpc_bind())
        head = await reader.readexactly(16)
        length = dcerpc.unit_length(head, 0)
        if not 16 <= length <= LARGEST:
            raise Silent("no RPC answer")
        return challenge_of(head + await reader.readexactly(length - 16))
    finally:
        writer.transport.abort()


def status_request() -> bytes:
    """NetBIOS node status request for the name "*" (RFC 1002 section 4.2.17)."""
    name = b"\x20" + b"CK" + b"A" * 30 + b"\0"
    return secrets.token_bytes(2) + struct.pack(">5H", 0, 1, 0, 0, 0) + name + struct.pack(">HH", 0x21, 1)


async def ask_netbios(address: str, port: int = NETBIOS_PORT) -> Answer:
    """NetBIOS node status: the unique name with suffix 00."""
    question = status_request()
    message = netbios.decode(await _datagram(address, port, question, question[:2]))
    claims = message.claims if message is not None and message.reply else ()
    names = [one.name for one in claims if one.role == "computer" and not one.address]
    if message is None or not names:
        raise Silent("a node status without a name")
    domain = next((one.name for one in claims if one.role == "domain"), None)
    return Answer(names[0], domain, message.hardware)


async def ask_rdp(address: str, port: int = RDP_PORT) -> Answer:
    """The first packet of RDP, then TLS: the certificate names the computer (MS-RDPBCGR section 2.2.1.1, 5.4.5)."""
    reader, writer = await asyncio.open_connection(address, port)
    try:
        writer.write(bytes.fromhex("030000130ee000000000000100080003000000"))
        head = await reader.readexactly(4)
        length = int.from_bytes(head[2:4], "big")
        if not 7 <= length <= 512:
            raise Silent("no RDP answer")
        confirm = rdp.decode(head + await reader.readexactly(length - 4))
        if not isinstance(confirm, rdp.Confirm) or not confirm.protocol:
            raise Silent("RDP without TLS")
        await writer.start_tls(_any_certificate(), server_hostname="")
        certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True) or b""
    finally:
        writer.transport.abort()
    listed = len(certificate).to_bytes(3, "big") + certificate
    name = tls.certificate_name(len(listed).to_bytes(3, "big") + listed)
    if not name:
        raise Silent("a certificate without a name")
    return Answer(name)


def _any_certificate() -> ssl.SSLContext:
    """RDP certificates are self-signed and old servers speak old TLS; nothing secret is said here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def pointer_request(address: str) -> bytes:
    """DNS question for the name of an address (RFC 1035 section 3.5, RFC 3596 section 2.5)."""
    labels = ipaddress.ip_address(address).reverse_pointer.split(".")
    name = b"".join(len(one).to_bytes(1, "big") + one.encode() for one in labels) + b"\0"
    return secrets.token_bytes(2) + struct.pack(">5H", 0x0100, 1, 0, 0, 0) + name + struct.pack(">HH", PTR, 1)


async def ask_dns(address: str, server: str, port: int = DNS_PORT) -> Answer:
    """Reverse DNS at a server; only its first name counts."""
    question = pointer_request(address)
    message = dns.decode(await _datagram(server, port, question, question[:2]))
    if message is None or not message.flags & 0x8000:
        raise Silent("no DNS answer")
    name = next((one.partition(" ")[2].rstrip(".") for one in message.answers if one.startswith("PTR ")), "")
    if not name:
        raise Silent("no name in DNS")
    return Answer(name)


class _Waiting(asyncio.DatagramProtocol):
    def __init__(self, ident: bytes) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._ident = ident

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data[:2] == self._ident and not self.answer.done():
            self.answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc)


async def _datagram(address: str, port: int, question: bytes, ident: bytes) -> bytes:
    """The answer to one datagram, told by its first two bytes; asked twice, as one may be lost."""
    loop = asyncio.get_running_loop()
    transport, waiting = await loop.create_datagram_endpoint(lambda: _Waiting(ident), remote_addr=(address, port))
    try:
        for _ in range(2):
            transport.sendto(question)
            try:
                return await asyncio.wait_for(asyncio.shield(waiting.answer), 0.7)
            except TimeoutError:
                continue
        raise Silent("no answer")
    finally:
        waiting.answer.cancel()
        transport.close()


Probe = Callable[[str], Awaitable[Answer]]
PRIMARY: dict[str, Probe] = {"rpc-ntlm": ask_rpc, "netbios-status": ask_netbios, "rdp-tls": ask_rdp}
"""Method word to the probe of the computer itself."""
FAILURES = (OSError, Silent, TimeoutError, asyncio.IncompleteReadError, ssl.SSLError, socket.gaierror, ValueError)
"""What a probe may raise: there is no answer then."""
