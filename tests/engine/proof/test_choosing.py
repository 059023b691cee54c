"""The fewest activities with which a detector states an alert again."""

from collections.abc import Iterator, Mapping

import pytest
from msgspec.structs import replace

from app.engine import detectors
from app.engine.context import Context
from app.engine.detector import HOUR, SECOND, Detector, Needs, found
from app.engine.knowledge import Knowledge
from app.engine.proof import choosing
from app.engine.proof.choosing import choose
from app.engine.proof.manifest import Parameters
from app.engine.running import run, watched_kinds
from app.model.activity import Activity, Endpoint
from app.model.alert import Alert, Finding
from app.model.details import KINDS, DnsQuery, KerberosAs, LdapSearch

START = 1_770_000_000_000_000


def made(number: int, detail: KerberosAs | DnsQuery, ip: str = "10.0.0.66", at: int | None = None) -> Activity:
    when = START + number * SECOND if at is None else at
    return Activity(
        at=when, until=when, input="a", frames=(number,), source=Endpoint(ip), destination=Endpoint("10.0.0.1"), detail=detail
    )


def request(number: int, **more: object) -> Activity:
    return made(number, KerberosAs(client=f"user{number}", realm="A.TEST"), **more)  # type: ignore[arg-type]


ACTIVITIES = [
    request(1, at=START - 100 * HOUR),
    *(request(number) for number in range(2, 8)),
    *(request(number, ip="10.0.0.7") for number in range(8, 12)),
    made(12, DnsQuery(name="a.test", type="A")),
    request(13),
]


def toy(asks: str) -> Detector:
    """Speaks at the last activity, and says how many it saw: of its source within an hour, of it ever, of all..."""

    def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
        ip = activity.source.ip if activity.source else ""
        reach = HOUR if asks in ("parties now", "all now") else 1000 * HOUR
        who = ip if asks.startswith("parties") else "all"
        trail = ctx.memory.seen(("all" if who == "all" else ip,), activity.id, activity.at, activity.id, reach)
        others = ctx.logons.recall(("shared",), str, activity.at, 10 * HOUR) or ""
        if activity.frames == (13,):
            yield found(ctx, activity, "x", title=f"{trail.count} {others if asks == 'shared' else ''}")

    return Detector(
        id="toy", external_id=1, title="Toy", severity="low", phase="Credential access", techniques=(), watches=(KerberosAs,),
        needs=Needs(), window=HOUR, detect=detect,
    )  # fmt: skip


def remembering() -> Detector:
    def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
        ctx.logons.note(("shared",), "noted by another", activity.at)
        return iter(())

    return replace(toy("all"), id="other", watches=(DnsQuery,), detect=detect)


def stream(kinds: Mapping[str, bool], first: int, last: int) -> Iterator[tuple[Activity, tuple[()]]]:
    for one in sorted(ACTIVITIES, key=lambda one: one.at):
        if first <= one.at <= last and KINDS[type(one.detail)] in kinds:
            yield one, ()


def alert_of(*asked: Detector) -> Alert:
    knowledge = Knowledge()
    kinds = watched_kinds(asked)
    return next(one for one in run(asked, (one for one, _ in stream(kinds, 0, 1 << 62)), knowledge) if one.detector == "toy")


@pytest.mark.parametrize(
    ("asks", "how", "count"),
    [
        ("parties now", "what the alert's parties took part in, within its time and what the detector looks back on", 7),
        ("parties ever", "what the alert's parties took part in, at any time", 8),
        ("all now", "all that the detector watches, within the alert's time and what it looks back on", 11),
        ("all ever", "all that the detector watches", 12),
        ("shared", "all that any detector watches, for they share what they remember", 13),
    ],
)
def test_it_grows_until_the_alert_is_the_same(monkeypatch: pytest.MonkeyPatch, asks: str, how: str, count: int) -> None:
    every = (remembering(), toy(asks))
    monkeypatch.setattr(detectors, "DETECTORS", every)
    alert = alert_of(*every)

    chosen = choose(alert, every[1], stream, Knowledge(), Parameters(), {})

    assert chosen is not None
    assert (chosen.choice.how, chosen.choice.count) == (how, count) == (how, len(chosen.activities))
    assert chosen.choice.every_detector == (asks == "shared")


def test_another_alert_is_never_taken_for_it() -> None:
    alert = replace(alert_of(toy("all ever")), title="something else")

    assert choose(alert, toy("all ever"), stream, Knowledge(), Parameters(), {}) is None


def test_too_many_activities_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "MOST", 9)

    assert choose(alert_of(toy("parties ever")), toy("parties ever"), stream, Knowledge(), Parameters(), {}) is not None
    assert choose(alert_of(toy("all ever")), toy("all ever"), stream, Knowledge(), Parameters(), {}) is None


def test_other_kinds_are_no_part_of_it() -> None:
    chosen = choose(alert_of(toy("all ever")), toy("all ever"), stream, Knowledge(), Parameters(), {})

    assert chosen is not None and not any(isinstance(one.detail, (DnsQuery, LdapSearch)) for one, _ in chosen.activities)
