"""The filter of the alerts page as a value: what is typed, what a route keeps, what matches."""

import pytest
from msgspec.structs import replace

from app.model.alert import Alert, Finding, Link
from app.model.entity import EntityRef
from app.model.incident import Incident
from app.ui.tables.alert_filter import EVERY, AlertFilter, from_view, matching, taken, to_view
from app.ui.tables.alert_groups import sifted

ALICE = EntityRef("user", "user:corp.test\\alice", "alice")
WS1 = EntityRef("computer", "computer:ws1.corp.test", "WS1")
DAY = 86_400_000_000


def alert(id: str, at: int = 0, **more: object) -> Alert:
    finding = Finding(
        subject=id, first=at, last=at + 1, evidence=(id,), accounts=(ALICE,), sources=(WS1,),
        story=((Link("alice", ALICE), Link(" asked for tickets of many services")),),
    )  # fmt: skip
    values: dict[str, object] = {"severity": "high", "phase": "Credential access", **more}
    return Alert(
        id=id, detector="kerberoasting", external_id=2410, title="Suspected Kerberoasting", techniques=("T1558.003",),
        finding=finding, **values,
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    "filter",
    [
        AlertFilter(),
        EVERY,
        AlertFilter(state=frozenset({"closed", "excluded"}), severity=frozenset({"high"}), text='two words "quoted"'),
        AlertFilter(entity=frozenset({"user:corp.test\\a,b", "user:ü%2C&=#"}), span=(5, 9)),
        AlertFilter(phase=frozenset({"Lateral movement"}), detector=frozenset({"dcsync"}), incident=frozenset({"aa"})),
    ],
)
def test_a_route_keeps_the_filter(filter: AlertFilter) -> None:
    found = from_view(to_view(filter))
    assert found == filter or (found is None and filter == AlertFilter())


def test_a_route_that_asks_for_nothing_has_no_filter() -> None:
    assert from_view({"group": "incident"}) is None
    assert from_view({"span": "x-9"}) == AlertFilter()


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("severity:high dcsync", AlertFilter(severity=frozenset({"high"}), text="dcsync")),
        ("state:closed", AlertFilter(state=frozenset({"closed"}))),
        ("state:all", EVERY),
        ("phase:dom PHASE:Lat", AlertFilter(phase=frozenset({"Domain dominance", "Lateral movement"}))),
        ("detector:dcsync", AlertFilter(detector=frozenset({"dcsync"}))),
        ("severity:purple entity:alice -spn", AlertFilter(text="severity:purple entity:alice -spn")),
        (":", AlertFilter(text=":")),
    ],
)
def test_what_is_typed(typed: str, wanted: AlertFilter) -> None:
    assert taken(AlertFilter(), typed) == wanted


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        (AlertFilter(), "ac"),
        (EVERY, "abc"),
        (AlertFilter(text="KERBEROAST many"), "ac"),
        (AlertFilter(text="2410 -alice"), ""),
        (AlertFilter(text="entity:ws1"), "ac"),
        (AlertFilter(text="entity:ws2"), ""),
        (AlertFilter(text="t1558"), "ac"),
        (AlertFilter(severity=frozenset({"low", "medium"})), "c"),
        (AlertFilter(entity=frozenset({ALICE.key}), phase=frozenset({"Reconnaissance"})), "c"),
        (AlertFilter(incident=frozenset({"story"})), "a"),
        (AlertFilter(detector=frozenset({"dcsync"})), ""),
    ],
)
def test_what_matches(filter: AlertFilter, found: str) -> None:
    alerts = [alert("a"), alert("b", state="closed"), alert("c", severity="low", phase="Reconnaissance")]
    assert "".join(one.id for one in matching(alerts, filter, {"a": "story", "b": "story"})) == found


def test_a_span_narrows_the_list_and_not_the_bars() -> None:
    alerts = [alert("a", 0), alert("b", DAY), alert("c", 2 * DAY)]
    found = sifted(alerts, (), (), AlertFilter(span=(1, 2 * DAY)), "day")
    assert [one.id for one in found.shown] == ["b"] and found.matched == 3
    assert found.bars is not None and sum(map(sum, found.bars.series.values())) == 3


def test_groups_stand_in_the_order_of_their_newest_alert_and_the_lonely_last() -> None:
    alerts = [alert("a", 0), alert("b", DAY), alert("c", 2 * DAY), alert("d", 3 * DAY)]
    story = Incident(
        id="story", title="From alice to DC1: credential access", severity="high", first=0, last=2 * DAY,
        phases=("Credential access",), alerts=("a", "c"), shared=(),
    )  # fmt: skip
    groups = sifted(alerts, (), (story,), AlertFilter(), "incident").groups
    assert [(one.incident, [alert.id for alert in one.alerts]) for one in groups] == [("story", ["c", "a"]), ("", ["d", "b"])]
    assert groups[0].title == "From alice to DC1"


def test_excluded_and_deleted_alerts_are_counted_apart_until_they_are_asked_for() -> None:
    hidden = [alert("x", excluded="one"), alert("y", state="deleted")]
    assert sifted([alert("a")], hidden, (), AlertFilter(), "day").apart == 2
    asked = sifted([alert("a")], hidden, (), AlertFilter(state=frozenset({"deleted"})), "day")
    assert [one.id for one in asked.shown] == ["y"] and asked.apart == 1
    later = replace(hidden[1], excluded="one")
    assert [one.id for one in sifted([], [later], (), AlertFilter(state=frozenset({"deleted"})), "day").shown] == ["y"]
