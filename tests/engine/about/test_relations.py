"""Trees and chains that a hostile or a careless directory could make endless."""

from app.engine.knowledge import Knowledge
from app.engine.queries.about.names import names
from app.engine.queries.about.relations import Reports, relations
from app.engine.queries.about.risk import risk
from app.model.activity import Activity
from app.model.directory import DirectoryObject

BASE = "S-1-5-21-1-2-3-"


class NoInputs:
    """Stands where the workspace would: a directory of this test comes from no input."""

    lock = None

    def kind_of_input(self, _key: str) -> str:
        return "directory"


def person(rid: int, name: str, at: int = 0, **more) -> Activity:
    return told(
        at,
        DirectoryObject(
            dn=f"CN={name},DC=corp,DC=test", object_class="user", domain="corp.test", sid=f"{BASE}{rid}", sam=name, **more
        ),
    )


def group(rid: int, name: str, *members: str) -> Activity:
    return told(0, DirectoryObject(
        dn=f"CN={name},DC=corp,DC=test", object_class="group", domain="corp.test", sid=f"{BASE}{rid}", sam=name,
        members=tuple(f"CN={one},DC=corp,DC=test" for one in members),
    ))  # fmt: skip


def told(at: int, one: DirectoryObject) -> Activity:
    return Activity(at=10**15 + at, until=10**15 + at, input="aaaa", record=at + int(str(one.sid).rsplit("-", 1)[1]), detail=one)


def known(*activities: Activity) -> Knowledge:
    found = Knowledge()
    for one in activities:
        found.observe(one)
    return found


def test_groups_in_a_circle_end_and_a_group_stands_with_its_own_groups_once() -> None:
    told = known(
        person(1101, "alice"),
        group(1201, "a", "alice", "c"),
        group(1202, "b", "a"),
        group(1203, "c", "b"),
        group(1204, "d", "alice", "b"),
    )
    found = relations(NoInputs(), told, Reports(told), "user:corp.test\\alice")  # type: ignore[arg-type]
    lines = [(one.ref.label, one.depth, one.again) for one in found.groups]
    assert lines[:5] == [("a", 0, False), ("b", 1, False), ("c", 2, False), ("a", 3, True), ("d", 2, False)]
    assert ("d", 0, False) in lines[5:] or ("d", 0, True) in lines[5:]
    assert found.total_groups == 4
    circle = relations(NoInputs(), told, Reports(told), "group:corp.test\\a")  # type: ignore[arg-type]
    assert circle.total_members == 2 and {one.ref.label for one in circle.members} == {"alice", "c"}


def test_managers_of_each_other_end_and_reports_are_found() -> None:
    dn = "CN={},DC=corp,DC=test".format
    told = known(
        person(1101, "alice", facts={"manager": dn("bob")}), person(1102, "bob", facts={"manager": dn("carol")}),
        person(1103, "carol", facts={"manager": dn("bob")}), person(1104, "dave", facts={"manager": dn("bob")}),
    )  # fmt: skip
    reports = Reports(told)
    alice = relations(NoInputs(), told, reports, "user:corp.test\\alice")  # type: ignore[arg-type]
    assert [one.label for one in alice.managers] == ["bob", "carol"]
    bob = relations(NoInputs(), told, reports, "user:corp.test\\bob")  # type: ignore[arg-type]
    assert [one.label for one in bob.reports] == ["alice", "carol", "dave"] and bob.total_reports == 3


def test_what_lets_others_attack_an_account_counts() -> None:
    weak = known(person(1101, "alice", uac=0x200 | 0x400000 | 0x10000, spns=("http/x",), sid_history=("S-1-5-21-9-9-9-500",)))
    found = risk(weak, "user:corp.test\\alice", (), True)
    assert {one.points for one in found.reasons} == {10, 3, 8} and found.score == 31
    disabled = known(person(1101, "alice", uac=0x202 | 0x400000))
    assert risk(disabled, "user:corp.test\\alice", (), False).score == 0
    assert [one.words for one in risk(disabled, "user:corp.test\\alice", (), True).reasons] == [
        "is disabled and was seen at work"
    ]


def test_a_renamed_account_has_two_bars_that_meet() -> None:
    told = known(person(1101, "alice", upn="a@corp.test"), person(1101, "alice", at=500, upn="alice@corp.test"))

    class Empty(NoInputs):
        import threading

        lock = threading.RLock()  # type: ignore[assignment]

        def all(self, _sql: str, _values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
            return []

    bars = [one for one in names(Empty(), told, "user:corp.test\\alice") if one.address == "Principal name"]  # type: ignore[arg-type]
    assert [(one.name, one.first - 10**15, one.last - 10**15) for one in bars] == [
        ("a@corp.test", 0, 500),
        ("alice@corp.test", 500, 500),
    ]
