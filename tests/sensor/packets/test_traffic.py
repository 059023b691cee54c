import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.conversations.registry import sniff_tcp
from app.sensor.packets.flows import Registry
from app.sensor.packets.layers import AHEAD
from app.sensor.packets.links import RARE
from app.sensor.packets.stream import MASK
from app.sensor.packets.traffic import Traffic
from tests.sensor.wire import A6, ACK, B6, FIN, RST, SYN, A, B, Toy, ether, ip4, ip6, tcp, toy, udp, window

S = 1_000_000


def registry(log):
    make = lambda flow, emit, count: Toy(flow, log, count)  # noqa: E731
    return Registry({88: make, 389: make}, {88: make, 53: make}, lambda head: make if head[:4] in (b"GET ", b"HTTP") else None)


def run(packets, size=10_000, link=1, flows=20_000):
    """(log, problems) of packets fed in windows of size."""
    log = []
    traffic = Traffic("k", registry(log), log.append, flows)
    for at in range(0, len(packets), size):
        traffic.feed(window(packets[at : at + size], link, at + 1))
    traffic.close()
    return log, traffic.problems


def said(log):
    return [(one[1], one[2][4:]) for one in log if one[0] == "message"]


def stream(pieces, isn=100, port=5000, syn=True):
    """Segments of a client that sends pieces, as (time, frame)."""
    out, seq = [], isn
    if syn:
        out.append((S, ether(ip4(A, B, 6, tcp(port, 88, seq, flags=SYN)))))
        seq += 1
    for piece in pieces:
        out.append((S, ether(ip4(A, B, 6, tcp(port, 88, seq, piece)))))
        seq += len(piece)
    return out


def test_messages_of_both_directions_come_in_the_order_of_the_wire():
    packets = [
        (1 * S, ether(ip4(A, B, 6, tcp(5000, 88, 10, flags=SYN)))),
        (2 * S, ether(ip4(B, A, 6, tcp(88, 5000, 90, flags=SYN | ACK)))),
        (3 * S, ether(ip4(A, B, 6, tcp(5000, 88, 11, toy("one"))))),
        (4 * S, ether(ip4(B, A, 6, tcp(88, 5000, 91, toy("two"))))),
        (5 * S, ether(ip4(A, B, 6, tcp(5000, 88, 18, toy("three") + toy("four"))))),
        (6 * S, ether(ip4(A, B, 6, tcp(5000, 88, 35, flags=FIN | ACK)))),
    ]
    log, problems = run(packets)
    assert log == [
        ("open", A, 5000, B, 88),
        ("message", True, toy("one"), 3 * S, (3,), 0),
        ("message", False, toy("two"), 4 * S, (4,), 0),
        ("message", True, toy("three"), 5 * S, (5,), 0),
        ("message", True, toy("four"), 5 * S, (5,), 9),
        ("close", 5000),
    ]
    assert problems == {}


def test_a_message_in_pieces_names_all_its_frames_and_its_place():
    whole = toy("first") + toy("second message")
    log, _ = run(stream([whole[:2], whole[2:12], whole[12:20], whole[20:]]))
    assert [one[4:] for one in log if one[0] == "message"] == [((2, 3), 0), ((3, 4, 5), 7)]


def test_only_wanted_bytes_of_bulk_are_kept_and_the_next_message_is_found():
    bulk = toy(b"x" * 5000)
    parts = [bulk[at : at + 1000] for at in range(0, len(bulk), 1000)]
    parts[-1] += toy("after")
    log, _ = run(stream(parts))
    messages = [one for one in log if one[0] == "message"]
    assert [len(one[2]) for one in messages] == [64, 9]
    assert messages[0][4] == (2, 7)


PIECES = [toy(f"message {n}" + "y" * (n * 7 % 50)) for n in range(12)]
IN_ORDER = [(True, one[4:]) for one in PIECES]


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize("isn", [100, 0xFFFFFFF0], ids=["plain", "sequence wraps"])
def test_reordering_retransmission_and_overlap_change_nothing(size, isn):
    whole = b"".join(PIECES)
    cuts = [0, 5, 9, 40, 90, 91, 200, 250, len(whole)]
    packets = stream([whole[a:b] for a, b in itertools.pairwise(cuts)], isn)
    start = isn + 1
    for a, b in ((0, 40), (85, 95), (30, 210)):  # sent again, with other borders
        packets.append((S, ether(ip4(A, B, 6, tcp(5000, 88, start + a, whole[a:b])))))
    middle = packets[1:]
    random.Random(7).shuffle(middle)
    assert said(run([packets[0], *middle], size)[0]) == IN_ORDER


