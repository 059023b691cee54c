"""What an SMB connection holds open, for both versions: sessions, shares, files with what was done to them."""

from collections.abc import Hashable

from app.model.activity import Account, Activity, Result
from app.model.details import Ntlm, SmbFile, SmbSession, SmbTree, SmbViolation
from app.sensor.conversations.rpc import RpcPipe
from app.sensor.decoders import dcerpc
from app.sensor.frame import Count, Emit, Flow

# What was done to a file, weakest first.
OPENED, LISTED, READ, WRITTEN, DELETED, RENAMED = range(6)
ACTIONS = ("open", "list", "read", "write", "delete", "rename")


class Session:
    """A logon; held is its activity while it is not known yet whether the client encrypts."""

    __slots__ = ("account", "held", "ticket")

    def __init__(self, account: Account | None = None, ticket: str | None = None) -> None:
        self.account = account
        self.ticket = ticket
        self.held: Activity | None = None


class Tree:
    """A connected share; pipe is None while it is not known whether it is IPC$."""

    __slots__ = ("encrypted", "name", "path", "pipe", "session")

    def __init__(self, session: Session, path: str = "", pipe: bool | None = None) -> None:
        self.session = session
        self.path = path
        self.name = path.rstrip("\\").rpartition("\\")[2]
        self.pipe = True if self.name.upper() == "IPC$" else pipe
        self.encrypted = False


class Handle:
    """An opened file, directory or named pipe from create to close.

    access: None when its create was not captured. file: the server's number for it, None until the create is answered.
    """

    action = OPENED  # defaults live in the class: a file server makes very many of these
    bytes = 0
    directory = False
    delete = False
    created = False
    done = False
    new_name: str | None = None
    file: Hashable = None
    rpc: RpcPipe | None = None

    def __init__(self, tree: Tree, name: str, access: int | None, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.tree = tree
        self.name = name
        self.access = access
        self.at = at
        self.until = at
        self.frames = frames
        self.ordinal = ordinal

    @property
    def untold(self) -> bool:
        """Whether neither its create nor any use was captured: there is nothing to tell."""
        return self.access is None and self.action == OPENED and not self.name and self.rpc is None

    def did(self, action: int, at: int, frames: tuple[int, ...]) -> None:
        """Something was done to the file; its first packets are kept as proof."""
        self.until = at
        if action > self.action:
            self.action = action
            self.frames += frames


def ascending(frames: tuple[int, ...]) -> tuple[int, ...]:
    """Frame numbers in order, each once."""
    if (len(frames) == 2 and frames[0] < frames[1]) or (len(frames) == 3 and frames[0] < frames[1] < frames[2]):
        return frames
    return frames if len(frames) < 2 else tuple(sorted(set(frames)))


class Reporter:
    """Turns what happened on one connection into activities; dialect is known once it was agreed."""

    __slots__ = ("count", "dialect", "emit", "flow")

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.dialect = ""

    def activity(
        self,
        detail: SmbSession | SmbTree | SmbViolation | Ntlm,
        session: Session,
        result: Result,
        code: int | None,
        times: tuple[int, int],
        frames: tuple[int, ...],
        ordinal: int,
    ) -> Activity:
        """One activity of a session; times: first and last, UTC microseconds."""
        flow = self.flow
        return Activity(
            at=times[0],
            until=max(times),
            input=flow.input,
            frames=ascending(frames),
            ordinal=ordinal,
            source=flow.client,
            destination=flow.server,
            account=session.account,
            ticket=session.ticket,
            result=result,
            code=code,
            detail=detail,
        )

    def tree(
        self, tree: Tree, kind: str | None, result: Result, code: int | None,
        times: tuple[int, int], frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        """Emit one tree connect with its answer."""
        detail = SmbTree(dialect=self.dialect, path=tree.path, name=tree.name, encrypted=tree.encrypted, share_type=kind)
        self.emit(self.activity(detail, tree.session, result, code, times, frames, ordinal))

    def file(self, handle: Handle, result: Result, code: int | None) -> None:
        """Emit what was done through one handle, once; nothing for a pipe whose calls speak for themselves."""
        if handle.done:
            return
        handle.done = True
        if handle.rpc is not None:
            handle.rpc.close()
            return
        # What activity() does, without the detour: a file server's traffic is mostly this.
        tree, flow, frames = handle.tree, self.flow, handle.frames
        session, at, until = tree.session, handle.at, handle.until
        self.emit(
            Activity(
                at=at,
                until=until if until > at else at,
                input=flow.input,
                frames=frames if len(frames) == 2 and frames[0] < frames[1] else ascending(frames),
                ordinal=handle.ordinal,
                source=flow.client,
                destination=flow.server,
                account=session.account,
                ticket=session.ticket,
                result=result,
                code=code,
                detail=SmbFile(
                    dialect=self.dialect,
                    path=tree.path,
                    name=handle.name,
                    action=ACTIONS[DELETED if handle.delete and handle.action < DELETED else handle.action],
                    bytes=handle.bytes,
                    new_name=handle.new_name,
                    access=handle.access,
                    directory=handle.directory,
                    created=handle.created,
                ),
            )
        )

    def piped(
        self, handle: Handle, from_client: bool, data: bytes, start: int, length: int, end: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        """Hand what was written to or read from a pipe to its calls; data may end early at end."""
        stop = min(start + length, end)
        rpc = handle.rpc
        if rpc is None:
            known = handle.tree.pipe is True
            if stop - start < (1 if known else dcerpc.HEADER_SIZE) or not dcerpc.plausible(data, start, stop):
                return
            rpc = handle.rpc = RpcPipe(self.flow, self.emit, self.count, pipe_name(handle.name))
            rpc.account = handle.tree.session.account
            rpc.ticket = handle.tree.session.ticket
        if start < stop:
            rpc.feed(from_client, data[start:stop], at, frames, ordinal + start)
        if stop - start < length:
            rpc.lost(from_client)


def apply(handle: Handle, wish: str, name: str | None, at: int, frames: tuple[int, ...]) -> None:
    """Note what a set information request that succeeded did to a file; see decoders.smb2.information."""
    if wish == "rename":
        handle.new_name = name
        handle.did(RENAMED, at, frames)
        return
    handle.delete = wish == "delete"
    handle.until = at
    if handle.delete and handle.action < DELETED:
        handle.frames += frames


def pipe_name(name: str) -> str | None:
    """Name of a pipe without its folder, in lower case; None when it is not known."""
    bare = name.lstrip("\\").lower()
    return bare.removeprefix("pipe\\") or None
