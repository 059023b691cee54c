"""Who carries a tag, in a case that knows nobody yet."""

from pathlib import Path

from app.session import Session


def test_what_an_analyst_says_stands_even_of_whom_no_activity_names(tmp_path: Path) -> None:
    session = Session.open(tmp_path / "empty.wardlight")
    try:
        assert session.queries.carriers() == ()
        session.tag("user:corp.test\\decoy", "Honeytoken", True)
        session.tag("address:10.0.0.9", "Sensitive", False)
        found = {(one.ref.kind, one.ref.label, one.tag): one.by_hand for one in session.queries.carriers()}
        assert found == {("user", "corp.test\\decoy", "Honeytoken"): True, ("address", "10.0.0.9", "Sensitive"): False}
        session.tag("user:corp.test\\decoy", "Honeytoken", None)
        assert [one.tag for one in session.queries.carriers()] == ["Sensitive"]
    finally:
        session.close()
