from app.engine.health.catalogue import OF_A_SENSOR, RULES
from app.engine.health.life import KEPT, MOST, at, issue_id, turn
from app.model.health import HealthFact, HealthIssue

SECOND = 1_000_000
NOW = 1_800_000_000_000_000
DAY = 86_400 * SECOND


def gone(what: str = "ens1 is down.") -> HealthFact:
    return HealthFact(rule="adapter-gone", subject="source:ens1", what=what)


ID = issue_id("adapter-gone", "source:ens1")


def after(before: dict[str, HealthIssue], *facts: HealthFact, now: int = NOW, **more: object) -> dict[str, HealthIssue]:
    return turn(before, facts, now, **more)[0]  # type: ignore[arg-type]


def test_a_fact_opens_an_alert_with_the_words_of_its_rule() -> None:
    issues, events = turn({}, [gone()], NOW)

    one = issues[ID]
    assert (one.state, one.first, one.last, one.severity, one.what) == ("open", NOW, NOW, "medium", "ens1 is down.")
    assert (one.title, one.advice) == (RULES["adapter-gone"].title, RULES["adapter-gone"].advice)
    assert events == [(ID, "opened", "ens1 is down.")]


def test_it_closes_only_when_the_fact_is_gone_for_the_time_of_its_rule() -> None:
    issues = after({}, gone())
    hold = RULES["adapter-gone"].hold * SECOND

    early, none = turn(issues, [], NOW + hold - 1)
    late, events = turn(early, [], NOW + hold)

    assert early[ID].state == "open" and none == []
    assert (late[ID].state, late[ID].closed) == ("closed", NOW + hold)
    assert [what for _, what, _ in events] == ["closed"]


def test_coming_and_going_within_that_time_is_one_alert_opened_once() -> None:
    issues, told = {}, []
    for number in range(30):
        facts = [gone()] if number % 2 == 0 else []
        issues, events = turn(issues, facts, NOW + number * 10 * SECOND)
        told += events

    assert [what for _, what, _ in told] == ["opened"]


def test_it_opens_again_when_it_comes_again() -> None:
    issues = after(after({}, gone()), now=NOW + DAY)
    issues, events = turn(issues, [gone("ens1 is gone.")], NOW + 2 * DAY)

    assert (issues[ID].state, issues[ID].times, issues[ID].first, issues[ID].closed) == ("open", 2, NOW + 2 * DAY, None)
    assert events == [(ID, "reopened", "ens1 is gone.")]


def test_what_a_round_could_not_find_is_left_as_it_is() -> None:
    issues = after({}, gone())

    assert after(issues, now=NOW + DAY, measured=lambda _: False) == issues


def test_at_the_end_nothing_waits() -> None:
    assert after(after({}, gone()), now=NOW + SECOND, ending=True)[ID].state == "closed"


def by_hand(one: HealthIssue, **changes: object) -> dict[str, HealthIssue]:
    import msgspec

    return {one.id: msgspec.structs.replace(one, **changes)}


def test_closed_by_hand_it_stays_closed_until_it_has_gone_and_comes_again() -> None:
    issues = by_hand(after({}, gone())[ID], state="closed", closed=NOW, hand=True)
    issues = after(issues, gone(), now=NOW + DAY)
    assert (issues[ID].state, issues[ID].hand) == ("closed", True)

    issues = after(issues, now=NOW + 2 * DAY)
    assert (issues[ID].state, issues[ID].hand) == ("closed", False)

    assert after(issues, gone(), now=NOW + 3 * DAY)[ID].state == "open"


def test_suppressed_it_is_silent_for_its_time_and_then_open_or_closed() -> None:
    until = NOW + 7 * DAY
    issues = by_hand(after({}, gone())[ID], state="suppressed", until=until)

    assert after(issues, gone(), now=until - 1)[ID].state == "suppressed"
    assert after(issues, now=until - 1)[ID].state == "suppressed"
    again, events = turn(issues, [gone()], until)
    assert (again[ID].state, again[ID].until) == ("open", None)
    assert [what for _, what, _ in events] == ["reopened"]
    assert after(issues, now=until)[ID].state == "closed"
    assert at(issues[ID], until).state == "open" and at(issues[ID], until - 1).state == "suppressed"


def test_a_graver_fact_is_told() -> None:
    disk = HealthFact(rule="disk-low", subject="computer", what="19 GB", severity="medium")
    full = HealthFact(rule="disk-low", subject="computer", what="1 GB", severity="high")
    issues, events = turn(after({}, disk), [full], NOW + SECOND)

    assert [one.severity for one in issues.values()] == ["high"]
    assert [what for _, what, _ in events] == ["updated"]


def test_no_more_are_kept_than_may_be_and_the_oldest_closed_ones_go_first() -> None:
    def many(begin: int, number: int) -> list[HealthFact]:
        return [HealthFact(rule="adapter-gone", subject=f"source:{one}", what="down") for one in range(begin, begin + number)]

    issues = after({}, *many(0, MOST))
    issues = after(issues, *many(5, MOST - 5), now=NOW + DAY)
    issues = after(issues, *many(9, MOST - 9), now=NOW + 2 * DAY)
    ids = [issue_id("adapter-gone", f"source:{one}") for one in range(9)]
    assert all(issues[one].state == "closed" for one in ids)

    issues = after(issues, *many(9, MOST - 9), *many(MOST, 6), now=NOW + 3 * DAY)
    assert len(issues) == MOST and not any(one in issues for one in ids[:5]) and sum(one in issues for one in ids[5:]) == 3
    issues, events = turn(issues, [*many(9, MOST - 9), *many(MOST, 9)], NOW + 4 * DAY)
    assert len(issues) == MOST and {one.state for one in issues.values()} == {"open"} and len(events) == 3
    issues, events = turn(issues, many(MOST + 100, 50), NOW + 4 * DAY + SECOND)
    assert len(issues) == MOST and not [one for one in events if one[1] == "opened"]


def test_other_figures_alone_are_no_event() -> None:
    issues, events = turn(after({}, gone()), [gone("ens1 is down for 3 s.")], NOW + SECOND)

    assert (issues[ID].what, events) == ("ens1 is down for 3 s.", [])


def test_closed_ones_are_forgotten_in_the_end_and_unknown_rules_never_begin() -> None:
    issues = after(after({}, gone()), now=NOW + DAY)

    assert after(issues, now=NOW + DAY + KEPT + 1) == {}
    assert after({}, HealthFact(rule="no-such", subject="x", what="y")) == {}


def test_a_flood_of_facts_is_bounded() -> None:
    assert len(after({}, *(HealthFact(rule="source-failed", subject=str(one), what="x") for one in range(MOST + 50)))) == MOST


def test_the_catalogue_is_whole() -> None:
    for id, rule in RULES.items():
        assert id == rule.id and rule.title and rule.advice.endswith((".", ")")) and rule.condition.endswith("."), id
    assert RULES.keys() >= OF_A_SENSOR
