"""From a workspace to real receivers: what is new, what grew, what was away, what was killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.engine.queries import Queries
from app.engine.store import StoreError, give_facts, update_alert, write_note
from app.ingest import read_inputs
from app.model.alert import Alert
from app.model.health import HealthFact
from app.model.notice import MailTarget, Notice, Notifying, Scheduled, SyslogTarget, Wanted, WebhookTarget
from app.notify import notifier as notifiers
from app.notify import queue as queues
from app.notify.collecting import collect
from app.notify.facts import facts
from app.notify.notifier import Notifier
from app.sensor.sources import secrets
from app.session import Session
from app.settings import load
from tests.notify.receivers import rsyslog, until, web
from tests.sensor.free_port import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


def hook(url: str, **more: object) -> WebhookTarget:
    values = {"wanted": Wanted(health=False), **more}  # this machine may have troubles of its own
    return WebhookTarget(name="hook", url=url, **values)  # type: ignore[arg-type]


def notifier(workspace: Path, wanted: Notifying, hide: Callable[[Notice], Notice] = lambda one: one) -> Notifier:
    return Notifier(workspace, lambda: wanted, hide, lambda *_: False)


def once(workspace: Path, wanted: Notifying, seconds: float = 20) -> bool:
    made = notifier(workspace, wanted)
    try:
        return made.once(seconds)
    finally:
        made.close()


def test_each_alert_is_told_once_and_a_graver_or_grown_one_again(workspace: Path, alerts: int) -> None:
    with web() as (server, url):
        wanted = Notifying(targets=(hook(url),))
        assert once(workspace, wanted) and len(server.got) == alerts
        assert once(workspace, wanted) and len(server.got) == alerts
        queries = Queries(workspace)
        one = next(one for one in queries.alerts() if one.severity == "high")
        queries.close()
        grown = msgspec.structs.replace(one, severity="low", id="f" * 16)
        _replace(workspace, one.id, grown)
        assert once(workspace, wanted)
    said = msgspec.json.decode(server.got[-1][2])
    assert len(server.got) == alerts + 1
    assert (said["trigger"], said["alert"]["id"], said["severity"]) == ("update", "f" * 16, "low")
    assert len({id for id, _, _ in server.got}) == alerts + 1


def _replace(workspace: Path, old: str, alert) -> None:
    """As a detection does that finds an alert grown: another id, the old one known as its name."""
    import sqlite3

    db = sqlite3.connect(workspace)
    with db:
        db.execute("UPDATE alerts SET id = ?, body = ? WHERE id = ?", (alert.id, msgspec.msgpack.encode(alert), old))
        db.execute("INSERT INTO alert_names VALUES(?, ?)", (old, alert.id))
        db.execute("INSERT INTO changes VALUES('alerts', 1) ON CONFLICT(topic) DO UPDATE SET value = value + 1")
    db.close()


def test_filters_choose_by_severity_detector_and_party(workspace: Path) -> None:
    queries = Queries(workspace)
    held = queries.alerts()
    queries.close()
    with web() as (server, url):
        wanted = Notifying(
            targets=(
                hook(f"{url}?high", wanted=Wanted(least="high", health=False)),
                WebhookTarget(name="dcsync", url=f"{url}?dcsync", wanted=Wanted(detectors=("dcsync",), health=False)),
                WebhookTarget(name="party", url=f"{url}?party", wanted=Wanted(entity="FS1", health=False)),
                WebhookTarget(name="off", url=f"{url}?off", on=False),
                WebhookTarget(name="updates", url=f"{url}?updates", wanted=Wanted(new=False, health=False)),
            )
        )
        assert once(workspace, wanted)
        got = [msgspec.json.decode(body)["alert"] for _, _, body in server.got]
    high = sum(one.severity == "high" for one in held)
    dcsync = sum(one.detector == "dcsync" for one in held)
    party = sum(any(ref.label == "FS1" for ref in one.finding.targets) for one in held)
    assert min(high, dcsync, party) > 0 and len(got) == high + dcsync + party


def test_a_closed_alert_is_not_told(workspace: Path, alerts: int) -> None:
    session = Session.open(workspace)
    first = session.queries.alerts()[0]
    session.change_alert(first.id, state="closed")
    session.close()
    with web() as (server, url):
        assert once(workspace, Notifying(targets=(hook(url),)))
    assert len(server.got) == alerts - 1


def test_nothing_is_lost_while_a_receiver_is_away_and_others_go_on(workspace: Path, alerts: int, tmp_path: Path) -> None:
    ports = free_port(), free_port()
    with web() as (server, url):
        siem = SyslogTarget(name="siem", address="127.0.0.1", port=ports[1], transport="tcp", wanted=Wanted(health=False))
        wanted = Notifying(targets=(siem, hook(url)))
        assert not once(workspace, wanted)
        assert len(server.got) == alerts
        made = notifier(workspace, wanted)
        state = made.states()[0]
        assert (state.waiting, state.delivered) == (alerts, 0) and "refused" in state.error
        (fact,) = facts(made.states())
        assert (fact.rule, fact.subject) == ("syslog-failed", "workspace\nsiem") and f"{alerts} notices wait" in fact.what
        made.close()
        with rsyslog(tmp_path / "rsyslog", ports=ports) as there:
            assert once(workspace, wanted)
            until(lambda: len(there.lines()) == alerts)
            assert once(workspace, wanted)
            assert len(there.lines()) == alerts
        made = notifier(workspace, wanted)
        assert facts(made.states()) == ()
        made.close()


def test_a_full_queue_holds_nothing_up_and_loses_nothing(workspace: Path, alerts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert alerts > 6
    with web(answers=[503]) as (server, url):
        wanted = Notifying(targets=(hook(url),))
        made = Notifier(workspace, lambda: wanted, lambda one: one, lambda *_: False)
        monkeypatch.setattr(made.queue, "_most", 3)
        assert not made.once(5)
        assert made.states()[0].full
        rounds = 0
        while len(server.got) < alerts:
            made.once(5)
            rounds += 1
            assert rounds < 20
        assert not made.states()[0].full
        made.close()
    assert len({id for id, _, _ in server.got}) == len(server.got) == alerts and rounds >= 2


def test_pseudonyms_go_out_in_privacy_mode(workspace: Path) -> None:
    session = Session.open(workspace)
    names = {ref.label.lower() for one in session.queries.alerts() for ref in one.finding.accounts}
    session.hide_names(True, keep=False)
    with web() as (server, url):
        made = notifier(workspace, Notifying(targets=(hook(url),)), session.hide_notice)
        assert made.once(20)
        made.close()
    session.close()
    sent = b"".join(body for _, _, body in server.got).decode().lower()
    assert names and not [one for one in names - {"administrator"} if one in sent]  # a name that every domain has
    assert "user-" in sent and "corp.test" not in sent


def test_one_process_delivers_at_a_time(workspace: Path) -> None:
    first = notifier(workspace, Notifying())
    with pytest.raises(StoreError, match="in use"):
        notifier(workspace, Notifying())
    first.close()
    notifier(workspace, Notifying()).close()


def test_new_destinations_get_what_comes_and_not_what_is_there(workspace: Path, alerts: int) -> None:
    session = Session.open(workspace)
    with web() as (server, url):
        session.set_notifying(Notifying(targets=(hook(url),)))
        assert session.notify_here() is True and not server.got
        both = Notifying(targets=(hook(url), msgspec.structs.replace(hook(f"{url}?all"), name="all")))
        session.set_notifying(both, from_now=False)
        assert session.notify_here() is True and len(server.got) == alerts
    session.close()
    assert load().notifications == {str(workspace.resolve()): both}


@pytest.mark.slow
def test_killed_at_any_moment_it_loses_nothing_and_repeats_only_under_the_same_id(workspace: Path, alerts: int) -> None:
    secrets.keep("hook", "a key")
    said = workspace.with_name("said")
    with web("a key") as (server, url):
        session = Session.open(workspace)
        session.set_notifying(Notifying(targets=(hook(url, secret="hook"),)), from_now=False)
        session.close()

        def came() -> int:
            return len({id for id, _, _ in server.got})

        command = [sys.executable, "-m", "app", "notify", str(workspace)]
        for limit in (1, alerts // 2, alerts):
            with said.open("wb") as out:
                child = subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=out, stderr=out)
            try:
                until(lambda child=child, limit=limit: child.poll() is not None or came() >= limit, 180)
                assert child.poll() is None, "it ended by itself"
            except AssertionError as error:
                error.add_note(f"{len(server.got)} came, {len(server.bad)} with another key; it said: {said.read_text()}")
                raise
            finally:
                child.send_signal(signal.SIGKILL)
                child.wait()
        done = subprocess.run([*command, "--once"], cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    ids = [id for id, _, _ in server.got]
    assert len(set(ids)) == alerts and len(ids) <= alerts + 3 and not server.bad
    assert f"{alerts} delivered" in done.stdout or "delivered, 0 waiting" in done.stdout


def test_it_runs_beside_a_writer_and_follows_other_settings(workspace: Path, alerts: int) -> None:
    stop, wanted = threading.Event(), [Notifying()]
    made = Notifier(workspace, lambda: wanted[0], lambda one: one, lambda *_: False)
    told: list = []
    runner = threading.Thread(target=made.run, args=(stop, told.append))
    runner.start()
    try:
        with web() as (server, url), web() as (other, elsewhere):
            wanted[0] = Notifying(targets=(hook(url),))
            until(lambda: len(server.got) == alerts)
            wanted[0] = Notifying(targets=(hook(url), msgspec.structs.replace(hook(elsewhere), name="other")))
            until(lambda: len(other.got) == alerts)
            until(lambda: bool(told) and [one.delivered for one in told[-1]] == [alerts, alerts])
    finally:
        stop.set()
        runner.join()
        made.close()
    assert len(server.got) == alerts
    assert queues.queue_path(workspace).is_file()


def test_a_health_alert_is_told_once_and_what_does_not_arrive_becomes_one(workspace: Path) -> None:
    gone = WebhookTarget(name="gone", url=f"http://127.0.0.1:{free_port()}/", wanted=Wanted(least="high"))
    with web() as (server, url):
        only = Wanted(new=False, updated=False)
        wanted = Notifying(
            targets=(gone, hook(url, wanted=only), WebhookTarget(name="high", url=f"{url}?high", wanted=gone.wanted))
        )
        assert not once(workspace, wanted)
        server.got.clear()
        read_inputs(workspace, [], lambda _: None, lambda: False)  # which looks at health too
        queries = Queries(workspace)
        issue = next(one for one in queries.health().opened if one.rule == "webhook-failed")
        queries.close()
        once(workspace, wanted)
        once(workspace, wanted)
        said = [msgspec.json.decode(body) for _, _, body in server.got]
    told = [one for one in said if one["health"]["rule"] == "webhook-failed"]
    assert len(told) == 1 and told[0]["trigger"] == "health" and told[0]["class"] == "WebhookFailedMonitoringAlert"
    assert told[0]["health"]["id"] == issue.id and "gone" in told[0]["text"]


def test_a_case_that_is_only_read_tells_nobody(workspace: Path) -> None:
    session = Session.open(workspace, read_only=True)
    with web() as (server, url):
        with pytest.raises((OSError, StoreError), match="reading only"):
            session.set_notifying(Notifying(targets=(hook(url),)))
        session.start_notifying(Notifying(targets=(hook(url),)))
        assert session.notify_here() is None and session._notifier is None
    session.close()
    assert not server.got and not queues.queue_path(workspace).exists()


def health_of(workspace: Path) -> dict[str, str]:
    """Rule to sentence of what is open once somebody looks."""
    read_inputs(workspace, [], lambda _: None, lambda: False)
    queries = Queries(workspace)
    try:
        return {one.rule: one.what for one in queries.health().opened}
    finally:
        queries.close()


@pytest.mark.parametrize("error", [queues.QueueError("The queue is full."), StoreError("The case is busy.")])
def test_a_round_that_fails_is_health_and_is_tried_again(
    workspace: Path, alerts: int, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(notifiers, "AGAIN", 0.02)
    stop, broken, tries, real = threading.Event(), threading.Event(), [], Queries.alerts
    broken.set()

    def asked(self: Queries) -> tuple[Alert, ...]:
        if broken.is_set() and threading.current_thread() is runner:
            tries.append(1)
            raise error
        return real(self)

    monkeypatch.setattr(Queries, "alerts", asked)
    with web() as (server, url):
        made = notifier(workspace, Notifying(targets=(hook(url),)))
        runner = threading.Thread(target=made.run, args=(stop,))
        runner.start()
        try:
            until(lambda: len(tries) > 2)
            assert health_of(workspace)["telling-failed"] == str(error) and not server.got
            broken.clear()
            until(lambda: len(server.got) == alerts)
        finally:
            stop.set()
            runner.join()
            made.close()
    assert "telling-failed" not in health_of(workspace)


def test_a_workspace_that_cannot_be_read_is_health_and_is_tried_again(
    workspace: Path, alerts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite itself refuses ends nobody: a table is away for a while, as on a page that a disk gives wrong."""
    monkeypatch.setattr(notifiers, "AGAIN", 0.02)
    stop = threading.Event()

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(workspace)) as db:
            db.execute(f"ALTER TABLE {old} RENAME TO {new}")
            db.commit()

    def told() -> dict[str, str]:
        with closing(Queries(workspace)) as queries:
            return {one.rule: one.what for one in queries.health().opened}

    with web() as (server, url):
        made = notifier(workspace, Notifying(targets=(hook(url),)))
        rename("alerts", "away")
        runner = threading.Thread(target=made.run, args=(stop,))
        runner.start()
        try:
            until(lambda: "telling-failed" in told())
            assert "cannot be read: no such table: alerts" in told()["telling-failed"] and runner.is_alive()
            rename("away", "alerts")
            until(lambda: len(server.got) == alerts)
            until(lambda: "telling-failed" not in told())
        finally:
            stop.set()
            runner.join()
            made.close()


