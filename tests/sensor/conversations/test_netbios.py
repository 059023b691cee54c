"""NetBIOS name conversations."""

from pathlib import Path

import pytest

from app.model.activity import Activity, Endpoint
from app.model.details import NameObservation
from app.sensor.conversations.netbios import NetbiosNameUdp
from app.sensor.frame import Flow
from tests.sensor import naive
from tests.sensor.decoders.test_netbios import registration, status


def test_claims_are_told_once() -> None:
    out: list[Activity] = []
    flow = Flow("in", Endpoint("10.0.0.7", 137), Endpoint("10.0.0.255", 137), "udp")
    of = NetbiosNameUdp(flow, out.append, lambda what, _: pytest.fail(what))
    for frame in (1, 2, 3):
        of.message(True, registration("WS1", 0), frame, (frame,), 0)
    of.message(False, status(("DC1", 0, False), ("CORP", 0, True)), 4, (4,), 0)
    of.close()
    assert [one.detail for one in out] == [
        NameObservation(address="10.0.0.7", name="WS1", method="netbios"),
        NameObservation(address="10.0.0.255", name="DC1", method="netbios", hardware="00:50:56:23:45:aa"),
        NameObservation(address="10.0.0.255", name="CORP", method="netbios", role="domain", hardware="00:50:56:23:45:aa"),
    ]
    assert len({one.id for one in out}) == 3


def test_real_node_status(shared: Path) -> None:
    path = shared / "corpus/pcap/sb_LM_WMI_ProcessCallCreate.pcapng"
    if not path.is_file():
        pytest.skip("not here")
    found, problems = naive.replay(path, NetbiosNameUdp, {137}, 17)
    names = {(one.detail.name, one.detail.role) for one in found if isinstance(one.detail, NameObservation)}
    assert names == {("3B", "domain"), ("01566S-WIN16-IR", "computer")} and not problems
