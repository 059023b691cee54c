"""Which addresses are asked, in what order, and what the answers become."""

import asyncio
import threading
import time

import pytest

from app.model.activity import Activity
from app.model.details import NameObservation
from app.model.source import ResolverSource
from app.sensor.sources import resolve
from app.sensor.sources.living import Cannot
from app.sensor.sources.probes import Answer, Probe, Silent
from app.sensor.sources.resolve import Rate, Resolver, observed, run


def says(name: str) -> Probe:
    async def probe(address: str) -> Answer:
        return Answer(name)

    return probe


async def silent(address: str) -> Answer:
    raise Silent("no answer")


async def hangs(address: str) -> Answer:
    await asyncio.sleep(60)
    return Answer("late")


def resolver(probes: dict[str, Probe], **more: object) -> Resolver:
    return Resolver(ResolverSource(methods=tuple(probes), **more), probes)  # type: ignore[arg-type]


def test_only_private_addresses_are_asked_and_none_again_too_soon() -> None:
    one = resolver({"a": silent}, again=10)

    assert one.may_ask("10.1.2.3", 100.0) and not one.may_ask("10.1.2.3", 109.0) and one.may_ask("10.1.2.3", 110.0)
    assert [one.may_ask(ip, 0.0) for ip in ("8.8.8.8", "224.0.0.251", "0.0.0.0", "name:dc1", "", "fe80::1")] == [
        False, False, False, False, False, True,
    ]  # fmt: skip
    assert resolver({"a": silent}, within=("8.8.0.0/16",)).may_ask("8.8.8.8", 0.0)


@pytest.mark.parametrize(
    "spec", [ResolverSource(methods=("ping",)), ResolverSource(within=("10.0.0.0/99",))], ids=["method", "network"]
)
def test_a_wrong_setting_is_one_sentence(spec: ResolverSource) -> None:
    with pytest.raises(Cannot) as error:
        Resolver(spec)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("probes", "asked"),
    [
        ({"a": says("ws1.corp.test"), "b": says("WS1")}, False),
        ({"a": says("ws1"), "b": says("ws2")}, True),
        ({"a": silent, "b": silent}, True),
    ],
    ids=["they agree", "they disagree", "nobody answers"],
)
def test_reverse_dns_is_asked_only_in_doubt(probes: dict[str, Probe], asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pointer(address: str, server: str) -> Answer:
        return Answer(f"{server} says")

    monkeypatch.setattr(resolve, "ask_dns", pointer)
    one = resolver(probes, server="10.0.0.1")
    answers = asyncio.run(one.ask("10.0.0.9"))

    assert ("reverse-dns" in answers) is asked and one.rates["reverse-dns"].asked == int(asked)


def test_a_probe_that_hangs_costs_its_own_answer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "PATIENCE", 0.05)
    one = resolver({"a": hangs, "b": says("ws1")})

    assert asyncio.run(one.ask("10.0.0.9")) == {"b": Answer("ws1")}
    assert (one.rates["a"].asked, one.rates["a"].answered) == (1, 0)


def _rate(asked: int, answered: int) -> Rate:
    rate = Rate()
    for number in range(asked):
        rate.count(number < answered)
    return rate


def test_a_method_fails_from_nine_in_ten_on() -> None:
    assert [_rate(a, b).failing for a, b in ((19, 0), (20, 0), (20, 2), (100, 9), (100, 10))] == [
        False, True, False, True, False,
    ]  # fmt: skip


def test_answers_become_observations_with_their_method() -> None:
    first, second = observed("k", 4, 7, "10.0.0.9", {"rdp-tls": Answer("b"), "netbios-status": Answer("A", hardware="aa:bb")})

    assert first.detail == NameObservation(address="10.0.0.9", name="A", method="netbios-status", hardware="aa:bb")
    assert (first.record, first.ordinal, second.ordinal, second.at) == (4, 0, 1, 7) and first.id != second.id


class Kept:
    """An outlet that keeps what it is given."""

    def __init__(self, *wishes: str) -> None:
        self.wishes, self.batches, self.notes, self.states = list(wishes), [], [], []
        self.count = 0

    def put(self, batch: list[Activity], place: str = "") -> None:
        self.batches.append(batch)

    def received(self, records: int, bytes: int, last: int | None) -> None:
        self.count += records

    def dropped(self, what: str, count: int, where: str = "") -> None:
        raise AssertionError

    def note(self, what: str, where: str, count: int = 1) -> None:
        self.notes.append((what, where))

    def state(self, state: str, error: str = "") -> None:
        self.states.append(state)

    def wished(self) -> str:
        return self.wishes.pop(0) if self.wishes else ""


def test_wishes_are_answered_and_stopping_is_quick() -> None:
    outlet, stop = Kept(*(f"10.0.0.{n}" for n in range(1, 40)), "8.8.8.8"), threading.Event()
    spec = ResolverSource(methods=("netbios-status",), rate=1000.0)
    thread = threading.Thread(target=run, args=(spec, "k", outlet, stop, {"netbios-status": says("WS1")}))
    thread.start()
    deadline = time.monotonic() + 20
    while outlet.count < 39 and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    thread.join(2)

    assert not thread.is_alive() and outlet.states == ["running"]
    assert outlet.count == len(outlet.batches) == 39
    assert {one.detail.address for batch in outlet.batches for one in batch} == {f"10.0.0.{n}" for n in range(1, 40)}  # type: ignore[union-attr]


async def broken(address: str) -> Answer:
    raise KeyError(address)


def test_a_probe_that_breaks_is_not_lost_in_silence() -> None:
    class Out:
        def state(self, state: str, error: str = "") -> None:
            assert state == "running"

        def wished(self) -> str:
            return "10.0.0.1"

    stop = threading.Event()
    threading.Timer(5, stop.set).start()
    with pytest.raises(KeyError):
        run(ResolverSource(methods=("a",)), "k", Out(), stop, {"a": broken})  # type: ignore[arg-type]
    assert not stop.is_set()
    stop.set()
