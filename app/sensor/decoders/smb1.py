"""Messages of SMB 1 (MS-CIFS, MS-SMB), only the fields that an activity needs."""

import struct

from msgspec import Struct

MAGIC = b"\xffSMB"
HEADER_LENGTH = 32

# MS-CIFS section 2.2.2.1, commands
CREATE_DIRECTORY, DELETE_DIRECTORY, CLOSE, DELETE, RENAME = 0x00, 0x01, 0x04, 0x06, 0x07
TRANSACTION, TRANSACTION_SECONDARY, OPEN_ANDX, READ_ANDX, WRITE_ANDX, TRANS2 = 0x25, 0x26, 0x2D, 0x2E, 0x2F, 0x32
TREE_CONNECT, TREE_DISCONNECT, NEGOTIATE, SESSION_SETUP_ANDX, LOGOFF_ANDX, TREE_CONNECT_ANDX = 0x70, 0x71, 0x72, 0x73, 0x74, 0x75
TRANS2_SECONDARY, NT_TRANSACT, NT_CREATE_ANDX = 0x33, 0xA0, 0xA2
NO_ANDX = 0xFF
CHAINED = frozenset((0x24, OPEN_ANDX, READ_ANDX, WRITE_ANDX, SESSION_SETUP_ANDX, LOGOFF_ANDX, TREE_CONNECT_ANDX, NT_CREATE_ANDX))
"""Commands whose parameters begin with an AndX block (MS-CIFS section 2.2.3.4)."""

REPLY = 0x80  # 2.2.3.1, SMB_Header.Flags
UNICODE, NT_STATUS, EXTENDED_SECURITY = 0x8000, 0x4000, 0x0800  # Flags2
SIGNING_REQUIRED = 0x08  # 2.2.4.52.2, SecurityMode
GUEST = 0x1  # 2.2.4.53.2, Action
TRANSACT_PEEK, TRANSACT_PIPE = 0x0023, 0x0026  # 2.2.5.5, 2.2.5.6
SESSION_SETUP = 0x000E  # 2.2.6.15, reserved and not implemented
NT_RENAME = 0x0005  # 2.2.7.5, reserved and not implemented
FIND_FIRST, SET_PATH, SET_FILE = 0x0001, 0x0006, 0x0008  # 2.2.6.2, 2.2.6.7, 2.2.6.9
FILE_OPENED = 1  # 2.2.4.64.2, CreateDisposition of the reply
STATUS_MORE_PROCESSING_REQUIRED = 0xC0000016

header = struct.Struct("<4xBIBH12xHHHH").unpack_from
"""(command, status, flags, flags2, tree id, process id, user id, multiplex id) (2.2.3.1)."""
andx = struct.Struct("<BxH").unpack_from
"""(next command, offset of its parameters from the header)."""

# What the reply to a request says in the older way (MS-CIFS section 2.2.2.4), as a number of MS-ERREF.
_DOS_ERRORS = {
    (1, 2): 0xC000000F, (1, 3): 0xC000003A, (1, 5): 0xC0000022, (1, 6): 0xC0000008, (1, 32): 0xC0000043,
    (1, 80): 0xC0000035, (1, 234): 0x80000005, (2, 2): 0xC000006D, (2, 4): 0xC0000022, (2, 5): 0x00050002,
    (2, 6): 0xC00000CC, (2, 22): 0xC0000016, (2, 2239): 0xC0000193, (2, 2240): 0xC000006F, (2, 2241): 0xC0000070,
    (2, 2242): 0xC0000071,
}  # fmt: skip

_MOST_TEXT = 4096
_MOST_DIALECTS = 16
_PASSWORDS = struct.Struct("<HH").unpack_from
_U16 = struct.Struct("<H").unpack_from
_U32 = struct.Struct("<I").unpack_from
_negotiated = struct.Struct("<HB16xI10xB").unpack_from
_create_request = struct.Struct("<5xH8xI20xI").unpack_from
_create_reply = struct.Struct("<5xHI32xI16xHxxB").unpack_from
_read_reply = struct.Struct("<10xHHH").unpack_from
_write_request = struct.Struct("<4xH8xHxxHHH").unpack_from
_asked_parts = struct.Struct("<xxH14xHHHHB").unpack_from
_secondary_parts = struct.Struct("<xxHHHxxHH").unpack_from
_answered_parts = struct.Struct("<xxHxxHHxxHH").unpack_from


