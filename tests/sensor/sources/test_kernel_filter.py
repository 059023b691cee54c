"""The kernel's filter: libpcap's own machine runs our program over real captures and says what passes."""

import ctypes
import ctypes.util
import random
import struct
from collections import Counter
from pathlib import Path

import pytest

from app.sensor.conversations import registry
from app.sensor.sources.kernel_filter import RAW, compiled, everything, identity_filter, nothing
from app.sensor.sources.living import Cannot
from app.sensor.sources.pcap import walk_pcap
from tests.sensor.wire import ether, ip4, ip6, pcap, tcp, udp

PORTS = list(registry.TCP), list(registry.UDP)
LIBRARY = ctypes.util.find_library("pcap")
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="libpcap is not here")


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint), ("lines", ctypes.c_void_p)]


class Header(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("micros", ctypes.c_long), ("captured", ctypes.c_uint), ("length", ctypes.c_uint)]


MACHINE = ctypes.CDLL(LIBRARY) if LIBRARY else None


def passes(program: bytes, packet: bytes) -> bool:
    assert MACHINE is not None
    buffer = ctypes.create_string_buffer(program, len(program))
    whole = Program(len(program) // 8, ctypes.addressof(buffer))
    header = Header(0, 0, len(packet), len(packet))
    return bool(MACHINE.pcap_offline_filter(ctypes.byref(whole), ctypes.byref(header), packet))


HEAD = tcp(50_000, 9_999, 1, b"\x05\x00\x0b\x03\x10\0\0\0" + bytes(16))


@pytest.mark.parametrize(
    ("words", "packet", "expected"),
    [
        ("Kerberos", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 88, 1)), True),
        ("Kerberos's answer", ip4("10.0.0.1", "10.0.0.2", 6, tcp(88, 50_000, 1)), True),
        ("options before TCP", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 445, 1), options=bytes(12)), True),
        ("DNS", ip4("10.0.0.1", "10.0.0.2", 17, udp(50_000, 53, b"")), True),
        ("web over TLS", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 443, 1, b"\x16\3\1")), False),
        ("signed time", ip4("10.0.0.1", "10.0.0.2", 17, udp(123, 123, bytes(48))), True),
        ("SNMP", ip4("10.0.0.1", "10.0.0.2", 17, udp(50_000, 161, bytes(48))), False),
        ("RPC between high ports", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 49_700, 1)), True),
        ("RPC on any port", ip4("10.0.0.1", "10.0.0.2", 6, HEAD), True),
        ("SMB on any port", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 1_234, 1, b"\0\0\0\x40\xfeSMB" + bytes(60))), True),
        ("a word of HTTP on any port", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 1_234, 1, b"GET / HTTP/1.1")), True),
        ("something else on any port", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 1_234, 1, b"something else")), False),
        ("nothing on any port", ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, 1_234, 1)), False),
        ("a fragment", ip4("10.0.0.1", "10.0.0.2", 17, bytes(64), fragment=100), True),
        ("the first fragment", ip4("10.0.0.1", "10.0.0.2", 17, udp(5_000, 5_000, b""), fragment=0x2000), True),
        ("ICMP", ip4("10.0.0.1", "10.0.0.2", 1, bytes(8)), False),
        ("GRE, as ERSPAN", ip4("10.0.0.1", "10.0.0.2", 47, bytes(40)), True),
        ("VXLAN", ip4("10.0.0.1", "10.0.0.2", 17, udp(5_000, 4_789, bytes(60))), True),
        ("VXLAN on another port", ip4("10.0.0.1", "10.0.0.2", 17, udp(5_000, 6_000, b"\x08\0\0\0" + bytes(60))), True),
        ("TZSP", ip4("10.0.0.1", "10.0.0.2", 17, udp(5_000, 37_008, bytes(60))), True),
    ],
)
def test_what_passes(words: str, packet: bytes, expected: bool) -> None:
    program = identity_filter(*PORTS)

    assert passes(program, ether(packet)) is expected
    assert passes(program, ether(packet, tags=(0x8100,))) is expected
    assert passes(program, ether(packet, tags=(0x88A8, 0x8100))) is expected
    assert passes(identity_filter(*PORTS, RAW), packet) is expected


def test_ipv6_passes_the_same() -> None:
    program = identity_filter(*PORTS)
    kerberos, web = (ether(ip6("fd00::1", "fd00::2", 6, tcp(50_000, port, 1)), 0x86DD) for port in (88, 443))
    fragment = ether(ip6("fd00::1", "fd00::2", 44, bytes(60)), 0x86DD)

    assert passes(program, kerberos) and passes(program, fragment) and not passes(program, web)


def test_what_is_sealed_in_other_labels_passes() -> None:
    program = identity_filter(*PORTS)

    assert passes(program, ether(bytes(60), 0x8847)) and passes(program, ether(bytes(60), 0x8864))
    assert not passes(program, ether(bytes(60), 0x0806))


def test_no_activity_is_lost_to_the_filter(shared: Path, tmp_path: Path) -> None:
    """Every capture of the lab, read whole and read after the filter, tells the same."""
    from app.sensor.sensor import read_input
    from app.sensor.sources.inputs import found_at

    program = identity_filter(*PORTS)
    for capture in sorted((shared / "lab" / "captures").glob("*.pcap"))[::3]:
        data = capture.read_bytes()
        kept, whole = [], 0
        for records in walk_pcap(data, lambda what, place: None):
            assert records.link == 1
            for start, size, at in zip(records.start.tolist(), records.size.tolist(), records.at.tolist(), strict=True):
                frame = data[start : start + size]
                whole += 1
                if passes(program, frame):
                    kept.append((at, frame))
        filtered = tmp_path / capture.name
        filtered.write_bytes(pcap(kept))
        kinds = []
        for path in (capture, filtered):
            got: Counter[str] = Counter()
            read_input(found_at(path), lambda batch, got=got: got.update((one.kind, one.result) for one in batch))
            kinds.append(got)

        assert kinds[0] == kinds[1], capture.name


def test_a_text_is_compiled_as_libpcap_does() -> None:
    program = compiled("tcp port 88")
    kerberos, web = (ether(ip4("10.0.0.1", "10.0.0.2", 6, tcp(50_000, port, 1))) for port in (88, 443))

    assert passes(program, kerberos) and not passes(program, web)


def test_a_wrong_text_is_one_sentence() -> None:
    with pytest.raises(Cannot, match="the filter is not understood"):
        compiled("tcp porridge 88")


def test_random_packets_do_no_harm() -> None:
    chance = random.Random(7)
    program = identity_filter(*PORTS)
    for _ in range(500):
        packet = chance.randbytes(chance.randrange(0, 90))
        assert passes(program, packet) in (True, False)
    assert passes(everything(), b"x" * 20) and not passes(nothing(), b"x" * 20)


def test_all_jumps_stay_inside() -> None:
    program = identity_filter(range(1, 40), range(1, 40))
    lines = list(struct.iter_unpack("=HBBI", program))

    for number, (code, true, false, operand) in enumerate(lines):
        assert number + 1 + (operand if code == 5 else max(true, false)) < len(lines) or code == 6
