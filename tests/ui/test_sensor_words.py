"""Sensors in words: what a configuration changes, which revision runs, rates between two reports, what a status says."""

from msgspec.structs import replace

from app.model.rows import Problem
from app.model.sensor import Backlog, Controller, ControllerSight, Sampling, SensorConfig, SensorReport, SensorRow
from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    RadiusSource,
    ResolverSource,
    SourceState,
    SyslogSource,
    WindowsLogSource,
)
from app.ui.sensors import states
from app.ui.sensors.changes import changes
from app.ui.sensors.pulse import KEPT, Pulse
from app.ui.sensors.revisions import revisions

SECOND = 1_000_000
NOW = 1_700_000_000 * SECOND
FULL = SensorConfig(
    sources=(CaptureSource(interfaces=("eth1", "eth2")), SyslogSource(port=5514), WindowsLogSource(channels=("Security",))),
    controllers=(Controller(fqdn="dc1.corp.test", addresses=("10.0.0.10",)),),
    directory=DirectorySource(url="ldaps://dc1.corp.test", user="reader@corp.test", secret="directory"),
)


def capture(rate: float = 100.0, **more: object) -> SourceState:
    return SourceState(**{"id": "1", "kind": "capture", "label": "eth1 (live)", "state": "running", "rate": rate} | more)  # type: ignore[arg-type]


def said(**more: object) -> SensorReport:
    return SensorReport(**{"sensor": "a", "name": "A", "at": NOW, "since": NOW - 60 * SECOND} | more)  # type: ignore[arg-type]


def row(report: SensorReport | None, status: str = "up to date") -> SensorRow:
    return SensorRow(id="a", name="A", status=status, heard=NOW, report=report)  # type: ignore[arg-type]


def told(old: SensorConfig | None, new: SensorConfig) -> dict[str, tuple[str, str]]:
    return {one.what: (one.before, one.after) for one in changes(old, new)}


def test_nothing_changes_nothing() -> None:
    assert changes(FULL, replace(FULL, revision=9, who="somebody", at=1)) == []


def test_a_first_configuration_tells_all_that_is_not_as_by_default() -> None:
    found = told(None, FULL)

    assert found["Adapters"] == ("none", "eth1, eth2")
    assert found["Syslog listener"] == ("none", "udp 0.0.0.0:5514")
    assert found["Controller dc1.corp.test"] == ("none", "10.0.0.10")
    assert found["Directory"] == ("none", "ldaps://dc1.corp.test")
    assert "Delayed update" not in found and "Outbox" not in found


def test_every_part_of_a_configuration_is_told_when_it_changes() -> None:
    directory = DirectorySource(url="ldaps://dc2.corp.test", authorities="/etc/ca.pem", every=60)
    parts = {
        "Adapters": {"sources": (CaptureSource(interfaces=("eth9",)), *FULL.sources[1:])},
        "Filter": {"sources": (CaptureSource(interfaces=("eth1", "eth2"), filter="port 88"), *FULL.sources[1:])},
        "Syslog listener": {"sources": (*FULL.sources[:1], SyslogSource(transport="tcp", port=5514), FULL.sources[2])},
        "Event log": {"sources": FULL.sources[:2]},
        "RADIUS listener": {"sources": (*FULL.sources, RadiusSource(secret="vpn"))},
        "Source": {"sources": (*FULL.sources, GrowingSource(path="/a.pcap"))},
        "Controller dc1.corp.test": {"controllers": (Controller(fqdn="dc1.corp.test", read_only=True),)},
        "Controller dc2.corp.test": {"controllers": (*FULL.controllers, Controller(fqdn="dc2.corp.test"))},
        "Directory": {"directory": None},
        "Trusted authorities": {"directory": directory},
        "Directory user": {"directory": directory},
        "Between two synchronisations": {"directory": directory},
        "Domain synchronizer candidate": {"candidate": False},
        "Active name resolution": {"resolver": ResolverSource(methods=("rdp-tls",), within=("10.0.0.0/8",))},
        "Delayed update": {"delayed": True},
        "Packets kept as evidence": {"evidence": 1024},
        "Outbox": {"outbox": 2048},
        "Free for the host": {"reserve": 0.3},
        "Kind": {"kind": "sensor"},
    }
    for what, change in parts.items():
        assert what in told(FULL, replace(FULL, **change)), what
    asked = told(FULL, replace(FULL, **parts["Active name resolution"]))["Active name resolution"]
    assert asked == ("off", "Remote desktop certificate; 5 a second within 10.0.0.0/8")


