"""A pipe that a log tells opened says nothing where packets tell what was asked through it."""

from app.engine import running
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.model.activity import Account, Activity
from app.model.alert import Alert
from app.model.details import NameObservation, SmbTree
from tests.cases.remote_execution import shared
from tests.engine.detectors.builders import FILES, HOUR, MINUTE, WS1, act

BY_ID = {one.id: one for one in DETECTORS}
PIPES = {"svcctl": "remote_execution", "spoolss": "coercion", "efsrpc": "coercion"}
NAMED = act(NameObservation(address=FILES, name="files.example.org", method="dns"), WS1, FILES, 53, at=-HOUR)


def alerts(name: str, activities: list[Activity]) -> list[Alert]:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    return running.run([BY_ID[name]], activities, knowledge)


def tree(name: str = "IPC$", *, at: int = -MINUTE, encrypted: bool = False, source: str = WS1) -> Activity:
    detail = SmbTree(dialect="3.1.1", path=rf"\\files\{name}", name=name, share_type="pipe", encrypted=encrypted)
    return act(detail, source, FILES, 445, at=at, account=Account(name="alice", domain="EXAMPLE"))


def test_packets_that_can_be_read_tell_what_was_asked() -> None:
    for pipe, detector in PIPES.items():
        assert len(alerts(detector, [NAMED, shared("IPC$", pipe)])) == 1
        assert alerts(detector, [NAMED, tree(), shared("IPC$", pipe)]) == []


def test_packets_of_others_long_ago_sealed_or_of_files_tell_nothing_of_it() -> None:
    for other in (tree(source="192.0.2.99"), tree(at=-3 * HOUR), tree(encrypted=True), tree("Data")):
        others = sorted([NAMED, other], key=lambda one: one.at)
        assert len(alerts("remote_execution", [*others, shared("IPC$", "svcctl")])) == 1
