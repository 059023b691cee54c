"""Who synchronises a domain: kinds, chance, silence, handing over."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from app.engine.synchronizer import MINUTE, OFFLINE, WAIT, candidates, decide, why_not
from app.link.lease import Assignment
from app.model.sensor import Controller, SensorConfig, SensorReport, SensorRow
from app.model.source import DirectorySource, SourceState

START = 1_700_000_000_000_000
CORP = DirectorySource(url="ldaps://dc1.corp.test")


def config(**more: Any) -> SensorConfig:
    return SensorConfig(**{"directory": CORP, **more})


def row(id: str, heard: int | None = START, said: SensorConfig | None = None, last: int | None = None) -> SensorRow:
    sources = (SourceState(id="1", kind="directory", label="corp", state="running", last=last),) if last else ()
    report = SensorReport(sensor=id, name=id, config=said or config(), sources=sources)
    return SensorRow(id=id, name=id, status="up to date", heard=heard, report=report)


def first(ids: Sequence[str]) -> str:
    return ids[0]


def last(ids: Sequence[str]) -> str:
    return ids[-1]


def told(current: Assignment | None, rows: Sequence[SensorRow], now: int = START, **more: Any) -> Assignment | None:
    given = {"followed": START - 10 * OFFLINE, "known": START - 10 * OFFLINE, "choose": first, "who": "analyst"} | more
    return decide("corp.test", current, rows, now, **given)


def test_candidates_go_by_kind_unless_switched() -> None:
    assert not why_not(config())
    assert "not a candidate" in why_not(config(candidate=False))
    assert "not a candidate" in why_not(config(kind="sensor"))
    assert not why_not(config(kind="sensor", candidate=True))
    assert "No directory" in why_not(config(directory=None))
    assert "names no domain" in why_not(config(directory=DirectorySource(url="ldaps://10.0.0.1")))
    assert "no configuration" in why_not(None)


def test_a_read_only_controller_is_never_asked() -> None:
    rodc = Controller(fqdn="dc1.corp.test", addresses=("10.0.0.10",), read_only=True)
    other = Controller(fqdn="dc2.corp.test")

    assert "read-only" in why_not(config(kind="sensor", candidate=True, controllers=(rodc,)))
    assert "read-only" in why_not(config(candidate=True, controllers=(rodc, other)))
    assert "read-only" in why_not(config(controllers=(rodc,), directory=DirectorySource(url="ldaps://10.0.0.10")))
    assert not why_not(config(controllers=(rodc, other), directory=DirectorySource(url="ldaps://dc2.corp.test")))


def test_candidates_are_told_by_domain() -> None:
    child = config(directory=DirectorySource(url="ldaps://dc1.child.corp.test"))
    found = candidates([row("b"), row("a"), row("c", said=child), row("d", said=config(candidate=False))])

    assert {domain: [one.id for one in of] for domain, of in found.items()} == {"corp.test": ["a", "b"], "child.corp.test": ["c"]}


def test_the_first_one_is_chosen_by_chance_among_those_that_are_heard() -> None:
    rows = [row("a"), row("b"), row("c", heard=START - OFFLINE)]

    assert told(None, rows, choose=last) == Assignment(
        domain="corp.test", sensor="b", term=1, at=START, who="analyst", why="It is the first one."
    )
    assert told(None, [rows[2]]) is None and told(None, []) is None


def test_the_present_one_stays_while_it_is_heard() -> None:
    current = Assignment(domain="corp.test", sensor="a", term=1)

    assert told(current, [row("a"), row("b")]) is None
    assert told(current, [row("a"), row("b", START + OFFLINE)], START + OFFLINE) is None


def test_it_is_replaced_when_it_was_silent_for_more_than_thirty_minutes() -> None:
    current = Assignment(domain="corp.test", sensor="a", term=4)
    now = START + OFFLINE + 1
    new = told(current, [row("a", last=START - MINUTE), row("b", now)], now)

    assert new is not None
    assert (new.sensor, new.term, new.before, new.settled, new.since) == ("b", 5, "a", False, START - MINUTE)
    assert "30 minutes" in new.why


def test_a_workspace_that_was_away_itself_does_not_blame_the_sensor() -> None:
    current = Assignment(domain="corp.test", sensor="a", term=4)
    now = START + 20 * OFFLINE
    rows = [row("a"), row("b", now)]

    assert told(current, rows, now, followed=now - OFFLINE) is None
    assert told(current, rows, now, followed=now - OFFLINE - 1) is not None
    assert told(current, [rows[1]], now, followed=now - OFFLINE) is None, "one that was not heard yet may well be there"


def test_nobody_better_leaves_the_silent_one() -> None:
    current = Assignment(domain="corp.test", sensor="a", term=4)
    now = START + 20 * OFFLINE

    assert told(current, [row("a")], now) is None
    assert told(current, [row("a"), row("b")], now) is None


def test_one_that_is_no_candidate_any_more_gives_way_at_once() -> None:
    current = Assignment(domain="corp.test", sensor="a", term=1)
    off = row("a", said=config(candidate=False))
    new = told(current, [off, row("b")])
    nobody = told(current, [off])

    assert new is not None and (new.sensor, new.before) == ("b", "a")
    assert nobody is not None and (nobody.sensor, nobody.before, nobody.term) == ("", "a", 2)


def test_nobody_in_between_does_not_make_the_wait_shorter() -> None:
    nobody = Assignment(domain="corp.test", sensor="", term=2, before="a", since=START)
    soon = told(nobody, [row("b")], known=START - 1)
    later = told(nobody, [row("b")], known=START - WAIT)

    assert soon is not None and (soon.sensor, soon.before, soon.since) == ("b", "a", START)
    assert later is not None and (later.sensor, later.before, later.since) == ("b", "", START)


def test_a_change_is_settled_when_the_lease_of_the_one_before_is_over() -> None:
    current = Assignment(domain="corp.test", sensor="b", term=2, before="a", since=START)

    assert told(current, [row("b")], known=START - WAIT + 1) is None
    assert told(current, [row("b")], known=START - WAIT) == replace(current, settled=True, at=START, who="analyst")
    assert told(replace(current, settled=True), [row("b")]) is None


def test_a_successor_that_never_began_hands_on_what_its_predecessor_missed() -> None:
    current = Assignment(domain="corp.test", sensor="b", term=2, before="a", since=START - 99, at=START)
    now = START + OFFLINE + 1
    new = told(current, [row("b", START, last=START), row("c", now)], now, known=START + OFFLINE)

    assert new is not None and (new.before, new.since) == ("b", START - 99)
