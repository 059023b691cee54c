"""Managed service accounts and clusters do not rename the computers from which they sign in; real renames still do."""

import pytest

from app.engine.knowledge import Knowledge
from app.engine.knowledge.addresses import certainty_of
from app.model.activity import Activity
from app.model.details import LdapAdd, LdapSearch, NameObservation
from app.model.entity import EntityRef
from app.model.events import EventKerberos, EventLogon
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, SECOND, START, WS1, WS2, act, as_req, tgs_req
from tests.engine.knowledge.test_logs import entry, event, known

SQL = "192.0.2.40"


def by_turns(source: str = WS1, other: str = "svc_sql$", hours: int = 3) -> list[Activity]:
    """The computer WS1 and another account sign in from one address, hour after hour."""
    found: list[Activity] = []
    for hour in range(hours):
        at = hour * HOUR + MINUTE
        found += [as_req("WS1$", source, at=at), as_req(other, source, at=at + SECOND)]
        found += [tgs_req("cifs/files.example.org", source, client="WS1$", at=at + MINUTE)]
        found += [tgs_req("cifs/files.example.org", source, client=other, at=at + 2 * MINUTE)]
        found += [as_req("WS1$", source, at=at + 10 * MINUTE), as_req(other, source, at=at + 11 * MINUTE)]
    return found


def always_ws1(knowledge: Knowledge, source: str = WS1, hours: int = 3) -> bool:
    times = [START + minute * MINUTE for minute in range(0, hours * 60, 3)]
    return {(one.computer, one.certainty) for at in times for one in [knowledge.resolve(source, at)]} == {("WS1", "high")}


def test_an_account_that_the_directory_calls_a_service_is_no_computer() -> None:
    managed = entry(object_class="msDS-GroupManagedServiceAccount", sam="svc_sql$", dn="CN=svc_sql,DC=example,DC=org",
                    sid="S-1-5-21-1-2-3-1500")  # fmt: skip
    assert not always_ws1(known(*by_turns()))
    knowledge = known(*by_turns(), managed)

    assert always_ws1(knowledge)
    assert {(one.name, one.certainty) for one in knowledge.bindings(WS1)} == {
        ("ws1.example.org", "high"), ("svc_sql.example.org", "low"),
    }  # fmt: skip
    assert {one.certainty for one in knowledge.bindings("computer:svc_sql.example.org")} == {"low"}
    assert "Shared address" not in knowledge.tags(f"address:{WS1}")


def test_many_service_accounts_of_one_computer_are_no_address_translation() -> None:
    names = [f"svc{number}$" for number in range(5)]
    managed = [
        entry(object_class="msDS-GroupManagedServiceAccount", sam=name, dn=f"CN={name},DC=example,DC=org",
              sid=f"S-1-5-21-1-2-3-150{number}") for number, name in enumerate(names)
    ]  # fmt: skip
    asked = [one for name in names for one in by_turns(other=name)]

    assert known(*asked).resolve(WS1, START).certainty == "low"
    assert always_ws1(known(*asked, *managed))


@pytest.mark.parametrize("kind", ["4", "5"])
def test_an_account_that_a_log_shows_running_a_service_is_no_computer(kind: str) -> None:
    """Only a log of the domain's controller and one of the computer, without packets or directory."""
    asked = [
        event(EventKerberos, 4768, at=minute * MINUTE, TargetUserName=("WS1$", "svc_sql$")[minute % 2],
              TargetDomainName="EXAMPLE", IpAddress=f"::ffff:{WS1}", Status="0x0") for minute in range(0, 150)
    ]  # fmt: skip
    ran = event(EventLogon, 4624, "ws1.example.org", at=5, TargetUserName="svc_sql$", TargetDomainName="EXAMPLE", LogonType=kind)
    own = event(EventLogon, 4624, "ws1.example.org", at=6, TargetUserName="WS1$", TargetDomainName="EXAMPLE", LogonType=kind)
    local = event(EventLogon, 4624, "ws1.example.org", at=7, TargetUserName="ws2$", TargetDomainName="WS1", LogonType=kind)

    assert always_ws1(known(*asked, ran, own, local, as_req("WS2$", WS2)))
    assert known(ran, own, local, as_req("WS2$", WS2)).resolve(WS2, START).computer == "WS2"


