"""Attributes of directory objects: real ones, the forms of the specifications, and nonsense."""

import struct
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.model.directory import DirectoryObject
from app.model.identifiers import EXTENDED_RIGHTS, WRITTEN_PROPERTIES
from app.sensor.decoders.directory import values
from app.sensor.decoders.directory.changes import FACTS as WATCHED
from app.sensor.decoders.directory.changes import Difference, Known, differences, gone, known, made
from app.sensor.decoders.directory.collected import objects_of as collected_of
from app.sensor.decoders.directory.entry import Malformed, entry, envelope, span
from app.sensor.decoders.directory.keycredential import key_credential
from app.sensor.decoders.directory.object import FACTS, PART, READ, facts_of, objects_of
from app.sensor.decoders.directory.security import descriptor, rights, trustees
from tests.sensor import ber

ANN = "S-1-5-21-1-2-3-1105"
ADMINS = "S-1-5-32-544"


def packed(sid: str) -> bytes:
    _, _, authority, *parts = sid.split("-")
    return bytes([1, len(parts)]) + int(authority).to_bytes(6, "big") + b"".join(struct.pack("<I", int(one)) for one in parts)


def ace(sid: str, mask: int, kind: int = 0, flags: int = 0, about: str | None = None) -> bytes:
    body = struct.pack("<I", mask)
    if kind in (5, 6):
        body += struct.pack("<I", 1) + UUID(about).bytes_le if about else struct.pack("<I", 0)
    body += packed(sid)
    return struct.pack("<BBH", kind, flags, len(body) + 4) + body


def security(*aces: bytes, owner: str = ADMINS) -> bytes:
    acl = struct.pack("<BBHHH", 4, 0, 8 + sum(map(len, aces)), len(aces), 0) + b"".join(aces)
    who = packed(owner)
    return struct.pack("<BBHIIII", 1, 0, 0x8004, 20 + len(acl), 0, 0, 20) + acl + who


def test_sids_guids_and_times_are_read_in_each_of_their_forms() -> None:
    assert values.sid(packed(ANN)) == values.sid(ANN.encode()) == ANN
    assert values.guid(UUID("00112233-4455-6677-8899-aabbccddeeff").bytes_le) == "00112233-4455-6677-8899-aabbccddeeff"
    assert values.guid(b"{00112233-4455-6677-8899-AABBCCDDEEFF}") == "00112233-4455-6677-8899-aabbccddeeff"
    assert values.generalized(b"20260131235959.0Z") == values.generalized(b"20260201005959.0+0100")
    assert values.moment(values.generalized(b"20260131235959.0Z") or 0) == "2026-01-31T23:59:59Z"
    assert values.moment(values.filetime(b"134399347348111650") or 0) == "2026-11-23T19:12:14Z"
    assert values.filetime(b"0") is values.filetime(b"9223372036854775807") is values.filetime(b"-1") is None
    assert values.seconds(b"-36288000000000") == "3628800"
    assert values.seconds(b"-9223372036854775808") == "never"
    assert values.domain_of(r"CN=a\,DC=b,OU=x,DC=corp,dc=Test") == "corp.test"


def test_a_descriptor_tells_who_holds_the_rights_that_matter() -> None:
    raw = security(
        ace(ANN, 0xF01FF),
        ace(ADMINS, 0x100, 5, about="1131f6ad-9c07-11d1-f79f-00c04fc2dcd2"),
        ace("S-1-5-21-1-2-3-7", 0x20, 5, about="5b47d60f-6090-40b2-9f37-2a4de88f3063"),
        ace("S-1-5-21-1-2-3-8", 0xC0000),
        ace("S-1-5-21-1-2-3-9", 0xF01FF, kind=1),  # denied
        ace("S-1-5-21-1-2-3-10", 0xF01FF, flags=0x08),  # for children only
        ace("S-1-5-11", 0x20094),  # reading
    )
    found = descriptor(raw)

    assert found is not None
    assert rights(found) == {
        "owner": ADMINS,
        "GenericAll": ANN,
        "GetChangesAll": ADMINS,
        "AddKeyCredentialLink": "S-1-5-21-1-2-3-7",
        "WriteDacl": "S-1-5-21-1-2-3-8",
        "WriteOwner": "S-1-5-21-1-2-3-8",
    }
    assert "S-1-5-21-1-2-3-9" not in trustees(found)


