"""Wrap tokens as another implementation (impacket) makes them, NTLM's sealing as its specification shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.crypto import gss, ntlm, smb3
from app.sensor.decoders.keytab import Key

H = bytes.fromhex
RC4, AES = Key(23, bytes(range(16))), Key(18, bytes(range(32)))
RC4_TOKEN = H("602b06092a864886f712010202020111001000ffffa67ad73d8d1e37b2c0cccb45846b0ed6b139cb0aeadd6a52")
RC4_ACCEPTOR = H("602b06092a864886f712010202020111001000ffff135f81db4b4c01205c387515b81b5d929812fc1dd9ee6f56")
RC4_SEALED = H("8b5dbbde4008c99bb6426872ae095fc23e4c106661174ca0")
AES_TOKEN = H(
    "050406ff000c001c0000000000000007ecb79e8bb5e31287f7e783a85548d36fe9aaf3962907245a3ec6782dd3e428dbc2cd012caa52750653eda1a5"
    "1f93de8f5e737994fa761724"
)
AES_SEALED = H("4e50ee304f0d791e488c035eabed22d00984229a")


def test_rc4_beside_its_token() -> None:
    text = b"hello sealed world" + b"\6" * 6

    assert gss.unseal(RC4, RC4_TOKEN, RC4_SEALED) == text
    assert gss.unseal(RC4, RC4_ACCEPTOR, RC4_SEALED) == text
    assert gss.unseal(Key(23, bytes(16)), RC4_TOKEN, RC4_SEALED) is None
    assert gss.unseal(AES, RC4_TOKEN, RC4_SEALED) is None


def test_rc4_in_one_token() -> None:
    assert gss.unwrap(RC4, RC4_TOKEN + RC4_SEALED) == b"hello sealed world"
    assert gss.unwrap(RC4, RC4_TOKEN + RC4_SEALED[:-1] + b"\0") is None


def test_aes_beside_its_token() -> None:
    assert gss.unseal(AES, AES_TOKEN, AES_SEALED) == b"hello sealed world!!"
    assert gss.unseal(Key(18, bytes(32)), AES_TOKEN, AES_SEALED) is None
    assert gss.unseal(RC4, AES_TOKEN, AES_SEALED) is None


@given(st.sampled_from([RC4, AES, Key(17, bytes(16)), Key(20, bytes(32))]), st.binary(max_size=120), st.binary(max_size=60))
def test_random_tokens_stay_shut(key: Key, token: bytes, sealed: bytes) -> None:
    for start in (b"", b"\x05\x04", b"\x05\x04\x06\xff", RC4_TOKEN[:15], RC4_TOKEN[:21]):
        gss.unwrap(key, start + token)
        gss.unseal(key, start + token, sealed)
    assert gss.unwrap(key, token) is None


# MS-NLMP section 4.2: user, domain and password "User", "Domain", "Password".
HASH, CHALLENGE = H("a4f49c406510bdcab6824ee7c30fd852"), H("0123456789abcdef")
PAIRS = H("02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000")
BLOB = H("0101000000000000") + bytes(8) + b"\xaa" * 8 + bytes(4) + PAIRS
RESPONSE = H("68cd0ab851e51c96aabc927bebef6a1c") + BLOB
SEALED_KEY = H("c5dad2544fc9799094ce1ce90bc9d03e")
FLAGS = 0xE28A8233


def test_ntlm_session_key() -> None:
    """MS-NLMP section 4.2.4."""
    assert ntlm.session_key(HASH, "User", "Domain", CHALLENGE, RESPONSE, SEALED_KEY, FLAGS) == b"U" * 16
    base = ntlm.session_key(HASH, "User", "Domain", CHALLENGE, RESPONSE, b"", FLAGS & ~ntlm.KEY_EXCHANGE)
    assert base == H("8de40ccadbc14a82f15cb0ad0de95ca3")
    assert ntlm.session_key(bytes(16), "User", "Domain", CHALLENGE, RESPONSE, SEALED_KEY, FLAGS) is None
    assert ntlm.session_key(HASH, "User", "Domain", CHALLENGE, RESPONSE[:20], SEALED_KEY, FLAGS) is None


SIGNATURE, SEALED = H("010000007fb38ec5c55d497600000000"), H("54e50165bf1936dc996020c1811b0f06fb5f")


def test_ntlm_sealing() -> None:
    """MS-NLMP section 4.2.4.4."""
    direction = ntlm.Sealing(b"U" * 16, FLAGS, True)

    assert direction.open(SIGNATURE, SEALED).decode("utf-16-le") == "Plaintext"  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", [(b"V" * 16, True), (b"U" * 16, False)])
def test_ntlm_sealing_does_not_open_otherwise(wrong: tuple[bytes, bool]) -> None:
    direction = ntlm.Sealing(wrong[0], FLAGS, wrong[1])

    assert direction.open(SIGNATURE, SEALED) is None
    assert direction.broken


def test_ntlm_sealing_stops_at_a_gap() -> None:
    direction = ntlm.Sealing(b"U" * 16, FLAGS, True)
    direction.open(SIGNATURE, SEALED)

    assert direction.open(SIGNATURE[:12] + b"\2\0\0\0", SEALED) is None
    assert direction.open(SIGNATURE[:12] + b"\1\0\0\0", SEALED) is None


@given(st.binary(max_size=200), st.integers(0, 5), st.binary(min_size=16, max_size=16))
def test_random_smb3_messages_stay_shut(data: bytes, cipher: int, key: bytes) -> None:
    assert smb3.opened(key, cipher, b"\xfdSMB" + data) is None
