import struct
from pathlib import Path

import pytest

from app.model.activity import Activity, Endpoint
from app.model.details import NameObservation, RdpConnection
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE
from app.sensor.conversations.rdp import RdpTcp
from app.sensor.decoders import tls
from app.sensor.frame import Flow
from tests.sensor.decoders.test_rdp import conference, unit
from tests.sensor.decoders.test_tls import certificate, hello, subject
from tests.sensor.naive import replay

FLOW = Flow("input", Endpoint("10.0.0.1", 50000), Endpoint("10.0.0.2", 3389), "tcp")
REQUEST = unit(0xE0, b"Cookie: mstshash=alice\r\n" + struct.pack("<BBHI", 1, 0, 8, 3))
CONFIRM = unit(0xD0, struct.pack("<BBHI", 2, 0, 8, 2))


def handshake(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def record(kind: int, content: bytes) -> bytes:
    return bytes([kind, 3, 3]) + len(content).to_bytes(2, "big") + content


class Talk:
    """A connection; each record is a message of its own."""

    def __init__(self) -> None:
        self.activities: list[Activity] = []
        self.counted: list[str] = []
        self.rdp = RdpTcp(FLOW, self.activities.append, lambda what, frame: self.counted.append(what))
        self.frame = 0

    def says(self, from_client: bool, data: bytes) -> "Talk":
        self.frame += 1
        length, wanted = self.rdp.measure(from_client, data, 0, len(data))
        assert 0 < wanted <= length == len(data)
        self.rdp.message(from_client, data[:wanted], self.frame * 1000, (self.frame,), 0)
        return self

    def connection(self) -> tuple[Activity, RdpConnection]:
        (one,) = [one for one in self.activities if isinstance(one.detail, RdpConnection)]
        assert isinstance(one.detail, RdpConnection)
        return one, one.detail

    def names(self) -> list[tuple[str, str, str]]:
        return [
            (one.detail.address, one.detail.name, one.detail.method)
            for one in self.activities
            if isinstance(one.detail, NameObservation)
        ]


SERVER_HELLO = handshake(tls.SERVER_HELLO, b"\x03\x03" + bytes(32) + b"\0\x13\x01\0")


def test_a_server_is_named_by_its_certificate() -> None:
    shown = handshake(tls.CERTIFICATE, certificate(subject(0x0C, b"WS2.corp.test")))
    talk = Talk().says(True, REQUEST).says(False, CONFIRM).says(True, hello("ws2.corp.test"))
    talk.says(False, record(22, SERVER_HELLO + shown[:40])).says(False, record(22, shown[40:])).says(True, record(23, b"sealed"))
    talk.rdp.close()

    one, detail = talk.connection()
    assert (detail.cookie, detail.requested_protocols, detail.selected_protocol) == ("alice", 3, 2)
    assert (detail.server_name, detail.certificate_subject) == ("ws2.corp.test", "WS2.corp.test")
    assert (one.result, one.frames, one.account) == ("success", (1, 2, 3, 5), None)
    assert talk.names() == [("10.0.0.2", "WS2.corp.test", "rdp")]
    assert talk.counted == ["RDP logon sealed by TLS"]


def test_a_certificate_that_names_no_computer() -> None:
    shown = handshake(tls.CERTIFICATE, certificate(subject(0x0C, b"My Company, Inc.")))
    talk = Talk().says(True, REQUEST).says(False, CONFIRM).says(False, record(22, SERVER_HELLO + shown))

    assert talk.connection()[1].certificate_subject == "My Company, Inc."
    assert talk.names() == []


def test_tls_1_3_shows_no_certificate() -> None:
    newer = handshake(tls.SERVER_HELLO, b"\x03\x03" + bytes(32) + b"\0\x13\x01\0" + b"\0\x06\0\x2b\0\x02\x03\x04")
    talk = (
        Talk()
        .says(True, REQUEST)
        .says(False, CONFIRM)
        .says(True, hello("ws2"))
        .says(False, record(22, newer))
        .says(False, record(23, b"x"))
    )

    assert talk.connection()[1].server_name == "ws2"
    assert talk.counted == ["RDP certificate sealed by TLS 1.3", "RDP logon sealed by TLS"]


def test_a_refusal() -> None:
    talk = Talk().says(True, REQUEST).says(False, unit(0xD0, struct.pack("<BBHI", 3, 0, 8, 5)))

    one, _ = talk.connection()
    assert (one.result, one.code) == ("failure", 5)


def test_plain_rdp_tells_the_clients_computer() -> None:
    data = conference("WS1").ljust(300, b"\0")
    talk = Talk().says(True, unit(0xE0, b"Cookie: mstshash=bob\r\n")).says(False, unit(0xD0, b"")).says(True, data)

    assert talk.names() == [("10.0.0.1", "WS1", "rdp")]
    assert talk.connection()[1].cookie == "bob"


def test_nobody_answers() -> None:
    talk = Talk().says(True, REQUEST)
    talk.rdp.close()
    talk.rdp.close()

    assert talk.connection()[0].result == "unanswered"


def test_measures() -> None:
    rdp = RdpTcp(FLOW, lambda one: None, lambda what, frame: None)

    assert rdp.measure(True, b"\x03\0\0", 0, 3) == NEED_MORE
    assert rdp.measure(True, b"\x17\x03\x03\x10\x00", 0, 5) == (4101, 5)
    assert rdp.measure(False, b"\x80\x81\x10\x00", 0, 4) == (272, 1)
    assert rdp.measure(False, b"GET ", 0, 4) == NOT_HERE


@pytest.mark.parametrize("chunk", [0, 1, 50])
def test_a_real_capture(shared: Path, chunk: int) -> None:
    path = shared / "corpus" / "pcap" / "elc_windows_miscellany.pcap"
    if not path.exists():
        pytest.skip("the capture is not here")
    found, _ = replay(path, RdpTcp, {3389}, 6, chunk)

    told = [(one.detail.cookie, one.detail.certificate_subject) for one in found if isinstance(one.detail, RdpConnection)]
    name = "WIN-CNNEQ7OCUQS.picklesworth.local"
    assert told == [(None, name), ("administr", name), ("administr", name)]
    assert {one.detail.name for one in found if isinstance(one.detail, NameObservation)} == {name}
