"""`notify` and `report` as somebody types them: set, test, preview, once, show; reports on demand and when they are due."""

import io
import shutil
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import openpyxl
import pytest

from app.__main__ import _to_pdf
from app.command.main import run
from app.command.report import ordered, span_of
from app.engine.queries import Queries
from app.model.notice import MailTarget, Notifying, Scheduled, WebhookTarget
from app.notify.notifier import hold
from app.notify.queue import Queue
from app.notify.reports import due_reports
from app.notify.schedule import boundary, period
from app.session import Session
from tests.notify.conftest import home, read_once, workspace  # noqa: F401  fixtures
from tests.notify.receivers import web


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def wardlight(*words: object, status: int = 0) -> str:
    """Run a command in this process; what it said on both outputs."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        done = run([str(one) for one in words], _to_pdf)
    assert done == status, said.getvalue()
    return said.getvalue()


def test_a_destination_is_set_tested_previewed_and_served(workspace: Path, tmp_path: Path) -> None:  # noqa: F811
    queries = Queries(workspace)
    alert = queries.alerts()[0]
    count = len(queries.alerts())
    queries.close()
    said = tmp_path / "notify.json"
    with web() as (server, url):
        siem = {"kind": "syslog", "name": "siem", "address": "127.0.0.1", "port": 9, "transport": "tcp", "on": False}
        said.write_bytes(msgspec.json.encode({"targets": [{"kind": "webhook", "name": "hook", "url": url}, siem]}))
        assert "nothing is set up" in wardlight("notify", workspace, status=1)
        wardlight("notify", workspace, "--set", said, "--all")
        assert "hook: it was taken" in wardlight("notify", workspace, "--test", "hook")
        assert "refused" in wardlight("notify", workspace, "--test", "siem", status=1)
        preview = wardlight("notify", workspace, "--preview", alert.id[:12])
        assert "--- siem" in preview and f"wardlight://alert/{alert.id}" in preview and "<3" in preview
        assert f"{count} delivered, 0 waiting" in wardlight("notify", workspace, "--once")
        shown = wardlight("notify", workspace, "--show")
        assert f"{count} delivered" in shown and "siem (off)" in shown
    assert len(server.got) == count + 1 and msgspec.json.decode(server.got[0][2])["trigger"] == "test"


def test_what_is_set_up_is_shown_and_how_to_begin_where_nothing_is(workspace: Path, tmp_path: Path) -> None:  # noqa: F811
    first = wardlight("notify", workspace, "--show")
    example = first[first.index("{") : first.rindex("}") + 1]
    said = tmp_path / "notify.json"
    said.write_text(example)
    wardlight("notify", workspace, "--set", said)
    shown = wardlight("notify", workspace, "--show")
    assert "nothing is set up" in first
    assert "siem: syslog over TLS to siem.corp.test:6514; gets new, updated, health" in shown
    assert "nothing delivered yet" in shown and "never" not in shown and "0 " not in shown
    assert f"daily summary as xlsx into {workspace}.reports" in shown

    said.write_text('{"reports": [{"report": "groups", "every": "weekly", "form": "html"}]}')
    wardlight("notify", workspace, "--set", said)
    shown = wardlight("notify", workspace, "--show")
    assert "weekly groups as html into" in shown and "told to nobody" in shown and "--set" not in shown


@pytest.mark.parametrize(
    "text", ['{"targets": 1}', '{"targets": [{"kind": "smoke", "name": "x"}]}', "no json", '{"reports": [{"report": "x"}]}']
)
def test_what_cannot_be_meant_is_refused_in_one_line(workspace: Path, tmp_path: Path, text: str) -> None:  # noqa: F811
    said = tmp_path / "notify.json"
    said.write_text(text)
    assert wardlight("notify", workspace, "--set", said, status=1).count("\n") == 1


@pytest.mark.parametrize("url", ["http://hooks.corp.test/T0/s3cret", "http://10.0.0.1/s3cret", "ftp://hooks.corp.test/s3cret"])
def test_a_webhook_that_others_could_read_on_the_way_is_refused_when_it_is_set(
    workspace: Path,  # noqa: F811
    tmp_path: Path,
    url: str,
) -> None:
    said = tmp_path / "notify.json"
    said.write_bytes(msgspec.json.encode({"targets": [{"kind": "webhook", "name": "chat", "url": url}]}))
    words = wardlight("notify", workspace, "--set", said, status=1)

    assert "chat: Only https is posted to" in words and "s3cret" not in words
    assert "nothing is set up" in wardlight("notify", workspace, status=1)


@pytest.mark.parametrize("below", ["", "below"])
def test_files_and_folders_that_are_named_from_their_file_on_are_found_later(
    below: str,
    workspace: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = tmp_path / "notify.json"
    hook = {"kind": "webhook", "name": "chat", "url": "https://a.test/x", "authorities": "ca.pem"}
    said.write_bytes(
        msgspec.json.encode({"targets": [hook], "reports": [{"report": "groups", "folder": "out"}, {"report": "paths"}]})
    )
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / below)
    wardlight("notify", workspace, "--set", Path("..", said.name) if below else said)
    session = Session.open(workspace)
    held = session.notifying()
    session.close()

    (target,) = held.targets
    assert isinstance(target, WebhookTarget) and Path(target.authorities).resolve() == tmp_path / "ca.pem"
    assert Path(target.authorities).is_absolute() and Path(held.reports[0].folder).is_absolute()
    assert Path(held.reports[0].folder).resolve() == tmp_path / "out" and held.reports[1].folder == ""


def test_destinations_need_names_of_their_own(workspace: Path) -> None:  # noqa: F811
    session = Session.open(workspace)
    twice = Notifying(targets=(WebhookTarget(name="a", url="https://a.test"), WebhookTarget(name="A", url="https://b.test")))
    with pytest.raises(OSError, match="Two destinations"):
        session.set_notifying(twice)
    with pytest.raises(OSError, match="no mail destination"):
        session.set_notifying(Notifying(reports=(Scheduled(report="summary", mail="nobody"),)))
    session.close()


def test_a_report_is_written_in_each_form(workspace: Path, tmp_path: Path) -> None:  # noqa: F811
    book = tmp_path / "summary.xlsx"
    assert "rows" in wardlight("report", workspace, "--report", "summary", "--from", "2000-01-01", "--to", "2100-01-01", book)
    assert openpyxl.load_workbook(book).sheetnames[0] == "Summary"
    wardlight("report", workspace, tmp_path / "summary.html", "--privacy")
    assert "da.smith" not in (tmp_path / "summary.html").read_text(encoding="utf-8")
    wardlight("report", workspace, tmp_path / "p.pdf", "--report", "passwords")
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    assert "--to is not after" in wardlight("report", workspace, book, "--from", "2100-01-02", "--to", "2100-01-01", status=1)
    assert "give --format" in wardlight("report", workspace, tmp_path / "a.doc", status=1)


def test_words_of_a_call_are_put_in_order(workspace: Path) -> None:  # noqa: F811
    assert ordered(["a", "--report", "groups", "b", "--due"]) == ["--report", "groups", "--due", "a", "b"]
    session = Session.open(workspace)
    first, last = span_of(session, "2026-01-05", "2026-01-05")  # type: ignore[misc]
    session.close()
    assert (first, last) == (at("2026-01-05"), at("2026-01-06"))


@pytest.mark.parametrize(
    ("every", "now", "begins"),
    [
        ("daily", "2026-01-07T13:00", "2026-01-07"), ("daily", "2026-01-07T00:00", "2026-01-07"),
        ("weekly", "2026-01-07T13:00", "2026-01-05"), ("weekly", "2026-01-04T23:59", "2025-12-29"),
        ("monthly", "2026-01-07T13:00", "2026-01-01"), ("monthly", "2026-03-01T00:00", "2026-03-01"),
    ],
)  # fmt: skip
def test_days_weeks_and_months_begin_by_utc(every: str, now: str, begins: str) -> None:
    assert boundary(every, at(now)) == at(begins)  # type: ignore[arg-type]
    assert period(every, at(begins), at(now)) is None  # type: ignore[arg-type]
    assert period(every, None, at(now)) is None  # type: ignore[arg-type]
    assert period(every, at("2020-01-01"), at(now)) == (at("2020-01-01"), at(begins))  # type: ignore[arg-type]


def test_a_report_comes_once_when_its_time_is_over_and_covers_what_was_missed(tmp_path: Path) -> None:
    path = tmp_path / "case.wardlight"
    queue, wrote = Queue(path), []
    queue.meet({"soc"})
    mail = MailTarget(name="soc", server="mail.test", sender="a@b.test", recipients=("c@d.test",))
    wanted = (Scheduled(report="summary", every="daily", mail="soc", recipients=("ciso@b.test",)),)

    def write(one: Scheduled, first: int, last: int, out: Path) -> bool:
        if len(wrote) == 1:
            wrote.append(None)
            raise OSError("the disk is full")
        wrote.append((first, last))
        out.write_text("rows")
        return False

    def due(now: str) -> list[str]:
        return [str(out) for _, out in due_reports(path, queue, wanted, {"soc": mail}, at(now), write)]

    assert due("2026-01-05T15:00") == [] == due("2026-01-05T23:59")
    (first,) = due("2026-01-06T00:01")
    assert (
        Path(first).name == "case-summary-2026-01-05-to-2026-01-05.xlsx" and Path(first).parent.name == "case.wardlight.reports"
    )
    assert due("2026-01-06T12:00") == []
    assert "the disk is full" in due("2026-01-07T00:01")[0]
    (late,) = due("2026-01-09T08:00")
    assert Path(late).name == "case-summary-2026-01-06-to-2026-01-08.xlsx"
    assert [one for one in wrote if one] == [(at("2026-01-05"), at("2026-01-06")), (at("2026-01-06"), at("2026-01-09"))]
    mails = [one.notice for one in queue.due("soc", at("2026-01-10"), 9)]
    queue.close()
    assert [(one.file, one.recipients) for one in mails] == [(first, ("ciso@b.test",)), (late, ("ciso@b.test",))]


def test_what_is_due_is_written_without_a_window(workspace: Path, tmp_path: Path) -> None:  # noqa: F811
    session = Session.open(workspace)
    session.set_notifying(Notifying(reports=(Scheduled(report="groups", form="html", folder=str(tmp_path / "out")),)))
    session.close()
    assert wardlight("report", "--due") == "no report is due\n"
    queue = Queue(workspace)
    queue.report_written("groups-daily-html", at("2026-01-05"))
    queue.close()
    said = wardlight("report", "--due")
    assert "daily groups" in said and "no report is due" not in said
    assert [one.name.startswith("case-groups-2026-01-05-to-") for one in (tmp_path / "out").iterdir()] == [True]
    assert wardlight("report", workspace, "--due") == "no report is due\n"
    session = Session.open(workspace)
    session.set_notifying(Notifying())
    session.close()
    assert wardlight("report", workspace, "--due") == "no reports are scheduled for case.wardlight\n"
    assert wardlight("report", "--due") == "no reports are scheduled\n"


def test_one_workspace_that_cannot_be_read_does_not_hold_up_the_reports_of_others(workspace: Path, tmp_path: Path) -> None:  # noqa: F811
    report = Scheduled(report="groups", form="html", folder=str(tmp_path / "out"))
    names = ("a-damaged", "b-busy", "c-whole")
    for name in names:
        path = tmp_path / f"{name}.wardlight"
        shutil.copy(workspace, path)
        session = Session.open(path)
        session.set_notifying(Notifying(reports=(report,)))
        session.close()
        queue = Queue(path)
        queue.report_written(report.id, at("2026-01-05"))
        queue.close()
    damaged, busy = (tmp_path / f"{name}.wardlight" for name in names[:2])
    damaged.write_bytes(b"SQLite format 3\0" + bytes(5_000))
    lease = hold(busy)
    try:
        said = wardlight("report", "--due", status=1)
        assert "a-damaged" in said and "in use" in said and "daily groups" in said
        assert [one.name.startswith("c-whole-groups") for one in (tmp_path / "out").iterdir()] == [True]
        assert "in use" in wardlight("report", busy, "--due")
    finally:
        lease.release()


def test_a_report_is_in_the_history(workspace: Path, tmp_path: Path) -> None:  # noqa: F811
    wardlight("report", workspace, tmp_path / "s.html", "--privacy")
    queries = Queries(workspace)
    (one,) = [one for one in queries.history() if one.what == "exported"]
    queries.close()
    assert one.subject == str(tmp_path / "s.html") and one.words == "summary as html with pseudonyms to s.html"
