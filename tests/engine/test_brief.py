"""An entity at a glance, from the lab's directory and one of its attacks."""

from pathlib import Path

import pytest

from app.model.entity import EntityRef
from app.session import Session


@pytest.fixture(scope="module")
def session(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A workspace with the lab's directory and a replication attack."""
    session = Session.open(tmp_path_factory.mktemp("brief") / "lab.wardlight")
    lab = shared / "lab"
    session.read_here([lab / "captures" / "dcsync_secretsdump.pcap", lab / "directory.ldif"], lambda _: None)
    yield session
    session.close()


def ref(kind: str, key: str) -> EntityRef:
    return EntityRef(kind, f"{kind}:{key}", key)  # type: ignore[arg-type]


def test_a_person_of_whom_alerts_tell(session: Session) -> None:
    found = session.queries.brief(ref("user", "corp.test\\da.smith"))
    assert found.ref.label == "da.smith" and found.activities > 0
    assert "Sensitive" in found.tags
    assert dict(found.alerts).get("high", 0) >= 1
    assert {one.label for one in found.groups} >= {"Domain Admins", "Administrators"}
    assert found.places and all(one.kind in ("computer", "controller", "address") for one in found.places)


def test_a_computer_has_addresses_and_an_address_its_name(session: Session) -> None:
    dc = session.queries.brief(ref("computer", "dc1.corp.test"))
    assert dc.ref.kind == "controller" and dc.places and dc.places[0].key.startswith("address:")
    address = session.queries.brief(EntityRef("address", dc.places[0].key, dc.places[0].label))
    assert [one.key for one in address.places] == ["computer:dc1.corp.test"]


def test_who_is_only_in_the_directory_and_who_is_nowhere(session: Session) -> None:
    group = session.queries.brief(ref("group", "corp.test\\domain admins"))
    assert group.activities == 0 and group.first is not None and group.line
    nobody = session.queries.brief(ref("user", "corp.test\\nobody"))
    assert (nobody.first, nobody.activities, nobody.groups, nobody.alerts) == (None, 0, (), ())


def test_notes_are_counted(session: Session) -> None:
    session.write_note("user:corp.test\\da.smith", "Asked the owner")
    assert session.queries.brief(ref("user", "corp.test\\da.smith")).notes == 1
