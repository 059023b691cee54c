"""Health alerts of what cannot be told, caused for real: a mail server that is not there, a folder that takes no report."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from app.engine.queries import Queries
from app.ingest import read_inputs
from app.model.notice import MailTarget, Notifying, Scheduled, Wanted
from app.notify.queue import Queue
from app.session import Session
from tests.sensor.free_port import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


def opened(workspace: Path) -> dict[str, str]:
    """Rule to sentence of what is open once somebody looks."""
    read_inputs(workspace, [], lambda _: None, lambda: False)
    with closing(Queries(workspace)) as queries:
        return {one.rule: one.what for one in queries.health().opened}


def test_a_mail_server_that_is_not_there(workspace: Path) -> None:
    mail = MailTarget(
        name="mail", server="127.0.0.1", port=free_port(), security="none", sender="w@corp.test", recipients=("a@corp.test",),
        wanted=Wanted(health=False),
    )  # fmt: skip
    with closing(Session.open(workspace)) as session:
        session.set_notifying(Notifying(targets=(mail,)), from_now=False)
        assert session.notify_here() is False
    assert "mail" in opened(workspace)["mail-failed"] and "wait" in opened(workspace)["mail-failed"]


def test_a_folder_that_takes_no_report(workspace: Path, tmp_path: Path) -> None:
    place = tmp_path / "reports"
    place.write_bytes(b"a file where the folder would be")
    report = Scheduled(report="summary", folder=str(place))
    with closing(Session.open(workspace)) as session:
        session.set_notifying(Notifying(reports=(report,)))
        due(session, report.id)
    subprocess.run([sys.executable, "-m", "app", "notify", str(workspace), "--once"], cwd=ROOT, capture_output=True, timeout=120)
    assert str(place) in opened(workspace)["telling-failed"]


def due(session: Session, report: str) -> None:
    """The report was last written three days ago."""
    queue = Queue(session.path)
    queue.report_written(report, time.time_ns() // 1000 - 3 * 86_400_000_000)
    queue.close()
