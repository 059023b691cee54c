"""What a hub is: a typed file beside its keys, from which the server's configuration is written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from app.link.subjects import Permissions, of_administrator, of_analyst, of_sensor
from app.paths import settings_folder

if os.name != "nt":
    import fcntl

Role = Literal["sensor", "analyst", "administrator"]
WORKSPACE = Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$")
"""Names of workspaces are names of accounts and of files."""
LOCAL = ("localhost", "127.0.0.1")
"""Names of a hub for its own machine only, unless it has no other."""
PORT = 4222
PAYLOAD = 8 << 20
"""Bytes of the largest message: what the server's makers advise at most (NATS documentation, "Server configuration")."""
GIBIBYTE = 1 << 30


class HubError(Exception):
    """What a hub cannot do; the message is one sentence for the user."""


class User(Struct, frozen=True, kw_only=True):
    """Who may connect. id: in the names of its subjects; key: its public NKey; added, revoked: UTC microseconds."""

    id: str
    name: str
    role: Role
    key: str
    added: int = 0
    revoked: int | None = None

    @property
    def permissions(self) -> Permissions:
        """What its key may do."""
        match self.role:
            case "sensor":
                return of_sensor(self.id)
            case "analyst":
                return of_analyst(self.id)
        return of_administrator()


class Workspace(Struct, frozen=True, kw_only=True):
    """An account: nobody of another one sees or reaches it. days, bytes: of activities that are kept, the oldest go first."""

    name: Annotated[str, WORKSPACE]
    users: tuple[User, ...] = ()
    days: Annotated[int, Meta(ge=1, le=3650)] = 14
    bytes: Annotated[int, Meta(ge=1 << 20)] = 20 * GIBIBYTE

    @property
    def active(self) -> tuple[User, ...]:
        """Those whose key is not revoked."""
        return tuple(one for one in self.users if one.revoked is None)


class Hub(Struct, frozen=True, kw_only=True):
    """A hub. address, port: where its server listens. names: by which it is found, in its certificate and in the lines.

    urls: servers of a cluster that is used instead of an own server, () for an own one; authority: PEM for these, "" for the
    system's. system: public key of the account that looks at the server. always: every message is on the disk before it is
    acknowledged, so that not even a power cut loses one.
    """

    form: int = 1
    address: str = "0.0.0.0"
    port: Annotated[int, Meta(ge=1, le=65535)] = PORT
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    authority: str = ""
    system: str = ""
    payload: Annotated[int, Meta(ge=1 << 16, le=64 << 20)] = PAYLOAD
    always: bool = True
    workspaces: tuple[Workspace, ...] = ()

    @property
    def own(self) -> bool:
        """True when the hub runs a server of its own."""
        return not self.urls

    @property
    def places(self) -> tuple[str, ...]:
        """URLs by which sensors and analysts find it."""
        names = [one for one in self.names if one not in LOCAL] or self.names
        return self.urls or tuple(f"tls://{_bracketed(name)}:{self.port}" for name in names)

    def workspace(self, name: str) -> Workspace:
        """The workspace of this name; the only one for "". Raises HubError."""
        found = [one for one in self.workspaces if one.name == name or not name]
        if len(found) == 1:
            return found[0]
        known = ", ".join(one.name for one in self.workspaces)
        if not name:
            raise HubError(f"Say which workspace: {known}." if known else "The hub has no workspace yet.")
        raise HubError(f"The hub has no workspace {name}; it has {known or 'none'}.")

    def with_workspace(self, workspace: Workspace) -> "Hub":
        """The hub with this workspace in the place of that of its name, or beside the others."""
        others = [workspace if one.name == workspace.name else one for one in self.workspaces]
        return replace(self, workspaces=tuple(others if workspace in others else [*others, workspace]))


class Folder:
    """Where a hub keeps its files: only its owner may read them."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = (path or settings_folder() / "hub").resolve()
        self.state = self.path / "hub.json"
        self.authority, self.authority_key = self.path / "authority.pem", self.path / "authority.key"
        self.certificate, self.key = self.path / "server.pem", self.path / "server.key"
        self.configuration, self.pid = self.path / "server.conf", self.path / "server.pid"
        self.store = self.path / "store"
        self.log, self.refusals = self.path / "server.log", self.path / "refusals.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else changes the hub meanwhile; where the system has no such locks, that is up to whoever runs it.

        Raises HubError.
        """
        try:
            file = (self.path / "hub.lock").open("ab")
        except OSError as error:
            raise HubError(f"{self.path / 'hub.lock'} cannot be opened: {error.strerror}.") from error
        with file:
            if os.name != "nt":
                fcntl.flock(file.fileno(), fcntl.LOCK_EX)
            yield

    def seed(self, account: str) -> Path:
        """The file with the administrator's seed of a workspace, or of the server ("system")."""
        return self.path / f"{account}.seed"

    def load(self) -> Hub:
        """Raises HubError with one sentence."""
        try:
            hub = msgspec.json.decode(self.state.read_bytes(), type=Hub)
        except FileNotFoundError as error:
            raise HubError(f"There is no hub in {self.path}; `wardlight hub init` makes one.") from error
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise HubError(f"{self.state} cannot be read: {error}.") from error
        if hub.form != 1:
            raise HubError(f"{self.state} was written by a newer Wardlight.")
        return hub

    def save(self, hub: Hub) -> None:
        """Write what the hub is. Raises HubError."""
        write(self.state, msgspec.json.format(msgspec.json.encode(hub), indent=1))


def write(path: Path, data: bytes) -> None:
    """A whole new file in the place of the old one, which only its owner may read. Raises HubError."""
    part = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise HubError(f"{path} cannot be written: {error.strerror}.") from error


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name else name
