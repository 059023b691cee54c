"""What is left out: whole flows, bulk first and authentication last, both directions alike, counted exactly."""

from collections import Counter, defaultdict
from functools import cache

import pytest

from app.model.activity import Activity
from app.sensor.captures import known_conversations
from app.sensor.packets import sampling
from app.sensor.packets.sampling import AUTHENTICATION, BULK, CLASSES, HEAVY, NAMES, OTHER, SESSIONS, TCP, UDP, WITHIN
from app.sensor.packets.traffic import Traffic
from app.sensor.sources.pcap import walk_pcap
from tests.material import SAMPLE, SERVER, START, ask, guesses, spray, talk
from tests.sensor.wire import ether, ip4, udp, window

LEVELS = (0.0, 0.1, 0.25, 0.3, 0.5, 0.65, 0.9)
KEY = "0123456789ab"


class Sampled:
    """A capture read at a level that may change on the way. selected: segments that would have been analysed."""

    def __init__(self, level=1.0):
        self.activities, self.selected, self.kept = [], 0, 0
        self.traffic = Traffic(KEY, known_conversations(), self.activities.append)
        self.traffic.govern(level, 0)
        own, inside = self.traffic.sampling.kept, self.traffic.sampling

        def counted(records, segments, pick, keys, live):
            got = own(records, segments, pick, keys, live)
            self.selected += len(pick)
            self.kept += len(pick) if got is None else int(got.sum())
            return got

        inside.kept = counted
        self.sampling = inside

    def feed(self, packets, first=1):
        self.traffic.feed(window(packets, first=first))
        self.traffic.let_go()
        return self

    def read(self, data, size=700):
        for records in walk_pcap(data, lambda what, place: None, size):
            self.traffic.feed(records)
            self.traffic.let_go()
        self.traffic.close()
        return self


@cache
def protocols():
    """IP protocol of each frame of the sample, which has no tags and no tunnels."""
    data = SAMPLE.read_bytes()
    walk = walk_pcap(data, lambda what, place: None)
    return [data[start + 23] for records in walk for start in records.start.tolist()]


def flow_of(one: Activity):
    ends = ((one.source.ip, one.source.port), (one.destination.ip, one.destination.port))
    return frozenset((*ends, protocols()[one.frames[0] - 1]))


def by_flow(activities):
    out = defaultdict(Counter)
    for one in activities:
        out[flow_of(one)][(one.kind, one.at, one.frames)] += 1
    return out


@pytest.fixture(scope="module")
def whole():
    return Sampled().read(SAMPLE.read_bytes())


@pytest.mark.parametrize("level", LEVELS)
def test_a_flow_is_analysed_as_a_whole_or_not_at_all(whole, level):
    part = Sampled(level).read(SAMPLE.read_bytes())
    everything, some = by_flow(whole.activities), by_flow(part.activities)

    assert part.sampling.cut == 0
    for flow, activities in some.items():
        assert activities == everything[flow]
    assert len(some) < len(everything) or level > 0.6


@pytest.mark.parametrize("level", LEVELS)
def test_every_packet_is_analysed_or_counted(whole, level):
    part = Sampled(level).read(SAMPLE.read_bytes())

    assert part.selected == whole.selected
    assert part.kept + sum(part.sampling.packets) == part.selected
    assert (sum(part.sampling.packets) > 0 and sum(part.sampling.bytes) > 0) or level > 0.8


def test_the_ladder_lets_bulk_go_first_and_authentication_last():
    clients = [f"10.9.1.{number}" for number in range(200)]
    packets = []
    for number, client in enumerate(clients):
        for port in (88, 389, 53, 80):
            packets += talk(port, [(True, b"x" * 40)], START + number * 50, 50_000, client)
    parts = {level: Sampled(level).feed(packets).sampling for level in (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)}
    rungs = (AUTHENTICATION, SESSIONS, NAMES, OTHER)
    for level, one in parts.items():
        for kind in rungs:
            none, all_ = one.bands[kind]
            left = one.flows[kind]
            if level <= none:
                assert left == 200
            elif level >= all_:
                assert left == 0
            else:
                assert 60 <= left <= 140  # half of them, by a hash
    whole_flow = parts[0].packets[AUTHENTICATION] // 200
    assert parts[0.1].packets[AUTHENTICATION] == whole_flow * parts[0.1].flows[AUTHENTICATION]


