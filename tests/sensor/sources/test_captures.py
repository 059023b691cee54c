import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.sources import pcap as module
from app.sensor.sources.pcap import walk_pcap
from app.sensor.sources.pcapng import walk_pcapng
from tests.sensor.wire import block, enhanced, interface, pcap, section

T = 1_700_000_000_123_456
PACKETS = [(T + n * 1000, bytes([n]) * (40 + n * 13 % 60)) for n in range(30)]


def read(data, size=7, ng=False):
    """(packets as (number, time, bytes, link), notes)."""
    out, notes = [], []
    for one in (walk_pcapng if ng else walk_pcap)(data, lambda what, at: notes.append((what, at)), size):
        assert one.first == len(out) + 1
        for row in range(len(one.start)):
            start, length = int(one.start[row]), int(one.size[row])
            link = one.link if isinstance(one.link, int) else int(one.link[row])
            out.append((int(one.at[row]), data[start : start + length], link))
    return out, notes


def expected(link=1, packets=PACKETS):
    return [(at, one, link) for at, one in packets]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    "magic, fraction, extra, tail",
    [
        (0xA1B2C3D4, 1_000_000, b"", b""),
        (0xA1B23C4D, 1_000_000_000, b"", b""),
        (0xA1B2CD34, 1_000_000, bytes(8), b""),
        (0x1C0001AC, 1_000_000_000, b"", bytes(4)),
    ],
    ids=["microseconds", "nanoseconds", "modified", "Ixia"],
)
@pytest.mark.parametrize("size", [1, 7, 50_000])
def test_pcap_of_every_kind(order, magic, fraction, extra, tail, size):
    data = pcap(PACKETS, 101, order, magic, extra=extra, fraction=fraction, tail=tail)
    assert read(data, size) == (expected(101), [])


def test_snap_length_keeps_the_original_length():
    (one,) = walk_pcap(pcap([(T, b"abc", 1500)]), lambda *_: None)
    assert (one.size.tolist(), one.length.tolist()) == ([3], [1500])


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_cut_end_is_noted_and_the_rest_read(cut):
    data = pcap(PACKETS)
    got, notes = read(data[:-cut])
    assert got == expected()[:-1]
    assert [what for what, _ in notes] == ["last record cut short"]


def test_a_file_that_is_only_a_header_is_empty():
    assert read(pcap([])) == ([], [])
    assert read(pcap([])[:10]) == ([], [("file header cut short", 0)])


@pytest.mark.parametrize("size", [3, 50_000])
def test_damage_in_a_record_costs_that_record_only(size):
    data = bytearray(pcap(PACKETS))
    tenth = 24 + sum(16 + len(one) for _, one in PACKETS[:10])
    data[tenth + 8 : tenth + 12] = b"\xff\xff\xff\x7f"
    got, notes = read(bytes(data), size)
    assert got == expected(packets=PACKETS[:10] + PACKETS[11:])
    assert notes == [("damaged record", tenth)]


