"""Messages of SMB 2 and 3 (MS-SMB2), only the fields that an activity needs."""

import struct
from codecs import utf_16_le_decode

MAGIC = b"\xfeSMB"
ENCRYPTED = b"\xfdSMB"  # 2.2.41
COMPRESSED = b"\xfcSMB"  # 2.2.42
HEADER_LENGTH = 64

# 2.2.1.2, commands
NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, TREE_DISCONNECT, CREATE, CLOSE = 0, 1, 2, 3, 4, 5, 6
READ, WRITE, IOCTL, QUERY_DIRECTORY, SET_INFO = 8, 9, 0xB, 0xE, 0x11

# 2.2.1.2, flags
RESPONSE = 0x1
RELATED = 0x4
DFS = 0x10000000

# MS-ERREF section 2.3.1
STATUS_PENDING = 0x103
STATUS_MORE_PROCESSING_REQUIRED = 0xC0000016

header = struct.Struct("<8xIH2xIIQ4xIQ").unpack_from
"""(status, command, flags, offset of the next command, message id, tree id, session id) of a header (2.2.1.2)."""

data_place = struct.Struct("<HI").unpack_from
"""(offset of the data from the header, its length) at byte 66 of a read reply or write request (2.2.20, 2.2.21)."""

DIALECTS = {0x0202: "SMB 2.0.2", 0x0210: "SMB 2.1", 0x0300: "SMB 3.0", 0x0302: "SMB 3.0.2", 0x0311: "SMB 3.1.1"}
SIGNING_REQUIRED = 0x2  # 2.2.4, security mode
GUEST, NULL_SESSION, ENCRYPT_DATA = 0x1, 0x2, 0x4  # 2.2.6, session flags
SHARE_PIPE = 2  # 2.2.10
SHARE_TYPES = {1: "disk", 2: "pipe", 3: "print"}
SHARE_ENCRYPTED = 0x8000  # 2.2.10, SMB2_SHAREFLAG_ENCRYPT_DATA
DIRECTORY_FILE, DELETE_ON_CLOSE = 0x1, 0x1000  # 2.2.13, create options
ATTRIBUTE_DIRECTORY = 0x10  # MS-FSCC 2.6
CREATED = frozenset((0, 2, 3))  # 2.2.14: superseded, created, overwritten
RELATED_FILE = b"\xff" * 16  # 3.2.4.1.4: the file of the command before
FSCTL_PIPE_TRANSCEIVE = 0x0011C017  # MS-FSCC 2.3
FSCTL_SRV_COPYCHUNK = frozenset((0x001440F2, 0x001480F2))  # 2.2.31

CUT = "…"
_MOST_CONTEXTS = 32
_TEXT_LIMIT = 8192  # bytes of UTF-16: 4096 characters
_negotiate_request = struct.Struct("<2xHH2x4x16s").unpack_from
_negotiate_response = struct.Struct("<2xHH2x16s").unpack_from
_setup_request = struct.Struct("<12xHH").unpack_from
_setup_response = struct.Struct("<2xHHH").unpack_from
_tree_request = struct.Struct("<4xHH").unpack_from
_tree_response = struct.Struct("<2xBxI").unpack_from
_create_request = struct.Struct("<24xI8xIIHH").unpack_from
_create_response = struct.Struct("<4xI48xI4x16s").unpack_from
_ioctl_request = struct.Struct("<4xI16sII").unpack_from
_ioctl_response = struct.Struct("<4xI24xII").unpack_from
_set_info = struct.Struct("<2xBBIH").unpack_from
_uint32 = struct.Struct("<I").unpack_from

MOST_DECOMPRESSED = 0x1000000
"""Twice the largest message that Windows agrees to (MS-SMB2 section 3.3.5.4: 8 MiB), so that no honest one is larger."""
_transform = struct.Struct("<4xIHHI").unpack_from

# Fixed part of each message behind the header.
NEGOTIATE_REQUEST, NEGOTIATE_RESPONSE, SETUP_REQUEST, SETUP_RESPONSE, TREE_REQUEST, TREE_RESPONSE = 36, 64, 24, 8, 8, 16
CREATE_REQUEST, CREATE_RESPONSE, IOCTL_REQUEST, IOCTL_RESPONSE, SET_INFO_REQUEST = 56, 88, 56, 48, 32


