"""SMB 2 and 3: requests joined with their replies (MS-SMB2)."""

from typing import Any

from msgspec.structs import replace

from app.model.activity import Result
from app.model.details import SmbSession
from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.conversations.smb_handles import LISTED, READ, WRITTEN, Handle, Reporter, Session, Setup, Tree, apply
from app.sensor.decoders import smb2
from app.sensor.frame import Count, Emit, Flow

_MOST_CHAINED = 128
_MOST_PENDING = 8192  # a server grants at most that many credits (MS-SMB2 section 3.3.1.2 leaves it open; Windows: 8192)
_MOST_OPEN = 16384
_MOST_SESSIONS = 1024
_MOST_TREES = 4096

Asked = tuple[int, Any, int, int, tuple[int, ...], int]
"""A request that waits for its reply: command, what it is about, bytes or kind, at, frames, ordinal."""


class Smb2:
    """State of one connection; message() takes what SmbTcp found to be SMB 2."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._flow = flow
        self._emit = emit
        self._count = count
        self._report = Reporter(flow, emit, count)
        self._client_guid: str | None = None
        self._server_guid: str | None = None
        self._signing: bool | None = None
        self._pending: dict[int, Asked] = {}
        self._setups: dict[int, Setup] = {}
        self._sessions: dict[int, Session] = {}
        self._trees: dict[tuple[int, int], Tree] = {}
        self._handles: dict[bytes, Handle] = {}
        self._pipes: dict[bytes, Handle] = {}
        self._last: Handle | None = None

    def message(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One message with its four bytes of framing: one command, or several in a chain (3.2.4.1.4)."""
        start, end = 4, len(data)
        session = tree = 0
        for _ in range(_MOST_CHAINED):
            if end - start < smb2.HEADER_LENGTH or data[start : start + 4] != smb2.MAGIC:
                self._count("SMB message cut short", frames[0])
                return
            status, command, flags, following, message, tree_id, session_id = smb2.header(data, start)
            stop = start + following if following else end
            if flags & smb2.RESPONSE:
                reply = _REPLIES.get(command)
                if reply is not None and status != smb2.STATUS_PENDING:
                    asked = self._pending.pop(message, None)
                    if asked is not None and asked[0] != command:
                        asked = None
                    reply(self, asked, data, start, stop, status, session_id, tree_id, at, frames, ordinal)
            else:
                if not flags & smb2.RELATED:
                    session, tree = session_id, tree_id
                    self._last = None
                request = _REQUESTS.get(command)
                if request is not None:
                    request(self, data, start, stop, flags, message, session, tree, at, frames, ordinal)
            if not following:
                return
            if following < smb2.HEADER_LENGTH:
                break
            start = stop
        self._count("SMB chain malformed", frames[0])

    def encrypted(self, data: bytes, frames: tuple[int, ...]) -> None:
        """One encrypted message (2.2.41): its session is known to be encrypted, nothing else."""
        self._count("SMB3 encrypted", frames[0])
        session = self._sessions.get(int.from_bytes(data[48:56], "little"))
        if session is not None and session.held is not None:
            held, session.held = session.held, None
            if isinstance(held.detail, SmbSession):
                held = replace(held, detail=replace(held.detail, encrypted=True))
            self._emit(held)

    def lost(self, from_client: bool) -> None:
        """Bytes of one direction are missing: calls that were half there cannot be finished."""
        for handle in self._pipes.values():
            if handle.rpc is not None:
                handle.rpc.lost(from_client)

    def expire(self, now: int) -> None:
        """Give up the opens, connects and logons that nobody answered."""
        for message, asked in list(self._pending.items()):
            if now - asked[3] > UNANSWERED_AFTER and asked[0] in _TIMED:
                del self._pending[message]
                self._unanswered(asked)
        for handle in self._pipes.values():
            if handle.rpc is not None:
                handle.rpc.expire(now)

    def close(self) -> None:
        """Emit all that is still open."""
        pending, self._pending = self._pending, {}
        for asked in pending.values():
            self._unanswered(asked)
        setups, self._setups = self._setups, {}
        for setup in setups.values():
            self._setup_ended(setup, "unanswered", setup.code, 0, setup.at)
        for session in self._sessions.values():
            self._release(session)
        self._close_handles(None, None)

    def _ask(self, message: int, asked: Asked) -> None:
        pending = self._pending
        if len(pending) >= _MOST_PENDING:
            self._count("SMB requests without reply", asked[4][0])
            self._unanswered(pending.pop(next(iter(pending))))
        pending[message] = asked

    def _unanswered(self, asked: Asked) -> None:
        command, subject, _, at, frames, ordinal = asked
        if command == smb2.CREATE:
            self._report.file(subject, "unanswered", None)
        elif command == smb2.TREE_CONNECT:
            self._report.tree(subject, None, "unanswered", None, (at, at), frames, ordinal)
        elif command == smb2.SESSION_SETUP and subject not in self._setups.values():
            self._setup_ended(subject, "unanswered", None, 0, at)

    def _late(self, asked: Asked | None, at: int) -> bool:
        """Whether a reply came after its request counts as unanswered: the same whenever expire() was called."""
        if asked is None or at - asked[3] <= UNANSWERED_AFTER:
            return False
        self._unanswered(asked)
        return True

    def _session(self, session: int) -> Session:
        found = self._sessions.get(session)
        if found is None:
            found = self._keep(session, Session())
        return found

    def _keep(self, number: int, session: Session) -> Session:
        if len(self._sessions) >= _MOST_SESSIONS:
            self._release(self._sessions.pop(next(iter(self._sessions))))
        self._sessions[number] = session
        return session

    def _release(self, session: Session) -> None:
        held, session.held = session.held, None
        if held is not None:
            self._emit(held)

    def _tree(self, session: int, tree: int) -> Tree:
        found = self._trees.get((session, tree))
        if found is None:
            found = self._keep_tree(session, tree, Tree(self._session(session)))
        return found

    def _keep_tree(self, session: int, number: int, tree: Tree) -> Tree:
        if len(self._trees) >= _MOST_TREES:
            del self._trees[next(iter(self._trees))]
        self._trees[session, number] = tree
        return tree

    def _open(self, file: bytes, handle: Handle) -> None:
        if len(self._handles) >= _MOST_OPEN:
            self._shut(next(iter(self._handles)))
        handle.file = file
        old = self._handles.get(file)
        if old is not None:
            self._shut(file)
        self._handles[file] = handle
        if handle.rpc is not None:
            self._pipes[file] = handle

    def _shut(self, file: bytes) -> None:
        handle = self._handles.pop(file)
        self._pipes.pop(file, None)
        if handle.untold:
            return
        self._report.file(handle, "success", 0)

    def _handle(self, file: bytes, session: int, tree: int, at: int, frames: tuple[int, ...], ordinal: int) -> Handle | None:
        """The open file that a request names; one whose create was not captured has no name."""
        if file == smb2.RELATED_FILE:
            return self._last
        handle = self._handles.get(file)
        if handle is None:
            handle = Handle(self._tree(session, tree), "", None, at, frames, ordinal)
            self._open(file, handle)
        self._last = handle
        return handle

    def _close_handles(self, session: Session | None, tree: Tree | None) -> None:
        """Close the files of one session, of one share, or all."""
        for file, handle in list(self._handles.items()):
            if (session is None or handle.tree.session is session) and (tree is None or handle.tree is tree):
                self._shut(file)

    # -- negotiation and logon

    def _negotiate_request(self, data: bytes, start: int, end: int, *_: object) -> None:
        asked = smb2.negotiate_request(data, start, end)
        if asked is not None:
            self._client_guid = asked[1]

    def _negotiate_reply(self, asked: Asked | None, data: bytes, start: int, end: int, status: int, *_: object) -> None:
        answer = smb2.negotiate_response(data, start, end)
        if status == 0 and answer is not None:
            mode, dialect, self._server_guid = answer
            self._signing = bool(mode & smb2.SIGNING_REQUIRED)
            self._report.dialect = smb2.DIALECTS.get(dialect, "")

    def _setup_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        blob = smb2.session_setup_request(data, start, end)
        place = ordinal + start
        setup = self._setups.get(session) if session else None
        if setup is None:
            setup = Setup(Authentication(self._flow, self._emit, "smb2"), at, frames, place)
            if session:
                self._keep_setup(session, setup)
        else:
            setup.saw(frames)
            setup.code = None
        if blob:
            setup.authentication.token(True, blob, at, frames, place)
        self._ask(message, (smb2.SESSION_SETUP, setup, 0, at, frames, place))

    def _setup_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if self._late(asked, at):
            return
        answer = smb2.session_setup_response(data, start, end)
        if asked is not None:
            setup: Setup = asked[1]
        else:
            setup = self._setups.get(session) or Setup(
                Authentication(self._flow, self._emit, "smb2"), at, frames, ordinal + start
            )
        setup.saw(frames)
        flags, blob = answer or (0, b"")
        if blob and status in (0, smb2.STATUS_MORE_PROCESSING_REQUIRED):
            setup.authentication.token(False, blob, at, frames, ordinal + start)
        if status == smb2.STATUS_MORE_PROCESSING_REQUIRED:
            setup.code = status
            self._keep_setup(session, setup)
            return
        self._setups.pop(session, None)
        setup.authentication.finished(status == 0, status, at, frames)
        self._setup_ended(setup, "failure" if status else "success", status, flags, at, session)

    def _keep_setup(self, session: int, setup: Setup) -> None:
        if len(self._setups) >= _MOST_SESSIONS:
            oldest = self._setups.pop(next(iter(self._setups)))
            self._setup_ended(oldest, "unanswered", oldest.code, 0, oldest.at)
        self._setups[session] = setup

    def _setup_ended(self, setup: Setup, result: Result, code: int | None, flags: int, until: int, number: int = 0) -> None:
        authentication = setup.authentication
        if result == "unanswered":
            authentication.close()
        session = Session(authentication.account, authentication.ticket)
        detail = SmbSession(
            dialect=self._report.dialect,
            encrypted=bool(flags & smb2.ENCRYPT_DATA),
            signing_required=self._signing,
            guest=bool(flags & smb2.GUEST),
            anonymous=bool(flags & smb2.NULL_SESSION),
            mechanism=authentication.mechanism or None,
            client_guid=self._client_guid,
            server_guid=self._server_guid,
        )
        activity = self._report.activity(detail, session, result, code, (setup.at, until), setup.frames, setup.ordinal)
        if result != "success":
            self._emit(activity)
            return
        before = self._sessions.get(number)
        if before is not None:
            self._release(before)
            before.account, before.ticket = session.account or before.account, session.ticket or before.ticket
            session = before
        else:
            self._keep(number, session)
        if detail.encrypted or not self._report.dialect.startswith("SMB 3"):
            self._emit(activity)
        else:
            session.held = activity  # the next message tells whether the client encrypts of its own will

    def _logoff_reply(self, asked: Asked | None, data: bytes, start: int, end: int, status: int, number: int, *_: object) -> None:
        session = self._sessions.get(number)
        if session is None or status:
            return
        self._release(session)
        self._close_handles(session, None)
        del self._sessions[number]
        for key in [key for key in self._trees if key[0] == number]:
            del self._trees[key]

    # -- shares

    def _tree_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        owner = self._session(session)
        self._release(owner)
        path = smb2.tree_connect_request(data, start, end)
        self._ask(message, (smb2.TREE_CONNECT, Tree(owner, path or ""), 0, at, frames, ordinal + start))

    def _tree_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, number: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if self._late(asked, at):
            return
        if asked is None:
            asked = (smb2.TREE_CONNECT, Tree(self._session(session)), 0, at, frames, ordinal + start)
        _, tree, _, first, before, place = asked
        kind = None
        answer = smb2.tree_connect_response(data, start, end) if status == 0 else None
        if answer is not None:
            kind = smb2.SHARE_TYPES.get(answer[0])
            tree.pipe = answer[0] == smb2.SHARE_PIPE
            tree.encrypted = bool(answer[1] & smb2.SHARE_ENCRYPTED)
            self._keep_tree(session, number, tree)
        self._report.tree(tree, kind, "failure" if status else "success", status, (first, at), before + frames, place)

    def _tree_gone(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, number: int, *_: object
    ) -> None:
        tree = None if status else self._trees.pop((session, number), None)
        if tree is not None:
            self._close_handles(None, tree)

    # -- files

    def _create_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        asked = smb2.create_request(data, start, end)
        if asked is None:
            self._count("SMB message cut short", frames[0])
            return
        access, options, name = asked
        share = self._trees.get((session, tree)) or self._tree(session, tree)
        if flags & smb2.DFS:
            name = _within_share(name, share)
        place = ordinal + start
        handle = self._last = Handle(share, name, access, at, frames, place)
        if options & _NOTEWORTHY:
            handle.directory = bool(options & smb2.DIRECTORY_FILE)
            handle.delete = bool(options & smb2.DELETE_ON_CLOSE)
        self._ask(message, (smb2.CREATE, handle, 0, at, frames, place))

    def _create_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is None or self._late(asked, at):
            return
        handle: Handle = asked[1]
        handle.frames += frames
        handle.until = at
        if status >= 0x80000000:
            handle.delete = False
            self._report.file(handle, "failure", status)
            return
        answer = smb2.create_response(data, start, end)
        if answer is None:
            self._count("SMB message cut short", frames[0])
            return
        action, attributes, file = answer
        handle.created = action in smb2.CREATED
        if attributes & smb2.ATTRIBUTE_DIRECTORY and not handle.tree.pipe:
            handle.directory = True
        self._open(file, handle)

    def _close_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        file = data[start + 72 : start + 88]  # 2.2.15
        handle = self._last if file == smb2.RELATED_FILE else self._handles.get(file)
        if handle is not None:
            self._ask(message, (smb2.CLOSE, handle, 0, at, frames, ordinal))

    def _close_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int, at: int, *_: object
    ) -> None:
        if asked is None:
            return
        handle: Handle = asked[1]
        handle.until = at
        file = handle.file
        if isinstance(file, bytes) and self._handles.get(file) is handle:
            self._shut(file)

    def _read_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        handle = self._handle(data[start + 80 : start + 96], session, tree, at, frames, ordinal + start)  # 2.2.19
        if handle is not None:
            if handle.action < READ:
                handle.did(READ, at, frames)
            self._ask(message, (smb2.READ, handle, 0, at, frames, ordinal))

    def _read_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is None or status >= 0xC0000000 or end - start < 80:
            return
        handle: Handle = asked[1]
        offset, length = smb2.data_place(data, start + 66)
        handle.bytes += length
        handle.until = at
        if handle.tree.pipe is not False:
            self._piped(handle, False, data, start, offset & 0xFF, length, end, at, frames, ordinal)

    def _write_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if end - start < 112:
            self._count("SMB message cut short", frames[0])
            return
        handle = self._handle(data[start + 80 : start + 96], session, tree, at, frames, ordinal + start)  # 2.2.21
        if handle is None:
            return
        offset, length = smb2.data_place(data, start + 66)
        handle.bytes += length
        if handle.action < WRITTEN:
            handle.did(WRITTEN, at, frames)
        self._ask(message, (smb2.WRITE, handle, length, at, frames, ordinal))
        if handle.tree.pipe is not False:
            self._piped(handle, True, data, start, offset, length, end, at, frames, ordinal)

    def _write_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int, at: int, *_: object
    ) -> None:
        if asked is not None:
            asked[1].until = at
            if status >= 0xC0000000:
                asked[1].bytes -= asked[2]

    def _ioctl_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        asked = smb2.ioctl_request(data, start, end)
        if asked is None:
            return
        code, file, offset, length = asked
        pipe = code == smb2.FSCTL_PIPE_TRANSCEIVE
        if not pipe and code not in smb2.FSCTL_SRV_COPYCHUNK:
            return
        handle = self._handle(file, session, tree, at, frames, ordinal + start)
        if handle is None:
            return
        self._ask(message, (smb2.IOCTL, handle, code, at, frames, ordinal))
        if pipe:
            handle.bytes += length
            self._piped(handle, True, data, start, offset, length, end, at, frames, ordinal)

    def _ioctl_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is None or status >= 0xC0000000:
            return
        handle: Handle = asked[1]
        if asked[2] != smb2.FSCTL_PIPE_TRANSCEIVE:
            handle.bytes += smb2.copied(data, start, end)
            handle.did(WRITTEN, at, asked[4])
            return
        answer = smb2.ioctl_response(data, start, end)
        if answer is not None:
            _, offset, length = answer
            handle.bytes += length
            handle.until = at
            self._piped(handle, False, data, start, offset, length, end, at, frames, ordinal)

    def _piped(
        self, handle: Handle, from_client: bool, data: bytes, start: int, offset: int, length: int, end: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if offset < smb2.HEADER_LENGTH:
            return
        before = handle.rpc
        self._report.piped(handle, from_client, data, start + offset, length, end, at, frames, ordinal)
        if before is None and handle.rpc is not None and isinstance(handle.file, bytes):
            self._pipes[handle.file] = handle

    def _set_info_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        wish = smb2.set_info(data, start, end)
        if wish is None:
            return
        handle = self._handle(data[start + 80 : start + 96], session, tree, at, frames, ordinal + start)  # 2.2.39
        if handle is not None:
            self._ask(message, (smb2.SET_INFO, (handle, *wish), 0, at, frames, ordinal))

    def _set_info_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is None or status:
            return
        handle, wish, name = asked[1]
        apply(handle, wish, name, at, asked[4] + frames)

    def _list_request(
        self, data: bytes, start: int, end: int, flags: int, message: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        handle = self._handle(data[start + 72 : start + 88], session, tree, at, frames, ordinal + start)  # 2.2.33
        if handle is not None:
            handle.directory = True
            handle.did(LISTED, at, frames)


def _within_share(name: str, share: Tree) -> str:
    """Name without the server and share that DFS puts before it (2.2.13)."""
    pieces = name.lstrip("\\").split("\\", 2)
    if len(pieces) >= 2 and (not share.name or pieces[1].lower() == share.name.lower()):
        return pieces[2] if len(pieces) == 3 else ""
    return name


_NOTEWORTHY = smb2.DIRECTORY_FILE | smb2.DELETE_ON_CLOSE
_TIMED = (smb2.CREATE, smb2.TREE_CONNECT, smb2.SESSION_SETUP)
_REQUESTS: dict[int, Any] = {
    smb2.NEGOTIATE: Smb2._negotiate_request,
    smb2.SESSION_SETUP: Smb2._setup_request,
    smb2.TREE_CONNECT: Smb2._tree_request,
    smb2.CREATE: Smb2._create_request,
    smb2.CLOSE: Smb2._close_request,
    smb2.READ: Smb2._read_request,
    smb2.WRITE: Smb2._write_request,
    smb2.IOCTL: Smb2._ioctl_request,
    smb2.QUERY_DIRECTORY: Smb2._list_request,
    smb2.SET_INFO: Smb2._set_info_request,
}
_REPLIES: dict[int, Any] = {
    smb2.NEGOTIATE: Smb2._negotiate_reply,
    smb2.SESSION_SETUP: Smb2._setup_reply,
    smb2.LOGOFF: Smb2._logoff_reply,
    smb2.TREE_CONNECT: Smb2._tree_reply,
    smb2.TREE_DISCONNECT: Smb2._tree_gone,
    smb2.CREATE: Smb2._create_reply,
    smb2.CLOSE: Smb2._close_reply,
    smb2.READ: Smb2._read_reply,
    smb2.WRITE: Smb2._write_reply,
    smb2.IOCTL: Smb2._ioctl_reply,
    smb2.SET_INFO: Smb2._set_info_reply,
}
