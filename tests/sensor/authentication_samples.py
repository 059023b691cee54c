"""Real messages of a lab domain by name, and a small DER writer for those that no lab gave."""

import json
from pathlib import Path

SAMPLES: dict[str, bytes] = {
    name: bytes.fromhex(text)
    for name, text in json.loads((Path(__file__).parent.parent / "data" / "authentication.json").read_text()).items()
}


def der(tag: int, *parts: bytes) -> bytes:
    """One element with these contents."""
    inside = b"".join(parts)
    if len(inside) < 128:
        return bytes([tag, len(inside)]) + inside
    size = len(inside).to_bytes((len(inside).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + inside


def number(value: int) -> bytes:
    """An INTEGER."""
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def name(kind: int, *parts: str) -> bytes:
    """A PrincipalName."""
    return der(0x30, der(0xA0, number(kind)), der(0xA1, der(0x30, *(der(0x1B, one.encode()) for one in parts))))


def text(value: str) -> bytes:
    """A GeneralString."""
    return der(0x1B, value.encode())


def sealed(etype: int, cipher: bytes, kvno: int | None = None) -> bytes:
    """An EncryptedData."""
    version = () if kvno is None else (der(0xA1, number(kvno)),)
    return der(0x30, der(0xA0, number(etype)), *version, der(0xA2, der(4, cipher)))


def ticket(realm: str, service: tuple[str, ...], cipher: bytes) -> bytes:
    """A Ticket of etype 18, version 2."""
    fields = (der(0xA0, number(5)), der(0xA1, text(realm)), der(0xA2, name(2, *service)), der(0xA3, sealed(18, cipher, 2)))
    return der(0x61, der(0x30, *fields))


def padata(kind: int, value: bytes) -> bytes:
    """One PA-DATA."""
    return der(0x30, der(0xA1, number(kind)), der(0xA2, der(4, value)))


def request(kind: int, client: str | None, service: tuple[str, ...], *given: bytes, options: int = 0, more: bytes = b"") -> bytes:
    """An AS-REQ (10) or TGS-REQ (12) in realm A.TEST; more: further fields of its body."""
    body = (
        der(0xA0, der(3, b"\0" + options.to_bytes(4, "big"))),
        der(0xA1, name(1, client)) if client else b"",
        der(0xA2, text("A.TEST")),
        der(0xA3, name(2, *service)),
        der(0xA5, der(0x18, b"20370913024805Z")),
        der(0xA7, number(77)),
        der(0xA8, der(0x30, number(18), number(-135))),
        more,
    )
    fields = (der(0xA1, number(5)), der(0xA2, number(kind)), der(0xA3, der(0x30, *given)), der(0xA4, der(0x30, *body)))
    return der(0x60 | kind, der(0x30, *fields))


def reply(kind: int, client: str, service: tuple[str, ...], cipher: bytes) -> bytes:
    """An AS-REP (11) or TGS-REP (13)."""
    fields = (
        der(0xA0, number(5)),
        der(0xA1, number(kind)),
        der(0xA3, text("A.TEST")),
        der(0xA4, name(1, client)),
        der(0xA5, ticket("A.TEST", service, cipher)),
        der(0xA6, sealed(18, b"part of the client")),
    )
    return der(0x60 | kind, der(0x30, *fields))


def error(code: int, service: tuple[str, ...], data: bytes = b"") -> bytes:
    """A KRB-ERROR without a client; data: its e-data."""
    fields = (
        der(0xA0, number(5)),
        der(0xA1, number(30)),
        der(0xA4, der(0x18, b"20260105101941Z")),
        der(0xA6, number(code)),
        der(0xA9, text("A.TEST")),
        der(0xAA, name(2, *service)),
        der(0xAC, der(4, data)) if data else b"",
    )
    return der(0x7E, der(0x30, *fields))