def test_a_computer_that_gives_its_own_name_in_the_request_keeps_it() -> None:
    """NetBIOS name among the addresses of the request, RFC 4120 section 7.5.3; longer names are cut there."""
    long = "a-quite-long-host-name$"
    asked = [
        as_req(long, SQL, at=0, client_addresses=("A-QUITE-LONG-HO",)),
        as_req("cluster$", SQL, at=MINUTE, client_addresses=("A-QUITE-LONG-HO",)),
        tgs_req("cifs/files.example.org", SQL, client="cluster$", at=2 * MINUTE),
    ]
    knowledge = known(*asked)

    assert knowledge.resolve(SQL, START + 2 * MINUTE).computer == "A-QUITE-LONG-HOST-NAME"
    assert [one.method for one in knowledge.bindings(SQL) if one.name.startswith("cluster")] == ["kerberos-guest"] * 2


def test_a_stolen_computer_account_does_not_name_its_thief() -> None:
    asked = [as_req("WS1$", WS1, client_addresses=("WS1",)), as_req("WS1$", SQL, at=MINUTE, client_addresses=("KALI",))]
    knowledge = known(*asked, tgs_req("cifs/files.example.org", SQL, client="WS1$", at=2 * MINUTE))

    assert knowledge.resolve(SQL, START).computer == "KALI"
    assert knowledge.address_entity(WS1, START).label == "WS1"


def test_by_turns_the_one_that_nothing_else_names_is_no_computer() -> None:
    told = act(NameObservation(address=WS1, name="ws1.example.org", method="dns"))

    assert certainty_of("dns") == "medium"
    assert always_ws1(known(*by_turns(), told))


def test_a_computer_that_is_renamed_is() -> None:
    """Before and behind in the same hour, then for days: no turns."""
    asked = [as_req("WS1$", WS1, at=one * MINUTE) for one in range(0, 300, 30)]
    asked += [as_req("NEW1$", WS1, at=305 * MINUTE + one * MINUTE) for one in range(0, 300, 30)]
    asked += [as_req("NEW1$", WS1, at=304 * MINUTE, client_addresses=("WS1",))]  # until it is started again
    asked += [as_req("NEW1$", WS1, at=330 * MINUTE, client_addresses=("NEW1",))]
    told = [act(NameObservation(address=WS1, name="ws1", method="dhcp"))]
    knowledge = known(*asked, *told)

    assert knowledge.resolve(WS1, START).computer == "WS1"
    assert knowledge.resolve(WS1, START + 500 * MINUTE).computer == "NEW1"


def test_a_lease_that_comes_back_the_next_day_is_no_turn() -> None:
    day = 24 * HOUR
    asked = [as_req(("WS1$", "WS2$")[number % 2], WS1, at=number * day) for number in range(6)]
    knowledge = known(*asked, act(NameObservation(address=WS1, name="ws1", method="dns")))

    assert [knowledge.resolve(WS1, START + number * day).computer for number in range(4)] == ["WS1", "WS2"] * 2


def test_two_computers_behind_one_address_are_both_doubtful() -> None:
    told = [act(NameObservation(address=WS1, name=name, method="ntlm-workstation"), at=MINUTE) for name in ("ws1", "ws9")]

    assert known(*by_turns(other="WS9$"), *told).resolve(WS1, START).certainty != "high"