def test_revisions_tell_which_runs_which_was_refused_and_which_waits() -> None:
    history = [replace(FULL, revision=number, outbox=1000 + number) for number in (5, 4, 3, 2)]
    found = revisions(history, said(applied=3, refused=4, refusal="There is no interface eth9."))

    assert [(one.config.revision, one.state) for one in found] == [(5, "sent"), (4, "refused"), (3, "applied"), (2, "earlier")]
    assert found[1].why == "There is no interface eth9."
    assert found[0].summary == "Outbox: 1,004 MB → 1,005 MB"
    assert found[3].summary == "The oldest one that is kept" and found[3].first
    assert revisions([replace(FULL, revision=1)], None)[0].state == "sent"


def test_rates_are_between_two_reports_and_nothing_is_said_over_a_gap_or_a_restart() -> None:
    pulse = Pulse()
    first = said(seen=1_000, backlog=Backlog(sent=10), sources=(capture(activities=100),))
    pulse.add(first)
    pulse.add(first)
    pulse.add(replace(first, at=NOW + 10 * SECOND, seen=2_000, backlog=Backlog(sent=60), sources=(capture(activities=150),)))
    pulse.add(replace(first, at=NOW + 20 * SECOND, since=NOW + 15 * SECOND, seen=5, sources=(capture(activities=1),)))
    pulse.add(replace(first, at=NOW + 2_000 * SECOND, since=NOW + 15 * SECOND, seen=500, sources=(capture(activities=9),)))
    samples = list(pulse.samples)

    assert [(one.activities, one.seen, one.sent) for one in samples] == [
        (None, None, None), (5.0, 100.0, 5.0), (None, None, None), (None, None, None),
    ]  # fmt: skip
    assert [one.packets for one in samples] == [100.0] * 4
    pulse.add(replace(first, at=NOW - SECOND))
    assert len(pulse.samples) == 1


def test_the_history_of_rates_is_bounded() -> None:
    pulse = Pulse()
    for number in range(KEPT + 100):
        pulse.add(said(at=NOW + number))

    assert len(pulse.samples) == KEPT


def test_figures_of_a_report_in_words() -> None:
    report = said(
        sources=(
            capture(rate=812, dropped=3, problems=(Problem(what="kernel ring full", count=3),)), capture(rate=9, state="failed"),
        ),
        controllers=(ControllerSight(fqdn="a.test", last=NOW), ControllerSight(fqdn="b.test")),
        sampling=Sampling(cpu=0.12, quota=0.45, others=0.4, keep=0.62, skipped={"bulk": 1200}),
        backlog=Backlog(messages=3, bytes=2_000, limit=1_000_000, oldest=NOW - 5 * SECOND, sent=50, lost=2), seen=10_000,
    )  # fmt: skip

    assert states.packets(report) == 812
    assert states.dropped(report) == 5
    assert "kernel ring full: 3" in states.losses(report) and "outbox: 2 activities" in states.losses(report)
    assert states.lag(report) == "5 s" and states.lag(said()) == "none"
    assert states.quota(report) == "12 of 45 %" and states.kept(report) == "analyses 62 %" and states.kept(said()) == ""
    assert "bulk: 1,200 packets not analysed" in states.quota_tip(report)
    assert states.seen_controllers(report) == "1 of 2"
    assert states.leaving(report) == 0.005 and states.percent(0.005) == "0.5 %" and states.leaving(said()) is None


def test_a_refused_revision_is_told_though_the_sensor_runs() -> None:
    refused = row(said(applied=3, refused=4, refusal="There is no interface eth9."))

    assert states.why(refused) == "Refused revision 4: There is no interface eth9."
    assert states.sign(refused) == ("problem", "info")
    assert states.why(row(said(applied=4, refused=3, refusal="old"))) == ""
    assert states.why(row(None, "starting")) == states.WHY["starting"]
    assert states.why(replace(refused, status="disconnected")) == states.WHY["disconnected"]


def test_every_status_has_an_icon_and_all_but_the_good_one_a_reason() -> None:
    from typing import get_args

    from app.model.sensor import SensorStatus

    assert set(states.SIGNS) == set(get_args(SensorStatus))
    assert set(states.WHY) == set(get_args(SensorStatus)) - {"up to date"}


def test_all_sensors_in_one_sentence() -> None:
    rows = (
        SensorRow(id="", name="This computer", status="stopped", heard=NOW), row(said(seen=1_000, backlog=Backlog(sent=20))),
        row(None, "failed"), row(None, "failed"),
    )  # fmt: skip

    assert states.sentence(rows) == "3 sensors: 1 up to date and 2 failed. 2.0 % of the bytes that they saw left them."
    assert states.sentence(rows[:1]) == ""
