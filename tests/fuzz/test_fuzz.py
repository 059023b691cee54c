"""No exception, no hang, whatever arrives: random scripts, and real ones cut, mutated and shuffled."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sensor.readers import reader_of
from app.sensor.sources.inputs import Found
from app.sensor.sources.kinds import kind_of
from app.sensor.sources.reading import Opening
from tests.fuzz.inputs import INPUTS, seeds_of
from tests.fuzz.targets import TARGETS, script, seeds

LAB = ("enum_samr", "remote_execution", "kerberoasting", "ldap_recon", "vpn_radius", "dcsync_success", "dns_zone_transfer")
ROUNDS = 25
"""Mutations of each real script; the harness beside this file runs for as long as one likes."""
SLOWEST = 3.0
"""Seconds for one script of at most 4 MB; real ones take milliseconds. It tells a hang, it measures nothing."""
SCRIPTS = st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=12).map(script)


@pytest.mark.parametrize("name", sorted(TARGETS))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=SCRIPTS)
def test_random_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to eight changes: a byte, a length-like field, a piece removed, doubled or cut off."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if not out:
            break
        at = chance.randrange(len(out))
        match chance.randrange(6):
            case 0:
                out[at] = chance.randrange(256)
            case 1:
                out[at] ^= 1 << chance.randrange(8)
            case 2:
                out[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x80\0\0\0", b"\x7f\xff\xff\xff"))
            case 3:
                del out[at : at + chance.randint(1, 64)]
            case 4:
                out[at:at] = out[at : at + chance.randint(1, 64)]
            case _:
                out = out[: max(1, at)] if chance.random() < 0.2 else out
    return bytes(out)


@pytest.fixture(scope="module")
def real(shared: Path) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name in LAB:
        for target, scripts in seeds(shared / "lab" / "captures" / f"{name}.pcap", most=8).items():
            found.setdefault(target, []).extend(scripts)
    return found


@pytest.mark.parametrize("name", sorted(one for one in TARGETS if one != "file"))
def test_mutated_real_scripts(name: str, real: dict[str, list[bytes]]) -> None:
    if name not in real:
        pytest.skip("the lab has no such conversation")
    chance = random.Random(name)
    for data in real[name]:
        for _ in range(ROUNDS):
            mutated = mutate(data, chance)
            began = time.monotonic()
            TARGETS[name](mutated)
            assert time.monotonic() - began < SLOWEST


def test_mutated_capture_files(shared: Path) -> None:
    data = (shared / "lab" / "captures" / "brute_force_ldap.pcap").read_bytes()[:60_000]
    chance = random.Random(3)
    for _ in range(40):
        TARGETS["file"](mutate(data, chance))


def test_an_unmutated_script_gives_activities(real: dict[str, list[bytes]]) -> None:
    from app.sensor.conversations.registry import TCP
    from tests.fuzz.targets import converse

    assert any(converse(TCP[445], "tcp", 445, one) for one in real["tcp-SmbTcp"])
    assert any(converse(TCP[389], "tcp", 389, one) for one in real["tcp-LdapTcp"])


@pytest.mark.parametrize("name", sorted(INPUTS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=400))
def test_random_bytes_of_other_inputs(name: str, data: bytes) -> None:
    INPUTS[name](data)


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_mutated_other_inputs(name: str) -> None:
    chance = random.Random(name)
    for data in seeds_of(name):
        INPUTS[name](data)
        for _ in range(ROUNDS):
            mutated = mutate(data, chance)
            began = time.monotonic()
            INPUTS[name](mutated)
            assert time.monotonic() - began < SLOWEST


def test_mutated_logs_and_traces(shared: Path) -> None:
    for name in ("read-evtx", "read-etl"):
        chance = random.Random(name)
        for data in seeds_of(name, shared)[-12:]:
            for _ in range(3):
                INPUTS[name](mutate(data, chance))


@pytest.mark.parametrize("name", ["read-xml", "read-json", "read-syslog", "read-radius", "read-directory", "read-bloodhound"])
def test_an_unmutated_input_of_each_kind_gives_activities(name: str) -> None:
    kind = name.removeprefix("read-")
    for data in seeds_of(name):
        assert kind_of(data) == kind
        got: list[object] = []
        opening = Opening(Found(path="input", file=Path(__file__), kind=kind, bytes=len(data)), data, "0" * 12)
        for _ in reader_of(kind)(opening, got.append, lambda what, where, count=1: None):
            pass
        assert got
