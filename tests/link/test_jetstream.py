"""The link over a real server: publishing, consuming, asking, configurations, refusals, a server that goes and comes."""

import time
from collections.abc import Iterator
from concurrent.futures import wait
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from nats.aio.client import Client

from app.hub import authority
from app.hub.keys import make_pair
from app.link import connecting, jetstream
from app.link.bucket import Changed, Entry
from app.link.envelope import LinkError
from app.link.jetstream import Link, Unreachable
from app.link.numbers import message_id
from app.link.place import HubPlace
from app.link.subjects import (
    ACTIVITIES,
    EVERY_ACTIVITY,
    EVERY_STATUS,
    STATUS,
    activities,
    ask,
    config_of,
    status,
    synchronizer_of,
)
from tests.hub.running import RunningHub, linked, published, until

OUTBOX = "00112233445566778899aabb"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"), ("corp", "other"))
    for id in ("s1", "s2"):
        running.add("sensor", id)
    running.add("analyst", "ann")
    running.add("analyst", "bob")
    running.add("sensor", "s9", "other")
    running.add("analyst", "eve", "other")
    running.start()
    yield running
    running.stop()


def took(link: Link, durable: str, most: int = 2_000, acknowledge: bool = True) -> list[tuple[str, bytes, str]]:
    """Everything that this consumer is given, however long the hub takes: until it says itself that there is no more."""
    consumer = link.consume(durable, ACTIVITIES, EVERY_ACTIVITY, most)
    found: list[tuple[str, bytes, str]] = []

    def all_came() -> bool:
        came = consumer.next(0.2)
        found.extend((one.subject, one.data, one.id) for one in came)
        if acknowledge:
            consumer.acknowledge([one.reply for one in came])
        lag, held = consumer.lag(), 0 if acknowledge else len(found)
        return not came and lag.unacknowledged == held and (not lag.waiting or held >= most)

    until(all_came)
    return found


def test_messages_come_once_and_in_order(hub: RunningHub) -> None:
    with linked(hub.place("s1")) as sensor, linked(hub.place("ann")) as analyst:
        took(analyst, "once")
        sent = [sensor.publish(activities("s1"), b"%d" % one, message_id(OUTBOX, one)) for one in range(1, 301)]
        again = [sensor.publish(activities("s1"), b"%d" % one, message_id(OUTBOX, one)) for one in range(250, 301)]
        assert all(one.result(20) for one in sent)
        assert not any(one.result(20) for one in again)
        came = took(analyst, "once")
        more = took(analyst, "once")

    assert came == [("act.s1", b"%d" % one, message_id(OUTBOX, one)) for one in range(1, 301)]
    assert more == []


def test_what_was_not_acknowledged_comes_again_at_the_next_connection(hub: RunningHub) -> None:
    with linked(hub.place("s2")) as sensor:
        wait([sensor.publish(activities("s2"), b"x%d" % one, message_id("aa" * 6, one)) for one in range(1, 11)])
    with linked(hub.place("ann")) as analyst:
        first = [one for one in took(analyst, "again", acknowledge=False) if one[0] == "act.s2"]
    with linked(hub.place("ann")) as analyst:
        second = [one for one in took(analyst, "again") if one[0] == "act.s2"]

    assert first == second and len(first) == 10


def test_what_is_not_acknowledged_holds_back_the_stream(hub: RunningHub) -> None:
    with linked(hub.place("s1")) as sensor:
        wait([sensor.publish(activities("s1"), b"y", message_id("bb" * 6, one)) for one in range(1, 41)])
    with linked(hub.place("ann")) as analyst:
        assert len(took(analyst, "slow", most=8, acknowledge=False)) == 8


def test_two_analysts_have_a_position_each(hub: RunningHub) -> None:
    with linked(hub.place("s1")) as sensor, linked(hub.place("ann")) as ann, linked(hub.place("bob")) as bob:
        took(ann, "pos-ann"), took(bob, "pos-bob")
        sensor.publish(activities("s1"), b"one", message_id("cc" * 6, 1)).result(20)
        first = took(ann, "pos-ann")
        sensor.publish(activities("s1"), b"two", message_id("cc" * 6, 2)).result(20)

        assert [one[1] for one in first] == [b"one"]
        assert [one[1] for one in took(ann, "pos-ann")] == [b"two"]
        assert [one[1] for one in took(bob, "pos-bob")] == [b"one", b"two"]