def test_of_bytes_sent_twice_with_other_content_the_first_stay():
    first, other = toy("honest"), toy("forged")
    log, _ = run([*stream([first, first]), (S, ether(ip4(A, B, 6, tcp(5000, 88, 101, other))))])
    assert said(log) == [(True, b"honest"), (True, b"honest")]


def test_after_a_hole_the_conversation_is_told_and_the_stream_goes_on_at_the_next_message():
    packets = stream([toy("one"), toy("lost"), b"\0" * 5 + toy("inside"), toy("two"), toy("three")])
    del packets[2]
    log, problems = run(packets)
    assert said(log) == [(True, b"one"), (True, b"two"), (True, b"three")]
    assert ("lost", True) in log
    assert problems["TCP bytes never captured"] == (1, 3)


def test_a_hole_inside_bulk_loses_nothing():
    bulk = toy(b"x" * 3000)
    packets = stream([bulk[:1000], bulk[1000:2000], bulk[2000:], toy("after")])
    del packets[2]
    log, _ = run(packets)
    assert [len(one[2]) for one in log if one[0] == "message"] == [64, 9]
    assert ("lost", True) not in log


def test_a_hole_that_the_other_side_acknowledged_is_not_waited_for():
    packets = stream([toy("one"), toy("gone"), toy("two")])
    del packets[2]
    packets += [
        (S + 200_000, ether(ip4(B, A, 6, tcp(88, 5000, 7, toy("answer"), ack=123)))),
        (S + 300_000, ether(ip4(A, B, 6, tcp(5000, 88, 123, toy("next"))))),
    ]
    assert said(run(packets)[0]) == [(True, b"one"), (True, b"two"), (False, b"answer"), (True, b"next")]


def dialogue(rounds, isn=MASK - 40):
    """Packets of a connection in which question and answer take turns, in the order of the wire."""
    out = [(A, B, tcp(5000, 88, isn, flags=SYN)), (B, A, tcp(88, 5000, 700, flags=SYN | ACK, ack=isn + 1))]
    mine, theirs = isn + 1, 701
    for one in range(rounds):
        for piece in (toy(f"ask {one}")[:5], toy(f"ask {one}")[5:]):
            out.append((A, B, tcp(5000, 88, mine, piece, ack=theirs & MASK)))
            mine += len(piece)
        for piece in (toy(f"tell {one}")[:3], toy(f"tell {one}")[3:]):
            out.append((B, A, tcp(88, 5000, theirs, piece, ack=mine & MASK)))
            theirs += len(piece)
    out += [
        (A, B, tcp(5000, 88, mine, flags=FIN | ACK, ack=theirs & MASK)),
        (B, A, tcp(88, 5000, theirs, flags=FIN | ACK, ack=mine + 1 & MASK)),
    ]
    return [ether(ip4(source, target, 6, body)) for source, target, body in out]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(1, 8), st.sampled_from([1, 3, 7, 1000]))
def test_answers_that_the_capture_shows_before_their_questions_wait_for_them(seed, far, size):
    chance = random.Random(seed)
    frames = dialogue(6)
    order = sorted(range(len(frames)), key=lambda at: at + (chance.random() * far if at > 1 else 0))
    told = said(run([(S + at, frames[one]) for at, one in enumerate(order)], size)[0])
    assert told == [(at % 2 == 0, f"{'tell' if at % 2 else 'ask'} {at // 2}".encode()) for at in range(12)]


def test_of_a_connection_older_than_the_capture_the_answer_may_be_seen_first():
    ask, tell = dialogue(2)[6:8], dialogue(2)[8:10]
    packets = [(S + at, one) for at, one in enumerate((tell[0], ask[1], ask[0], tell[1]))]
    older = [(S + at, one) for at, one in enumerate(dialogue(2)[4:])]
    for size in (1, 2, 4):
        assert said(run(packets, size)[0]) in ([(True, b"ask 1"), (False, b"tell 1")], [(False, b"tell 1")])
        assert said(run([packets[0], *packets[2:0:-1], packets[3]], size)[0]) == [(True, b"ask 1"), (False, b"tell 1")]
        assert said(run(older, size)[0]) == [(False, b"tell 0"), (True, b"ask 1"), (False, b"tell 1")]


