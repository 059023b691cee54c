"""Notes of entities: several of one, found by their words, undone and done again, kept through a detection."""

from pathlib import Path

import pytest

from app.engine.engine import create_workspace
from app.engine.queries import Queries
from app.engine.store import StoreError, redo, remove_note, set_tags, undo, write_note

ALICE, BOB = "user:corp.test\\alice", "user:corp.test\\bob"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An empty workspace."""
    path = tmp_path / "case.wardlight"
    create_workspace(path)
    return path


def texts(path: Path, subject: str | None = None, words: str = "") -> list[str]:
    queries = Queries(path)
    try:
        return [one.text for one in queries.notes(subject, words)]
    finally:
        queries.close()


def test_a_subject_has_several_the_newest_first_with_who_and_when(path: Path) -> None:
    write_note(path, ALICE, " On holiday since Monday \n")
    write_note(path, ALICE, "Called her manager")
    write_note(path, BOB, "New password given")
    queries = Queries(path)
    newest, oldest = queries.notes(ALICE)
    assert (newest.text, oldest.text) == ("Called her manager", "On holiday since Monday")
    assert newest.at > oldest.at > 0 and newest.who == oldest.who
    queries.close()
    assert texts(path, None, "MANAGER called") == ["Called her manager"]
    assert texts(path, None, "bob") == ["New password given"]
    assert texts(path, BOB, "manager") == []
    assert texts(path, None, "100%") == []


def test_writing_changing_and_removing_is_undone_and_done_again(path: Path) -> None:
    number = write_note(path, ALICE, "One")
    assert write_note(path, ALICE, "Two", number) == number
    assert texts(path) == ["Two"]
    assert remove_note(path, number) and not remove_note(path, number)
    assert texts(path) == []
    undo(path)
    assert texts(path) == ["Two"]
    undo(path)
    assert texts(path) == ["One"]
    undo(path)
    assert texts(path) == []
    redo(path)
    redo(path)
    assert texts(path) == ["Two"]
    assert write_note(path, ALICE, "Three") != number
    queries = Queries(path)
    assert {one.what for one in queries.history(ALICE)} == {"remark"}
    queries.close()


def test_what_cannot_be_a_note_is_refused(path: Path) -> None:
    with pytest.raises(StoreError):
        write_note(path, ALICE, "  \n ")
    with pytest.raises(StoreError):
        write_note(path, "", "words")
    write_note(path, ALICE, "x" * 50_000)
    assert len(texts(path)[0]) == 20_000


def test_tags_of_many_entities_are_one_step_of_undo(path: Path) -> None:
    set_tags(path, (ALICE, BOB), "Honeytoken", True)
    queries = Queries(path)
    assert "Honeytoken" in queries.tags(ALICE) and "Honeytoken" in queries.tags(BOB)
    assert len(undo(path)) == 2
    assert "Honeytoken" not in queries.tags(ALICE) and "Honeytoken" not in queries.tags(BOB)
    queries.close()
