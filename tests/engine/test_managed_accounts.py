"""A managed service account in a workspace: listed, asked for, filtered and shown as an account of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.engine import Engine
from app.engine.queries import Queries
from app.model.entity_filter import parse_entities
from app.model.filter import ActivityFilter, parse
from tests.engine.detectors.builders import WS1, as_req, tgs_req
from tests.engine.detectors.logs import known
from tests.engine.workspace import Found, Report

KEY = "user:example.org\\svc_sql$"


@pytest.fixture
def queries(tmp_path: Path) -> Iterator[Queries]:
    """A workspace with the directory's word about svc_sql$, its tickets, those of a computer and of a person."""
    engine = Engine(tmp_path / "w")
    engine.begin_input(Found(key="aaaa"))
    engine.ingest(
        [
            known("svc_sql$", "msDS-GroupManagedServiceAccount", sid="S-1-5-21-1-2-3-1500"),
            known("ws1$", "computer", dns_name="ws1.example.org"),
            as_req("svc_sql$", WS1),
            tgs_req("cifs/files.example.org", WS1, client="svc_sql$", at=5),
            as_req("WS1$", WS1, at=7),
            as_req("alice", WS1, at=9),
        ]
    )
    engine.finish_input(Report())
    engine.settle()
    engine.close()
    queries = Queries(tmp_path / "w")
    yield queries
    queries.close()


def listed(queries: Queries, text: str) -> list[str]:
    return [row.ref.key for row in queries.find_entities(parse_entities(text), "name", None, 0, 100)[0]]


def counted(queries: Queries, text: str) -> int:
    wanted = parse(text)
    assert isinstance(wanted, ActivityFilter)
    return queries.count(wanted)


def test_it_is_listed_by_its_kind(queries: Queries) -> None:
    assert listed(queries, "kind:service") == [KEY]
    assert KEY not in listed(queries, "kind:computer") + listed(queries, "kind:user") + listed(queries, "kind:host")
    assert "computer:svc_sql.example.org" not in listed(queries, "")


@pytest.mark.parametrize("text", ["who:svc_sql$", "who:EXAMPLE\\svc_sql$", "user:svc_sql$", f'"{KEY}"', "svc_sql"])
def test_it_is_found_by_its_names(queries: Queries, text: str) -> None:
    assert counted(queries, text) == 2


def test_it_takes_part_in_nothing_of_its_host(queries: Queries) -> None:
    assert counted(queries, "who:ws1$") == 1
    assert counted(queries, "computer:ws1") == 4  # from there
    assert counted(queries, "not who:svc_sql$ kind:kerberos") == 2


def test_its_card_tells_what_the_directory_does(queries: Queries) -> None:
    card = queries.entity(KEY)
    assert card is not None and (card.row.ref.kind, card.row.ref.label) == ("service", "svc_sql$")
    assert card.row.activities == 2
    facts = {name: value for name, value, _ in card.facts}
    assert facts["SID"] == "S-1-5-21-1-2-3-1500"
    assert queries.overview().accounts == 2
