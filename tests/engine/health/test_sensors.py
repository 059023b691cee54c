from typing import Any

from app.engine.health.sensors import Seen, sensor_facts, synchronizer_facts
from app.engine.health.sources import DAY
from app.engine.health.tallies import MINUTE, Tallies
from app.link.codec import encode_batch
from app.link.envelope import FORM
from app.model.activity import Activity
from app.model.health import HealthFact
from app.model.sensor import (
    DELAY,
    Backlog,
    Controller,
    ControllerSight,
    Sampling,
    SensorConfig,
    SensorReport,
    version_due,
    versions_behind,
)
from app.model.source import SourceState
from app.sensor.sensor import read_input
from app.sensor.service.sight import Sight
from app.sensor.sources.inputs import found_at
from tests.material import SAMPLE

NOW = 1_800_000_000_000_000


def report(**more: Any) -> SensorReport:
    at = more.pop("at", NOW)
    whole = {
        "sensor": "s1",
        "name": "dc1",
        "version": "1.4.0",
        "form": FORM,
        "at": at,
        "since": NOW - 120 * MINUTE,
        "state": "running",
    }
    return SensorReport(**(whole | more))


def seen(one: SensorReport | None = None, **more: Any) -> Seen:
    return Seen(**({"id": "s1", "name": "dc1", "added": NOW - 30 * DAY, "heard": NOW, "report": one} | more))


def facts(
    *some: Seen, now: int = NOW, tallies: Tallies | None = None, version: str = "1.4.0", listening: bool = True
) -> list[HealthFact]:
    return list(sensor_facts(some, now, tallies or Tallies(), version, listening))


def rules(*some: Seen, **more: Any) -> list[str]:
    return [one.rule for one in facts(*some, **more)]


def test_a_sensor_that_does_well() -> None:
    assert rules(seen(report())) == []


def test_it_is_silent_after_five_minutes() -> None:
    one = seen(report())
    assert rules(one, now=NOW + 5 * MINUTE - 1) == []
    assert rules(one, now=NOW + 5 * MINUTE) == ["sensor-silent"]
    found = facts(one, now=NOW + 5 * MINUTE, listening=False)
    assert found[0].severity == "low" and "Nothing here has listened" in found[0].what
    assert "in order" in facts(seen(report(state="stopped")), now=NOW + 5 * MINUTE)[0].what


def test_it_has_not_started_after_thirty_minutes() -> None:
    assert rules(seen(heard=None, added=NOW - 29 * MINUTE)) == []
    assert rules(seen(heard=None, added=NOW - 30 * MINUTE)) == ["sensor-not-started"]
    assert rules(seen(report(state="failed", error="no right to capture", since=NOW - 31 * MINUTE))) == ["sensor-not-started"]
    assert rules(seen(report(state="starting", since=NOW - MINUTE))) == []


def test_versions() -> None:
    assert [versions_behind(old, "1.4.2") for old in ("1.4.2", "1.1.9", "0.9", "1.4.0", "2.0.0", "x", "")] == [
        0,
        3,
        1,
        2,
        0,
        0,
        0,
    ]
    assert rules(seen(report(version="1.1.0"))) == ["sensor-outdated"]
    assert rules(seen(report(version="1.2.0"))) == []
    strange = facts(seen(report(form=FORM + 1)))
    assert [(one.rule, one.severity) for one in strange] == [("sensor-outdated", "high")]


def test_delayed_update_gives_seventy_two_hours_more() -> None:
    one = report(version="1.1.0", config=SensorConfig(delayed=True))

    def behind(ago: int, **met: int) -> list[str]:
        found = sensor_facts([seen(one)], NOW, Tallies(), "1.4.0", met={"1.4.0": NOW - ago, **met})
        return [fact.what for fact in found if fact.rule == "sensor-outdated"]

    assert behind(DELAY - 1) == [] and behind(DELAY) == ["It is version 1.1.0, 3 behind 1.4.0."]
    assert rules(seen(one)) == [], "the version was not met yet"
    assert rules(seen(report(version="1.1.0", config=SensorConfig()))) == ["sensor-outdated"]
    assert rules(seen(report(version="1.1.0", form=FORM + 1, config=SensorConfig(delayed=True)))) == ["sensor-outdated"]


def test_a_delayed_sensor_is_measured_by_the_newest_version_that_is_old_enough() -> None:
    met = {"1.9.0": NOW - DELAY, "1.10.0": NOW - 2 * DELAY, "1.11.0": NOW - DELAY + 1, "2.0.0": NOW - 3 * DELAY, "odd": 0}
    delayed = SensorConfig(delayed=True)

    assert version_due(delayed, "1.11.0", met, NOW) == "1.10.0"
    assert version_due(delayed, "2.0.0", met, NOW) == "2.0.0"
    assert version_due(delayed, "1.8.0", met, NOW) == "" == version_due(delayed, "odd", met, NOW)
    assert version_due(SensorConfig(), "1.11.0", {}, NOW) == version_due(None, "1.11.0", {}, NOW) == "1.11.0"


def test_a_refused_configuration() -> None:
    assert rules(seen(report(applied=3, refused=4, refusal="there is no interface ens9"))) == ["sensor-configuration"]
    assert rules(seen(report(applied=5, refused=4, refusal="there is no interface ens9"))) == []


def test_its_clock_is_told_by_two_reports() -> None:
    tallies = Tallies()
    old = NOW - 6 * MINUTE
    assert rules(seen(report(at=old)), tallies=tallies) == []  # may be one that was kept for us
    later = seen(report(at=old + MINUTE), heard=NOW + MINUTE)
    assert rules(later, now=NOW + MINUTE, tallies=tallies) == ["clock-skew"]
    right = seen(report(at=NOW + 2 * MINUTE), heard=NOW + 2 * MINUTE)
    assert rules(right, now=NOW + 2 * MINUTE, tallies=tallies) == []


