"""From outbox to hub: in order, removed after the acknowledgement, sent again until it is there."""

from pathlib import Path

import pytest

from app.sensor.service.outbox import New, Outbox
from app.sensor.service.sending import ON_THE_WAY, Sending
from tests.sensor.service.running import MemoryHub


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "o", 1 << 24)


def kept(hub: MemoryHub) -> list[bytes]:
    return [one[2] for one in hub.kept]


def test_all_arrives_in_order_and_leaves_the_outbox(outbox: Outbox) -> None:
    hub = MemoryHub()
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"%d" % one) for one in range(500)])
    for now in range(20):
        sending.step(float(now))

    assert kept(hub) == [b"%d" % one for one in range(500)]
    assert {one[0] for one in hub.kept} == {"act.s1"} and hub.kept[0][1] == f"{outbox.run}-1"
    assert outbox.messages == 0 and sending.idle and sending.sent == sum(map(len, kept(hub))) and sending.error == ""


def test_so_many_are_on_the_way_and_none_is_forgotten_before_it_arrived(outbox: Outbox) -> None:
    hub = MemoryHub()
    hub.held = []
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"%d" % one) for one in range(300)])
    sending.step(0.0)
    sending.step(1.0)

    assert len(hub.held) == ON_THE_WAY and outbox.messages == 300
    hub.release()
    for now in range(2, 20):
        sending.step(float(now))
    assert kept(hub) == [b"%d" % one for one in range(300)] and outbox.messages == 0


def test_what_fails_is_sent_again_in_order_after_a_pause(outbox: Outbox) -> None:
    hub = MemoryHub()
    hub.held = []
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"%d" % one) for one in range(10)])
    sending.step(0.0)
    hub.release(ok=False)
    sending.step(0.1)
    sending.step(0.2)
    assert kept(hub) == [] and "broke" in sending.error
    for now in range(1, 10):
        sending.step(float(now))

    assert kept(hub) == [b"%d" % one for one in range(10)] and outbox.messages == 0 and sending.error == ""


def test_an_acknowledgement_that_was_lost_doubles_nothing(outbox: Outbox) -> None:
    hub = MemoryHub()
    hub.held = []
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"x")])
    sending.step(0.0)
    ((_, subject, id, data),) = hub.held
    hub.kept.append((subject, id, data))  # it arrived, and the word of that did not
    hub.release(ok=False)
    for now in range(1, 5):
        sending.step(float(now))

    assert kept(hub) == [b"x"] and outbox.messages == 0


def test_nothing_overtakes_the_beginning_and_the_end_of_an_input(outbox: Outbox) -> None:
    hub = MemoryHub()
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"open", alone=True), New(b"a"), New(b"b"), New(b"close", alone=True), New(b"c")])
    seen = []
    for now in range(1, 8):
        hub.held = []
        sending.step(float(now))
        seen.append([one[3] for one in hub.held])
        hub.release()

    assert [one for one in seen if one] == [[b"open"], [b"a", b"b"], [b"close"], [b"c"]]


def test_without_a_connection_nothing_is_tried_and_the_reason_is_said(outbox: Outbox) -> None:
    hub = MemoryHub(connected=False)
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"x")])
    sending.step(0.0)

    assert sending.error == "The hub cannot be reached." and outbox.messages == 1
    hub.connected, hub.error = True, ""
    sending.step(1.0)
    sending.step(2.0)
    assert kept(hub) == [b"x"] and outbox.messages == 0


def test_a_disk_that_lets_nothing_be_removed_does_not_stop_the_sending(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = MemoryHub()
    sending = Sending(outbox, hub, "act.s1")
    outbox.put([New(b"%d" % one) for one in range(100)])
    monkeypatch.setattr(outbox, "forget", lambda entries: False)
    for now in range(10):
        sending.step(float(now))
    assert len(kept(hub)) == 100 and outbox.messages == 100
    monkeypatch.undo()
    outbox.put([New(b"last")])
    for now in range(10, 20):
        sending.step(float(now))

    assert len(kept(hub)) == 101 and outbox.messages == 0