def test_what_cannot_be_hidden_now_waits_and_goes_out_later(
    workspace: Path, alerts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifiers, "AGAIN", 0.02)
    stop, tries = threading.Event(), []

    def hide(one: Notice) -> Notice:
        tries.append(one.id)
        if len(tries) < 3:
            raise StoreError("The case is busy.")
        return one

    with web() as (server, url):
        made = notifier(workspace, Notifying(targets=(hook(url),)), hide)
        runner = threading.Thread(target=made.run, args=(stop,))
        runner.start()
        try:
            until(lambda: len(server.got) == alerts)
        finally:
            stop.set()
            runner.join()
            made.close()
    assert len(tries) == alerts + 2


def test_a_report_that_cannot_be_written_is_health_until_it_is(workspace: Path) -> None:
    wanted, fails = Notifying(reports=(Scheduled(report="summary"),)), [True]

    def write(*_: object) -> bool:
        if fails[0]:
            raise StoreError("The case is damaged.")
        return False

    made = Notifier(workspace, lambda: wanted, lambda one: one, write)
    made.queue.report_written(wanted.reports[0].id, 1_767_571_200_000_000)
    made.once()
    made.close()
    assert "The case is damaged." in health_of(workspace)["telling-failed"]
    once(workspace, Notifying(targets=()))  # which asks for no report and so finds none that fails
    assert "telling-failed" not in health_of(workspace)
    for fail in (True, False):
        fails[0] = fail
        made = Notifier(workspace, lambda: wanted, lambda one: one, write)
        made.once()
        made.close()
        assert ("telling-failed" in health_of(workspace)) is fail


