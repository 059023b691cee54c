"""Profiles over a stored case: the same in whatever order its inputs were opened; tried settings change nothing."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine.engine import Engine
from app.engine.queries import Queries
from app.model.activity import Activity
from app.model.alert import Alert
from app.model.tuning import Tuning
from tests.engine.detectors.builders import START
from tests.engine.detectors.builders_behaviour import DAY, visits, workdays
from tests.engine.workspace import Found, Report

PARTS = {
    "first": workdays(15),
    "second": [one for one in workdays(28) if one.at >= START + 15 * DAY],
    "third": visits(28, 9),
}


def read(path: Path, order: Sequence[str]) -> tuple[Alert, ...]:
    """Alerts of abnormal behaviour in a workspace into which these parts were read one after the other."""
    engine = Engine(path)
    for name in order:
        part: list[Activity] = [replace(one, input=name) for one in PARTS[name]]
        engine.begin_input(Found(key=name, path=f"/cases/{name}.pcap"))
        engine.ingest(part)
        engine.finish_input(Report(first=part[0].at, last=part[-1].at))
        engine.settle()
    engine.close()
    queries = Queries(path)
    try:
        return tuple(one for one in queries.alerts() if one.detector == "abnormal_behaviour")
    finally:
        queries.close()


def test_old_captures_train_whenever_they_are_opened(tmp_path: Path) -> None:
    ahead = read(tmp_path / "a.wardlight", ("first", "second", "third"))
    backwards = read(tmp_path / "b.wardlight", ("third", "second", "first"))

    assert len(ahead) == 1
    assert ahead == backwards
    assert read(tmp_path / "c.wardlight", ("third",)) == ()


def test_tried_settings_write_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.wardlight"
    (alert,) = read(path, ("first", "second", "third"))
    queries = Queries(path)
    before = queries.version()
    found = queries.what_if(Tuning(levels={"abnormal_behaviour": "low"}, values={"abnormal_behaviour.score": 10_000}))
    coverage = {one.detector: one for one in queries.coverage()}
    rows = {one.id: one for one in queries.detectors()}

    assert (found.vanish, found.appear, found.detectors) == ((alert,), (), ("abnormal_behaviour",))
    assert queries.version() == before
    assert alert in queries.alerts()
    assert coverage["abnormal_behaviour"].state == "seen"
    assert rows["abnormal_behaviour"].learned == "has learned: 27 days were read"
    queries.close()


def test_tried_settings_are_given_up_when_nobody_waits(tmp_path: Path) -> None:
    path = tmp_path / "a.wardlight"
    read(path, ("first", "second", "third"))
    with pytest.raises(OSError, match="stopped"):
        Queries(path).what_if(Tuning(levels={"abnormal_behaviour": "low"}), lambda: True)
