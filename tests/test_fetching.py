"""Packets of a sensor come into the workspace soon after the alert, or when somebody looks; then the sensor may go."""

import time
from concurrent.futures import wait
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.engine.schema import StoreError
from app.fetching import Fetched, Fetching, fetch
from app.link.asking import MOST_FRAMES, Packets, PacketsAsked, Refused, decode_question, encode_reply
from app.link.envelope import LinkError, pack
from app.link.place import to_line
from app.listen import Listener
from app.model.sensor import SensorConfig
from app.model.source import GrowingSource, HubSource
from app.sensor.frame import Captured
from app.sensor.sources.evidence import as_file, from_file, kept_frames, read_evidence, store_packets
from app.session import Session
from tests.hub.running import RunningHub
from tests.material import SAMPLE
from tests.sensor.service.running import SensorProcess

KEY = "my-alerts.0123456789ab"


def captured(number: int) -> Captured:
    return Captured(link=1, data=b"%020d" % number, at=1_770_000_000_000_000 + number, length=20)


class Sensor:
    """Answers as a sensor does that keeps these frames, a few at a time."""

    def __init__(self, kept: range, most: int = 100) -> None:
        self.kept, self.most = kept, most
        self.asked: list[tuple[str, int]] = []

    def ask(self, subject: str, data: bytes, timeout: float) -> bytes:
        question = decode_question(data)
        assert isinstance(question, PacketsAsked)
        self.asked.append((subject, len(question.frames)))
        have = [one for one in question.frames if one in self.kept]
        missing = tuple(one for one in question.frames if one not in self.kept)
        file = as_file({one: captured(one) for one in have[: self.most]}) if have else b""
        return encode_reply(
            Packets(file, missing, "The packet was kept until then." if missing else "", tuple(have[self.most :]))
        )


def test_what_a_sensor_keeps_comes_in_parts_and_what_is_gone_is_said(tmp_path: Path) -> None:
    workspace = tmp_path / "w.wardlight"
    sensor = Sensor(range(1, 801))
    got = fetch(sensor.ask, workspace, KEY, range(700, 900))
    many = fetch(sensor.ask, workspace, KEY, range(1, 700))

    assert got == Fetched(frozenset(range(700, 801)), frozenset(range(801, 900)), "The packet was kept until then.")
    assert len(many.kept) == 699 and {one[0] for one in sensor.asked} == {"ask.my-alerts"}
    assert max(one[1] for one in sensor.asked) <= MOST_FRAMES
    assert kept_frames(workspace, KEY) == set(range(1, 801))
    assert read_evidence(workspace, KEY, [5])[5] == captured(5)


def test_what_a_hostile_sensor_answers_does_no_harm(tmp_path: Path) -> None:
    workspace = tmp_path / "w.wardlight"
    asked = []

    def put_off(subject: str, data: bytes, timeout: float) -> bytes:
        asked.append(subject)
        question = decode_question(data)
        assert isinstance(question, PacketsAsked)
        return encode_reply(Packets(more=question.frames))

    other = as_file({99: captured(99)})
    assert fetch(put_off, workspace, KEY, [1, 2]) == Fetched() and len(asked) == 1
    assert fetch(lambda *_: encode_reply(Packets(file=other)), workspace, KEY, [1]).kept == frozenset()
    for damaged in (
        other[:40],
        other[:-7] + b"\xff" * 7,
        b"\x0a\x0d\x0d\x0a" * 9,
        other[:28] + b"\x06\x00\x00\x00\xff\xff\xff\xff" * 9,
    ):
        fetch(lambda *_, data=damaged: encode_reply(Packets(file=data)), workspace, KEY, [1, 99])
    with pytest.raises(LinkError, match="does not give"):
        fetch(lambda *_: encode_reply(Refused("no")), workspace, KEY, [1])
    for answer in (b"", b"WL\x00\x09", b"nonsense" * 9, pack(b"\x91" * 100_000), pack(b"\x92\xa7refused\xa2\xff\xff")):
        with pytest.raises(LinkError):
            fetch(lambda *_, data=answer: data, workspace, KEY, [1])
    for key in ("../../etc.x", "nosensor", "a/b.c", "s1."):
        with pytest.raises(LinkError):
            fetch(put_off, workspace, key, [1])
    with pytest.raises(OSError):
        store_packets(workspace, "../x.y", {1: captured(1)})
    assert not [one for one in tmp_path.rglob("*.pcapng") if one.parent.name != "w.wardlight.packets"]
    assert from_file(as_file({}), [1]) == {}