def test_questions_are_answered(hub: RunningHub) -> None:
    def answer(question: bytes) -> bytes:
        if question == b"bad":
            raise LinkError("There are no such packets.")
        return question * 3

    with linked(hub.place("s1")) as sensor, linked(hub.place("ann")) as analyst:
        sensor.answer(ask("s1"), answer)
        sensor.get(config_of("s1"))  # a round trip, so that the subscription is there
        assert analyst.ask(ask("s1"), b"abc") == b"abcabcabc"
        with pytest.raises(LinkError, match="There are no such packets"):
            analyst.ask(ask("s1"), b"bad")
        with pytest.raises(Unreachable):
            analyst.ask(ask("s2"), b"abc")
        assert len(analyst.ask(ask("s1"), bytes(2 << 20))) == 6 << 20
        with pytest.raises(LinkError, match="larger"):
            analyst.ask(ask("s1"), bytes(3 << 20))


def test_configurations_are_set_compared_and_watched(hub: RunningHub) -> None:
    seen: list[Entry] = []
    with linked(hub.place("s1")) as sensor, linked(hub.place("ann")) as analyst:
        assert sensor.get(config_of("s1")) is None
        sensor.watch(config_of("s1"), seen.append)
        first = analyst.put(config_of("s1"), b"one", after=0)
        until(lambda: [one.value for one in seen] == [b"one"])
        second = analyst.put(config_of("s1"), b"two", after=first)
        with pytest.raises(Changed):
            analyst.put(config_of("s1"), b"three", after=first)
        until(lambda: [one.value for one in seen] == [b"one", b"two"])
        assert [(one.value, one.revision) for one in analyst.history(config_of("s1"))] == [(b"one", first), (b"two", second)]
        analyst.put(synchronizer_of("corp.test"), b"s1")
        found = sensor.get(synchronizer_of("corp.test"))
        assert found is not None and found.value == b"s1" and found.at > 0


def test_a_key_does_nothing_beyond_its_own(hub: RunningHub) -> None:
    with linked(hub.place("s1")) as sensor, linked(hub.place("s2")) as other, linked(hub.place("ann")) as analyst:
        analyst.put(config_of("s2"), b"secret")
        heard: list[bytes] = []
        sensor.listen(ask("s2"), lambda _, data: heard.append(data))
        sensor.listen(activities("s2"), lambda _, data: heard.append(data))
        with pytest.raises(LinkError):
            sensor.publish(activities("s2"), b"forged", message_id("dd" * 6, 1)).result(30)
        with pytest.raises(LinkError):
            sensor.get(config_of("s2"))
        with pytest.raises(LinkError):
            sensor.put(config_of("s1"), b"mine")
        with pytest.raises(LinkError):
            took(sensor, "stolen")
        with pytest.raises(LinkError):
            analyst.publish(activities("s1"), b"forged", message_id("dd" * 6, 2)).result(30)
        other.publish(activities("s2"), b"own", message_id("ee" * 6, 1)).result(20)
        came = took(analyst, "beyond")

        assert sensor.connected and heard == []
        assert [one for one in came if b"forged" in one[1]] == [] and ("act.s2", b"own", message_id("ee" * 6, 1)) in came


def test_nothing_reaches_another_workspace(hub: RunningHub) -> None:
    with linked(hub.place("s9", "other")) as stranger, linked(hub.place("eve", "other")) as eve, linked(hub.place("ann")) as ann:
        stranger.publish(activities("s1"), b"forged").add_done_callback(lambda done: done.exception())
        stranger.publish(activities("s9"), b"own", message_id("ff" * 6, 1)).result(20)
        assert took(eve, "theirs") == [("act.s9", b"own", message_id("ff" * 6, 1))]
        assert not [one for one in took(ann, "ours") if one[1] in (b"forged", b"own") and one[0] == "act.s9"]
        with pytest.raises(LinkError):
            eve.ask(ask("s1"), b"abc", timeout=2)


def test_the_last_report_of_each_sensor_is_kept(hub: RunningHub) -> None:
    with linked(hub.place("s1")) as one, linked(hub.place("s2")) as two, linked(hub.place("ann")) as analyst:
        heard: list[tuple[str, bytes]] = []
        analyst.listen(EVERY_STATUS, lambda subject, data: heard.append((subject, data)))
        analyst.get("sensor.s1")
        for text in (b"old", b"new"):
            one.tell(status("s1"), text)
        two.tell(status("s2"), b"other")
        until(lambda: len(heard) == 3)
        until(
            lambda: (
                {row[:2] for row in analyst.last_of_each(STATUS, EVERY_STATUS)}
                == {("status.s1", b"new"), ("status.s2", b"other")}
            )
        )