def test_a_list_that_says_more_than_it_holds_is_read_as_far_as_it_goes() -> None:
    raw = bytearray(security(ace(ANN, 0xF01FF)))
    raw[20 + 4 : 20 + 6] = struct.pack("<H", 65535)
    found = descriptor(bytes(raw))

    assert found is not None
    assert trustees(found) == (ANN,)
    assert found.left == 65534


@given(st.binary(max_size=300), st.integers(0, 200), st.integers(0, 255))
def test_no_descriptor_however_damaged_raises(junk: bytes, place: int, value: int) -> None:
    raw = bytearray(security(ace(ANN, 0xF01FF), ace(ADMINS, 0x100, 5, about="1131f6ad-9c07-11d1-f79f-00c04fc2dcd2")))
    raw[place % len(raw)] = value
    for one in (junk, bytes(raw), bytes(raw[: place % len(raw)]), b"\x01\0\x04\x80" + junk):
        found = descriptor(one)
        if found is not None:
            rights(found)
            assert len(trustees(found)) <= 2048


def test_a_key_credential_tells_device_and_time() -> None:
    device = UUID("00112233-4455-6677-8899-aabbccddeeff")
    made_at = struct.pack("<Q", 134399347348111650)
    blob = struct.pack("<I", 0x200) + b"".join(
        struct.pack("<HB", len(value), kind) + value for kind, value in ((6, device.bytes_le), (9, made_at), (3, b"key"))
    )
    raw = b"B:%d:%s:CN=Ann,DC=a,DC=test" % (2 * len(blob), blob.hex().encode())

    assert key_credential(raw) == f"device {device} created 2026-11-23T19:12:14Z"
    assert key_credential(b"B:4:zz:x") == "unreadable"


ENTRY = {
    "objectclass": [b"top", b"person", b"user", b"computer"],
    "objectsid": [packed(ANN)],
    "samaccountname": [b"WS1$"],
    "useraccountcontrol": [b"4096"],
    "msds-allowedtoactonbehalfofotheridentity": [security(ace("S-1-5-21-1-2-3-1106", 0xF01FF))],
    "msds-allowedtodelegateto": [b"cifs/dc1.a.test"],
    "sidhistory": [packed("S-1-5-21-9-9-9-500")],
    "msds-keycredentiallink": [b"B:8:00020000:CN=x", b"B:8:00020000:CN=x"],
    "lockouttime": [b"134399347348111650"],
}


def test_an_entry_becomes_an_object() -> None:
    (one,) = objects_of("CN=WS1,DC=a,DC=test", ENTRY)

    assert (one.object_class, one.sid, one.sam, one.domain) == ("computer", ANN, "WS1$", "a.test")
    assert one.allowed_to_act == ("S-1-5-21-1-2-3-1106",)
    assert one.sid_history == ("S-1-5-21-9-9-9-500",)
    assert one.key_credentials == 2
    assert one.facts["lockoutTime"] == "2026-11-23T19:12:14Z"


def test_trusts_policies_and_templates_are_told_in_words() -> None:
    trust = {"objectclass": [b"trustedDomain"], "trustdirection": [b"3"], "trusttype": [b"2"], "trustattributes": [b"12"]}
    (one,) = objects_of("CN=b.test,CN=System,DC=a,DC=test", trust)
    assert one.facts["trustDirection"] == "bidirectional"
    assert one.facts["trustType"] == "uplevel"
    assert one.facts["trustAttributes"] == "SID filtering; forest transitive"
    policy = {
        "objectclass": [b"domainDNS"],
        "maxpwdage": [b"-36288000000000"],
        "lockoutthreshold": [b"5"],
        "pwdproperties": [b"1"],
    }
    (one,) = objects_of("DC=a,DC=test", policy)
    assert (one.facts["maxPwdAge"], one.facts["lockoutThreshold"], one.facts["pwdProperties"]) == (
        "3628800",
        "5",
        "complex passwords",
    )
    template = {"objectclass": [b"pKICertificateTemplate"], "mspki-certificate-name-flag": [b"1"]}
    (one,) = objects_of("CN=T,DC=a,DC=test", template)
    assert one.facts["msPKI-Certificate-Name-Flag"] == "enrollee supplies subject"
    assert not list(objects_of("CN=x,DC=a,DC=test", {"objectclass": [b"dnsNode"]}))