class Block(Struct, frozen=True, gc=False):
    """One command of a message: where its parameter words and its bytes lie in the message, in absolute offsets."""

    command: int
    words: int
    words_end: int
    content: int
    end: int


class Setup(Struct, frozen=True, gc=False):
    """Session setup request (2.2.4.53.1; MS-SMB section 2.2.4.6.1). blob: with extended security only."""

    blob: bytes | None = None
    oem_response: bytes = b""
    unicode_response: bytes = b""
    account: str = ""
    domain: str = ""
    native_os: str = ""
    native_lan_manager: str = ""
    virtual_circuit: int = 0


class Negotiated(Struct, frozen=True, gc=False):
    """Reply to a negotiation (2.2.4.52.2). blob and guid: with extended security only, else the challenge."""

    signing_required: bool | None = None
    plain_passwords: bool = False
    challenge: bytes = b""
    guid: bytes = b""
    domain: str = ""
    server: str = ""


class Parts(Struct, frozen=True, gc=False):
    """Parts of a transaction (2.2.4.33) in absolute offsets: parameters, data, setup words; total bytes of data."""

    parameters: int
    parameters_end: int
    data: int
    data_length: int
    total: int
    setup: tuple[int, ...] = ()


def nt_status(status: int, flags2: int) -> int:
    """Status as a number of MS-ERREF, also for servers that speak in DOS error classes."""
    if flags2 & NT_STATUS or not status:
        return status
    return _DOS_ERRORS.get((status & 0xFF, status >> 16), status)


def failed(status: int) -> bool:
    """Whether a status is an error: severity of MS-ERREF section 2.3, or an untranslated DOS class."""
    return status >= 0xC0000000 or (status & 0xC000FF00 == 0 and status & 0xFF in (1, 2, 3))


def block(data: bytes, command: int, start: int, end: int) -> Block | None:
    """The command whose parameters begin at start (2.2.3.2, 2.2.3.3); None when it is cut short."""
    if start >= end:
        return None
    words_end = start + 1 + 2 * data[start]
    if words_end + 2 > end:
        return None
    length = _U16(data, words_end)[0]
    stop = end if command in (READ_ANDX, WRITE_ANDX) else min(words_end + 2 + length, end)  # larger than 16 bits can tell
    return Block(command, start + 1, words_end, words_end + 2, stop)


def content(data: bytes, head: int, end: int) -> int | None:
    """Where the file content of a read reply or write request begins; None when the message is another."""
    command, _, flags, _, _, _, _, _ = header(data, head)
    first = head + HEADER_LENGTH + 1
    if command == READ_ANDX and flags & REPLY and first + 16 <= end:
        return head + int(_read_reply(data, first)[1])
    if command == WRITE_ANDX and not flags & REPLY and first + 24 <= end:
        return head + int(_write_request(data, first)[4])
    return None


def text(data: bytes, start: int, end: int, head: int, wide: bool) -> tuple[str, int]:
    """Text up to its terminator and the offset behind it; UTF-16 begins at an even distance from the header (2.2.1.1)."""
    if not wide:
        stop = data.find(b"\0", start, end)
        stop = end if stop < 0 else stop
        return data[start : min(stop, start + _MOST_TEXT)].decode("cp437"), stop + 1
    start += (start - head) & 1
    stop = start
    while True:
        stop = data.find(b"\0\0", stop, end)
        if stop < 0:
            stop = start + max(0, (end - start) & ~1)
            break
        if not (stop - start) & 1:
            break
        stop += 1
    return data[start : min(stop, start + 2 * _MOST_TEXT)].decode("utf-16-le", "replace"), stop + 2


def name_text(data: bytes, start: int, end: int, head: int, wide: bool, length: int) -> str:
    """A name of known length with its padding before it (2.2.4.64.1)."""
    if wide:
        start += (start - head) & 1
        return data[start : min(start + (min(length, 2 * _MOST_TEXT) & ~1), end)].decode("utf-16-le", "replace").rstrip("\0")
    return data[start : min(start + min(length, _MOST_TEXT), end)].decode("cp437").rstrip("\0")


