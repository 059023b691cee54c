"""What a hub refuses to a real sensor, and a sensor to a hub: a key of another workspace, a certificate that is over."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from nats.aio.client import Client

from app.hub import authority, making
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.numbers import message_id
from app.link.place import to_line
from app.link.subjects import ACTIVITIES, STATUS, activities, config_of, status
from app.model.sensor import SensorConfig
from app.model.source import HubSource
from app.sensor.service.outbox import New, Outbox
from tests.hub.running import RunningHub, linked, until
from tests.integration.test_health_line import health, tending
from tests.sensor.service.running import ROOT, SensorProcess

pytestmark = pytest.mark.slow
MESSAGES = 40


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path / "hub", ("corp", "other"))
    running.add("sensor", "s1")
    running.add("sensor", "s9", "other")
    yield running
    running.stop()


def kept(link: Link, stream: str) -> list[str]:
    """Subjects of all that a stream holds."""

    async def read(client: Client) -> list[str]:
        info = await client.jetstream(timeout=10).stream_info(stream, subjects_filter=">")
        return sorted(info.state.subjects or {})

    return link.do(read, 20)


def filled(sensor: SensorProcess, id: str) -> None:
    """Messages wait in its outbox before it starts."""
    outbox = Outbox(sensor.files.outbox(id), 16 << 20)
    outbox.put([New(os.urandom(200)) for _ in range(MESSAGES)])
    outbox.close()


def unreachable(case: Path) -> str:
    """What health says of the hub, "" for nothing."""
    return " ".join(one.what for (rule, _), one in health(case).items() if rule == "hub-unreachable")


def test_a_sensor_with_the_key_of_another_workspace_is_refused_and_says_so(hub: RunningHub, tmp_path: Path) -> None:
    """It has the place of a sensor of the other workspace, and nothing but the key is stolen."""
    hub.start()
    place = replace(hub.place("s9", "other"), seed=hub.seeds["corp", "s1"])
    thief = SensorProcess(tmp_path / "thief", place, SensorConfig())
    filled(thief, "s9")
    thief.start()
    try:
        report = thief.until(lambda one: "does not allow this key to write" in one.backlog.error, 90)
        assert not report.backlog.connected and report.backlog.messages >= MESSAGES and report.backlog.sent == 0
        for workspace in ("corp", "other"):
            with linked(hub.place(f"admin-{workspace}", workspace)) as link:
                assert kept(link, ACTIVITIES) == kept(link, STATUS) == []
    finally:
        thief.stop()


@pytest.mark.parametrize(
    "subject",
    [activities("s9"), status("s9"), activities("other.s9"), "other.act.s9", "act.>", f"$KV.config.{config_of('s9')}",
     f"$JS.API.STREAM.PURGE.{ACTIVITIES}"],
)  # fmt: skip
def test_no_subject_leads_from_a_key_into_another_workspace(hub: RunningHub, subject: str) -> None:
    hub.start()
    with linked(hub.place("s9", "other")) as own:
        own.publish(activities("s9"), b"own", message_id("ab" * 6, 1)).result(20)
    with linked(hub.place("s1")) as stolen:
        with pytest.raises(LinkError, match="does not allow this key to write there"):
            stolen.publish(subject, b"forged", message_id("cd" * 6, 1)).result(30)
        assert stolen.publish(activities("s1"), b"mine", message_id("cd" * 6, 2)).result(20)
    with linked(hub.place("admin-other", "other")) as link:
        assert kept(link, ACTIVITIES) == [activities("s9")] and kept(link, STATUS) == []
    with linked(hub.place("admin-corp")) as link:
        assert kept(link, ACTIVITIES) == [activities("s1")] and kept(link, STATUS) == []


def test_a_hub_whose_certificate_is_over_loses_nothing_and_is_told(hub: RunningHub, tmp_path: Path) -> None:
    line = tmp_path / "ann.line"
    line.write_text(to_line(hub.add("analyst", "ann")))
    hub.start()
    hub.stop()  # its streams are made
    hub.folder.save(hub.hub)
    authority.make_certificate(hub.folder, hub.hub, datetime.now(UTC) - timedelta(days=40), 30)
    hub.start(streams=False)
    sensor = SensorProcess(tmp_path / "s1", hub.place("s1"), SensorConfig())
    filled(sensor, "s1")
    sensor.start()
    case = tmp_path / "case.wardlight"
    try:
        with tending(case, str(ROOT), HubSource(file=str(line))):
            report = sensor.until(lambda one: "has expired" in one.backlog.error, 60)
            assert "The certificate of the hub" in report.backlog.error
            assert "wardlight hub renew" in report.backlog.error
            until(lambda: "has expired" in unreachable(case), 60)
            assert report.backlog.messages >= MESSAGES and report.backlog.sent == report.backlog.lost == 0
            making.renew(hub.folder)
            report = sensor.until(lambda one: one.backlog.connected and not one.backlog.messages, 90)
            assert report.backlog.lost == 0 and report.backlog.sent >= MESSAGES * 200
            until(lambda: not unreachable(case), 120)  # what is mended is gone for a minute before it closes
        with linked(hub.place("admin-corp")) as link:
            assert activities("s1") in kept(link, ACTIVITIES)
    finally:
        sensor.stop()