def test_every_known_port_has_its_class():
    known = known_conversations()

    assert set(TCP) <= set(known.tcp) and set(UDP) <= set(known.udp)
    assert all(CLASSES[kind] for kind in (*TCP.values(), *UDP.values()))


def test_a_flow_that_is_analysed_stays_when_less_is_taken_and_new_ones_are_sampled():
    said = [(True, b"\x30\x84" + b"x" * 60)] * 6
    old = [talk(389, said, START, 50_000, f"10.9.1.{number}") for number in range(100)]
    new = [talk(389, said, START + 1_000_000, 50_000, f"10.9.2.{number}") for number in range(100)]
    one = Sampled()
    one.feed([packet for talk_ in old for packet in talk_[:4]])
    one.traffic.govern(0.3, 0)
    one.feed([packet for talk_ in old for packet in talk_[4:]])
    kept = one.kept
    assert one.selected == kept and not any(one.sampling.packets)
    one.feed([packet for talk_ in new for packet in talk_])

    assert 20 < one.sampling.flows[SESSIONS] < 80 and one.sampling.cut == 0


def test_live_flows_go_when_nothing_of_their_class_is_taken_and_that_is_counted():
    one = Sampled()
    asked = [guesses([f"user{number}"], client=f"10.9.1.{number}") for number in range(20)]
    one.feed([packet for talk_ in asked for packet in talk_[:3]])  # asked, not answered yet
    one.traffic.govern(0.2, 0)
    one.feed([packet for talk_ in asked for packet in talk_[3:]], 100)
    after = len(one.traffic._table.flows)

    assert one.sampling.cut == 20 and one.sampling.flows[SESSIONS] == 20 and after == 0


def test_what_carries_much_becomes_bulk_and_is_let_go_first():
    def transfer(client, at, size):
        return talk(445, [(False, bytes(size))], at, 50_000, client)

    heavy = [transfer(f"10.9.1.{number}", START, HEAVY + 40_000) for number in range(4)]
    light = [transfer(f"10.9.2.{number}", START, 20_000) for number in range(4)]
    kerberos = talk(88, [(False, bytes(HEAVY + 40_000))], START, 50_000, "10.9.3.1")
    packets = sorted((one for flow in (*heavy, *light, kerberos) for one in flow), key=lambda one: one[0])
    one = Sampled(0.8)
    for at in range(0, len(packets), 100):
        one.feed(packets[at : at + 100], at + 1)

    assert one.sampling.flows == [0, 0, 0, 0, 4]
    assert one.sampling.cut == 4 and 0 < one.sampling.bytes[BULK] < 4 * 80_000


def test_a_bulk_flow_stays_out_until_it_was_quiet_for_a_while():
    one = Sampled(0.8)
    first = talk(445, [(False, bytes(HEAVY + 40_000))], START)
    one.feed(first)
    again = [(at + 20_000_000, data) for at, data in first[:40]]
    later = [(at + 3 * sampling.STAYS, data) for at, data in first[:40]]
    one.feed(again, 5000)
    before = one.kept
    one.feed([(later[0][0], later[0][1])], 6000)
    one.feed(later, 6001)

    assert one.sampling.packets[BULK] > 40 and one.kept >= before + 30


def test_a_question_that_was_let_go_is_not_told_as_unanswered():
    from app.sensor.live_capture import CUT, QUOTA, _Pass
    from app.sensor.sources.living import Limits
    from tests.sensor.test_live_capture import Outlet

    outlet = Outlet(None)
    passing = _Pass(KEY, outlet)
    packets = spray(["alice", "bob", "carol"])
    questions, answers = packets[::2], packets[1::2]
    passing.feed(window(questions))
    outlet.limits = Limits(level=0.0)
    passing.feed(window(answers, first=4))
    passing.close()

    assert outlet.batch == []
    assert outlet.lost == {QUOTA + CLASSES[AUTHENTICATION]: 3} and outlet.notes[CUT] == 3
    assert [(one.what, one.packets, one.flows) for one in outlet.skipped] == [(CLASSES[AUTHENTICATION], 3, 3)]


