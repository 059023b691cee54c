"""The list of entities narrowed down: by words, tags, departments, groups, places, notes; quick with 100,000 of them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.engine import create_workspace
from app.engine.knowledge import Knowledge
from app.engine.queries.access import Access
from app.engine.queries.finding import Finder, People
from app.model.entity import EntityRef
from app.model.entity_filter import parse_entities, with_term
from app.model.rows import EntityRow
from app.session import Session

SMITH = "user:corp.test\\da.smith"


@pytest.fixture(scope="module")
def session(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A workspace with the lab's directory and a replication attack."""
    session = Session.open(tmp_path_factory.mktemp("finding") / "lab.wardlight")
    lab = shared / "lab"
    session.read_here([lab / "captures" / "dcsync_secretsdump.pcap", lab / "directory.ldif"], lambda _: None)
    yield session
    session.close()


def found(session: Session, text: str, sort: str = "name", descending: bool | None = None) -> list[EntityRow]:
    rows, total = session.queries.find_entities(parse_entities(text), sort, descending, 0, 1_000)
    assert len(rows) == total
    return list(rows)


def test_every_key_chooses_what_the_workspace_says(session: Session) -> None:
    queries = session.queries
    everybody = found(session, "")
    sensitive = found(session, "tag:sensitive")
    assert sensitive and {row.ref.key for row in sensitive} == {row.ref.key for row in everybody if "Sensitive" in row.tags}
    assert len(found(session, "-tag:Sensitive")) == len(everybody) - len(sensitive)
    inside = {row.ref.key for row in found(session, 'member:"corp.test\\domain admins"')}
    assert SMITH in inside and inside >= {one.ref.key for one in queries.about.members("group:corp.test\\domain admins")}
    people = found(session, "department:finance kind:user")
    assert people and all(row.department == "Finance" and row.ref.kind == "user" for row in people)
    assert {row.ref.kind for row in found(session, "kind:computer")} == {"computer", "controller"}
    opened = found(session, "alerts:>0")
    assert SMITH in {row.ref.key for row in opened} and all(row.open > 0 for row in opened)


def test_who_acted_from_a_computer(session: Session) -> None:
    place = session.queries.brief(EntityRef("user", SMITH, "da.smith")).places[0]
    assert SMITH in {row.ref.key for row in found(session, with_term("", "source", place.key))}
    assert found(session, "source:computer:nowhere") == []


def test_notes_are_searched(session: Session) -> None:
    session.write_note(SMITH, "Holiday until Monday")
    assert [row.ref.key for row in found(session, "note:holiday")] == [SMITH]
    assert found(session, "note:monday -kind:user") == []
    session.undo()
    assert found(session, "note:*") == []


def test_orders_both_ways_and_page_by_page(session: Session) -> None:
    names = [row.ref.label.lower() for row in found(session, "")]
    assert names == sorted(names)
    assert [row.ref.label.lower() for row in found(session, "", "name", True)] == names[::-1]
    busy = [row.activities for row in found(session, "", "activities")]
    assert busy == sorted(busy, reverse=True)
    pages = [session.queries.find_entities(parse_entities(""), "name", None, at, 10)[0] for at in (0, 10)]
    assert [row.ref.label.lower() for page in pages for row in page] == names[:20]


def test_a_text_that_is_no_filter_says_so_and_keeps_what_it_understood() -> None:
    wrong = parse_entities("nix:3 smith")
    assert "nix" in wrong.problem and [one.value for one in wrong.terms] == ["smith"]
    assert parse_entities("alerts:many").problem and not parse_entities("alerts:>=2 -tag:new").problem
    assert parse_entities("x" * 2_000).problem
    assert parse_entities("user:corp.test\\alice").terms[0].value == "user:corp.test\\alice"
    assert len(parse_entities(" ".join(["a"] * 500)).terms) == 40
    assert with_term("tag:new", "department", "IT staff") == 'tag:new department:"IT staff"'
    assert with_term("tag:new", "tag", "new") == "tag:new"


def test_a_hundred_thousand_are_chosen_and_sorted_in_a_moment(tmp_path: Path) -> None:
    path = tmp_path / "empty.wardlight"
    create_workspace(path)
    rows = [
        EntityRow(
            ref=EntityRef("user", f"user:corp.test\\u{n:06}", f"u{n:06}"), first=n, last=2 * n, activities=n % 977, alerts=0
        )
        for n in range(100_000)
    ]
    finder = Finder(Access(path), People(Knowledge()), {}, dict)
    began = time.thread_time()
    chosen = finder.find(rows, parse_entities("u0 activities:>900"), "last", None)
    assert time.thread_time() - began < 2
    assert chosen and [row.last for row in chosen] == sorted((row.last for row in chosen), reverse=True)
    assert all(row.activities > 900 for row in chosen)
