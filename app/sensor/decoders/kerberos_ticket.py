"""Tickets with their fingerprint, as KDC replies hold them or a client presents them (RFC 4120 section 5.3)."""

from functools import lru_cache
from hashlib import blake2b

from msgspec import Struct

from app.sensor.decoders.der import Malformed, content, element, inner_integer, inner_text
from app.sensor.decoders.kerberos_names import bits, principal

_SHORT_ETYPE = b"\xa0\x03\x02\x01"
"""[0] etype with an INTEGER of one byte."""
_KEPT = 4096
"""Bytes of a ticket that is remembered."""


class Ticket(Struct, frozen=True, gc=False):
    """A ticket's outside. hash: fingerprint of the sealed part; size: its bytes; both None when it was cut."""

    realm: str | None
    service: str | None
    etype: int | None
    kvno: int | None
    size: int | None
    hash: str | None


class ApRequest(Struct, frozen=True, gc=False):
    """AP-REQ (RFC 4120 section 5.5.1). options: 32 bits, bit 0 the highest; bit 2 asks for mutual authentication."""

    ticket: Ticket | None
    authenticator_etype: int | None = None
    options: int | None = None
    type: int = 14


def fingerprint(cipher: bytes) -> str:
    """Fingerprint by which a ticket is recognised where it was issued and wherever it is shown."""
    return blake2b(cipher, digest_size=8).hexdigest()


def encrypted(data: bytes, start: int, end: int) -> tuple[int | None, int | None, int, int]:
    """(etype, key version, start, stop of the cipher) of the EncryptedData in data[start:end] (section 5.2.9)."""
    at, stop = content(data, start, end, 0x30)
    if data[at : at + 4] == _SHORT_ETYPE and at + 5 <= stop:
        etype = data[at + 4]
        etype, at = etype if etype < 128 else etype - 256, at + 5
    else:
        start, at = content(data, at, stop, 0xA0)
        etype = inner_integer(data, start, at)
    tag, start, at = element(data, at, stop)
    kvno = None
    if tag == 0xA1:
        kvno = inner_integer(data, start, at)
        tag, start, at = element(data, at, stop)
    if tag != 0xA2:
        return etype, kvno, 0, 0
    _, start, end = element(data, start, at)
    return etype, kvno, start, end


def ticket(data: bytes, start: int, end: int, edge: int) -> Ticket | None:
    """The ticket in data[start:end]; what reaches edge is not whole, because the message was cut there."""
    if end < edge and end - start <= _KEPT:
        return _remembered(data[start:end])
    return _ticket(data, start, end, edge)


@lru_cache(maxsize=512)
def _remembered(whole: bytes) -> Ticket | None:
    """The same for a whole ticket: each is seen when it is issued and whenever it is shown."""
    return _ticket(whole, 0, len(whole), len(whole) + 1)


def _ticket(data: bytes, start: int, end: int, edge: int) -> Ticket | None:
    start, end = content(data, start, end, 0x61)
    at, stop = content(data, start, end, 0x30)
    etype = kvno = size = mark = realm = service = None
    try:
        _, _, at = element(data, at, stop)
        start, at = content(data, at, stop, 0xA1)
        if at < edge:
            realm = inner_text(data, start, at)
        start, at = content(data, at, stop, 0xA2)
        if at < edge:
            _, service = principal(data, start, at)
        start, at = content(data, at, stop, 0xA3)
        etype, kvno, start, end = encrypted(data, start, at)
        if start < end < edge:
            size = end - start
            mark = fingerprint(data[start:end])
    except (Malformed, IndexError):
        # Cut in the middle: what was read so far still tells which service it is for.
        pass
    return Ticket(realm, service, etype, kvno, size, mark)


def ap_request(data: bytes, found: dict[int, tuple[int, int]], edge: int) -> ApRequest:
    """AP-REQ from the fields of its sequence."""
    return ApRequest(
        ticket(data, *one, edge) if (one := found.get(0xA3)) else None,
        encrypted(data, *one)[0] if (one := found.get(0xA4)) else None,
        bits(data, *one) if (one := found.get(0xA2)) else None,
    )
