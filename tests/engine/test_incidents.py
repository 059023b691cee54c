"""Alerts that tell one story are one incident; those that only meet at a controller, or are far apart, are not."""

from itertools import permutations
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.incidents import incidents
from app.engine.queries import Queries
from app.engine.store import update_alert
from app.model.alert import Alert, Finding, Phase, Severity
from app.model.entity import EntityRef
from tests.engine.test_engine import settle
from tests.engine.workspace import START

HOUR, DAY = 3_600_000_000, 86_400_000_000
DC = EntityRef("controller", "computer:dc1.corp.test", "DC1")
KRBTGT = EntityRef("user", "user:corp.test\\krbtgt", "krbtgt")


def computer(name: str) -> EntityRef:
    return EntityRef("computer", f"computer:{name}.corp.test", name.upper())


def user(name: str) -> EntityRef:
    return EntityRef("user", f"user:corp.test\\{name}", name)


def alert(
    id: str, at: int, phase: Phase, *, sources: tuple[EntityRef, ...] = (), accounts: tuple[EntityRef, ...] = (),
    targets: tuple[EntityRef, ...] = (DC,), severity: Severity = "medium", detector: str = "toy",
) -> Alert:  # fmt: skip
    return Alert(
        id=id, detector=detector, external_id=1, title=f"Alert {id}", severity=severity, phase=phase, techniques=(),
        finding=Finding(
            subject=id, first=START + at, last=START + at + 1, evidence=(f"aaaa-{id}",), sources=sources, accounts=accounts,
            targets=targets, domain_controllers=(DC,),
        ),
    )  # fmt: skip


def story() -> list[Alert]:
    """Alice's computer looks around, takes a ticket, goes to a server, from which the key of the domain is asked for."""
    return [
        alert("look", 0, "Reconnaissance", sources=(computer("ws7"),), accounts=(user("alice"),)),
        alert("roast", HOUR, "Credential access", sources=(computer("ws7"),), accounts=(user("alice"),)),
        alert("move", 2 * HOUR, "Lateral movement", sources=(computer("ws7"),), targets=(computer("srv1"),)),
        alert(
            "sync", 5 * HOUR, "Domain dominance", sources=(computer("srv1"),), accounts=(user("svc"),), targets=(KRBTGT,),
            severity="high",
        ),
    ]  # fmt: skip


def test_a_story_follows_the_kill_chain_and_shows_what_ties_it() -> None:
    (one,) = incidents(story())

    assert one.alerts == ("look", "roast", "move", "sync")
    assert one.title == ("From alice on WS7 to krbtgt: reconnaissance, credential access, lateral movement, domain dominance")
    assert (one.severity, one.first, one.last, one.open) == ("high", START, START + 5 * HOUR + 1, 4)
    ties = {shared.entity.label: (shared.how, shared.alerts) for shared in one.shared}
    assert ties["SRV1"] == ("attacked, then acting", ("move", "sync"))
    assert ties["WS7"] == ("acting in each", ("look", "roast", "move"))
    assert ties["alice"][1] == ("look", "roast")


def test_order_does_not_matter() -> None:
    expected = incidents(story())
    for order in permutations(story()):
        assert incidents(order) == expected


def test_a_controller_that_everybody_asks_ties_nothing() -> None:
    every = [
        alert(f"a{number}", number * HOUR, "Reconnaissance", sources=(computer(f"ws{number}"),), accounts=(user(f"u{number}"),))
        for number in range(20)
    ]
    assert incidents(every) == []


def test_what_acts_before_it_is_attacked_is_no_story() -> None:
    acted = alert("acted", 0, "Reconnaissance", sources=(computer("srv1"),))
    attacked = alert("attacked", HOUR, "Lateral movement", sources=(computer("ws7"),), targets=(computer("srv1"),))
    assert incidents([acted, attacked]) == []


def test_two_attacks_on_one_server_are_two_stories() -> None:
    every = [
        alert(name, place * HOUR, "Lateral movement", sources=(computer(name),), targets=(computer("files"),))
        for place, name in enumerate(("ws1", "ws2"))
    ]
    assert incidents(every) == []


