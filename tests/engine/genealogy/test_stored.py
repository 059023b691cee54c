"""Tickets from a workspace: of an account, within a span, the first ones of many, alerts among them."""

import pytest

from app.engine.queries import Queries
from tests.engine.genealogy.made import MINUTE, START, WS1, WS2, ask, names, show, sign_in
from tests.engine.workspace import fill


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Queries:
    path = tmp_path_factory.mktemp("tickets") / "case.wardlight"
    lines = [*names(ws1=WS1, ws2=WS2)]
    for number in range(60):
        user = f"user{number % 6}"
        lines += [
            sign_in(f"t{number}", user, minute=number),
            ask(f"t{number}", f"s{number}", minute=number + 0.2, user=user),
            show(f"s{number}", minute=number + 0.3),
        ]
    lines.append(ask("t5", "stolen", source=WS2, minute=70, user="user5"))
    fill(path, {"aaaa": lines})
    return Queries(path)


def test_all_and_those_of_an_account(queries: Queries) -> None:
    every, one = queries.tickets(), queries.tickets("user:example.org\\user5")

    assert every.total == every.exchanges == 183 and not every.cut
    assert {node.name for node in one.tickets} == {"user5"} and len(one.tickets) == 21
    assert [node for node in every.tickets if node.client is not None and node.client.label == "user5"] == list(one.tickets)


def test_a_ticket_of_two_computers_is_marked_with_its_alert(queries: Queries) -> None:
    one = next(node for node in queries.tickets().tickets if node.id == "t5")
    stolen = next(alert for alert in queries.alerts() if alert.detector == "pass_the_ticket")

    assert one.odd == ("two hosts", "alert") and one.alerts == (stolen.id,)
    assert one.exchanges[-1].alerted and one.exchanges[-1].origin == one.apart[0].ref


def test_a_span_and_the_first_of_many(queries: Queries) -> None:
    few = queries.tickets(most=50)
    span = queries.tickets(span=(START + 10 * MINUTE, START + 20 * MINUTE))

    assert few.cut and few.exchanges == 50 and few.total == 183
    assert span.total == 31 and all(node.first >= START + 10 * MINUTE for node in span.tickets)
