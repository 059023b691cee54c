"""What logs, directories and gateways teach, in any order and any split; names, SIDs and addresses of one computer are one."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.engine.knowledge import Knowledge
from app.engine.knowledge.called import entities_of
from app.engine.queries import Queries
from app.model.activity import Account, Activity, Endpoint, named
from app.model.details import DnsQuery, NameObservation, Ntlm, RadiusAccounting
from app.model.directory import DirectoryChange, DirectoryObject
from app.model.events import (
    EventAccount,
    EventAdfs,
    EventCertificate,
    EventDirectoryChange,
    EventGroup,
    EventKerberos,
    EventLogon,
    EventNtlm,
    EventObjectAccess,
    EventReplication,
    WindowsEvent,
)
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from tests.engine.detectors.builders import DC1, FILES, HOUR, MINUTE, SECOND, START, WS1, WS2, as_req, dns
from tests.engine.workspace import fill

DAY = 24 * HOUR
SID = "S-1-5-21-1004336348-1177238915-682003330"
DOMAIN = "DC=example,DC=org"


def event(family: type[WindowsEvent], number: int, computer: str = "DC1.example.org", at: int = 0, **fields: str) -> Activity:
    failed = number == 4625 or fields.get("Status", "0x0") != "0x0"
    return Activity(
        at=START + at,
        until=START + at,
        input="log",
        record=number * 1_000_000_000 + at % 1_000_000_000,
        result="failure" if failed else "success",
        detail=family(event_id=number, computer=computer, provider="Microsoft-Windows-Security-Auditing", fields=fields),
    )


def entry(at: int = 0, **values: object) -> Activity:
    values = {"domain": "example.org"} | values
    return Activity(
        at=START + at, until=START + at, input="dir", record=abs(hash(str(sorted(values.items())))) % 10**9,
        detail=DirectoryObject(**values),  # type: ignore[arg-type]
    )  # fmt: skip


def user(name: str, rid: int, at: int = 0, **values: object) -> Activity:
    return entry(
        at, dn=f"CN={name},CN=Users,{DOMAIN}", object_class="user", sid=f"{SID}-{rid}", sam=name, primary_group=513, **values
    )


def group(name: str, rid: int, *members: str, at: int = 0, **values: object) -> Activity:
    return entry(
        at, **({"dn": f"CN={name},CN=Users,{DOMAIN}", "object_class": "group", "sid": f"{SID}-{rid}", "sam": name,
                "members": tuple(f"CN={one},CN=Users,{DOMAIN}" for one in members)} | values),
    )  # fmt: skip


def radius(status: str, user: str = "alice", framed: str = "10.8.0.5", at: int = 0, **values: object) -> Activity:
    return Activity(
        at=START + at, until=START + at, input="vpn", record=at // SECOND + 1, source=Endpoint("192.0.2.30", 1813),
        account=Account(name=user, domain="EXAMPLE") if user else None,
        detail=RadiusAccounting(**({"status": status, "session": "s1", "framed_ip": framed, "nas": "192.0.2.30"} | values)),  # type: ignore[arg-type]
    )  # fmt: skip


def known(*activities: Activity) -> Knowledge:
    knowledge = Knowledge()
    for activity in activities:
        knowledge.observe(activity)
    return knowledge


POOL = [
    event(EventKerberos, 4768, TargetUserName="WS1$", TargetDomainName="EXAMPLE", IpAddress=f"::ffff:{WS1}", Status="0x0"),
    event(EventKerberos, 4769, at=SECOND, TargetUserName="alice@EXAMPLE.ORG", TargetDomainName="EXAMPLE.ORG", IpAddress=WS1,
          Status="0x0", ServiceName="FILES$", ServiceSid=f"{SID}-1105"),
    event(EventKerberos, 4771, at=MINUTE, TargetUserName="bob", TargetSid=f"{SID}-1107", Status="0x18", IpAddress=WS2),
    event(EventLogon, 4624, "ws2", TargetUserName="bob", TargetDomainName="EXAMPLE", TargetUserSid=f"{SID}-1107", IpAddress=WS1,
          AuthenticationPackageName="NTLM", WorkstationName="WS1"),
    event(EventGroup, 4728, TargetUserName="Domain Admins", TargetSid=f"{SID}-512", MemberSid=f"{SID}-1107", MemberName="-"),
    event(EventGroup, 4729, at=HOUR, TargetUserName="Domain Admins", TargetSid=f"{SID}-512", MemberSid=f"{SID}-1107"),
    event(EventAccount, 4781, OldTargetUserName="tmp$", NewTargetUserName="dc1", TargetDomainName="EXAMPLE",
          TargetSid=f"{SID}-1300"),
    user("alice", 1106), user("alice", 1106, at=DAY, display_name="Alice"), group("staff", 1200, "alice"),
    group("staff", 1200, "alice", "bob", at=DAY), as_req("WS1$", WS1), dns("dc2.example.org", answers=("A 192.0.2.2",)),
    radius("Start"), radius("Interim-Update", at=MINUTE, client_name="MSRAS-0-LAPTOP"),
    radius("Stop", at=HOUR, session_seconds=3600),
    Activity(at=START, until=START, input="d", record=1,
             detail=DirectoryChange(sam="carol", sid=f"{SID}-1110", domain="example.org")),
]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.permutations(POOL), st.integers(0, len(POOL)), st.integers(0, len(POOL)))
def test_any_order_and_any_split_give_the_same_bytes(order: list[Activity], cut: int, other: int) -> None:
    whole = known(*POOL)
    low, high = sorted((cut, other))
    first, second, third = known(*order[:low]), known(*order[low:high]), known(*order[high:])
    third.merge(first)
    third.merge(second)

    assert third.to_bytes() == whole.to_bytes()
    again = Knowledge.from_bytes(third.to_bytes())
    assert again.to_bytes() == whole.to_bytes()
    key = "user:example.org\\alice"
    assert again.tags(key, START) == whole.tags(key, START)
    assert again.directory.groups(again.object_of(key) or ("", "", 0)) == whole.directory.groups(
        whole.object_of(key) or ("", "", 0)
    )


@pytest.mark.parametrize("backwards", [False, True])
def test_an_address_in_one_input_and_its_name_in_another_are_one_computer(backwards: bool) -> None:
    packets = known(dns("www.example.com", source=WS1))
    log = known(event(EventKerberos, 4768, TargetUserName="WS1$", TargetDomainName="EXAMPLE", IpAddress=WS1, Status="0x0"))
    assert packets.address_entity(WS1, START).key == f"address:{WS1}"
    assert "Unresolved" in packets.tags(f"address:{WS1}")
    parts = [log, packets] if backwards else [packets, log]
    joined = Knowledge()
    for part in parts:
        joined.merge(part)

    assert joined.address_entity(WS1, START).key == "computer:ws1.example.org"
    assert joined.resolve(WS1, START).certainty == "high"
    assert joined.resolve(WS1, START).proof == log.resolve(WS1, START).proof
    assert [one.key for one in entities_of(joined, WS1, START, START)] == ["computer:ws1.example.org"]


@pytest.mark.parametrize("spelling", ["ws1.example.org", "WS1", r"\\WS1", "WS1$", r"EXAMPLE\WS1$", "WS1.EXAMPLE.ORG.", "ws1 "])
def test_every_spelling_of_a_computer_is_one_entity(spelling: str) -> None:
    knowledge = known(as_req("WS1$", WS1), event(EventLogon, 4624, "WS1.example.org", TargetUserName="alice"))

    assert knowledge.address_entity(named(spelling).ip, START).key == "computer:ws1.example.org"
    assert knowledge.computer_entity("ws1").key == "computer:ws1.example.org"
    assert {one.key for one in entities_of(knowledge, named(spelling).ip, START, START)} == {"computer:ws1.example.org"}


def test_a_named_end_that_is_an_address_is_that_address() -> None:
    knowledge = known(as_req("WS1$", WS1))

    assert knowledge.address_entity(f"name:{WS1}", START).key == "computer:ws1.example.org"
    assert knowledge.address_entity("name:192.0.2.77", START).key == "address:192.0.2.77"
    assert knowledge.address_entity("name:workstation", START).kind == "address"


def test_a_netbios_name_stands_for_the_long_name_that_begins_so() -> None:
    knowledge = known(as_req(), event(EventLogon, 4624, "accounting-desktop-04.example.org", TargetUserName="alice"))

    assert knowledge.computer_entity("ACCOUNTING-DESK").key == "computer:accounting-desktop-04.example.org"


def test_logs_that_only_controllers_write_make_a_controller_and_others_do_not() -> None:
    def is_one(*activities: Activity) -> bool:
        return known(*activities).is_controller("name:dc1.example.org")

    change = {"ObjectDN": f"CN=x,{DOMAIN}", "DSType": "%%14676"}
    assert is_one(event(EventKerberos, 4768, TargetUserName="a", Status="0x0"))
    assert is_one(event(EventNtlm, 8004, UserName="a", WorkstationName="WS1", SChannelName="FILES"))
    assert is_one(event(EventObjectAccess, 4662, ObjectServer="DS"))
    assert is_one(event(EventDirectoryChange, 5136, **change))
    assert is_one(event(EventReplication, 4932))
    assert is_one(event(EventAccount, 4741, TargetUserName="x$"))
    assert not is_one(event(EventNtlm, 4776, TargetUserName="admin", PackageName="MICROSOFT_AUTHENTICATION_PACKAGE_V1_0"))
    assert not is_one(event(EventDirectoryChange, 5136, **{**change, "DSType": "%%14678"}))
    assert not is_one(event(EventAccount, 4720, TargetUserName="x"))
    assert not is_one(event(EventLogon, 4624, TargetUserName="x"))
    found = known(event(EventKerberos, 4768, TargetUserName="a", Status="0x0")).controllers()
    assert [(one.kind, one.key) for one in found] == [("controller", "computer:dc1.example.org")]


def test_a_controller_by_its_log_and_by_its_packets_is_one_entity() -> None:
    ping = NameObservation(address=DC1, name="dc1.example.org", method="dns")
    knowledge = known(
        event(EventKerberos, 4768, TargetUserName="a", Status="0x0"), as_req(),
        Activity(at=START, until=START, input="p", frames=(1,), detail=ping),
    )  # fmt: skip

    assert knowledge.address_entity(DC1, START).key == "computer:dc1.example.org"
    assert knowledge.address_entity(DC1, START).kind == "controller" == knowledge.computer_entity("DC1").kind
    assert [one.key for one in knowledge.controllers()] == ["computer:dc1.example.org"]
    assert "Controller" in knowledge.tags("computer:dc1.example.org")


def test_an_ntlm_client_in_a_log_only_claims_its_name() -> None:
    claim = {"TargetUserName": "eve", "AuthenticationPackageName": "NTLM", "WorkstationName": "DC1"}
    honest = known(event(EventLogon, 4624, "FILES.example.org", IpAddress=WS2, **{**claim, "WorkstationName": "WS2"}))
    liar = known(as_req("DC1$", DC1), event(EventLogon, 4624, "FILES.example.org", IpAddress="192.0.2.66", **claim))

    assert honest.resolve(WS2, START).certainty == "medium"
    assert liar.address_entity("192.0.2.66", START).key == "address:192.0.2.66"


def test_a_sid_is_the_account_that_had_it_at_that_time() -> None:
    sid = f"{SID}-1190"
    knowledge = known(
        as_req(),
        event(EventAccount, 4720, TargetUserName="temp", TargetDomainName="EXAMPLE", TargetSid=sid),
        event(
            EventAccount,
            4781,
            at=DAY,
            OldTargetUserName="temp",
            NewTargetUserName="olga",
            TargetDomainName="EXAMPLE",
            TargetSid=sid,
        ),
    )
    by_sid = [Activity(at=START + at, until=START + at, input="x", account=Account(name=name, sid=sid), detail=DnsQuery())
              for at, name in ((HOUR, ""), (2 * DAY, sid))]  # fmt: skip

    assert [str(knowledge.account_entity(one).label) for one in by_sid] == ["temp", "olga"]  # type: ignore[union-attr]
    assert knowledge.account_of_sid(sid).label == "olga"  # type: ignore[union-attr]
    stranger = knowledge.account_of_sid(f"{SID}-4444")
    assert stranger is not None and stranger.label == f"{SID}-4444"


def test_members_of_sensitive_groups_by_log_are_sensitive_until_they_are_removed() -> None:
    member = {
        "MemberSid": f"{SID}-1107",
        "TargetUserName": "Domänen-Admins",
        "TargetSid": f"{SID}-512",
        "TargetDomainName": "EXAMPLE",
    }
    named_so = event(EventKerberos, 4768, TargetUserName="bob", TargetDomainName="EXAMPLE", TargetSid=f"{SID}-1107", Status="0x0")
    added, removed = event(EventGroup, 4728, at=HOUR, **member), event(EventGroup, 4729, at=DAY, **member)
    knowledge = known(named_so, added, removed)
    key = "user:example.org\\bob"

    assert "Sensitive" in known(named_so, added).tags(key)
    assert "Sensitive" not in knowledge.tags(key)
    assert not knowledge.why_sensitive(key, START)
    assert knowledge.why_sensitive(key, START + 2 * HOUR) == ("Domänen-Admins (log)",)


def test_the_administrators_of_one_workstation_are_not_those_of_the_domain() -> None:
    local = {
        "MemberSid": f"{SID}-1107",
        "TargetUserName": "Administrators",
        "TargetSid": "S-1-5-32-544",
        "TargetDomainName": "Builtin",
    }
    named_so = event(EventKerberos, 4768, TargetUserName="bob", TargetDomainName="EXAMPLE", TargetSid=f"{SID}-1107", Status="0x0")
    key = "user:example.org\\bob"

    assert "Sensitive" not in known(named_so, event(EventGroup, 4732, "WS1.example.org", **local)).tags(key)
    assert "Sensitive" in known(named_so, event(EventGroup, 4732, **local)).tags(key)


def test_standing_follows_the_later_record() -> None:
    account = {"TargetUserName": "bob", "TargetDomainName": "EXAMPLE", "TargetSid": f"{SID}-1107"}
    base = event(EventKerberos, 4768, TargetUserName="bob", TargetDomainName="EXAMPLE", Status="0x0")
    off, on = event(EventAccount, 4725, at=HOUR, **account), event(EventAccount, 4722, at=DAY, **account)
    locked = event(EventAccount, 4740, TargetUserName="bob", TargetDomainName="WS9", SubjectDomainName="EXAMPLE")

    assert "Disabled" in known(base, off).tags("user:example.org\\bob")
    assert "Disabled" not in known(base, off, on).tags("user:example.org\\bob")
    assert "Locked" in known(base, locked).tags("user:example.org\\bob")


def test_servers_are_told_by_their_own_logs() -> None:
    knowledge = known(event(EventCertificate, 4886, "CA1.example.org"), event(EventAdfs, 1202, "sts.example.org"))

    assert knowledge.tags("computer:ca1.example.org") == ("Certificate authority",)
    assert knowledge.tags("computer:sts.example.org") == ("AD FS",)


def test_vpn_sessions_say_who_had_an_address_from_where() -> None:
    knowledge = known(
        as_req(), radius("Start", tunnel_client="203.0.113.9", place="Berlin"), radius("Stop", at=HOUR, session_seconds=3600),
        radius("Start", "bob", at=2 * HOUR, session="s2"), radius("Accounting-On", "", "", at=3 * HOUR, session=""),
        radius("Stop", "carol", "10.8.0.6", at=5 * HOUR, session="s3", session_seconds=600),
    )  # fmt: skip
    first, second = knowledge.sessions.of_address("10.8.0.5")
    carol = knowledge.sessions.of_address("10.8.0.6")[0]

    assert (first.start, first.end, first.over, first.outside, first.place) == (
        START,
        START + HOUR,
        True,
        ("203.0.113.9",),
        "Berlin",
    )
    assert (second.start, second.end, second.over) == (START + 2 * HOUR, START + 3 * HOUR, True)
    assert carol.start == START + 5 * HOUR - 600 * SECOND
    holder = knowledge.sessions.holder("10.8.0.5", START + MINUTE)
    assert holder is not None and holder.user == ("alice", "example")
    assert knowledge.sessions.holder("10.8.0.5", START + HOUR + MINUTE) is None
    assert "VPN pool" in knowledge.tags("address:10.8.0.5")
    assert "VPN gateway" in knowledge.tags("address:192.0.2.30")


def test_the_sessions_of_a_captured_gateway(shared: Path, tmp_path: Path) -> None:
    activities: list[Activity] = []
    for found in find_inputs([shared / "lab" / "captures" / "vpn_radius.pcap"]):
        read_input(found, activities.extend)
    fill(tmp_path / "w", {activities[0].input: activities})
    queries = Queries(tmp_path / "w")
    knowledge = queries.knowledge()
    sessions = {one.session: one for those in knowledge.sessions.users().values() for one in those}
    card = queries.entity("user:corp.test\\alice.adams")

    one, other = sessions["SES0003"], sessions["SES9999"]
    assert (one.user[0], one.framed, one.outside, one.over) == ("dave.davis", ("10.77.200.13",), ("203.0.113.23",), True)
    assert (other.user[0], other.framed, other.over) == ("alice.adams", ("10.77.200.99",), False)
    assert card is not None
    told = [value for name, value, how in card.facts if name == "VPN session" and how == "RADIUS accounting of 10.77.0.30"]
    assert len(told) == 2
    assert "alice.adams had 10.77.200.99 from 198.51.100.77" in told[1]
    queries.close()


def test_computers_behind_one_address_in_logs_are_told() -> None:
    knowledge = known(*(
        event(EventKerberos, 4768, at=one * SECOND, TargetUserName=f"WS{one}$", TargetDomainName="EXAMPLE",
              IpAddress="198.51.100.1", Status="0x0") for one in range(3)
    ))  # fmt: skip

    assert "Shared address" in knowledge.tags("address:198.51.100.1")
    assert knowledge.resolve("198.51.100.1", START).certainty == "low"


def test_loopback_in_a_log_names_nobody() -> None:
    knowledge = known(
        event(EventKerberos, 4768, TargetUserName="DC1$", TargetDomainName="EXAMPLE", IpAddress="::1", Status="0x0")
    )

    assert not knowledge.bindings("::1")


def test_ntlm_on_the_wire_and_workstation_in_the_log_agree() -> None:
    wire = Activity(
        at=START, until=START, input="p", frames=(1,), source=Endpoint(WS1, 1), destination=Endpoint(FILES, 445),
        detail=Ntlm(user="bob", workstation="WS1", target_dns_computer="files.example.org", target_dns_domain="example.org"),
    )  # fmt: skip
    log = event(
        EventLogon,
        4624,
        "FILES.example.org",
        TargetUserName="bob",
        IpAddress=WS1,
        AuthenticationPackageName="NTLM",
        WorkstationName="WS1",
    )

    assert known(wire, log).address_entity(WS1, START).key == known(wire).address_entity(WS1, START).key


def test_a_controller_whose_log_leaves_out_its_domain_is_the_one_that_others_call_by_its_full_name() -> None:
    signed_in = {"TargetUserName": "bob", "TargetDomainName": "EXAMPLE.ORG", "ServiceName": "krbtgt"}
    knowledge = Knowledge()
    knowledge.observe(event(EventKerberos, 4768, "DC1", **signed_in, Status="0x0"))
    full = knowledge.computer_entity("dc1.example.org")

    assert (full.kind, full.key) == ("controller", "computer:dc1.example.org")
    assert knowledge.computer_entity("DC1") == knowledge.account("DC1$", "EXAMPLE") == full


def test_a_realm_that_was_asked_for_in_vain_or_is_none_tells_no_name_of_a_controller() -> None:
    knowledge = Knowledge()
    for realm, status in (("OTHER.NET", "0x6"), ("no domain.at all", "0x0")):
        fields = {"TargetUserName": "bob", "TargetDomainName": realm, "ServiceName": "krbtgt", "Status": status}
        knowledge.observe(event(EventKerberos, 4768, "DC1", **fields))

    assert knowledge.computer_entity("DC1").key == "computer:dc1"
    assert knowledge.computer_entity("dc1.other.net").kind == "computer"


@pytest.mark.parametrize(
    ("name", "domain", "sid"),
    [
        ("ANONYMOUS LOGON", "NT AUTHORITY", "S-1-5-7"), ("ANONYMOUS-ANMELDUNG", "NT-AUTORITÄT", "S-1-5-7"),
        ("АНОНИМНЫЙ ВХОД", "NT AUTHORITY", "S-1-5-7"), ("DWM-1", "Window Manager", "S-1-5-90-0-1"),
    ],
)  # fmt: skip
def test_nobody_and_windows_itself_are_no_accounts_that_signed_in_in_any_language(name: str, domain: str, sid: str) -> None:
    knowledge = Knowledge()
    told = {"TargetUserName": name, "TargetDomainName": domain, "TargetUserSid": sid, "LogonType": "3"}
    knowledge.observe(event(EventLogon, 4624, **told))
    refused = {"TargetUserName": "bob", "TargetDomainName": "EXAMPLE", "TargetUserSid": "S-1-0-0", "LogonType": "3"}
    knowledge.observe(event(EventLogon, 4625, **refused, Status="0xc000006d", SubStatus="0xc000006a"))

    assert not knowledge.account_words(name, domain)
    assert "exists" in knowledge.account_words("bob", "EXAMPLE")


def test_the_built_in_administrator_is_known_by_his_number_whatever_he_is_called() -> None:
    machine = event(EventLogon, 4624, SubjectUserSid="S-1-5-18", SubjectUserName="DC1$", SubjectDomainName="EXAMPLE")
    real = {"TargetUserName": "root", "TargetDomainName": "EXAMPLE", "TargetUserSid": f"{SID}-500", "LogonType": "3"}
    decoy = {"TargetUserName": "Administrator", "TargetDomainName": "EXAMPLE", "TargetUserSid": f"{SID}-1600", "LogonType": "3"}
    known = Knowledge()
    for one in (machine, event(EventLogon, 4624, at=1, **real), event(EventLogon, 4624, at=2, **decoy)):
        known.observe(one)

    assert known.why_sensitive("user:example.org\\root") == ("built-in account",)
    assert known.why_sensitive("user:example.org\\administrator") == ()


@pytest.mark.parametrize("computer", ["DC1", "DC1.example.org"])
def test_a_domain_that_only_its_short_name_tells_has_a_built_in_administrator(computer: str) -> None:
    made = {"TargetUserName": "WS9$", "TargetDomainName": "EXAMPLE", "TargetSid": f"{SID}-1700"}
    by = {"SubjectUserName": "Administrator", "SubjectDomainName": "EXAMPLE", "SubjectUserSid": f"{SID}-500"}
    known = Knowledge()
    known.observe(event(EventAccount, 4741, computer, **made, **by))
    ref = known.account("Administrator", "EXAMPLE")

    assert ref is not None and known.why_sensitive(ref.key) == ("built-in account",)


def test_the_administrator_of_one_computer_is_not_that_of_a_domain() -> None:
    known = Knowledge()
    itself = {"SubjectUserSid": "S-1-5-18", "SubjectUserName": "WS1$", "SubjectDomainName": "WORKGROUP"}
    who = {"TargetUserName": "Administrator", "TargetDomainName": "WS1", "TargetUserSid": f"{SID}-500", "LogonType": "3"}
    known.observe(event(EventLogon, 4624, "WS1", **itself, **who))
    ref = known.account("Administrator", "WS1")

    assert ref is not None and known.why_sensitive(ref.key) == ()


def test_a_group_whose_number_is_not_told_counts_by_its_name() -> None:
    known = Knowledge()
    fields = {"TargetUserName": "Domänen-Admins", "TargetDomainName": "EXAMPLE", "TargetSid": "-", "MemberSid": f"{SID}-1105"}
    known.observe(event(EventGroup, 4728, **fields))

    assert known.why_sensitive(f"user:{SID.lower()}-1105") == ("Domänen-Admins (log)",)


@pytest.mark.parametrize("computer", ["DC1.servers.elsewhere.test", "DC1.example"])
def test_a_domain_whose_controllers_are_elsewhere_in_dns_has_a_built_in_administrator(computer: str) -> None:
    made = {"TargetUserName": "WS9$", "TargetDomainName": "EXAMPLE", "TargetSid": f"{SID}-1700"}
    known = Knowledge()
    known.observe(event(EventAccount, 4741, computer, **made, SubjectUserName="Administrator", SubjectDomainName="EXAMPLE"))
    ref = known.account("Administrator", "EXAMPLE")

    assert ref is not None and known.why_sensitive(ref.key) == ("built-in account",)


def test_a_controller_whose_log_is_kept_under_its_address_is_one() -> None:
    known = Knowledge()
    one = event(EventKerberos, 4768, "10.0.0.1", TargetUserName="alice", TargetDomainName="EXAMPLE", IpAddress="10.0.0.66")
    known.observe(replace(one, destination=Endpoint("10.0.0.1")))

    assert known.is_controller("10.0.0.1") and not known.is_controller("10.0.0.66")
