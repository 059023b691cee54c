"""DHCP conversations."""

from pathlib import Path

import pytest

from app.model.activity import Activity, Endpoint
from app.model.details import NameObservation
from app.sensor.conversations.dhcp import DhcpUdp
from app.sensor.frame import Flow
from tests.sensor import naive
from tests.sensor.decoders.test_dhcp import REQUEST, packet

FLOW = Flow("in", Endpoint("10.0.0.9", 68), Endpoint("10.0.0.1", 67), "udp")
ADDRESS = bytes([10, 0, 0, 9])


def talk(*raws: tuple[bool, bytes]) -> list[Activity]:
    out: list[Activity] = []
    of = DhcpUdp(FLOW, out.append, lambda what, _: pytest.fail(what))
    for at, (from_client, raw) in enumerate(raws, 1):
        of.message(from_client, raw, at, (at,), 0)
    of.close()
    return out


def test_request_joined_with_its_grant() -> None:
    (named,) = talk((True, REQUEST), (True, REQUEST), (False, packet(5, reply=True, given=ADDRESS)))
    assert named.frames == (1, 2, 3)
    assert named.detail == NameObservation(address="10.0.0.9", name="ws1.corp.test", method="dhcp", hardware="08:00:27:0a:0b:0c")


def test_a_refused_request_binds_nothing() -> None:
    assert talk((True, REQUEST), (False, packet(6, reply=True))) == []


def test_a_lone_request_is_the_client_s_word() -> None:
    (named,) = talk((True, REQUEST))
    assert isinstance(named.detail, NameObservation) and named.detail.address == "10.0.0.9"


def test_a_lone_grant_needs_a_name() -> None:
    assert talk((False, packet(5, reply=True, given=ADDRESS))) == []
    (named,) = talk(
        (False, packet(5, (12, b"WS1"), reply=True, given=ADDRESS)), (False, packet(5, (12, b"WS1"), reply=True, given=ADDRESS))
    )
    assert isinstance(named.detail, NameObservation) and named.detail.name == "WS1"


def test_real_lease(shared: Path) -> None:
    path = shared / "corpus/pcap/pl_DHCP.cap"
    if not path.is_file():
        pytest.skip("not here")
    found, problems = naive.replay(path, DhcpUdp, {67, 68}, 17)
    assert {(one.detail.address, one.detail.name) for one in found if isinstance(one.detail, NameObservation)} == {
        ("192.168.0.3", "R0")
    }
    assert (7, 8) in [one.frames for one in found] and not problems
