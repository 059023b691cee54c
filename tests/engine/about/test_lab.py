"""What the page of an entity asks, of the lab: who signed in where, used what, changed whom, was called how."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.model.filter import ActivityFilter, parse, quoted
from app.session import Session

ALICE, SMITH, ADMINS = "user:corp.test\\alice.adams", "user:corp.test\\da.smith", "group:corp.test\\domain admins"


@pytest.fixture(scope="module")
def session(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A workspace with the lab's directory, a working day of attacks on groups, and a replication."""
    session = Session.open(tmp_path_factory.mktemp("about") / "lab.wardlight")
    lab = shared / "lab"
    names = ("dcsync_secretsdump", "sensitive_group_change", "remote_execution")
    session.read_here([*(lab / "captures" / f"{one}.pcap" for one in names), lab / "directory.ldif"], lambda _: None)
    yield session
    session.close()


def test_risk_is_the_sum_of_its_reasons_and_falls_with_what_was_called_benign(session: Session) -> None:
    risk = session.queries.about.risk(SMITH)
    assert risk.score == min(100, sum(one.points for one in risk.reasons)) >= 60
    assert [one.points for one in risk.reasons] == sorted((one.points for one in risk.reasons), reverse=True)
    alerts = {one.alert for one in risk.reasons if one.alert}
    assert alerts and any("Domain Admins" in one.words for one in risk.reasons)
    for one in session.queries.alerts():
        session.change_alert(one.id, classification="benign true positive")
    calmer = session.queries.about.risk(SMITH)
    assert calmer.score == 20 and not any(one.alert for one in calmer.reasons)
    assert session.queries.about.risk("user:corp.test\\nobody").score == 0


def test_groups_are_a_tree_with_the_sensitive_ones_first(session: Session) -> None:
    found = session.queries.about.relations(SMITH)
    assert found.source == "directory export" and found.at
    assert found.groups[0].depth == 0 and found.groups[0].sensitive
    names = [(one.ref.label, one.depth) for one in found.groups]
    assert ("Domain Admins", 0) in names and ("Administrators", 1) in names
    assert len({one.ref.key for one in found.groups}) == found.total_groups


def test_members_of_a_group_and_of_the_groups_in_it(session: Session) -> None:
    found = session.queries.about.relations(ADMINS)
    assert found.total_members == len(found.members) >= 2
    assert SMITH in {one.ref.key for one in found.members}
    assert session.queries.about.members(ADMINS) == found.members
    kinds = [one.ref.kind for one in found.members]
    assert kinds == sorted(kinds, key=lambda one: one != "group")


def test_a_sign_in_is_one_row_however_many_messages_tell_it(session: Session) -> None:
    found = session.queries.about.logons(SMITH)
    assert found.read.read == found.read.total
    assert found.rows and [one.at for one in found.rows] == sorted((one.at for one in found.rows), reverse=True)
    over = [one for one in found.rows if one.way == "over SMB"]
    assert over and {one.how for one in over} <= {"NTLMv2", "Kerberos"}
    wanted = parse(f"entity:{quoted(SMITH)} kind:ntlm")
    assert isinstance(wanted, ActivityFilter)
    assert len(over) <= session.queries.count(wanted)
    assert sum(number for _, number, _ in found.ways) == len(found.rows)


def test_what_was_used_is_summed_with_where_it_was_and_who_asked(session: Session) -> None:
    found = session.queries.about.resources(SMITH)
    assert any("DRSGetNCChanges" in one.name and one.asked for one in found.rows)
    assert sum(one.count for one in found.rows) == sum(number for _, number in found.kinds)
    controller = session.queries.about.resources("computer:dc1.corp.test")
    served = next(one for one in controller.rows if "DRSGetNCChanges" in one.name)
    assert not served.asked and served.other is not None and served.count >= 1


def test_changes_are_found_by_who_made_them_and_by_what_was_changed(session: Session) -> None:
    made = session.queries.about.changes(SMITH)
    group = next(one for one in made.rows if one.whom is not None and one.whom.key == ADMINS)
    assert group.own and group.what == "added to members" and group.new
    assert ", S-1-5-21-" in group.new[0] and not group.new[0].startswith("S-1-")  # what the directory calls it stands before
    suffered = session.queries.about.changes(ADMINS)
    same = next(one for one in suffered.rows if one.proof == group.proof)
    assert not same.own and same.who is not None and same.who.key == SMITH
    assert session.queries.activity(group.proof) is not None


def test_names_and_hosts_of_an_account_with_the_activity_that_says_so(session: Session) -> None:
    found = session.queries.about.names(SMITH)
    assert ("Account name", "da.smith") in {(one.address, one.name) for one in found}
    hosts = [one for one in found if one.address == "Acted from"]
    assert hosts and all(one.count and one.first <= one.last for one in hosts)
    for one in found:
        assert session.queries.activity(one.proof) is not None
    computer = session.queries.about.names("computer:dc1.corp.test")
    assert any(one.address.startswith("10.") and one.certainty == "high" for one in computer)


def test_who_is_nowhere_has_nothing(session: Session) -> None:
    about = session.queries.about
    for key in ("user:corp.test\\nobody", "address:192.0.2.9", "service:none", ""):
        assert about.logons(key).rows == about.resources(key).rows == about.changes(key).rows == about.names(key) == ()
        assert about.relations(key).groups == ()


def test_nothing_tells_a_name_while_names_are_hidden(session: Session) -> None:
    session.write_note(SMITH, "Asked alice.adams about it")
    session.hide_names(True, keep=False)
    try:
        queries = session.queries
        ref = queries.entity(SMITH).row.ref  # type: ignore[union-attr]
        answers = (
            queries.brief(ref), queries.notes(SMITH), *(
                getattr(queries.about, part)(SMITH) for part in ("risk", "relations", "logons", "resources", "changes", "names")
            ),
        )  # fmt: skip
        told = [text for one in answers for text in words(one)]
        assert told and not [
            text for text in told if "smith" in text.lower() or "alice" in text.lower() or "corp" in text.lower()
        ]
        assert queries.about.logons(SMITH).rows[0].who.key == SMITH  # type: ignore[union-attr]
    finally:
        session.hide_names(False)


def words(value: object, name: str = "") -> Iterator[str]:
    """Every text of a value that somebody reads."""
    if isinstance(value, str):
        yield from () if name in ("key", "proof", "subject", "id", "alert") else (value,)
    elif isinstance(value, tuple):
        for one in value:
            yield from words(one, name)
    elif hasattr(value, "__struct_fields__"):
        for field in value.__struct_fields__:
            yield from words(getattr(value, field), field)
