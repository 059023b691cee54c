"""Profiles from activities of every kind, bounded, and the same whatever tells them."""

from typing import Any

import pytest

from app.engine.knowledge import Knowledge
from app.engine.profiles import (
    COMPUTERS,
    CONTROLLERS,
    ETYPES,
    PLACES,
    PROTOCOLS,
    QUERIES,
    RESOURCES,
    SHARES,
    TICKET_COMPUTERS,
    VISITORS,
    VPN_CLIENTS,
    Profiles,
    book,
)
from app.engine.profiles.habits import shape
from app.model.activity import Activity
from app.model.entity import EntityRef
from tests.engine.detectors.builders import DC1, FILES, SAMR, WS1, WS2, as_req, bind, call, controller, ntlm, search, tgs_req
from tests.engine.detectors.builders_behaviour import DAY, signed, tree, vpn, workdays
from tests.engine.detectors.logs import DC, FILE_SERVER, log, logon, tgt, ticket, validated

ALICE = "user:example.org\\alice"


def learned(*activities: Activity) -> Profiles:
    knowledge = Knowledge()
    for one in (as_req("nobody", "192.0.2.99"), *activities):  # the domain's name
        knowledge.observe(one)
    profiles = Profiles(knowledge)
    for one in activities:
        profiles.observe(one)
    return profiles


def alice(profiles: Profiles) -> Any:
    (key,) = (one for one in profiles._of if one.endswith("alice"))
    return profiles.of(key)


@pytest.mark.parametrize(
    ("activity", "feature", "value"),
    [
        (as_req(), COMPUTERS, f"address:{WS1}"),
        (as_req(), TICKET_COMPUTERS, f"address:{WS1}"),
        (as_req(), ETYPES, "18"),
        (tgs_req("cifs/files.example.org"), RESOURCES, "computer:files.example.org"),
        (tgs_req("MSSQLSvc/sql.example.org:1433"), RESOURCES, "computer:sql.example.org"),
        (signed(source=WS2), COMPUTERS, "computer:ws9"),
        (signed(source=WS2), RESOURCES, f"address:{FILES}"),
        (signed(source=WS2), PROTOCOLS, "NTLM"),
        (bind("alice@example.org"), PROTOCOLS, "LDAP simple bind"),
        (tree("Staff"), SHARES, f"address:{FILES} staff"),
        (logon("alice", WS2, computer=FILE_SERVER), COMPUTERS, f"address:{WS2}"),
        (logon("alice", WS2, computer=FILE_SERVER), RESOURCES, "computer:files.example.org"),
        (logon("alice", WS2, computer=FILE_SERVER, kind=10), COMPUTERS, "computer:files.example.org"),
        (tgt("alice"), COMPUTERS, f"address:{WS1}"),
        (ticket("FILES$"), RESOURCES, "computer:files.example.org"),
        (validated("alice", "WS1", status=0), COMPUTERS, "computer:ws1"),
        (call(SAMR, 13), QUERIES, "samr 13"),
        (vpn("Utrecht, NL"), PLACES, "utrecht, nl"),
        (vpn("Utrecht, NL"), VPN_CLIENTS, "laptop1"),
    ],
    ids=lambda one: one.kind if isinstance(one, Activity) else one,
)
def test_each_kind_teaches_a_habit(activity: Activity, feature: Any, value: str) -> None:
    assert value in alice(learned(activity)).values(feature)


def test_what_was_refused_teaches_nothing_but_that() -> None:
    profiles = learned(as_req(), as_req(source=WS2, at=DAY, code=24), ntlm("stranger", code=0xC0000064))
    profile = alice(profiles)

    assert list(profile.values(COMPUTERS)) == ["computer:ws1"]
    assert profile.counts[5] == 1
    assert not any("stranger" in key for key in profiles._of)


def test_a_password_that_a_controller_validated_for_ldap_tells_not_where_somebody_sits() -> None:
    bound = [validated("alice", DC.partition(".")[0].upper(), status=0), logon("alice", WS2, at=1)]

    assert list(alice(learned(*bound)).values(COMPUTERS)) == [f"address:{WS2}"]


def test_all_controllers_are_one_resource() -> None:
    profile = alice(learned(controller(DC1), signed(target=DC1)))

    assert list(profile.values(RESOURCES)) == [CONTROLLERS]


def test_a_computer_knows_its_visitors_and_its_questions() -> None:
    profiles = learned(as_req(), as_req("bob"), search("(sAMAccountName=bob)"))
    computer = EntityRef("address", f"address:{WS1}", WS1)

    assert [key.rpartition("\\")[2] for key in profiles.of(computer).values(VISITORS)] == ["alice", "bob"]  # type: ignore[union-attr]
    assert list(profiles.of(computer).values(QUERIES)) == ["(samaccountname=?)"]  # type: ignore[union-attr]
    assert profiles.has_used(next(key for key in profiles._of if "alice" in key), computer)
    assert not profiles.has_used(None, computer) and profiles.since(None) is None


def test_a_query_s_shape_keeps_classes_and_drops_names() -> None:
    assert shape("(&(objectClass=user)(sAMAccountName=alice)(memberOf:1.2:=CN=x,DC=y))") == (
        "(&(objectclass=user)(samaccountname=?)(memberof:1.2:=?))"
    )
    assert len(shape("(" * 100_000)) <= 160


def test_how_many_ask_the_same_is_known() -> None:
    profiles = learned(*(search(f"(sAMAccountName=user{one})", f"192.0.2.{one + 20}") for one in range(5)))

    assert profiles.askers("(samaccountname=?)") == 5
    assert profiles.askers("(objectclass=*)") == 0


def test_what_is_told_twice_teaches_once() -> None:
    one = as_req()
    profiles = learned()
    profiles.observe(one)
    profiles.observe(tgt("alice", at=1), (("kerberos-as", "success"),))

    assert alice(profiles).counts[0] == 1


def test_the_second_time_on_a_day_only_counts() -> None:
    profiles = learned(*(tgs_req("cifs/files.example.org", at=one) for one in range(50)), *(signed(at=60) for _ in range(3)))
    profile = alice(profiles)

    assert profile.counts[0] == 53
    assert profile.counts[6] == 3
    assert len(profile.novel) == 4  # two computers, two servers


def test_memory_is_bounded_by_entities_and_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "ENTITIES", 10)
    profiles = learned(*(as_req(f"user{one}", f"192.0.2.{one % 200}", at=one) for one in range(200)))
    assert len(profiles._of) == 10

    monkeypatch.setattr(book, "ENTITIES", 1_000)
    monkeypatch.setattr(book, "TOTAL", 50)
    profiles = learned(*(as_req(f"user{one}", f"192.0.2.{one % 200}", at=one) for one in range(200)))
    assert sum(len(held) for one in profiles._of.values() for held in one.habits.values()) <= 50


def test_records_that_say_nothing_do_no_harm() -> None:
    for number in (4624, 4625, 4768, 4769, 4771, 4776, 5140):
        learned(log(number, {}), log(number, {"TargetUserName": "\x00", "LogonType": "99999999999999999999", "IpAddress": "::"}))


def test_the_same_is_learned_again() -> None:
    activities = workdays(30)
    first, second = learned(*activities), learned(*activities)

    assert list(first._of) == list(second._of)
    assert alice(first).past == alice(second).past