def test_an_answer_whose_question_was_never_captured_waits_a_moment_only():
    frames = dialogue(3)
    del frames[6:8]
    packets = [(S + at * 10_000, one) for at, one in enumerate(frames)]
    told = said(run(packets)[0])
    assert told[:2] == [(True, b"ask 0"), (False, b"tell 0")] and set(told[2:]) == {
        (False, b"tell 1"), (True, b"ask 2"), (False, b"tell 2"),
    }  # fmt: skip
    late = [(S + at * 200_000, one) for at, one in enumerate(frames)]
    assert said(run(late)[0])[2:] == [(False, b"tell 1"), (True, b"ask 2"), (False, b"tell 2")]


def test_a_capture_that_starts_in_the_middle_of_a_message_finds_the_next():
    log, problems = run(stream([b"tail of something", toy("one"), toy("two")], syn=False))
    assert said(log) == [(True, b"one"), (True, b"two")]
    assert ("lost", True) not in log and problems == {}


def test_ports_used_again_make_a_new_conversation():
    packets = [*stream([toy("one")]), *stream([toy("two")], isn=70_000)]
    log, _ = run(packets)
    assert [one[0] for one in log] == ["open", "message", "close", "open", "message", "close"]


def test_a_syn_sent_again_is_the_same_connection():
    packets = stream([toy("one")])
    log, _ = run([packets[0], packets[0], packets[1], packets[0]])
    assert [one[0] for one in log] == ["open", "message", "close"]


def test_who_is_the_client():
    """A SYN tells; else the known port is the server's; else who speaks first asks."""
    answer = (S, ether(ip4(B, A, 6, tcp(88, 5000, 1, toy("x")))))
    assert run([answer])[0][0] == ("open", A, 5000, B, 88)
    accepted = (S, ether(ip4(A, B, 6, tcp(389, 88, 1, flags=SYN | ACK))))
    assert run([accepted])[0][0] == ("open", B, 88, A, 389)
    web = (S, ether(ip4(A, B, 6, tcp(5000, 8081, 1, b"GET / HTTP/1.1"))))
    assert run([web])[0][0] == ("open", A, 5000, B, 8081)
    reply = (S, ether(ip4(A, B, 6, tcp(5000, 8081, 1, b"HTTP/1.1 200 OK"))))
    assert run([reply])[0][0] == ("open", B, 8081, A, 5000)


def test_the_whole_flow_is_taken_once_its_content_is_known():
    packets = [
        (S, ether(ip4(A, B, 6, tcp(5000, 8081, 1, b"unknown so far")))),
        (S, ether(ip4(A, B, 6, tcp(5000, 8081, 15, b"GET / and more")))),
        (S, ether(ip4(B, A, 6, tcp(8081, 5000, 1, toy("reply"))))),
    ]
    for size in (1, 3):
        assert said(run(packets, size)[0]) == [(False, b"reply")]


@pytest.mark.parametrize("size", [4, 7, 9])
def test_a_bind_in_little_pieces_is_known_on_any_port(size):
    bind, log = b"\x05\0\x0b\x07\x10\0\0\0" + bytes(60), []
    pieces = [bind[at : at + size] for at in range(0, len(bind), size)]
    packets = [(S, ether(ip4(A, B, 6, tcp(5000, 49700, 1 + at * size, one)))) for at, one in enumerate(pieces)]
    make = lambda flow, emit, count: Toy(flow, log, count)  # noqa: E731
    traffic = Traffic("k", Registry({}, {}, lambda head: make if sniff_tcp(head) else None), log.append)
    traffic.feed(window(packets))
    assert log[0] == ("open", A, 5000, B, 49700)


def test_a_mistake_in_one_conversation_leaves_the_others_alone():
    log, problems = run(stream([toy("BOOM"), toy("one")]) + stream([toy("two")], port=5001))
    assert said(log) == [(True, b"two")]
    assert problems == {"internal error in Toy": (1, 1)}


def test_live_flows_are_bounded():
    packets = [p for port in range(5000, 5050) for p in stream([toy("x")], port=port)]
    log, problems = run(packets, flows=10)
    assert problems["flows closed early, too many at once"][0] == 40
    assert len(said(log)) == 50 and sum(one[0] == "close" for one in log) == 50


def test_a_reset_ends_a_connection_after_a_while():
    packets = [*stream([toy("one")]), (2 * S, ether(ip4(B, A, 6, tcp(88, 5000, 9, flags=RST))))]
    packets += [(100 * S, one) for _, one in stream([toy("late")], isn=107, syn=False)]
    for size in (1, 50):
        assert [one[0] for one in run(packets, size)[0]] == ["open", "message", "close", "open", "message", "close"]


