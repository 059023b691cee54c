"""Knowledge forgets the order of what it was told, and answers by certainty, then by nearness in time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.knowledge import METHODS, Knowledge
from app.engine.knowledge.addresses import certainty_of
from app.engine.knowledge.names import account_parts, host, service_host
from app.engine.knowledge.tally import Tally
from app.model.activity import Account, Activity
from app.model.details import DnsQuery, KerberosAp, LdapPing, NameObservation, Ntlm, RpcCall, SmbSession
from tests.engine.detectors.builders import (
    DC1,
    DC2,
    DRSUAPI,
    FILES,
    HOUR,
    MINUTE,
    NETLOGON,
    SECOND,
    START,
    WS1,
    WS2,
    act,
    as_req,
    call,
    dns,
    ntlm,
    tgs_req,
)


def known(*activities: Activity) -> Knowledge:
    knowledge = Knowledge()
    for activity in activities:
        knowledge.observe(activity)
    return knowledge


def named(address: str, name: str, method: str, at: int = 0) -> Activity:
    return act(NameObservation(address=address, name=name, method=method), at=at)


POOL = [
    as_req("WS1$", WS1), as_req("WS1$", WS1, at=MINUTE), as_req("WS2$", WS1, at=5 * HOUR), as_req("alice", WS1, at=SECOND),
    as_req("ghost", WS2, at=SECOND, code=6), tgs_req("ldap/dc1.example.org/example.org", WS1), named(WS2, "WS2", "dhcp"),
    named(WS2, "printer", "llmnr", 3), dns("dc2.example.org", answers=(f"A {DC2}",)), call(DRSUAPI, 3, WS1, DC1),
    dns("_ldap._tcp.dc._msdcs.example.org", "SRV", answers=("SRV 0 100 389 dc2.example.org",)),
    act(Ntlm(user="bob", domain="EXAMPLE", workstation="WS2", target_dns_computer="files.example.org",
             target_netbios_domain="EXAMPLE", target_dns_domain="example.org", carrier="smb2"), WS2, FILES),
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.permutations(POOL), st.integers(0, len(POOL)))
def test_any_order_and_any_split_give_the_same_bytes(order: list[Activity], cut: int) -> None:
    whole = known(*POOL)
    first, second = known(*order[:cut]), known(*order[cut:])
    second.merge(first)

    assert second.to_bytes() == whole.to_bytes()
    assert Knowledge.from_bytes(second.to_bytes()).to_bytes() == whole.to_bytes()


def test_a_full_tally_keeps_the_same_keys_in_any_order() -> None:
    activities = [named(WS1, f"host{one}", "dns", one) for one in range(200)]
    forth, back = Tally(16), Tally(16)
    for one in range(200):
        forth.add((one,), activities[one])
        forth.add((one,), activities[199 - one])
    for one in reversed(range(200)):
        back.add((one,), activities[199 - one])
        back.add((one,), activities[one])

    assert forth.dump() == back.dump()
    assert len(forth.dump()) == 16
    assert all(seen[2] == 2 for _, seen in forth.dump())


def test_questions_in_between_change_nothing() -> None:
    knowledge = Knowledge()
    for activity in POOL:
        knowledge.observe(activity)
        knowledge.address_entity(WS1, activity.at)
        knowledge.account_entity(activity)
        knowledge.controllers()

    assert knowledge.resolve(WS1, START) == known(*POOL).resolve(WS1, START)
    assert knowledge.to_bytes() == known(*POOL).to_bytes()


def test_an_address_follows_its_holder_in_time() -> None:
    knowledge = known(as_req("WS1$", WS1), as_req("WS2$", WS1, at=5 * HOUR))

    assert knowledge.resolve(WS1, START).computer == "WS1"
    assert knowledge.resolve(WS1, START + 5 * HOUR).computer == "WS2"
    assert knowledge.address_entity(WS1, START).key == "computer:ws1.example.org"


def test_the_only_name_of_an_address_holds_at_all_times() -> None:
    for times in ((0, 90 * 24 * HOUR), (90 * 24 * HOUR, 0)):
        knowledge = known(as_req("WS1$", WS1), named(WS1, "ws1", "llmnr", 90 * 24 * HOUR))

        assert [knowledge.resolve(WS1, START + at).certainty for at in times] == ["high", "high"]


def test_the_certain_beats_the_doubtful_at_the_same_time() -> None:
    knowledge = known(named(WS1, "decoy", "llmnr"), as_req("WS1$", WS1, at=MINUTE))
    found = knowledge.resolve(WS1, START)

    assert (found.computer, found.method, found.certainty) == ("WS1", "kerberos-host", "high")
    assert [one.name for one in knowledge.bindings(WS1)] == ["decoy", "ws1.example.org"]


def test_a_contradiction_costs_certainty() -> None:
    knowledge = known(named(WS1, "one", "dhcp"), named(WS1, "two", "netbios"))

    assert knowledge.resolve(WS1, START).certainty == "low"
    assert knowledge.address_entity(WS1, START).key == f"address:{WS1}"


def test_many_computers_behind_one_address_are_no_name() -> None:
    knowledge = known(*(as_req(f"WS{one}$", "198.51.100.1", at=one * SECOND) for one in range(3)))

    assert knowledge.resolve("198.51.100.1", START).certainty == "low"
    assert "Shared address" in knowledge.tags("address:198.51.100.1")


def test_a_refused_machine_account_is_a_claim_only() -> None:
    assert known(as_req("DC1$", WS1, code=24)).resolve(WS1, START).certainty == "low"


def test_short_and_full_names_are_one_computer() -> None:
    knowledge = known(as_req("WS1$", WS1), named("192.0.2.99", "WS1", "netbios"))

    assert knowledge.address_entity("192.0.2.99", START).key == "computer:ws1.example.org"
    assert {one.address for one in knowledge.bindings("ws1")} == {WS1, "192.0.2.99"}


def test_the_name_of_a_domain_is_no_computer() -> None:
    knowledge = known(as_req("alice", WS1), dns("example.org", answers=(f"A {DC1}",)))

    assert knowledge.resolve(DC1, START).computer is None


def test_a_service_that_accepts_a_ticket_is_that_host() -> None:
    knowledge = known(act(KerberosAp(service="cifs/files.example.org", realm="EXAMPLE.ORG", carrier="smb2"), WS1, FILES))

    assert knowledge.resolve(FILES, START).method == "kerberos-service"


def test_who_answers_is_a_controller_and_who_asks_is_none() -> None:
    ping = LdapPing(domain="example.org", server_name="dc2.example.org", netbios_domain="EXAMPLE")
    knowledge = known(as_req("alice", WS1), act(ping, WS1, DC2, 389), call(DRSUAPI, 3, WS2, DC1), call(NETLOGON, 26, FILES, DC1))

    assert [knowledge.is_controller(ip) for ip in (DC1, DC2, WS1, WS2, FILES)] == [True, True, False, False, False]
    assert knowledge.address_entity(DC2, START).kind == "controller"
    assert len(knowledge.controllers()) == 2
    assert knowledge.why_controller(DC1)


def test_failures_and_guesses_make_no_controller() -> None:
    knowledge = known(
        call(DRSUAPI, 0, WS1, WS2, code=5), call(NETLOGON, 26, WS1, WS2, code=0xC0000022),
        act(RpcCall(interface=NETLOGON, opnum=2, guessed=True), WS1, WS2, 49200), as_req("alice", WS1, target=DC1),
    )  # fmt: skip

    assert not knowledge.is_controller(WS2)


def test_a_controller_may_be_known_from_dns_alone() -> None:
    knowledge = known(
        dns("_ldap._tcp.dc._msdcs.example.org", "SRV", answers=("SRV 0 100 389 dc2.example.org",)),
        dns("dc2.example.org", answers=(f"A {DC2}",)),
    )  # fmt: skip

    assert knowledge.is_controller(DC2)


def test_a_stolen_machine_account_makes_no_controller() -> None:
    knowledge = known(as_req("alice", WS1, target=DC1), as_req("DC1$", WS2, target=DC1))

    assert not knowledge.is_controller(WS2)


def test_all_spellings_of_an_account_are_one() -> None:
    ntlm = Ntlm(user="x", target_netbios_domain="EX", target_dns_domain="example.org", target_dns_computer="files.example.org")
    knowledge = known(act(ntlm, WS1, FILES))
    refs = [
        knowledge.account("alice", "EXAMPLE.ORG"), knowledge.account("EX\\Alice"), knowledge.account("alice@example.org"),
        knowledge.account("CN=Alice,OU=Staff,DC=example,DC=org"), knowledge.account("ALICE", "ex"), knowledge.account("alice"),
    ]  # fmt: skip

    assert {ref.key for ref in refs if ref is not None} == {"user:example.org\\alice"}
    assert knowledge.account("WS1$", "EX") == knowledge.computer_entity("ws1.example.org")
    assert knowledge.account("") is None


def test_a_ticket_tells_whose_session_it_is() -> None:
    issued = as_req("alice", WS1)
    session = act(SmbSession(dialect="3.1.1"), WS1, FILES, ticket=f"tgt-alice-{WS1}-0")
    refused = tgs_req("cifs/files.example.org", WS2, code=13, presented_ticket_hash=f"tgt-alice-{WS1}-0")
    knowledge = known(issued, session, refused)

    assert [knowledge.account_entity(one).label for one in (issued, session, refused)] == ["alice"] * 3  # type: ignore[union-attr]
    assert knowledge.account_entity(act(SmbSession(), ticket="unknown")) is None
    assert knowledge.account_entity(act(SmbSession(), account=Account(name="bob", domain="EXAMPLE.ORG"))) is not None


def test_what_is_known_of_accounts() -> None:
    knowledge = known(as_req("ghost", WS1, code=6), as_req("alice", WS1), as_req("bob", WS1, code=25))

    assert knowledge.account_words("ghost", "EXAMPLE.ORG") == {"unknown"}
    assert knowledge.account_words("alice", "EXAMPLE.ORG") == {"signed in"}
    assert knowledge.account_words("bob", "EXAMPLE.ORG") == {"exists"}
    assert knowledge.tags("user:example.org\\ghost") == ("Unknown to the KDC",)
    assert knowledge.tags("user:example.org\\administrator") == ("Sensitive",)


def test_every_method_has_an_explanation() -> None:
    assert all(level in ("low", "medium", "high") and words for level, words in METHODS.values())
    assert certainty_of("something new") == "low"


def test_names_are_read_from_any_spelling() -> None:
    assert host("\\\\FILES.Example.org.") == "files.example.org"
    assert host("WS1$") == "ws1"
    assert [host(one) for one in ("MSTSC", "192.0.2.1", "_ldap._tcp.x", "*", None, "a b")] == [""] * 6
    assert service_host("MSSQLSvc/sql1.example.org:1433@EXAMPLE.ORG") == ("mssqlsvc", "sql1.example.org")
    assert account_parts("Alice@x.example@EXAMPLE.ORG", None) == ("alice@x.example", "example.org")


@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=30)))
def test_no_name_is_too_odd(name: str, domain: str | None) -> None:
    knowledge = known(
        as_req(name, WS1, realm=domain), act(DnsQuery(name=name, type="A", answers=(f"A {name}", "SRV", "PTR x"))),
        act(NameObservation(address=name, name=name, method="dhcp")),
    )  # fmt: skip
    knowledge.account(name, domain)
    knowledge.address_entity(name, START)

    assert knowledge.to_bytes() == Knowledge.from_bytes(knowledge.to_bytes()).to_bytes()


def test_a_relayed_name_does_not_name_the_relay() -> None:
    knowledge = known(as_req("WS1$", WS1), ntlm("alice", "192.0.2.66", at=SECOND))

    assert knowledge.address_entity(WS1, START).key == "computer:ws1.example.org"
    assert knowledge.address_entity("192.0.2.66", START).key == "address:192.0.2.66"


def test_a_domain_known_from_service_records_is_no_computer() -> None:
    knowledge = known(
        dns("_ldap._tcp.dc._msdcs.corp.example", "SRV", answers=("SRV 0 100 389 dc9.corp.example",)),
        dns("corp.example", answers=("A 192.0.2.99",)),
    )

    assert knowledge.address_entity("192.0.2.99", START).key == "address:192.0.2.99"


def test_a_kdc_tells_its_clock_to_those_who_ask_it() -> None:
    knowledge = known(as_req("bob", code=25, server_time=START + 3 * HOUR))

    assert knowledge.clock(DC1, START + HOUR) == 3 * HOUR
    assert knowledge.clock(DC2, START) is None
    assert Knowledge.from_bytes(knowledge.to_bytes()).clock(DC1, START) == 3 * HOUR


def test_errors_alone_do_not_prove_a_controller() -> None:
    knowledge = known(as_req("bob", code=25))

    assert knowledge.is_controller(DC1)
    assert not knowledge.is_proven_controller(DC1)


def test_a_flood_of_invented_names_stays_bounded_in_any_order() -> None:
    def folded(activities: list[Activity]) -> Tally:
        tally = Tally(100)
        for one in activities:
            tally.add((one.id,), one)
        return tally

    activities = [as_req(f"user{one}", at=one) for one in range(5000)]
    there, back = folded(activities), folded(activities[::-1])

    assert len(there.seen) <= 200
    assert there.dump() == back.dump()
    assert len(there.dump()) == 100
