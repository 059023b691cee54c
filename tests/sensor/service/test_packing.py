"""Activities gathered into messages: all of them, in order, none too large."""

import os

import msgspec
import pytest
from msgspec.structs import replace

from app.link.codec import decode_batch, encode_batch
from app.link.envelope import Batch, seal, unseal
from app.model.activity import Activity
from app.model.details import DnsQuery
from app.sensor.service import packing
from app.sensor.service.packing import Gathering


def activity(number: int, name: str = "a.test") -> Activity:
    return Activity(at=number, until=number, input="s.1", frames=(number,), detail=DnsQuery(name=name, type="A"))


def opened(bodies: tuple[bytes, ...]) -> list[Activity]:
    found = []
    for body in bodies:
        message = unseal(body)
        assert isinstance(message, Batch) and message.key == "s.1"
        batch = decode_batch(message.activities)
        assert message.count == len(batch)
        found += batch
    return found


def test_batches_become_one_message() -> None:
    gathering = Gathering()
    gathering.add(encode_batch([activity(1), activity(2)]))
    gathering.add(encode_batch([]))
    gathering.add(encode_batch([activity(3)]))
    packed = gathering.pack("s.1")

    assert len(packed.bodies) == 1 and packed.activities == 3 and packed.lost == 0
    assert opened(packed.bodies) == [activity(1), activity(2), activity(3)]


def test_it_waits_a_moment_for_more_but_not_when_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    gathering = Gathering()
    assert not gathering.due
    gathering.add(encode_batch([activity(1)]))
    assert not gathering.due
    gathering.add(encode_batch([activity(one) for one in range(packing.MOST)]))
    assert gathering.due
    gathering.clear()
    gathering.add(encode_batch([activity(1)]))
    monkeypatch.setattr(packing, "GATHER", 0.0)
    assert gathering.due


def test_what_does_not_compress_is_divided_and_one_that_is_too_large_alone_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "LARGEST", 20_000)
    noise = [activity(number, os.urandom(2_000).hex()) for number in range(50)]
    large = activity(50, os.urandom(40_000).hex())
    gathering = Gathering()
    gathering.add(encode_batch([*noise, large, activity(51)]))
    packed = gathering.pack("s.1")

    assert len(packed.bodies) > 5 and max(map(len, packed.bodies)) <= 20_000
    assert packed.lost == 1
    assert opened(packed.bodies) == [*noise, activity(51)]


def test_text_that_compresses_well_stays_below_what_is_unpacked() -> None:
    long = [activity(number, f"{number}" + "a" * (1 << 20)) for number in range(20)]
    larger = activity(20, "b" * (packing.UNPACKED + 1))
    gathering = Gathering()
    for one in [*long, larger, activity(21)]:
        gathering.add(encode_batch([one]))
    packed = gathering.pack("s.1")

    assert packed.lost == 1 and len(packed.bodies) > 1
    assert opened(packed.bodies) == [*long, activity(21)]


def test_what_finds_no_room_is_packed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed: list[object] = []
    monkeypatch.setattr(packing, "seal", lambda message: sealed.append(message) or seal(message))
    gathering = Gathering()
    gathering.add(encode_batch([activity(1)]))
    assert gathering.pack("s.1") == gathering.pack("s.1") and len(sealed) == 1

    gathering.add(encode_batch([activity(2)]))
    assert opened(gathering.pack("s.1").bodies) == [activity(1), activity(2)] and len(sealed) == 2
    gathering.clear()
    assert gathering.pack("s.1").bodies == ()


def test_other_bytes_are_refused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        Gathering().add(b"\x93\x01")
    assert replace(activity(1)) == activity(1)