def negotiate_request(data: bytes, part: Block) -> tuple[str, ...]:
    """Dialects that the client offers, in its order (2.2.4.52.1)."""
    found: list[str] = []
    start = part.content
    while start < part.end and data[start] == 2 and len(found) < _MOST_DIALECTS:
        stop = data.find(b"\0", start + 1, part.end)
        stop = part.end if stop < 0 else stop
        found.append(data[start + 1 : min(stop, start + 64)].decode("cp437"))
        start = stop + 1
    return tuple(found)


def negotiate_reply(data: bytes, part: Block) -> Negotiated | None:
    """What the server agreed to; None when it is an older dialect or a refusal."""
    if part.words_end - part.words < 34:
        return None
    _, mode, capabilities, length = _negotiated(data, part.words)
    signing, plain = bool(mode & SIGNING_REQUIRED), not mode & 0x2
    if capabilities & 0x80000000:  # CAP_EXTENDED_SECURITY
        return Negotiated(signing, plain, guid=data[part.content : min(part.content + 16, part.end)])
    stop = min(part.content + length, part.end)
    wide = bool(capabilities & 0x4)  # CAP_UNICODE; these two names are not aligned (MS-CIFS section 2.2.4.52.2)
    domain, after = text(data, stop, part.end, stop, wide)
    server, _ = text(data, after, part.end, stop, wide)
    return Negotiated(signing, plain, challenge=data[part.content : stop], domain=domain, server=server)


def setup_request(data: bytes, part: Block, head: int, wide: bool) -> Setup | None:
    """Session setup request in its three forms, told apart by the number of words."""
    words = (part.words_end - part.words) // 2
    at, end = part.content, part.end
    circuit = _U16(data, part.words + 8)[0] if words >= 10 else 0
    if words == 12:
        length = _U16(data, part.words + 14)[0]
        stop = min(at + length, end)
        system, after = text(data, stop, end, head, wide)
        manager, _ = text(data, after, end, head, wide)
        return Setup(data[at:stop], native_os=system, native_lan_manager=manager, virtual_circuit=circuit)
    if words == 13:
        oem, unicode = _PASSWORDS(data, part.words + 14)
    elif words == 10:
        oem, unicode = _U16(data, part.words + 14)[0], 0
    else:
        return None
    middle = min(at + oem, end)
    stop = min(middle + unicode, end)
    account, after = text(data, stop, end, head, wide)
    domain, after = text(data, after, end, head, wide)
    system, after = text(data, after, end, head, wide)
    manager, _ = text(data, after, end, head, wide)
    return Setup(None, data[at:middle], data[middle:stop], account, domain, system, manager, circuit)


def setup_reply(data: bytes, part: Block) -> tuple[int, bytes]:
    """(action, security blob) (2.2.4.53.2; MS-SMB section 2.2.4.6.2)."""
    words = part.words_end - part.words
    action = _U16(data, part.words + 4)[0] if words >= 6 else 0
    length = _U16(data, part.words + 6)[0] if words >= 8 else 0
    return action, data[part.content : min(part.content + length, part.end)]


def tree_request(data: bytes, part: Block, head: int, wide: bool) -> tuple[str, str] | None:
    """(UNC path, service asked for) (2.2.4.55.1)."""
    if part.words_end - part.words < 8:
        return None
    start = min(part.content + _U16(data, part.words + 6)[0], part.end)
    path, after = text(data, start, part.end, head, wide)
    service, _ = text(data, after, part.end, head, False)
    return path, service


def tree_reply(data: bytes, part: Block, head: int) -> str:
    """Service of the share: "A:", "IPC", "LPT1:" or "COMM" (2.2.4.55.2)."""
    return text(data, part.content, part.end, head, False)[0]


def create_request(data: bytes, part: Block, head: int, wide: bool) -> tuple[int, int, str] | None:
    """(desired access, create options, name) (2.2.4.64.1)."""
    if part.words_end - part.words < 48:
        return None
    length, access, options = _create_request(data, part.words)
    return access, options, name_text(data, part.content, part.end, head, wide, length)


def create_reply(data: bytes, part: Block) -> tuple[int, int, int, bool] | None:
    """(file id, what was done, attributes, directory) (2.2.4.64.2)."""
    if part.words_end - part.words < 68:
        return None
    file, action, attributes, _, directory = _create_reply(data, part.words)
    return file, action, attributes, bool(directory)