HOSTILE = (
    b"NATS/1.0\r\nStatus: 500\r\nDescription: Consumer Deleted\r\n\r\n",
    b"NATS/1.0\r\nStatus: 404\r\n\r\n",
    b"NATS/1.0 409 Message Size Exceeds MaxBytes\r\n\r\n",
    b"NATS/1.0 503\r\n\r\n",
    b"NATS/1.0",
    b"NATS/1.0\r\n",
    b"NATS/1.0 \xff\xff\xff\r\n\r\n",
    b"NATS/1.0\r\nNats-Time-Stamp: never\r\nNats-Sequence: none\r\nNats-Subject:\r\n\r\n",
    b"NATS/1.0\r\n\x00:\xff\r\n: :\r\n\r\n",
)
"""Headers of published messages; a key that was stolen may send any."""


def raw(link: Link, subject: str, headers: bytes, data: bytes) -> None:
    async def send(client: Client) -> None:
        head = b"HPUB %b %d %d\r\n" % (subject.encode(), len(headers), len(headers) + len(data))
        await client._send_command(head + headers + data + b"\r\n")
        await client.flush(5)

    link.do(send, 10)


def test_headers_of_a_message_do_not_pass_for_words_of_the_server(hub: RunningHub) -> None:
    with linked(hub.place("s1")) as sensor, linked(hub.place("s2")) as other, linked(hub.place("ann")) as analyst:
        took(analyst, "headers")
        for headers in HOSTILE:
            for data in (b"", b"hostile"):
                raw(sensor, activities("s1"), headers, data)
        raw(sensor, activities("s1"), b"NATS/1.0\r\nStatus: 500\r\nNats-Msg-Id: aa\r\n\r\n", b"with an id")
        assert other.publish(activities("s2"), b"good", message_id(OUTBOX, 9_001)).result(20)
        came = took(analyst, "headers")

    assert ("act.s2", b"good", message_id(OUTBOX, 9_001)) in came
    assert ("act.s1", b"with an id", "aa") in came and came.count(("act.s1", b"hostile", "")) == len(HOSTILE)


@pytest.mark.parametrize("headers", HOSTILE)
@pytest.mark.parametrize("data", [b"", b"hostile"])
def test_one_report_that_cannot_be_read_costs_nobody_another_ones(hub: RunningHub, headers: bytes, data: bytes) -> None:
    with linked(hub.place("s1")) as sensor, linked(hub.place("s2")) as other, linked(hub.place("ann")) as analyst:
        raw(sensor, status("s1"), headers, data)
        assert other.publish(status("s2"), b"good").result(20)
        assert ("status.s2", b"good") in [row[:2] for row in analyst.last_of_each(STATUS, EVERY_STATUS)]


def refused(place: HubPlace, words: str) -> None:
    link = Link(place)
    try:
        until(lambda: words in link.error)  # a server that ends a connection may end it before its reason has come
        assert not link.connected
        with pytest.raises(Unreachable):
            link.publish("act.s1", b"x").result(5)
        with pytest.raises(Unreachable):
            link.ask("ask.s1", b"x")
    finally:
        link.close()


def test_every_refusal_is_one_sentence(hub: RunningHub, tmp_path: Path) -> None:
    place = hub.place("s1")
    refused(replace(place, seed=make_pair().seed), "refuses this key")
    refused(replace(place, seed="nonsense"), "paste the line again")
    refused(replace(place, urls=("tls://127.0.0.1:1",)), "nothing listens")
    refused(replace(place, urls=("nats://127.0.0.1:4222",)), "begins with tls://")
    refused(replace(place, authority="nonsense"), "is no certificate")
    stranger = RunningHub(tmp_path / "stranger")
    refused(replace(place, authority=stranger.folder.authority.read_text()), "not of the authority")


def test_a_key_that_is_revoked_ends_at_once(hub: RunningHub) -> None:
    place = hub.add("sensor", "gone")
    hub.reload()
    with linked(place) as link:
        published(link, activities("gone"), b"x", message_id("ab" * 6, 1))
        hub.revoke("gone")
        until(lambda: "refuses this key" in link.error)
        assert not link.connected


