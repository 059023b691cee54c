"""What an analyst says of alerts: suppressed for a time, closed, deleted, undone, done again; all of it recorded."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.engine import create_workspace
from app.engine.queries import Queries
from app.engine.store import (
    StoreError,
    put_exclusions,
    redo,
    remove_exclusions,
    set_tag,
    set_tuning,
    undo,
    update_alert,
    update_alerts,
)
from app.model.alert import Alert
from app.model.exclusion import exclusion
from app.model.tuning import Tuning
from tests.engine.test_engine import settle, toy
from tests.engine.workspace import START, made

DAY = 86_400_000_000
EVIDENCE = (made(30)[0].id,)


def alert_at(day: float, id: str, subject: str = "alice") -> Alert:
    at = START + int(day * DAY)
    return toy(at, at + 1_000, id, EVIDENCE, subject)


def states(path: Path) -> dict[str, str]:
    queries = Queries(path)
    try:
        return {one.id: one.state for one in (*queries.alerts(), *queries.hidden_alerts())}
    finally:
        queries.close()


def test_a_suppressed_alert_is_silent_until_seven_quiet_days_lie_between(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first"), alert_at(0, "other", "bob")], "aaaa")
    update_alert(path, "first", state="suppressed")
    again = [alert_at(0, "first"), alert_at(6, "second"), alert_at(12.9, "third"), alert_at(20, "fourth"), alert_at(21, "fifth")]
    settle(path, monkeypatch, [*again, alert_at(1, "other", "bob")], "bbbb")

    assert states(path) == {
        "first": "suppressed", "second": "suppressed", "third": "suppressed", "fourth": "open", "fifth": "open", "other": "open",
    }  # fmt: skip
    queries = Queries(path)
    third = queries.alert("third")
    assert third is not None and third.follows == "first"
    queries.close()

    update_alert(path, "first", state="open")
    assert set(states(path).values()) == {"open"}


def test_quiet_of_exactly_seven_days_is_enough_to_speak_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    first = alert_at(0, "first")
    later = toy(first.finding.last + 7 * DAY, first.finding.last + 7 * DAY, "later", EVIDENCE)
    settle(path, monkeypatch, [first, later], "aaaa")
    update_alert(path, "first", state="suppressed")
    assert states(path)["later"] == "open"

    settle(path, monkeypatch, [first, replace(later, finding=replace(later.finding, first=later.finding.first - 1))], "bbbb")
    assert states(path)["later"] == "suppressed"


def test_an_alert_of_its_own_state_ends_the_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    every = [alert_at(0, "first"), alert_at(2, "second"), alert_at(4, "third")]
    settle(path, monkeypatch, every, "aaaa")
    update_alert(path, "first", state="suppressed")
    update_alert(path, "second", state="open")
    assert states(path) == {"first": "suppressed", "second": "open", "third": "open"}

    settle(path, monkeypatch, every, "bbbb")
    assert states(path) == {"first": "suppressed", "second": "open", "third": "open"}


def test_a_recurrence_of_a_closed_alert_is_a_new_open_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first")], "aaaa")
    update_alert(path, "first", state="closed")
    settle(path, monkeypatch, [alert_at(0, "first"), alert_at(1, "second")], "bbbb")
    assert states(path) == {"first": "closed", "second": "open"}


def test_a_deleted_alert_does_not_come_back_with_detection_but_with_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first"), alert_at(0, "other", "bob")], "aaaa")
    update_alert(path, "first", state="deleted", note="test of ours")
    settle(path, monkeypatch, [alert_at(0, "first"), alert_at(0, "other", "bob")], "bbbb")
    queries = Queries(path)
    assert [one.id for one in queries.alerts()] == ["other"]
    assert [one.id for one in queries.hidden_alerts()] == ["first"]
    assert not any(row.alerted for row in queries.rows_of(EVIDENCE)) or len(queries.alerts()) == 1
    assert queries.overview().alerts == {"high": 0, "medium": 0, "low": 1}

    undo(path)
    assert len(queries.alerts()) == 2
    found = queries.alert("first")
    assert found is not None and (found.state, found.note) == ("open", "")
    queries.close()


def test_what_was_said_waits_while_detection_does_not_give_the_alert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first")], "aaaa")
    update_alert(path, "first", state="deleted", classification="benign true positive", note="scanner")
    settle(path, monkeypatch, [], "bbbb")
    assert states(path) == {}
    settle(path, monkeypatch, [alert_at(0, "again")], "cccc")
    queries = Queries(path)
    found = queries.alert("first")
    assert found is not None
    assert (found.id, found.state, found.classification, found.note) == ("again", "deleted", "benign true positive", "scanner")
    assert [one.what for one in queries.history("again")] == ["note", "classification", "state"]
    queries.close()

    settle(path, monkeypatch, [], "dddd")
    undo(path)  # also while it is gone
    settle(path, monkeypatch, [alert_at(0, "again")], "eeee")
    assert states(path) == {"again": "open"}


def test_an_excluded_alert_is_kept_apart_and_does_not_speak_for_the_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "w"
    hidden = replace(alert_at(3, "hidden"), excluded="abc")
    settle(path, monkeypatch, [alert_at(0, "first"), hidden, alert_at(8, "later")], "aaaa")
    update_alert(path, "first", state="suppressed")
    assert states(path) == {"first": "suppressed", "hidden": "open", "later": "open"}
    queries = Queries(path)
    assert [one.id for one in queries.alerts()] == ["first", "later"]
    assert [one.excluded for one in queries.hidden_alerts()] == ["abc"]
    queries.close()


def test_every_change_is_recorded_undone_and_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first")], "aaaa")
    one = exclusion("dcsync", "account", "MSOL_1", reason="synchronisation")
    update_alert(path, "first", state="closed", classification="true positive")
    update_alert(path, "first", note="seen")
    set_tag(path, "user:corp.test\\alice", "Honeytoken", True)
    put_exclusions(path, [one])
    set_tuning(path, Tuning(sensitivity="low"))
    remove_exclusions(path, [one.id])
    queries = Queries(path)

    def now() -> tuple[object, ...]:
        alert = queries.alert("first")
        assert alert is not None
        own = [held for held in queries.exclusions() if not held.shipped]
        return alert.state, alert.classification, alert.note, queries.standing("user:corp.test\\alice").said, own

    told = queries.history()
    assert [act.what for act in told] == ["exclusion", "tuning", "exclusion", "tag", "note", "classification", "state"]
    assert told[-1].before == "" and told[-1].after == "closed" and told[-1].at == told[-2].at < told[-3].at
    end = now()
    for _ in range(6):
        assert undo(path)
    assert now() == ("open", "unclassified", "", {}, [])
    with pytest.raises(StoreError, match="nothing to undo"):
        undo(path)
    for _ in range(6):
        assert redo(path)
    assert now() == end == ("closed", "true positive", "seen", {"Honeytoken": True}, [])
    with pytest.raises(StoreError, match="nothing to do again"):
        redo(path)
    undo(path)
    assert now()[4] == [one]
    assert next(act.words for act in queries.history(one.id)).startswith("account MSOL_1")
    assert len(queries.history()) == 7 + 7 + 7 + 1
    assert [act.what for act in queries.history("user:corp.test\\alice")] == ["tag"] * 3
    queries.close()


def test_an_older_act_is_undone_unless_something_was_changed_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first")], "aaaa")
    update_alert(path, "first", note="one")
    update_alert(path, "first", state="closed")
    update_alert(path, "first", note="two")
    queries = Queries(path)
    last, closing, oldest = queries.history("first")

    with pytest.raises(StoreError, match="changed again"):
        undo(path, oldest.id)
    undo(path, closing.id)
    assert states(path) == {"first": "open"}
    with pytest.raises(StoreError, match="undone already"):
        undo(path, closing.id)
    undo(path, last.id)
    undo(path, oldest.id)
    redo(path, closing.id)
    update_alert(path, "first", note="other")
    with pytest.raises(StoreError, match="nothing to do again"):
        redo(path)
    with pytest.raises(StoreError, match="no such act"):
        undo(path, 4711)
    found = queries.alert("first")
    assert found is not None and (found.state, found.note) == ("closed", "other")
    queries.close()


def test_saying_what_holds_already_is_no_act(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first")], "aaaa")
    assert update_alert(path, "first", state="open", classification="unclassified", note="")
    assert not update_alert(path, "nobody", note="x")
    queries = Queries(path)
    assert queries.history() == ()
    queries.close()


def test_texts_that_cannot_be_kept_are_refused(tmp_path: Path) -> None:
    create_workspace(tmp_path / "w")
    with pytest.raises(StoreError):
        set_tag(tmp_path / "w", "user:x\ud800", "a", True)


def test_several_alerts_are_one_step_of_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "w"
    settle(path, monkeypatch, [alert_at(0, "first"), alert_at(0, "other", "bob"), alert_at(1, "third", "carol")], "aaaa")
    assert update_alerts(path, ["first", "other", "gone", "first"], state="closed", classification="true positive") == 2
    assert states(path) == {"first": "closed", "other": "closed", "third": "open"}
    assert len(undo(path)) == 4
    assert set(states(path).values()) == {"open"}
    assert len(redo(path)) == 4
    assert states(path)["other"] == "closed"
    assert update_alerts(path, [], state="closed") == 0
