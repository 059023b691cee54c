"""SMB 1: requests joined with their replies (MS-CIFS, MS-SMB).

Long because every command is a pair, what is asked with what is answered, that is read side by side.
"""

from typing import Any

from msgspec import Struct

from app.model.activity import Result
from app.model.details import SmbSession
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.conversations.smb_handles import (
    DELETED,
    LISTED,
    READ,
    RENAMED,
    WRITTEN,
    Handle,
    Reporter,
    Tree,
    apply,
)
from app.sensor.conversations.smb_logons import Logons, Setup
from app.sensor.conversations.smb_table import Table
from app.sensor.conversations.smb_violations import PEEK, RESERVED, SESSION_SETUP, Oddity, Violations, peeks
from app.sensor.decoders import smb1, smb2
from app.sensor.frame import Count, Emit, Flow

_MOST_CHAINED = 8
_MOST_PENDING = 4096


class Message(Struct, gc=False):
    """One message with the fields of its header; head: offset of the header in data."""

    data: bytes
    head: int
    end: int
    status: int
    wide: bool
    tree: int
    user: int
    at: int
    frames: tuple[int, ...]
    ordinal: int


class Asked:
    """One command that waits for its reply; left: bytes of a transaction's reply still to come."""

    __slots__ = ("at", "command", "frames", "left", "ordinal", "subject")

    def __init__(self, command: int, subject: Any, message: Message, part: smb1.Block) -> None:
        self.command = command
        self.subject = subject
        self.at = message.at
        self.frames = message.frames
        self.ordinal = message.ordinal + part.words
        self.left = -1


