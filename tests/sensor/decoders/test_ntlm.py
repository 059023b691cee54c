import random
import struct

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders.ntlm import SIGNATURE, Authenticate, Challenge, Negotiate, decode
from tests.sensor.authentication_samples import SAMPLES


def real(name: str) -> bytes:
    data = SAMPLES[name]
    return data[data.index(SIGNATURE) :]


REAL = [real(one) for one in ("ntlm1_smb2", "ntlm2_smb2", "ntlm3_smb2", "ntlm1_rpc", "ntlm2_rpc")]
UNICODE, OEM, VERSION = 0x1, 0x2, 0x02000000


def type3(
    user: str = "bob", domain: str = "CORP", host: str = "WS1", lm: bytes = bytes(24), nt: bytes = b"",
    flags: int | None = UNICODE, mic: bytes | None = None, code: str = "utf-16-le",
) -> bytes:  # fmt: skip
    header = 52 if flags is None else 64 if mic is None else 88
    parts = [lm, nt, domain.encode(code), user.encode(code), host.encode(code), b""]
    place, fields = header, b""
    for one in parts:
        fields += struct.pack("<HHI", len(one), len(one), place)
        place += len(one)
    head = SIGNATURE + struct.pack("<I", 3) + fields
    if flags is None:
        head = head[:52]
    else:
        head += struct.pack("<I", flags)
        if mic is not None:
            head += bytes(8) + mic
    return head + b"".join(parts)


def answered(data: bytes, unicode: bool = True) -> Authenticate:
    found = decode(data, unicode=unicode)
    assert isinstance(found, Authenticate)
    return found


def test_the_three_messages_of_a_real_logon() -> None:
    first, second, third = (decode(real(f"ntlm{number}_smb2")) for number in (1, 2, 3))

    assert isinstance(first, Negotiate) and first.os_version == "6.1.0"
    assert isinstance(second, Challenge)
    assert (second.name, second.target.netbios_computer, second.target.dns_computer) == ("CORP", "DC1", "dc1.corp.test")
    assert (second.target.netbios_domain, second.target.dns_domain, len(second.challenge)) == ("CORP", "corp.test", 16)
    assert isinstance(third, Authenticate) and third.told
    assert (third.user, third.domain, third.workstation) == ("laura.lewis", "CORP", "WS2")
    assert (third.version, third.mic, third.mic_expected) == ("NTLMv2", True, True)
    assert third.told.spn == "cifs/dc1.corp.test"


def test_versions_are_told_by_the_responses() -> None:
    challenge = b"\x01" * 8
    assert answered(type3(lm=b"\x05" * 24, nt=b"\x06" * 24)).version == "NTLMv1"
    assert answered(type3(lm=challenge + bytes(16), nt=b"\x06" * 24)).version == "NTLMv1-ESS"
    assert answered(type3(nt=b"\x06" * 60)).version == "NTLMv2"
    assert answered(type3(lm=b"\x05" * 24)).version == "LM"


def test_a_mic_needs_room_and_must_not_be_zero() -> None:
    assert answered(type3(nt=b"\x06" * 60, mic=b"\x01" * 16)).mic
    assert not answered(type3(nt=b"\x06" * 60, mic=bytes(16))).mic
    assert not answered(type3(nt=b"\x06" * 60)).mic


def test_a_blob_that_promises_a_mic() -> None:
    blob = bytes(16) + bytes(28) + struct.pack("<HHI", 6, 4, 2) + struct.pack("<HH", 9, 8) + "HTTP".encode("utf-16-le") + bytes(4)
    found = answered(type3(nt=blob))

    assert found.mic_expected and not found.mic
    assert found.told and found.told.spn == "HTTP"
    assert answered(type3(nt=b"\x06" * 24)).mic_expected is None


def test_nobody_logs_on_as_nobody() -> None:
    found = answered(type3(user="", domain="", host="WS1", lm=b"\0", nt=b""))

    assert found.anonymous and found.user is None and found.version is None
    assert not answered(type3(user="", nt=b"\x06" * 60)).anonymous