def test_bytes_cut_out_of_the_middle_cost_what_they_touched():
    data = pcap(PACKETS)
    tenth = 24 + sum(16 + len(one) for _, one in PACKETS[:10])
    got, notes = read(data[: tenth + 20] + data[tenth + 90 :], 50_000)
    whole = expected()
    assert got[:10] == whole[:10] and got[-15:] == whole[-15:]
    assert notes


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("size", [1, 4, 50_000])
def test_pcapng_with_sections_interfaces_and_other_blocks(order, size):
    other = "<" if order == ">" else ">"
    ns, binary = 9, 0x80 | 20
    data = b"".join(
        [
            section(order),
            interface(1, order),
            interface(113, order, resolution=ns),
            interface(101, order, resolution=binary),
            interface(1, order, offset=3600),
            enhanced(T, b"first", 0, order),
            block(4, b"names" * 3, order),
            block(5, bytes(20), order),
            block(0xBAD, b"custom" * 9, order),
            enhanced(T * 1000 + 999, b"second", 1, order),
            enhanced((T // 10**6 << 20) + (1 << 19), b"third", 2, order),
            enhanced(T, b"fourth", 3, order),
            block(2, struct.pack(order + "HHIIII", 1, 0, (T * 1000) >> 32, (T * 1000) & 0xFFFFFFFF, 3, 3) + b"old", order),
            block(3, struct.pack(order + "I", 6) + b"simple", order),
            section(other),
            interface(12, other),
            enhanced(T + 5, b"other order", 0, other),
        ]
    )
    got, notes = read(data, size, ng=True)
    assert got == [
        (T, b"first", 1),
        (T, b"second", 113),
        (T // 10**6 * 10**6 + 500_000, b"third", 101),
        (T + 3600 * 10**6, b"fourth", 1),
        (T, b"old", 113),
        (T, b"simple", 1),
        (T + 5, b"other order", 12),
    ]
    assert [what for what, _ in notes] == ["packets without a time"]


def test_simple_packets_are_cut_at_the_snap_length():
    data = section() + interface(snap=4) + block(3, struct.pack("<I", 9) + b"simp")
    assert read(data, ng=True)[0] == [(0, b"simp", 1)]


NG = section() + interface() + b"".join(enhanced(at, one) for at, one in PACKETS)


@pytest.mark.parametrize("size", [3, 50_000])
def test_a_damaged_block_costs_itself_only(size):
    data = bytearray(NG)
    blocks = [len(section() + interface())]
    for at, one in PACKETS:
        blocks.append(blocks[-1] + len(enhanced(at, one)))
    data[blocks[5] + 4] ^= 0xFF
    data[blocks[5] + 7] = 0x7F
    got, notes = read(bytes(data), size, ng=True)
    assert got == expected(packets=PACKETS[:5] + PACKETS[6:])
    assert notes == [("damaged block", blocks[5])]


def test_a_cut_block_at_the_end_is_noted():
    got, notes = read(NG[:-9], ng=True)
    assert got == expected()[:-1]
    assert [what for what, _ in notes] == ["last block cut short"]


@settings(max_examples=150, deadline=None)
@given(st.booleans(), st.integers(0, 2**32), st.integers(0, 12), st.integers(0, 300))
def test_damage_never_raises_and_windows_do_not_matter(ng, seed, changes, cut):
    chance = random.Random(seed)
    data = bytearray(NG if ng else pcap(PACKETS))
    for _ in range(changes):
        data[chance.randrange(len(data))] = chance.randrange(256)
    data = bytes(data[: len(data) - cut])
    if not data.startswith((NG if ng else pcap([]))[:24]):
        return
    assert [one[1] for one in read(data, 50_000, ng)[0]] == [one[1] for one in read(data, 4, ng)[0]] or not ng
    read(data, 4, ng)


@pytest.fixture
def leaping(monkeypatch):
    """Small files are walked from many places at once; the list tells how many times that went well."""
    for name, value in (("SPAN", 8192), ("CHAINS", 16), ("SEEK", 300), ("LARGEST", 200)):
        monkeypatch.setattr(module, name, value)
    went, leap = [], module._leap

    def counted(*given):
        found = leap(*given)
        went.append(found is not None)
        return found

    monkeypatch.setattr(module, "_leap", counted)
    return went


@pytest.mark.parametrize("order", "<>")
def test_walking_from_many_places_gives_the_same(leaping, order):
    chance = random.Random(1)
    packets = [(T + n * 1000, chance.randbytes(chance.randrange(1, 150))) for n in range(1000)]
    assert read(pcap(packets, order=order, snap=150), 50) == (expected(packets=packets), [])
    assert sum(leaping) > 3


def test_a_capture_inside_a_capture_misleads_nobody(leaping):
    inner = pcap([(T, bytes(3))] * 200)
    packets = [(T + n, inner[24 + n % 19 : 24 + n % 19 + 150]) for n in range(600)]
    assert read(pcap(packets, snap=150), 50) == (expected(packets=packets), [])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 5))
def test_damage_is_stepped_over_the_same_from_many_places(seed, changes):
    chance = random.Random(seed)
    packets = [(T + n * 1000, chance.randbytes(chance.randrange(1, 150))) for n in range(400)]
    data = bytearray(pcap(packets, snap=150))
    for _ in range(changes):
        data[chance.randrange(24, len(data))] = chance.randrange(256)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LARGEST", 200)
        plain = read(bytes(data), 50)
        for name, value in (("SPAN", 8192), ("CHAINS", 16), ("SEEK", 300)):
            patch.setattr(module, name, value)
        assert read(bytes(data), 50) == plain


def test_a_packet_of_an_interface_that_is_not_described_has_the_time_of_the_one_before():
    data = section() + interface() + enhanced(T, b"first", 0) + enhanced(0, b"stray", 7)
    got, notes = read(data, ng=True)
    assert got == [(T, b"first", 1), (T, b"stray", 1)]
    assert [what for what, _ in notes] == ["packet of an interface that is not described", "packets without a time"]
    bare, notes = read(section() + enhanced(T, b"first", 0), ng=True)
    assert bare == [(T, b"first", 1)] and [what for what, _ in notes] == ["packet of an interface that is not described"]
