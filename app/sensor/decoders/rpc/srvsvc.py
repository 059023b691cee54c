"""Stubs of SRVSVC, shares with the sessions and files open on them (MS-SRVS section 3.1.4).

Facts: server, level, client, user, path, share (asked for); sessions ("CLIENT USER" or "CLIENT"), shares, files ("PATH USER"),
connections (lists, at most 64), count (entries answered).
"""

from app.sensor.decoders.ndr import Ndr, NdrError
from app.sensor.decoders.rpc.facts import MOST_LISTED, MOST_READ, Facts, Reader, Table, put
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = "4b324fc8-1670-01d3-1278-5a47bf6ee188"


def _enumerate(*keys: str) -> Reader:
    """Server name, then texts that may be missing, then the level of the container asked for."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "server", r.maybe_text())
        for key in keys:
            put(facts, key, r.maybe_text())
        r.align_union()
        facts["level"] = r.u32()

    return read


def listed(key: str, shapes: dict[int, str]) -> Reader:
    """Reader of an answer that is a container: level, pointer, count, array (section 2.2.4 of the *_CONTAINER structures).

    shapes: level to the members of one entry: "t" a text that is told, "s" a text that is not, "n" a number.
    """

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        level = r.u32()
        r.align_union()
        r.u32()
        if not r.pointer():
            return
        facts["count"] = r.u32()
        if not r.pointer():
            return
        shape = shapes.get(level)
        if shape is None:
            return
        amount = r.count()
        if amount > MOST_READ:
            raise NdrError("count")
        entries: list[list[bool]] = []
        for _ in range(amount):
            r.align_pointer()
            there: list[bool] = []
            for member in shape:
                if member == "n":
                    r.u32()
                else:
                    there.append(r.pointer())
            entries.append(there)
        kinds = shape.replace("n", "")
        told: list[str] = []
        for there in entries[:MOST_LISTED]:
            texts: list[str] = []
            for kind, one in zip(kinds, there):
                text = r.text() if one else ""
                if kind == "t" and text:
                    texts.append(text)
            told.append(" ".join(texts))
        facts[key] = told

    return read


def _server_level(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    facts["level"] = r.u32()


def _share_level(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "share", r.text())
    if r.left() >= 4:
        facts["level"] = r.u32()


def _share_add(r: Ndr, facts: Facts, handles: Handles) -> None:
    """SHARE_INFO_2 and 502 begin alike (sections 2.2.4.24, 2.2.4.26): name, type, remark, permissions, uses, path."""
    put(facts, "server", r.maybe_text())
    level = r.u32()
    facts["level"] = level
    r.align_union()
    r.u32()
    if level not in (2, 502) or not r.pointer():
        return
    name = r.pointer()
    r.u32()
    remark = r.pointer()
    for _ in range(3):
        r.u32()
    path, password = r.pointer(), r.pointer()
    if level == 502:
        r.u32()
        r.pointer()
    put(facts, "share", r.text() if name else None)
    if remark:
        r.text()
    put(facts, "path", r.text() if path else None)
    if password:
        r.text()


def _session_del(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "client", r.maybe_text())
    put(facts, "user", r.maybe_text())


def _server(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())


REQUESTS: Table = {
    8: _enumerate("path"),
    9: _enumerate("path", "user"),
    12: _enumerate("client", "user"),
    13: _session_del,
    14: _share_add,
    15: _enumerate(),
    16: _share_level,
    18: _share_level,
    21: _server_level,
    28: _server,
    36: _enumerate(),
}
_SHARES = listed("shares", {0: "t", 1: "tns", 2: "tnsnnnss", 501: "tnsn", 502: "tnsnnnssns"})
REPLIES: Table = {
    8: listed("connections", {0: "n", 1: "nnnnntt"}),
    9: listed("files", {2: "n", 3: "nnntt"}),
    12: listed("sessions", {0: "t", 1: "ttnnnn", 2: "ttnnnns", 10: "ttnn", 502: "ttnnnnss"}),
    15: _SHARES,
    36: _SHARES,
}
