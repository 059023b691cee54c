"""Which kind of input begins so: told from the first bytes, never from the name."""

import re

HEAD = 8192
"""Bytes of an input that are enough to tell its kind."""
PCAP = {
    bytes.fromhex(one)
    for one in (
        "a1b2c3d4",
        "d4c3b2a1",
        "a1b23c4d",
        "4d3cb2a1",
        "a1b2cd34",
        "34cdb2a1",
        "1c0001ac",
        "ac01001c",
        "1c0001ab",
        "ab01001c",
    )
}
PCAPNG = b"\x0a\x0d\x0d\x0a"
EVTX, CHUNK = b"ElfFile\0", b"ElfChnk\0"
REFUSED = (
    (b"\x05\x02\0\0", "a Kerberos keytab; give it with --keytab"),
    (b"GMBU", "a Network Monitor capture; save it as pcap first"),
    (b"RTSS", "a Network Monitor capture; save it as pcap first"),
    (b"snoop\0\0\0", "a snoop capture; save it as pcap first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
)
"""What begins so is known and cannot be used."""
_TABLE = re.compile(
    rb'[^\n]{0,300}?(?:Event ID|EventID|"Id"|[,;\t]Id)[",;\t][^\n]{0,300}?(?:Task ?Category|ProviderName|LogName)'
)
"""First line of a table that the Event Viewer or `Get-WinEvent | Export-Csv` wrote."""
TABLE = "events as a table (CSV), without the names of their fields and the zone of their times; save the log as EVTX or XML"


def why_not(head: bytes) -> str:
    """Why an input that begins so cannot be used, where that is known; else ""."""
    if _TABLE.match(_plain(head)):
        return TABLE
    return next((words for magic, words in REFUSED if head.startswith(magic)), "")


_EVENTS = (
    {"EventId", "TimeCreated", "Channel", "Payload"}, {"EventID", "EventTime", "Channel", "EventData"}, {"System", "EventData"},
    {"EventID", "TimeGenerated", "Computer"}, {"EventID", "TimeGenerated [UTC]", "Computer"}, {"_raw", "_time"},
    {"EventID", "Timestamp", "Channel", "AllFieldInfo"},
)  # fmt: skip
"""Columns of tables in which the fields of events have names: EvtxECmd, Velociraptor (twice), Azure (twice), Splunk, Hayabusa."""


def columns_of(head: bytes) -> tuple[frozenset[str], str]:
    """(names of the columns, what stands between them) of a table whose events can be read; empty for all else."""
    line = _plain(head).partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")
    for between in (",", ";", "\t"):
        names = frozenset(one.strip().strip('"') for one in line.split(between))
        if any(one <= names for one in _EVENTS):
            return names, between
    return frozenset(), ""


def kind_of(head: bytes) -> str:
    """pcap, pcapng, evtx, etl, json, xml, table, bloodhound, directory, syslog, radius; "" when the first HEAD bytes fit none."""
    if head[:4] in PCAP:
        return "pcap"
    if head[:4] == PCAPNG:
        return "pcapng"
    if head.startswith((EVTX, CHUNK)) or head[4096:4104] == CHUNK:  # the file header may be destroyed
        return "evtx"
    if _is_trace(head):
        return "etl"
    return _text_kind(head)


def _is_trace(head: bytes) -> bool:
    """An event trace begins with a buffer of type 4 whose first event is a system header (WMI_BUFFER_HEADER of ntwmi.h)."""
    size = int.from_bytes(head[:4], "little")
    return 1024 <= size <= 1 << 24 and size % 1024 == 0 and head[0x36:0x38] == b"\x04\0" and head[0x4B:0x4C] == b"\xc0"


_LDIF = re.compile(rb"\A(?:#[^\n]*\n|[ \t\r]*\n)*(?:version: *1\s*\n|dn:: ?[A-Za-z0-9+/]|dn: ?[^\n=]*=|dn: *\r?\n\w)", re.I)
_NUMBERED = re.compile(rb"\ARecord \d{1,20}\s*\n(?=[<{])")
"""What evtx_dump writes above each event."""
_JSON = re.compile(rb"\A(?:\{\s*[\"}]|\[\s*[{\[\"\]])")
_EVENT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,30}:)?Events?[\s>]")
_PRIORITY = re.compile(rb"<\d{1,3}>")
"""No name of XML begins with a digit: what begins so is syslog (RFC 5424 section 6.2.1), whatever its messages hold."""
_DETAIL = re.compile(rb"\A(?:[A-Z][a-z]{2} ){2} ?\d{1,2} [\d:]{8} \d{4}\r?\n\t[\w:-]+ [:+]?= ")
_LINE = re.compile(
    rb"\A(?:<\d{1,3}>|CEF:\s?\d{1,3}\||LEEF:\s?\d|MSWinEventLog\t|AgentDevice=|RsaSA\r?\n"
    rb"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\d{4}-\d\d-\d\dT[\d:.]+\S* \S+ "
    rb"|\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(?:\.\d{1,7})? [AP]M\r?\n(?:LogName|EventCode|SourceName)=)"
)
"""A syslog message with its header, or what forwarders write behind one (app.sensor.events.syslog) in a file of its own."""


def _plain(head: bytes) -> bytes:
    """The text in UTF-8, without what stands before it."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def _text_kind(head: bytes) -> str:
    text = _NUMBERED.sub(b"", _plain(head))
    if _JSON.match(text):
        if (
            b'"ObjectIdentifier"' in text
            or (b'"meta"' in text[:200] and b'"methods"' in text[:400])
            or b'"domainsid"' in text
            or b'"PrincipalSID"' in text
            or re.search(rb'"data"\s*:\s*\[\s*\]\s*,\s*"meta"', text)
        ):
            return "bloodhound"
        return "json"
    if text.startswith(b"<") and not _PRIORITY.match(text) and _EVENT.search(text):
        return "xml"
    if _LINE.match(text):
        return "syslog"
    if _DETAIL.match(text):
        return "radius"
    if _LDIF.search(text):
        return "directory"
    return "table" if columns_of(head)[0] else ""
