"""Answers that are kept for as long as they hold: who had an address, and whose name a log writes, with and without it."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.knowledge import Knowledge
from app.engine.knowledge.addresses import METHODS, Addresses
from app.model.activity import Account, Activity, Endpoint
from app.model.details import DnsQuery
from app.model.events import EventLogon

HOUR = 3_600_000_000
DAY = 24 * HOUR
IP = "10.0.0.1"
SID = "S-1-5-21-1-2-3-1104"
said = st.tuples(
    st.sampled_from([f"h{number}.corp.test" for number in range(4)]),
    st.sampled_from(sorted(METHODS)),
    st.integers(0, 60 * HOUR),
    st.integers(0, HOUR // 2),
)
moments = st.lists(st.integers(-2 * DAY, 5 * DAY), min_size=1, max_size=12)


def telling(at: int, place: int, last: int | None = None) -> Activity:
    return Activity(at=at, until=last or at, input="a", frames=(place,), detail=DnsQuery())


@settings(max_examples=200, deadline=None)
@given(st.lists(said, min_size=1, max_size=12), moments)
def test_within_the_time_that_an_answer_is_kept_nothing_else_is_answered(
    names: list[tuple[str, str, int, int]], at: list[int]
) -> None:
    addresses, draw = Addresses(), random.Random(1)
    for place, (name, method, first, long) in enumerate(names):
        addresses.say(IP, name, method, telling(first, 2 * place + 1))
        addresses.say(IP, name, method, telling(min(first + long, (first // HOUR + 1) * HOUR - 1), 2 * place + 2))

    for moment in at:
        answer = addresses.resolve(IP, moment, {"corp.test"})
        low, high = addresses.steady(IP, moment, {"corp.test"})

        assert low <= moment < high
        inside = [max(low, -10 * DAY), min(high, 10 * DAY) - 1]
        for other in (*inside, *(draw.randint(*inside) for _ in range(20))):
            assert addresses.resolve(IP, other, {"corp.test"}) == answer


@settings(max_examples=100, deadline=None)
@given(st.lists(said, min_size=1, max_size=12), moments)
def test_an_end_is_who_it_is_asked_for_the_first_time(names: list[tuple[str, str, int, int]], at: list[int]) -> None:
    known = Knowledge()
    for place, (name, method, first, _) in enumerate(names):
        known.addresses.say(IP, name, method, telling(first, place + 1))

    for moment in sorted(at):
        fresh = Knowledge.from_bytes(known.to_bytes())
        assert known.address_entity(IP, moment) == fresh.address_entity(IP, moment)


def logon(at: int, name: str, domain: str | None = None) -> Activity:
    who = Account(name=name, domain=domain, sid=SID)
    event = EventLogon(event_id=4624, channel="Security", computer="ws1.corp.test", record=1)
    return Activity(at=at, until=at, input="log", record=at, account=who, source=Endpoint("10.0.0.9"), detail=event)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["alice", "bob"]), st.sampled_from(["CORP", "corp.test", "OTHER"]),
                          st.integers(1, 50)), max_size=6),
       st.lists(st.integers(0, 60), min_size=1, max_size=12))  # fmt: skip
def test_a_number_is_whose_it_is_at_that_time_whoever_was_asked_for_before(
    names: list[tuple[str, str, int]], at: list[int]
) -> None:
    known = Knowledge()
    for name, domain, moment in names:
        known.accounts.say_sid(SID, name, domain, telling(moment, moment))

    for moment in at:
        for name, domain in (("", None), (SID, None), ("alice", None), ("alice", "CORP")):
            asked = logon(moment, name, domain)
            fresh = Knowledge.from_bytes(known.to_bytes())
            found = fresh._said(asked.account or Account(name=""), "ws1.corp.test", moment or None)
            assert known.account_entity(asked) == found
