"""Windows events in words: a line for each, and values of their fields."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import describe
from app.engine.describe import event_codes, event_messages, event_rights, switches
from app.engine.describe.event_values import flags, listed, sid_words
from app.engine.describe.schema_names import schema_name
from app.model.details import EVENTS, KINDS
from app.model.events import EventKerberos, EventLogon, EventNtlm, EventReplication, WindowsEvent
from app.sensor.events.templates import TEMPLATES
from app.sensor.events.translate import FAMILIES, activities_of
from tests.engine.detectors.builders import act
from tests.sensor.events.corpus import exported, logged
from tests.sensor.events.made import MADE, Made, event


def line(id: int, **fields: str) -> str:
    (activity,) = activities_of(event(id, fields), "k")
    return describe.what(activity)


@pytest.mark.parametrize("made", MADE, ids=lambda made: str(made.record.event_id))
def test_a_published_event_in_words(made: Made) -> None:
    (activity,) = activities_of(made.record, "k")

    assert describe.what(activity) == made.words
    assert bool(describe.reason(activity)) == (made.result == "failure")


def test_every_real_event_has_a_line_of_its_own(shared: Path) -> None:
    for record in logged(shared / "corpus") + exported(shared / "corpus"):
        for activity in activities_of(record, "k"):
            words = describe.what(activity)
            assert 5 < len(words) < 700
            assert "\n" not in words and "name:" not in words
            assert "None" not in words or "None" in record.fields.values()  # a group is really called so
            assert not words.startswith(f"Event {record.event_id}")


@pytest.mark.parametrize(
    ("id", "fields", "words"),
    [
        (
            4624,
            {"TargetUserName": "alice", "LogonType": "3", "AuthenticationPackageName": "NTLM", "LmPackageName": "NTLM V1",
             "IpAddress": "10.0.0.5", "IpPort": "50000"},
            "alice logged on to DC01 over the network with NTLM V1 from 10.0.0.5",
        ),
        (
            4624,
            {"TargetUserName": "alice", "LogonType": "10", "AuthenticationPackageName": "Negotiate", "IpAddress": "10.0.0.5"},
            "alice logged on to DC01 by remote desktop from 10.0.0.5",
        ),
        (
            4625,
            {"TargetUserName": "bob", "LogonType": "8", "AuthenticationPackageName": "Kerberos", "WorkstationName": "WS1"},
            "bob could not log on to DC01 over the network with the password in clear text with Kerberos from ws1",
        ),
        (4634, {"TargetUserName": "bob", "LogonType": "3"}, "bob logged off from DC01"),
        (
            4769,
            {"TargetUserName": "alice@CORP.TEST", "ServiceName": "svc-sql", "TicketEncryptionType": "0x17", "Status": "0x0"},
            "Ticket for alice@CORP.TEST to svc-sql, RC4",
        ),
        (
            4768,
            {"TargetUserName": "kiosk", "TargetDomainName": "CORP", "PreAuthType": "0", "TicketEncryptionType": "0x17",
             "Status": "0x0"},
            "Ticket-granting ticket for kiosk@CORP, RC4, without pre-authentication",
        ),
        (4776, {"TargetUserName": "bob", "Workstation": "WS1", "Status": "0x0"},
         "NTLM credentials of bob validated by DC01 from ws1"),
        (4728, {"MemberName": "CN=Smith\\, Bob,OU=Staff,DC=corp,DC=test", "TargetUserName": "Domain Admins"},
         "Added Smith, Bob to Domain Admins"),
        (4732, {"MemberName": "-", "MemberSid": "S-1-5-21-1-2-3-512", "TargetUserName": "Administrators"},
         "Added Domain Admins to Administrators"),
        (4697, {"ServiceName": "PSEXESVC", "ServiceFileName": "%SystemRoot%\\PSEXESVC.exe", "ServiceStartType": "3"},
         "Service PSEXESVC installed: %SystemRoot%\\PSEXESVC.exe"),
        (
            4662,
            {"ObjectType": "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}", "ObjectName": "%{3933c65d}", "AccessMask": "0x100",
             "Properties": "%%7688\r\n\t\t{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}\r\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}"},
            "Control access DS-Replication-Get-Changes-All of domainDNS 3933c65d",
        ),
        (
            5136,
            {"ObjectDN": "CN=svc,DC=corp", "AttributeLDAPDisplayName": "servicePrincipalName", "AttributeValue": "http/x",
             "OperationType": "%%14674"},
            "Added to servicePrincipalName of CN=svc,DC=corp: http/x",
        ),
        (
            5136,
            {"ObjectDN": "CN=svc,DC=corp", "AttributeLDAPDisplayName": "userAccountControl", "AttributeValue": "4194816",
             "OperationType": "%%14675"},
            "Removed from userAccountControl of CN=svc,DC=corp: normal account, pre-authentication not required",
        ),
        (
            5136,
            {"ObjectDN": "CN=svc", "AttributeLDAPDisplayName": "member", "AttributeValue": "CN=bob",
             "OperationType": "Value Added"},
            "Added to member of CN=svc: CN=bob",
        ),
        (4738, {"TargetUserName": "bob", "UserAccountControl": "\r\n\t\t%%2096", "AllowedToDelegateTo": "cifs/x"},
         "Changed user bob: pre-authentication not required, delegation"),
        (4698, {"TaskName": "\\X", "TaskContent": "<Exec><Command>cmd.exe</Command><Arguments>/c a &amp; b</Arguments></Exec>"},
         "Task \\X created: cmd.exe /c a & b"),
        (4688, {"CommandLine": "cmd /c\r\n whoami"}, "Process started: cmd /c whoami"),
    ],
)  # fmt: skip
def test_lines_say_what_matters(id: int, fields: dict[str, str], words: str) -> None:
    assert line(id, **fields) == words


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        (EventLogon, 0xC000006A, "wrong password"),
        (EventLogon, 0xC0000234, "account locked"),
        (EventLogon, 0xC0FFEE00, "status 0xC0FFEE00"),
        (EventKerberos, 24, "wrong password"),
        (EventKerberos, 6, "no such account"),
        (EventKerberos, 999, "Kerberos error 999"),
        (EventNtlm, 0xC0000064, "no such user"),
        (EventReplication, 8453, "replication access denied"),
        (EventReplication, 99999, "error 99999"),
    ],
)
def test_reasons_name_the_code(kind: type[WindowsEvent], code: int, words: str) -> None:
    assert describe.reason(act(kind(event_id=1), result="failure", code=code)) == words  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id", "name", "value", "words"),
    [
        (4624, "LogonType", "3", "network"),
        (4624, "LogonType", "9", "new credentials for the network"),
        (4624, "ImpersonationLevel", "%%1833", "impersonation"),
        (4624, "ElevatedToken", "%%1842", "yes"),
        (4624, "IpAddress", "10.0.0.5", ""),
        (4625, "SubStatus", "0xc0000064", "no such user"),
        (4625, "FailureReason", "%%2313", "unknown user name or wrong password"),
        (4768, "Status", "0x18", "wrong password"),
        (4771, "PreAuthType", "2", "encrypted timestamp"),
        (4769, "TicketEncryptionType", "0x17", "RC4"),
        (4769, "TicketEncryptionType", "0xffffffff", "none, no ticket was issued"),
        (4769, "TicketEncryptionType", "0xffffff7b", "RC4 (old)"),
        (4769, "TicketOptions", "0x40810000", "forwardable, renewable, canonicalize"),
        (4769, "TicketOptions", "0x40830000", "forwardable, renewable, constrained delegation, canonicalize"),
        (4662, "AccessMask", "0x100", "control access"),
        (4662, "AccessMask", "0x20", "write property"),
        (4662, "AccessList", "%%7688\r\n\t\t\t\t", "control access"),
        (4662, "ObjectType", "%{bf967aba-0de6-11d0-a285-00aa003049e2}", "user"),
        (4662, "Properties", "%%7688\r\n\t{1131F6AA-9C07-11D1-F79F-00C04FC2DCD2}", "control access, DS-Replication-Get-Changes"),
        (5145, "AccessMask", "0x3", "read data or list folder, write data or add file"),
        (5145, "AccessList", "%%1537\r\n\t\t\t\t%%4417\r\n", "delete, write data or add file"),
        (4738, "OldUacValue", "0x15", "account disabled, password not required, normal account"),
        (4738, "NewUacValue", "0x10210", "normal account, password never expires, pre-authentication not required"),
        (4738, "UserAccountControl", "\r\n\t\t%%2080\r\n\t\t%%2082", "account disabled, password not required"),
        (4738, "UserAccountControl", "%%2048", "account enabled"),
        (4738, "UserAccountControl", "%%2089", "password never expires"),
        (4738, "UserAccountControl", "%%2098", "trusted to authenticate for delegation"),
        (4738, "PrimaryGroupId", "512", "Domain Admins"),
        (4697, "ServiceType", "0x10", "own process"),
        (4697, "ServiceType", "0x110", "own process, interactive"),
        (4697, "ServiceStartType", "2", "auto start"),
        (4688, "TokenElevationType", "%%1937", "elevated token"),
        (4688, "MandatoryLabel", "S-1-16-12288", "high integrity"),
        (4688, "CommandLine", "echo %%1537", ""),
        (4732, "TargetSid", "S-1-5-32-544", "Administrators"),
        (4732, "MemberSid", "S-1-5-21-1-2-3-519", "Enterprise Admins"),
        (4732, "MemberSid", "S-1-5-21-1-2-3-1105", ""),
        (4719, "SubcategoryId", "%%14081", "directory service changes"),
        (4719, "AuditPolicyChanges", "%%8448, %%8450", "success removed, failure removed"),
        (4870, "RevocationReason", "1", "key compromised"),
        (4887, "Disposition", "3", "issued"),
        (4933, "StatusCode", "1722", "server unavailable"),
        (5136, "OperationType", "%%14675", "value deleted"),
        (8004, "SChannelType", "6", "domain controller"),
        (2889, "BindingType", "1", "simple, password in clear text"),
        (4625, "Status", "nonsense", ""),
        (4625, "Unheard", "value", ""),
    ],
)
def test_values_in_words(id: int, name: str, value: str, words: str) -> None:
    assert describe.field_words(id, name, value) == words


def test_a_mask_means_what_its_object_makes_of_it() -> None:
    def words(kind: str) -> str:
        return describe.field_words(4661, "AccessMask", "0x1", {"ObjectType": kind})

    assert words("SAM_SERVER") == "connect to server"
    assert words("SAM_DOMAIN") == "read password parameters"
    assert words("SAM_USER") == "read general information"
    assert words("SERVICE OBJECT") == "query configuration"
    assert words("something else") == "0x1"
    assert describe.field_words(4661, "AccessMask", "0x1", {"ObjectServer": "DS"}) == "create child"


def test_the_value_of_an_attribute_means_what_the_attribute_makes_of_it() -> None:
    def words(attribute: str, value: str) -> str:
        return describe.field_words(5136, "AttributeValue", value, {"AttributeLDAPDisplayName": attribute})

    assert words("userAccountControl", "66048") == "normal account, password never expires"
    assert words("msDS-SupportedEncryptionTypes", "24") == "AES128, AES256"
    assert words("groupType", "-2147483646") == "global, security"
    assert words("description", "66048") == ""


def test_the_schema_knows_attributes_classes_rights_and_sets() -> None:
    assert schema_name("{bf967a86-0de6-11d0-a285-00aa003049e2}") == "computer"
    assert schema_name("%{F3A64788-5306-11D1-A9C5-0000F80367C1}") == "servicePrincipalName or Validated-SPN"
    assert schema_name("00299570-246d-11d0-a768-00aa006e0529") == "User-Force-Change-Password"
    assert schema_name("4c164200-20c0-11d0-a768-00aa006e0529") == "User-Account-Restrictions"
    assert schema_name("00000000-0000-0000-0000-000000000000") == ""
    assert schema_name("x" * 100) == ""


def test_lists_are_bounded_and_keep_what_has_no_name() -> None:
    assert listed("%%1537 %%65000 {00000000-0000-0000-0000-000000000001}") == (
        "delete, 65000, 00000000-0000-0000-0000-000000000001"
    )
    assert len(listed("%%1537 " + " ".join(str(n) for n in range(5_000))).split(", ")) <= 100
    assert listed("") == listed("plain words") == ""
    assert sid_words("S-1-5-21") == "" and sid_words("S-1-5-21-" + "9" * 400) == ""
    assert flags(0, {}) == "none" and flags(-1, {}) == "0xFFFFFFFF"


def test_messages_of_flags_and_rights_agree_with_their_bits() -> None:
    for bit, words in event_codes.USER_FLAGS.items():
        place = bit.bit_length() - 1
        if 0 < place < 20:
            assert event_messages.MESSAGES[2080 + place] == words
    assert event_messages.MESSAGES[7688] == event_rights.DIRECTORY[0x100] == "control access"
    assert event_messages.MESSAGES[5447] == event_rights.OBJECTS["sam_user"][0x80] == "set password"
    assert event_messages.MESSAGES[5402] == event_rights.OBJECTS["sam_domain"][0x400] == "administer server"
    assert all(event_messages.MESSAGES.values())


def test_events_are_a_family_of_their_own() -> None:
    assert {describe.family(KINDS[kind]) for kind in EVENTS} == {"Windows events"}
    assert describe.family("directory-object") == describe.family("directory-change") == "Directory"


NAMES = sorted({name for names in TEMPLATES.values() for name in names} | {"Client SID:"})
FAMILY_IDS = sorted({number for family in FAMILIES for number in family.events})
TEXTS = st.one_of(
    st.sampled_from(["-", "%%", "%%99999", "0x", "{", "%{S-1-5-}", "S-1-", "CN=", "CN=\\,", "CertificateTemplate:", "<Command>",
                     "\ud800", "\0", "%%1537" * 4_000, "{" * 20_000, "9" * 5_000]),
    st.text(max_size=60),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FAMILY_IDS), st.dictionaries(st.sampled_from(NAMES), TEXTS, max_size=14), TEXTS, st.booleans())
def test_whatever_an_event_holds_it_has_a_short_line(id: int, fields: dict[str, str], host: str, failed: bool) -> None:
    kind = next(family.detail for family in FAMILIES if id in family.events)
    detail = kind(event_id=id, computer=host, fields=fields)
    activity = act(detail, source="name:ws1", result="failure" if failed else "success")  # type: ignore[arg-type]
    words = describe.what(activity)

    assert words and len(words) < 3_000
    for name, value in fields.items():
        assert len(describe.field_words(id, name, value, fields)) < 20_000


def test_every_family_of_events_can_be_switched_on_by_name() -> None:
    assert set(switches.AUDITS) == {KINDS[kind] for kind in EVENTS}
    assert switches.switches(["event-ldap", "directory-object"], ()).endswith("or synchronise or open the directory")