@pytest.mark.parametrize("breaks", [1, 2])
def test_a_connection_that_breaks_while_it_is_made_is_made_again(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch, breaks: int
) -> None:
    """As a server does that reads its keys anew. breaks: before the client is handed over, or just behind."""
    left, whole = [3], connecting._Client

    def broken(client: Client) -> None:
        writer = client._transport._io_writer  # type: ignore[union-attr]
        writer.transport.close()
        writer.transport.close()  # the second takes its protocol away
        left[0] -= 1

    class Breaking(whole):  # type: ignore[valid-type,misc]
        async def connect(self, *places: Any, **more: Any) -> None:
            await super().connect(*places, **more)
            if left[0] > 0 and breaks == 1:
                broken(self)

    def end(client: Client) -> int | None:
        if left[0] > 0 and breaks == 2:
            broken(client)
        return connecting.certificate_end(client)

    monkeypatch.setattr(connecting, "_Client", Breaking)
    monkeypatch.setattr(jetstream, "certificate_end", end)
    with linked(hub.place("s1")) as link:
        assert link.connected and left == [0]


def test_a_server_that_goes_and_comes_is_found_again(tmp_path: Path) -> None:
    running = RunningHub(tmp_path / "hub")
    place, reader = running.add("sensor", "s1"), running.add("analyst", "ann")
    running.start()
    said: list[tuple[bool, str]] = []
    seen: list[bytes] = []
    link = Link(place, lambda connected, error: said.append((connected, error)))
    analyst = Link(reader)
    try:
        assert link.wait(20) and analyst.wait(20)
        link.answer(ask("s1"), lambda question: question)
        link.watch(config_of("s1"), lambda entry: seen.append(entry.value))
        analyst.put(config_of("s1"), b"one")
        until(lambda: seen == [b"one"])
        assert link.publish(activities("s1"), b"1", message_id(OUTBOX, 1)).result(20)
        running.kill()
        until(lambda: not link.connected and "nothing listens" in link.error)
        with pytest.raises(Unreachable):
            link.publish(activities("s1"), b"2", message_id(OUTBOX, 2)).result(5)
        running.start(streams=False)
        assert link.wait(30) and analyst.wait(30)
        assert not link.publish(activities("s1"), b"1", message_id(OUTBOX, 1)).result(20)  # the server still knows it
        assert link.publish(activities("s1"), b"2", message_id(OUTBOX, 2)).result(20)
        analyst.put(config_of("s1"), b"two")
        until(lambda: seen[-1] == b"two")
        assert analyst.ask(ask("s1"), b"there?") == b"there?"
        assert [one[1] for one in took(analyst, "d")] == [b"1", b"2"]
    finally:
        link.close()
        analyst.close()
        running.stop()
    assert said[0] == (True, "") and any(not connected and error for connected, error in said)


@pytest.mark.parametrize(("began", "days", "words"), [(-40, 30, "has expired"), (10, 30, "not valid yet")])
def test_a_certificate_of_another_day(tmp_path: Path, began: int, days: int, words: str) -> None:
    running = RunningHub(tmp_path / "hub")
    place = running.add("sensor", "s1")
    now = datetime.now(UTC)
    authority.make_certificate(running.folder, running.hub, now + timedelta(days=began), days)
    running.start(streams=False)
    link = Link(place)
    try:
        until(lambda: words in link.error)
        authority.make_certificate(running.folder, running.hub)  # renewed: the same link comes back by itself
        running.reload()
        assert link.wait(30) and link.error == "" and link.expires is not None
        assert 390 < (link.expires / 1e6 - now.timestamp()) / 86400 < 400
    finally:
        link.close()
        running.stop()


@pytest.mark.parametrize("after", [0.0, 0.002, 0.005, 0.01, 0.02, 0.05])
def test_a_subject_that_is_named_while_the_link_connects_is_heard(hub: RunningHub, after: float) -> None:
    with linked(hub.place("ann")) as analyst:
        link = Link(hub.place("s1"))
        try:
            time.sleep(after)
            link.answer(ask("s1"), lambda data: data)
            assert link.wait(20)
            link.get(config_of("s1"))  # a round trip, so that the subscription is there
            assert analyst.ask(ask("s1"), b"there?") == b"there?"
        finally:
            link.close()
