"""HTTP heads (RFC 9110, RFC 9112): where a message ends, the credentials in it, requests to pages of identity services.

Of bodies only SOAP ones between federation servers are looked at, which authenticate inside of themselves (WS-Trust).
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64

from msgspec import Struct

MOST_HEAD = 131072
"""Bytes of a head that are looked at; Kerberos tokens of 64 kB fit with their Base64."""
_MOST_LINES = 256
_MOST_DIGITS = 15
_TOKEN_KEPT = 98304

_REQUEST = re.compile(rb"[A-Z][A-Z_\-]{1,23} [^\r\n]{1,65536}? HTTP/1\.[01]\r?\n")
_RESPONSE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])[ \r\n]")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,512})?\r\n")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(
    rb"^(authorization|proxy-authorization|www-authenticate|proxy-authenticate|content-length|transfer-encoding)"
    rb"[ \t]*:[ \t]*([^\r\n]*)",
    re.I | re.M,
)
_SCHEME = re.compile(rb"\s*([A-Za-z]+)(?:\s+([A-Za-z0-9+/=]+))?\s*(?:,|$)")
_STARTS = (b"GET ", b"POST", b"HTTP", b"PUT ", b"HEAD", b"OPTI", b"RPC_", b"CONN", b"PROP", b"DELE", b"SUBS", b"PATC")


_PAGE = re.compile(
    rb"([A-Z_\-]{3,24}) (?:http://[^/ ]{1,255})?"
    rb"((?:(/adfs/services/policystoretransfer)|(/certsrv/certfnsh\.asp))/?)(?:\?[^ \r\n]*)? HTTP/1\.[01]\r?\n",
    re.I,
)
"""AD FS: the service from which secondary federation servers copy the configuration; web enrolment: where requests are sent."""
_SOAP = re.compile(rb"^content-type[ \t]*:[ \t]*application/soap\+xml", re.I | re.M)
_EXCHANGE = re.compile(rb"<(?:[\w.-]{1,32}:)?BinaryExchange\s([^<>]{0,1024})>\s{0,64}([A-Za-z0-9+/=\s]{8,98304})<")
"""A token of a negotiation that goes on over several messages (WS-Trust 1.3 section 7.2, "BinaryExchange")."""
MOST_SOAP = 65536
"""Bytes of a SOAP body that are looked at: a token with its envelope."""
_TOLD = re.compile(rb"^(host|user-agent)[ \t]*:[ \t]*([^\r\n]{0,512})", re.I | re.M)
PAGES = ("adfs-configuration", "certificate-request")


class Page(Struct, frozen=True, gc=False):
    """A request to a page of an identity service; see HttpRequest of app.model.details."""

    page: str
    method: str
    path: str
    host: str | None = None
    agent: str | None = None


class Head(Struct, frozen=True, gc=False):
    """Head of one message. status: None for a request. authenticate: (proxy, scheme in lower case, token) of each field.

    page: None for a request to any other page, and for an answer.
    """

    status: int | None = None
    authenticate: tuple[tuple[bool, str, bytes], ...] = ()
    page: Page | None = None


def head_length(data: bytes, start: int, end: int) -> int:
    """Bytes of the head that starts at data[start] with its blank line; 0: not all there yet; -1: no head starts here."""
    at_most = min(end, start + MOST_HEAD)
    if end - start >= 4 and not _plausible(data, start):
        return -1
    found = _HEAD_END.search(data, start, at_most)
    if found is None:
        return -1 if at_most < end else 0
    if not (_RESPONSE.match(data, start, found.end()) or _REQUEST.match(data, start, found.end())):
        return -1
    return found.end() - start


def _plausible(data: bytes, start: int) -> bool:
    return data.startswith(_STARTS, start) or bool(_METHOD.match(data, start, start + 24))


_METHOD = re.compile(rb"[A-Z][A-Z_\-]{2,}")


def body_length(data: bytes, start: int, head: int) -> int:
    """Bytes that follow the head in data[start:start + head] by its Content-Length; 0 when it has none or comes in chunks."""
    stop = start + head
    if found := _RESPONSE.match(data, start, stop):
        status = found[1]
        if status[:1] == b"1" or status in (b"204", b"304"):
            return 0
    size = 0
    for field in _FIELD.finditer(data, start, stop):
        name = field[1].lower()
        if name == b"transfer-encoding":
            return 0
        if name == b"content-length":
            digits = field[2].strip()
            size = int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else 0
    return size


def soap_length(data: bytes, start: int, head: int, body: int) -> int:
    """Bytes of a body that may hold a token: of a request to AD FS's own service, and of answers in SOAP; 0 for any other."""
    if not body or body > MOST_SOAP:
        return 0
    asks = _PAGE.match(data, start, start + head)
    if asks is None and not data.startswith(b"HTTP/", start):
        return 0
    if asks is not None and not asks[3]:
        return 0
    return body if _SOAP.search(data, start, start + head) else 0


