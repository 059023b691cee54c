"""The command `hub`, with a real server: made, started, keys added and taken away, told, renewed; another one's cluster."""

import json
import os
import shlex
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hub import authority, server
from app.hub.making import renew
from app.hub.serving import renew_in_time
from app.hub.state import Folder
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.numbers import message_id
from app.link.place import HubPlace, from_line
from app.link.subjects import activities
from tests.hub.running import linked, until
from tests.material import ROOT, command
from tests.sensor.free_port import free_port

pytestmark = pytest.mark.slow


class Home:
    """A settings folder of its own, in which hub commands run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.child: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "WARDLIGHT_HOME": str(self.folder), "PYTHONPATH": str(ROOT)}

    def hub(self, *words: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command("hub", *words), capture_output=True, text=True, timeout=120, cwd=ROOT, env=self.environment, check=False
        )

    def init(self) -> None:
        done = self.hub(
            "init", "--name", "127.0.0.1", "--listen", f"127.0.0.1:{self.port}", "--workspace", "corp", "--gib", "0.1"
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        self.child = subprocess.Popen(
            command("hub", "start"), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, cwd=ROOT, env=self.environment
        )
        assert self.child.stderr is not None
        said = ""
        while "is ready" not in said:
            said = self.child.stderr.readline()
            assert said, "the hub ended"

    def add(self, role: str, name: str, *words: object) -> HubPlace:
        done = self.hub(f"add-{role}", name, "--workspace", "corp", *words)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1
        return from_line(done.stdout)

    def stop(self) -> None:
        if self.child is not None:
            self.child.send_signal(signal.SIGTERM)
            self.child.communicate(timeout=60)
            assert self.child.returncode == 0


def sent(link: Link, place: HubPlace, id: str) -> bool:
    """Whether the stream took a message; while the server reads its configuration anew it may not, and a sensor tries again."""
    try:
        link.publish(activities(place.id), b"x" * 100, id).result(20)
    except LinkError:
        return False
    return True


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    made = Home(tmp_path_factory.mktemp("home"))
    made.init()
    made.start()
    yield made
    made.stop()


def test_the_line_of_a_sensor_connects_and_sends(home: Home) -> None:
    place = home.add("sensor", "dc1")
    with linked(place) as link:
        until(lambda: sent(link, place, message_id("ab" * 6, 1)))

    assert (place.role, place.name, place.workspace) == ("sensor", "dc1", "corp") and f"tls://127.0.0.1:{home.port}" in place.urls


def test_the_hub_keeps_no_secret_of_others(home: Home) -> None:
    place = home.add("analyst", "zoe")
    for path in (home.folder / "hub").iterdir():
        if path.is_file():
            assert place.seed.encode() not in path.read_bytes(), path
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.name == "hub.lock"


def test_status_tells_what_is_kept_and_who_is_there(home: Home) -> None:
    place, reader = home.add("sensor", "dc2"), home.add("analyst", "ann")
    with linked(place) as link, linked(reader) as analyst:
        until(lambda: sent(link, place, message_id("cd" * 6, 1)))
        consumer = analyst.consume(f"{reader.id}-1", "ACTIVITIES", "act.*", 10)
        until(lambda: consumer.next(1))
        done = home.hub("status", "--json")
    found = json.loads(done.stdout)
    kept = found["workspaces"][0]
    members = {one["name"]: one["connected"] for one in kept["members"]}

    assert done.returncode == 0 and found["certificate_days"] == 396 and found["connections"] >= 2
    assert kept["name"] == "corp" and kept["messages"] >= 1 and not kept["near"]
    assert members["dc2"] and members["ann"]
    assert any(one["analyst"] == reader.id and one["unacknowledged"] >= 1 for one in kept["readers"])
    words = home.hub("status").stdout
    assert "sensor dc2" in words and "ann reads:" in words and "396 days left" in words


def test_a_revoked_key_is_refused_at_once(home: Home) -> None:
    place = home.add("sensor", "gone")
    with linked(place) as link:
        done = home.hub("revoke", "gone", "--workspace", "corp")
        until(lambda: "refuses this key" in link.error)

    assert done.returncode == 0 and place.id in done.stdout
    assert "No key is called gone" in home.hub("revoke", "gone", "--workspace", "corp").stderr
    assert home.add("sensor", "gone").id != place.id


def test_another_workspace_sees_nothing_of_the_first(home: Home) -> None:
    assert home.hub("add-workspace", "second", "--gib", "0.1").returncode == 0
    assert "Say which workspace" in home.hub("add-sensor", "x").stderr
    done = home.hub("add-analyst", "eve", "--workspace", "second", "--json")
    with linked(from_line(json.loads(done.stdout)["line"])) as link:
        found = link.consume("d-1", "ACTIVITIES", "act.*", 10).next(1)
    assert found == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init",), "There is a hub in"),
        (("add-sensor", ""), "one to 64 characters"),
        (("add-sensor", "x", "--workspace", "none"), "The hub has no workspace none"),
        (("add-workspace", "../x"), "cannot be made so"),
        (("add-workspace", "corp"), "has a workspace corp already"),
        (("start",), "runs already"),
        (("status", "--folder", "/nonexistent"), "There is no hub in /nonexistent"),
    ],
)
def test_mistakes_are_one_sentence(home: Home, words: tuple[str, ...], said: str) -> None:
    done = home.hub(*words)

    assert done.returncode == 1 and said in done.stderr and done.stderr.count("\n") == 1


def test_a_certificate_is_renewed_while_connections_go_on(home: Home) -> None:
    place = home.add("sensor", "stays")
    folder = Folder(home.folder / "hub")
    with linked(place) as link:
        renew(folder, days=20)
        said: list[str] = []
        assert renew_in_time(folder, said.append) and "19 days left" in said[0]
        until(lambda: sent(link, place, message_id("ef" * 6, 1)))
        assert authority.days_left(authority.ends(folder)[0]) == 396 and not renew_in_time(folder, said.append)
        with linked(place) as again:
            assert again.expires is not None


def test_a_server_that_dies_is_started_again(home: Home) -> None:
    place = home.add("sensor", "waits")
    number = server.running(Folder(home.folder / "hub"))
    assert number is not None
    with linked(place) as link:
        os.kill(number, signal.SIGKILL)
        until(lambda: not link.connected)
        until(lambda: link.connected, 60)

    assert server.running(Folder(home.folder / "hub")) not in (None, number)


def test_a_cluster_of_somebody_else_is_used(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path)
    folder = Folder(home.folder / "hub")
    seed, trusted = folder.seed("corp"), folder.authority
    done = other.hub(
        "use", f"tls://127.0.0.1:{home.port}", "--workspace", "corp", "--nkey", seed, "--authority", trusted, "--gib", 0.1
    )
    assert done.returncode == 0, done.stderr
    given = other.hub("add-sensor", "far")
    place = from_line(given.stdout)
    entry = json.loads(given.stderr[given.stderr.index('{"nkey"') :])

    assert place.urls == (f"tls://127.0.0.1:{home.port}",) and entry["permissions"]["publish"]["allow"][0] == f"act.{place.id}"
    assert other.hub("start").returncode == 0 and "corp: " in other.hub("status").stdout
    link = Link(place)  # its entry is not in the other's configuration yet
    until(lambda: "refuses this key" in link.error)
    link.close()


def test_without_a_server_status_fails_with_one_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.init()
    done = home.hub("status")

    assert done.returncode == 1 and "nothing listens there" in done.stderr


def test_what_to_do_next_names_the_folder_of_the_hub(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    place = tmp_path / "a hub"
    said = home.hub("init", "--folder", place, "--name", "127.0.0.1", "--listen", f"127.0.0.1:{home.port}")
    lines = said.stdout.splitlines()

    assert said.returncode == 0, said.stderr
    assert len(lines) == 4 and all(f"--folder '{place}'`" in one for one in lines[1:])
    words = shlex.split(lines[2].split("`")[1])
    assert words[:3] == ["wardlight", "hub", "add-sensor"]
    assert home.hub(*words[2:]).returncode == 0  # as it stands there
