#!/usr/bin/env python3
"""Write controller.evtx: a security log of a few records, made up for this project, so that its reading can be checked anywhere.

Layout: MS-EVEN6 section 2.2.12 (BinXml) and the published descriptions of the EVTX format. Each
record brings its own template, in which its values stand.
"""

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

SPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
CHUNK, HEADER, PAGE = 65536, 512, 4096
PROVIDER = (("Name", "Microsoft-Windows-Security-Auditing"), ("Guid", "{54849625-5478-4994-A5BA-3E3B0328C30D}"))
SID = "S-1-5-21-2950114820-1273316187-3716841012"
OPEN, OPEN_WITH, CLOSE_START, CLOSE_EMPTY, END, VALUE, ATTRIBUTE = 0x01, 0x41, 2, 3, 4, 5, 6
FRAGMENT = b"\x0f\x01\x01\x00"
TEMPLATE = struct.Struct("<4sBBIIIIII4xI")
"""Fragment, token of an instance, 1, number and place of the template; there: next, identifier (number first), its size."""
EPOCH = 116444736000000000
"""1970 in the 100-nanosecond ticks since 1601 of a FILETIME."""


def element(tag: str, content: "str | list[tuple]" = "", attributes: tuple[tuple[str, str], ...] = ()) -> tuple:
    """One element as (name, text or elements, attributes)."""
    return tag, content, attributes


class Body:
    """BinXml at its place in a chunk: names are written where they are first used, and pointed at afterwards."""

    def __init__(self, at: int, names: dict[str, int]) -> None:
        self.at, self.names, self.out = at, names, bytearray(FRAGMENT)

    def name(self, text: str) -> None:
        """Offset of a name, and the name itself when it is new: next of its hash chain, hash, characters, a zero."""
        here = self.at + len(self.out) + 4
        known = self.names.get(text)
        self.out += struct.pack("<I", here if known is None else known)
        if known is None:
            self.names[text] = here
            self.out += struct.pack("<IHH", 0, hashed(text), len(text)) + text.encode("utf-16-le") + b"\0\0"

    def text(self, value: str) -> None:
        """A value of type 1: characters of UTF-16 behind their number."""
        self.out += struct.pack("<BBH", VALUE, 1, len(value)) + value.encode("utf-16-le")

    def element(self, one: tuple) -> None:
        """An element with its attributes and what is inside; sizes are filled in behind it."""
        tag, content, attributes = one
        self.out += struct.pack("<BH", OPEN_WITH if attributes else OPEN, 0xFFFF)
        size = self.room()
        self.name(tag)
        if attributes:
            listed = self.room()
            for number, (key, value) in enumerate(attributes):
                self.out.append(ATTRIBUTE | (0x40 if number + 1 < len(attributes) else 0))
                self.name(key)
                self.text(value)
            self.fill(listed)
        if content:
            self.out.append(CLOSE_START)
            if isinstance(content, str):
                self.text(content)
            else:
                for inner in content:
                    self.element(inner)
            self.out.append(END)
        else:
            self.out.append(CLOSE_EMPTY)
        self.fill(size)

    def room(self) -> int:
        """Where a size will stand."""
        self.out += bytes(4)
        return len(self.out)

    def fill(self, place: int) -> None:
        """Write the size of all that came since."""
        struct.pack_into("<I", self.out, place - 4, len(self.out) - place)


def hashed(text: str) -> int:
    """Hash of a name as chunks keep it."""
    value = 0
    for character in text:
        value = (value * 65599 + ord(character)) & 0xFFFFFFFF
    return value & 0xFFFF


