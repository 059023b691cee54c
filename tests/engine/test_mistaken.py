"""A detector that fails on an absurd activity: it costs that finding alone, is counted, and is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.engine import detectors, running
from app.engine.context import Context
from app.engine.detecting import Detecting
from app.engine.detector import HOUR, Detector, Needs, found
from app.engine.engine import Engine
from app.engine.health.computer import Computer
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.model.activity import Activity, Endpoint
from app.model.alert import Finding
from app.model.details import DnsQuery
from tests.engine.workspace import START, Found, Report


def asked(name: str, minute: int) -> Activity:
    at = START + minute * 60_000_000
    return Activity(
        at=at, until=at, input="aaaa", frames=(minute + 1,), source=Endpoint("10.0.0.1", 50_000),
        destination=Endpoint("10.0.1.1", 53), detail=DnsQuery(name=name, type="A"),
    )  # fmt: skip


def careless(activity: Activity, ctx: Context) -> Iterator[Finding]:
    assert isinstance(activity.detail, DnsQuery)
    yield found(ctx, activity, activity.detail.name or "", title=f"{int(activity.detail.name or '')} of {ctx.detector}")


def toy(id: str) -> Detector:
    return Detector(
        id=id, external_id=1, title=f"Toy {id}", severity="low", phase="Reconnaissance", techniques=(), watches=(DnsQuery,),
        needs=Needs(), window=HOUR, detect=careless,
    )  # fmt: skip


def patient(activity: Activity, ctx: Context) -> Iterator[Finding]:
    yield found(ctx, activity, "all", title="asked")


TOYS = (toy("one"), replace(toy("two"), detect=patient))
DAY = [asked("1", 0), asked("absurd", 1), asked("2", 2)]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is for users; other tests want to see a mistake."""
    monkeypatch.setattr(running, "SENSELESS", (ValueError,))


@pytest.mark.usefixtures("counted")
def test_what_a_detector_cannot_read_costs_that_finding_alone() -> None:
    stream = [(one, ()) for one in DAY]
    mistakes: dict[str, int] = {}
    alerts = running.run_told(TOYS, stream, Knowledge(), mistakes=mistakes)

    assert [(one.detector, one.finding.subject, len(one.finding.evidence)) for one in alerts] == [
        ("one", "1", 1), ("two", "all", 3), ("one", "2", 1),
    ] and mistakes == {"one": 1}  # fmt: skip
    with pytest.raises(ValueError, match="absurd"):
        running.run_told(TOYS, stream, Knowledge())


def test_here_a_detector_that_fails_fails_the_test() -> None:
    with pytest.raises(ValueError, match="absurd"):
        running.run_told(TOYS, [(one, ()) for one in DAY], Knowledge(), mistakes={})


def unread(path: Path) -> list[tuple[str, str]]:
    queries = Queries(path)
    try:
        return [(one.what, one.state) for one in queries.health().issues if one.rule == "activities-unread"]
    finally:
        queries.close()


@pytest.mark.usefixtures("counted")
@pytest.mark.parametrize("live", [False, True])
def test_health_tells_it_until_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: bool) -> None:
    monkeypatch.setattr(detectors, "DETECTORS", TOYS)
    path = tmp_path / "w"
    engine = Engine(path)
    looking = Detecting(path)

    def look() -> None:
        if live:
            engine.prepare()
            assert engine.put(looking.look("medium"))
        else:
            engine.settle()

    engine.begin_input(Found(key="aaaa", path="/live"), live=True)
    engine.ingest(DAY[:2])
    engine.save()
    look()
    engine.tend(Computer(), START)
    assert unread(path) == [("one could not read 1 activity.", "open")]
    engine.ingest(DAY[2:])
    engine.save()
    look()
    engine.tend(Computer(), START + 1)
    assert unread(path) == [("one could not read 1 activity.", "open")]
    engine.finish_input(Report())
    engine.forget_input("aaaa")
    engine.save()
    look()
    engine.tend(Computer(), START + 2)
    assert "open" not in {state for _, state in unread(path)}
    looking.close()
    engine.close()
