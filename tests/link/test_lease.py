"""A lease holds for whoever read it, for so long, by its own clocks."""

import pytest

from app.link.envelope import LinkError
from app.link.lease import LARGEST, LEASE, MARGIN, Assignment, Moment, decode, domain_of, encode, learned, may_run, waited
from app.model.sensor import Controller, SensorConfig
from app.model.source import DirectorySource

FIRST = Assignment(domain="corp.test", sensor="a", term=1)
SECOND = Assignment(domain="corp.test", sensor="b", term=2, before="a")


def at(seconds: float, wall: float | None = None) -> Moment:
    return Moment(seconds, 1_000_000.0 + (seconds if wall is None else wall))


def test_the_first_one_begins_at_once_and_ends_by_itself_when_it_cannot_ask_any_more() -> None:
    held = learned(None, FIRST, at(0))

    assert may_run(held, "a", at(0)) and may_run(held, "a", at(LEASE - 1))
    assert not may_run(held, "a", at(LEASE))
    assert not may_run(held, "b", at(0))


def test_reading_again_prolongs_it() -> None:
    held = learned(learned(None, FIRST, at(0)), FIRST, at(LEASE - 1))

    assert may_run(held, "a", at(LEASE + 10))


def test_a_successor_waits_until_the_one_before_has_certainly_stopped() -> None:
    held = learned(None, SECOND, at(0))
    assert not may_run(held, "b", at(0))
    for moment in range(60, int(LEASE + MARGIN), 60):
        held = learned(held, SECOND, at(moment))
        assert not may_run(held, "b", at(moment))
    held = learned(held, SECOND, at(LEASE + MARGIN))

    assert held is not None and waited(held, at(LEASE + MARGIN)) == LEASE + MARGIN
    assert may_run(held, "b", at(LEASE + MARGIN))


def test_a_successor_begins_at_once_when_somebody_saw_that_the_wait_is_over() -> None:
    settled = Assignment(domain="corp.test", sensor="b", term=2, before="a", settled=True)

    assert may_run(learned(None, settled, at(0)), "b", at(0))


def test_the_one_before_and_its_successor_never_run_at_the_same_time() -> None:
    """One sensor reads each minute until it is cut off from the hub; the bucket names the other one from some second on."""
    for cut in range(0, 600, 20):
        for written in range(0, 600, 25):
            one = other = None
            for second in range(0, 1500, 5):
                moment = at(second)
                said = SECOND if second >= written else FIRST
                if second % 60 == 0:
                    one = learned(one, said, moment) if second <= cut else one
                    other = learned(other, said, moment)
                assert not (may_run(one, "a", moment) and may_run(other, "b", moment)), (cut, written, second)

            assert may_run(other, "b", at(1495))


def test_a_machine_that_slept_has_no_lease_when_it_wakes() -> None:
    held = learned(None, FIRST, at(0))

    assert not may_run(held, "a", at(1, wall=LEASE))


def test_a_clock_that_is_set_back_or_forward_lets_nobody_begin_too_soon() -> None:
    held = learned(learned(None, SECOND, at(0)), SECOND, at(200))

    assert not may_run(held, "b", at(201, wall=100_000))
    assert not may_run(held, "b", at(201, wall=-100_000))


def test_an_answer_that_lags_behind_renews_nothing() -> None:
    held = learned(learned(None, SECOND, at(0)), FIRST, at(100))

    assert held is not None and held.assignment == SECOND and held.read == at(0)


def test_who_is_no_longer_named_stops_at_once() -> None:
    held = learned(None, FIRST, at(0))

    assert not may_run(learned(held, SECOND, at(1)), "a", at(1))
    assert not may_run(learned(held, None, at(1)), "a", at(1))


def test_what_the_bucket_holds_is_read_with_care() -> None:
    assert decode(encode(SECOND)) == SECOND
    for bad in (
        b"",
        b"[]",
        b"{",
        b'{"domain": 1}',
        b"\xff" * 10,
        b'{"domain": "' + b"x" * LARGEST + b'"}',
        b'{"x":' + b"[" * 8_000,
    ):
        with pytest.raises(LinkError):
            decode(bad)


@pytest.mark.parametrize(
    ("url", "controllers", "domain"),
    [
        ("ldaps://DC1.corp.test", (), "corp.test"),
        ("ldaps://dc1.corp.test:3269", (), "corp.test"),
        ("ldaps://corp.test", ("dc1.corp.test",), "corp.test"),
        ("ldaps://10.0.0.10", ("dc1.corp.test",), "corp.test"),
        ("ldaps://10.0.0.11", ("dc1.corp.test",), ""),
        ("ldap://dc1", ("dc1.corp.test",), "corp.test"),
        ("ldap://dc9", ("dc1.corp.test",), ""),
        ("ldaps://dc1.corp.*", (), ""),
        ("ldaps://dc1.>", (), ""),
        ("ldaps://[", (), ""),
        ("", (), ""),
    ],
)
def test_the_domain_of_a_configuration(url: str, controllers: tuple[str, ...], domain: str) -> None:
    named = tuple(Controller(fqdn=one, addresses=("10.0.0.10",)) for one in controllers)

    assert domain_of(SensorConfig(directory=DirectorySource(url=url), controllers=named)) == domain
    assert domain_of(SensorConfig(controllers=named)) == ""
