"""A proof of an alert that an exclusion covers, or that it tells apart from others of the same subject."""

from pathlib import Path

from msgspec.structs import replace

from app.engine.engine import Engine, create_workspace
from app.engine.store import put_exclusions, remove_exclusions
from app.model.alert import Alert
from app.model.exclusion import Exclusion, exclusion
from app.proof import replay
from app.session import Session
from tests.engine.detectors.builders import DC1, DRSUAPI, MINUTE, SECOND, WS1, call, controller
from tests.engine.workspace import Found, Report
from tests.proof.bundles import forged, in_manifest, prove

BACKUP = exclusion("dcsync", "account", "backup*", reason="our own backup of the directory", by="an analyst")
STRANGERS = exclusion("dcsync", "account", "nobody*"), exclusion("kerberoasting", "address", "203.0.113.7")


def workspace(path: Path, names: tuple[str, ...], *exclusions: Exclusion) -> dict[str, Alert]:
    """A workspace in which these accounts replicate from one computer; its alerts by the exclusion that covers them."""
    create_workspace(path)
    put_exclusions(path, exclusions)
    calls = (call(DRSUAPI, 3, WS1, at=place * MINUTE + SECOND, name=name) for place, name in enumerate(names))
    engine = Engine(path)
    engine.begin_input(Found(key="aaaa"))
    engine.ingest([replace(one, input="aaaa", frames=(place + 1,)) for place, one in enumerate((controller(DC1), *calls))])
    engine.finish_input(Report())
    engine.settle()
    engine.close()
    session = Session.open(path)
    try:
        return {one.excluded: one for one in (*session.queries.alerts(), *session.queries.hidden_alerts())}
    finally:
        session.close()


def test_an_alert_that_is_covered_as_a_whole_needs_no_exclusion(tmp_path: Path) -> None:
    (alert,) = workspace(tmp_path / "w", ("backup01",), BACKUP, *STRANGERS).values()

    manifest = prove(tmp_path / "w", alert.id, tmp_path / "a.zip")

    assert alert.excluded == BACKUP.id and manifest.parameters.exclusions == ()
    assert replay(tmp_path / "a.zip").same


def test_alerts_of_one_subject_that_an_exclusion_tells_apart(tmp_path: Path) -> None:
    alerts = workspace(tmp_path / "w", ("backup01", "mallory", "backup01"), BACKUP, *STRANGERS)
    assert alerts.keys() == {"", BACKUP.id} and len({one.finding.subject for one in alerts.values()}) == 1

    for alert in alerts.values():
        manifest = prove(tmp_path / "w", alert.id, tmp_path / "a.zip")

        assert {one.value for one in manifest.parameters.exclusions} == {"backup*", "nobody*"}, "those of its detector"
        assert not any(one.reason or one.by for one in manifest.parameters.exclusions)
        assert replay(tmp_path / "a.zip").same
        together = forged(tmp_path / "a.zip", tmp_path / "b.zip", in_manifest(("parameters", "exclusions"), []))
        assert not replay(together).same


def test_exclusions_are_those_of_the_last_detection(tmp_path: Path) -> None:
    alerts = workspace(tmp_path / "w", ("backup01", "mallory"), BACKUP)
    remove_exclusions(tmp_path / "w", [BACKUP.id])

    prove(tmp_path / "w", alerts[""].id, tmp_path / "a.zip")

    assert replay(tmp_path / "a.zip").same