def test_a_long_list_of_members_is_spread_without_losing_one() -> None:
    names = [f"CN=u{number},DC=a,DC=test".encode() for number in range(2 * PART + 1)]
    parts = list(objects_of("CN=G,DC=a,DC=test", {"objectclass": [b"group"], "member": names, "objectguid": [bytes(16)]}))

    assert [(one.part, one.parts) for one in parts] == [(0, 3), (1, 3), (2, 3)]
    assert [name.encode() for one in parts for name in one.members] == names
    assert len({one.guid for one in parts}) == 1


attributes = st.dictionaries(
    st.sampled_from([*ENTRY, *(one.lower() for one in FACTS), "member", "ntsecuritydescriptor"]),
    st.lists(st.one_of(st.binary(max_size=60), st.text(max_size=20).map(str.encode)), max_size=4),
)


@given(st.text(max_size=60), attributes)
def test_no_entry_raises_and_two_of_them_can_be_compared(dn: str, made_up: dict[str, list[bytes]]) -> None:
    found = list(objects_of(dn, {**made_up, "objectclass": [b"user"]}))
    one, other = known(found[0]), known(DirectoryObject(dn=dn, object_class="user", uac=512))
    list(differences(one, other))
    list(differences(other, one))


def told(old: DirectoryObject, new: DirectoryObject) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(one.what, one.old, one.new) for one in differences(known(old, old.members), known(new, new.members))]


def test_changes_have_the_words_of_the_product() -> None:
    plain = DirectoryObject(dn="CN=a", object_class="user", sam="a", uac=512, password_set=1_000_000, members=("x", "y"))
    changed = DirectoryObject(
        dn="CN=a",
        object_class="user",
        sam="b",
        uac=512 | 2 | 0x1000000,
        password_set=2_000_000,
        members=("y", "z"),
        sid_history=("S-1-5-21-1-2-3-500",),
        facts={"lockoutTime": "2026-01-01T00:00:00Z", "mail": "a@a.test"},
    )

    assert told(plain, plain) == []
    assert told(plain, changed) == [
        ("SAM name changed", ("a",), ("b",)),
        ("SID history changed", (), ("S-1-5-21-1-2-3-500",)),
        ("mail changed", (), ("a@a.test",)),
        ("account disabled", ("not disabled",), ("disabled",)),
        (
            "constrained delegation state changed",
            ("not trusted to authenticate for delegation",),
            ("trusted to authenticate for delegation",),
        ),
        ("password changed", ("1970-01-01T00:00:01Z",), ("1970-01-01T00:00:02Z",)),
        ("account locked", (), ("2026-01-01T00:00:00Z",)),
        ("group membership added", (), ("z",)),
        ("group membership removed", ("x",), ()),
    ]


def test_whole_objects_come_go_and_come_back() -> None:
    there = Known("CN=a", "computer", None, "a$", "a.test", False, {})
    deleted = Known("CN=a\\0ADEL:1", "computer", None, "a$", "a.test", True, {})

    assert made(there) == Difference("computer created", new=("CN=a",))
    assert gone(there) == Difference("computer deleted", old=("CN=a",))
    assert [one.what for one in differences(there, deleted)] == ["computer deleted"]
    assert [one.what for one in differences(deleted, there)] == ["computer restored"]
    assert list(differences(deleted, deleted)) == []


def test_what_is_watched_is_read() -> None:
    words = {*FACTS, *EXTENDED_RIGHTS.values(), *WRITTEN_PROPERTIES.values()}
    assert set(WATCHED) <= words | {"owner", "GenericAll", "GenericWrite", "WriteDacl", "WriteOwner", "AllExtendedRights"}


