"""How a hub is: its server, its certificates, what each workspace keeps, who reads it and how far behind."""

from datetime import datetime

import msgspec
from msgspec import Struct
from nats.aio.client import Client

from app.hub import authority
from app.hub.making import connected
from app.hub.refusals import Refusal, refused, words
from app.hub.state import Folder, HubError, Workspace
from app.link.consuming import Lag
from app.link.envelope import LinkError
from app.link.jetstream import Link
from app.link.subjects import ACTIVITIES

PATIENCE = 20.0


class Reader(Struct, frozen=True, kw_only=True):
    """A consumer. analyst: whose, by id; waiting: messages not delivered; unacknowledged: delivered, not stored."""

    name: str
    analyst: str
    waiting: int
    unacknowledged: int


class Member(Struct, frozen=True, kw_only=True):
    """Somebody with a key. connected: None when that cannot be known here."""

    id: str
    name: str
    role: str
    revoked: bool
    connected: bool | None = None


class Kept(Struct, frozen=True, kw_only=True):
    """A workspace on the hub. messages, bytes of limit: in the stream. near: nearly full, and mostly not read by somebody."""

    name: str
    messages: int
    bytes: int
    limit: int
    days: int
    near: bool
    readers: tuple[Reader, ...]
    members: tuple[Member, ...]


class Refused(Struct, frozen=True, kw_only=True):
    """What its server refused. sentence: whose key, what, from where."""

    sentence: str
    refusal: Refusal


class Standing(Struct, frozen=True, kw_only=True):
    """How a hub is. Days are those left of its certificates, None when they are not its own. connections: of the whole server.

    refused: what a server of its own refused, oldest first.
    """

    urls: tuple[str, ...]
    version: str
    connections: int | None
    certificate_days: int | None
    authority_days: int | None
    workspaces: tuple[Kept, ...]
    refused: tuple[Refused, ...] = ()


def standing(folder: Folder, now: datetime | None = None) -> Standing:
    """How the hub is now; waits. Raises HubError with one sentence when its server is not reachable."""
    hub = folder.load()
    version, connections, online = "", None, None
    ends = authority.ends(folder) if hub.own else None
    try:
        if hub.own:
            with connected(folder, hub, None) as link:
                version, connections = _server(link)
                online = {key for one in hub.workspaces for key in _connected(link, one.name)}
        kept = []
        for one in hub.workspaces:
            with connected(folder, hub, one) as link:
                kept.append(_kept(link, one, online))
    except LinkError as error:
        raise HubError(str(error)) from error
    return Standing(
        urls=hub.places,
        version=version,
        connections=connections,
        certificate_days=authority.days_left(ends[0], now) if ends else None,
        authority_days=authority.days_left(ends[1], now) if ends else None,
        workspaces=tuple(kept),
        refused=tuple(Refused(sentence=words(hub, one), refusal=one) for one in refused(folder)),
    )


def _kept(link: Link, workspace: Workspace, online: set[str] | None) -> Kept:
    async def read(client: Client) -> tuple[int, int, int, list[Reader]]:
        context = client.jetstream(timeout=PATIENCE)
        info = await context.stream_info(ACTIVITIES)
        readers = [
            Reader(
                name=one.name,
                analyst=one.name.partition("-")[0],
                waiting=one.num_pending or 0,
                unacknowledged=one.num_ack_pending or 0,
            )
            for one in await context.consumers_info(ACTIVITIES)
        ]
        return info.state.messages, info.state.bytes, info.config.max_bytes or 0, readers

    messages, size, limit, readers = link.do(read, PATIENCE * 2)
    members = [
        Member(
            id=one.id,
            name=one.name,
            role=one.role,
            revoked=one.revoked is not None,
            connected=None if online is None else one.key in online,
        )
        for one in workspace.users
        if one.role != "administrator"
    ]
    near = any(Lag(one.waiting, 0, messages, size, limit).pressed for one in readers)
    return Kept(
        name=workspace.name, messages=messages, bytes=size, limit=limit, days=workspace.days,
        near=near, readers=tuple(readers), members=tuple(members),
    )  # fmt: skip


class _About(Struct, frozen=True):
    ver: str = ""


class _Figures(Struct, frozen=True):
    connections: int = 0


class _Ping(Struct, frozen=True):
    server: _About = _About()
    statsz: _Figures = _Figures()


class _Connection(Struct, frozen=True):
    authorized_user: str = ""
    nkey: str = ""


class _Connections(Struct, frozen=True):
    connections: tuple[_Connection, ...] = ()


class _Answer(Struct, frozen=True):
    data: _Connections = _Connections()


def _server(link: Link) -> tuple[str, int]:
    """Version and connections (NATS documentation, "System events")."""
    found = msgspec.json.decode(link.ask("$SYS.REQ.SERVER.PING", b"", PATIENCE), type=_Ping)
    return found.server.ver, found.statsz.connections


def _connected(link: Link, account: str) -> set[str]:
    """Public keys of those who are connected to an account."""
    question = msgspec.json.encode({"auth": True, "limit": 4096})
    answer = link.ask(f"$SYS.REQ.ACCOUNT.{account}.CONNZ", question, PATIENCE)
    found = msgspec.json.decode(answer, type=_Answer)
    return {one.nkey or one.authorized_user for one in found.data.connections}
