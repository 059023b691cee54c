"""What a SASL layer's buffers hold."""

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import ldap_sasl
from tests.sensor.ber import ber, equals, message, search

PLAIN = message(3, search("DC=x", 2, equals("cn", "anna"), "member"))
GSS_OID = bytes.fromhex("06092a864886f712010202")


def cfx(text: bytes, rotation: int, sealed: bool = False, check: int = 12) -> bytes:
    """RFC 4121 section 4.2.6.2 with the text and checksum rotated right."""
    body = text + b"C" * check
    by = rotation % len(body)
    body = body[-by:] + body[:-by] if by else body
    head = b"\x05\x04" + bytes([2 if sealed else 0, 0xFF]) + check.to_bytes(2, "big") + rotation.to_bytes(2, "big") + bytes(8)
    return head + body


def rc4(text: bytes, sealed: bool) -> bytes:
    """RFC 4757 section 7.3."""
    inner = b"\x02\x01\x11\x00" + (b"\x10\x00" if sealed else b"\xff\xff") + b"\xff\xff" + b"S" * 16 + b"c" * 8 + text + b"\x01"
    return ber(0x60, GSS_OID, inner)


def ntlm(text: bytes) -> bytes:
    return b"\x01\0\0\0" + b"c" * 8 + b"\x01\0\0\0" + text


def kind(raw: bytes, continued: bool = False) -> str:
    return ldap_sasl.kind(raw, 0, len(raw), len(raw), continued)


def test_signed_buffers_give_their_text() -> None:
    for rotation in (0, 12, 28, 5, 1000):
        raw = cfx(PLAIN, rotation)
        assert kind(raw) == "plain"
        assert ldap_sasl.text(raw, 0, len(raw)) == PLAIN
    for raw in (rc4(PLAIN, False), ntlm(PLAIN), PLAIN + b"m" * 10 + b"\0\x01" + b"\0\0\0\x07"):
        assert kind(raw) == "plain"
        assert ldap_sasl.text(raw, 0, len(raw)) == PLAIN


def test_sealed_buffers_are_told() -> None:
    noise = bytes((one * 37 + 11) & 0xFF for one in range(100))
    assert kind(cfx(noise, 28, sealed=True)) == "sealed"
    assert kind(rc4(noise, True)) == "sealed"
    assert kind(ntlm(noise)) == "sealed"
    assert kind(noise) == "unknown"


def test_the_middle_of_a_long_message_is_plain_after_plain() -> None:
    assert kind(ntlm(b"x" * 100), continued=True) == "plain"


def test_too_few_bytes_do_not_tell() -> None:
    assert ldap_sasl.kind(cfx(PLAIN, 12), 0, 20, 500) == "short"


def test_wraps_among_bind_tokens() -> None:
    assert ldap_sasl.is_wrap(cfx(b"\x07\0\0\0", 0)) and ldap_sasl.is_wrap(rc4(b"\x07\0\0\0", False))
    assert not ldap_sasl.is_wrap(ber(0x60, GSS_OID, b"\x01\x00", b"ticket" * 9))


@given(st.binary(min_size=1, max_size=200), st.integers(0, 200), st.booleans())
def test_any_bytes_are_survived(raw: bytes, size: int, continued: bool) -> None:
    ldap_sasl.kind(raw, 0, len(raw), size, continued)
    ldap_sasl.is_wrap(raw)
    for head in (b"\x05\x04\0\xff", b"\x60\x40", b"\x60\x82", b"\x01\0\0\0", b""):
        assert len(ldap_sasl.text(head + raw, 0, len(head + raw))) <= len(head + raw)
