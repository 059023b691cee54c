"""What a session does with sensors over a real hub: the revisions that it sends, the keys that it takes away."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.hub.making import revoke
from app.link.place import to_line
from app.model.sensor import SensorConfig, SensorReport
from app.model.source import HubSource, SyslogSource
from app.session import Session
from tests.hub.running import RunningHub

BY_HAND = SensorConfig(sources=(SyslogSource(port=5514),))


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningHub]:
    """The hub of this computer."""
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path / "home"))
    one = RunningHub(tmp_path / "home" / "hub")
    one.add("analyst", "anna")
    one.add("sensor", "s1")
    one.folder.save(one.hub)
    one.start()
    yield one
    one.stop()


@pytest.fixture
def session(hub: RunningHub, tmp_path: Path) -> Iterator[Session]:
    path = tmp_path / "anna.line"
    path.write_text(to_line(hub.place("anna")))
    with closing(Session.open(tmp_path / "w.wardlight")) as one:
        one.hub = HubSource(file=str(path), url=hub.place("anna").urls[0], workspace="corp")
        yield one


def heard(session: Session, config: SensorConfig | None, applied: int) -> None:
    """The workspace heard this of the sensor."""
    report = SensorReport(sensor="s1", name="dc1", state="running", config=config, applied=applied)
    with closing(sqlite3.connect(session.path)) as db:
        db.execute("DELETE FROM sensors")
        values = "s1", "dc1", 1, 1, msgspec.json.encode(report).decode()
        db.execute("INSERT INTO sensors(id, name, added, heard, report) VALUES(?, ?, ?, ?, ?)", values)
        db.commit()


def test_a_sensor_that_had_another_hub_before_is_sent_what_it_takes(session: Session) -> None:
    runs = msgspec.structs.replace(BY_HAND, revision=7)
    heard(session, runs, 7)
    assert session.configure_sensor("s1", runs).revision == 8
    assert [one.revision for one in session.sensor_history("s1")] == [8]
    with pytest.raises(OSError, match="Somebody else sent revision 8"):
        session.configure_sensor("s1", runs)

    heard(session, None, 30)  # a report without its configuration, which was too long
    assert session.configure_sensor("s1", msgspec.structs.replace(runs, revision=8)).revision == 31
    heard(session, msgspec.structs.replace(runs, revision=1 << 60), 1 << 60)
    assert session.configure_sensor("s1", msgspec.structs.replace(runs, revision=31)).revision == 32


def test_a_sensor_whose_key_is_gone_already_can_be_removed(session: Session, hub: RunningHub) -> None:
    heard(session, BY_HAND, 0)
    revoke(hub.folder, "corp", "s1")
    assert session.remove_sensor("s1") == ""
    assert [one.id for one in session.sensor_rows()] == [""]


def test_what_is_to_be_run_elsewhere_names_the_workspace_and_is_quoted(session: Session) -> None:
    assert session.hub is not None
    session.hub = msgspec.structs.replace(session.hub, workspace="other")
    heard(session, None, 0)
    assert session.add_sensor("a b;c", "sensor") == ("", "wardlight hub add-sensor 'a b;c' --workspace other")
    assert session.remove_sensor("s1") == "wardlight hub revoke s1 --workspace other"