def event(number: int, id_: int, when: datetime, data: dict[str, str], cleared: bool = False) -> tuple:
    """One record of the security log of dc1.corp.test; cleared: the record that a log begins with after it was emptied."""
    provider = (("Name", "Microsoft-Windows-Eventlog"),) if cleared else PROVIDER
    system = [
        element("Provider", "", provider), element("EventID", str(id_)), element("Version", "0"), element("Level", "0"),
        element("Task", "0"), element("Opcode", "0"), element("Keywords", "0x8020000000000000"),
        element("TimeCreated", "", (("SystemTime", when.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"),)),
        element("EventRecordID", str(number)), element("Correlation"),
        element("Execution", "", (("ProcessID", "632"), ("ThreadID", "2816"))), element("Channel", "Security"),
        element("Computer", "dc1.corp.test"), element("Security"),
    ]  # fmt: skip
    if cleared:
        inside = [element(key, value) for key, value in data.items()]
        rest = element(
            "UserData",
            [element("LogFileCleared", inside, (("xmlns", "http://manifests.microsoft.com/win/2004/08/windows/eventlog"),))],
        )
    else:
        rest = element("EventData", [element("Data", value, (("Name", key),)) for key, value in data.items()])
    return element("Event", [element("System", system), rest], (("xmlns", SPACE),))


def log(events: list[tuple[datetime, tuple]]) -> bytes:
    """The file: one chunk that holds all."""
    body, names, last = bytearray(), {}, 0
    for number, (when, one) in enumerate(events, 1):
        last = HEADER + len(body)
        inside = Body(last + 24 + TEMPLATE.size, names)
        inside.element(one)
        definition = last + 24 + 14
        head = TEMPLATE.pack(FRAGMENT, 0x0C, 1, number, definition, 0, number, 0, 0, len(inside.out) + 1)
        content = head + bytes(inside.out) + b"\0" + struct.pack("<I", 0) + b"\0"
        content += bytes(-len(content) % 8)
        size = 24 + len(content) + 4
        ticks = int(when.timestamp() * 1_000_000) * 10 + EPOCH
        body += struct.pack("<4sIQQ", b"**\0\0", size, number, ticks) + content + struct.pack("<I", size)
    count, free = len(events), HEADER + len(body)
    tables = bytes(HEADER - 128)
    head = (
        struct.pack("<8sQQQQIIII", b"ElfChnk\0", 1, count, 1, count, 128, last, free, zlib.crc32(body))
        + bytes(64)
        + struct.pack("<I", 1)
    )
    head += struct.pack("<I", zlib.crc32(head[:120] + tables))
    chunk = (head + tables + body).ljust(CHUNK, b"\0")
    first = struct.pack("<8sQQQIHHHH", b"ElfFile\0", 0, 0, count + 1, 128, 1, 3, PAGE, 1) + bytes(76) + struct.pack("<I", 0)
    first += struct.pack("<I", zlib.crc32(first[:120]))
    return first.ljust(PAGE, b"\0") + chunk


def records() -> list[tuple[datetime, tuple]]:
    """A guest of the domain is refused twice, an administrator signs in, and the log is emptied."""

    def at(minute: int) -> datetime:
        return datetime(2026, 3, 4, 9, minute, 12, 345678, UTC)

    def refused(user: str) -> dict[str, str]:
        return {
            "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
            "TargetUserSid": "S-1-0-0", "TargetUserName": user, "TargetDomainName": "CORP", "Status": "0xc000006d",
            "FailureReason": "%%2313", "SubStatus": "0xc000006a", "LogonType": "3", "LogonProcessName": "NtLmSsp ",
            "AuthenticationPackageName": "NTLM", "WorkstationName": "WS2", "TransmittedServices": "-", "LmPackageName": "-",
            "KeyLength": "0", "ProcessId": "0x0", "ProcessName": "-", "IpAddress": "10.77.0.22", "IpPort": "50112",
        }  # fmt: skip

    signed_in = {
        "SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-", "SubjectLogonId": "0x0",
        "TargetUserSid": f"{SID}-500", "TargetUserName": "Administrator", "TargetDomainName": "CORP", "TargetLogonId": "0x5a1c0f",
        "LogonType": "3", "LogonProcessName": "Kerberos", "AuthenticationPackageName": "Kerberos", "WorkstationName": "-",
        "LogonGuid": "{6E1B3A5C-1E2F-4D8A-9B7C-0A1B2C3D4E5F}", "TransmittedServices": "-", "LmPackageName": "-", "KeyLength": "0",
        "ProcessId": "0x0", "ProcessName": "-", "IpAddress": "10.77.0.21", "IpPort": "49811",
    }  # fmt: skip
    emptied = {
        "SubjectUserSid": f"{SID}-500", "SubjectUserName": "Administrator", "SubjectDomainName": "CORP",
        "SubjectLogonId": "0x5a1c0f",
    }  # fmt: skip
    made = [(at(1), 4625, refused("alice"), False), (at(2), 4625, refused("alice"), False), (at(5), 4624, signed_in, False),
            (at(9), 1102, emptied, True)]  # fmt: skip
    return [(when, event(number, id_, when, data, cleared)) for number, (when, id_, data, cleared) in enumerate(made, 1)]


if __name__ == "__main__":
    path = Path(__file__).with_name("controller.evtx")
    path.write_bytes(log(records()))
    print(path)
