"""A detector counts each act once, whoever tells of it; what an analyst says of an entity reaches it."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.engine import detectors
from app.engine.context import Context
from app.engine.coverage import coverage
from app.engine.detector import HOUR, Detector, Needs, found
from app.engine.engine import Engine
from app.engine.knowledge import Knowledge
from app.engine.queries import Queries
from app.engine.running import Told, hears_twice, run_told
from app.engine.store import set_tag
from app.model.activity import Account, Activity, Endpoint, named
from app.model.alert import Finding
from app.model.details import KerberosAs, Ntlm, SmbFile
from app.model.events import EventKerberos, EventLogon
from app.session import Session
from tests.engine.workspace import START, fill

SECOND = 1_000_000
COUNTED: list[str] = []


def every(activity: Activity, ctx: Context) -> Iterator[Finding]:
    COUNTED.append(activity.id)
    who = ctx.account(activity)
    words = [word for word, on in (("sensitive", ctx.is_sensitive(who)), ("honeytoken", ctx.is_honeytoken(who))) if on]
    yield found(ctx, activity, "all", title=" ".join(("seen", *words)))


def toy(*watches: type, refused: tuple[type, ...] = ()) -> Detector:
    return Detector(
        id="toy", external_id=1, title="Toy", severity="low", phase="Credential access", techniques=(), watches=watches,
        watches_refused=refused, needs=Needs(), window=HOUR, detect=every,
    )  # fmt: skip


def both(count: int = 3) -> tuple[list[Activity], list[Activity]]:
    """Failed requests for tickets on the wire, and the records of them."""
    wire, log = [], []
    for number in range(count):
        at = START + number * 20 * SECOND
        user = f"user{number}"
        wire.append(Activity(
            at=at, until=at + 900, input="wire", frames=(number + 1,), source=Endpoint("10.0.0.21", 40_000 + number),
            destination=Endpoint("10.0.0.1", 88), result="failure", code=24, detail=KerberosAs(client=user, realm="CORP.TEST"),
        ))  # fmt: skip
        log.append(Activity(
            at=at + 30_000, until=at + 30_000, input="log", record=number + 1, source=Endpoint("10.0.0.21", 40_000 + number),
            destination=named("dc1.corp.test"), account=Account(name=user, domain="CORP.TEST"), result="failure", code=24,
            detail=EventKerberos(
                event_id=4771, provider="Microsoft-Windows-Security-Auditing", channel="Security", computer="dc1.corp.test",
                record=number + 1, fields={"TargetUserName": user, "IpAddress": "::ffff:10.0.0.21"},
            ),
        ))  # fmt: skip
    return wire, log


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    COUNTED.clear()


@pytest.mark.parametrize("order", [("wire", "log"), ("log", "wire")])
def test_a_detector_that_watches_both_counts_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[str, str]) -> None:
    monkeypatch.setattr(detectors, "DETECTORS", (toy(KerberosAs, EventKerberos),))
    wire, log = both()
    alone = Activity(
        at=START + 500 * SECOND, until=START + 500 * SECOND, input="log", record=99, source=Endpoint("10.0.0.22"),
        account=Account(name="zoe", domain="CORP.TEST"), result="failure", code=24,
        detail=EventKerberos(event_id=4771, computer="dc1.corp.test", record=99, fields={"TargetUserName": "zoe"}),
    )  # fmt: skip
    inputs = {"wire": wire, "log": [*log, alone]}
    fill(tmp_path / "w", {key: inputs[key] for key in order})
    queries = Queries(tmp_path / "w")
    alert = queries.alerts()[0]

    assert [*(one.id for one in wire), alone.id] == COUNTED
    assert set(alert.finding.evidence) == {one.id for one in (*wire, *log, alone)}
    queries.close()


def test_a_detector_that_watches_only_records_is_given_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detectors, "DETECTORS", (toy(EventKerberos),))
    wire, log = both()
    fill(tmp_path / "w", {"wire": wire, "log": log})

    assert [one.id for one in log] == COUNTED


def test_only_what_the_detector_is_really_given_counts_as_heard() -> None:
    told: Told = (("smb-file", "success"), ("ntlm", "failure"))

    assert hears_twice(toy(Ntlm), told)
    assert not hears_twice(toy(KerberosAs), told)
    assert not hears_twice(toy(EventLogon, refused=(SmbFile,)), told)
    assert hears_twice(toy(EventLogon, refused=(Ntlm,)), told)


def test_a_telling_without_its_twin_in_the_stream_changes_nothing() -> None:
    wire, _ = both(1)

    assert len(run_told([toy(KerberosAs)], [(wire[0], ())], Knowledge())) == 1


def test_tags_by_hand_reach_detectors_rows_and_the_next_settling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detectors, "DETECTORS", (toy(KerberosAs),))
    wire, _ = both(1)
    path = tmp_path / "case.wardlight"
    fill(path, {"wire": wire})
    key = "user:corp.test\\user0"
    session = Session.open(path)
    before = session.queries.version()
    assert session.queries.alerts()[0].title == "seen"
    assert not settled(path)

    session.tag(key, "Honeytoken", True)
    session.tag(key, "Sensitive", True)
    session.tag(key, "crown  jewels", True)
    assert session.queries.version() > before
    assert session.queries.tags(key) == ("Sensitive", "Honeytoken", "crown jewels")
    assert settled(path)
    assert session.queries.alerts()[0].title == "seen sensitive honeytoken"
    card = session.queries.entity(key)
    assert card is not None
    assert card.row.tags == session.queries.tags(key)
    assert ("Tag", "Honeytoken", "given by an analyst") in card.facts

    session.tag(key, "Honeytoken", None)
    session.tag(key, "Sensitive", False)
    assert session.queries.tags(key) == ("crown jewels",)
    assert settled(path)
    assert session.queries.alerts()[0].title == "seen"
    assert not settled(path)
    session.close()


def test_an_analyst_can_take_an_automatic_tag_away(tmp_path: Path) -> None:
    wire, _ = both(1)
    admin = Activity(
        at=START, until=START, input="wire", frames=(9,), source=Endpoint("10.0.0.21", 1), destination=Endpoint("10.0.0.1", 88),
        detail=KerberosAs(client="Administrator", realm="CORP.TEST"),
    )  # fmt: skip
    fill(tmp_path / "w", {"wire": [*wire, admin]})
    queries = Queries(tmp_path / "w")
    key = "user:corp.test\\administrator"

    assert queries.tags(key) == ("Sensitive",)
    set_tag(tmp_path / "w", key, "Sensitive", False)
    assert queries.tags(key) == ()
    queries.close()


def settled(path: Path) -> bool:
    """Whether settling found something to do."""
    engine = Engine(path)
    try:
        return engine.settle().fresh
    finally:
        engine.close()


def test_records_alone_are_enough_for_a_detector_that_says_so() -> None:
    detector = msgspec.structs.replace(
        toy(KerberosAs, EventKerberos), needs=Needs(kinds=("kerberos-as", "event-kerberos"), answers=True)
    )
    _, log = both()
    knowledge = Knowledge()
    for one in log:
        knowledge.observe(one)
    seen, blind = (coverage([detector], numbers, (), knowledge)[0] for numbers in ({"event-kerberos": 3}, {"ntlm": 2}))

    assert (seen.state, seen.reason) == ("seen", "read from 3 event-kerberos")
    assert (blind.state, blind.reason) == (
        "blind",
        "no kerberos-as or event-kerberos in the input: collect logs with "
        "Audit Kerberos Authentication Service and Service Ticket Operations",
    )

    both_logs = msgspec.structs.replace(detector, needs=Needs(kinds=("ntlm", "event-kerberos", "event-ntlm"), ports=("445",)))
    logs, traffic, neither = (
        coverage([both_logs], numbers, (), knowledge)[0]
        for numbers in ({"event-kerberos": 3}, {"ntlm": 2, "event-kerberos": 3}, {"dns-query": 1})
    )
    assert (logs.state, traffic.state, neither.state) == ("partial", "seen", "blind")
    assert "event-ntlm" in logs.reason and "Audit Credential Validation" in logs.reason
    assert "ports 445" in neither.reason and "Audit Credential Validation" in neither.reason
