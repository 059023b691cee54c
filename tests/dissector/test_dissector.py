"""The packet dissector as what it is: a program that answers lines, whatever they hold."""

import json
import random
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.material import ROOT, SAMPLE
from tests.sensor.wire import ether, ip4, tcp, udp


class Dissector:
    """One running process."""

    def __init__(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-m", "app.dissector"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )

    def line(self, text: str) -> dict[str, Any]:
        assert self.child.stdin and self.child.stdout
        self.child.stdin.write(text.encode() + b"\n")
        self.child.stdin.flush()
        answer: dict[str, Any] = json.loads(self.child.stdout.readline())
        return answer

    def ask(self, data: bytes, link: int = 1) -> dict[str, Any]:
        return self.line(json.dumps({"link": link, "data": data.hex()}))


@pytest.fixture(scope="module")
def dissector() -> Iterator[Dissector]:
    one = Dissector()
    yield one
    _, err = one.child.communicate(timeout=10)
    assert (one.child.returncode, err) == (0, b"")


def frames(every: int) -> list[bytes]:
    """Each so many-th frame of the sample."""
    data, at, number, out = SAMPLE.read_bytes(), 24, 0, []
    while at + 16 <= len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        if number % every == 0:
            out.append(data[at + 16 : at + 16 + size])
        at, number = at + 16 + size, number + 1
    return out


def flat(fields: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in fields:
        yield one
        yield from flat(one["children"])


def test_it_stands_alone() -> None:
    """Under its own licence: it imports nothing of the rest."""
    code = "import sys, app.dissector.__main__; print(sorted(m for m in sys.modules if m.split('.')[0] == 'app'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.decode().strip() == "['app', 'app.dissector', 'app.dissector.__main__']"


def test_real_frames_have_fields_with_places_inside(dissector: Dissector) -> None:
    names: set[str] = set()
    for frame in frames(200):
        answer = dissector.ask(frame)
        assert answer["fields"], answer
        for one in flat(answer["fields"]):
            assert set(one) == {"name", "value", "start", "length", "children"}
            assert 0 <= one["start"] <= one["start"] + one["length"] <= len(frame)
            assert one["value"].isprintable() and len(one["value"]) <= 301
            names.add(one["name"])
    assert {"Ethernet", "IP", "TCP", "UDP", "sport"} <= names


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "{}",
        '"x"',
        "{",
        '{"link": 1}',
        '{"link": "x", "data": ""}',
        '{"link": 1, "data": "0"}',
        '{"link": 1, "data": 7}',
        "\x00\xff",
    ],
)
def test_a_request_that_makes_no_sense_gets_a_sentence(dissector: Dissector, line: str) -> None:
    answer = dissector.line(line)

    assert set(answer) == {"error"} and answer["error"].endswith(".")
    assert dissector.ask(frames(10_000)[0])["fields"]


def test_mutated_frames_are_survived(dissector: Dissector) -> None:
    chance = random.Random(7)
    slowest = 0.0
    for frame in frames(150):
        mutated = bytearray(frame)
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(mutated))
            mutated[at : at + chance.choice((1, 1, 4))] = chance.choice(
                (b"\xff", b"\0", b"\xff\xff\xff\xff", chance.randbytes(1))
            )
        began = time.monotonic()
        answer = dissector.ask(bytes(mutated[: chance.choice((len(mutated), chance.randint(1, len(mutated))))]))
        slowest = max(slowest, time.monotonic() - began)
        assert answer.get("fields") or answer.get("error")
    assert slowest < 4


def test_nesting_and_sheer_size_are_bounded(dissector: Dissector) -> None:
    deep = b"\x30\x80" * 20_000
    many = bytes.fromhex("000785800001ffffffffffff") + b"\1a\0\0\1\0\1" + b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4aaaa" * 4000
    for port, data in ((88, deep), (389, deep), (53, many)):
        for segment, protocol in ((udp(port, port, data[:65000]), 17), (tcp(port, port, 1, data[:65000]), 6)):
            began = time.monotonic()
            answer = dissector.ask(ether(ip4("10.0.0.1", "10.0.0.2", protocol, segment[:65500])))
            assert time.monotonic() - began < 8
            assert answer.get("error") or sum(1 for _ in flat(answer["fields"])) <= 12_000