def test_a_disk_or_an_answer_that_fails_costs_one_sensor_a_while_and_no_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sensor = Sensor(range(1, 100))
    folder, good, bad = tmp_path / "w.wardlight.packets", "s1.good", "s2.bad"
    damaged = [pack(b"\x91" * 100_000)]

    def ask(subject: str, data: bytes, timeout: float) -> bytes:
        return damaged.pop() if subject == "ask.s2" and damaged else sensor.ask(subject, data, timeout)

    alerted = [{bad: {3, 4}, good: {1, 2}}]
    link = SimpleNamespace(connected=True, ask=ask)
    queries = SimpleNamespace(alerted_packets=lambda known: alerted.pop() if alerted else {})
    fetching = Fetching(cast(Any, link), cast(Any, queries), tmp_path / "w.wardlight")
    monkeypatch.setattr("app.fetching.FIRST_WAIT", 0.0)
    folder.write_bytes(b"in the way")
    fetching._turn()
    folder.unlink()
    fetching._turn()
    fetching._turn()
    fetching.close()

    assert not damaged
    assert kept_frames(tmp_path / "w.wardlight", good) == {1, 2} and kept_frames(tmp_path / "w.wardlight", bad) == {3, 4}


def test_a_round_that_breaks_and_a_disk_that_refuses_are_said_until_it_goes_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "w.wardlight.packets"
    answers: list[Any] = [{"s1.good": {1, 2}}, StoreError("The workspace cannot be read.")]

    def alerted(known: set[int]) -> dict[str, set[int]]:
        answer = answers.pop() if answers else {}
        if isinstance(answer, Exception):
            raise answer
        return cast(dict[str, set[int]], answer)

    link = SimpleNamespace(connected=True, ask=Sensor(range(1, 100)).ask)
    fetching = Fetching(cast(Any, link), cast(Any, SimpleNamespace(alerted_packets=alerted)), tmp_path / "w.wardlight")
    monkeypatch.setattr("app.fetching.EVERY", 0.0)
    monkeypatch.setattr("app.fetching.FIRST_WAIT", 0.0)
    folder.write_bytes(b"in the way")
    said = []
    for _ in range(4):
        fetching.step()  # says how the last round went, and begins one
        wait([fetching._round])  # type: ignore[list-item]
        said.append(fetching.error)
        if len(said) == 3:
            folder.unlink()
            fetching._turn()
    fetching.close()

    assert said[0] == "" and said[1] == "StoreError: The workspace cannot be read."
    assert str(folder) in said[2] and said[3] == ""
    assert kept_frames(tmp_path / "w.wardlight", "s1.good") == {1, 2}


@pytest.mark.slow
def test_packets_of_alerts_outlive_their_sensor_and_others_come_when_they_are_looked_at(tmp_path: Path) -> None:
    hub = RunningHub(tmp_path / "hub")
    sensor = SensorProcess(
        tmp_path / "s", hub.add("sensor", "s1"), SensorConfig(sources=(GrowingSource(path=str(SAMPLE)),), reserve=0.0)
    )
    line = tmp_path / "analyst.line"
    line.write_text(to_line(hub.add("analyst", "ann")))
    spec = HubSource(file=str(line))
    hub.start()
    sensor.start()
    workspace = tmp_path / "w.wardlight"
    session = Session.open(workspace)
    listener = Listener(workspace, lambda state: None)
    try:
        listener.start("hub", spec)

        def alerted() -> tuple[str, set[int]]:
            """Key of the input, and frames on which alerts rest, as far as the sensor keeps them (32 of an activity)."""
            for key, frames in session.queries.alerted_packets(set()).items():
                return key, frames & kept_frames(sensor.files.evidence, key)
            return "", set()

        end = time.monotonic() + 200
        while not (found := alerted())[1] or not found[1] <= kept_frames(workspace, found[0]):
            listener.step()
            assert time.monotonic() < end, (found[0], len(found[1] - kept_frames(workspace, found[0])))
        key, frames = found
        kept = kept_frames(workspace, key)
        other = next(one.frames[0] for one in session.plain.stream() if one.frames and one.frames[0] not in kept)
        session.hub = spec
        looked = session.packet(key, other)
        assert sensor.stop() == 0
        gone = session.packet(key, next(one for one in range(1, 10_000) if one not in kept_frames(workspace, key)))
        shown = session.packet(key, min(frames))
    finally:
        listener.close()
        session.close()
        if sensor.child is not None and sensor.child.poll() is None:
            sensor.kill()
        hub.stop()

    assert looked.data and other in kept_frames(workspace, key)
    assert shown.data
    assert not gone.data and "on its sensor" in gone.error