class TestAManagedServiceAccountIsAnAccount:
    """Its entity is neither a person nor a computer of that name, whoever told that it is one."""

    SERVICE = EntityRef("service", "user:example.org\\svc_sql$", "svc_sql$")

    def test_the_directory_tells_its_class(self) -> None:
        managed = [
            entry(object_class=f"msDS-{kind}ManagedServiceAccount", sam=f"svc_{kind}$".lower(),
                  dn=f"CN=s{kind},DC=example,DC=org", sid=f"S-1-5-21-1-2-3-{number}")
            for number, kind in enumerate(("", "Group", "Delegated"), 1500)
        ]  # fmt: skip
        computer = entry(object_class="computer", sam="WS1$", dn="CN=WS1,DC=example,DC=org", dns_name="ws1.example.org")
        knowledge = known(*managed, computer, as_req("svc_group$"), as_req("WS1$"))

        for name in ("svc_$", "EXAMPLE\\svc_group$", "svc_delegated$@example.org"):
            ref = knowledge.account(name)
            assert ref is not None and (ref.kind, ref.key[:17]) == ("service", "user:example.org\\"), name
            own = knowledge.object_of(ref.key)
            assert own is not None and knowledge.entity_of_object(own) == ref
        assert knowledge.account("WS1$", "EXAMPLE") == EntityRef("computer", "computer:ws1.example.org", "WS1")
        sid = knowledge.account_of_sid("S-1-5-21-1-2-3-1501")
        assert sid is not None and sid.key == "user:example.org\\svc_group$"

    def test_without_a_word_of_its_class_it_may_be_a_computer(self) -> None:
        ref = known(as_req("svc_sql$")).account("svc_sql$", "EXAMPLE.ORG")
        assert ref is not None and ref.key == "computer:svc_sql.example.org"

    def test_a_log_tells_that_it_runs_a_service(self) -> None:
        ran = event(
            EventLogon, 4624, "ws1.example.org", at=5, TargetUserName="svc_sql$", TargetDomainName="EXAMPLE", LogonType="5"
        )
        assert known(ran, as_req("svc_sql$")).account("SVC_SQL$", "example.org") == self.SERVICE

    @pytest.mark.parametrize(
        ("wire", "is_one"),
        [
            (LdapAdd(dn="CN=svc,CN=Managed Service Accounts,DC=example,DC=org",
                     changes=(("add", "objectClass", ("msDS-GroupManagedServiceAccount",)),
                              ("add", "sAMAccountName", ("svc_sql$",)))), True),
            (LdapAdd(dn="CN=svc,DC=example,DC=org",
                     changes=(("add", "objectClass", ("computer",)), ("add", "sAMAccountName", ("svc_sql$",)))), False),
            (LdapSearch(base="DC=example,DC=org", entries=1,
                        filter="(&(objectClass=msDS-GroupManagedServiceAccount)(sAMAccountName=svc_sql$))"), True),
            (LdapSearch(base="DC=example,DC=org", entries=1,
                        filter="(&(sAMAccountName=svc_sql$)(objectCategory=msDS-GroupManagedServiceAccount))"), True),
            (LdapSearch(base="DC=example,DC=org", entries=0,
                        filter="(&(sAMAccountName=svc_sql$)(objectCategory=msDS-GroupManagedServiceAccount))"), False),
            (LdapSearch(base="DC=example,DC=org", entries=1, filter="(&(objectClass=msDS-GroupManagedServiceAccount))"), False),
            (LdapSearch(base="DC=example,DC=org", entries=1,
                        filter="(|(sAMAccountName=svc_sql$)(objectCategory=msDS-GroupManagedServiceAccount))"), False),
            (LdapSearch(base="DC=example,DC=org", entries=1,
                        filter="(&(!(sAMAccountName=svc_sql$))(objectCategory=msDS-GroupManagedServiceAccount))"), False),
        ],
    )  # fmt: skip
    def test_ldap_tells_its_class(self, wire: LdapAdd | LdapSearch, is_one: bool) -> None:
        ref = known(as_req("svc_sql$"), act(wire, WS1, DC1, 389)).account("svc_sql$", "EXAMPLE.ORG")
        refused = known(as_req("svc_sql$"), act(wire, WS1, DC1, 389, result="failure", code=50)).account(
            "svc_sql$", "EXAMPLE.ORG"
        )
        assert (ref == self.SERVICE) == is_one
        assert refused is not None and refused.kind == "computer"

    def test_a_computer_of_another_domain_with_that_name_stays_one(self) -> None:
        managed = entry(object_class="msDS-GroupManagedServiceAccount", sam="web$", dn="CN=web,DC=example,DC=org")
        knowledge = known(managed, as_req("WS1$"), as_req("web$", realm="OTHER.TEST"))
        there, here = knowledge.account("web$", "other.test"), knowledge.account("web$", "example.org")
        assert there is not None and there.key == "computer:web.other.test"
        assert here is not None and here.key == "user:example.org\\web$"


def test_of_two_that_logs_tell_by_turns_the_one_that_wrote_a_log_is_the_computer() -> None:
    times = [(name, hour * HOUR + minute * MINUTE) for hour in range(3) for minute in (1, 20) for name in ("WS1$", "svc$")]
    turns = [
        event(EventKerberos, 4768, at=at, TargetUserName=name, TargetDomainName="EXAMPLE.ORG", IpAddress=WS1, Status="0x0")
        for name, at in times
    ]
    wrote = event(EventLogon, 4634, "ws1.example.org")

    assert not known(*turns).is_guest(WS1, "computer:svc.example.org")
    knowledge = known(*turns, wrote)

    assert knowledge.is_guest(WS1, "computer:svc.example.org")
    assert not knowledge.is_guest(WS1, "computer:ws1.example.org")
    assert always_ws1(knowledge)