def test_the_outbox() -> None:
    full = Backlog(messages=900, bytes=80, limit=100, error="the hub cannot be reached")
    assert rules(seen(report(backlog=full))) == ["outbox-filling"]
    lost = report(backlog=Backlog(lost=7), since=NOW - MINUTE)
    assert rules(seen(lost)) == ["outbox-lost"]
    assert rules(seen(report(backlog=Backlog(lost=7)))) == []


def test_what_the_quota_passes_over() -> None:
    one = report(since=NOW - MINUTE, sampling=Sampling(keep=0.25, skipped={"smb": 90, "other": 10}))
    found = facts(seen(one))
    assert [(one.rule, "100 packets" in one.what) for one in found] == [("traffic-dropped", True)]


def test_captures_that_began_again_for_want_of_memory() -> None:
    one = report(since=NOW - 50 * MINUTE, sampling=Sampling(restarts=2))
    assert [(one.rule, "2 times" in one.what) for one in facts(seen(one))] == [("sensor-memory", True)]
    assert rules(seen(report(since=NOW - 70 * MINUTE, sampling=Sampling(restarts=2)))) == []


def test_an_outbox_that_is_full_or_was_damaged() -> None:
    full = facts(seen(report(backlog=Backlog(limit=9, bytes=9, full="the disk is full"))))
    assert [(one.rule, one.severity) for one in full] == [("outbox-filling", "high")]
    damaged = Backlog(word="the outbox was damaged; what it held is lost")
    assert rules(seen(report(backlog=damaged, since=NOW - MINUTE))) == ["outbox-lost"]
    assert rules(seen(report(backlog=damaged))) == []


def capture(**more: Any) -> SourceState:
    return SourceState(**({"id": "a", "kind": "capture", "label": "ens1 (live)", "state": "running"} | more))


def test_a_controller_without_traffic_and_one_out_of_reach() -> None:
    config = SensorConfig(controllers=(Controller(fqdn="dc1.x"), Controller(fqdn="dc2.x"), Controller(fqdn="dc3.x")))
    sights = (
        ControllerSight(fqdn="DC1.x", packets=9, last=NOW - MINUTE, reachable=True),
        ControllerSight(fqdn="dc2.x", packets=9, last=NOW - 16 * MINUTE, reachable=False),
    )
    one = report(config=config, controllers=sights, sources=(capture(),))
    found = facts(seen(one))
    assert [(fact.rule, fact.subject.partition("\n")[2]) for fact in found] == [
        ("controllers-unreachable", ""), ("no-traffic", "dc2.x"), ("no-traffic", "dc3.x"),
    ]  # fmt: skip
    assert rules(seen(report(config=config, controllers=sights, since=NOW - MINUTE, sources=(capture(),)))) == [
        "controllers-unreachable"
    ]
    assert rules(seen(report(config=config, controllers=sights))) == ["controllers-unreachable"]  # it does not capture


def test_a_silent_controller_as_a_sensor_counts_it() -> None:
    """The sample capture through the sensor's own counting: one controller of its configuration is in it, one is not."""
    sight, found = Sight(), list[Activity]()
    config = SensorConfig(
        controllers=(
            Controller(fqdn="dc1.corp.test", addresses=("10.77.0.10",)),
            Controller(fqdn="dc9.corp.test", addresses=("10.77.0.9",)),
        )
    )
    read_input(found_at(SAMPLE), found.extend)
    sight.configure(config)
    sight.see(encode_batch(found))
    now = max(one.at for one in found)
    one = report(at=now, since=now - 60 * MINUTE, config=config, controllers=sight.sights({}), sources=(capture(),))
    assert [fact.what for fact in facts(seen(one, heard=now), now=now)] == [
        "No packet of dc9.corp.test came since the sensor started."
    ]


def test_its_certificate_also_while_it_is_silent() -> None:
    assert rules(seen(report(expires=NOW + 22 * DAY))) == []
    assert rules(seen(report(expires=NOW + 20 * DAY))) == ["certificate-expiring"]
    assert rules(seen(report(expires=NOW + 20 * DAY), heard=NOW - 9 * MINUTE)) == ["sensor-silent", "certificate-expiring"]
    assert rules(seen(report(expires=NOW - DAY))) == ["certificate-expired"]


def test_it_is_believed_about_itself_only() -> None:
    said = (
        HealthFact(rule="sensor-memory", subject="", what="restarted"), HealthFact(rule="database-damaged", subject="", what="!"),
        *(HealthFact(rule="disk-low", subject=f"{one}", what="x" * 1_999) for one in range(500)),
    )  # fmt: skip
    found = facts(seen(report(facts=said)))
    assert {one.rule for one in found} == {"sensor-memory", "disk-low"} and len(found) < 60
    assert all(one.subject.startswith("sensor:s1") and len(one.what) <= 1_000 for one in found)


def test_sources_of_a_sensor_are_looked_at_like_our_own() -> None:
    found = facts(seen(report(sources=(capture(state="failed", error="the interface ens1 is down"),))))
    assert [(one.rule, one.where) for one in found] == [("adapter-gone", "ens1 (live) on sensor dc1")]


def test_nobody_synchronises() -> None:
    lonely, busy = seen(report()), seen(report(synchronizes=("corp.test",)))
    assert [one.rule for one in synchronizer_facts([lonely], NOW, False)] == ["synchronizer-missing"]
    assert not [
        *synchronizer_facts([busy], NOW, False),
        *synchronizer_facts([lonely], NOW, True),
        *synchronizer_facts([], NOW, False),
    ]
    assert not [*synchronizer_facts([seen(report(), added=NOW - MINUTE)], NOW, False)]
