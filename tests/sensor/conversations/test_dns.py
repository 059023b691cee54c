"""DNS conversations: joined answers, transfers, updates, names; real captures against known counts."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.activity import Activity, Endpoint
from app.model.details import DnsQuery, DnsUpdate, KerberosAp, NameObservation
from app.sensor.conversations.conversation import NOT_HERE, UNANSWERED_AFTER
from app.sensor.conversations.dns import DnsTcp, DnsUdp, LlmnrUdp, MdnsUdp
from app.sensor.decoders import dns
from app.sensor.frame import Flow
from tests.sensor import naive
from tests.sensor.decoders.test_dns import HERE, SEEDS, SOA_DATA, message, record
from tests.sensor.decoders.test_ldap import damaged

CLIENT, SERVER = Endpoint("10.0.0.9", 50000), Endpoint("10.0.0.1", 53)
A = record(HERE, 1, bytes([10, 0, 0, 7]))
SOA = record(HERE, 6, SOA_DATA)


def talk(kind: type[DnsUdp], *raws: tuple[bool, bytes], step: int = 1000) -> tuple[list[Activity], Counter[str]]:
    out: list[Activity] = []
    problems: Counter[str] = Counter()
    of = kind(Flow("in", CLIENT, SERVER, "tcp" if kind is DnsTcp else "udp"), out.append, lambda what, _: problems.update([what]))
    for at, (from_client, raw) in enumerate(raws, 1):
        whole = len(raw).to_bytes(2, "big") + raw if kind is DnsTcp else raw
        if kind is DnsTcp:
            assert of.measure(from_client, whole, 0, len(whole)) == (len(whole), len(whole))
        of.message(from_client, whole, at * step, (at,), 0)
    of.close()
    return out, problems


def test_question_with_answer_and_name() -> None:
    found, problems = talk(DnsUdp, (True, message("ws7.corp.test", 1)), (False, message("WS7.corp.test", 1, A, flags=0x8580)))
    query, named = found
    assert query.detail == DnsQuery(name="ws7.corp.test", type="A", answers=("A 10.0.0.7",), records=1)
    assert (query.result, query.code, query.frames, query.source, query.destination) == ("success", 0, (1, 2), CLIENT, SERVER)
    assert named.detail == NameObservation(address="10.0.0.7", name="WS7.corp.test", method="dns") and named.frames == (2,)
    assert not problems


def test_asked_again_and_answered_twice_is_one() -> None:
    ask, reply = (True, message("a.x", 1)), (False, message("a.x", 1, flags=0x8183))
    found, problems = talk(DnsUdp, ask, ask, reply, reply)
    assert [(one.result, one.code, one.frames) for one in found] == [("failure", 3, (1, 2, 3))] and not problems


def test_other_question_or_too_late_is_no_answer() -> None:
    found, _ = talk(DnsUdp, (True, message("a.x", 1)), (False, message("b.x", 1, flags=0x8180)))
    assert sorted((one.detail.name, one.result) for one in found if isinstance(one.detail, DnsQuery)) == [
        ("a.x", "unanswered"),
        ("b.x", "success"),
    ]
    found, _ = talk(DnsUdp, (True, message("a.x", 1)), (False, message("a.x", 1, flags=0x8180)), step=UNANSWERED_AFTER + 1)
    assert [one.result for one in found] == ["unanswered", "success"]


def test_transfer_of_several_messages() -> None:
    ask = (True, message("corp.test", dns.AXFR))
    parts = [(SOA, A), (A, A, A), (A, SOA)]
    found, _ = talk(DnsTcp, ask, *[(False, message("corp.test", dns.AXFR, *part, flags=0x8400)) for part in parts])
    (query,) = [one for one in found if isinstance(one.detail, DnsQuery)]
    assert (
        isinstance(query.detail, DnsQuery)
        and query.detail.records == 7
        and query.frames == (1, 2, 3, 4)
        and query.result == "success"
    )
    assert [one for one in found if isinstance(one.detail, NameObservation)] == []  # the zone's own name is no host


def test_refused_transfers() -> None:
    for flags, code in ((0x8405, 5), (0x8400, 0)):
        (query,), _ = talk(DnsTcp, (True, message("corp.test", dns.AXFR)), (False, message("corp.test", dns.AXFR, flags=flags)))
        assert (query.result, query.code) == ("failure", code)


def test_update() -> None:
    ask = message("corp.test", 6, record(b"\x03ws7" + HERE, 1, bytes([10, 0, 0, 7])), flags=0x2800)
    raw = ask[:6] + b"\0\0\0\1" + ask[10:]  # one update instead of one prerequisite
    (update,), _ = talk(DnsUdp, (True, raw), (False, message("corp.test", 6, flags=0xA805)))
    assert update.detail == DnsUpdate(zone="corp.test", changes=("add ws7.corp.test A 10.0.0.7",)) and update.code == 5


def test_services_and_shared_names_are_no_hosts() -> None:
    other = record(HERE, 1, bytes([10, 0, 0, 8]))
    public = record(HERE, 1, bytes([8, 8, 8, 8]))
    for name, answers in (
        ("corp.test", (A, other)),
        ("gc._msdcs.corp.test", (A,)),
        ("DomainDnsZones.x", (A,)),
        ("www.x", (public,)),
    ):
        found, _ = talk(DnsUdp, (True, message(name, 1)), (False, message(name, 1, *answers, flags=0x8180)))
        assert [one.kind for one in found] == ["dns-query"], name


def test_llmnr_answer_stands_alone_and_mdns_names() -> None:
    found, _ = talk(LlmnrUdp, (False, message("wpad", 1, A, flags=0x8000)))
    assert [one.kind for one in found] == ["dns-query", "name-observation"] and found[0].destination == SERVER
    found, _ = talk(MdnsUdp, (True, message("ws7.local", 1)), (True, message("ws7.local", 1, A, flags=0x8400)))
    assert [(one.kind, one.result) for one in found] == [("dns-query", "unanswered"), ("name-observation", "success")]


def test_measure_refuses_other_protocols() -> None:
    of = DnsTcp(Flow("in", CLIENT, SERVER, "tcp"), print, print)
    assert of.measure(True, b"GET / HTTP/1.1\r\n", 0, 16) == NOT_HERE


@settings(max_examples=200)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=120) | damaged(SEEDS)), max_size=12))
def test_any_bytes_are_survived(raws: list[tuple[bool, bytes]]) -> None:
    for kind in (DnsUdp, DnsTcp, LlmnrUdp, MdnsUdp):
        of = kind(Flow("in", CLIENT, SERVER, "udp"), lambda _one: None, lambda _what, _frame: None)
        for at, (from_client, raw) in enumerate(raws):
            of.message(from_client, b"\0\0" + raw if kind is DnsTcp else raw, at * 9_000_000, (at + 1,), 0)
        of.expire(10**9)
        of.close()


# Counts of tshark: questions without those sent again, answers with an error.
REAL = {
    "lab/captures/vpn_radius.pcap": (83, 24),
    "lab/captures/dns_zone_transfer.pcap": (196, 73),
    "corpus/pcap/cs_dns_reverse_lookup.pcapng": (1, 0),
    "corpus/pcap/otrf_covenant_sharpsc_create_dcerpc_smb_svcctl.cap": (5, 1),
}


@pytest.mark.parametrize("name", REAL)
def test_real_captures(shared: Path, name: str) -> None:
    if not (shared / name).is_file():
        pytest.skip("not here")
    found, problems = naive.replay(shared / name, DnsUdp, {53}, 17)
    queries = [one for one in found if isinstance(one.detail, DnsQuery)]
    assert (len(queries), sum(one.result == "failure" for one in queries)) == REAL[name] and not problems
    assert max(Counter(one.id for one in found).values()) == 1


def test_real_transfer_and_key(shared: Path) -> None:
    folder = shared / "corpus/pcap"
    if not (folder / "cs_dns_axfr.pcapng").is_file():
        pytest.skip("not here")
    (query, named), _ = naive.replay(folder / "cs_dns_axfr.pcapng", DnsTcp, {53}, 6)
    assert isinstance(query.detail, DnsQuery) and (query.detail.type, query.detail.records, query.result) == (
        "AXFR",
        21,
        "success",
    )
    assert isinstance(named.detail, NameObservation) and named.detail.name == "dns3.contoso.local"
    found, _ = naive.replay(folder / "zeek_tkey.pcap", DnsTcp, {53}, 6)
    (ticket,) = [one for one in found if isinstance(one.detail, KerberosAp)]
    assert isinstance(ticket.detail, KerberosAp) and ticket.detail.carrier == "dns" and ticket.result == "success"
