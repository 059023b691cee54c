import random
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import http

GET = b"GET /wpad.dat HTTP/1.1\r\nHost: wpad\r\nAuthorization: NTLM " + b64encode(b"token") + b"\r\n\r\n"
REFUSED = (
    b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nwww-authenticate: NTLM "
    + b64encode(b"challenge")
    + b'\r\nWWW-Authenticate: Basic realm="a, b"\r\nContent-Length: 5\r\n\r\nhello'
)


def test_where_a_head_ends() -> None:
    assert http.head_length(GET, 0, len(GET)) == len(GET)
    assert http.head_length(GET, 0, len(GET) - 1) == 0
    assert http.head_length(GET, 0, 3) == 0
    assert http.head_length(b"\x16\x03\x01\x00\x01\x00", 0, 6) == -1
    assert http.head_length(b"POST without an end" + b"x" * 200_000, 0, 200_000) == -1


def test_bodies_of_known_length() -> None:
    head = http.head_length(REFUSED, 0, len(REFUSED))

    assert head + http.body_length(REFUSED, 0, head) == len(REFUSED)
    for plain in (
        b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -4\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ):
        assert http.body_length(plain, 0, len(plain)) == 0


def test_chunks() -> None:
    assert http.chunk_length(b"1a;x=y\r\n" + b"-" * 26 + b"\r\n", 0, 36) == 36
    assert http.chunk_length(b"0\r\n\r\n", 0, 5) == 5
    assert http.chunk_length(b"0\r\nA: b\r\n\r\n", 0, 11) == 11
    assert http.chunk_length(b"1a", 0, 2) == 0
    assert http.chunk_length(b"hello\r\n", 0, 7) == -1


def test_credentials_of_a_request() -> None:
    found = http.decode(GET)

    assert found and found.status is None
    assert found.authenticate == ((False, "ntlm", b"token"),)


def test_challenges_of_a_response() -> None:
    found = http.decode(REFUSED)

    assert found and found.status == 401
    schemes = {scheme: token for _, scheme, token in found.authenticate}
    assert (schemes["ntlm"], schemes["negotiate"]) == (b"challenge", b"")
    assert "basic" in schemes


def test_several_challenges_in_one_field_and_a_proxy() -> None:
    found = http.decode(b"HTTP/1.1 407 Proxy\r\nProxy-Authenticate: Negotiate, NTLM dG9rZW4=\r\n\r\n")

    assert found and found.authenticate == ((True, "negotiate", b""), (True, "ntlm", b"token"))


@pytest.mark.parametrize("token", [b"dG9rZW4", b"dG9rZW4==="])
def test_careless_padding(token: bytes) -> None:
    found = http.decode(b"GET / HTTP/1.1\r\nAuthorization: Negotiate " + token + b"\r\n\r\n")

    assert found and found.authenticate[0][2][:3] == b"tok"


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    for head in (b"", b"GET / HTTP/1.1\r\nAuthorization: ", b"HTTP/1.1 401 x\r\nWWW-Authenticate:"):
        http.decode(head + data)
        http.head_length(head + data, 0, len(head + data))
        http.chunk_length(data, 0, len(data))


@given(st.sampled_from([GET, REFUSED]), st.randoms(use_true_random=False))
def test_mutated_heads(data: bytes, chance: random.Random) -> None:
    broken = bytearray(data)
    for _ in range(5):
        broken[chance.randrange(len(broken))] = chance.choice((10, 13, 32, 44, 58, 0, 255))
    http.decode(bytes(broken))
    size = http.head_length(bytes(broken), 0, len(broken))
    if size > 0:
        assert http.body_length(bytes(broken), 0, size) >= 0


SIGNED = b'<t:BinaryExchange ValueType="http://schemas.xmlsoap.org/ws/2005/02/trust/spnego">YWJj\r\nZGVm</t:BinaryExchange>'
ASKED = (
    b"POST /adfs/services/policystoretransfer HTTP/1.1\r\nContent-Type: application/soap+xml\r\nContent-Length: %d\r\n\r\n"
    % len(SIGNED)
)


def test_the_token_inside_of_a_soap_body() -> None:
    assert http.exchanged(b"<a>" + SIGNED + b"</a>") == b"abcdef"
    assert http.exchanged(SIGNED.replace(b"spnego", b"tls")) == b""
    assert http.exchanged(SIGNED[:-5]) == b"abcdef" and http.exchanged(SIGNED[:-20]) == b"" == http.exchanged(b"<" * 70_000)


def test_bodies_that_may_hold_one() -> None:
    head = len(ASKED)
    assert http.soap_length(ASKED + SIGNED, 0, head, len(SIGNED)) == len(SIGNED)
    assert http.soap_length(ASKED, 0, head, http.MOST_SOAP + 1) == 0
    for other in (ASKED.replace(b"policystore", b"trust/store"), ASKED.replace(b"soap+xml", b"json"), ASKED[5:]):
        assert http.soap_length(other, 0, len(other), 100) == 0
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: 100\r\n\r\n"
    assert http.soap_length(answer, 0, len(answer), 100) == 100


@given(st.binary(max_size=200), st.integers(0, len(SIGNED)))
def test_any_body_is_survived(data: bytes, at: int) -> None:
    http.exchanged(SIGNED[:at] + data + SIGNED[at:])
