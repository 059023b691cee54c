"""Sensors of a workspace: what is known of each, and the status that follows."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import __version__
from app.engine.engine import create_workspace
from app.engine.queries import Queries
from app.engine.queries.sensors import GONE, QUIET, status
from app.engine.schema import connect
from app.link.envelope import FORM
from app.model.sensor import ControllerSight, SensorReport, SensorStatus, versions_behind

NOW = 1_700_000_000_000_000
UP, DOWN, UNASKED = (ControllerSight(fqdn=f"dc{n}.corp.test", reachable=one) for n, one in enumerate((True, False, None)))


def said(**more: Any) -> SensorReport:
    return SensorReport(**{"sensor": "a", "name": "A", "version": "1.4.0", "form": FORM, "state": "running"} | more)


@pytest.mark.parametrize(
    ("report", "ago", "expected"),
    [
        (said(), 0, "up to date"),
        (said(), QUIET - 1, "up to date"),
        (said(), QUIET, "stopped communicating"),
        (said(), GONE, "disconnected"),
        (said(state="stopped"), 5 * GONE, "stopped"),
        (said(version="1.1.9"), 0, "outdated"),
        (said(version="1.2.0"), 0, "up to date"),
        (said(form=FORM + 1), 0, "outdated"),
        (said(state="starting"), 0, "starting"),
        (said(state="syncing"), 0, "syncing"),
        (said(state="not configured"), 0, "not configured"),
        (said(state="failed"), 0, "failed"),
        (said(state="failed"), GONE, "disconnected"),
        (said(controllers=(DOWN, DOWN)), 0, "unreachable"),
        (said(controllers=(DOWN, UP)), 0, "up to date"),
        (said(controllers=(DOWN, UNASKED)), 0, "up to date"),
    ],
)
def test_a_status_follows_from_the_last_report_and_when_it_came(report: SensorReport, ago: int, expected: SensorStatus) -> None:
    assert status(report, NOW - ago, NOW, "1.4.0") == expected


def test_a_sensor_that_was_never_heard_is_starting() -> None:
    assert status(None, None, NOW, "1.4.0") == "starting"


def test_versions_are_counted_by_the_first_part_that_differs() -> None:
    pairs = (("0.1.0", "0.1.3"), ("0.1", "0.4.0"), ("1.0.0", "3.0.0"), ("2.0.0", "1.9.9"), ("", "1.0.0"), ("one", "1.0.0"))

    assert [versions_behind(*one) for one in pairs] == [3, 3, 2, 0, 0, 0]


def test_sensors_come_by_name_without_removed_ones_and_with_reports_that_are_some(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    create_workspace(path)
    db = connect(path)
    good = msgspec.json.encode(said(version=__version__)).decode()
    rows = (
        ("c", "zeta", 1, NOW * 10, good, 7, None),
        ("b", "alpha", 1, NOW * 10, "{", 0, None),
        ("a", "beta", 1, None, "", 0, None),
        ("d", "gone", 1, None, "", 0, 5),
    )
    db.executemany("INSERT INTO sensors(id, name, added, heard, report, activities, removed) VALUES(?,?,?,?,?,?,?)", rows)
    db.commit()
    db.close()
    queries = Queries(path)
    found = queries.sensors()
    queries.close()

    assert [(one.id, one.name, one.status, one.activities) for one in found] == [
        ("b", "alpha", "starting", 0), ("a", "beta", "starting", 0), ("c", "zeta", "up to date", 7),
    ]  # fmt: skip
    assert found[2].report is not None and found[2].report.sensor == "a" and found[0].report is None


def test_without_a_synchronizer_only_what_had_traffic_is_known(tmp_path: Path) -> None:
    path = tmp_path / "w.wardlight"
    create_workspace(path)
    db = connect(path)
    queries = Queries(path)
    assert not queries.unsynchronized(), "nobody sends here, so nobody is missed"

    now = time.time_ns() // 1000
    for heard, domains, expected in ((now, (), True), (now, ("corp.test",), False), (now - GONE, ("corp.test",), True)):
        report = msgspec.json.encode(said(synchronizes=domains)).decode()
        db.execute("INSERT OR REPLACE INTO sensors(id, name, added, heard, report) VALUES('a','A',1,?,?)", (heard, report))
        db.commit()
        assert queries.unsynchronized() == expected

    db.execute("INSERT INTO inputs(key, path, kind, bytes, sha256, state) VALUES('k','d.ldif','directory',1,'','done')")
    db.commit()
    assert not queries.unsynchronized(), "a directory was read by other means"
    queries.close()
    db.close()
