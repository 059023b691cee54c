"""The queue of notices: what is taken, what is crossed off, what a restart and a full disk leave."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.notice import Notice, SyslogTarget
from app.notify import queue as queues
from app.notify.delivering import LONGEST, wait
from app.notify.queue import PASS, REMEMBER, Queue, QueueError, Told, queue_path
from tests.notify.test_senders import notice

TARGET = SyslogTarget(name="siem", address="127.0.0.1")


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    made = Queue(tmp_path / "case.wardlight", most=5)
    made.meet({"siem", "mail"})
    yield made
    made.close()


def told(number: int, digest: str = "1", before: tuple[str, ...] = ()) -> Told:
    def make(known: bool) -> Notice:
        return notice(number, id=f"{number}-{digest}", trigger="update" if known else "new")

    return Told(f"s{number}", digest, before, make)


def triggers(queue: Queue, target: str = "siem") -> list[tuple[str, str]]:
    return [(one.notice.id, one.notice.trigger) for one in queue.due(target, 0, 100)]


def test_what_a_destination_knows_is_told_once_and_again_when_it_changed(queue: Queue) -> None:
    assert queue.take("siem", [told(1), told(2)]) == 2
    assert queue.take("siem", [told(1), told(2)]) == 0
    assert queue.take("siem", [told(1), told(2, "2")]) == 1
    assert queue.take("mail", [told(1)]) == 1

    assert triggers(queue) == [("1-1", "new"), ("2-1", "new"), ("2-2", "update")]


def test_a_subject_under_a_new_name_is_the_same(queue: Queue) -> None:
    queue.take("siem", [told(1), told(2)])

    assert queue.take("siem", [told(3, "1", before=("s1",))]) == 0
    assert queue.take("siem", [told(4, "9", before=("s3", "s2"))]) == 1
    assert triggers(queue)[-1] == ("4-9", "update")
    assert queue.known("siem") == {"s4"}


def test_what_is_not_wanted_yet_is_new_later_and_what_is_remembered_is_not(queue: Queue) -> None:
    queue.take("siem", [Told("s1", "1", (), lambda known: PASS), Told("s2", "1", (), lambda known: REMEMBER)])
    queue.take("siem", [told(1), told(2)])

    assert triggers(queue) == [("1-1", "new")]


def test_a_full_queue_takes_the_rest_when_there_is_room(queue: Queue) -> None:
    assert queue.take("siem", [told(number) for number in range(9)]) == 5
    assert queue.states([TARGET])[0].full and not queue.has_more(["siem"])

    queue.delivered("siem", [one.number for one in queue.due("siem", 0, 3)], now=5)
    assert queue.has_more(["siem"])
    assert queue.take("siem", [told(number) for number in range(9)]) == 3
    queue.delivered("siem", [one.number for one in queue.due("siem", 0, 9)], now=6)
    assert queue.take("siem", [told(number) for number in range(9)]) == 1
    state = queue.states([TARGET])[0]
    assert (state.full, state.waiting, state.delivered, state.last) == (False, 1, 8, 6)


def test_a_queue_full_of_bytes_or_of_who_is_off_has_no_room(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "MOST_BYTES", 100)
    assert queue.take("siem", [told(1), told(2)]) == 1
    assert queue.states([TARGET])[0].full and not queue.has_more(["siem"])
    queue.delivered("siem", [one.number for one in queue.due("siem", 0, 1)], now=5)
    assert queue.has_more(["siem"]) and not queue.has_more(["mail"])


def test_a_failure_waits_longer_each_time_and_is_over_with_a_success(queue: Queue) -> None:
    queue.take("siem", [told(1)])
    for tries in range(1, 4):
        queue.failed("siem", 1_000, "nobody there", wait)
        assert queue.next_try("siem") == 1_000 + 1_000_000 * 2 ** (tries - 1)
    assert queue.due("siem", 4_000_000, 1) == () and wait(60) == LONGEST
    state = queue.states([TARGET])[0]
    assert (state.failed, state.error, state.since, state.waiting) == (3, "nobody there", 1_000, 1)

    queue.again("siem")
    (one,) = queue.due("siem", 1_001, 1)
    queue.delivered("siem", [one.number], 2_000)
    state = queue.states([TARGET])[0]
    assert (state.error, state.since, state.waiting, queue.next_try("siem")) == ("", None, 0, None)


def test_a_notice_that_is_refused_for_its_own_sake_holds_up_the_others_for_a_while_only(queue: Queue) -> None:
    queue.take("siem", [told(1), told(2)])
    for _ in range(5):
        (first,) = queue.due("siem", 10**15, 1)
        assert first.notice.id == "1-1"
        queue.failed("siem", 0, "413", wait, refused=first.number)

    assert triggers(queue) == [] and queue.due("siem", 10**15, 1)[0].notice.id == "2-1"
    assert queue.states([TARGET])[0].refused == 1


def test_it_is_as_it_was_after_a_restart_and_forgets_who_is_gone(tmp_path: Path, queue: Queue) -> None:
    queue.take("siem", [told(1)])
    queue.take("mail", [told(1)])
    queue.report_written("summary-daily-xlsx", 7, ("mail", notice(9)))
    queue.report_written("summary-daily-xlsx", 8, ("mail", notice(9)))
    queue.close()
    again = Queue(tmp_path / "case.wardlight")
    try:
        assert triggers(again) == [("1-1", "new")] and len(triggers(again, "mail")) == 2
        assert again.reported("summary-daily-xlsx") == 8
        again.meet({"mail"})
        assert again.names() == {"mail"} and triggers(again) == []
    finally:
        again.close()


def test_a_long_notice_loses_its_body_and_not_itself(queue: Queue) -> None:
    queue.put("siem", notice(1, body={"why": "x" * (5 << 20)}))

    (one,) = queue.due("siem", 0, 1)
    assert "cut" in one.notice.body and one.notice.title == "Suspected DCSync 1"


def test_a_file_that_is_no_queue_is_left_alone(tmp_path: Path) -> None:
    other = queue_path(tmp_path / "other.wardlight")
    other.write_text("no database at all, but long enough to look at")
    with pytest.raises(QueueError):
        Queue(tmp_path / "other.wardlight")
    stranger = sqlite3.connect(queue_path(tmp_path / "third.wardlight"))
    stranger.execute("CREATE TABLE x(y)")
    stranger.close()
    with pytest.raises(QueueError, match="no queue of notices"):
        Queue(tmp_path / "third.wardlight")
