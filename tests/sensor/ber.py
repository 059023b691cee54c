"""Builds LDAP messages for tests, in the short form or in Microsoft's long form of lengths."""


def ber(tag: int, *contents: bytes, long: bool = False) -> bytes:
    body = b"".join(contents)
    if long or len(body) > 0x7FFF:
        return bytes([tag, 0x84]) + len(body).to_bytes(4, "big") + body
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    return bytes([tag, 0x82]) + len(body).to_bytes(2, "big") + body


def text(value: str | bytes, tag: int = 4) -> bytes:
    return ber(tag, value.encode() if isinstance(value, str) else value)


def number(value: int, tag: int = 2) -> bytes:
    return ber(tag, value.to_bytes(max(1, (value.bit_length() + 8) // 8), "big"))


def message(message_id: int, operation: bytes, *controls: str | bytes, long: bool = False) -> bytes:
    tail = ber(0xA0, *[ber(0x30, text(one)) if isinstance(one, str) else one for one in controls]) if controls else b""
    return ber(0x30, number(message_id), operation, tail, long=long)


def simple_bind(name: str, password: str) -> bytes:
    return ber(0x60, number(3), text(name), text(password, 0x80))


def sasl_bind(mechanism: str, token: bytes) -> bytes:
    return ber(0x60, number(3), text(""), ber(0xA3, text(mechanism), text(token)))


def result(operation: int, code: int, diagnostic: str = "", matched: bytes = b"", token: bytes = b"") -> bytes:
    return ber(operation, number(code, 10), text(matched), text(diagnostic), text(token, 0x87) if token else b"")


def equals(attribute: str, value: str | bytes) -> bytes:
    return ber(0xA3, text(attribute), text(value))


def search(base: str, scope: int, rule: bytes, *attributes: str) -> bytes:
    return ber(
        0x63, text(base), number(scope, 10), number(0, 10), number(0), number(0), ber(1, b"\0"), rule,
        ber(0x30, *[text(one) for one in attributes]),
    )  # fmt: skip


def attribute(name: str, *values: str | bytes) -> bytes:
    return ber(0x30, text(name), ber(0x31, *[text(one) for one in values]))


def entry(dn: str, *attributes: bytes) -> bytes:
    return ber(0x64, text(dn), ber(0x30, *attributes))


def flags(value: int, critical: bool = True) -> bytes:
    """The control that says which parts of a descriptor are meant (MS-ADTS section 3.1.1.3.4.1.11)."""
    return ber(0x30, text("1.2.840.113556.1.4.801"), ber(1, b"\xff") if critical else b"", text(ber(0x30, number(value))))


def modify(dn: str, *changes: tuple[int, bytes]) -> bytes:
    return ber(0x66, text(dn), ber(0x30, *[ber(0x30, number(kind, 10), what) for kind, what in changes]))
