"""The directory's groups, accounts and servers, as known at a time; cycles, parts, floods and several sources are borne."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.engine import Engine
from app.engine.knowledge import Knowledge
from app.engine.knowledge.states import States, pack, unpack
from app.engine.queries import Queries
from app.model.activity import Activity
from app.model.directory import DirectoryObject
from tests.engine.detectors.builders import START, as_req
from tests.engine.workspace import Found, Report

DAY = 86_400_000_000
SID = "S-1-5-21-1004336348-1177238915-682003330"
TAIL = "CN=Users,DC=example,DC=org"


def told(*objects: DirectoryObject, at: int = 0, source: str = "dir") -> list[Activity]:
    """Objects as a source tells them; equal ones of one source and time are one activity."""
    return [
        Activity(at=START + at, until=START + at, input=source, record=number + 1, detail=one)
        for number, one in enumerate(objects)
    ]


def person(name: str, rid: int, **more: object) -> DirectoryObject:
    values = {"dn": f"CN={name},{TAIL}", "object_class": "user", "domain": "example.org", "sid": f"{SID}-{rid}", "sam": name,
              "primary_group": 513, "uac": 0x200}  # fmt: skip
    return DirectoryObject(**(values | more))  # type: ignore[arg-type]


def group(name: str, sid: int | str, *members: str, **more: object) -> DirectoryObject:
    values = {
        "dn": f"CN={name},{TAIL}", "object_class": "group", "domain": "example.org",
        "sid": sid if isinstance(sid, str) else f"{SID}-{sid}", "sam": name,
        "members": tuple(one if "=" in one or one.startswith("S-1-") else f"CN={one},{TAIL}" for one in members),
    }  # fmt: skip
    return DirectoryObject(**(values | more))  # type: ignore[arg-type]


def computer(name: str, rid: int, **more: object) -> DirectoryObject:
    return person(f"{name}$", rid, **({"object_class": "computer", "dns_name": f"{name.lower()}.example.org", "uac": 0x1000,
                                       "primary_group": 515} | more))  # fmt: skip


def known(*activities: Activity) -> Knowledge:
    knowledge = Knowledge()
    for activity in activities:
        knowledge.observe(activity)
    return knowledge


def names(knowledge: Knowledge, key: str, at: int | None = None, nested: bool = True) -> set[str]:
    own = knowledge.object_of(key)
    assert own is not None
    return set(knowledge.directory.names(knowledge.directory.groups(own, at, nested)))


ALICE = "user:example.org\\alice"


def test_groups_direct_nested_primary_and_in_a_circle() -> None:
    knowledge = known(*told(
        person("alice", 1106), group("Domain Users", 513), group("a", 1201, "alice", "c"), group("b", 1202, "a"),
        group("c", 1203, "b"), group("Domain Admins", 512, f"{SID}-1203"),
    ))  # fmt: skip

    assert names(knowledge, ALICE, nested=False) == {"a", "Domain Users"}
    assert names(knowledge, ALICE) == {"a", "b", "c", "Domain Admins", "Domain Users"}
    assert "Sensitive" in knowledge.tags(ALICE)
    assert knowledge.why_sensitive(ALICE) == ("Domain Admins (directory)",)
    own = knowledge.object_of("group:example.org\\domain admins")
    assert own is not None
    assert "alice" in knowledge.directory.names(knowledge.directory.members(own))
    assert knowledge.entity_of_object(own).key == "group:example.org\\domain admins"
    assert "Sensitive" in knowledge.tags("group:example.org\\domain admins")


def test_membership_is_as_known_at_that_time() -> None:
    staff, admins = group("staff", 1201, "alice"), group("Domain Admins", 512, "root")
    later = group("Domain Admins", 512, "root", "alice")
    knowledge = known(*told(person("alice", 1106), person("root", 1100), staff, admins), *told(later, at=2 * DAY),
                      *told(admins, at=4 * DAY))  # fmt: skip

    assert not knowledge.why_sensitive(ALICE, START + DAY)
    assert knowledge.why_sensitive(ALICE, START + 3 * DAY)
    assert not knowledge.why_sensitive(ALICE, START + 5 * DAY)
    assert not knowledge.why_sensitive(ALICE, START - 90 * DAY)
    assert "Sensitive" not in knowledge.tags(ALICE)
    assert knowledge.why_sensitive("user:example.org\\root", START - 90 * DAY)


def test_a_long_list_of_members_comes_in_parts() -> None:
    parts = [
        group("big", 1300, *(f"u{one}" for one in range(part * 100, part * 100 + 100)), part=part, parts=15) for part in range(15)
    ]
    knowledge = known(*told(*parts))
    own = knowledge.object_of("group:example.org\\big")
    assert own is not None

    assert len(knowledge.directory.members(own)) == 1500
    state = knowledge.directory.state(own)
    assert state is not None and len(state.object.members) == 1500


def test_a_foreign_principal_is_the_account_that_its_name_ends_with() -> None:
    foreign = f"CN={SID}-1106,CN=ForeignSecurityPrincipals,DC=other,DC=test"
    knowledge = known(*told(
        person("alice", 1106), group("Administrators", "S-1-5-32-544", foreign, domain="other.test"),
    ))  # fmt: skip

    assert knowledge.why_sensitive(ALICE) == ("Administrators (directory)",)


def test_two_sources_tell_of_one_object() -> None:
    ldif = person("alice", 1106, guid="0f8fad5b-d9cb-469f-a165-70867728950e")
    hound = person("ALICE", 1106, dn=f"CN=ALICE,{TAIL.upper()}", domain="EXAMPLE.ORG", admin_count=1)
    knowledge = known(*told(ldif), *told(hound, at=DAY, source="hound"))

    assert len(knowledge.directory.states.seen) == 1
    assert knowledge.object_of(ALICE) == knowledge.directory.find("0F8FAD5B-d9cb-469f-a165-70867728950e")
    state, first = (knowledge.directory.state(knowledge.object_of(ALICE), at) for at in (None, START))
    assert state is not None and first is not None
    assert (state.object.admin_count, first.object.admin_count) == (1, None)
    assert (state.first, state.last) == (START, START + DAY)


def test_built_in_groups_of_two_domains_are_two() -> None:
    one = group("Administrators", "S-1-5-32-544", "alice")
    other = group(
        "Administrators", "OTHER.TEST-S-1-5-32-544", domain="other.test", dn="CN=Administrators,CN=Builtin,DC=other,DC=test"
    )
    knowledge = known(*told(person("alice", 1106), one, other))

    assert names(knowledge, ALICE, nested=False) == {"Administrators", f"{SID}-513"}
    assert len(knowledge.directory.states.seen) == 3


def test_controllers_servers_and_services_of_the_directory() -> None:
    knowledge = known(*told(
        computer("DC1", 1000, uac=0x82000, primary_group=516, spns=("ldap/dc1.example.org", "DNS/dc1.example.org")),
        computer("SQL1", 1001, spns=("MSSQLSvc/sql1.example.org:1433",)), computer("WS1", 1002),
        person("svc_web", 1110, spns=("HTTP/web.example.org",)),
        DirectoryObject(dn="CN=CA,CN=Enrollment Services", object_class="pKIEnrollmentService", domain="example.org",
                        guid="a" * 32, dns_name="ca1.example.org"),
        group("Domain Controllers", 516),
    ))  # fmt: skip

    assert [one.key for one in knowledge.controllers()] == ["computer:dc1.example.org"]
    assert knowledge.is_controller("name:dc1")
    assert set(knowledge.tags("computer:dc1.example.org")) == {"Controller", "DNS server", "Sensitive"}
    assert knowledge.tags("computer:sql1.example.org") == ("SQL server",)
    assert knowledge.tags("computer:ca1.example.org") == ("Certificate authority",)
    assert knowledge.tags("computer:ws1.example.org") == ()
    held = knowledge.directory.state(knowledge.directory.holder("http/web.example.org:8080"))
    assert held is not None and held.object.sam == "svc_web"


def test_standing_words_follow_the_directory_and_the_time() -> None:
    objects = told(
        person("off", 1201, uac=0x202), person("gone", 1202, deleted=True), person("fresh", 1203, created=START - DAY),
        person("late", 1204, expires=START - DAY), person("stuck", 1205, uac=0x210),
        person("old", 1206, created=START - 90 * DAY),
    )  # fmt: skip
    knowledge = known(*objects)

    found = {
        name: knowledge.tags(f"user:example.org\\{name}", START) for name in ("off", "gone", "fresh", "late", "stuck", "old")
    }
    assert found == {"off": ("Disabled",), "gone": ("Deleted",), "fresh": ("New",), "late": ("Expired",), "stuck": ("Locked",),
                     "old": ()}  # fmt: skip
    assert knowledge.tags("user:example.org\\fresh", START + 60 * DAY) == ()


def test_an_account_is_one_by_its_principal_name_and_by_its_distinguished_name() -> None:
    knowledge = known(*told(person("asmith", 1106, dn=f"CN=Smith Alice,{TAIL}", upn="alice.smith@example.org")))
    spellings = (
        "alice.smith@example.org",
        f"cn=smith alice,{TAIL.lower()}",
        "EXAMPLE\\asmith",
        "asmith@EXAMPLE.ORG",
        f"{SID}-1106",
    )

    assert {knowledge.account(one).key for one in spellings} == {"user:example.org\\asmith"}  # type: ignore[union-attr]
    assert knowledge.account("someone@example.org").key == "user:example.org\\someone"  # type: ignore[union-attr]
    odd = known(*told(person("a@b", 1106, upn="a@b")))
    assert odd.account("a@b") is not None


def test_accounts_born_sensitive_are_known_by_number_not_by_name() -> None:
    knowledge = known(*told(person("chef", 500), person("krbtgt", 502)))

    assert knowledge.tags("user:example.org\\chef") == ("Sensitive",)
    assert knowledge.tags("user:example.org\\krbtgt") == ("Sensitive",)


def test_many_objects_fold_quickly_and_hold_little() -> None:
    objects = [
        person(f"user{one}", 2_000 + one, display_name=f"User {one}", upn=f"user{one}@example.org") for one in range(6_000)
    ]
    began = time.process_time()
    knowledge = known(*told(*objects, group("all", 1999, *(f"user{one}" for one in range(1_500)))))
    assert len(knowledge.directory.members(knowledge.object_of("group:example.org\\all") or ("", "", 0))) == 1_500

    assert time.process_time() - began < 3  # a tenth of 60,000 objects; measured 0.4 s
    assert sum(len(state[2]) for states in knowledge.directory.states.seen.values() for state in states) < 350 * len(objects)


def test_the_same_object_told_a_thousand_times_takes_four_states() -> None:
    knowledge = known(
        *(one for day in range(1_000) for one in told(person("alice", 1106, usn=day), at=day * DAY, source=f"s{day}"))
    )
    states = next(iter(knowledge.directory.states.seen.values()))

    assert [(state[0] - START) // DAY for state in states] == [0, 997, 998, 999]


def test_what_no_directory_holds_is_cut() -> None:
    whole = group("g", 1300, *(f"u{one}" for one in range(1_500)))
    noise = person("p", 1301, display_name="x" * 10**6, facts={f"f{one}": "y" * 10**4 for one in range(500)})

    assert unpack(pack(whole)) == whole
    assert len(pack(noise)) < 200_000
    assert unpack(pack(noise)).sam == "p"


def test_a_flood_of_objects_keeps_the_same_ones_in_any_order() -> None:
    activities = told(*(person(f"u{one}", 2_000 + one) for one in range(100)))
    forth, back = States(16), States(16)
    for activity in activities:
        forth.add(activity.detail, activity)  # type: ignore[arg-type]
    for activity in reversed(activities):
        back.add(activity.detail, activity)  # type: ignore[arg-type]

    assert forth.dump() == back.dump()
    assert len(forth.seen) == 16


def test_namesakes_without_end_cost_no_square() -> None:
    began = time.process_time()
    knowledge = known(*told(*(person("same", 2_000 + one, dn=f"CN=same{one},{TAIL}") for one in range(20_000))))
    knowledge.directory.account("same")

    assert time.process_time() - began < 10


TEXT = st.text(max_size=12)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "dn": TEXT, "object_class": st.sampled_from(["user", "group", "computer", "domainDNS", ""]), "domain": TEXT,
    "guid": st.none() | TEXT,
    "sid": st.none() | TEXT | st.sampled_from([f"{SID}-{rid}" for rid in (500, 512, 1106)]), "sam": st.none() | TEXT,
    "uac": st.none() | st.integers(0, 2**32), "members": st.lists(TEXT, max_size=4).map(tuple), "part": st.integers(0, 3),
    "parts": st.integers(1, 4), "primary_group": st.none() | st.integers(0, 2**31), "deleted": st.booleans(),
    "facts": st.dictionaries(TEXT, TEXT, max_size=2),
}  # fmt: skip
OBJECT = st.fixed_dictionaries(VALUES).map(lambda values: DirectoryObject(**values))  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(st.lists(OBJECT, max_size=8))
def test_any_object_is_borne_and_kept(objects: list[DirectoryObject]) -> None:
    knowledge = known(as_req(), *told(*objects))
    for one in objects:
        assert unpack(pack(one)) == one
        for kind in ("user", "group", "computer", "domain"):
            knowledge.tags(f"{kind}:{one.domain}\\{one.sam}", START)
    for key in knowledge.directory.states.seen:
        knowledge.entity_of_object(key)
        knowledge.directory.state(key)

    assert Knowledge.from_bytes(knowledge.to_bytes()).to_bytes() == knowledge.to_bytes()


@pytest.mark.parametrize("kind", ["bloodhound", "directory"])
def test_the_card_of_an_account_says_what_the_directory_says_with_date_and_source(tmp_path: Path, kind: str) -> None:
    objects = told(
        person("alice", 1106, uac=0x410200, spns=("HTTP/web.example.org",), guid="b" * 32,
               delegates_to=("cifs/files.example.org",)),
        group("staff", 1201, "alice"), group("Domain Admins", 512, "staff"),
    )  # fmt: skip
    engine = Engine(tmp_path / "w")
    engine.begin_input(Found(key="dir", path="/x", kind=kind))
    engine.ingest(objects)
    engine.finish_input(Report())
    engine.begin_input(Found(key="wire", path="/y"))
    engine.ingest([as_req("alice")])
    engine.finish_input(Report())
    engine.settle()
    engine.close()
    queries = Queries(tmp_path / "w")
    card = queries.entity(ALICE)
    assert card is not None
    facts = {name: (value, how) for name, value, how in card.facts}
    how = f"{'SharpHound' if kind == 'bloodhound' else 'directory export'} 2023-11-14"

    assert "Sensitive" in card.row.tags
    assert facts["Account options"] == ("normal account, password never expires, no pre-authentication", how)
    assert facts["Member of"] == ("staff", how) or facts["Member of"][0].startswith("staff")
    assert "Domain Admins" in facts["Member of, through groups"][0]
    assert facts["Service names"] == ("HTTP/web.example.org", how)
    assert facts["May delegate to"][0] == "cifs/files.example.org"
    queries.close()