def guid(raw: bytes) -> str | None:
    """Text of a GUID as MS-DTYP section 2.3.4.2 lays it out; None when it is all zero."""
    if not any(raw):
        return None
    first, second, third = struct.unpack_from("<IHH", raw)
    return f"{first:08x}-{second:04x}-{third:04x}-{raw[8:10].hex()}-{raw[10:16].hex()}"


def text(data: bytes, start: int, length: int) -> str:
    """UTF-16 text of length bytes, at most 4096 characters."""
    return data[start : start + (min(length, _TEXT_LIMIT) & ~1)].decode("utf-16-le", "replace").rstrip("\0")


def _within(data: bytes, start: int, length: int, end: int) -> str:
    """The same before end; a name that was cut there ends in "…", so that it is not taken for another one."""
    whole = start + length <= end
    return text(data, start, length) if whole else text(data, start, max(end - start, 0)) + CUT


def negotiate_request(data: bytes, start: int, end: int) -> tuple[int, str | None] | None:
    """(security mode, client GUID) (2.2.3); start: offset of the header, as everywhere here."""
    if end - start < HEADER_LENGTH + NEGOTIATE_REQUEST:
        return None
    _, mode, client = _negotiate_request(data, start + HEADER_LENGTH)
    return mode, guid(client)


def negotiate_response(data: bytes, start: int, end: int) -> tuple[int, int, str | None] | None:
    """(security mode, dialect revision, server GUID) (2.2.4)."""
    if end - start < HEADER_LENGTH + NEGOTIATE_RESPONSE:
        return None
    mode, dialect, server = _negotiate_response(data, start + HEADER_LENGTH)
    return mode, dialect, guid(server)


def is_blank(data: bytes, start: int, end: int) -> bool:
    """Whether a negotiate request offers compression with neither a GUID nor a salt of its own (2.2.3, 2.2.3.1.1, 2.2.3.1.3).

    A client draws both anew; scanners for CVE-2020-0796 leave them empty and look only at the answer.
    """
    body = start + HEADER_LENGTH
    if end - body < NEGOTIATE_REQUEST + 8 or any(data[body + 12 : body + 28]):
        return False
    at, (count,) = start + int(_uint32(data, body + 28)[0]), struct.unpack_from("<H", data, body + 32)
    salted, compression = True, False
    for _ in range(min(count, _MOST_CONTEXTS)):
        if at + 8 > end or at < body + NEGOTIATE_REQUEST:
            break
        kind, size = struct.unpack_from("<HH", data, at)
        content = data[at + 8 : min(at + 8 + size, end)]
        if kind == 1 and len(content) > 6:
            salted = any(content[4 + 2 * int.from_bytes(content[:2], "little") :])
        compression = compression or kind == 3
        at = start + ((at + 8 + size - start + 7) & ~7)
    return compression and not salted


def impossible(data: bytes, start: int, length: int) -> tuple[int, int] | None:
    """(size before compression, offset of what is compressed) of a transform header (2.2.42.1) when they cannot be.

    length: bytes of the whole message. CVE-2020-0796: their sum did not fit into 32 bits. Chained ones (2.2.42.2) have a length
    instead of an offset.
    """
    if len(data) - start < 16:
        return None
    size, _, chained, offset = _transform(data, start)
    if size + offset > 0xFFFFFFFF or size > MOST_DECOMPRESSED or (not chained and offset > length - 16):
        return size, offset
    return None


def cipher(message: bytes) -> tuple[int, int | None] | None:
    """(dialect revision, cipher chosen by SMB2_ENCRYPTION_CAPABILITIES) of a negotiate response (2.2.4, 2.2.4.1.2)."""
    body = HEADER_LENGTH
    if len(message) < body + NEGOTIATE_RESPONSE:
        return None
    dialect, count = struct.unpack_from("<HH", message, body + 4)
    if dialect != 0x0311:
        return dialect, None
    at = int(_uint32(message, body + 60)[0])
    for _ in range(min(count, _MOST_CONTEXTS)):
        if at + 8 > len(message):
            break
        kind, size = struct.unpack_from("<HH", message, at)
        if kind == 2 and size >= 4 and at + 12 <= len(message):
            return dialect, int.from_bytes(message[at + 10 : at + 12], "little")
        at = (at + 8 + size + 7) & ~7
    return dialect, None


