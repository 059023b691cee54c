"""Stubs by which a server is made to call out: EFSRPC, FSRVP, DFSNM (sections 3.1.4).

Facts: path (file or share named in the call, mostly a UNC path), second_path, server, share, level.
"""

from app.sensor.decoders.ndr import Ndr
from app.sensor.decoders.rpc.facts import Facts, Table, put
from app.sensor.decoders.rpc.handles import Handles


def _path(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.text())


def _two_paths(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.text())
    put(facts, "second_path", r.text())


def _path_after_flags(r: Ndr, facts: Facts, handles: Handles) -> None:
    """EfsRpcAddUsersToFileEx (15), EfsRpcFileKeyInfoEx (16): flags and a reserved blob stand before the name."""
    r.u32()
    if r.pointer():
        r.u32()
        if r.pointer():
            r.conformant()
    put(facts, "path", r.text())


def _root(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.text())
    put(facts, "share", r.text())


def _server(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.text())


def _domain_root(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.text())
    r.text()
    put(facts, "share", r.text())
    put(facts, "path", r.text())


def _entry(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.text())
    put(facts, "server", r.maybe_text())
    put(facts, "share", r.maybe_text())


def _new_entry(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.text())
    put(facts, "server", r.text())
    put(facts, "share", r.maybe_text())


def _level(r: Ndr, facts: Facts, handles: Handles) -> None:
    facts["level"] = r.u32()


def _path_level(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.text())
    facts["level"] = r.u32()


EFS_REQUESTS: Table = {
    **dict.fromkeys((0, 4, 5, 6, 7, 8, 9, 12, 18, 19, 21, 22), _path),
    13: _two_paths,
    15: _path_after_flags,
    16: _path_after_flags,
}
"""Opnums of the interface definition (MS-EFSR section 6); 10, 14 and 17 are not used on the wire."""
FSRVP_REQUESTS: Table = {8: _path, 9: _path}
DFS_REQUESTS: Table = {
    1: _new_entry,
    2: _entry,
    3: _entry,
    4: _entry,
    5: _level,
    10: _domain_root,
    11: _domain_root,
    12: _root,
    13: _root,
    14: _server,
    15: _root,
    21: _path_level,
}
