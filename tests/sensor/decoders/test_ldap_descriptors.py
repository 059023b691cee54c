"""Parts of descriptors that requests mean, and what is new in one that is written back."""

from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import ldap
from app.sensor.decoders.ldap_descriptors import ALL, DACL, FLAGGED, OWNER, compared, meant, parts, tells_all, written
from app.sensor.decoders.ldap_values import value_text
from tests.sensor.ber import attribute, flags, message, modify
from tests.sensor.decoders.test_directory import ADMINS, ANN, ace, security

ADMIN, FULL, READ = ace(ADMINS, 0xF01FF), ace(ANN, 0xF01FF), ace(ANN, 0x10)
DELEGATION = "msds-allowedtoactonbehalfofotheridentity"


def requested(raw: bytes) -> tuple[int, dict[str, bytes], ldap.Changes]:
    envelope = ldap.envelope(raw)
    assert envelope is not None
    request = ldap.modify_request(raw, envelope.start, envelope.stop)
    assert request is not None
    return parts(raw, envelope.stop, envelope.end), written(raw, envelope.start, envelope.stop), request.changes


def test_a_request_means_the_parts_that_its_control_names() -> None:
    raw = security(ADMIN, FULL)
    change = modify("CN=a", (2, attribute("nTSecurityDescriptor", raw)))
    assert requested(message(1, change))[0] == ALL
    assert requested(message(1, change, flags(4)))[0] == requested(message(1, change, "1.2", flags(4, False)))[0] == DACL
    assert requested(message(1, change, flags(0)))[0] == ALL, "none named means all"
    assert requested(message(1, change, "1.2.840.113556.1.4.801"))[0] == ALL, "no value means all"
    _, found, changes = requested(message(1, change))
    assert found == {FLAGGED: raw}
    assert meant(changes, found, ALL) == changes
    ((_, _, (entries,)),) = meant(changes, found, DACL)
    ((_, _, (owner,)),) = meant(changes, found, OWNER)
    assert entries == f"D:(A;;0xf01ff;;;{ADMINS})(A;;0xf01ff;;;{ANN})" and owner == f"O:{ADMINS}D:"


def test_what_is_no_whole_descriptor_is_not_written() -> None:
    raw = security(ADMIN)
    twice = modify("CN=a", (2, attribute("nTSecurityDescriptor", raw)), (0, attribute("ntsecuritydescriptor", raw)))
    assert requested(message(1, twice))[1] == {}
    assert requested(message(1, modify("CN=a", (2, attribute(DELEGATION, raw, raw)))))[1] == {}
    assert requested(message(1, modify("CN=a", (1, attribute(DELEGATION, raw)), (2, attribute("member", b"x")))))[1] == {}
    assert requested(message(1, modify("CN=a", (2, attribute(DELEGATION)))))[1] == {}
    assert requested(message(1, modify("CN=a", (1, attribute(DELEGATION, raw)), (0, attribute(DELEGATION, raw)))))[1] == {
        DELEGATION: raw
    }


def test_only_what_is_new_or_gone_is_told() -> None:
    one = compared(FLAGGED, security(ADMIN, READ), security(FULL, ADMIN), ALL)
    assert one is not None
    assert (one.added, one.removed) == (f"D:(A;;0xf01ff;;;{ANN})", f"D:(A;;0x10;;;{ANN})")
    same = compared(FLAGGED, security(ADMIN, READ), security(READ, ADMIN), ALL)
    assert same is not None and same.added == same.removed == "D:"
    owned = compared(FLAGGED, security(ADMIN), security(ADMIN, owner=ANN), ALL)
    assert owned is not None and (owned.added, owned.removed) == (f"O:{ANN}D:", f"O:{ADMINS}D:")
    assert compared(FLAGGED, security(ADMIN), security(ADMIN, owner=ANN), DACL) == same, "the owner is not meant"
    alone = compared(FLAGGED, security(ADMIN), security(owner=ANN), OWNER)
    assert alone is not None and alone.removed == f"O:{ADMINS}D:", "the entries are not meant"
    other = compared(DELEGATION, security(ADMIN), security(FULL), OWNER)
    assert other is not None and other.added == f"D:(A;;0xf01ff;;;{ANN})", "the control says nothing of other attributes"


def test_what_was_not_read_whole_is_not_compared() -> None:
    whole, unlisted = security(ADMIN, READ), bytearray(security(ADMIN))
    unlisted[2:4] = b"\x00\x80"
    assert compared(FLAGGED, bytes(unlisted), whole, DACL) is None, "an owner alone was read"
    assert compared(FLAGGED, whole[:60], whole, ALL) is None
    assert compared(FLAGGED, whole, whole[:60], ALL) is None
    assert compared(FLAGGED, b"", whole, ALL) is None and compared(FLAGGED, whole, b"\x01", ALL) is None
    assert tells_all(FLAGGED, whole, ALL) and not tells_all(FLAGGED, whole, DACL) and not tells_all(FLAGGED, bytes(unlisted), ALL)
    assert tells_all(DELEGATION, whole, OWNER)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_no_request_however_damaged_raises(junk: bytes, place: int, value: int) -> None:
    raw = bytearray(message(1, modify("CN=a", (2, attribute("nTSecurityDescriptor", security(ADMIN, FULL)))), flags(4)))
    raw[place % len(raw)] = value
    for one in (junk, bytes(raw), bytes(raw[: place % len(raw)])):
        found = written(one, 0, len(one))
        assert 0 < parts(one, 0, len(one)) <= ALL
        for before in found.values():
            compared(FLAGGED, before, one, DACL)
            meant((("replace", FLAGGED, (value_text(FLAGGED, before),)),), found, DACL)