def session_setup_request(data: bytes, start: int, end: int) -> bytes | None:
    """Security blob (2.2.5)."""
    if end - start < HEADER_LENGTH + SETUP_REQUEST:
        return None
    offset, length = _setup_request(data, start + HEADER_LENGTH)
    return data[start + offset : min(start + offset + length, end)]


def session_setup_response(data: bytes, start: int, end: int) -> tuple[int, bytes] | None:
    """(session flags, security blob) (2.2.6); None for an error response, too."""
    if end - start < HEADER_LENGTH + SETUP_RESPONSE:
        return None
    flags, offset, length = _setup_response(data, start + HEADER_LENGTH)
    return flags, data[start + offset : min(start + offset + length, end)]


def tree_connect_request(data: bytes, start: int, end: int) -> str | None:
    """UNC path of the share (2.2.9)."""
    if end - start < HEADER_LENGTH + TREE_REQUEST:
        return None
    offset, length = _tree_request(data, start + HEADER_LENGTH)
    return _within(data, start + offset, length, end)


def tree_connect_response(data: bytes, start: int, end: int) -> tuple[int, int] | None:
    """(share type, share flags) (2.2.10)."""
    if end - start < HEADER_LENGTH + TREE_RESPONSE:
        return None
    kind, flags = _tree_response(data, start + HEADER_LENGTH)
    return kind, flags


def create_request(data: bytes, start: int, end: int) -> tuple[int, int, str] | None:
    """(desired access, create options, name) (2.2.13)."""
    if end - start < HEADER_LENGTH + CREATE_REQUEST:
        return None
    access, _, options, offset, length = _create_request(data, start + HEADER_LENGTH)
    stop = start + offset + ((length if length < _TEXT_LIMIT else _TEXT_LIMIT) & ~1)
    if stop > end:
        return access, options, _within(data, start + offset, length, end)
    name, _ = utf_16_le_decode(data[start + offset : stop], "replace", True)
    return access, options, name


def create_response(data: bytes, start: int, end: int) -> tuple[int, int, bytes] | None:
    """(create action, file attributes, file id) (2.2.14)."""
    if end - start < HEADER_LENGTH + CREATE_RESPONSE - 8:
        return None
    action, attributes, file = _create_response(data, start + HEADER_LENGTH)
    return action, attributes, file


def ioctl_request(data: bytes, start: int, end: int) -> tuple[int, bytes, int, int] | None:
    """(control code, file id, offset of the input from the header, its length) (2.2.31)."""
    if end - start < HEADER_LENGTH + IOCTL_REQUEST:
        return None
    code, file, offset, length = _ioctl_request(data, start + HEADER_LENGTH)
    return code, file, offset, length


def ioctl_response(data: bytes, start: int, end: int) -> tuple[int, int, int] | None:
    """(control code, offset of the output from the header, its length) (2.2.32)."""
    if end - start < HEADER_LENGTH + IOCTL_RESPONSE:
        return None
    code, offset, length = _ioctl_response(data, start + HEADER_LENGTH)
    return code, offset, length


def copied(data: bytes, start: int, end: int) -> int:
    """Bytes that the server copied by itself: TotalBytesWritten of SRV_COPYCHUNK_RESPONSE (2.2.32.1)."""
    output = ioctl_response(data, start, end)
    if output is None or output[2] < 12 or start + output[1] + 12 > end:
        return 0
    return int(_uint32(data, start + output[1] + 8)[0])


def set_info(data: bytes, start: int, end: int) -> tuple[str, str | None] | None:
    """("rename", new name), ("delete", None) or ("keep", None) of a set info request (2.2.39), None for all others."""
    if end - start < HEADER_LENGTH + SET_INFO_REQUEST:
        return None
    kind, level, length, offset = _set_info(data, start + HEADER_LENGTH)
    if kind != 1 or offset < HEADER_LENGTH:  # SMB2_0_INFO_FILE
        return None
    return information(data, start + offset, min(start + offset + length, end), level)


def information(data: bytes, start: int, end: int, level: int) -> tuple[str, str | None] | None:
    """What a file information class of MS-FSCC section 2.4 does to the file: see set_info."""
    if level in (10, 65) and end - start >= 20:  # FileRenameInformation, FileRenameInformationEx
        return "rename", _within(data, start + 20, _uint32(data, start + 16)[0], end)
    if level in (13, 64) and end > start:  # FileDispositionInformation, FileDispositionInformationEx
        return ("delete" if data[start] & 1 else "keep"), None
    return None