def test_the_same_datagram_mirrored_twice_counts_once_and_a_new_one_twice():
    one = ether(ip4(A, B, 17, udp(5000, 88, toy("q")), ident=5))
    tagged = ether(ip4(A, B, 17, udp(5000, 88, toy("q")), ident=5), tags=(0x8100,))
    again = ether(ip4(A, B, 17, udp(5000, 88, toy("q")), ident=6))
    log, problems = run([(S, one), (S + 10, tagged), (S + 20, again), (9 * S, one)])
    assert len(said(log)) == 3
    assert problems == {"duplicate packets": (1, 2)}


def test_an_answer_that_the_capture_shows_before_its_question_waits_for_it():
    ask, tell = ether(ip4(A, B, 17, udp(5000, 53, toy("ask")))), ether(ip4(B, A, 17, udp(53, 5000, toy("tell"))))
    more = ether(ip4(A, B, 17, udp(5000, 53, toy("more"))))
    for size in (1, 3):
        assert said(run([(S, tell), (S + 9, ask), (S + 10, more)], size)[0]) == [
            (True, b"ask"),
            (False, b"tell"),
            (True, b"more"),
        ]
        assert said(run([(S, tell), (2 * S, more)], size)[0]) == [(False, b"tell"), (True, b"more")]
        assert said(run([(S, tell)], size)[0]) == [(False, b"tell")]
        assert said(run([(S, tell), (S + 9, tell[:-1] + b"L")], size)[0]) == [(False, b"tell"), (False, b"telL")]


INSIDE = ip4(A, B, 17, udp(5000, 88, toy("hello")))
INSIDE6 = ip6(A6, B6, 17, udp(5000, 88, toy("hello")))


def gre(kind, body, sequence=False):
    return (0x1000 if sequence else 0).to_bytes(2, "big") + kind.to_bytes(2, "big") + (bytes(4) if sequence else b"") + body


def outer(protocol, body):
    return ether(ip4("192.0.2.1", "192.0.2.2", protocol, body))


