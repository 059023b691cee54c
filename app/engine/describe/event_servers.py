"""Windows events in one line of words: DNS servers, the directory's database, remote desktop, RADIUS servers, printers."""

from app.engine.describe.event_lines import from_where, here, said
from app.model.activity import Activity
from app.model.events import WindowsEvent

TYPES = {
    1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 39: "DNAME", 65281: "WINS",
}  # fmt: skip
"""Record types (IANA, DNS parameters; MS-DNSP section 2.2.2.1.1)."""


def dns(a: Activity, d: WindowsEvent) -> str:
    """150, 515, 516, 519, 520, 541, 770."""
    match d.event_id:
        case 541:
            scope, value = said(d, "Setting") or "a setting", said(d, "NewValue")
            return f"Set {scope} of the DNS server {here(a, d)}{f' to {value}' if value else ''}"
        case 150:
            return f"The DNS server {here(a, d)} could not load the plug-in {said(d, 'PluginDll') or 'without a name'}"
        case 770:
            return f"The DNS server {here(a, d)} loaded the plug-in {said(d, 'PluginDll') or 'without a name'}"
    number = d.number("Type")
    kind = TYPES.get(number, f"type {number}") if number is not None else ""
    verb = "Made" if d.event_id in (515, 519) else "Deleted"
    how = f" by dynamic update{from_where(a, d)}" if d.event_id in (519, 520) else ""
    return f"{verb} DNS record {said(d, 'NAME') or 'without a name'} {kind}".rstrip() + how


def database(a: Activity, d: WindowsEvent) -> str:
    """216, 325, 326, 327."""
    verb = {216: "found in a new place", 325: "made", 326: "opened"}.get(d.event_id, "closed")
    program = said(d, "Process")
    return f"Database {said(d, 'NewDatabase', 'Database') or 'without a name'} {verb}{f' by {program}' if program else ''}"


def desktop(a: Activity, d: WindowsEvent) -> str:
    """21, 25, 131, 140, 1149."""
    who = said(d, "Param1", "User") or "somebody"
    match d.event_id:
        case 131:
            return f"Remote desktop connection to {here(a, d)}{from_where(a, d)}"
        case 140:
            return f"Remote desktop sign-in to {here(a, d)} refused for its name or password{from_where(a, d)}"
        case 1149:
            return f"Remote desktop of {here(a, d)} let {who} in{from_where(a, d)}"
        case 25:
            return f"{who} took a desktop session of {here(a, d)} up again{from_where(a, d)}"
    return f"{who} began a desktop session on {here(a, d)}{from_where(a, d)}"


def reconnected(a: Activity, d: WindowsEvent) -> str:
    """4778."""
    return f"{said(d, 'AccountName') or 'Somebody'} took a desktop session of {here(a, d)} up again{from_where(a, d)}"


def admission(a: Activity, d: WindowsEvent) -> str:
    """6272, 6273, 6277, 6278, 6279."""
    who = said(d, "SubjectUserName", "FullyQualifiedSubjectUserName") or "somebody"
    station = said(d, "CallingStationID")
    way = f"{from_where(a, d)}{f' (calling station {station})' if station else ''}"
    if d.event_id == 6279:
        return f"The network policy server {here(a, d)} locked {who} out"
    verb = f"refused {who}" if d.event_id == 6273 else f"let {who} in"
    return f"The network policy server {here(a, d)} {verb}{way}"


def printer(a: Activity, d: WindowsEvent) -> str:
    """316, 808."""
    if d.event_id == 808:
        return f"The print spooler of {here(a, d)} could not load {said(d, 'PluginDllName') or 'a library'}"
    files = said(d, "Param4")
    return f"Printer driver {said(d, 'Param1') or 'without a name'} added to {here(a, d)}{f': {files}' if files else ''}"