def exchanged(body: bytes) -> bytes:
    """The token of a negotiation (SPNEGO) inside of a SOAP body; empty when there is none."""
    found = _EXCHANGE.search(body[:MOST_SOAP])
    if found is None or b"spnego" not in found[1].lower():
        return b""
    return _base64(b"".join(found[2].split()))


def chunk_length(data: bytes, start: int, end: int) -> int:
    """Bytes of the chunk that starts at data[start] (RFC 9112 section 7.1); 0: not known yet; -1: no chunk starts here."""
    found = _CHUNK.match(data, start, min(end, start + 544))
    if found is None:
        line = data.find(b"\n", start, min(end, start + 544))
        short = line < 0 and end - start < 544 and _HEX.fullmatch(data, start, end) is not None
        return 0 if short else -1
    size = int(found[1], 16)
    if size:
        return found.end() - start + size + 2
    # The last chunk; trailer fields may follow it.
    if data.startswith(b"\r\n", found.end()):
        return found.end() + 2 - start
    if end - found.end() < 2:
        return 0
    trailer = _HEAD_END.search(data, found.end(), min(end, found.end() + MOST_HEAD))
    return trailer.end() - start if trailer else 0


_HEX = re.compile(rb"[0-9A-Fa-f]{0,8}(?:[ \t;][^\r\n]*)?\r?")


def decode(data: bytes) -> Head | None:
    """Status and credentials of the head in data; None when it is none."""
    status = None
    if found := _RESPONSE.match(data):
        status = int(found[1])
    elif not _REQUEST.match(data):
        return None
    told: list[tuple[bool, str, bytes]] = []
    for field in _FIELD.finditer(data):
        name = field[1].lower()
        if name.endswith((b"authorization", b"authenticate")) and len(told) < _MOST_LINES:
            proxy = name.startswith(b"proxy")
            if (status is None) == name.endswith(b"authorization"):
                told += [(proxy, scheme, token) for scheme, token in _schemes(field[2])]
    return Head(status, tuple(told), page_of(data) if status is None else None)


def page_of(data: bytes) -> Page | None:
    """Which page of an identity service the request in data asks for; None for any other."""
    found = _PAGE.match(data)
    if found is None:
        return None
    said: dict[bytes, str] = {}
    for field in _TOLD.finditer(data, found.end(), min(len(data), found.end() + MOST_HEAD)):
        said.setdefault(field[1].lower(), field[2].decode("latin-1").strip())
    return Page(
        page=PAGES[0 if found[3] else 1],
        method=found[1].decode("ascii").upper(),
        path=found[2].decode("ascii"),
        host=said.get(b"host") or None,
        agent=said.get(b"user-agent") or None,
    )


def _schemes(value: bytes) -> list[tuple[str, bytes]]:
    """Scheme names with their decoded tokens of one field; several challenges may share a field."""
    told: list[tuple[str, bytes]] = []
    for part in value.split(b",")[:16]:
        found = _SCHEME.match(part)
        if found is None:
            # Parameters such as realm="..." belong to a scheme that needs no decoding; its name leads the first part.
            name = part.split(None, 1)[0].decode("latin-1").lower() if part.strip() else ""
            if name and "=" not in name:
                told.append((name, b""))
            continue
        told.append((found[1].decode("latin-1").lower(), _base64(found[2] or b"")))
    return told


def _base64(text: bytes) -> bytes:
    text = text[: _TOKEN_KEPT // 4 * 4]
    try:
        return a2b_base64(text)
    except (Base64Error, ValueError):
        pass
    try:
        # A cut or unpadded token still tells its beginning.
        bare = text.rstrip(b"=")
        return a2b_base64(bare[: len(bare) // 4 * 4])
    except (Base64Error, ValueError):
        return b""
