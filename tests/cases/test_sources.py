"""Each detector is proven by each source that it reads: packets, Windows events, a synchronisation, each alone."""

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from app.engine.detector import Detector
from app.engine.detectors import DETECTORS
from app.model.activity import Activity
from app.model.details import NameObservation
from app.model.directory import DirectoryChange, DirectoryObject
from app.model.events import WindowsEvent
from app.sensor.decoders.directory.changes import ATTRIBUTES
from app.sensor.decoders.directory.changes import FACTS as WATCHED
from app.sensor.decoders.directory.object import CLASSES, CONTAINER
from tests.cases.case import Case
from tests.cases.table import FIRES, STAYS_QUIET
from tests.engine.detectors.test_detectors import alerts

PACKETS, EVENTS, DIRECTORY = "packets", "events", "directory"
FEWEST_FIRES, FEWEST_QUIET = 2, 3
TOLD_ALWAYS = {
    ("certificate_backup", EVENTS): "4876 has no innocent one: whoever backs an authority up holds its key, and is told",
    ("certificate_permissions", EVENTS): "4882 and 4890 tell no more than that they were changed, which is told, whoever did it",
    ("dsrm_password", EVENTS): "4794 is the setting of this one password, which is told, be it refused or the system's own",
}
"""Events that a detector tells of in every case: its look-alikes are other events of the kinds that it watches."""
NOT_ALONE: dict[tuple[str, str], str] = {}
"""Sources that alone cannot show a technique, and why."""


def source_of(kind: type) -> str:
    """The source that a kind of activity stands for; "" for what only tells names and the state of the directory."""
    if issubclass(kind, WindowsEvent):
        return EVENTS
    if kind is DirectoryChange:
        return DIRECTORY
    return "" if kind in (NameObservation, DirectoryObject) else PACKETS


def watched(detector: Detector) -> frozenset[type]:
    return frozenset((*detector.watches, *detector.watches_refused))


SOURCES = [(one, source) for one in DETECTORS for source in sorted({source_of(kind) for kind in watched(one)} - {""})]


def form(activity: Activity) -> tuple[type, int]:
    """Kind and number: an innocent event of another number is no look-alike."""
    return type(activity.detail), getattr(activity.detail, "event_id", 0)


def evidence(detector: Detector, case: Case) -> list[Activity]:
    proofs = {proof for alert in alerts(detector, case) for proof in alert.finding.evidence}
    return [one for one in case.activities if one.id in proofs]


def sources(activities: list[Activity]) -> set[str]:
    return {source_of(type(one.detail)) for one in activities} - {""}


def is_near(detector: Detector, case: Case, source: str, forms: set[tuple[type, int]]) -> bool:
    """True when a quiet case shows the detector what it could take for the technique, and nothing of another source.

    A detector that compares what packets and logs tell is quiet because of both.
    """
    shown = [one for one in case.activities if type(one.detail) in watched(detector)]
    told = sources(shown)
    alone = told == {source} or (detector.tellings and source in told)
    return alone and ((detector.id, source) in TOLD_ALWAYS or any(form(one) in forms for one in shown))


@pytest.mark.parametrize(("detector", "source"), SOURCES, ids=lambda one: getattr(one, "id", one))
def test_a_detector_is_proven_by_each_source_that_it_reads(detector: Detector, source: str) -> None:
    proofs = {name: evidence(detector, case) for name, case in FIRES[detector.id].items()}
    forms = {form(one) for one in chain.from_iterable(proofs.values())}
    fires = [name for name, proof in proofs.items() if sources(proof) == {source}]
    quiet = [name for name, case in STAYS_QUIET[detector.id].items() if is_near(detector, case, source, forms)]

    if (detector.id, source) in NOT_ALONE:
        assert len(fires) < FEWEST_FIRES or len(quiet) < FEWEST_QUIET, "it is proven, so it needs no exemption"
        return
    assert len(fires) >= FEWEST_FIRES, f"cases of {source} alone that fire: {fires}"
    assert len(quiet) >= FEWEST_QUIET, f"look-alikes of {source} alone: {quiet}"


def test_exemptions_name_detectors_and_sources_that_exist() -> None:
    there = {(one.id, source) for one, source in SOURCES}

    assert set(TOLD_ALWAYS) | set(NOT_ALONE) <= there
    assert not set(TOLD_ALWAYS) & set(NOT_ALONE)
    assert all(len(why) > 40 for why in (TOLD_ALWAYS | NOT_ALONE).values())


COMPARED = {*ATTRIBUTES, *WATCHED, "userAccountControl", "pwdLastSet", "lockoutTime", "member", "isDeleted", "distinguishedName"}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.id)
def test_cases_tell_of_a_synchronisation_only_what_one_compares(detector: Detector) -> None:
    shown = [one.detail for case in FIRES[detector.id].values() for one in case.activities]
    changes = [one for one in shown if isinstance(one, DirectoryChange)]

    assert {one.attribute for one in changes} <= {*COMPARED, ""}
    assert {one.object_class for one in changes if one.object_class} <= {*CLASSES, CONTAINER}


def tables(tree: ast.Module) -> Iterator[tuple[str, ast.Dict]]:
    """What is put into FIRES and QUIET of a module, at once or later."""
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                yield target.id, node.value


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("*.py")), ids=lambda one: one.stem)
def test_no_case_takes_the_name_of_another(path: Path) -> None:
    names = Counter(
        (table, key.value)
        for table, given in tables(ast.parse(path.read_text(encoding="utf-8")))
        for key in given.keys
        if isinstance(key, ast.Constant)
    )

    assert [name for name, count in names.items() if count > 1] == []
