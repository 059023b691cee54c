"""Tickets and their descent from exchanges: who issued, asked, showed, on how many computers, and what was not seen."""

from app.engine.genealogy.flags import ASKED, words
from app.model.pac import Pac, TicketFacts
from tests.engine.genealogy.made import (
    FILES,
    FORWARDED,
    MINUTE,
    PHONE,
    RENEW,
    START,
    TGS,
    WS1,
    WS2,
    ask,
    descent,
    event,
    lease,
    names,
    refusal,
    session,
    show,
    sign_in,
    ticket,
)


def test_a_ticket_leads_from_its_issue_to_its_use() -> None:
    found = descent([sign_in("tgt"), ask("tgt", "st"), show("st"), show("st", minute=3)])
    granting, service = ticket(found, "tgt"), ticket(found, "st")

    assert (granting.kind, granting.name, granting.issued, granting.seen) == ("granting", "alice", START, "issued")
    assert [one.deed for one in granting.exchanges] == ["issued", "asked"]
    assert granting.exchanges[1].made == "st" and service.parent == "tgt"
    assert [one.deed for one in service.exchanges] == ["issued", "shown", "shown"] and service.uses == 2
    assert service.exchanges[1].carrier == "smb2" and not service.odd and service.last == START + 3 * MINUTE
    assert granting.requested == (18, 17, 23) and granting.etype == 18
    assert granting.end is None, "the end is sealed; nothing says when it ends"


def test_one_ticket_from_two_named_computers_stands_out() -> None:
    own = names(ws1=WS1, ws2=WS2)
    found = descent([*own, sign_in("tgt", minute=1), ask("tgt", "a", minute=2), ask("tgt", "b", source=WS2, minute=40)])
    one = ticket(found, "tgt")

    assert one.odd == ("two hosts",)
    assert [(host.ref.label, host.received, host.apart) for host in one.hosts] == [("WS1", True, False), ("WS2", False, True)]
    assert "two computers" in one.apart[0].why
    assert not ticket(found, "a").odd


def test_a_new_lease_of_the_same_computer_is_one_host() -> None:
    moved = [*names(ws1=WS1), lease("ws1", WS1, 0), lease("ws1", PHONE, 30), *names(minute=31, ws1=PHONE)]
    found = descent([*moved, sign_in("tgt", minute=1), ask("tgt", "b", source=PHONE, minute=40)])
    one = ticket(found, "tgt")

    assert not one.odd and len(one.hosts) == 1
    assert one.hosts[0].addresses == (WS1, PHONE) and "2 addresses" in one.hosts[0].why


def test_an_address_without_a_name_is_called_a_second_host_only_when_the_first_is_still_there() -> None:
    gone = [*names(ws1=WS1), sign_in("tgt", minute=1), ask("tgt", "b", source=PHONE, minute=40)]
    doubtful = ticket(descent(gone), "tgt")
    certain = ticket(descent([*gone, ask("tgt", "c", source=WS1, minute=41)]), "tgt")

    assert not doubtful.odd and "new address" in doubtful.hosts[1].why
    assert certain.odd == ("two hosts",) and "still at its address" in certain.hosts[1].why


def test_both_sides_of_an_address_translation_are_no_second_host() -> None:
    found = descent([sign_in("tgt", source=WS1), sign_in("tgt", source=PHONE), ask("tgt", "b", source=PHONE)])
    one = ticket(found, "tgt")

    assert not one.odd and "address translation" in one.hosts[1].why


def test_a_forwarded_ticket_may_be_used_by_one_server_and_a_computers_own_anywhere() -> None:
    own = list(names(ws1=WS1, files=FILES, ws2=WS2))
    line = [*own, sign_in("tgt", minute=1), ask("tgt", "copy", TGS, options=FORWARDED, minute=2)]
    once = ticket(descent([*line, ask("copy", "a", source=FILES, minute=3)]), "copy")
    twice = ticket(descent([*line, ask("copy", "a", source=FILES, minute=3), ask("copy", "b", source=WS2, minute=4)]), "copy")
    machine = ticket(descent([*own, ask("own-ws1-0", "x", minute=4, user="WS1$"), show("x", source=WS2, minute=5)]), "x")

    assert once.notes == ("forwarded",) and not once.odd and "forwarded" in once.hosts[1].why
    assert [host.ref.label for host in twice.apart] == ["WS2"]
    assert not machine.odd and "own ticket" in machine.hosts[1].why


def test_renewal_and_delegation_are_told() -> None:
    found = descent([
        sign_in("tgt"), ask("tgt", "new", TGS, options=RENEW),
        ask("tgt", "self", "http/web.example.org", s4u2self="bob@EXAMPLE.ORG", user="bob"),
        ask("tgt", "proxy", evidence_ticket_hash="self", s4u2proxy=True, user="bob"),
    ])  # fmt: skip

    assert ticket(found, "tgt").exchanges[-1].deed in ("asked", "renewed") and ticket(found, "new").notes == ("a renewal",)
    assert ticket(found, "new").parent == "tgt" and ticket(found, "new").kind == "granting"
    assert ticket(found, "self").name == "bob" and "bob@EXAMPLE.ORG" in ticket(found, "self").notes[0]
    assert ticket(found, "proxy").evidence == "self" and "S4U2proxy" in ticket(found, "proxy").notes[0]


def test_a_referral_leads_to_another_realm() -> None:
    found = descent([sign_in("tgt"), ask("tgt", "ref", "krbtgt/OTHER.ORG")])

    assert ticket(found, "ref").kind == "referral"


