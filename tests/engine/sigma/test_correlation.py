"""Correlation rules: counts of events and values, events of several rules near each other and in order."""

from typing import Any

import pytest
import yaml

from app.engine.sigma import correlation as counting
from tests.engine.sigma.made import START, event, ran, rule


def named(name: str, **selection: Any) -> str:
    return rule(selection=selection).replace("title: made", f"title: {name}\nname: {name}")


def correlation(kind: str, rules: list[str], condition: Any = None, span: str = "60s", **more: Any) -> str:
    told: dict[str, Any] = {"type": kind, "rules": rules, "timespan": span, **more}
    if condition is not None:
        told["condition"] = condition
    return yaml.safe_dump({"title": "together", "correlation": told, "level": "high"})


def together(*documents: str, events: list[Any]) -> Any:
    run = ran("\n---\n".join(documents), *events)
    return next(one for one in run.rules if one.title == "together")


def test_events_are_counted_within_the_span_for_each_group() -> None:
    failed = named("failed", EventID=4625)
    many = correlation("event_count", ["failed"], {"gte": 3}, **{"group-by": ["User", "Host"]})
    quick = [event(4625, at, User="A", Host="h") for at in (0, 20, 60)]
    slow = [event(4625, at, User="a", Host="h") for at in (0, 40, 80, 120)]
    mixed = [event(4625, at, User=user, Host="h") for at, user in enumerate("abcabc")]

    result = together(failed, many, events=quick)

    assert result.count == 1
    assert result.matches[0].at == START + 60_000_000
    assert len(result.matches[0].activities) == 3
    assert result.matches[0].group == ("a", "h")
    assert together(failed, many, events=slow).count == 0
    assert together(failed, many, events=mixed).count == 0
    assert together(failed, many, events=[event(4625, at, User="a") for at in range(9)]).count == 0


def test_a_count_begins_anew_when_it_was_reached() -> None:
    result = together(
        named("failed", EventID=4625),
        correlation("event_count", ["failed"], {"gt": 2}),
        events=[event(4625, at) for at in range(7)],
    )

    assert [match.record for match in result.matches] == [20, 50]


def test_values_are_counted_once_each() -> None:
    failed = named("failed", EventID=4625)
    spray = correlation("value_count", ["failed"], {"gte": 3, "field": "User"}, **{"group-by": ["Host"]})

    assert together(failed, spray, events=[event(4625, at, User=u, Host="h") for at, u in enumerate("abac")]).count == 1
    assert together(failed, spray, events=[event(4625, at, User=u, Host="h") for at, u in enumerate("ababAB")]).count == 0
    assert together(failed, spray, events=[event(4625, at * 40, User=u, Host="h") for at, u in enumerate("abc")]).count == 0


def test_rules_near_each_other_in_any_order() -> None:
    parts = (named("one", EventID=4624), named("two", EventID=4672))
    near = correlation("temporal", ["one", "two"], **{"group-by": ["User"]})

    assert together(*parts, near, events=[event(4672, 0, User="a"), event(4624, 30, User="a")]).count == 1
    assert together(*parts, near, events=[event(4672, 0, User="a"), event(4624, 30, User="b")]).count == 0
    assert together(*parts, near, events=[event(4672, 0, User="a"), event(4624, 61, User="a")]).count == 0
    assert together(*parts, near, events=[event(4624, 0, User="a"), event(4624, 1, User="a")]).count == 0


def test_rules_in_their_order() -> None:
    parts = (named("one", A="1"), named("two", A="2"), named("three", A="3"))
    chain = correlation("temporal_ordered", ["one", "two", "three"])

    def found(told: str, step: float = 1) -> int:
        return int(together(*parts, chain, events=[event(at=place * step, A=one) for place, one in enumerate(told)]).count)

    assert [found(one) for one in ("123", "132", "321", "1323", "11223", "123123", "12")] == [1, 0, 0, 1, 1, 2, 0]
    assert (found("123", 30), found("123", 31), found("1x123", 20)) == (1, 0, 1)


def test_one_event_is_no_two_steps() -> None:
    parts = (named("one", A="1"), named("two", B="2"))

    assert together(*parts, correlation("temporal_ordered", ["one", "two"]), events=[event(A="1", B="2")]).count == 0
    assert together(*parts, correlation("temporal", ["one", "two"]), events=[event(A="1", B="2")]).count == 1


def test_aliases_join_fields_of_other_names() -> None:
    parts = (named("one", EventID=4624), named("two", EventID=4776))
    joined = correlation(
        "temporal", ["one", "two"], aliases={"user": {"one": "TargetUserName", "two": "UserName"}}, **{"group-by": ["user"]}
    )

    assert together(*parts, joined, events=[event(4624, 0, TargetUserName="a"), event(4776, 1, UserName="A")]).count == 1


def test_rules_that_are_counted_are_quiet_unless_they_are_to_be_told() -> None:
    events = [event(4625, at) for at in range(3)]
    for generate, told in ((False, 0), (True, 3)):
        documents = (named("failed", EventID=4625), correlation("event_count", ["failed"], {"gte": 3}, generate=generate))
        inner = ran("\n---\n".join(documents), *events).rules[0]
        assert inner.count == told


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (correlation("event_count", ["nobody"], {"gte": 3}), "there is no rule nobody"),
        (correlation("event_count", ["one"], {"lt": 3}), "lt is not supported"),
        (correlation("event_count", ["one"], {"gte": 10**9}), "not supported"),
        (correlation("value_sum", ["one"], {"gte": 3, "field": "A"}), "value_sum is not supported"),
        (correlation("temporal", ["one", "two"], "one and not two"), "in words"),
        (correlation("event_count", ["one"], {"gte": 3}, span="soon"), "soon"),
        (correlation("nonsense", ["one"], {"gte": 3}), "nonsense"),
        (correlation("value_count", ["one"], {"gte": 3}), "field"),
    ],
)
def test_what_cannot_be_counted_says_why(document: str, said: str) -> None:
    result = ran("\n---\n".join((named("one", A="1"), named("two", A="2"), document)), event(A="1")).rules[-1]

    assert result.state == "cannot"
    assert said in result.reason


def test_what_rests_on_a_rule_that_never_matches_never_does() -> None:
    parts = (named("one", A="1"), named("two", EventID=4999))

    assert together(*parts, correlation("temporal", ["one", "two"]), events=[event(A="1")]).state == "never"
    assert together(*parts, correlation("event_count", ["one", "two"], {"gte": 3}), events=[event(A="1")]).state == "runs"


def test_groups_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    (match,) = ran(named("one", A="1"), event(A="1")).rules[0].matches
    told = counting.Correlation(kind="event_count", members=(0,), span=10**12, needed=1_000, names={0: ("User",)})
    monkeypatch.setattr(counting, "MOST_GROUPS", 100)
    monkeypatch.setattr(counting, "MOST_HELD", 2_000)
    many, few = counting.Counter(told), counting.Counter(told)
    for place in range(3_000):
        assert many.take([0], match, {"User": str(place)}) is None
        assert few.take([0], match, {"User": str(place % 4)}) is None

    assert len(many._groups) == 100
    assert few._held <= 2_001
    assert few._held == sum(one.size() for one in few._groups.values())
