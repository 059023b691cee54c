"""Knowledge about the parties of an alert tells the same of them, and nothing of others."""

from pathlib import Path

from app.engine.knowledge import Knowledge
from app.engine.proof.parties import about
from app.model.activity import Activity
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.session import Session
from tests.material import SAMPLE


def test_of_a_directory_only_the_parties_and_what_they_belong_to_are_kept(shared: Path, tmp_path: Path) -> None:
    session = Session.open(tmp_path / "case.wardlight")
    session.read_here([SAMPLE, shared / "lab" / "directory.ldif"], lambda progress: None)
    alert = next(one for one in session.queries.alerts() if one.detector == "dcsync")
    whole = session.queries.knowledge()
    activities = session.queries.activities_of(alert.finding.evidence)

    part = Knowledge.from_bytes(about(whole, alert, activities))

    assert activities
    for activity in activities:
        assert part.account_entity(activity) == whole.account_entity(activity)
        for end in (activity.source, activity.destination):
            assert end is not None
            assert part.address_entity(end.ip, activity.at) == whole.address_entity(end.ip, activity.at)
            assert part.is_controller(end.ip) == whole.is_controller(end.ip)
    for ref in (*alert.finding.accounts, *alert.finding.sources):
        assert part.why_sensitive(ref.key) == whole.why_sensitive(ref.key)
        assert part.tags(ref.key) == whole.tags(ref.key)
    assert part.controllers() == whole.controllers()
    kept, all_of_them = len(list(part.directory.principals())), len(list(whole.directory.principals()))
    assert 0 < kept < all_of_them / 2
    session.close()


def test_it_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    out: list[Activity] = []
    read_input(next(find_inputs([SAMPLE])), out.extend)
    known = Knowledge()
    for one in out:
        known.observe(one)
    session = Session.open(tmp_path / "case.wardlight")
    session.read_here([SAMPLE], lambda progress: None)
    alert = session.queries.alerts()[0]
    session.close()

    assert about(known, alert, out[:50]) == about(Knowledge.from_bytes(known.to_bytes()), alert, out[:50])