def test_fragments_are_counted_as_the_packets_they_were():
    body = udp(50_000, 53, bytes(2000))
    parts = [ip4("10.9.0.1", SERVER, 17, body[:1480], 7, 0x2000), ip4("10.9.0.1", SERVER, 17, body[1480:], 7, 185)]
    one = Sampled(0.0).feed([(START, ether(part)) for part in parts])

    assert one.sampling.packets[NAMES] == 2 and one.sampling.flows[NAMES] == 1 and one.sampling.bytes[NAMES] >= 2000


def test_flows_are_counted_once_however_many_there_are(monkeypatch):
    monkeypatch.setattr(sampling, "REMEMBERED", 300)
    one = Sampled(0.0)
    steady = ask(53, b"q" * 40, b"a" * 40, START, client="10.9.9.9")
    for number in range(20):
        many = [packet for i in range(100) for packet in ask(53, b"q" * 40, b"a" * 40, START, 50_000 + i, f"10.9.{number}.1")]
        one.feed([*many, *steady], number * 300 + 1)

    assert one.sampling.flows[NAMES] == 20 * 100 + 1
    assert len(one.sampling._young) <= 400 and len(one.sampling._old) <= 400


def test_at_full_level_nothing_is_looked_at():
    one = Sampled()
    one.feed(spray(["a"]))
    one.traffic.govern(0.0, 0)
    one.traffic.govern(1.0, 0)
    one.feed(spray(["b"], START + 10_000_000), 10)

    assert one.kept == one.selected == 4 and not any(one.sampling.packets)


def test_tight_memory_lets_the_flows_go_that_were_silent_longest():
    one = Sampled()
    packets = [
        packet for number in range(2000) for packet in spray(["x"], START + number, f"10.9.{number // 250}.{number % 250}")
    ]
    one.feed(packets)
    one.traffic.govern(1.0, 2)
    one.traffic.let_go()

    assert len(one.traffic._table.flows) == 20_000 >> 4
    assert one.traffic.problems["flows closed early, memory is short"][0] == 2000 - (20_000 >> 4)
    assert len(one.activities) == 2000


def test_levels_are_shares_of_the_work_as_it_was_of_late():
    packets = [packet for number in range(90) for packet in ask(88, b"x" * 40, b"y" * 40, START, client=f"10.9.1.{number}")]
    packets += [packet for number in range(90) for packet in ask(53, b"x" * 40, b"y" * 40, START, client=f"10.9.1.{number}")]
    one = Sampled()
    one.sampling.watching = True
    one.feed(packets)
    one.traffic.govern(0.5, 0)
    bands = one.sampling.bands

    assert bands[AUTHENTICATION] == pytest.approx((0, 0.01 + 0.95 * 25 / 45), abs=1e-4)
    assert bands[NAMES][1] - bands[NAMES][0] == pytest.approx(0.01 + 0.95 * 20 / 45, abs=1e-4)
    assert [low for low, _ in bands[1:]] == [high for _, high in bands[:-1]] and bands[BULK][1] == 1


def test_what_was_long_ago_does_not_shape_the_ladder():
    one = Sampled()
    one.sampling.watching = True
    one.feed(
        [packet for number in range(500) for packet in ask(53, b"x" * 40, b"y" * 40, START, client=f"10.9.1.{number % 250}")]
    )
    for number in range(1, 40):
        one.feed(ask(88, b"x" * 40, b"y" * 40, START + number * WITHIN), number * 2000)
    one.traffic.govern(0.5, 0)

    assert one.sampling.bands[AUTHENTICATION][1] > 0.9
