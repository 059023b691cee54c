"""A hub for tests: real server, real certificates, real keys, on a free port of this machine."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace

from app.hub import authority, server
from app.hub.configuration import write_configuration
from app.hub.keys import make_pair
from app.hub.state import Folder, Hub, Role, User, Workspace
from app.hub.streams import prepare
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.place import HubPlace
from tests.sensor.free_port import free_port

BYTES = 64 << 20


class RunningHub:
    """A hub of this folder; start() before it is used, stop() at the end."""

    def __init__(self, folder: Path, workspaces: tuple[str, ...] = ("corp",), always: bool = False, size: int = BYTES) -> None:
        self.folder = Folder(folder)
        self.folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.seeds: dict[tuple[str, str], str] = {}
        system = make_pair()
        self.system = system.seed
        self.hub = Hub(
            address="127.0.0.1", port=free_port(), names=("127.0.0.1", "localhost"), system=system.public, always=always
        )
        self.child: subprocess.Popen[bytes] | None = None
        authority.make_authority(self.folder)
        authority.make_certificate(self.folder, self.hub)
        for name in workspaces:
            self.hub = self.hub.with_workspace(Workspace(name=name, bytes=size, days=1))
            self.add("administrator", f"admin-{name}", name)
        self.write()

    def add(self, role: Role, id: str, workspace: str = "corp") -> HubPlace:
        """A new user; reload() lets a running server know."""
        pair = make_pair()
        found = self.hub.workspace(workspace)
        user = User(id=id, name=id, role=role, key=pair.public)
        self.hub = self.hub.with_workspace(replace(found, users=(*found.users, user)))
        self.seeds[workspace, id] = pair.seed
        self.write()
        return self.place(id, workspace)

    def place(self, id: str, workspace: str = "corp") -> HubPlace:
        """Where a user connects, and with what."""
        role = next(one.role for one in self.hub.workspace(workspace).users if one.id == id)
        return HubPlace(
            urls=(f"tls://127.0.0.1:{self.hub.port}",),
            workspace=workspace,
            role="sensor" if role == "sensor" else "analyst",
            id=id,
            name=id,
            seed=self.seeds[workspace, id],
            authority=self.folder.authority.read_text(),
        )

    def revoke(self, id: str, workspace: str = "corp") -> None:
        """Take a key away."""
        found = self.hub.workspace(workspace)
        users = tuple(replace(one, revoked=1) if one.id == id else one for one in found.users)
        self.hub = self.hub.with_workspace(replace(found, users=users))
        self.write()
        self.reload()

    def write(self) -> None:
        write_configuration(self.hub, self.folder)

    def reload(self) -> None:
        assert server.reload(self.folder)

    def start(self, streams: bool = True) -> "RunningHub":
        self.child = subprocess.Popen(
            [server.program(), "-c", str(self.folder.configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if streams:
            for one in self.hub.workspaces:
                with linked(self.place(f"admin-{one.name}", one.name)) as link:
                    prepare(link, one)
        return self

    def kill(self) -> None:
        """As a power cut of the process."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None

    def stop(self) -> None:
        if self.child is not None:
            server.end(self.child)
            self.child = None
        with suppress(OSError):
            self.folder.pid.unlink()


class linked:
    """A link that has connected, closed at the end of the block."""

    def __init__(self, place: HubPlace, wait: float = 20) -> None:
        self.link = Link(place)
        self._wait = wait

    def __enter__(self) -> Link:
        if not self.link.wait(self._wait):
            why = self.link.error
            self.link.close()
            raise AssertionError(why or "it does not connect")
        return self.link

    def __exit__(self, *_: object) -> None:
        self.link.close()


def published(link: Link, subject: str, data: bytes, message_id: str = "") -> None:
    """Give a message to a stream as a sensor does: again, while the server reads its configuration anew and does not take it."""

    def taken() -> bool:
        try:
            link.publish(subject, data, message_id).result(20)
        except LinkError:
            return False
        return True

    until(taken)


def until(what: object, seconds: float = 30) -> None:
    """Wait until what() is true."""
    assert callable(what)
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.02)
