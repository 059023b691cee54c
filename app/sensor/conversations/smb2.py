"""SMB 2 and 3: requests joined with their replies (MS-SMB2).

Long because every command is a pair, what is asked with what is answered, that is read side by side.
"""

from typing import TYPE_CHECKING, Any

from app.model.details import SmbSession
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.conversations.smb_handles import LISTED, READ, WRITTEN, Handle, Reporter, Tree, apply
from app.sensor.conversations.smb_logons import Logons
from app.sensor.conversations.smb_table import Table
from app.sensor.conversations.smb_violations import Violations
from app.sensor.decoders import smb2
from app.sensor.frame import Count, Emit, Flow

_MOST_CHAINED = 128
_MOST_PENDING = 8192  # a server grants at most that many credits (MS-SMB2 section 3.3.1.2 leaves it open; Windows: 8192)

if TYPE_CHECKING:
    from app.sensor.conversations.smb_sealed import Unsealer

Asked = tuple[int, Any, int, int, tuple[int, ...], int]
"""A request that waits for its reply: command, what it is about, bytes or kind, at, frames, ordinal."""


class Smb2:
    """State of one connection; message() takes what SmbTcp found to be SMB 2."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._count = count
        self._report = Reporter(flow, emit, count)
        self._logons = Logons(self._report, "smb2")
        self._table = Table(self._report, self._logons)
        self._violations = Violations(self._report)
        self._pending: dict[int, Asked] = {}
        self._last: Handle | None = None
        self._unsealer: Unsealer | None = None
        if flow.ring is not None:
            from app.sensor.conversations import smb_sealed  # what it needs is not loaded without keys

            self._unsealer = smb_sealed.Unsealer()

    def message(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One message with its four bytes of framing: one command, or several in a chain (3.2.4.1.4)."""
        start, end = 4, len(data)
        session = tree = 0
        left = _MOST_CHAINED
        while left:
            if end - start < smb2.HEADER_LENGTH or (start > 4 and data[start : start + 4] != smb2.MAGIC):
                self._count("SMB message cut short", frames[0])
                return
            status, command, flags, following, message, tree_id, session_id = smb2.header(data, start)
            stop = end if not following or start + following > end else start + following
            if self._unsealer is not None and command <= smb2.SESSION_SETUP:
                self._unsealer.saw(data[start:stop], command, flags, message, session_id, status)
            if flags & smb2.RESPONSE:
                if command in _REPLIES and status != smb2.STATUS_PENDING:
                    asked = self._pending.pop(message, None)
                    if asked is not None and asked[0] != command:
                        asked = None
                    _REPLIES[command](self, asked, data, start, stop, status, session_id, tree_id, at, frames, ordinal)
            else:
                if not flags & smb2.RELATED:
                    session, tree = session_id, tree_id
                    self._last = None
                if command in _REQUESTS:
                    waits = _REQUESTS[command](self, data, start, stop, flags, session, tree, at, frames, ordinal)
                    if waits is not None:
                        if len(self._pending) >= _MOST_PENDING:
                            self._make_room(frames[0])
                        self._pending[message] = waits
            if not following:
                return
            if following < smb2.HEADER_LENGTH:
                break
            start = stop
            left -= 1
        self._count("SMB chain malformed", frames[0])

    def encrypted(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One encrypted message (2.2.41): without the user's keys its session is known to be encrypted, nothing else."""
        self._logons.encrypts(int.from_bytes(data[48:56], "little"))
        plain = self._unsealer.open(data[4:]) if self._unsealer is not None else None
        if plain is None:
            self._count("SMB3 encrypted", frames[0])
        elif plain.startswith(smb2.MAGIC):
            self.message(data[:4] + plain, at, frames, ordinal)
        elif plain.startswith(smb2.COMPRESSED):
            self._count("SMB3 compressed", frames[0])
            self.compressed(len(plain).to_bytes(4, "big") + plain, at, frames, ordinal)
        else:
            self._count("SMB message unknown", frames[0])

    def compressed(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One compressed message (2.2.42): it is not read, but its sizes are checked."""
        self._violations.compressed(data, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Bytes of one direction are missing."""
        self._table.lost(from_client)

    def expire(self, now: int) -> None:
        """Give up the opens, connects and logons that nobody answered."""
        for message, asked in list(self._pending.items()):
            if now - asked[3] > UNANSWERED_AFTER and asked[0] in _TIMED:
                del self._pending[message]
                self._unanswered(asked)
        self._table.expire(now)

    def close(self) -> None:
        """Emit all that is still open."""
        pending, self._pending = self._pending, {}
        for asked in pending.values():
            self._unanswered(asked)
        self._logons.close()
        self._table.close()
        self._violations.close()

    def _make_room(self, frame: int) -> None:
        """Give up the request that waits longest."""
        self._count("SMB requests without reply", frame)
        self._unanswered(self._pending.pop(next(iter(self._pending))))

    def _unanswered(self, asked: Asked) -> None:
        command, subject, _, at, frames, ordinal = asked
        if command == smb2.CREATE:
            self._report.file(subject, "unanswered", None)
        elif command == smb2.TREE_CONNECT:
            self._report.tree(subject, None, "unanswered", None, (at, at), frames, ordinal)
        elif command == smb2.SESSION_SETUP:
            self._logons.unanswered(subject)

    def _late(self, asked: Asked | None, at: int) -> bool:
        """Whether a reply came after its request counts as unanswered: the same whenever expire() was called."""
        if asked is None or at - asked[3] <= UNANSWERED_AFTER:
            return False
        self._unanswered(asked)
        return True

    def _handle(self, file: bytes, session: int, tree: int, at: int, frames: tuple[int, ...], place: int) -> Handle | None:
        """The open file that a request names; in a chain, the one of the command before (3.2.4.1.4)."""
        if file != smb2.RELATED_FILE:
            table = self._table
            self._last = table.handles.get(file) or table.used(file, (session, tree), session, at, frames, place)
        return self._last

    # -- negotiation and logon

    def _negotiate_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        asked = smb2.negotiate_request(data, start, end)
        if asked is not None:
            self._logons.client_guid = asked[1]
            if asked[1] is None and smb2.is_blank(data, start, end):
                self._violations.blank(at, frames, ordinal + start)

    def _negotiate_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        answer = smb2.negotiate_response(data, start, end)
        if status == 0 and answer is not None:
            mode, dialect, self._logons.server_guid = answer
            self._logons.signing = bool(mode & smb2.SIGNING_REQUIRED)
            self._report.dialect = smb2.DIALECTS.get(dialect, "")
        self._violations.blank_answered(status, at, frames)

    # -- logon

    def _setup_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        place = ordinal + start
        setup = self._logons.asked(session, smb2.session_setup_request(data, start, end), at, frames, place)
        return smb2.SESSION_SETUP, setup, 0, at, frames, place

    def _setup_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if self._late(asked, at):
            return
        usable = status in (0, smb2.STATUS_MORE_PROCESSING_REQUIRED)  # else the reply is an error response (2.2.2)
        flags, blob = (smb2.session_setup_response(data, start, end) if usable else None) or (0, b"")
        told = SmbSession(
            encrypted=bool(flags & smb2.ENCRYPT_DATA),
            guest=bool(flags & smb2.GUEST),
            anonymous=bool(flags & smb2.NULL_SESSION),
        )
        setup = asked[1] if asked else None
        self._logons.answered(setup, session, status, status != 0, blob, told, at, frames, ordinal + start)
        if self._unsealer is not None and not status and setup is not None:
            self._unsealer.established(session, setup.authentication.security)

    def _logoff_reply(self, asked: Asked | None, data: bytes, start: int, end: int, status: int, number: int, *_: object) -> None:
        session = None if status else self._logons.sessions.pop(number, None)
        if session is None:
            return
        self._logons.release(session)
        self._table.close(session)
        trees = self._table.trees
        for key in [key for key, tree in trees.items() if tree.session is session]:
            del trees[key]

    # -- shares

    def _tree_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        owner = self._logons.session(session)
        self._logons.release(owner)
        path = smb2.tree_connect_request(data, start, end)
        return smb2.TREE_CONNECT, Tree(owner, path or ""), 0, at, frames, ordinal + start

    def _tree_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, number: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if self._late(asked, at):
            return
        if asked is None:
            asked = (smb2.TREE_CONNECT, Tree(self._logons.session(session)), 0, at, frames, ordinal + start)
        _, tree, _, first, before, place = asked
        kind = None
        answer = smb2.tree_connect_response(data, start, end) if status == 0 else None
        if answer is not None:
            kind = smb2.SHARE_TYPES.get(answer[0])
            tree.pipe = answer[0] == smb2.SHARE_PIPE
            tree.encrypted = bool(answer[1] & smb2.SHARE_ENCRYPTED)
            self._table.connected((session, number), tree)
        self._report.tree(tree, kind, "failure" if status else "success", status, (first, at), before + frames, place)

    def _tree_gone(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, number: int, *_: object
    ) -> None:
        if not status:
            self._table.disconnected((session, number))

    # -- files

    def _create_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        asked = smb2.create_request(data, start, end)
        if asked is None:
            self._count("SMB message cut short", frames[0])
            return None
        access, options, name = asked
        table = self._table
        share = table.trees.get((session, tree)) or table.tree((session, tree), session)
        if flags & smb2.DFS:
            name = _within_share(name, share)
        place = ordinal + start
        handle = self._last = Handle(share, name, access, at, frames, place)
        if options & _NOTEWORTHY:
            handle.directory = bool(options & smb2.DIRECTORY_FILE)
            handle.delete = bool(options & smb2.DELETE_ON_CLOSE)
        return smb2.CREATE, handle, 0, at, frames, place

    def _create_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is None or (at - asked[3] > UNANSWERED_AFTER and self._late(asked, at)):
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
        self._table.opened(file, handle)

    def _close_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        file = data[start + 72 : start + 88]  # 2.2.15
        handle = self._last if file == smb2.RELATED_FILE else self._table.handles.get(file)
        return None if handle is None else (smb2.CLOSE, handle, 0, at, frames, ordinal)

    def _close_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is not None:
            self._table.closed(asked[1], at)

    def _read_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        handle = self._handle(data[start + 80 : start + 96], session, tree, at, frames, ordinal + start)  # 2.2.19
        if handle is None:
            return None
        if handle.action < READ:
            handle.did(READ, at, frames[:1])
        return smb2.READ, handle, 0, at, frames, ordinal

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
            self._table.piped(handle, False, data, start + (offset & 0xFF), length, end, at, frames, ordinal)

    def _write_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        if end - start < 112:
            self._count("SMB message cut short", frames[0])
            return None
        handle = self._handle(data[start + 80 : start + 96], session, tree, at, frames, ordinal + start)  # 2.2.21
        if handle is None:
            return None
        offset, length = smb2.data_place(data, start + 66)
        handle.bytes += length
        if handle.action < WRITTEN:
            handle.did(WRITTEN, at, frames[:1])
        if handle.tree.pipe is not False:
            self._table.piped(handle, True, data, start + offset, length, end, at, frames, ordinal)
        return smb2.WRITE, handle, length, at, frames, ordinal

    def _write_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int, at: int, *_: object
    ) -> None:
        if asked is not None:
            asked[1].until = at
            if status >= 0xC0000000:
                asked[1].bytes -= asked[2]

    def _ioctl_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        asked = smb2.ioctl_request(data, start, end)
        if asked is None:
            return None
        code, file, offset, length = asked
        pipe = code == smb2.FSCTL_PIPE_TRANSCEIVE
        if not pipe and code not in smb2.FSCTL_SRV_COPYCHUNK:
            return None
        handle = self._handle(file, session, tree, at, frames, ordinal + start)
        if handle is None:
            return None
        if pipe:
            handle.bytes += length
            self._table.piped(handle, True, data, start + offset, length, end, at, frames, ordinal)
        return smb2.IOCTL, handle, code, at, frames, ordinal

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
            self._table.piped(handle, False, data, start + offset, length, end, at, frames, ordinal)

    def _set_info_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> Asked | None:  # fmt: skip
        wish = smb2.set_info(data, start, end)
        if wish is None:
            return None
        handle = self._handle(data[start + 80 : start + 96], session, tree, at, frames, ordinal + start)  # 2.2.39
        return None if handle is None else (smb2.SET_INFO, (handle, *wish), 0, at, frames, ordinal)

    def _set_info_reply(
        self, asked: Asked | None, data: bytes, start: int, end: int, status: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        if asked is None or status:
            return
        handle, wish, name = asked[1]
        apply(handle, wish, name, at, asked[4] + frames)

    def _list_request(
        self, data: bytes, start: int, end: int, flags: int, session: int, tree: int,
        at: int, frames: tuple[int, ...], ordinal: int,
    ) -> None:  # fmt: skip
        handle = self._handle(data[start + 72 : start + 88], session, tree, at, frames, ordinal + start)  # 2.2.33
        if handle is not None:
            handle.directory = True
            if handle.action < LISTED:
                handle.did(LISTED, at, frames)
            else:
                handle.until = at


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
