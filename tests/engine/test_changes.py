"""The one reading of changes: what packets, logs and a synchronisation tell alike; rights; who is a known administrator."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.changes import changes_of, is_routine, object_of
from app.engine.changes.compared import before_and_after
from app.engine.changes.rights import added, entries, is_privileged, is_unchanged, owner, removed
from app.engine.context import Context
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.running import run_told
from app.model.activity import Activity, event_order
from app.model.alert import Alert
from app.model.details import LdapModify
from tests.cases import computer_account_added
from tests.engine.detectors.builders import SAMR, WS1, act, call
from tests.engine.detectors.builders_changes import (
    BASE,
    DAY,
    account_event,
    administrators,
    dn,
    group_event,
    modify,
    person,
    renamed,
    synchronised,
    touched,
    written,
)
from tests.engine.detectors.builders_changes import (
    added as made,
)
from tests.engine.detectors.logs import DOMAIN, DOMAIN_ADMINS, FILE_SERVER

SIDS = f"{DOMAIN}-1401"


def context(*activities: Activity) -> Context:
    known = Knowledge()
    for one in activities:
        known.observe(one)
    return Context(known, Memory())


def alerts(name: str, activities: list[Activity]) -> list[Alert]:
    known = context(*activities).knowledge
    detector = next(one for one in DETECTORS if one.id == name)
    return run_told([detector], ((one, ()) for one in sorted(activities, key=event_order)), known)


TOLD = [
    (modify(dn("dora"), "primaryGroupID", "512"), "primarygroupid", ("512",)),
    (written(dn("dora"), "primaryGroupID", "512")[0], "primarygroupid", ("512",)),
    (account_event(4738, "dora", PrimaryGroupId="512"), "primarygroupid", ("512",)),
    (synchronised(dn("dora"), "primaryGroupID", ("512",)), "primarygroupid", ("512",)),
    (account_event(4724, "dora"), "unicodepwd", ("new",)),
    (call(SAMR, 58, stub={"target": SIDS, "password": True}), "unicodepwd", ("new",)),
    (group_event(4728, "Domain Admins", DOMAIN_ADMINS, SIDS), "member", (SIDS,)),
    (call(SAMR, 22, stub={"target": DOMAIN_ADMINS, "member": "1401"}), "member", (SIDS,)),
    (account_event(4738, "dora", OldUacValue="0x10", NewUacValue="0x10010"), "useraccountcontrol", (str(0x400200),)),
    (call(SAMR, 37, stub={"target": SIDS, "user_account_control": 0x10010}), "useraccountcontrol", (str(0x400200),)),
]


@pytest.mark.parametrize(("activity", "attribute", "new"), TOLD, ids=lambda one: getattr(one, "kind", ""))
def test_every_telling_of_a_change_reads_alike(activity: Activity, attribute: str, new: tuple[str, ...]) -> None:
    (change,) = changes_of(activity, context(activity), attribute)

    assert change.new == new
    assert change.written


def test_an_old_value_comes_from_the_record_before() -> None:
    gone, there = written(dn("dora"), "description", "new", "old")
    ctx = context(gone, there)

    assert [one.deed for one in changes_of(gone, ctx)] == ["remove"]
    assert [(one.deed, one.old, one.new) for one in changes_of(there, ctx)] == [("set", ("old",), ("new",))]


def test_old_and_new_password_in_one_request_are_a_change_of_ones_own() -> None:
    detail = LdapModify(dn=dn("dora"), changes=(("delete", "unicodePwd", ("(hidden)",)), ("add", "unicodePwd", ("(hidden)",))))
    activity = act(detail, WS1)

    assert [one.own for one in changes_of(activity, context(activity))] == [True]


def test_an_object_made_tells_its_class_whatever_the_order() -> None:
    activity = made(dn("x"), objectClass=("computer", "top", "user"), sAMAccountName="X$")

    assert {one.object_class for one in changes_of(activity, context(activity))} == {"computer"}
    assert [one.deed for one in changes_of(activity, context(activity), "")] == ["create"]


def test_names_of_objects() -> None:
    ctx = context(*administrators("boss"), person("dora"))
    found = {
        "user": changes_of(modify(f"CN=dora,{BASE}", "info", "x"), ctx)[0],
        "group": changes_of(group_event(4728, "Domain Admins", DOMAIN_ADMINS), ctx)[0],
        "domain": changes_of(written(BASE, "x", "y", kind="domainDNS")[0], ctx)[0],
        "computer": changes_of(account_event(4742, "WS7$", DnsHostName="ws7.example.org"), ctx)[0],
    }

    assert {kind: ref.kind for kind, one in found.items() if (ref := object_of(one, ctx)) is not None} == {
        one: one for one in found
    }
    assert object_of(changes_of(written(dn("x", "CN=System"), "a", "b", kind="container")[0], ctx)[0], ctx) is None


def test_an_object_told_by_its_number_gets_its_name_from_the_directory() -> None:
    ctx = context(person("dora"), *administrators("boss"))
    sid = person("dora").detail.sid  # type: ignore[union-attr]
    by_guid, by_sid = modify("<GUID=guid-user-dora>", "info", "x"), modify(f"<SID={sid}>", "info", "x")

    assert {changes_of(one, ctx)[0].sam for one in (by_guid, by_sid)} == {"dora"}
    assert changes_of(modify("<GUID=other>", "info", "x"), ctx)[0].guid == "other"


def test_calls_and_events_that_change_nothing_are_none() -> None:
    for activity in (call(SAMR, 13), call("other", 22), touched("none", "none", mask="0x10"), renamed("", "")):
        assert all(one.attribute == "" for one in changes_of(activity, context()))
    local = account_event(4724, "x", TargetDomainName="FILES")
    assert changes_of(local, context()) != ()


def test_rights_of_a_descriptor() -> None:
    old = "O:DAG:DAD:AI(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;DA)"
    new = f"{old}(OA;CI;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;{SIDS})(A;ID;GA;;;WD)(D;;WP;;;AU)S:(AU;SAFA;WD;;;WD)"
    (given, denied) = added(old, new)

    assert (given.words, given.sid) == (("GetChangesAll",), SIDS)
    assert (denied.allows, denied.sid) == (False, "S-1-5-11")
    assert owner(new) == "DA" and owner(f"O:{SIDS}D:") == SIDS
    assert is_privileged("DA") and is_privileged(DOMAIN_ADMINS) and not is_privileged(SIDS)
    assert entries("(A;;0xf01ff;;;S-1-5-32-544)")[0].words == ("GenericAll",)


FULL, REPLICATE = "CCDCLCSWRPWPDTLOCRSDRCWDWO", f"(OA;;CR;1131f6ad-9c07-11d1-f79f-00c04fc2dcd2;;{SIDS})"


@pytest.mark.parametrize(
    ("old", "new", "fresh", "gone"),
    [
        (f"D:(A;;RP;;;{SIDS})(A;;WP;;;{SIDS})", f"D:(A;;RPWP;;;{SIDS})", 0, 0),  # joined
        (f"D:(A;;RPWPWD;;;{SIDS})", f"D:(A;;WP;;;{SIDS})(A;;WD;;;{SIDS})", 0, 0),  # split
        (f"D:(A;;{FULL};;;{SIDS})", f"D:(A;;{FULL};;;{SIDS}){REPLICATE}", 0, 0),  # had everything
        (f"D:(A;;CR;;;{SIDS})", f"D:{REPLICATE}", 0, 1),  # less than before
        (f"D:(A;;WP;;;{SIDS})", f"D:(A;;WP;;;{SIDS}){REPLICATE}", 1, 0),  # properties are no rights of control
        (f"D:(A;CIIO;{FULL};;;{SIDS})", f"D:(A;CI;{FULL};;;{SIDS})", 1, 0),  # of the children before
        (f"D:(A;;{FULL};;;{SIDS}1)", f"D:(A;;{FULL};;;{SIDS})", 1, 1),  # another trustee
        (f"D:(D;;WP;;;{SIDS})(A;;WP;;;{SIDS})", f"D:(A;;WP;;;{SIDS})", 0, 1),  # no longer denied
        (f"D:(A;ID;{FULL};;;{SIDS})", f"D:(A;;{FULL};;;{SIDS})", 0, 0),  # inherited, then its own
    ],
)
def test_only_what_allows_more_is_new(old: str, new: str, fresh: int, gone: int) -> None:
    assert (len(added(old, new)), len(removed(old, new))) == (fresh, gone)


def test_the_order_of_entries_changes_nothing() -> None:
    old = f"O:DAD:(A;;RP;;;{SIDS})(A;;WP;;;AU)"
    assert is_unchanged(old, f"O:DAG:DAD:AI(A;;WP;;;AU)(A;;RP;;;{SIDS})")
    assert not is_unchanged(old, f"O:DAD:(A;CI;RP;;;{SIDS})(A;;WP;;;AU)")
    assert not is_unchanged(old, old.replace("O:DA", "O:BA"))


def test_the_descriptor_before_a_request_is_made_of_what_the_sensor_compared() -> None:
    new = f"O:DAD:(A;;RP;;;AU)(A;;GA;;;{SIDS})"
    assert before_and_after(new, f"D:(A;;GA;;;{SIDS})", "D:(A;;WP;;;AU)") == ("O:DAD:(A;;RP;;;AU)(A;;WP;;;AU)", new)
    assert before_and_after(new, "O:DAD:", "O:BAD:") == (f"O:BAD:(A;;RP;;;AU)(A;;GA;;;{SIDS})", new)
    assert before_and_after(new, "D:", "D:") == (new, new)
    cut = before_and_after("D:(A;;RP;;;AU)", f"D:(A;;GA;;;{SIDS})", "D:")
    assert cut == ("D:(A;;RP;;;AU)", f"D:(A;;RP;;;AU)(A;;GA;;;{SIDS})"), "an entry beyond what the sensor keeps is told"


@given(st.text(alphabet="OADGS:();-0123456789abcdefxSWPRC\n", max_size=300))
def test_no_descriptor_raises(text: str) -> None:
    assert len(entries(text)) <= 100
    owner(text)


def test_an_administrator_is_at_home_after_half_a_day() -> None:
    ctx = context(*administrators("boss"))
    first, same, other = (modify(dn("x"), "info", "x", user="boss", at=at, source=source)
                          for at, source in ((0, WS1), (DAY, WS1), (DAY, "198.51.100.7")))  # fmt: skip

    assert [is_routine(one, ctx) for one in (first, same, other)] == [False, True, False]
    assert not is_routine(modify(dn("x"), "info", "x", at=2 * DAY), ctx)


def test_who_adds_members_as_his_work_is_told_quietly() -> None:
    activities = [group_event(4728, "Domain Admins", DOMAIN_ADMINS, f"{DOMAIN}-{2000 + day}", at=day * DAY) for day in range(3)]
    found = alerts("sensitive_groups", activities)

    assert [one.severity for one in found] == ["medium", "low", "low"]


def test_who_makes_computers_as_his_work_is_quiet_after_some_days() -> None:
    found = alerts("computer_account_added", computer_account_added.JOINER)

    assert len(found) == 2
    assert found[-1].finding.first < computer_account_added.JOINER[-1].at - DAY // 2


def test_local_groups_of_a_computer_that_joins_are_its_own_affair() -> None:
    joined = group_event(4732, "Administrators", "S-1-5-32-544", DOMAIN_ADMINS, computer=FILE_SERVER)

    assert alerts("sensitive_groups", [joined]) == []


NAMES = [
    "sIDHistory", "primaryGroupID", "userAccountControl", "nTSecurityDescriptor", "servicePrincipalName", "dNSHostName", "member",
    "msDS-KeyCredentialLink", "msDS-AllowedToActOnBehalfOfOtherIdentity", "msDS-AllowedToDelegateTo", "unicodePwd", "gPLink",
    "msPKI-Certificate-Name-Flag", "gPCMachineExtensionNames", "versionNumber", "msDS-ManagedAccountPrecededByLink",
    "sAMAccountName", "msDS-DelegatedMSAState", "msExchExternalHostName", "GetChangesAll", "", "isDeleted", "pwdLastSet",
]  # fmt: skip
PLACES = [
    "", "x", "=", "CN=,", dn("dora"), BASE, dn("AdminSDHolder", "CN=System"), f"CN=x,CN=Certificate Templates,{BASE}",
    f"CN=Domain Admins,CN=Users,{BASE}", f"CN={{}},CN=Policies,CN=System,{BASE}", dn("AZUREADSSOACC"), dn("ESX Admins"),
]  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["512", "-1", "9" * 30, "S-1-5-21-1-2-3-512", "S-1-", "O:DAD:(A;;GA;;;WD)", "(((((", "0x", "a/b/c", "B:8:00:CN=x"]
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(PLACES), VALUES, VALUES, st.integers(0, 3)), max_size=6))
def test_no_change_raises(rows: list[tuple[str, str, str, str, int]]) -> None:
    activities: list[Activity] = []
    for at, (name, place, new, old, way) in enumerate(rows):
        if way == 0:
            activities.append(modify(place, name, new, at=at, deed="add"))
        elif way == 1:
            activities += written(place, name, new, old, at=at * 1000)
        elif way == 2:
            activities.append(synchronised(place, name, (new,), (old,), at=at))
        else:
            activities.append(
                account_event(4738, new or "x", old or "y", at=at, SidHistory=new, DnsHostName=old, NewUacValue=new)
            )
    known = context(*activities).knowledge
    stream = [(one, ()) for one in sorted(activities, key=event_order)]

    assert len(run_told(DETECTORS, stream, known)) <= 30 * len(DETECTORS)


def test_flags_of_an_entry_are_read_two_letters_at_a_time() -> None:
    both, children, down = entries("D:(A;CIOI;GA;;;DU)(A;CIOIIO;GA;;;DU)(A;OICIID;GA;;;DU)")
    assert (both.for_children_only, both.inherited) == (False, False)
    assert (children.for_children_only, children.inherited) == (True, False)
    assert (down.for_children_only, down.inherited) == (False, True)
