"""FreeRADIUS detail files are inputs; what a real FreeRADIUS writes is read back."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.model.activity import Account
from app.model.details import RadiusAccounting
from app.sensor.conversations.radius_accounting import ASTRAY
from app.sensor.decoders.instants import NEVER
from tests.sensor.decoders.test_ldap import damaged
from tests.sensor.free_port import free_port
from tests.sensor.sources.listening import process, program, until
from tests.sensor.sources.test_radius import START, radclient
from tests.sensor.sources.text_inputs import read

DETAIL = b"""Tue Sep 19 13:55:35 2017
\tUser-Name = "CORP\\\\anna \\"x\\""
\tAcct-Status-Type = Start
\tAcct-Session-Id = "S1"
\tNAS-IP-Address = 10.0.0.3
\tNAS-Port-Type = Virtual
\tFramed-IP-Address = 10.9.0.5
\tCisco-AVPair = "mdm-tlv=device-platform=win"
\tCisco-AVPair = "ip:source-ip=203.0.113.9"
\tEvent-Timestamp = "Sep 19 2017 13:55:05 CEST"
\tAcct-Delay-Time = 30
\tTimestamp = 1505822135

Tue Sep 19 13:56:35 2017
\tUser-Name := "anna@corp.test"
\tAcct-Status-Type = Alive
\tTunnel-Client-Endpoint:0 = "198.51.100.4"
\tTimestamp = 1505822195
\tgarbage

Tue Sep 19 13:57:35 2017
\tPacket-Type = Access-Accept
\tUser-Name = "anna"

Tue Sep 19 13:58:35 2017
\tUser-Name = "anna"
"""


def paragraph(title: str, event: str, stamp: str) -> str:
    return (
        f'{title}\n\tAcct-Status-Type = Start\n\tUser-Name = "anna"\n\tFramed-IP-Address = 10.9.0.5\n'
        f'\tEvent-Timestamp = "{event}"\n\tTimestamp = {stamp}\n\n'
    )


def test_clocks_that_were_never_set_stretch_nothing(tmp_path: Path) -> None:
    good = paragraph("Mon Jan  5 10:00:00 2026", "Jan  5 2026 10:00:00 UTC", "1767607200")
    bad = [
        paragraph("Thu Jan  1 00:00:10 1970", "Jan  1 1970 00:00:10 UTC", "000000010"),
        paragraph("Fri Dec 31 10:00:00 9999", "Dec 31 9999 10:00:00 UTC", "253402250400"),
        paragraph("Mon Jan  1 10:00:00 1601", "Jan  5 2026 10:00:00 UTC", "never"),
    ]
    found, report, problems = read(tmp_path / "detail", "".join([bad[0], good, *bad[1:]]).encode())
    assert {one.at for one in found} == {report.first} == {report.last} == {1767607200_000_000}
    assert report.records == len(found) == 4 and [one.record for one in found] == [1, 8, 15, 22]
    assert problems == {NEVER: 3, ASTRAY: 2}
    assert [one.detail.event_at for one in found] == [None, 1767607200_000_000, None, 1767607200_000_000]  # type: ignore[union-attr]


def test_records(tmp_path: Path) -> None:
    found, report, problems = read(tmp_path / "detail-20170919", DETAIL)
    assert (report.kind, report.state, report.records) == ("radius", "done", 4)
    first, second = found
    assert first.account == Account(name='anna "x"', domain="CORP") and first.at == 1505822135_000_000 and first.record == 1
    assert first.source and first.source.ip == "10.0.0.3"
    assert first.detail == RadiusAccounting(
        status="Start", session="S1", framed_ip="10.9.0.5", nas="10.0.0.3", nas_port_type=5, tunnel_client="203.0.113.9",
        delay_seconds=30, event_at=1505822105_000_000,
    )  # fmt: skip
    assert isinstance(second.detail, RadiusAccounting) and second.detail.tunnel_client == "198.51.100.4"
    assert second.detail.status == "Interim-Update" and second.record == 14
    assert problems == {
        "line of a RADIUS record not understood": 1,
        "RADIUS record that is no accounting request": 1,
        "RADIUS record without its status": 1,
    }


@pytest.mark.parametrize(
    ("said", "read_as"), [("255.255.255.254", None), ("255.255.255.255", None), ("0.0.0.0", None), ("10.9.0.6", "10.9.0.6")]
)
def test_an_address_that_means_choose_one_is_none(tmp_path: Path, said: str, read_as: str | None) -> None:
    (one, _), _, _ = read(tmp_path / "d", DETAIL.replace(b"10.9.0.5", said.encode()))
    assert isinstance(one.detail, RadiusAccounting) and one.detail.framed_ip == read_as


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damaged([DETAIL]) | st.binary(max_size=300))
def test_any_text_is_survived(tmp_path: Path, raw: bytes) -> None:
    _, report, _ = read(tmp_path / "x", DETAIL[:120] + raw)
    assert report.kind in ("radius", "") and report.state == "done"


SERVER = """
prefix = /usr
libdir = /usr/lib/freeradius
pidfile = {folder}/pid
run_dir = {folder}
logdir = {folder}
log {{
  destination = files
  file = {folder}/radius.log
}}
client here {{
  ipaddr = 127.0.0.1
  secret = testing123
}}
modules {{
  detail {{
    filename = {folder}/detail
    permissions = 0600
    header = "%t"
  }}
}}
server one {{
  listen {{
    type = acct
    ipaddr = 127.0.0.1
    port = {port}
  }}
  accounting {{
    detail
  }}
}}
"""


def test_what_a_real_server_writes(tmp_path: Path) -> None:
    tool, port = program("freeradius"), free_port()
    (tmp_path / "radiusd.conf").write_text(SERVER.format(folder=tmp_path, port=port))
    from app.model.source import RadiusSource

    with process(tool, "-f", "-d", str(tmp_path), "-D", "/usr/share/freeradius") as one:
        until(
            lambda: (
                ((tmp_path / "radius.log").exists() and "Ready" in (tmp_path / "radius.log").read_text())
                or one.poll() is not None
            )
        )
        assert one.poll() is None
        for status in ("Start", "Stop"):
            assert "Received" in radclient(RadiusSource(port=port), START.format(status=status, number=1))
    found, report, problems = read(tmp_path / "copy", (tmp_path / "detail").read_bytes())
    assert len(found) == report.records == 2 and not problems
    assert found[1].detail == RadiusAccounting(
        status="Stop", session="S1", framed_ip="10.9.0.5", calling_station="203.0.113.9", called_station="vpn.corp.test",
        nas="10.0.0.3", nas_identifier="gw.corp.test", tunnel_client="203.0.113.9", session_seconds=60, client_name="LAPTOP7",
        nas_port_type=5, event_at=1700000000_000_000,
    )  # fmt: skip
    assert abs(found[0].at - time.time_ns() // 1000) < 60_000_000
