"""Active name resolution: addresses that nobody named are asked, a few a second, and their answers become activities."""

import asyncio
import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from app.model.activity import Activity, Endpoint
from app.model.details import NameObservation
from app.model.source import ResolverSource
from app.model.troubles import LOW_RESOLUTION
from app.sensor.sources.living import Cannot, Outlet
from app.sensor.sources.probes import FAILURES, PRIMARY, Answer, Probe, ask_dns

PATIENCE = 3.0
"""Seconds that one probe may take."""
AT_ONCE = 32
ENOUGH, RECENT = 20, 100
"""Questions from which on a rate says something, and the last ones by which a method is judged."""
REMEMBERED = 100_000
"""Addresses whose last question is remembered."""
PRIVATE = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
DNS = "reverse-dns"


class Rate(Struct):
    """Success of one method so far; of late: of the last RECENT questions. told: questions when its failing was last told."""

    asked: int = 0
    answered: int = 0
    recent: deque[bool] = field(default_factory=lambda: deque(maxlen=RECENT))
    told: int = 0

    def count(self, answered: bool) -> None:
        """One more question has ended."""
        self.asked += 1
        self.answered += answered
        self.recent.append(answered)

    @property
    def failing(self) -> bool:
        """More than nine in ten of at least twenty of late failed: a health alert."""
        return len(self.recent) >= ENOUGH and sum(self.recent) * 10 < len(self.recent)


class Resolver:
    """Which addresses may be asked now, and what came of it. Single-threaded; its loop is run()."""

    def __init__(self, spec: ResolverSource, probes: Mapping[str, Probe] = PRIMARY) -> None:
        unknown = [one for one in spec.methods if one not in probes]
        if unknown:
            raise Cannot(f"{unknown[0]} is no method of name resolution; {', '.join(probes)} are.")
        try:
            self._within = [ipaddress.ip_network(one, strict=False) for one in spec.within or PRIVATE]
        except ValueError as error:
            raise Cannot(f"A network to resolve names in is wrong: {error}.") from error
        self._spec, self._probes = spec, {one: probes[one] for one in spec.methods}
        self._asked: OrderedDict[str, float] = OrderedDict()
        self.rates = {one: Rate() for one in (*self._probes, *((DNS,) if spec.server else ()))}

    def may_ask(self, address: str, now: float) -> bool:
        """True when the address lies in a network that may be asked and was not asked of late; it counts as asked then."""
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        if known.is_multicast or known.is_unspecified or not any(known in one for one in self._within):
            return False
        last = self._asked.get(address)
        if last is not None and now - last < self._spec.again:
            return False
        self._asked[address] = now
        self._asked.move_to_end(address)
        while len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        return True

    async def ask(self, address: str) -> dict[str, Answer]:
        """Answers by method; reverse DNS only when nobody else answered or they disagree."""
        found = dict(zip(self._probes, await asyncio.gather(*(self._one(m, p, address) for m, p in self._probes.items()))))
        answers = {method: answer for method, answer in found.items() if answer is not None}
        short = {one.name.split(".", 1)[0].lower() for one in answers.values()}
        if self._spec.server and len(short) != 1:
            answer = await self._one(DNS, lambda ip: ask_dns(ip, self._spec.server), address)
            if answer is not None:
                answers[DNS] = answer
        return answers

    async def _one(self, method: str, probe: Probe, address: str) -> Answer | None:
        rate = self.rates[method]
        try:
            answer = await asyncio.wait_for(probe(address), PATIENCE)
        except FAILURES:
            rate.count(False)
            return None
        rate.count(True)
        return answer


def observed(key: str, number: int, at: int, address: str, answers: Mapping[str, Answer]) -> list[Activity]:
    """An activity for each method that answered; number: how many addresses were asked before, from 1."""
    return [
        Activity(
            at=at,
            until=at,
            input=key,
            record=number,
            ordinal=ordinal,
            destination=Endpoint(address),
            detail=NameObservation(address=address, name=answer.name, method=method, hardware=answer.hardware),
        )
        for ordinal, (method, answer) in enumerate(sorted(answers.items()))
    ]


def run(spec: ResolverSource, key: str, outlet: Outlet, stop: threading.Event, probes: Mapping[str, Probe] = PRIMARY) -> None:
    """A live source: asks the addresses that outlet.wished() gives. Raises Cannot."""
    resolver = Resolver(spec, probes)
    outlet.state("running")
    asyncio.run(_loop(resolver, spec, key, outlet, stop.is_set, outlet.wished))


async def _loop(
    resolver: Resolver, spec: ResolverSource, key: str, outlet: Outlet, stopped: Callable[[], bool], wished: Callable[[], str]
) -> None:
    running: set[asyncio.Task[None]] = set()
    number, pause, due = 0, 1 / max(spec.rate, 0.01), time.monotonic()
    broken: list[BaseException] = []

    async def one(address: str, number: int) -> None:
        answers = await resolver.ask(address)
        at = time.time_ns() // 1000
        outlet.received(1, 0, at)
        if answers:
            outlet.put(observed(key, number, at, address, answers))

    def ended(task: asyncio.Task[None]) -> None:
        running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            broken.append(error)

    while not stopped():
        if broken:
            raise broken[0]
        address = wished() if len(running) < AT_ONCE and time.monotonic() >= due else ""
        if address and resolver.may_ask(address, time.monotonic()):
            number, due = number + 1, time.monotonic() + pause
            task = asyncio.create_task(one(address, number))
            running.add(task)
            task.add_done_callback(ended)
        else:
            await asyncio.sleep(0.05)
        for method, rate in resolver.rates.items():
            if rate.failing and rate.asked >= rate.told + ENOUGH:  # as long as it lasts, so that one sees when it is over
                rate.told = rate.asked
                outlet.note(f"{LOW_RESOLUTION}{method}", f"{sum(rate.recent)} of {len(rate.recent)}")
    for task in list(running):
        task.cancel()
