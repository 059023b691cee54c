import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import kerberos, spnego
from app.sensor.decoders.kerberos_ticket import ApRequest
from app.sensor.decoders.ntlm import SIGNATURE
from tests.sensor.authentication_samples import SAMPLES, der, error, number

SPNEGO = bytes.fromhex("06062b0601050502")
KERBEROS = bytes.fromhex("06092a864886f712010202")
MS_KERBEROS = bytes.fromhex("06092a864882f712010202")
NTLM = bytes.fromhex("060a2b06010401823702020a")
NEGOEX = bytes.fromhex("060a2b06010401823702021e")
TOKENS = [one for key, one in SAMPLES.items() if key.startswith(("ntlm", "kerberos", "negotiation"))]


def initial(mechanisms: bytes, token: bytes | None) -> bytes:
    inner = der(0xA2, der(4, token)) if token is not None else b""
    return der(0x60, SPNEGO, der(0xA0, der(0x30, der(0xA0, der(0x30, mechanisms)), inner)))


def response(state: int | None, chosen: bytes = b"", token: bytes | None = None) -> bytes:
    return der(
        0xA1,
        der(
            0x30,
            der(0xA0, der(10, bytes([state]))) if state is not None else b"",
            der(0xA1, chosen) if chosen else b"",
            der(0xA2, der(4, token)) if token is not None else b"",
        ),
    )


def test_raw_and_wrapped_ntlm() -> None:
    raw, wrapped = spnego.decode(SAMPLES["ntlm1_rpc"]), spnego.decode(SAMPLES["ntlm3_smb2"])

    assert raw and (raw.mechanism, raw.start) == ("NTLM", 0)
    assert wrapped and wrapped.mechanism == "NTLM"
    assert SAMPLES["ntlm3_smb2"].startswith(SIGNATURE, wrapped.start)


def test_a_real_ticket_shown_and_answered() -> None:
    shown, answered = (SAMPLES[one] for one in ("kerberos_client_ldap", "kerberos_server_ldap"))
    one, two = spnego.decode(shown), spnego.decode(answered)

    assert one and two and one.mechanism == two.mechanism == "Kerberos"
    assert isinstance(kerberos.decode(shown, one.start, one.stop), ApRequest)
    reply = kerberos.decode(answered, two.start, two.stop)
    assert reply and reply.type == kerberos.AP_REP


@pytest.mark.parametrize("mechanism", [KERBEROS, MS_KERBEROS])
def test_an_error_inside_an_answer(mechanism: bytes) -> None:
    blob = response(1, MS_KERBEROS, der(0x60, mechanism, b"\x03\x00", error(37, ("cifs", "fs"))))
    found = spnego.decode(blob)

    assert found and (found.mechanism, found.state, found.chosen) == ("Kerberos", 1, spnego.MS_KERBEROS)
    inner = kerberos.decode(blob, found.start, found.stop)
    assert isinstance(inner, kerberos.Error) and inner.code == 37


def test_what_the_client_offers() -> None:
    found = spnego.decode(initial(NEGOEX + MS_KERBEROS + KERBEROS + NTLM + der(6, b"\x2a\x03"), SIGNATURE + bytes(40)))

    assert found and found.mechanism == "NTLM"
    assert found.offered == (spnego.NEGOEX, spnego.MS_KERBEROS, spnego.KERBEROS, spnego.NTLM, "1.2.3")


def test_another_mechanism_is_chosen_without_a_token() -> None:
    found = spnego.decode(response(3, NTLM))

    assert found and (found.mechanism, found.chosen, found.state) == ("", spnego.NTLM, spnego.REQUEST_MIC)


def test_rejection() -> None:
    found = spnego.decode(response(2))

    assert found and found.state == spnego.REJECTED


def test_unknown_wrapping_does_not_hide_ntlm() -> None:
    found = spnego.decode(b"\x99\x02??" + SAMPLES["ntlm2_rpc"])

    assert found and (found.mechanism, found.start) == ("NTLM", 4)


def test_wrappings_without_end() -> None:
    blob = SAMPLES["ntlm1_rpc"]
    for _ in range(50):
        blob = initial(NTLM, blob)

    found = spnego.decode(blob)
    assert found and found.mechanism == "NTLM"
    assert spnego.decode(initial(NTLM, initial(NTLM, initial(NTLM, initial(KERBEROS, number(1)))))) is not None


def test_what_is_no_token() -> None:
    assert spnego.decode(b"") is None
    assert spnego.decode(b"\x16\x03\x01\0\0") is None


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    for head in (b"", b"\x60", b"\xa0", b"\xa1"):
        found = spnego.decode(head + data)
        assert found is None or 0 <= found.start <= found.stop <= len(head + data)


@given(st.sampled_from(TOKENS), st.randoms(use_true_random=False))
def test_mutated_tokens(data: bytes, chance: random.Random) -> None:
    broken = bytearray(data[: chance.randrange(1, len(data))] if chance.random() < 0.3 else data)
    for _ in range(3):
        broken[chance.randrange(min(80, len(broken)))] = chance.choice((0, 0x80, 0x84, 0xFF, chance.randrange(256)))
    found = spnego.decode(bytes(broken))
    assert found is None or 0 <= found.start <= found.stop <= len(broken)
