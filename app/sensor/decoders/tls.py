"""TLS handshakes as far as they are readable: server name, version, name in the server's certificate (RFC 5246, RFC 8446)."""

from app.sensor.decoders.der import Malformed, content, element

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11
RECORD_HEAD = 5
TLS_1_3 = 0x0304

_MOST_RECORD = 16384 + 2048
_MOST_EXTENSIONS = 64
_COMMON_NAME = b"\x55\x04\x03"  # 2.5.4.3
_ALTERNATIVE_NAMES = b"\x06\x03\x55\x1d\x11"  # OBJECT IDENTIFIER 2.5.29.17
_HOST_NAME = 0x82
"""dNSName of GeneralName (RFC 5280 section 4.2.1.6)."""


def record_length(data: bytes, start: int, end: int) -> int:
    """Bytes of the record at data[start] with its head; 0: not known yet; -1: no record starts here."""
    if end - start < 2:
        return 0
    if not CHANGE_CIPHER_SPEC <= data[start] <= 24 or data[start + 1] != 3:
        return -1
    if end - start < RECORD_HEAD:
        return 0
    size = data[start + 3] << 8 | data[start + 4]
    return RECORD_HEAD + size if size <= _MOST_RECORD else -1


def handshakes(stream: bytes | bytearray) -> tuple[list[tuple[int, bytes]], int]:
    """((type, body) of each whole handshake message in stream, bytes they take); stream is joined record contents."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 4 <= len(stream):
        size = int.from_bytes(stream[at + 1 : at + 4], "big")
        if at + 4 + size > len(stream):
            break
        found.append((stream[at], bytes(stream[at + 4 : at + 4 + size])))
        at += 4 + size
    return found, at


def server_name(body: bytes) -> str | None:
    """Host name that a ClientHello asks for (RFC 6066 section 3)."""
    try:
        at = 34
        at += 1 + body[at]
        at += 2 + int.from_bytes(body[at : at + 2], "big")
        at += 1 + body[at]
        place = _extension(body, at, 0)
        if place is None or body[place[0] + 2] != 0:
            return None
        start = place[0] + 5
        size = int.from_bytes(body[start - 2 : start], "big")
        name = body[start : min(start + size, place[1])].decode("ascii", "replace")
    except IndexError:
        return None
    return name or None


def version(body: bytes) -> int | None:
    """Version that a ServerHello agrees to (RFC 8446 section 4.1.3, 4.2.1)."""
    try:
        agreed = int.from_bytes(body[0:2], "big")
        place = _extension(body, 34 + 1 + body[34] + 3, 43)
    except IndexError:
        return None
    return int.from_bytes(body[place[0] : place[0] + 2], "big") if place else agreed


def certificate_name(body: bytes) -> str | None:
    """Common name of the first certificate in a Certificate message, else its first host name."""
    size = int.from_bytes(body[3:6], "big")
    stop = min(6 + size, len(body))
    try:
        return _subject(body, 6, stop) or _alternative(body, 6, stop)
    except (Malformed, IndexError):
        return None


def _extension(body: bytes, at: int, wanted: int) -> tuple[int, int] | None:
    """(start, stop) of the extension with that number in the list whose length is at body[at]."""
    end = min(at + 2 + int.from_bytes(body[at : at + 2], "big"), len(body))
    at += 2
    for _ in range(_MOST_EXTENSIONS):
        if at + 4 > end:
            return None
        kind = int.from_bytes(body[at : at + 2], "big")
        stop = at + 4 + int.from_bytes(body[at + 2 : at + 4], "big")
        if stop > end:
            return None
        if kind == wanted:
            return at + 4, stop
        at = stop
    return None


def _subject(data: bytes, at: int, end: int) -> str | None:
    """Common name in the subject of the certificate in data[at:end] (RFC 5280 section 4.1)."""
    at, stop = content(data, *content(data, at, end, 0x30), 0x30)
    tag, _, after = element(data, at, stop)
    if tag == 0xA0:
        at = after
    # serialNumber, signature, issuer, validity; then the subject.
    for _ in range(4):
        _, _, at = element(data, at, stop)
    at, stop = content(data, at, stop, 0x30)
    name = None
    for _ in range(_MOST_EXTENSIONS):
        if at + 2 > stop:
            break
        _, start, at = element(data, at, stop)
        _, start, last = element(data, start, at)
        _, first, start = element(data, start, last)
        if data[first:start] == _COMMON_NAME:
            kind, first, last = element(data, start, last)
            raw = data[first : min(last, first + 512)]
            name = raw.decode("utf-16-be" if kind == 0x1E else "utf-8", "replace")
    return name or None


def _alternative(data: bytes, at: int, end: int) -> str | None:
    """First host name among the alternative names of a certificate."""
    at = data.find(_ALTERNATIVE_NAMES, at, end)
    if at < 0:
        return None
    at += len(_ALTERNATIVE_NAMES)
    tag, start, stop = element(data, at, end)
    if tag == 0x01:
        _, start, stop = element(data, stop, end)
    at, stop = content(data, start, stop, 0x30)
    for _ in range(_MOST_EXTENSIONS):
        if at + 2 > stop:
            return None
        tag, start, at = element(data, at, stop)
        if tag == _HOST_NAME:
            return data[start : min(at, start + 512)].decode("ascii", "replace") or None
    return None
