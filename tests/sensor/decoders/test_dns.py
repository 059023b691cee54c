"""DNS messages: names, records, updates, keys."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.decoders import dns
from tests.sensor.decoders.test_ldap import damaged


def name(text: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in text.split(".") if one) + b"\0"


def record(owner: bytes, kind: int, data: bytes, group: int = 1) -> bytes:
    return owner + struct.pack(">HHIH", kind, group, 300, len(data)) + data


def message(question: str, kind: int, *answers: bytes, flags: int = 0, extra: tuple[bytes, ...] = (), number: int = 7) -> bytes:
    head = struct.pack(">6H", number, flags, 1, len(answers), 0, len(extra))
    return head + name(question) + struct.pack(">2H", kind, 1) + b"".join(answers) + b"".join(extra)


HERE = b"\xc0\x0c"
SOA_DATA = name("dc1.x") + name("hostmaster.x") + struct.pack(">5I", 71, 900, 600, 86400, 3600)
RECORDS = {
    "A": (1, bytes([10, 0, 0, 1]), "A 10.0.0.1"),
    "AAAA": (28, bytes.fromhex("20010db8000000000000000000000001"), "AAAA 2001:db8::1"),
    "SRV": (33, struct.pack(">3H", 0, 100, 389) + name("dc1.corp.test"), "SRV 0 100 389 dc1.corp.test"),
    "PTR": (12, name("ws1.corp.test"), "PTR ws1.corp.test"),
    "CNAME": (5, b"\x03dc1" + HERE, "CNAME dc1.q.corp.test"),
    "MX": (15, b"\0\x0a" + name("mail.x"), "MX 10 mail.x"),
    "TXT": (16, b"\x03abc\x02de", "TXT abc de"),
    "SOA": (6, SOA_DATA, "SOA dc1.x hostmaster.x 71 900 600 86400 3600"),
    "unknown": (4711, b"1234", "TYPE4711 4 bytes"),
    "malformed": (33, b"\0", "SRV malformed"),
}


@pytest.mark.parametrize("kind, data, shown", RECORDS.values(), ids=RECORDS)
def test_records_as_text(kind: int, data: bytes, shown: str) -> None:
    found = dns.decode(message("q.corp.test", kind, record(HERE, kind, data), flags=0x8400))
    assert found is not None and found.complete
    assert (found.name, found.kind, found.answers, found.records) == ("q.corp.test", kind, (shown,), 1)


def test_hosts_that_answers_name() -> None:
    a = record(b"\x03dc1" + HERE, 1, bytes([10, 0, 0, 1]))
    found = dns.decode(message("corp.test", 33, record(HERE, 33, bytes(6) + b"\0"), flags=0x8400, extra=(a,)))
    assert found is not None and found.hosts == (("10.0.0.1", "dc1.corp.test"),)
    found = dns.decode(message("4.3.0.10.in-addr.arpa", 12, record(HERE, 12, name("ws1.x")), flags=0x8400))
    assert found is not None and found.hosts == (("10.0.3.4", "ws1.x"),)
    six = ".".join("1" + "0" * 23 + "8bd01002") + ".ip6.arpa"
    assert dns.reverse_address(six) == "2001:db8::1"
    assert dns.reverse_address("300.3.0.10.in-addr.arpa") is None


def test_serials_of_a_transfer() -> None:
    a = record(HERE, 1, bytes([10, 0, 0, 1]))
    soa = record(HERE, 6, SOA_DATA)
    both = dns.decode(message("x", dns.AXFR, soa, a, soa, flags=0x8400))
    first = dns.decode(message("x", dns.AXFR, soa, a, flags=0x8400))
    last = dns.decode(message("x", dns.AXFR, a, soa, flags=0x8400))
    assert both and first and last
    assert [(one.first_serial, one.last_serial) for one in (both, first, last)] == [(71, 71), (71, None), (None, 71)]


def test_loops_of_pointers_end() -> None:
    assert dns.decode(struct.pack(">6H", 1, 0, 1, 0, 0, 0) + HERE + b"\0\1\0\1") is not None
    found = dns.decode(message("x", 1, record(b"\xc0\x13", 1, b"abcd"), flags=0x8000))
    assert found is not None


def test_a_label_with_a_zero_byte() -> None:
    found = dns.decode(struct.pack(">6H", 1, 0, 1, 0, 0, 0) + b"\x03a\0b\x01x\0" + struct.pack(">2H", 1, 1))
    assert found is not None and (found.name, found.kind) == ("a\0b.x", 1)


def test_update_and_signature() -> None:
    head = struct.pack(">6H", 9, dns.UPDATE << 11, 1, 1, 3, 1) + name("corp.test") + struct.pack(">2H", 6, 1)
    body = (
        record(HERE, 5, b"", 254)
        + record(b"\x02ws" + HERE, 28, b"", 255)
        + record(b"\x02ws" + HERE, 1, bytes([10, 0, 0, 9]), 254)
        + record(b"\x02ws" + HERE, 1, bytes([10, 0, 0, 8]))
        + record(name("key"), 250, b"", 255)
    )
    found = dns.update(head + body)
    assert found is not None and found.zone == "corp.test" and found.signed
    assert found.changes == ("delete ws.corp.test AAAA", "delete ws.corp.test A 10.0.0.9", "add ws.corp.test A 10.0.0.8")


def test_key_token() -> None:
    data = name("gss.microsoft.com") + struct.pack(">2I3H", 1, 2, 3, 0, 5) + b"TOKEN" + b"\0\0"
    raw = message("key.x", dns.TKEY, extra=(record(HERE, dns.TKEY, data, 255),))
    assert dns.tkey(raw) == ("key.x", 0, b"TOKEN")


def test_type_names() -> None:
    assert (dns.type_name(33), dns.type_name(252), dns.type_name(54321)) == ("SRV", "AXFR", "TYPE54321")
    assert len(set(dns.TYPES.values())) == len(dns.TYPES)


SEEDS = [message("q.corp.test", kind, record(HERE, kind, data), flags=0x8400) for kind, data, _ in RECORDS.values()]
SEEDS.append(message("corp.test", 33, record(HERE, 33, bytes(6) + HERE), flags=0x8400, extra=(record(HERE, 1, b"abcd"),)))
SEEDS.append(message("key.x", dns.TKEY, extra=(record(HERE, dns.TKEY, name("g") + bytes(18), 255),)))


@given(st.binary(max_size=300) | damaged(SEEDS))
def test_any_bytes_are_survived(raw: bytes) -> None:
    dns.decode(raw)
    dns.update(raw)
    dns.tkey(raw)


def test_great_counts_end_soon() -> None:
    dns.decode(struct.pack(">6H", 1, 0x8000, 65535, 65535, 65535, 65535) + b"\0" * 60000)
    dns.decode(struct.pack(">6H", 1, 0x8000, 1, 65535, 0, 0) + b"\0" * 60000)