def test_an_issue_that_was_not_seen_is_odd_only_where_it_would_have_been() -> None:
    short = ticket(descent([*names(ws1=WS1), ask("ghost", "a", minute=5)]), "ghost")
    steady = [sign_in(f"t{minute}", minute=minute, user=f"u{minute}") for minute in range(0, 700, 10)]
    whole = ticket(descent([*steady, ask("ghost", "a", minute=650)]), "ghost")

    assert short.seen == "not covered" and not short.odd and "may have been issued before" in short.about
    assert whole.seen == "covered" and whole.odd == ("never issued",) and "No controller issued it" in whole.about


def test_an_opened_ticket_tells_its_life_and_a_wrong_key_is_odd() -> None:
    facts = TicketFacts(
        decrypted="yes", client="alice", session_etype=17, flags=0x40E10000, start=START, end=START + 600 * MINUTE,
        renew_till=START + 7 * 1440 * MINUTE,
    )  # fmt: skip
    found = descent([
        sign_in("tgt", ticket=facts, pac=Pac(user="alice", kdc_signature="valid")),
        sign_in("bad", ticket=TicketFacts(decrypted="wrong key")),
        sign_in("forged", ticket=facts, pac=Pac(user="alice", kdc_signature="invalid")),
    ])  # fmt: skip
    one = ticket(found, "tgt")

    assert (one.start, one.end, one.session_etype, one.opened) == (START, START + 600 * MINUTE, 17, "yes")
    assert {"forwardable", "renewable", "initial", "pre-authenticated"} <= set(one.flags) and ("PAC of", "alice") in one.held
    assert ticket(found, "bad").odd == ("altered",) and ticket(found, "forged").odd == ("altered",) and not one.odd


def test_a_log_with_hashes_links_tickets_and_one_without_does_not_pretend() -> None:
    issued, presented, made = "ABCDEFGHIJKLMNOP0123456789abcdefghijklmnop=", "q" * 43 + "=", "z" * 43 + "="
    found = descent([
        event(4768, {"ServiceName": "krbtgt", "ResponseTicket": issued, "SessionKeyEncryptionType": "0x12"}),
        event(4769, {"ServiceName": "FILES$", "RequestTicketHash": issued, "ResponseTicketHash": made}, 1),
        event(4769, {"ServiceName": "FILES$", "RequestTicketHash": "N/A", "ResponseTicketHash": "n/a"}, 2),
        event(4769, {"ServiceName": "WEB$", "RequestTicketHash": presented, "ResponseTicketHash": "x" * 44}, 3),
    ])  # fmt: skip

    assert ticket(found, f"log:{made}").parent == f"log:{issued}" and ticket(found, f"log:{issued}").uses == 1
    assert ticket(found, f"log:{issued}").session_etype == 18
    bare = [one for one in found.tickets if one.told == "log" and one.kind == "service" and not one.parent]
    assert len(bare) == 1 and bare[0].uses == 0 and len(bare[0].exchanges) == 1
    assert ticket(found, f"log:{presented}").seen == "not covered"


def test_a_logon_of_the_service_names_the_ticket_by_its_guid() -> None:
    guid = "{471190AE-606C-6413-06F9-6642B3757BCF}"
    asked = event(4769, {"ServiceName": "FILES$", "LogonGuid": guid}, 1)
    zeros = event(4769, {"ServiceName": "WEB$", "LogonGuid": "{00000000-0000-0000-0000-000000000000}"}, 1)
    found = descent([asked, zeros, session(guid.lower(), 2), session("{00000000-0000-0000-0000-000000000000}", 3)])
    one = ticket(found, f"log:{asked.id}")

    assert [(use.deed, use.carrier) for use in one.exchanges] == [("issued", "4769"), ("shown", "4624")] and one.uses == 1
    assert ticket(found, f"log:{zeros.id}").uses == 0


def test_an_act_told_twice_is_one_ticket() -> None:
    wire, log = (
        sign_in("tgt"),
        event(4768, {"ServiceName": "krbtgt", "ResponseTicket": "h" * 44, "PreAuthEncryptionType": "0x12"}),
    )
    later = event(4769, {"ServiceName": "FILES$", "RequestTicketHash": "h" * 44, "ResponseTicketHash": "y" * 44}, 5)
    found = descent([wire, log, later], {log.id: wire.id})
    one = ticket(found, "tgt")

    assert [exchange.told for exchange in one.exchanges] == ["packets", "log", "log"]
    assert ticket(found, "log:" + "y" * 44).parent == "tgt"
    assert all(node.id != "log:" + "h" * 44 for node in found.tickets)


def test_alerts_mark_their_tickets_and_refused_requests_are_counted() -> None:
    wire = sign_in("tgt")
    spray = [refusal(f"user{number}", PHONE, number / 10) for number in range(20)]
    asked_first = [refusal("alice", WS1, 0, 25), refusal("alice", WS1, 0.1, 52)]
    found = descent([wire, *spray, *asked_first, sign_in("hit", "user3", PHONE, 1)], None, {wire.id: {"alert-1"}})

    assert ticket(found, "tgt").odd == ("alert",) and ticket(found, "tgt").alerts == ("alert-1",)
    (burst,) = found.refusals
    assert (burst.address, burst.count, burst.accounts, burst.answered) == (PHONE, 20, 20, 1)
    assert burst.reasons == (("wrong password", 20),)


def test_a_realm_that_is_wide_open_costs_no_more_than_its_lines() -> None:
    many = [ask("tgt", f"st{number}", minute=number / 1000) for number in range(5_000)]
    found = descent([sign_in("tgt"), *many])

    assert len(found.tickets) == 5_001 and ticket(found, "tgt").uses == 5_000


def test_unknown_bits_are_told_as_a_number() -> None:
    assert words(0x40810010, ASKED) == ("forwardable", "renewable", "canonicalise", "renewable is fine")
    assert words(1 << 31, ASKED) == ("0x80000000",) and words(None, ASKED) == ()