class Smb1:
    """State of one connection; message() takes what SmbTcp found to be SMB 1."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._count = count
        self._report = Reporter(flow, emit, count)
        self._report.dialect = "SMB 1"
        self._logons = Logons(self._report, "smb1")
        self._table = Table(self._report, self._logons)
        self._violations = Violations(self._report)
        self._pending: dict[int, list[Asked]] = {}
        self._last: Handle | None = None

    def message(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One message with its four bytes of framing: one command, or several in an AndX chain (MS-CIFS section 2.2.3.4)."""
        head, end = 4, len(data)
        if end - head < smb1.HEADER_LENGTH + 3:
            self._count("SMB message cut short", frames[0])
            return
        command, status, flags, flags2, tree, process, user, multiplex = smb1.header(data, head)
        status = smb1.nt_status(status, flags2)
        message = Message(data, head, end, status, bool(flags2 & smb1.UNICODE), tree, user, at, frames, ordinal)
        key = process << 16 | multiplex
        if flags & smb1.REPLY:
            self._reply(message, key, command)
        else:
            self._request(message, key, command)

    def _request(self, message: Message, key: int, command: int) -> None:
        if command == smb1.TRANSACTION_SECONDARY:
            self._transaction_more(message, key)
            return
        if command in _TRANSACTIONS:
            self._transaction_kept(message, key, command)
        waiting: list[Asked] = []
        self._last = None
        for part in self._chain(message, command):
            handler = _REQUESTS.get(part.command)
            if handler is None:
                continue
            subject = handler(self, message, part)
            if subject is not None:
                asked = Asked(part.command, subject, message, part)
                waiting.append(asked)
        if not waiting:
            return
        before = self._pending.pop(key, None)
        if before is None and len(self._pending) >= _MOST_PENDING:
            self._count("SMB requests without reply", message.frames[0])
            before = self._pending.pop(next(iter(self._pending)))
        self._pending[key] = waiting
        for asked in before or ():
            self._unanswered(asked)

    def _reply(self, message: Message, key: int, command: int) -> None:
        waiting = self._pending.pop(key, None) or []
        if not waiting and command == smb1.TRANS2:
            self._violations.stray(key, message.status, message.at, message.frames)
        if waiting and message.at - waiting[0].at > UNANSWERED_AFTER:  # the same whenever expire() was called
            for asked in waiting:
                self._unanswered(asked)
            return
        more = False
        for part in self._chain(message, command):
            handler = _REPLIES.get(part.command)
            if handler is None:
                continue
            found = next((asked for asked in waiting if asked.command == part.command), None)
            if found is not None:
                waiting.remove(found)
            more = bool(handler(self, found, message, part))
            if more and found is not None:
                waiting.append(found)
        if more:
            self._pending[key] = waiting
            return
        for asked in waiting:  # what follows a command that failed is not carried out
            if asked.command == smb1.TREE_CONNECT_ANDX and smb1.failed(message.status):
                self._tree_failed(asked, message)
            else:
                self._unanswered(asked)

    def _chain(self, message: Message, command: int) -> list[smb1.Block]:
        """Commands of one message in order."""
        parts: list[smb1.Block] = []
        start = message.head + smb1.HEADER_LENGTH
        for _ in range(_MOST_CHAINED):
            part = smb1.block(message.data, command, start, message.end)
            if part is None:
                self._count("SMB message cut short", message.frames[0])
                break
            parts.append(part)
            if command not in smb1.CHAINED or part.words_end - part.words < 4:
                break
            command, offset = smb1.andx(message.data, part.words)
            if command == smb1.NO_ANDX:
                break
            if message.head + offset <= start:
                self._count("SMB chain malformed", message.frames[0])
                break
            start = message.head + offset
        return parts

    def lost(self, from_client: bool) -> None:
        """Bytes of one direction are missing."""
        self._table.lost(from_client)

    def expire(self, now: int) -> None:
        """Give up what nobody answered."""
        for key, waiting in list(self._pending.items()):
            if now - waiting[0].at > UNANSWERED_AFTER:
                del self._pending[key]
                for asked in waiting:
                    self._unanswered(asked)
        self._table.expire(now)

    def close(self) -> None:
        """Emit all that is still open."""
        pending, self._pending = self._pending, {}
        for waiting in pending.values():
            for asked in waiting:
                self._unanswered(asked)
        self._logons.close()
        self._table.close()

    def _unanswered(self, asked: Asked) -> None:
        if isinstance(asked.subject, Oddity):
            self._violations.tell(asked.subject, "unanswered", None, asked.at)
        elif asked.command in _NAMING or (asked.command == smb1.TRANS2 and isinstance(asked.subject, Handle)):
            self._report.file(asked.subject, "unanswered", None)
        elif asked.command == smb1.TREE_CONNECT_ANDX:
            self._report.tree(asked.subject, None, "unanswered", None, (asked.at, asked.at), asked.frames, asked.ordinal)
        elif asked.command == smb1.SESSION_SETUP_ANDX:
            self._logons.unanswered(asked.subject)

    def _handle(self, message: Message, part: smb1.Block, file: int | None) -> Handle | None:
        """The open file that a request names; one whose create was not captured has no name."""
        if self._last is not None:
            return self._last
        if file is None:
            return None
        return self._table.used(file, message.tree, message.user, message.at, message.frames, message.ordinal + part.words)

    def _odd(self, message: Message, part: smb1.Block, what: str, value: int | None = None) -> Oddity:
        """A request that no client sends; its answer is waited for."""
        session = self._logons.session(message.user)
        return Oddity(what, message.at, message.frames, message.ordinal + part.words, session, value)

    # -- negotiation and logon

    def _negotiate_request(self, message: Message, part: smb1.Block) -> None:
        self._logons.dialects = smb1.negotiate_request(message.data, part)

    def _negotiate_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        agreed = smb1.negotiate_reply(message.data, part)
        if agreed is not None:
            self._logons.agreed = agreed
            self._logons.signing = agreed.signing_required
            self._logons.server_guid = smb2.guid(agreed.guid) if len(agreed.guid) == 16 else None

    def _setup_request(self, message: Message, part: smb1.Block) -> Setup | None:
        wish = smb1.setup_request(message.data, part, message.head, message.wide)
        if wish is None:
            self._count("SMB logon in an unknown form", message.frames[0])
            return None
        setup = self._logons.asked(message.user, wish.blob, message.at, message.frames, message.ordinal + part.words)
        setup.system = setup.system or (wish.native_os, wish.native_lan_manager)
        setup.circuit = wish.virtual_circuit
        if wish.blob is None:
            setup.plain = wish
        return setup

    def _setup_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        action, blob = smb1.setup_reply(message.data, part)
        status, place = message.status, message.ordinal + part.words
        told, setup = SmbSession(guest=bool(action & smb1.GUEST)), asked.subject if asked else None
        failed = smb1.failed(status)
        self._logons.answered(setup, message.user, status, failed, blob, told, message.at, message.frames, place)

    def _logoff_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        session = None if smb1.failed(message.status) else self._logons.sessions.pop(message.user, None)
        if session is not None:
            self._table.close(session)

    # -- shares

    def _tree_request(self, message: Message, part: smb1.Block) -> Tree | None:
        wish = smb1.tree_request(message.data, part, message.head, message.wide)
        return None if wish is None else Tree(self._logons.session(message.user), wish[0], True if wish[1] == "IPC" else None)

    def _tree_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is None:
            asked = Asked(part.command, Tree(self._logons.session(message.user)), message, part)
        tree: Tree = asked.subject
        tree.session = self._logons.session(message.user)  # a chained connect is asked before its logon has a number
        kind = None
        if not smb1.failed(message.status):
            kind = _SHARE_TYPES.get(smb1.tree_reply(message.data, part, message.head))
            tree.pipe = kind == "pipe" if kind else tree.pipe
            self._table.connected(message.tree, tree)
        result: Result = "failure" if smb1.failed(message.status) else "success"
        frames = asked.frames + message.frames
        self._report.tree(tree, kind, result, message.status, (asked.at, message.at), frames, asked.ordinal)

    def _tree_failed(self, asked: Asked, message: Message) -> None:
        frames = asked.frames + message.frames
        self._report.tree(asked.subject, None, "failure", message.status, (asked.at, message.at), frames, asked.ordinal)

    def _tree_gone(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if not smb1.failed(message.status):
            self._table.disconnected(message.tree)

    # -- files

    def _new(self, message: Message, part: smb1.Block, name: str, access: int | None = None) -> Handle:
        place = message.ordinal + part.words
        return Handle(self._table.tree(message.tree, message.user), name, access, message.at, message.frames, place)

    def _create_request(self, message: Message, part: smb1.Block) -> Handle | None:
        wish = smb1.create_request(message.data, part, message.head, message.wide)
        if wish is None:
            return None
        access, options, name = wish
        handle = self._last = self._new(message, part, _bare(name), access)
        handle.directory = bool(options & smb2.DIRECTORY_FILE)
        handle.delete = bool(options & smb2.DELETE_ON_CLOSE)
        return handle

    def _open_request(self, message: Message, part: smb1.Block) -> Handle | None:
        name = smb1.open_request(message.data, part, message.head, message.wide)
        if name is None:
            return None
        self._last = self._new(message, part, _bare(name))
        return self._last

    def _open_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is None:
            return
        handle: Handle = asked.subject
        handle.frames += message.frames
        handle.until = message.at
        handle.tree.session = self._logons.sessions.get(message.user, handle.tree.session)
        if smb1.failed(message.status):
            handle.delete = False
            self._report.file(handle, "failure", message.status)
            return
        if part.command == smb1.OPEN_ANDX:
            file = smb1.file_id(message.data, part, 4)
        else:
            answer = smb1.create_reply(message.data, part)
            file = answer[0] if answer else None
            if answer:
                handle.created = answer[1] in smb2.CREATED
                handle.directory = handle.directory or (answer[3] and not handle.tree.pipe)
        if file is None:
            self._count("SMB message cut short", message.frames[0])
            return
        self._table.opened(file, handle)

    def _close_request(self, message: Message, part: smb1.Block) -> Handle | None:
        file = smb1.file_id(message.data, part, 0)
        return None if file is None else self._table.handles.get(file)

    def _close_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is not None:
            self._table.closed(asked.subject, message.at)

    def _read_request(self, message: Message, part: smb1.Block) -> Handle | None:
        handle = self._handle(message, part, smb1.file_id(message.data, part, 4))
        if handle is not None:
            handle.did(READ, message.at, message.frames[:1])
        return handle

    def _read_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        place = smb1.read_reply(message.data, part, message.head)
        if asked is None or place is None or smb1.failed(message.status):
            return
        handle: Handle = asked.subject
        self._moved(handle, False, message, *place)

    def _write_request(self, message: Message, part: smb1.Block) -> tuple[Handle, int] | None:
        handle = self._handle(message, part, smb1.file_id(message.data, part, 4))
        place = smb1.write_request(message.data, part, message.head)
        if handle is None or place is None:
            return None
        start, length, mode = place
        handle.did(WRITTEN, message.at, message.frames[:1])
        if mode & _RAW_START == _RAW_START and length > 2:  # 2.2.4.43.1: the first two bytes are the message's length
            start, length = start + 2, length - 2
        self._moved(handle, True, message, start, length)
        return handle, length

    def _write_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is not None and smb1.failed(message.status):
            handle, length = asked.subject
            handle.bytes -= length

    def _moved(self, handle: Handle, from_client: bool, message: Message, start: int, length: int) -> None:
        """Count bytes of a file, or hand those of a pipe to its calls."""
        handle.bytes += length
        handle.until = message.at
        if handle.tree.pipe is not False and start >= message.head + smb1.HEADER_LENGTH:
            self._table.piped(
                handle, from_client, message.data, start, length, message.end, message.at, message.frames, message.ordinal
            )

    # -- transactions

    def _transaction_kept(self, message: Message, key: int, command: int) -> None:
        """The kind of a transaction under way; its second part must be of the same kind."""
        if command == smb1.NT_TRANSACT:
            self._violations.transacts(key, message.frames)
        elif command == smb1.TRANS2:
            self._violations.begins_anew(key)
        else:
            session, place = self._logons.session(message.user), message.ordinal + smb1.HEADER_LENGTH
            self._violations.goes_on(key, message.at, message.frames, place, session)

    def _nt_request(self, message: Message, part: smb1.Block) -> Oddity | None:
        function = smb1.nt_function(message.data, part)
        return self._odd(message, part, RESERVED, function) if function == smb1.NT_RENAME else None

    def _odd_reply(self, asked: Asked, message: Message) -> None:
        result: Result = "failure" if smb1.failed(message.status) else "success"
        self._violations.tell(asked.subject, result, message.status, message.at, message.frames)

    def _nt_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is not None:
            self._odd_reply(asked, message)

    def _transaction_request(self, message: Message, part: smb1.Block) -> Handle | Oddity | None:
        parts = smb1.transaction(message.data, part, message.head)
        if parts is not None and peeks(parts.setup):
            return self._odd(message, part, PEEK)
        if parts is None or len(parts.setup) < 2 or parts.setup[0] != smb1.TRANSACT_PIPE:
            return None
        handle = self._handle(message, part, parts.setup[1])
        if handle is not None:
            self._moved(handle, True, message, parts.data, parts.data_length)
        return handle

    def _transaction_more(self, message: Message, key: int) -> None:
        part = smb1.block(message.data, smb1.TRANSACTION_SECONDARY, message.head + smb1.HEADER_LENGTH, message.end)
        parts = None if part is None else smb1.transaction_more(message.data, part, message.head)
        for asked in self._pending.get(key, ()):
            if parts is not None and isinstance(asked.subject, Handle) and asked.command == smb1.TRANSACTION:
                self._moved(asked.subject, True, message, parts.data, parts.data_length)

    def _transaction_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> bool:
        if asked is not None and isinstance(asked.subject, Oddity):
            self._odd_reply(asked, message)
            return False
        if asked is None or smb1.failed(message.status):
            return False
        parts = smb1.transaction_reply(message.data, part, message.head)
        if parts is None:
            return asked.left < 0  # the interim reply has no words (2.2.4.33.2)
        if asked.left < 0:
            asked.left = parts.total
        self._moved(asked.subject, False, message, parts.data, parts.data_length)
        asked.left -= parts.data_length
        return asked.left > 0 and parts.data_length > 0

    def _trans2_request(self, message: Message, part: smb1.Block) -> Any:
        """A search, or a change of an open file's name or fate; all else tells no activity."""
        parts = smb1.transaction(message.data, part, message.head)
        if parts is None or not parts.setup:
            return None
        if parts.setup[0] == smb1.SESSION_SETUP:
            one = self._odd(message, part, SESSION_SETUP, smb1.timeout(message.data, part))
            _, _, _, _, _, process, _, multiplex = smb1.header(message.data, message.head)
            return self._violations.pulse(process << 16 | multiplex, one)
        if parts.setup[0] == smb1.FIND_FIRST:
            pattern = smb1.find_first(message.data, parts, message.head, message.wide)
            handle = self._new(message, part, _bare(pattern))
            handle.action, handle.directory = LISTED, True
            return handle
        wish = smb1.set_file(message.data, parts) if parts.setup[0] == smb1.SET_FILE else None
        if wish is None:
            return None
        stop = min(parts.data + parts.data_length, message.end)
        change = smb2.information(message.data, parts.data, stop, wish[1])
        open_file = self._table.handles.get(wish[0])
        return None if change is None or open_file is None else (open_file, *change)

    def _trans2_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is None:
            return
        if isinstance(asked.subject, Oddity):
            self._odd_reply(asked, message)
        elif isinstance(asked.subject, Handle):
            self._told(asked, message, part)
        elif not smb1.failed(message.status):
            handle, wish, name = asked.subject
            apply(handle, wish, name, message.at, asked.frames + message.frames)

    def _names_request(self, message: Message, part: smb1.Block) -> Handle | None:
        """Delete, rename, make or remove a directory: one message does it all."""
        names = smb1.named(message.data, part, message.head, message.wide, 2 if part.command == smb1.RENAME else 1)
        if not names:
            return None
        handle = self._new(message, part, _bare(names[0]))
        handle.directory = part.command in (smb1.CREATE_DIRECTORY, smb1.DELETE_DIRECTORY)
        handle.created = part.command == smb1.CREATE_DIRECTORY
        if part.command == smb1.RENAME:
            handle.action, handle.new_name = RENAMED, _bare(names[1]) if len(names) > 1 else None
        elif part.command != smb1.CREATE_DIRECTORY:
            handle.action = DELETED
        return handle

    def _told(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        """Reply to a request that needed no open file."""
        if asked is not None:
            handle: Handle = asked.subject
            handle.frames += message.frames
            handle.until = message.at
            self._report.file(handle, "failure" if smb1.failed(message.status) else "success", message.status)


def _bare(name: str) -> str:
    """Name in its share without the backslash that SMB 1 puts before it, as SMB 2 has it."""
    return name.lstrip("\\")


_RAW_START = 0x000C
_SHARE_TYPES = {"A:": "disk", "IPC": "pipe", "LPT1:": "print"}
_REQUESTS: dict[int, Any] = {
    smb1.NEGOTIATE: Smb1._negotiate_request,
    smb1.NT_TRANSACT: Smb1._nt_request,
    smb1.SESSION_SETUP_ANDX: Smb1._setup_request,
    smb1.TREE_CONNECT_ANDX: Smb1._tree_request,
    smb1.NT_CREATE_ANDX: Smb1._create_request,
    smb1.OPEN_ANDX: Smb1._open_request,
    smb1.CLOSE: Smb1._close_request,
    smb1.READ_ANDX: Smb1._read_request,
    smb1.WRITE_ANDX: Smb1._write_request,
    smb1.TRANSACTION: Smb1._transaction_request,
    smb1.TRANS2: Smb1._trans2_request,
    smb1.DELETE: Smb1._names_request,
    smb1.RENAME: Smb1._names_request,
    smb1.CREATE_DIRECTORY: Smb1._names_request,
    smb1.DELETE_DIRECTORY: Smb1._names_request,
}
_REPLIES: dict[int, Any] = {
    smb1.NT_TRANSACT: Smb1._nt_reply,
    smb1.NEGOTIATE: Smb1._negotiate_reply,
    smb1.SESSION_SETUP_ANDX: Smb1._setup_reply,
    smb1.LOGOFF_ANDX: Smb1._logoff_reply,
    smb1.TREE_CONNECT_ANDX: Smb1._tree_reply,
    smb1.TREE_DISCONNECT: Smb1._tree_gone,
    smb1.NT_CREATE_ANDX: Smb1._open_reply,
    smb1.OPEN_ANDX: Smb1._open_reply,
    smb1.CLOSE: Smb1._close_reply,
    smb1.READ_ANDX: Smb1._read_reply,
    smb1.WRITE_ANDX: Smb1._write_reply,
    smb1.TRANSACTION: Smb1._transaction_reply,
    smb1.TRANS2: Smb1._trans2_reply,
    smb1.DELETE: Smb1._told,
    smb1.RENAME: Smb1._told,
    smb1.CREATE_DIRECTORY: Smb1._told,
    smb1.DELETE_DIRECTORY: Smb1._told,
}
_TRANSACTIONS = frozenset((smb1.TRANS2, smb1.TRANS2_SECONDARY, smb1.NT_TRANSACT))
_NAMING = frozenset((smb1.NT_CREATE_ANDX, smb1.OPEN_ANDX, smb1.DELETE, smb1.RENAME, smb1.CREATE_DIRECTORY, smb1.DELETE_DIRECTORY))
"""Commands whose subject is a file that nobody has told of yet."""