def test_nothing_is_asked_again_while_no_alert_changed(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    real = notifiers.collect
    monkeypatch.setattr(notifiers, "collect", lambda *given: calls.append(1) or real(*given))
    with web() as (_, url):
        wanted = [Notifying(targets=(hook(url),))]
        made = Notifier(workspace, lambda: wanted[0], lambda one: one, lambda *_: False)
        made.look()
        write_note(workspace, "user:corp.test\\alice", "which is no alert")
        made.look()
        assert len(calls) == 1
        wanted[0] = Notifying(targets=(hook(url, wanted=Wanted(least="high")),))
        made.look()
        assert len(calls) == 2
        queries = Queries(workspace)
        update_alert(workspace, queries.alerts()[0].id, state="closed")
        queries.close()
        made.look()
        made.close()
    assert len(calls) == 3


def test_old_names_are_looked_up_at_once(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = Queries(workspace)
    one = queries.alerts()[0]
    queries.close()
    _replace(workspace, one.id, msgspec.structs.replace(one, id="f" * 16))
    monkeypatch.setattr(Queries, "alert", lambda *_: pytest.fail("one by one"))
    queries, queue = Queries(workspace), queues.Queue(workspace)
    try:
        assert queries.names_now([one.id, "e" * 16, "f" * 16]) == {one.id: "f" * 16}
        queue.meet({"hook"})
        queue.take("hook", [queues.Told(one.id, "x", (), lambda known: queues.REMEMBER)])
        collect(queries, queries.alerts(), queue, (hook("https://a.test"),), 1)
        assert one.id not in queue.known("hook") and "f" * 16 in queue.known("hook")
    finally:
        queries.close()
        queue.close()


def test_a_health_alert_that_was_forgotten_is_told_when_it_comes_again(workspace: Path) -> None:
    with web() as (server, url):
        wanted = Notifying(targets=(hook(url, wanted=Wanted(new=False, updated=False)),))
        fact = HealthFact(rule="database-damaged", subject="workspace", what="It is damaged.")

        def told() -> int:
            read_inputs(workspace, [], lambda _: None, lambda: False)
            once(workspace, wanted)
            return sum(b"database-damaged" in body for _, _, body in server.got)

        give_facts(workspace, "check", [fact])
        assert (told(), told()) == (1, 1)
        give_facts(workspace, "check", [])
        assert told() == 1
        db = sqlite3.connect(workspace)
        with db:
            db.execute("DELETE FROM health")  # as after 180 days
        db.close()
        assert told() == 1
        give_facts(workspace, "check", [fact])
        assert told() == 2


def test_one_that_still_sends_as_it_was_set_is_waited_for(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, running, most = threading.Event(), [], []

    def slow(self: Notifier, target: WebhookTarget, stop: threading.Event) -> None:
        running.append(target.url)
        most.append(len(running))
        while not stop.is_set() or not held.is_set():
            stop.wait(0.01)
        running.remove(target.url)

    monkeypatch.setattr(Notifier, "_deliver", slow)
    made = notifier(workspace, Notifying())
    first, second = (Notifying(targets=(hook(f"https://{name}.test"),)) for name in "ab")
    try:
        made._follow(first)
        until(lambda: len(running) == 1)
        made._follow(second)
        assert running == ["https://a.test"]
        held.set()
        until(lambda: not running)
        until(lambda: (made._follow(second), running == ["https://b.test"])[1])
    finally:
        held.set()
        made.close()
    assert max(most) == 1 and not running


def test_what_was_wrong_is_no_matter_once_nobody_is_told(workspace: Path) -> None:
    gone = WebhookTarget(name="gone", url=f"http://127.0.0.1:{free_port()}/s3cret")
    session = Session.open(workspace)
    session.set_notifying(Notifying(targets=(gone,)), from_now=False)
    assert session.notify_here(5) is False
    assert "webhook-failed" in health_of(workspace)
    session.set_notifying(Notifying())
    assert "webhook-failed" not in health_of(workspace)
    give_facts(workspace, "notify", [HealthFact(rule="webhook-failed", subject="workspace\ngone", what="gone: no answer.")])
    session.start_notifying(Notifying())
    assert "webhook-failed" not in health_of(workspace)
    said = [one.words for one in session.queries.history() if one.what == "notifications"]
    session.close()
    assert len(said) == 2 and "gone" in said[1] and "nobody" in said[0] and "s3cret" not in "".join(said)


def test_a_reading_that_ends_writes_no_report_and_marks_none_as_written(workspace: Path) -> None:
    with web() as (_, url):
        session = Session.open(workspace)
        one = Scheduled(report="summary")
        session.set_notifying(Notifying(targets=(hook(url),), reports=(one,)), from_now=False)
        queue = queues.Queue(workspace)
        queue.report_written(one.id, 1_767_571_200_000_000)
        assert session.notify_here(10)
        session.close()
        assert queue.reported(one.id) == 1_767_571_200_000_000
        queue.close()


def test_what_is_no_mail_address_is_not_set(workspace: Path) -> None:
    session = Session.open(workspace)
    for more in ({"recipients": ("a@b.test", "nobody")}, {"sender": "Wardlight"}):
        mail = MailTarget(**{"name": "m", "server": "mail.test", "sender": "w@b.test", "recipients": ("a@b.test",), **more})
        with pytest.raises(OSError, match="no mail address"):
            session.set_notifying(Notifying(targets=(mail,)))
    with pytest.raises(OSError, match="no mail address"):
        session.set_notifying(Notifying(reports=(Scheduled(report="summary", recipients=("nobody",)),)))
    session.close()
