"""SMB 1: requests joined with their replies (MS-CIFS, MS-SMB)."""

from typing import Any

from msgspec import Struct

from app.model.activity import Account, Result
from app.model.details import Ntlm, SmbSession
from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.conversations.smb_handles import (
    DELETED,
    LISTED,
    READ,
    RENAMED,
    WRITTEN,
    Handle,
    Reporter,
    Session,
    Setup,
    Tree,
    apply,
)
from app.sensor.decoders import smb1, smb2
from app.sensor.frame import Count, Emit, Flow

_MOST_CHAINED = 8
_MOST_PENDING = 4096
_MOST_OPEN = 4096
_MOST_KNOWN = 1024


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
        self._flow = flow
        self._emit = emit
        self._count = count
        self._report = Reporter(flow, emit, count)
        self._report.dialect = "SMB 1"
        self._agreed = smb1.Negotiated()
        self._pending: dict[int, list[Asked]] = {}
        self._setups: dict[int, Setup] = {}
        self._sessions: dict[int, Session] = {}
        self._trees: dict[int, Tree] = {}
        self._handles: dict[int, Handle] = {}
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
        """Bytes of one direction are missing: calls that were half there cannot be finished."""
        for handle in self._handles.values():
            if handle.rpc is not None:
                handle.rpc.lost(from_client)

    def expire(self, now: int) -> None:
        """Give up what nobody answered."""
        for key, waiting in list(self._pending.items()):
            if now - waiting[0].at > UNANSWERED_AFTER:
                del self._pending[key]
                for asked in waiting:
                    self._unanswered(asked)
        for handle in self._handles.values():
            if handle.rpc is not None:
                handle.rpc.expire(now)

    def close(self) -> None:
        """Emit all that is still open."""
        pending, self._pending = self._pending, {}
        for waiting in pending.values():
            for asked in waiting:
                self._unanswered(asked)
        setups, self._setups = self._setups, {}
        for user, setup in setups.items():
            self._setup_ended(setup, "unanswered", setup.code, 0, setup.at, user)
        for file in list(self._handles):
            self._shut(file)

    def _unanswered(self, asked: Asked) -> None:
        if asked.command in _NAMING or (asked.command == smb1.TRANS2 and isinstance(asked.subject, Handle)):
            self._report.file(asked.subject, "unanswered", None)
        elif asked.command == smb1.TREE_CONNECT_ANDX:
            self._report.tree(asked.subject, None, "unanswered", None, (asked.at, asked.at), asked.frames, asked.ordinal)
        elif asked.command == smb1.SESSION_SETUP_ANDX and asked.subject not in self._setups.values():
            self._setup_ended(asked.subject, "unanswered", None, 0, asked.at, 0)

    def _session(self, user: int) -> Session:
        found = self._sessions.get(user)
        if found is None:
            found = self._keep(user, Session())
        return found

    def _keep(self, user: int, session: Session) -> Session:
        if len(self._sessions) >= _MOST_KNOWN:
            del self._sessions[next(iter(self._sessions))]
        self._sessions[user] = session
        return session

    def _tree(self, message: Message) -> Tree:
        found = self._trees.get(message.tree)
        if found is None:
            found = self._keep_tree(message.tree, Tree(self._session(message.user)))
        return found

    def _keep_tree(self, number: int, tree: Tree) -> Tree:
        if len(self._trees) >= _MOST_KNOWN:
            del self._trees[next(iter(self._trees))]
        self._trees[number] = tree
        return tree

    def _open(self, file: int, handle: Handle) -> None:
        if file in self._handles:
            self._shut(file)
        elif len(self._handles) >= _MOST_OPEN:
            self._shut(next(iter(self._handles)))
        handle.file = file
        self._handles[file] = handle

    def _shut(self, file: int) -> None:
        handle = self._handles.pop(file)
        if handle.untold:
            return
        self._report.file(handle, "success", 0)

    def _handle(self, message: Message, part: smb1.Block, file: int | None) -> Handle | None:
        """The open file that a request names; one whose create was not captured has no name."""
        if self._last is not None:
            return self._last
        if file is None:
            return None
        handle = self._handles.get(file)
        if handle is None:
            handle = Handle(self._tree(message), "", None, message.at, message.frames, message.ordinal + part.words)
            self._open(file, handle)
        return handle

    # -- negotiation and logon

    def _negotiate_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        agreed = smb1.negotiate_reply(message.data, part)
        if agreed is not None:
            self._agreed = agreed

    def _setup_request(self, message: Message, part: smb1.Block) -> Setup | None:
        wish = smb1.setup_request(message.data, part, message.head, message.wide)
        if wish is None:
            self._count("SMB logon in an unknown form", message.frames[0])
            return None
        place = message.ordinal + part.words
        setup = self._setups.get(message.user) if message.user else None
        if setup is None:
            setup = Setup(Authentication(self._flow, self._emit, "smb1"), message.at, message.frames, place)
        else:
            setup.saw(message.frames)
            setup.code = None
        setup.system = setup.system or (wish.native_os, wish.native_lan_manager)
        if wish.blob is None:
            setup.plain = wish
        elif wish.blob:
            setup.authentication.token(True, wish.blob, message.at, message.frames, place)
        return setup

    def _setup_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        data, status, at, frames = message.data, message.status, message.at, message.frames
        place = message.ordinal + part.words
        if asked is not None:
            setup: Setup = asked.subject
        else:
            setup = self._setups.get(message.user) or Setup(Authentication(self._flow, self._emit, "smb1"), at, frames, place)
        setup.saw(frames)
        action, blob = smb1.setup_reply(data, part)
        if blob:
            setup.authentication.token(False, blob, at, frames, place)
        if status == smb1.STATUS_MORE_PROCESSING_REQUIRED:
            setup.code = status
            if len(self._setups) >= _MOST_KNOWN:
                user = next(iter(self._setups))
                oldest = self._setups.pop(user)
                self._setup_ended(oldest, "unanswered", oldest.code, 0, oldest.at, user)
            self._setups[message.user] = setup
            return
        self._setups.pop(message.user, None)
        result: Result = "failure" if smb1.failed(status) else "success"
        if setup.plain is None:
            setup.authentication.finished(result == "success", status, at, frames)
        self._setup_ended(setup, result, status, action, at, message.user)

    def _setup_ended(self, setup: Setup, result: Result, code: int | None, action: int, until: int, user: int) -> None:
        authentication = setup.authentication
        mechanism = authentication.mechanism or None
        account, ticket, anonymous = authentication.account, authentication.ticket, False
        if setup.plain is not None:
            mechanism, anonymous = "NTLM", _anonymous(setup.plain)
            if not anonymous:
                account = Account(name=setup.plain.account, domain=setup.plain.domain or None)
            self._plain(setup, setup.plain, account, result, code, until)
        elif result == "unanswered":
            authentication.close()
        system, manager = setup.system or ("", "")
        session = Session(account, ticket)
        detail = SmbSession(
            dialect=self._report.dialect,
            signing_required=self._agreed.signing_required,
            guest=bool(action & smb1.GUEST),
            anonymous=anonymous,
            mechanism=mechanism,
            native_os=system or None,
            native_lan_manager=manager or None,
            server_guid=smb2.guid(self._agreed.guid) if len(self._agreed.guid) == 16 else None,
        )
        self._emit(self._report.activity(detail, session, result, code, (setup.at, until), setup.frames, setup.ordinal))
        if result == "success":
            self._keep(user, session)

    def _plain(
        self, setup: Setup, wish: smb1.Setup, account: Account | None, result: Result, code: int | None, until: int
    ) -> None:
        """The NTLM authentication of a logon without tokens: responses to the challenge of the negotiation."""
        modern, old, agreed = wish.unicode_response, wish.oem_response, self._agreed
        if account is not None and agreed.plain_passwords:
            self._count("SMB password in clear text", setup.frames[0])
            return
        if len(modern) > 24:
            version = "NTLMv2"
        elif len(modern) == 24 and old[8:] == bytes(16):
            version = "NTLMv1-ESS"
        else:
            version = "NTLMv1"
        detail = Ntlm(
            user=wish.account or None,
            domain=wish.domain or None,
            version=None if account is None else version,
            target_netbios_computer=agreed.server or None,
            target_netbios_domain=agreed.domain or None,
            target=agreed.domain or None,
            carrier="smb1",
            server_challenge=agreed.challenge.hex() or None,
            anonymous=account is None,
        )
        self._emit(self._report.activity(detail, Session(account), result, code, (setup.at, until), setup.frames, setup.ordinal))

    def _logoff_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        session = None if smb1.failed(message.status) else self._sessions.pop(message.user, None)
        if session is not None:
            for file in [file for file, handle in self._handles.items() if handle.tree.session is session]:
                self._shut(file)

    # -- shares

    def _tree_request(self, message: Message, part: smb1.Block) -> Tree | None:
        wish = smb1.tree_request(message.data, part, message.head, message.wide)
        return None if wish is None else Tree(self._session(message.user), wish[0], True if wish[1] == "IPC" else None)

    def _tree_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is None:
            asked = Asked(part.command, Tree(self._session(message.user)), message, part)
        tree: Tree = asked.subject
        tree.session = self._session(message.user)  # a chained connect is asked before its logon has a number
        kind = None
        if not smb1.failed(message.status):
            kind = _SHARE_TYPES.get(smb1.tree_reply(message.data, part, message.head))
            tree.pipe = kind == "pipe" if kind else tree.pipe
            self._keep_tree(message.tree, tree)
        result: Result = "failure" if smb1.failed(message.status) else "success"
        frames = asked.frames + message.frames
        self._report.tree(tree, kind, result, message.status, (asked.at, message.at), frames, asked.ordinal)

    def _tree_failed(self, asked: Asked, message: Message) -> None:
        frames = asked.frames + message.frames
        self._report.tree(asked.subject, None, "failure", message.status, (asked.at, message.at), frames, asked.ordinal)

    def _tree_gone(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        tree = None if smb1.failed(message.status) else self._trees.pop(message.tree, None)
        if tree is not None:
            for file in [file for file, handle in self._handles.items() if handle.tree is tree]:
                self._shut(file)

    # -- files

    def _new(self, message: Message, part: smb1.Block, name: str, access: int | None = None) -> Handle:
        place = message.ordinal + part.words
        return Handle(self._tree(message), name, access, message.at, message.frames, place)

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
        handle.tree.session = self._sessions.get(message.user, handle.tree.session)
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
        self._open(file, handle)

    def _close_request(self, message: Message, part: smb1.Block) -> Handle | None:
        file = smb1.file_id(message.data, part, 0)
        return None if file is None else self._handles.get(file)

    def _close_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is not None:
            handle: Handle = asked.subject
            handle.until = message.at
            if isinstance(handle.file, int) and self._handles.get(handle.file) is handle:
                self._shut(handle.file)

    def _read_request(self, message: Message, part: smb1.Block) -> Handle | None:
        handle = self._handle(message, part, smb1.file_id(message.data, part, 4))
        if handle is not None:
            handle.did(READ, message.at, message.frames)
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
        handle.did(WRITTEN, message.at, message.frames)
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
            self._report.piped(
                handle, from_client, message.data, start, length, message.end, message.at, message.frames, message.ordinal
            )

    # -- transactions

    def _transaction_request(self, message: Message, part: smb1.Block) -> Handle | None:
        parts = smb1.transaction(message.data, part, message.head)
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
            if parts is not None and asked.command == smb1.TRANSACTION:
                self._moved(asked.subject, True, message, parts.data, parts.data_length)

    def _transaction_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> bool:
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
        open_file = self._handles.get(wish[0])
        return None if change is None or open_file is None else (open_file, *change)

    def _trans2_reply(self, asked: Asked | None, message: Message, part: smb1.Block) -> None:
        if asked is None:
            return
        if isinstance(asked.subject, Handle):
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


def _anonymous(wish: smb1.Setup) -> bool:
    """A logon with neither name nor answer (MS-CIFS section 3.2.4.2.4); one zero byte may stand for the answer."""
    return not wish.account and len(wish.oem_response) <= 1 and not wish.unicode_response


def _bare(name: str) -> str:
    """Name in its share without the backslash that SMB 1 puts before it, as SMB 2 has it."""
    return name.lstrip("\\")


_RAW_START = 0x000C
_SHARE_TYPES = {"A:": "disk", "IPC": "pipe", "LPT1:": "print"}
_REQUESTS: dict[int, Any] = {
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
_NAMING = frozenset((smb1.NT_CREATE_ANDX, smb1.OPEN_ANDX, smb1.DELETE, smb1.RENAME, smb1.CREATE_DIRECTORY, smb1.DELETE_DIRECTORY))
"""Commands whose subject is a file that nobody has told of yet."""