def test_names_in_an_oem_code_page() -> None:
    assert answered(type3(user="j\xf6rg", flags=OEM, code="cp1252", nt=b"\x06" * 24)).user == "j\xf6rg"


def test_old_clients_leave_out_the_flags() -> None:
    found = answered(type3(flags=None, nt=b"\x06" * 24))

    assert (found.user, found.flags, found.os_version) == ("bob", None, None)
    assert answered(type3(flags=None, nt=b"\x06" * 24, code="ascii"), unicode=False).user == "bob"


def test_what_lies_beyond_the_message_is_not_read() -> None:
    whole = type3(nt=b"\x06" * 24)
    cut = answered(whole[:70])
    inside = decode(b"junk" + whole + b"other", 4, 4 + len(whole))

    assert cut.user is None and cut.version == "NTLMv1-ESS"
    assert inside == decode(whole)


def test_names_that_old_clients_supply_in_the_first_message() -> None:
    data = SIGNATURE + struct.pack("<IIHHIHHI", 1, 0x3207, 4, 4, 35, 3, 3, 32) + b"WS1CORP"
    found = decode(data)

    assert isinstance(found, Negotiate) and (found.domain, found.workstation) == ("CORP", "WS1")


def test_a_third_message_that_ends_anywhere_in_its_header() -> None:
    whole = type3(nt=bytes(24))
    for size in range(len(whole)):
        found = decode(whole[:size])
        assert (found is None) == (size < 52)
        assert decode(b"before" + whole[:size] + b"behind" * 20, 6, 6 + size) == found


def test_what_is_no_message() -> None:
    assert decode(b"") is None
    assert decode(SIGNATURE + b"\x03\0\0\0") is None
    assert decode(SIGNATURE + b"\x09\0\0\0" + bytes(100)) is None


@given(st.integers(0, 4), st.binary(max_size=300))
def test_random_bytes(kind: int, data: bytes) -> None:
    decode(SIGNATURE + bytes([kind, 0, 0, 0]) + data)


@given(st.sampled_from(REAL), st.randoms(use_true_random=False))
def test_mutated_messages(data: bytes, chance: random.Random) -> None:
    broken = bytearray(data[: chance.randrange(9, len(data))] if chance.random() < 0.3 else data)
    for _ in range(4):
        broken[chance.randrange(8, len(broken))] = chance.choice((0, 0xFF, chance.randrange(256)))
    found = decode(bytes(broken))
    if isinstance(found, Authenticate):
        assert len(found.user or "") <= len(broken)


def test_what_the_client_drew() -> None:
    blob = bytes(16) + b"\x01\x01" + bytes(14) + bytes(range(8)) + bytes(4)

    assert answered(type3(nt=blob)).client_challenge == "0001020304050607"
    assert answered(type3(lm=bytes(range(8)) + bytes(16), nt=b"\x06" * 24)).client_challenge == "0001020304050607"
    assert answered(type3(lm=b"\x05" * 24, nt=b"\x06" * 24)).client_challenge is None
    assert answered(type3(nt=blob[:40])).client_challenge is None
    first = decode(real("ntlm3_smb2"))
    assert isinstance(first, Authenticate) and len(first.client_challenge or "") == 16


def test_a_cut_message_tells_no_beginning_of_a_name_and_nothing_of_what_it_lacks() -> None:
    data = real("ntlm3_smb2")
    whole = answered(data)
    assert whole.mic is not None
    for size in range(64, len(data)):
        cut = decode(data[:size])
        assert isinstance(cut, Authenticate) and cut.mic_expected in (None, whole.mic_expected)
        assert cut.mic is None or (cut.mic, cut.workstation, cut.told) == (whole.mic, whole.workstation, whole.told)
        told = ((cut.user, whole.user), (cut.domain, whole.domain), (cut.workstation, whole.workstation))
        assert all(one in (None, other) for one, other in told)
        assert not cut.anonymous
