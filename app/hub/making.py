"""What whoever runs a hub does: make it, add and revoke keys, renew certificates; the server is told of each change."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import msgspec
from msgspec.structs import replace

from app.hub import authority, server
from app.hub.configuration import write_configuration
from app.hub.keys import make_pair
from app.hub.state import LOCAL, Folder, Hub, HubError, Role, User, Workspace, write
from app.hub.streams import prepare
from app.link.connecting import GRANT
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.place import HubPlace, to_line

ANYWHERE = ("0.0.0.0", "::", "")
PATIENCE = 20.0
"""Seconds for a server to answer."""
RELOADING = 10.0
"""Seconds in which a server that was told so has read its configuration anew, on a busy machine too."""
NO_CREDENTIALS = "This hub runs a server of its own, which makes the keys itself; credentials are for a cluster of somebody else."
NAMES = re.compile(r"[^\x00-\x1f\x7f]{1,64}")


def init(folder: Folder, names: Sequence[str], address: str, port: int, workspace: Workspace, always: bool = True) -> Hub:
    """Make a hub with a server of its own. names: by which it is found. Raises HubError."""
    _not_there(folder)
    found = tuple(dict.fromkeys([*names, *([] if address in ANYWHERE else [address]), *LOCAL]))
    system = make_pair()
    try:
        hub = msgspec.convert(
            {"address": address, "port": port, "names": found, "system": system.public, "always": always}, type=Hub
        )
    except msgspec.ValidationError as error:
        raise HubError(f"The hub cannot be made so: {error}.") from error
    write(folder.seed("system"), system.seed.encode())
    authority.make_authority(folder)
    authority.make_certificate(folder, hub)
    return _with_workspace(folder, hub, workspace, make_pair().seed)


def use(folder: Folder, urls: Sequence[str], trusted: str, workspace: Workspace, seed: str) -> Hub:
    """Use a NATS cluster that somebody else runs. trusted: PEM of its authority. Raises HubError.

    seed: NKey seed, or text of a credentials file, of a user who may make streams.
    """
    _not_there(folder)
    for url in urls:
        if not url.startswith("tls://"):
            raise HubError(f"{url} is no place of a hub: such a place begins with tls://")
    return _with_workspace(folder, Hub(urls=tuple(urls), authority=trusted), workspace, seed)


def add_workspace(folder: Folder, workspace: Workspace, seed: str = "") -> Hub:
    """Another account; its streams are made at once when the server runs. seed: as in use. Raises HubError."""
    with changing(folder) as hub:
        if any(one.name == workspace.name for one in hub.workspaces):
            raise HubError(f"The hub has a workspace {workspace.name} already.")
        if hub.own and GRANT in seed:
            raise HubError(NO_CREDENTIALS)
        if not hub.own and not seed:
            raise HubError("Give the key of a user of the cluster who may make the streams of this workspace.")
        return _with_workspace(folder, hub, workspace, seed or make_pair().seed)


def add_user(folder: Folder, workspace: str, name: str, role: Role, credentials: str = "") -> tuple[User, HubPlace]:
    """A sensor or an analyst with a new key, of which nothing but the public half is kept; and its place, for the line.

    credentials: text of a credentials file that whoever runs the cluster made for this user. Raises HubError.
    """
    if not NAMES.fullmatch(name) or not name.strip():
        raise HubError("A name has one to 64 characters.")
    with changing(folder) as hub:
        if hub.own and credentials:
            raise HubError(NO_CREDENTIALS)
        found = hub.workspace(workspace)
        if any(one.name == name and one.role == role for one in found.active):
            raise HubError(f"There is a {role} {name} already; revoke it first, or take another name.")
        pair = make_pair()
        now = time.time_ns() // 1000
        user = User(id=token_hex(6), name=name, role=role, key="" if credentials else pair.public, added=now)
        hub = hub.with_workspace(replace(found, users=(*found.users, user)))
        _write(folder, hub)
    return user, place(folder, hub, hub.workspace(found.name), user, credentials or pair.seed)


def revoke(folder: Folder, workspace: str, which: str) -> tuple[User, bool]:
    """Take a key away, by the name or the id of its user. Raises HubError.

    True: the server was told, and ends its connections at once; False: none runs here.
    """
    with changing(folder) as hub:
        found = hub.workspace(workspace)
        meant = [one for one in found.active if which in (one.id, one.name) and one.role != "administrator"]
        if len(meant) != 1:
            raise HubError(
                f"{len(meant)} keys are called {which}; name one by its id." if meant else f"No key is called {which}."
            )
        gone = replace(meant[0], revoked=time.time_ns() // 1000)
        users = tuple(gone if one.id == gone.id else one for one in found.users)
        told = _write(folder, hub.with_workspace(replace(found, users=users)))
    return gone, told


def renew(folder: Folder, names: Sequence[str] = (), days: int = authority.SERVER_DAYS) -> Hub:
    """A new certificate of the server, also for these further names; connections go on. Raises HubError."""
    with changing(folder) as hub:
        if not hub.own:
            raise HubError("The certificates of this hub are made by whoever runs its cluster.")
        hub = replace(hub, names=tuple(dict.fromkeys([*names, *hub.names])))
        authority.make_certificate(folder, hub, days=days)
        _write(folder, hub)
    return hub


def place(folder: Folder, hub: Hub, workspace: Workspace, user: User, seed: str, here: bool = False) -> HubPlace:
    """Where a user connects. here: from this machine."""
    trusted = folder.authority.read_text(encoding="ascii") if hub.own else hub.authority
    local = f"tls://{LOCAL[1] if hub.address in ANYWHERE else hub.address}:{hub.port}"
    return HubPlace(
        urls=(local,) if here and hub.own else hub.places,
        workspace=workspace.name,
        role="sensor" if user.role == "sensor" else "analyst",
        id=user.id,
        name=user.name,
        seed=seed,
        authority=trusted,
    )


def line(given: HubPlace) -> str:
    """The one line to paste."""
    return to_line(given)


@contextmanager
def connected(folder: Folder, hub: Hub, workspace: Workspace | None) -> Iterator[Link]:
    """A link of the administrator of a workspace, or to the server's own account for None. Raises HubError when there is none."""
    if workspace is None:
        user = User(id="system", name="system", role="administrator", key=hub.system)
        workspace = Workspace(name="SYSTEM")
        seed = folder.seed("system")
    else:
        user = next(one for one in workspace.users if one.role == "administrator")
        seed = folder.seed(workspace.name)
    try:
        link = Link(place(folder, hub, workspace, user, seed.read_text(encoding="ascii").strip(), here=True))
    except OSError as error:
        raise HubError(f"{seed} cannot be read: {error.strerror}.") from error
    try:
        if not wait(link, PATIENCE):
            raise HubError(link.error or "The hub does not answer.")
        yield link
    finally:
        link.close()


