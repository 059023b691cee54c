"""Which address received a ticket, where a recording holds its issue twice."""

import itertools

import pytest
from msgspec.structs import replace

from app.engine.knowledge import Knowledge
from app.model.activity import Endpoint
from tests.engine.detectors.builders import MINUTE, REALM, SECOND, WS1, as_req, tgs_req


def test_both_sides_of_an_address_translation_received_the_ticket() -> None:
    inner = as_req("alice", WS1)
    outer = replace(
        as_req("alice", "198.51.100.7"), at=inner.at + SECOND, detail=inner.detail, source=Endpoint("198.51.100.7", 1)
    )
    known = Knowledge()
    for one in (outer, inner):
        known.observe(one)
    ticket = known.ticket(inner.detail.ticket_hash)  # type: ignore[union-attr]

    assert ticket is not None
    assert (ticket.ip, ticket.also) == (WS1, ("198.51.100.7",))


def test_an_issue_that_was_seen_once_has_one_receiver() -> None:
    one, known = as_req("alice", WS1), Knowledge()
    known.observe(one)
    ticket = known.ticket(one.detail.ticket_hash)  # type: ignore[union-attr]

    assert ticket is not None and ticket.also == ()


TGT = as_req("alice", WS1)
FORWARDED = tgs_req(
    f"krbtgt/{REALM}", WS1, at=MINUTE, client=None, fast=True, ticket_hash="forwarded",
    presented_ticket_hash=TGT.detail.ticket_hash,  # type: ignore[union-attr]
)  # fmt: skip
SERVICE = tgs_req(
    "cifs/files.example.org",
    WS1,
    at=2 * MINUTE,
    client=None,
    fast=True,
    ticket_hash="for files",
    presented_ticket_hash="forwarded",
)


@pytest.mark.parametrize("order", list(itertools.permutations((TGT, FORWARDED, SERVICE))))
def test_a_ticket_issued_inside_fast_is_its_parents_holders(order) -> None:  # type: ignore[no-untyped-def]
    known = Knowledge()
    for one in order:
        known.observe(one)

    for whole in (known, Knowledge.from_bytes(known.to_bytes())):
        ticket = whole.ticket("for files")
        assert ticket is not None and (ticket.client, ticket.ip) == ("alice", WS1)


def test_a_ticket_issued_inside_fast_for_an_unknown_one_stays_unknown() -> None:
    known = Knowledge()
    known.observe(SERVICE)

    assert known.ticket("for files") is None


def test_tickets_that_name_each_other_as_parents_end() -> None:
    known = Knowledge()
    known.observe(replace(FORWARDED, detail=replace(FORWARDED.detail, presented_ticket_hash="for files")))
    known.observe(SERVICE)

    assert known.ticket("for files") is None


def test_whom_a_service_acts_for_inside_fast_is_not_guessed() -> None:
    known = Knowledge()
    known.observe(TGT)
    known.observe(replace(FORWARDED, detail=replace(FORWARDED.detail, s4u2proxy=True)))

    assert known.ticket("forwarded") is None
