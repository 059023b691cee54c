"""Stubs of WINREG, the remote registry (MS-RRP section 3.1.5).

Facts: key (whole path from the root, "HKLM\\..."; without root when its opening was not seen), access, value (name), type, data
(text, number or hex, at most 4096 characters), file (saved to, or loaded from).
"""

from app.model.identifiers import WINREG
from app.sensor.decoders.ndr import TEXT_KEPT, Ndr, utf16
from app.sensor.decoders.rpc.facts import Facts, Reader, Table, by_handle, opened, put
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = WINREG
_ROOTS = {0: "HKCR", 1: "HKCU", 2: "HKLM", 3: "HKPD", 4: "HKU", 27: "HKCC", 32: "HKPT", 33: "HKPN"}
"""Opnum to the root that it opens (section 3.1.5)."""
_TEXTS, _NUMBER, _MANY = (1, 2, 6, 7), 4, 7
"""REG_SZ, REG_EXPAND_SZ, REG_LINK, REG_MULTI_SZ; REG_DWORD (section 2.2.9)."""


def _root(name: str) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        facts["key"] = name
        if r.pointer():
            r.u16()
        facts["access"] = r.u32()

    return read


def _below(r: Ndr, facts: Facts, handles: Handles) -> None:
    parent = handles.get(r.handle())
    name = r.unicode()
    put(facts, "key", "\\".join(part for part in (parent, name) if part))


def _open(r: Ndr, facts: Facts, handles: Handles) -> None:
    _below(r, facts, handles)
    r.u32()
    facts["access"] = r.u32()


def _value(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "key", handles.get(r.handle()))
    put(facts, "value", r.unicode())


def _set(r: Ndr, facts: Facts, handles: Handles) -> None:
    _value(r, facts, handles)
    kind = r.u32()
    facts["type"] = kind
    data = r.conformant()
    if kind == _MANY:
        text = data[: 2 * TEXT_KEPT].decode("utf-16-le", "replace").rstrip("\0").replace("\0", " ")
        facts["data"] = text
    elif kind in _TEXTS:
        facts["data"] = utf16(data)
    elif kind == _NUMBER and len(data) == 4:
        facts["data"] = int.from_bytes(data, "little")
    else:
        facts["data"] = data[:64].hex()


def _file(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "key", handles.get(r.handle()))
    put(facts, "file", r.unicode())


def _load(r: Ndr, facts: Facts, handles: Handles) -> None:
    _below(r, facts, handles)
    put(facts, "file", r.unicode())


def _created(r: Ndr, facts: Facts, handles: Handles) -> None:
    """The handle comes first here; disposition and status follow it."""
    handle, key = r.handle(), facts.get("key")
    if isinstance(key, str):
        handles.put(handle, key)


_OF_KEY = by_handle("key")
_OPENED = opened("key")
REQUESTS: Table = {
    **{opnum: _root(name) for opnum, name in _ROOTS.items()},
    **dict.fromkeys((5, 9, 10, 11, 12, 16, 21, 26), _OF_KEY),
    6: _below,
    7: _below,
    8: _value,
    13: _load,
    15: _open,
    17: _value,
    19: _file,
    20: _file,
    22: _set,
    23: _below,
    31: _file,
    35: _below,
}
REPLIES: Table = {**dict.fromkeys(_ROOTS, _OPENED), 6: _created, 15: _OPENED}
