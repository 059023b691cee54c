"""SMB messages made by hand, and captures read down to activities with SMB alone."""

import struct
from collections import Counter
from pathlib import Path

from app.model.activity import Activity, Endpoint
from app.sensor.conversations.smb import SmbTcp
from app.sensor.frame import Flow
from app.sensor.packets.flows import Registry
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import found_at

CLIENT, SERVER = Endpoint("192.0.2.1", 50000), Endpoint("192.0.2.2", 445)
FLOW = Flow("key", CLIENT, SERVER, "tcp")
START = 1_700_000_000_000_000
FILE = bytes(range(1, 17))
REGISTRY = Registry({139: SmbTcp, 445: SmbTcp}, {}, lambda head: None)


def read(path: Path, window: int = 0) -> tuple[list[Activity], dict[str, int]]:
    """Activities and problems of a capture."""
    found: list[Activity] = []
    more = {"window": window} if window else {}
    report = read_input(found_at(path), found.extend, registry=REGISTRY, **more)
    return found, {one.what: one.count for one in report.problems}


def of_kind(found: list[Activity], *kinds: str) -> list[Activity]:
    return [one for one in found if one.kind in kinds]


class Talk:
    """One connection that is told its messages one after the other, one frame and one millisecond each."""

    def __init__(self) -> None:
        self.found: list[Activity] = []
        self.problems: Counter[str] = Counter()
        self.smb = SmbTcp(FLOW, self.found.append, lambda what, frame: self.problems.update([what]))
        self.frame = 0
        self.at = START

    def say(self, client: bool, *messages: bytes) -> None:
        for message in messages:
            self.frame += 1
            self.at += 1000
            length, wanted = self.smb.measure(client, message, 0, len(message))
            assert length == len(message)
            self.smb.message(client, message[:wanted], self.at, (self.frame,), 0)

    def asks(self, *messages: bytes) -> "Talk":
        self.say(True, *messages)
        return self

    def answers(self, *messages: bytes) -> "Talk":
        self.say(False, *messages)
        return self

    def files(self) -> list[Activity]:
        return of_kind(self.found, "smb-file")

    def end(self) -> "Talk":
        self.smb.close()
        return self


def nbss(smb: bytes) -> bytes:
    return struct.pack(">I", len(smb)) + smb


def smb2(command: int, body: bytes, message: int, reply: bool = False, status: int = 0, session: int = 7, tree: int = 5,
         flags: int = 0, following: int = 0) -> bytes:  # fmt: skip
    """One command of SMB 2, without framing."""
    places = (64, 1, status, command, 1, flags | reply, following, message, 0, tree, session, b"")
    return struct.pack("<4sHHIHHIIQIIQ16s", b"\xfeSMB", *places) + body


def chain(*commands: bytes) -> bytes:
    """Several commands in one message."""
    out = b""
    for number, command in enumerate(commands):
        command += bytes(-len(command) % 8)
        following = len(command) if number < len(commands) - 1 else 0
        out += command[:20] + struct.pack("<I", following) + command[24:]
    return nbss(out)


def tree_body(path: str) -> bytes:
    raw = path.encode("utf-16-le")
    return struct.pack("<HHHH", 9, 0, 72, len(raw)) + raw


def tree_reply_body(kind: int = 1, flags: int = 0) -> bytes:
    return struct.pack("<HBBIII", 16, kind, 0, flags, 0, 0)


def create_body(name: str, access: int = 0x120089, options: int = 0) -> bytes:
    raw = name.encode("utf-16-le")
    fixed = struct.pack("<HBBIQQIIIIIHHII", 57, 0, 0, 2, 0, 0, access, 0, 7, 1, options, 120, len(raw), 0, 0)
    return fixed + (raw or b"\0")


def create_reply_body(file: bytes = FILE, action: int = 1, attributes: int = 0x20) -> bytes:
    return struct.pack("<HBBI32sQQII16sII", 89, 0, 0, action, b"", 0, 0, attributes, 0, file, 0, 0)


def close_body(file: bytes = FILE) -> bytes:
    return struct.pack("<HHI16s", 24, 0, 0, file)


def read_body(length: int, file: bytes = FILE) -> bytes:
    return struct.pack("<HBBIQ16sIIIHH", 49, 0, 0, length, 0, file, 0, 0, 0, 0, 0) + b"\0"


def read_reply_body(data: bytes) -> bytes:
    return struct.pack("<HBBIII", 17, 80, 0, len(data), 0, 0) + data


def write_body(data: bytes, file: bytes = FILE) -> bytes:
    return struct.pack("<HHIQ16sIIHHI", 49, 112, len(data), 0, file, 0, 0, 0, 0, 0) + data


def write_reply_body(count: int) -> bytes:
    return struct.pack("<HHIIHH", 17, 0, count, 0, 0, 0)


def set_info_body(level: int, data: bytes, file: bytes = FILE) -> bytes:
    return struct.pack("<HBBIHHI16s", 33, 1, level, len(data), 96, 0, 0, file) + data


def rename_data(name: str) -> bytes:
    raw = name.encode("utf-16-le")
    return struct.pack("<B7xQI", 0, 0, len(raw)) + raw


def ioctl_body(code: int, data: bytes, file: bytes = FILE) -> bytes:
    return struct.pack("<HHI16sIIIIIIII", 57, 0, code, file, 120, len(data), 0, 0, 0, 1024, 1, 0) + data


def ioctl_reply_body(code: int, data: bytes, file: bytes = FILE) -> bytes:
    return struct.pack("<HHI16sIIIIII", 49, 0, code, file, 112, 0, 112, len(data), 0, 0) + data


ERROR = struct.pack("<HBBI", 9, 0, 0, 0) + b"\0"


def rpc(kind: int, call: int, rest: bytes) -> bytes:
    """One DCE/RPC unit in one fragment."""
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(rest), 0, call) + rest


def rpc_bind(interface: bytes, call: int = 1) -> bytes:
    ndr = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<I", 2)
    return rpc(11, call, struct.pack("<HHIB3xHBB", 4280, 4280, 0, 1, 0, 1, 0) + interface + ndr)


def rpc_bind_ack(call: int = 1) -> bytes:
    ndr = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<I", 2)
    return rpc(12, call, struct.pack("<HHIH", 4280, 4280, 1, 0) + b"\0\0" + struct.pack("<B3xHH", 1, 0, 0) + ndr)


SVCCTL = bytes.fromhex("81bb7a364498f135ad3298f038001003") + struct.pack("<HH", 2, 0)


def smb1(command: int, words: bytes, content: bytes, reply: bool = False, status: int = 0, multiplex: int = 1,
         tree: int = 5, user: int = 7, flags2: int = 0xC801) -> bytes:  # fmt: skip
    """One message of SMB 1 with its framing."""
    head = struct.pack(
        "<4sBIBHH8sHHHHH", b"\xffSMB", command, status, 0x80 if reply else 0, flags2, 0, b"", 0, tree, 99, user, multiplex
    )
    return nbss(head + bytes([len(words) // 2]) + words + struct.pack("<H", len(content)) + content)


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


NO_CHAIN = b"\xff\0\0\0"
