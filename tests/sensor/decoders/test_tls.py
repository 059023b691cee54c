import contextlib
import ssl

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import tls
from tests.sensor.authentication_samples import der, number

COMMON_NAME = der(6, b"\x55\x04\x03")


def hello(name: str) -> bytes:
    """First record that a real client sends."""
    context = ssl.create_default_context()
    outgoing = ssl.MemoryBIO()
    talk = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        talk.do_handshake()
    return outgoing.read()


def certificate(subject: bytes, extensions: bytes = b"") -> bytes:
    """Body of a Certificate message with one certificate that nobody signed."""
    algorithm = der(0x30, der(6, b"\x2a\x03"))
    issuer = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0C, b"issuer"))))
    validity = der(0x30, der(0x17, b"260101000000Z"), der(0x17, b"270101000000Z"))
    inside = der(0x30, der(0xA0, number(2)), number(7), algorithm, issuer, validity, subject, algorithm, extensions)
    whole = der(0x30, inside, algorithm, der(3, b"\0sig"))
    entry = len(whole).to_bytes(3, "big") + whole
    return len(entry).to_bytes(3, "big") + entry


def subject(kind: int, name: bytes) -> bytes:
    country = der(0x31, der(0x30, der(6, b"\x55\x04\x06"), der(0x13, b"XX")))
    return der(0x30, country, der(0x31, der(0x30, COMMON_NAME, der(kind, name))))


def test_the_name_a_client_asks_for() -> None:
    record = hello("dc1.corp.test")
    assert tls.record_length(record, 0, len(record)) == len(record)
    found, taken = tls.handshakes(record[tls.RECORD_HEAD :])

    assert taken == len(record) - tls.RECORD_HEAD
    assert [kind for kind, _ in found] == [tls.CLIENT_HELLO]
    assert tls.server_name(found[0][1]) == "dc1.corp.test"


def test_a_client_that_asks_for_no_name() -> None:
    body = b"\x03\x03" + bytes(32) + b"\0" + b"\0\x02\0\x2f" + b"\x01\0"

    assert tls.server_name(body) is None
    assert tls.server_name(b"") is None


def test_versions() -> None:
    base = b"\x03\x03" + bytes(32) + b"\0" + b"\x13\x01" + b"\0"

    assert tls.version(base + b"\0\x06\0\x2b\0\x02\x03\x04") == tls.TLS_1_3
    assert tls.version(base) == 0x0303


def test_names_in_certificates() -> None:
    wide = "dc1.corp.test".encode("utf-16-be")
    names = der(0x30, der(6, b"\x55\x1d\x11"), der(1, b"\xff"), der(4, der(0x30, der(0x81, b"a@b"), der(0x82, b"rdp.corp.test"))))

    assert tls.certificate_name(certificate(subject(0x0C, b"WS1.corp.test"))) == "WS1.corp.test"
    assert tls.certificate_name(certificate(subject(0x1E, wide))) == "dc1.corp.test"
    assert tls.certificate_name(certificate(der(0x30), der(0xA3, der(0x30, names)))) == "rdp.corp.test"
    assert tls.certificate_name(certificate(der(0x30))) is None


def test_what_is_no_record() -> None:
    assert tls.record_length(b"\x16\x03\x01\x40", 0, 4) == 0
    assert tls.record_length(b"\x16\x03\x01\xff\xff", 0, 5) == -1
    assert tls.record_length(b"GET /", 0, 5) == -1


def test_a_message_in_parts() -> None:
    assert tls.handshakes(b"\x0b\0\0\x05ab") == ([], 0)
    assert tls.handshakes(b"\x0b\0\0\x02ab\x01\0") == ([(11, b"ab")], 6)


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    tls.server_name(data)
    tls.version(data)
    tls.certificate_name(data)
    tls.certificate_name(certificate(data))
    tls.handshakes(data)
    tls.record_length(data, 0, len(data))
