"""The vectors of RFC 3961, 3962, 6113 and 8009; RC4 as others write it; nothing opens with another key."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.crypto.fast import combined
from app.sensor.decoders.crypto.kerberos import checksum, cts, decrypt, derived, nfold
from app.sensor.decoders.crypto.rc4 import OwnRc4, rc4, stream
from app.sensor.decoders.keytab import Key

H = bytes.fromhex
FOLDS = [
    (b"012345", "be072631276b1955"),
    (b"password", "78a07b6caf85fa"),
    (b"Rough Consensus, and Running Code", "bb6ed30870b7f0e0"),
    (b"password", "59e4a8ca7c0385c3c37b3f6d2000247cb6e6bd5b3e"),
    (b"MASSACHVSETTS INSTITVTE OF TECHNOLOGY", "db3b0d8f0b061e603282b308a50841229ad798fab9540c1b"),
    (b"Q", "518a54a215a8452a518a54a215a8452a518a54a215"),
    (b"ba", "fb25d531ae8974499f52fd92ea9857c4ba24cf297e"),
    (b"kerberos", "6b65726265726f73"),
    (b"kerberos", "6b65726265726f737b9b5b2b93132b93"),
    (b"kerberos", "8372c236344e5f1550cd0747e15d62ca7a5a3bcea4"),
]
"""RFC 3961 appendix A.1."""
CHICKEN = H("636869636b656e207465726979616b69")
STOLEN = [
    ("c6353568f2bf8cb4d8a580362da7ff7f97", b"I would like the "),
    ("fc00783e0efdb2c1d445d4c8eff7ed2297687268d6ecccc0c07b25e25ecfe5", b"I would like the General Gau's "),
    ("39312523a78662d5be7fcbcc98ebf5a897687268d6ecccc0c07b25e25ecfe584", b"I would like the General Gau's C"),
    (
        "97687268d6ecccc0c07b25e25ecfe584b3fffd940c16a18c1b5549d2f838029e39312523a78662d5be7fcbcc98ebf5",
        b"I would like the General Gau's Chicken, please,",
    ),
]
"""RFC 3962 appendix B."""
SHA256 = Key(19, H("3705d96080c17728a0e800eab6e0d23c"))
SHA384 = Key(20, H("6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52"))
SHA2 = [
    (SHA256, "ef85fb890bb8472f4dab20394dca781dad877eda39d50c870c0d5a0a8e48c718", ""),
    (SHA256, "84d7f30754ed987bab0bf3506beb09cfb55402cef7e6877ce99e247e52d16ed4421dfdf8976c", "000102030405"),
    (SHA384, "41f53fa5bfe7026d91faf9be959195a058707273a96a40f0a01960621ac612748b9bbfbe7eb4ce3c", ""),
    (SHA384, "4ed7b37c2bcac8f74f23c1cf07e62bc7b75fb3f637b9f559c7f664f69eab7b6092237526ea0d1f61cb20d69d10f2", "000102030405"),
]
"""RFC 8009 appendix A, key usage 2."""


@pytest.mark.parametrize(("data", "folded"), FOLDS)
def test_nfold(data: bytes, folded: str) -> None:
    assert nfold(data, len(folded) // 2).hex() == folded


@pytest.mark.parametrize(("cipher", "plain"), STOLEN)
def test_ciphertext_stealing(cipher: str, plain: bytes) -> None:
    assert cts(CHICKEN, H(cipher)) == plain


def from_password(etype: int, password: str, salt: str, rounds: int = 4096) -> Key:
    """String to key of RFC 3962 section 4."""
    size = 32 if etype == 18 else 16
    return Key(etype, derived(hashlib.pbkdf2_hmac("sha1", password.encode(), salt.encode(), rounds, size), b"kerberos"))


@pytest.mark.parametrize(
    ("etype", "rounds", "key"),
    [
        (17, 1, "42263c6e89f4fc28b8df68ee09799f15"),
        (18, 1, "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161"),
        (17, 1200, "4c01cd46d632d01e6dbe230a01ed642a"),
        (18, 1200, "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a"),
    ],
)
def test_derived_keys(etype: int, rounds: int, key: str) -> None:
    assert from_password(etype, "password", "ATHENA.MIT.EDUraeburn", rounds).value.hex() == key


@pytest.mark.parametrize(("key", "cipher", "plain"), SHA2)
def test_the_newer_types(key: Key, cipher: str, plain: str) -> None:
    assert decrypt(key, 2, H(cipher)) == H(plain)
    assert decrypt(key, 3, H(cipher)) is None
    assert decrypt(key, 2, H(cipher)[:-1]) is None


def test_checksums_of_the_newer_types() -> None:
    text = H("000102030405060708090a0b0c0d0e0f1011121314")

    assert checksum(19, SHA256, 2, text) == H("d78367186643d67b411cba9139fc1dee")
    assert checksum(20, SHA384, 2, text) == H("45ee791567eefca37f4ac1e0222de80d43c3bfa06699672a")
    assert checksum(16, SHA384, 2, text) is None
    assert checksum(7, SHA256, 2, text) is None


@pytest.mark.parametrize(
    ("etype", "made"),
    [(17, "97df97e4b798b29eb31ed7280287a92a"), (18, "4d6ca4e629785c1f01baf55e2e548566b9617ae3a96868c337cb93b5e72b1c7b")],
)
def test_two_keys_made_one(etype: int, made: str) -> None:
    """RFC 6113 appendix A."""
    key = combined(from_password(etype, "key1", "key1"), from_password(etype, "key2", "key2"), b"a", b"b")

    assert key == Key(etype, H(made))


def test_two_rc4_keys_made_one() -> None:
    """RFC 6113 appendix A; the keys are those of the passwords key1 and key2."""
    one, other = H("624d808c5b78ce675750060d46bec126"), H("6fc56e4767bdcb48aecd1e1425b508f7")

    assert combined(Key(23, one), Key(23, other), b"a", b"b") == Key(23, H("24d7f6b6bae4e5c00d2082c5ebab3672"))


@pytest.mark.parametrize(
    ("key", "plain", "cipher"),
    [
        (b"Key", b"Plaintext", "bbf316e8d940af0ad3"),
        (b"Wiki", b"pedia", "1021bf0420"),
        (b"Secret", b"Attack at dawn", "45a01f645fc35b383552544b9bf5"),
    ],
)
def test_rc4(key: bytes, plain: bytes, cipher: str) -> None:
    assert rc4(key, plain) == OwnRc4(key).update(plain) == H(cipher)


@given(st.binary(min_size=16, max_size=16), st.lists(st.binary(max_size=40), max_size=5))
def test_our_rc4_goes_on_as_that_of_openssl(key: bytes, pieces: list[bytes]) -> None:
    one, other = stream(key), OwnRc4(key)

    assert [one.update(part) for part in pieces] == [other.update(part) for part in pieces]


@given(st.sampled_from([17, 18, 19, 20, 23, 3, -133]), st.binary(max_size=40), st.integers(0, 30), st.binary(max_size=120))
def test_nothing_opens_by_chance_and_nothing_raises(etype: int, value: bytes, usage: int, cipher: bytes) -> None:
    assert decrypt(Key(etype, value), usage, cipher) is None