def test_a_week_of_quiet_ends_a_story() -> None:
    first, second = (alert(name, 0, "Reconnaissance", sources=(computer("ws7"),)) for name in ("a", "b"))

    def at(day: int) -> Alert:
        return replace(second, finding=replace(second.finding, first=START + day * DAY, last=START + day * DAY))

    assert len(incidents([first, at(6)])) == 1
    assert incidents([first, at(8)]) == []


def test_one_of_hundreds_of_guessed_names_ties_nothing_but_one_of_a_few_does() -> None:
    later = alert("later", HOUR, "Credential access", sources=(computer("ws9"),), accounts=(user("n1"),))

    def guessed(number: int) -> Alert:
        names = tuple(user(f"n{one}") for one in range(number))
        guess = alert("guess", 0, "Compromised credentials", sources=(computer("ws1"),), accounts=names)
        return replace(guess, attacked_accounts=True)

    assert incidents([guessed(200), later]) == []
    assert len(incidents([guessed(3), later])) == 1


def test_an_address_with_many_accounts_behind_it_ties_nothing() -> None:
    gateway = EntityRef("address", "address:10.0.0.1", "10.0.0.1")
    many = [
        alert(f"a{number}", number * HOUR, "Reconnaissance", sources=(gateway,), accounts=(user(f"u{number}"),))
        for number in range(12)
    ]
    assert incidents(many) == []
    assert len(incidents(many[:3])) == 1


def test_a_computer_that_attacks_many_accounts_is_one_story() -> None:
    attacks = [
        replace(
            alert(f"a{number}", number * HOUR, "Credential access", sources=(computer("ws7"),), accounts=(user(f"v{number}"),)),
            attacked_accounts=True,
        )
        for number in range(12)
    ]
    (one,) = incidents(attacks)
    assert len(one.alerts) == 12 and one.title == "From WS7 to DC1: credential access"


def test_an_account_that_two_attack_ties_nothing_until_it_acts() -> None:
    attacked = [
        replace(
            alert(name, place * HOUR, "Compromised credentials", sources=(computer(name),), accounts=(user("alice"),)),
            attacked_accounts=True,
        )
        for place, name in enumerate(("ws1", "ws2"))
    ]
    acting = alert("acting", 3 * HOUR, "Domain dominance", sources=(computer("ws3"),), accounts=(user("alice"),))
    assert incidents(attacked) == []
    (one,) = incidents([*attacked, acting])
    assert [(tie.entity.label, tie.how) for tie in one.shared] == [("alice", "attacked, then acting")]


def test_what_is_deleted_excluded_or_wrong_tells_no_story() -> None:
    one, other = story()[:2]
    for changed in (
        replace(other, state="deleted"),
        replace(other, excluded="x"),
        replace(other, classification="false positive"),
    ):
        assert incidents([one, changed]) == []
    assert incidents([one, replace(other, state="closed")])[0].open == 1


def test_thousands_of_alerts_are_joined_quickly() -> None:
    every = [
        alert(f"a{number:05}", number * 60_000_000, "Reconnaissance", sources=(computer(f"ws{number % 7}"),))
        for number in range(4_000)
    ]
    found = incidents(every)
    assert len(found) == 7 and sum(len(one.alerts) for one in found) == 4_000


def test_incidents_are_kept_and_an_old_id_stays_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, story()[1:], "aaaa")
    queries = Queries(path)
    (before,) = queries.incidents()
    settle(path, monkeypatch, story(), "bbbb")
    (after,) = queries.incidents()

    assert (len(before.alerts), len(after.alerts)) == (3, 4) and before.id != after.id
    assert queries.incident(before.id) == queries.incident("move") == after
    assert queries.incident("nothing") is None

    for one in ("look", "roast"):
        update_alert(path, one, classification="false positive")
    (smaller,) = queries.incidents()
    assert smaller.alerts == ("move", "sync") and queries.incident(after.id) == smaller
    queries.close()


def test_the_same_alerts_read_in_another_order_give_the_same_incidents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name, steps in (("one", [story()]), ("two", [story()[2:], story()[:3], story()])):
        for place, alerts in enumerate(steps):
            settle(tmp_path / name, monkeypatch, alerts, "abcd"[place] * 4)
        queries = Queries(tmp_path / name)
        found.append(queries.incidents())
        queries.close()
    assert found[0] == found[1]
