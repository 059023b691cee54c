"""Stubs of the endpoint mapper (C706 appendix O; MS-RPCE section 2.2.1.2).

Facts: interface (UUID asked for), interface_name, version; endpoints ("UUID@ncacn_ip_tcp:10.0.0.1[49664]", at most 64), ports
(TCP ports answered), count.
"""

from app.sensor.decoders.ndr import Ndr, NdrError
from app.sensor.decoders.rpc.facts import MOST_LISTED, Facts, Table, put
from app.sensor.decoders.rpc.handles import Handles
from app.sensor.decoders.rpc.operations import NAMES

INTERFACE = "e1af8308-5d1f-11c9-91a4-08002b14a0fa"

_UUID, _IP, _TCP, _UDP, _PIPE, _HTTP = 0x0D, 0x09, 0x07, 0x08, 0x0F, 0x1F
"""Protocol identifiers of tower floors (C706 appendix I; MS-RPCE section 2.2.1.2.1)."""
_MOST_FLOORS = 8
_MOST_ENTRIES = 512


def _tower(data: bytes) -> tuple[str, str, str, int]:
    """(interface UUID, version, endpoint as text, TCP port or 0) of a tower (C706 appendix L)."""
    r = Ndr(data)
    floors = r.u16()
    uuid = version = pipe = ip = ""
    tcp = http = 0
    for number in range(min(floors, _MOST_FLOORS)):
        left = r.take(int.from_bytes(r.take(2), "little"))
        right = r.take(int.from_bytes(r.take(2), "little"))
        kind = left[:1]
        if number == 0 and kind == bytes([_UUID]) and len(left) >= 19:
            uuid = Ndr(left[1:17]).guid()
            version = f"{int.from_bytes(left[17:19], 'little')}.{int.from_bytes(right[:2], 'little')}"
        elif kind == bytes([_TCP]) and len(right) == 2:
            tcp = int.from_bytes(right, "big")
        elif kind == bytes([_HTTP]) and len(right) == 2:
            http = int.from_bytes(right, "big")
        elif kind == bytes([_PIPE]):
            pipe = right.rstrip(b"\0").decode("latin-1")
        elif kind == bytes([_IP]) and len(right) == 4:
            ip = ".".join(str(part) for part in right)
    if tcp:
        return uuid, version, f"ncacn_ip_tcp:{ip}[{tcp}]", tcp
    if http:
        return uuid, version, f"ncacn_http:{ip}[{http}]", 0
    return uuid, version, f"ncacn_np:[{pipe}]" if pipe else "", 0


def _twr(r: Ndr) -> tuple[str, str, str, int]:
    size = r.count()
    r.u32()
    return _tower(r.take(size))


def _map(r: Ndr, facts: Facts, handles: Handles) -> None:
    if r.pointer():
        r.guid()
    if r.pointer():
        uuid, version, _, _ = _twr(r)
        put(facts, "interface", uuid)
        put(facts, "interface_name", NAMES.get(uuid))
        put(facts, "version", version)


def _tell(facts: Facts, towers: list[tuple[str, str, str, int]]) -> None:
    endpoints: list[str] = []
    ports: list[str] = []
    for uuid, _, place, port in towers:
        text = f"{uuid}@{place}"
        if uuid and place and text not in endpoints and len(endpoints) < MOST_LISTED:
            endpoints.append(text)
        if port and str(port) not in ports and len(ports) < MOST_LISTED:
            ports.append(str(port))
    if endpoints:
        facts["endpoints"] = endpoints
    if ports:
        facts["ports"] = ports


def _mapped(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    facts["count"] = r.u32()
    r.count()
    r.count()
    amount = r.count()
    if amount > _MOST_ENTRIES:
        raise NdrError("count")
    there = [r.pointer() for _ in range(amount)]
    _tell(facts, [_twr(r) for one in there if one])


def _lookup(r: Ndr, facts: Facts, handles: Handles) -> None:
    facts["inquiry"] = r.u32()
    if r.pointer():
        r.guid()
    if r.pointer():
        uuid = r.guid()
        put(facts, "interface", uuid)
        put(facts, "interface_name", NAMES.get(uuid))


def _looked_up(r: Ndr, facts: Facts, handles: Handles) -> None:
    """Entries (C706 appendix O, ept_entry_t): object, tower, annotation of at most 64 characters."""
    r.handle()
    facts["count"] = r.u32()
    r.count()
    r.count()
    amount = r.count()
    if amount > _MOST_ENTRIES:
        raise NdrError("count")
    there: list[bool] = []
    for _ in range(amount):
        r.align_pointer()
        r.guid()
        there.append(r.pointer())
        r.count()
        r.skip(r.count())
    _tell(facts, [_twr(r) for one in there if one])


REQUESTS: Table = {2: _lookup, 3: _map}
REPLIES: Table = {2: _looked_up, 3: _mapped}
