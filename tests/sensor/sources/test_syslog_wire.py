"""Syslog in captures gives the same events as a listener, with the packets that show them."""

from pathlib import Path

from app.model.details import RadiusAccounting
from app.sensor.decoders.instants import NEVER
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import found_at
from app.sensor.sources.places import PRIVATE, open_places, placing
from tests.sensor import wire
from tests.sensor.events.syslog_samples import CEF, FORMS, NOW, SNARE, SPLUNK
from tests.sensor.sources.text_inputs import read


def datagram(payload: bytes) -> bytes:
    return wire.ether(wire.ip4(wire.A, wire.B, 17, wire.udp(40000, 514, payload)))


def segment(seq: int, payload: bytes, flags: int = wire.ACK) -> bytes:
    return wire.ether(wire.ip4(wire.A, wire.B, 6, wire.tcp(40000, 514, seq, payload, flags)))


def test_datagrams(tmp_path: Path) -> None:
    packets = [(NOW + at, datagram(one)) for at, one in enumerate([*FORMS.values(), b"<13>hello"])]
    found, report, problems = read(tmp_path / "x.pcap", wire.pcap(packets))
    assert report.records == len(FORMS) + 1 and problems == {"syslog message that is no Windows event": 1}
    assert sorted(one.frames for one in found) == [(at,) for at in range(1, len(FORMS) + 1)]
    assert {one.detail.fields["Status"] for one in found} == {"0xc000006a"}  # type: ignore[union-attr]
    assert all(one.record is None for one in found) and len({one.id for one in found}) == len(found)


def test_a_time_that_cannot_be_is_that_of_the_packet(tmp_path: Path) -> None:
    heads = (b"1970-01-01T00:00:09Z", b"1601-01-01T00:00:00Z", b"9999-12-31T00:00:00Z", b"2027-01-01T00:00:00Z")
    bare = CEF.replace(b" rt=1426218619000", b"")
    packets = [(NOW + at, datagram(b"<13>" + head + b" dc1 " + bare)) for at, head in enumerate(heads)]
    found, report, problems = read(tmp_path / "x.pcap", wire.pcap(packets))
    assert sorted(one.at for one in found) == [NOW, NOW + 1, NOW + 2, NOW + 3] and problems == {NEVER: 4}
    assert (report.first, report.last) == (NOW, NOW + 3)


def test_streams(tmp_path: Path) -> None:
    whole = b"%d %s" % (len(SPLUNK), SPLUNK) + CEF + b"\n" + SNARE + b"\0" + b"%d %s" % (len(CEF), CEF)
    pieces = [whole[at : at + 97] for at in range(0, len(whole), 97)]
    packets = [(NOW, segment(99, b"", wire.SYN))]
    packets += [(NOW + 1 + at, segment(100 + 97 * at, one)) for at, one in enumerate(pieces)]
    found, _, problems = read(tmp_path / "x.pcap", wire.pcap(packets))
    assert len(found) == 4 and not problems
    assert sorted(frame for one in found for frame in one.frames)[-1] == len(packets)


def test_places_of_a_captured_gateway(shared: Path) -> None:
    out: list[object] = []
    read_input(found_at(shared / "lab/captures/vpn_radius.pcap"), placing(out.extend, open_places("")))
    details = [one.detail for one in out if isinstance(one.detail, RadiusAccounting)]  # type: ignore[attr-defined]
    assert len(details) == 16 and {one.status for one in details} >= {"Start", "Stop"}
    assert {one.place for one in details} <= {None, PRIVATE}
    assert all(one.framed_ip for one in details if one.status == "Start")