def open_request(data: bytes, part: Block, head: int, wide: bool) -> str | None:
    """Name (2.2.4.41.1)."""
    if part.words_end - part.words < 30:
        return None
    return text(data, part.content, part.end, head, wide)[0]


def file_id(data: bytes, part: Block, offset: int) -> int | None:
    """File id at this offset of the words."""
    return _U16(data, part.words + offset)[0] if part.words + offset + 2 <= part.words_end else None


def read_reply(data: bytes, part: Block, head: int) -> tuple[int, int] | None:
    """(where the content begins, its length) (2.2.4.42.2)."""
    if part.words_end - part.words < 24:
        return None
    low, offset, high = _read_reply(data, part.words)
    return head + offset, low | high << 16


def write_request(data: bytes, part: Block, head: int) -> tuple[int, int, int] | None:
    """(where the content begins, its length, write mode) (2.2.4.43.1)."""
    if part.words_end - part.words < 24:
        return None
    _, mode, high, low, offset = _write_request(data, part.words)
    return head + offset, low | high << 16, mode


def transaction(data: bytes, part: Block, head: int) -> Parts | None:
    """Parts of a first request of a transaction of either kind (2.2.4.33.1, 2.2.4.46.1)."""
    if part.words_end - part.words < 28:
        return None
    total, parameters, at, length, offset, words = _asked_parts(data, part.words)
    setup = tuple(
        _U16(data, place)[0] for place in range(part.words + 28, min(part.words + 28 + 2 * words, part.words_end - 1), 2)
    )
    return _parts(head, part.end, parameters, at, length, offset, total, setup)


def timeout(data: bytes, part: Block) -> int | None:
    """Timeout of a first request of a transaction (2.2.4.46.1)."""
    return _U32(data, part.words + 12)[0] if part.words_end - part.words >= 28 else None


def nt_function(data: bytes, part: Block) -> int | None:
    """Function of an NT transaction (2.2.4.62.1)."""
    return _U16(data, part.words + 36)[0] if part.words_end - part.words >= 38 else None


def transaction_more(data: bytes, part: Block, head: int) -> Parts | None:
    """Parts of a following request (2.2.4.34.1)."""
    if part.words_end - part.words < 16:
        return None
    total, parameters, at, length, offset = _secondary_parts(data, part.words)
    return _parts(head, part.end, parameters, at, length, offset, total, ())


def transaction_reply(data: bytes, part: Block, head: int) -> Parts | None:
    """Parts of a reply, of which there may be several (2.2.4.33.2)."""
    if part.words_end - part.words < 20:
        return None
    total, parameters, at, length, offset = _answered_parts(data, part.words)
    return _parts(head, part.end, parameters, at, length, offset, total, ())


def _parts(head: int, end: int, parameters: int, at: int, length: int, offset: int, total: int, setup: tuple[int, ...]) -> Parts:
    start = min(head + at, end)
    return Parts(start, min(start + parameters, end), head + offset, length, total, setup)


def named(data: bytes, part: Block, head: int, wide: bool, count: int) -> list[str]:
    """Names behind their format byte 4 (2.2.4.7.1, 2.2.4.8.1)."""
    names, start = [], part.content
    for _ in range(count):
        if start >= part.end or data[start] != 4:
            break
        name, start = text(data, start + 1, part.end, head, wide)
        names.append(name)
    return names


def find_first(data: bytes, parts: Parts, head: int, wide: bool) -> str:
    """Pattern of a search (2.2.6.2.1)."""
    return text(data, parts.parameters + 12, parts.parameters_end, head, wide)[0]


def set_file(data: bytes, parts: Parts) -> tuple[int, int] | None:
    """(file id, class of MS-FSCC or 13 for the older disposition) of a set file information (2.2.6.9.1)."""
    if parts.parameters_end - parts.parameters < 4:
        return None
    file, level = _U16(data, parts.parameters)[0], _U16(data, parts.parameters + 2)[0]
    return file, 13 if level == 0x102 else level - 1000  # 2.2.2.3.4; MS-SMB section 2.2.2.3.5, pass-through levels