def wait(link: Link, seconds: float) -> bool:
    """Wait for a connection, no longer than until it is refused."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not link.wait(0.1):
        if link.error:
            return False
    return link.connected


def make_streams(folder: Folder, hub: Hub, workspace: Workspace) -> None:
    """The streams of a workspace as they should be. Raises HubError."""
    with connected(folder, hub, workspace) as link:
        try:
            prepare(link, workspace)
        except LinkError as error:
            raise HubError(f"The streams of {workspace.name} cannot be made: {error}") from error


@contextmanager
def changing(folder: Folder) -> Iterator[Hub]:
    """The hub as it is, while nobody else changes it. Raises HubError."""
    hub = folder.load()
    with folder.locked():
        hub = folder.load()
        yield hub


def _with_workspace(folder: Folder, hub: Hub, workspace: Workspace, seed: str) -> Hub:
    try:
        workspace = msgspec.convert(msgspec.to_builtins(workspace), type=Workspace)  # checks the name and the bounds
    except msgspec.ValidationError as error:
        raise HubError(f"The workspace cannot be made so: {error}.") from error
    user = User(id=f"administrator-{workspace.name}", name="administrator", role="administrator", key=_public(seed))
    workspace = replace(workspace, users=(user,))
    write(folder.seed(workspace.name), seed.encode())
    hub = hub.with_workspace(workspace)
    if not hub.own:
        try:
            make_streams(folder, hub, workspace)
        except HubError:
            folder.seed(workspace.name).unlink(missing_ok=True)
            raise
    if _write(folder, hub):
        _make_soon(folder, hub, workspace)
    return hub


def _make_soon(folder: Folder, hub: Hub, workspace: Workspace) -> None:
    """As make_streams; a server that was just told to read its configuration anew knows the key a moment later."""
    until = time.monotonic() + RELOADING
    while True:
        try:
            make_streams(folder, hub, workspace)
            return
        except HubError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _public(seed: str) -> str:
    import nkeys

    if GRANT in seed:
        return ""
    try:
        return str(nkeys.from_seed(bytearray(seed.strip().encode())).public_key.decode().rstrip("="))
    except Exception as error:
        raise HubError("The key is no NKey seed and no credentials file.") from error


def _write(folder: Folder, hub: Hub) -> bool:
    """Write the hub and its server's configuration, and let the server know; False when there is none to tell."""
    folder.save(hub)
    if not hub.own:
        return False
    write_configuration(hub, folder)
    return server.reload(folder)


def _not_there(folder: Folder) -> None:
    if folder.state.exists():
        raise HubError(f"There is a hub in {folder.path} already.")
    Path(folder.path).mkdir(mode=0o700, parents=True, exist_ok=True)
