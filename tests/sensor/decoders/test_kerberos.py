import random
from datetime import UTC, datetime
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.conversations.kerberos_exchange import as_detail
from app.sensor.decoders import kerberos
from app.sensor.decoders.kerberos import AP_REP, AS_REQ, KRB_PRIV, TGS_REQ, Error, Other, Reply, Request, decode
from app.sensor.decoders.kerberos_padata import Padata
from app.sensor.decoders.kerberos_ticket import ApRequest, Ticket
from tests.sensor.authentication_samples import SAMPLES, der, error, name, number, padata, reply, request, sealed, text, ticket

KERBEROS_NAMES = [key for key in SAMPLES if key.startswith(("as_", "tgs_", "preauth", "too_big"))]
KERBEROS = [SAMPLES[key] for key in KERBEROS_NAMES]


def asked(data: bytes) -> Request:
    found = decode(data)
    assert isinstance(found, Request)
    return found


def failed(data: bytes) -> Error:
    found = decode(data)
    assert isinstance(found, Error)
    return found


def micro(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000


def test_a_request_with_a_timestamp() -> None:
    found = asked(SAMPLES["as_req_udp"])

    assert (found.type, found.client, found.client_name_type) == (AS_REQ, "alice.adams", 1)
    assert (found.realm, found.service) == ("CORP.TEST", "krbtgt/CORP.TEST")
    assert found.etypes == (18, 17, 20, 19, 16, 23, 25, 26)
    assert (found.padata.types, found.padata.timestamp_etype) == ((2, 150, 149), 18)
    assert not found.padata.fast and not found.padata.pkinit and not found.cut


def test_a_request_of_rc4_with_a_pac() -> None:
    found = asked(SAMPLES["as_req_rc4"])

    assert (found.etypes, found.padata.timestamp_etype, found.padata.pac_request) == ((23,), 23, True)
    assert found.options == 0x50800000


def test_the_ticket_that_was_issued_is_the_one_that_is_shown() -> None:
    issued, shown = decode(SAMPLES["as_rep"]), asked(SAMPLES["tgs_req"]).padata.presented

    assert isinstance(issued, Reply) and issued.ticket and shown and shown.ticket
    assert issued.ticket.hash == shown.ticket.hash is not None
    assert (issued.client, issued.realm, issued.etype) == ("alice.adams", "CORP.TEST", 23)
    assert (issued.ticket.etype, issued.ticket.kvno, issued.ticket.size) == (18, 2, 1078)
    assert shown.authenticator_etype == 23


def test_fast_is_told_from_its_mere_offer() -> None:
    assert asked(SAMPLES["tgs_req_fast"]).padata.fast
    assert not failed(SAMPLES["preauth_required"]).padata.fast
    assert 136 in failed(SAMPLES["preauth_required"]).padata.types


def test_the_ticket_by_which_a_request_is_armored() -> None:
    own = der(0xA3, ticket("A.TEST", ("krbtgt", "A.TEST"), b"own"))
    shown = der(0x6E, der(0x30, der(0xA0, number(5)), der(0xA1, number(14)), own, der(0xA4, sealed(18, b"proof"))))

    def armored(kind: int, value: bytes) -> kerberos.Request:
        armor = der(0xA0, der(0x30, der(0xA0, number(kind)), der(0xA1, der(4, value))))
        rest = der(0xA1, der(0x30, b"")) + der(0xA2, sealed(18, b"inner"))
        return asked(request(10, "erin", ("krbtgt", "A.TEST"), padata(136, der(0xA0, der(0x30, armor, rest)))))

    found = armored(1, shown).padata
    assert found.fast and found.armor and found.armor.ticket
    assert found.armor.ticket.hash == blake2b(b"own", digest_size=8).hexdigest()
    detail = as_detail(armored(1, shown), None, None)
    assert (detail.fast, detail.armor_ticket_hash) == (True, found.armor.ticket.hash)
    assert armored(2, shown).padata.armor is None and armored(1, b"none").padata.armor is None
    assert asked(SAMPLES["tgs_req_fast"]).padata.armor is None  # there the ticket that is shown is the armor


def test_an_error_tells_the_etypes_that_are_offered() -> None:
    found = failed(SAMPLES["preauth_required"])

    assert (found.code, found.client, found.service) == (25, "alice.adams", "krbtgt/CORP.TEST")
    assert found.padata.offered == (23,)
    assert found.text == "Need to use PA-ENC-TIMESTAMP/PA-PK-AS-REQ"


def test_the_extended_error_of_windows() -> None:
    status = 0xC0000234  # STATUS_ACCOUNT_LOCKED_OUT
    extended = der(0x30, der(0xA1, number(3)), der(0xA2, der(4, status.to_bytes(4, "little") + bytes(8))))

    assert failed(error(18, ("krbtgt", "A.TEST"), extended)).status == status
    assert failed(error(18, ("krbtgt", "A.TEST"), b"\x30\x03abc")).status is None


def test_service_for_user_to_self() -> None:
    user = der(0x30, der(0xA0, name(10, "admin")), der(0xA1, text("A.TEST")), der(0xA3, text("Kerberos")))

    assert asked(request(12, None, ("svc",), padata(129, user))).padata.for_user == "admin@A.TEST"


def test_service_for_user_by_certificate() -> None:
    ident = der(0x30, der(0xA0, number(1)), der(0xA1, name(10, "admin@a.test")), der(0xA2, text("A.TEST")))

    assert asked(request(12, None, ("svc",), padata(130, der(0x30, der(0xA0, ident))))).padata.for_user == "admin@a.test"


def test_service_for_user_to_proxy() -> None:
    evidence = der(0xAB, der(0x30, ticket("A.TEST", ("host", "web"), b"evidence")))
    found = asked(request(12, None, ("cifs", "dc"), options=0x40020000, more=evidence))

    assert (found.options or 0) & kerberos.CNAME_IN_ADDITIONAL_TICKET
    assert found.additional_ticket_hash == blake2b(b"evidence", digest_size=8).hexdigest()
    assert found.additional_ticket_size == len(b"evidence")


def test_pac_options_and_absence_of_a_pac() -> None:
    options = padata(167, der(0x30, der(0xA0, der(3, b"\0\x10\0\0\0"))))
    no_pac = padata(128, der(0x30, der(0xA0, der(1, b"\0"))))
    found = asked(request(12, None, ("svc",), options, no_pac)).padata

    assert (found.pac_options, found.pac_request) == (0x10000000, False)


def test_public_key_logon() -> None:
    assert asked(request(10, "user", ("krbtgt", "A.TEST"), padata(16, b"signed"))).padata.pkinit


def test_negative_etypes_and_a_time_far_off() -> None:
    found = asked(request(10, "user", ("krbtgt", "A.TEST")))

    assert found.etypes == (18, -135)
    assert found.till == micro(2037, 9, 13, 2, 48, 5)


@pytest.mark.parametrize("when", [(1970, 1, 1), (2000, 2, 29), (2024, 12, 31, 23, 59, 59), (2100, 3, 1), (9999, 12, 31)])
def test_times(when: tuple[int, ...]) -> None:
    full = datetime(*when, tzinfo=UTC)
    body = error(6, ("svc",)).replace(b"20260105101941Z", f"{full:%Y%m%d%H%M%S}Z".rjust(15, "0").encode())

    assert failed(body).time == micro(*when)


def test_authorization_data_is_noticed() -> None:
    assert asked(request(12, None, ("svc",), more=der(0xAA, sealed(18, b"x")))).has_authorization_data


def test_addresses_are_told_as_text() -> None:
    one = der(0x30, der(0xA0, number(20)), der(0xA1, der(4, b"WS1             ")))
    two = der(0x30, der(0xA0, number(2)), der(0xA1, der(4, bytes((10, 0, 0, 7)))))

    assert asked(request(10, "user", ("krbtgt",), more=der(0xA9, der(0x30, one, two)))).addresses == ("WS1", "10.0.0.7")


def test_a_cut_message_tells_what_is_left_and_no_fingerprint() -> None:
    found = decode(SAMPLES["tgs_rep_fast"][:900])

    assert isinstance(found, Reply) and found.cut
    assert found.client == "alice.adams"
    assert found.ticket is None or found.ticket.hash is None


def test_a_message_inside_other_bytes() -> None:
    data = SAMPLES["as_req"]

    assert decode(b"\0\0\0\xb2" + data + b"tail", 4, 4 + len(data)) == decode(data)


def test_messages_of_which_only_the_type_is_read() -> None:
    rep = der(0x6F, der(0x30, der(0xA0, number(5)), der(0xA1, number(15)), der(0xA2, sealed(17, b"x"))))
    private = der(0x75, der(0x30, der(0xA0, number(5)), der(0xA1, number(21)), der(0xA3, sealed(23, b"x"))))

    assert decode(rep) == Other(AP_REP, 17)
    assert decode(private) == Other(KRB_PRIV, 23)


def test_a_ticket_shown_to_a_service() -> None:
    fields = (der(0xA2, der(3, b"\0\x20\0\0\0")), der(0xA3, ticket("A.TEST", ("cifs", "fs"), b"c")), der(0xA4, sealed(18, b"a")))
    found = decode(der(0x6E, der(0x30, der(0xA0, number(5)), der(0xA1, number(14)), *fields)))

    assert isinstance(found, ApRequest) and found.ticket
    assert (found.ticket.service, found.ticket.size, found.options) == ("cifs/fs", 1, 0x20000000)


def test_lengths_that_der_would_write_shorter_do_not_hide_a_name() -> None:
    plain = name(1, "user")
    longer = b"\x30\x84" + (len(plain) - 2).to_bytes(4, "big") + plain[2:]
    whole = der(0x6B, der(0x30, der(0xA0, number(5)), der(0xA3, text("A.TEST")), der(0xA4, longer)))
    found = decode(whole)

    assert isinstance(found, Reply) and found.client == "user"


def test_the_written_samples_are_read_back() -> None:
    found = decode(reply(13, "user", ("cifs", "fs"), b"cipher"))

    assert isinstance(found, Reply) and found.ticket
    assert (found.client, found.ticket.service, found.ticket.hash) == (
        "user", "cifs/fs", blake2b(b"cipher", digest_size=8).hexdigest(),
    )  # fmt: skip
    assert asked(request(12, None, ("svc",))).type == TGS_REQ


@pytest.mark.parametrize("data", [b"", b"\x6a", b"\x6a\x00", b"GET / HTTP/1.1", b"\x6a\x03\x30\x01\x00"])
def test_what_is_no_message(data: bytes) -> None:
    assert decode(data) is None or isinstance(decode(data), Request)


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    for tag in (0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x7E):
        decode(bytes([tag]) + data)
        decode(der(tag, der(0x30, data)))


@given(st.sampled_from(KERBEROS), st.randoms(use_true_random=False), st.integers(1, 6))
def test_mutated_messages(data: bytes, chance: random.Random, changes: int) -> None:
    broken = bytearray(data[: chance.randrange(len(data)) + 1] if chance.random() < 0.3 else data)
    for _ in range(changes):
        broken[chance.randrange(len(broken))] = chance.choice((0, 1, 0x30, 0x7F, 0x80, 0x84, 0xFF, chance.randrange(256)))
    found = decode(bytes(broken))
    if isinstance(found, Request):
        assert len(found.etypes) <= 64 and len(found.service or "") <= 4096


def same_or_less(cut: object, whole: object) -> bool:
    """True when what a cut message tells is what the whole one tells, or nothing of it."""
    if isinstance(whole, Padata | Ticket | ApRequest) and isinstance(cut, type(whole)):
        return all(same_or_less(getattr(cut, one), getattr(whole, one)) for one in whole.__struct_fields__ if one != "types")
    return cut == whole or cut is None or cut in ((), False, Padata())


@pytest.mark.parametrize("name", KERBEROS_NAMES)
def test_a_cut_message_tells_nothing_else_than_the_whole_one(name: str) -> None:
    whole = decode(SAMPLES[name])
    assert isinstance(whole, Request | Reply | Error)
    for size in range(100, len(SAMPLES[name])):
        cut = decode(SAMPLES[name][:size])
        if cut is None:
            continue
        assert isinstance(cut, type(whole))
        for one in set(whole.__struct_fields__) - {"cut"}:
            assert same_or_less(getattr(cut, one), getattr(whole, one)), (size, one)
        assert set(cut.padata.types) <= set(whole.padata.types)
