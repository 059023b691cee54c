"""Tickets as rows: lanes, folds, jumps, filters; forged descent ends."""

from app.model.entity import EntityRef
from app.model.tickets import Exchange, Genealogy, Host, TicketNode
from app.ui.plots.ticket_rows import FOLD, arranged, chosen, name_of

WS1, WS2 = EntityRef("computer", "computer:ws1", "WS1"), EntityRef("computer", "computer:ws2", "WS2")
MINUTE = 60_000_000


def host(ref: EntityRef, at: int, received: bool = True, apart: bool = False) -> Host:
    return Host(ref=ref, addresses=("10.0.0.1",), first=at, last=at, count=1, received=received, apart=apart)


def ticket(id: str, at: int, parent: str = "", name: str = "alice", hosts: tuple[Host, ...] = (), **more: object) -> TicketNode:
    kind = "service" if parent else "granting"
    issued = Exchange(id=f"{id}-0-0-x", at=at, ticket=id, deed="issued", origin=WS1, address="10.0.0.1", target=None)
    return TicketNode(
        id=id, kind=kind, told="packets", client=EntityRef("user", f"user:{name}", name), name=name, realm="R",  # type: ignore[arg-type]
        service=str(more.pop("service", "cifs/a" if parent else "krbtgt/R")), parent=parent, issued=at, first=at, last=at,
        hosts=hosts or (host(WS1, at),), exchanges=(issued,), **more,
    )  # type: ignore[arg-type]  # fmt: skip


def test_service_tickets_stand_below_theirs_and_many_are_folded() -> None:
    few = [ticket("t", 1), *(ticket(f"s{number}", 2 + number, "t") for number in range(FOLD))]
    many = [ticket("t", 1), *(ticket(f"s{number}", 2 + number, "t") for number in range(FOLD + 1))]

    rows = arranged(few)
    assert [bar.depth for bar in rows.bars] == [0] + [1] * FOLD and {bar.parent for bar in rows.bars[1:]} == {0}
    folded = arranged(many)
    assert [bar.kind for bar in folded.bars] == ["ticket", "more"] and folded.bars[1].folded == FOLD + 1
    opened = arranged(many, unfolded={folded.bars[1].key})
    assert len(opened.bars) == 1 + 1 + FOLD + 1


def test_a_ticket_at_another_host_has_a_bar_there_and_a_jump_when_nothing_explains_it() -> None:
    stolen = ticket("t", 1, hosts=(host(WS1, 1), host(WS2, 50 * MINUTE, False, True)), odd=("two hosts",))
    explained = ticket("u", 1, name="bob", hosts=(host(WS1, 1), host(WS2, 9, False, False)))
    rows = arranged([ticket("x", 0, name="eve"), explained, stolen])

    assert [lane.ref for lane in rows.lanes] == [WS1, WS2]
    (jump,) = rows.jumps
    home, copy = rows.bars[jump.origin], rows.bars[jump.target]
    assert (home.lane, copy.lane, copy.apart, jump.at) == (0, 1, True, 50 * MINUTE)
    assert rows.lanes[0].last - 1 == jump.origin and rows.lanes[1].first == jump.target, "they face each other"


def test_tickets_of_one_account_are_one_bar_in_a_crowd_but_odd_ones_never_hide() -> None:
    crowd = [ticket(f"t{number}", number, name=f"u{number % 3}") for number in range(30)]
    crowd.append(ticket("odd", 99, name="u0", odd=("alert",)))
    rows = arranged(crowd)

    assert sorted(bar.kind for bar in rows.bars) == ["account"] * 3 + ["ticket"]
    assert next(bar for bar in rows.bars if bar.kind == "ticket").odd
    first = next(bar for bar in rows.bars if bar.kind == "account")
    assert len(arranged(crowd, unfolded={first.key}).bars) == 4 + 10


def test_a_descent_that_runs_in_a_circle_ends() -> None:
    rows = arranged([ticket("a", 1, "b"), ticket("b", 2, "a"), ticket("c", 3, "c")])

    assert {bar.ticket.id for bar in rows.bars if bar.ticket} == {"a", "b", "c"}
    assert len(chosen(Genealogy(tickets=(ticket("a", 1, "b"), ticket("b", 2, "a"))), "alice")) == 2


def test_filters_keep_what_a_ticket_was_got_with() -> None:
    found = Genealogy(tickets=(
        ticket("t", 1), ticket("s", 2, "t", service="ldap/dc1", etype=23), ticket("v", 3, name="bob"),
        ticket("w", 4, "v", "bob", service="cifs/fs", etype=18),
    ))  # fmt: skip

    assert [one.id for one in chosen(found, "ldap")] == ["t", "s"]
    assert [one.id for one in chosen(found, encryption="weak")] == ["t", "s"]
    assert [one.id for one in chosen(found, "BOB cifs")] == ["v", "w"]
    assert chosen(found, only_odd=True) == () and len(chosen(found)) == 4


def test_lanes_of_accounts_hold_all_hosts() -> None:
    stolen = ticket("t", 1, hosts=(host(WS1, 1), host(WS2, 50, False, True)), odd=("two hosts",))
    rows = arranged([stolen, ticket("v", 3, name="bob")], by="account")

    assert [lane.ref.label for lane in rows.lanes] == ["alice", "bob"] and len(rows.jumps) == 1
    assert rows.lanes[0].below == "WS1, WS2"


def test_names_of_tickets() -> None:
    assert name_of(ticket("0123456789", 1)) == "TGT 01234567, alice"
    assert name_of(ticket("s", 1, "t", service="cifs/fs")) == "cifs/fs"
