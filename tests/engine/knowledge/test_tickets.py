"""Which address received a ticket, where a recording holds its issue twice."""

from msgspec.structs import replace

from app.engine.knowledge import Knowledge
from app.model.activity import Endpoint
from tests.engine.detectors.builders import SECOND, WS1, as_req


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