NAMES = (
    "Properties Members Trusts Aces Results Sessions LocalGroups ObjectIdentifier PrincipalSID RightName UserSID name admincount"
    " enabled pwdlastset serviceprincipalnames PrimaryGroupSID AllowedToAct HasSIDHistory EnabledCertTemplates"
)
elements = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.just(ANN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=5),
    max_leaves=12,
)


@given(elements)
def test_no_collected_element_raises(element: object) -> None:
    for kind in ("users", "computers", "domains", "strange"):
        list(collected_of(kind, element if isinstance(element, dict) else {"Properties": element, "Aces": [element]}))


def message(dn: bytes, attributes: dict[bytes, list[bytes]]) -> bytes:
    partial = b"".join(
        ber.ber(0x30, ber.text(name), ber.ber(0x31, *(ber.text(one) for one in some))) for name, some in attributes.items()
    )
    return ber.ber(0x30, ber.number(7), ber.ber(0x64, ber.text(dn), ber.ber(0x30, partial)))


def test_an_entry_is_decoded_with_short_and_long_values() -> None:
    raw = message(b"CN=a", {b"cn": [b"a"], b"Photo": [bytes(300), bytes(70_000)], b"empty": []})

    assert span(raw, 0, 1 << 20) == len(raw)
    ident, tag, place = envelope(raw)
    assert (ident, tag) == (7, 0x64)
    assert entry(raw, place) == ("CN=a", {"cn": [b"a"], "photo": [bytes(300), bytes(70_000)]})


@given(st.binary(max_size=80), st.integers(0, 100), st.integers(0, 255))
def test_no_damaged_entry_raises_more_than_malformed(junk: bytes, place: int, value: int) -> None:
    raw = bytearray(message(b"CN=a", {b"cn": [b"a", b"b"], b"member": [bytes(200)]}))
    raw[place % len(raw)] = value
    for one in (junk, bytes(raw), bytes(raw[:place])):
        try:
            span(one, 0, 1 << 20)
            entry(one, envelope(one)[2])
        except Malformed:
            pass


def test_what_the_page_of_an_entity_tells_is_kept_and_not_asked_for_again_and_again() -> None:
    told = {"lastlogon": [b"133800000000000000"], "company": [b"Corp"], "physicaldeliveryofficename": [b"Berlin"]}
    found = facts_of(told)
    assert found == {"lastLogon": "2024-12-30T02:40:00Z", "company": "Corp", "physicalDeliveryOfficeName": "Berlin"}
    assert "company" in READ and "lastLogon" not in READ


def test_the_container_of_administrators_permissions_is_kept_and_no_other() -> None:
    raw = security(ace("S-1-5-21-1-2-3-1401", 0xF01FF))
    container = {"objectclass": [b"top", b"container"], "objectguid": [bytes(16)], "ntsecuritydescriptor": [raw]}
    (holder,) = objects_of("CN=AdminSDHolder,CN=System,DC=a,DC=test", container)
    (before,) = objects_of("CN=AdminSDHolder,CN=System,DC=a,DC=test", {**container, "ntsecuritydescriptor": [security()]})

    assert (holder.object_class, holder.facts["GenericAll"]) == ("container", "S-1-5-21-1-2-3-1401")
    assert ("rights changed", (), ("S-1-5-21-1-2-3-1401",)) in told(before, holder)
    for other in ("CN=Policies,CN=System,DC=a,DC=test", "CN=AdminSDHolder,OU=x,DC=a,DC=test", "CN=AdminSDHolder2,CN=System"):
        assert list(objects_of(other, container)) == []


def test_a_policy_that_is_taken_from_an_account_is_a_change() -> None:
    user, policy = {"objectclass": [b"user"], "objectguid": [bytes(16)]}, b"CN=Tier 0,CN=AuthN Policies"
    (bound,) = objects_of("CN=erin,DC=a,DC=test", {**user, "msds-assignedauthnpolicy": [policy]})
    (free,) = objects_of("CN=erin,DC=a,DC=test", user)

    assert told(bound, free) == [("authentication policy changed", (policy.decode(),), ())]
    assert {"msDS-AssignedAuthNPolicy", "msDS-AssignedAuthNPolicySilo"} <= set(READ)
