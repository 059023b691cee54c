"""RADIUS conversations."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.activity import Account, Activity, Endpoint
from app.model.details import RadiusAccess, RadiusAccounting
from app.sensor.conversations.radius import RadiusUdp
from app.sensor.conversations.radius_accounting import ASTRAY
from app.sensor.frame import Flow
from tests.sensor import naive
from tests.sensor.decoders.test_ldap import damaged
from tests.sensor.decoders.test_radius import ACCOUNTING, packet

FLOW = Flow("in", Endpoint("10.0.0.3", 40000), Endpoint("10.0.0.1", 1812), "udp")


def talk(*raws: tuple[bool, bytes], begins: int = 1) -> tuple[list[Activity], Counter[str]]:
    out: list[Activity] = []
    problems: Counter[str] = Counter()
    of = RadiusUdp(FLOW, out.append, lambda what, _: problems.update([what]))
    for frame, (from_client, raw) in enumerate(raws, 1):
        of.message(from_client, raw, begins + frame - 1, (frame,), 0)
    of.close()
    return out, problems


def test_access_and_its_outcomes() -> None:
    ask = (True, packet(1, (1, b"anna@corp.test"), (31, b"203.0.113.9")))
    for code, ended in ((2, "success"), (3, "failure")):
        reply = (False, packet(code, (8, bytes([10, 9, 0, 5])), authenticator=b"B" * 16))
        (found,), problems = talk(ask, ask, reply, reply)
        assert (found.result, found.code, found.frames) == (ended, code, (1, 2, 3)) and not problems
        assert found.account == Account(name="anna", domain="corp.test")
        assert isinstance(found.detail, RadiusAccess) and found.detail.framed_ip == "10.9.0.5"


def test_challenges_are_one_authentication() -> None:
    (found,), _ = talk(
        (True, packet(1, (1, b"anna"), (79, b"x"), number=1)),
        (False, packet(11, (24, b"S"), number=1)),
        (True, packet(1, (1, b"anna"), (24, b"S"), number=2, authenticator=b"C" * 16)),
        (False, packet(2, number=2)),
    )
    assert (
        found.frames == (1, 2, 3, 4) and found.result == "success" and isinstance(found.detail, RadiusAccess) and found.detail.eap
    )
    (found,), _ = talk((True, packet(1, (1, b"anna"), number=1)), (False, packet(11, (24, b"S"), number=1)))
    assert found.result == "unanswered" and isinstance(found.detail, RadiusAccess) and found.detail.outcome == "Access-Challenge"


def test_accounting() -> None:
    (found,), _ = talk((True, ACCOUNTING), (False, packet(5)))
    assert isinstance(found.detail, RadiusAccounting) and (found.result, found.code) == ("success", 5)
    assert (found.detail.status, found.detail.framed_ip, found.detail.session_seconds) == ("Interim-Update", "10.9.0.5", 60)
    assert found.account == Account(name="anna", domain="CORP")


def test_a_delayed_request_tells_when_it_happened() -> None:
    began = 1_600_000_000

    def told(*more: tuple[int, bytes], odd: int = 0) -> RadiusAccounting:
        asked = True, packet(4, (40, b"\0\0\0\1"), *more)
        (found,), problems = talk(asked, (False, packet(5)), begins=began * 1_000_000)
        assert isinstance(found.detail, RadiusAccounting) and problems == Counter({ASTRAY: odd} if odd else {})
        return found.detail

    def clock(seconds: int) -> tuple[int, bytes]:
        return 55, seconds.to_bytes(4, "big")

    assert told().event_at is None
    assert told((41, b"\0\0\0\x02")).event_at == (began - 2) * 1_000_000
    assert told((41, b"\0\0\0\x02"), clock(began - 9)).event_at == (began - 9) * 1_000_000
    for never in (9, began + 90 * 86400):  # a gateway whose clock was never set, or is ahead
        assert told((41, b"\0\0\0\x02"), clock(never), odd=1).event_at == (began - 2) * 1_000_000
        assert told(clock(never), odd=1).event_at is None
    assert told((41, b"\xff" * 4)).event_at is None


@settings(max_examples=100)
@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=80) | damaged([ACCOUNTING, packet(11, (24, b"S"))])), max_size=10))
def test_any_bytes_are_survived(raws: list[tuple[bool, bytes]]) -> None:
    talk(*raws)


def test_real_gateway(shared: Path) -> None:
    found, problems = naive.replay(shared / "lab/captures/vpn_radius.pcap", RadiusUdp, {1812, 1813}, 17)
    assert Counter((one.kind, one.result) for one in found) == {
        ("radius-access", "success"): 5,
        ("radius-access", "failure"): 1,
        ("radius-accounting", "success"): 16,
    }
    assert not problems


def test_real_challenges(shared: Path) -> None:
    path = shared / "corpus/pcap/cl_radius_localhost.pcapng"
    if not path.is_file():
        pytest.skip("not here")
    found, _ = naive.replay(path, RadiusUdp, {1812}, 17)
    assert Counter(one.result for one in found) == {"success": 4, "failure": 2, "unanswered": 1}
    assert sum(len(one.frames) for one in found) == 19