WRAPPED = {
    "ethernet": (1, ether(INSIDE)),
    "ethernet, IPv6": (1, ether(INSIDE6, 0x86DD)),
    "802.1Q": (1, ether(INSIDE, tags=(0x8100,))),
    "802.1Q, IPv6": (1, ether(INSIDE6, 0x86DD, tags=(0x8100,))),
    "QinQ": (1, ether(INSIDE, tags=(0x88A8, 0x8100))),
    "cooked": (113, bytes(14) + b"\x08\0" + INSIDE),
    "cooked, second version": (276, b"\x08\0" + bytes(18) + INSIDE),
    "BSD loopback": (0, b"\2\0\0\0" + INSIDE),
    "BSD loopback, big-endian, IPv6": (108, b"\0\0\0\x18" + INSIDE6),
    "raw": (101, INSIDE),
    "raw, OpenBSD": (14, INSIDE),
    "raw IPv4": (228, INSIDE),
    "raw IPv6": (229, INSIDE6),
    "raw IP under an Ethernet label": (1, INSIDE),
    "PPP": (9, b"\xff\x03\x00\x21" + INSIDE),
    "PPPoE": (1, ether(b"\x11\0\0\1\0\0\0\x21" + INSIDE, 0x8864)),
    "MPLS": (1, ether(b"\0\1\0\xff\0\1\1\xff" + INSIDE, 0x8847)),
    "IP options": (1, ether(ip4(A, B, 17, udp(5000, 88, toy("hello")), options=b"\1\1\1\0"))),
    "IPv6 extension headers": (1, ether(ip6(A6, B6, 0, b"\x3c" + bytes(7) + b"\x11" + bytes(7) + INSIDE6[40:]), 0x86DD)),
    "IP in IP": (1, outer(4, INSIDE)),
    "IPv6 in IP": (1, outer(41, INSIDE6)),
    "GRE": (1, outer(47, gre(0x0800, INSIDE))),
    "GRE, Ethernet": (1, outer(47, gre(0x6558, ether(INSIDE)))),
    "ERSPAN I": (1, outer(47, gre(0x88BE, ether(INSIDE)))),
    "ERSPAN II": (1, outer(47, gre(0x88BE, bytes(8) + ether(INSIDE), True))),
    "ERSPAN III": (1, outer(47, gre(0x22EB, bytes(12) + ether(INSIDE), True))),
    "ERSPAN III with sub-header": (1, outer(47, gre(0x22EB, bytes(11) + b"\1" + bytes(8) + ether(INSIDE), True))),
    "VXLAN": (1, outer(17, udp(9999, 4789, b"\x08\0\0\0\0\0\7\0" + ether(INSIDE)))),
    "VXLAN on another port": (1, outer(17, udp(9999, 9998, b"\x08\0\0\0\0\0\7\0" + ether(INSIDE)))),
    "VXLAN with a group policy": (1, outer(17, udp(9999, 4789, b"\x88\0\0\5\0\0\7\0" + ether(INSIDE)))),
    "VXLAN GPE": (1, outer(17, udp(9999, 4790, b"\x0c\0\0\3\0\0\7\0" + ether(INSIDE)))),
    "VXLAN GPE, IPv6": (1, outer(17, udp(9999, 4790, b"\x0c\0\0\2\0\0\7\0" + INSIDE6))),
    "GENEVE": (1, outer(17, udp(9999, 6081, b"\0\0\x65\x58\0\0\7\0" + ether(INSIDE)))),
    "GENEVE with options": (1, outer(17, udp(9999, 6081, b"\2\x40\x65\x58\0\0\7\0\1\2\x80\1abcd" + ether(INSIDE)))),
    "GENEVE, IP": (1, outer(17, udp(9999, 6081, b"\0\0\x08\0\0\0\7\0" + INSIDE))),
    "MPLS over UDP": (1, outer(17, udp(9999, 6635, b"\0\1\1\xff" + INSIDE))),
    "Ethernet over MPLS": (1, ether(b"\0\1\1\xff" + ether(INSIDE), 0x8847)),
    "Ethernet over MPLS, an address that begins as IP does": (
        1,
        ether(b"\0\1\1\xff\x40\1\2\3\4\5" + ether(INSIDE)[6:], 0x8848),
    ),
    "Ethernet over MPLS with a control word": (1, ether(b"\0\1\1\xff" + bytes(4) + ether(INSIDE), 0x8847)),
    "QinQ of older switches": (1, ether(INSIDE, tags=(0x9200, 0x8100))),
    "IEEE 802.3 with SNAP": (1, ether(b"\xaa\xaa\3\0\0\0\x08\0" + INSIDE, 8 + len(INSIDE))),
    "authentication header": (1, ether(ip4(A, B, 51, b"\x11\4\0\0" + bytes(20) + udp(5000, 88, toy("hello"))))),
    "cooked, second version, 802.1Q": (276, b"\x81\0" + bytes(18) + b"\0\7\x08\0" + INSIDE),
    "Cisco HDLC": (104, b"\x0f\0\x08\0" + INSIDE),
    "encapsulated by IPsec of BSD": (109, bytes(12) + INSIDE),
    "PPPoE without Ethernet": (51, b"\x11\0\0\1\0\0\0\x21" + INSIDE),
    "PPP with its direction": (204, b"\1\xff\x03\x00\x21" + INSIDE),
    "PPP with its direction for an address": (166, b"\1\x03\x00\x21" + INSIDE),
    "MPLS without Ethernet": (219, b"\0\1\1\xff" + INSIDE),
    "netfilter log": (239, b"\2\0\0\0\x08\0\1\0\0\0\0\0" + bytes((4 + len(INSIDE), 0, 9, 0)) + INSIDE),
    "netfilter log, big-endian": (239, b"\2\0\0\0\0\x05\0\x0aAAAA" + bytes((0, 4 + len(INSIDE), 0, 9)) + INSIDE),
    "packet filter log": (117, b"\x3d" + bytes(63) + INSIDE),
    "PKTAP": (258, b"\x6c\0\0\0\1\0\0\0\1\0\0\0" + bytes(96) + ether(INSIDE)),
    "PKTAP, raw": (149, b"\x6c\0\0\0\1\0\0\0\x0c\0\0\0" + bytes(96) + INSIDE),
    "PPI": (192, b"\0\0\x08\0\1\0\0\0" + ether(INSIDE)),
    "ERF with an extension header": (197, bytes(8) + b"\x82" + bytes(15) + bytes(2) + ether(INSIDE)),
    "802.11": (105, b"\x08\2" + bytes(22) + b"\xaa\xaa\3\0\0\0\x08\0" + INSIDE),
    "radiotap": (127, b"\0\0\x08\0\0\0\0\0\x88\1" + bytes(24) + b"\xaa\xaa\3\0\0\0\x08\0" + INSIDE),
    "TZSP": (1, outer(17, udp(9999, 37008, b"\1\0\0\1\x0a\1\x2d\1" + ether(INSIDE)))),
    "VXLAN in ERSPAN": (
        1,
        outer(47, gre(0x88BE, bytes(8) + outer(17, udp(1, 4789, b"\x08\0\0\0\0\0\7\0" + ether(INSIDE))), True)),
    ),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_a_datagram_is_found_in_every_wrapping(name):
    link, packet = WRAPPED[name]
    log, _ = run([(S, packet)], link=link)
    assert log[0][1:] in ((A, 5000, B, 88), (A6, 5000, B6, 88))
    assert said(log) == [(True, b"hello")]


def test_what_is_encrypted_on_the_air_is_counted():
    sealed = b"\x08\x42" + bytes(30) + INSIDE
    assert run([(S, sealed), (S, sealed)], link=105) == ([], {"frames encrypted on the air": (2, 1)})


def test_a_flow_on_no_known_port_is_known_by_its_content_in_fragments_too():
    body = tcp(5000, 8081, 1, b"GET " + bytes(60))
    log, _ = run([(S, one) for one in fragments(body, 40, protocol=6)])
    assert log[0][1:] == (A, 5000, B, 8081)


def fragments(body, size, ident=9, protocol=17):
    cuts = list(range(0, len(body), size))
    return [ether(ip4(A, B, protocol, body[at : at + size], ident, (0 if at == cuts[-1] else 0x2000) | at // 8)) for at in cuts]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 1, 2, 0)])
@pytest.mark.parametrize("size", [1, 10])
def test_fragments_are_put_together_in_any_order(order, size):
    pieces = fragments(udp(5000, 88, toy("z" * 36)), 16)
    log, _ = run([(S, pieces[at]) for at in order], size)
    assert [one[2:5] for one in log if one[0] == "message"] == [(toy("z" * 36), S, tuple(range(1, len(order) + 1)))]


def test_a_fragmented_tunnel_is_opened():
    body = gre(0x88BE, bytes(8) + ether(ip4(A, B, 6, tcp(5000, 88, 1, toy("deep" * 12)))), True)
    log, _ = run([(S, one) for one in fragments(body, 64, protocol=47)])
    assert said(log) == [(True, b"deep" * 12)]


def test_overlapping_fragments_keep_what_came_first_and_missing_ones_are_counted():
    body = udp(5000, 88, toy("a" * 28))
    first, last = fragments(body, 24)
    evil = ether(ip4(A, B, 17, b"X" * 16, 9, 0x2000 | 1))
    assert said(run([(S, first), (S, evil), (S, last)])[0]) == [(True, b"a" * 28)]
    log, problems = run([(S, first)])
    assert log == [] and problems == {"IP fragments without the rest": (1, 0)}


def test_packets_cut_by_the_capture_are_used_and_counted():
    whole = toy("h" * 400)
    full = [one for _, one in stream([whole, toy("after")])]
    cut = [(S, full[0]), (S, full[1][:120], len(full[1])), (S, full[2])]
    log, problems = run(cut)
    assert [one[2][:20] for one in log if one[0] == "message"] == [whole[:20], toy("after")]
    assert problems["packets cut short by the capture"] == (1, 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=120), max_size=20), st.sampled_from([*AHEAD, *RARE, 147]))
def test_noise_never_raises(packets, link):
    run([(S, one) for one in packets], link=link)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(WRAPPED)), st.integers(0, 200), st.integers(0, 255), st.integers(0, 200))
def test_broken_packets_never_raise(name, place, value, length):
    link, packet = WRAPPED[name]
    changed = bytearray(packet)
    changed[place % len(changed)] = value
    run([(S, bytes(changed)), (S, packet[: length % len(packet)])], link=link)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 80), st.integers(0, 31), st.integers(0, 40), st.booleans()), max_size=30
    )
)
def test_any_segments_give_the_same_whatever_the_windows(segments):
    whole = b"".join(PIECES)
    packets, at = [], S
    for offset, size, flags, wait, back in segments:
        at += wait * S
        ends = (
            (B, A, 6, tcp(88, 5000, offset, whole[offset : offset + size], flags))
            if back
            else (A, B, 6, tcp(5000, 88, offset, whole[offset : offset + size], flags))
        )
        packets.append((at, ether(ip4(*ends))))
    once = run(packets)
    for size in (1, 2, 7):
        assert run(packets, size) == once
