"""Stubs of distributed COM: activation, WMI, late-bound calls (MS-DCOM 3.1.2, MS-WMI 3.1.4).

Facts: clsid, class (one known for remote execution), namespace, object, method, query, language, names (of
IDispatch members), dispid, texts (strings found in the parameters, at most 16), command (of Win32_Process.Create).
"""

from app.sensor.decoders.ndr import TEXT_KEPT, Ndr, NdrError, utf16
from app.sensor.decoders.rpc.facts import Facts, Table, pointed_texts, put, texts_within
from app.sensor.decoders.rpc.handles import Handles

ACTIVATOR = "000001a0-0000-0000-c000-000000000046"
ACTIVATION = "4d9f4ab8-7d1c-11cf-861e-0020af6e7c57"
LOGIN = "f309ad18-d86a-11d0-a075-00c04fb68820"
SERVICES = "9556dc99-828c-11cf-a37e-00aa003240c7"
DISPATCH = "00020400-0000-0000-c000-000000000046"

CLASSES = {
    "8bc3f05e-d86b-11d0-a075-00c04fb68820": "WMI",
    "4590f811-1d3a-11d0-891f-00aa004b2e24": "WbemLocator",
    "49b2791a-b1ae-4c90-9b8e-e860ba07f889": "MMC20.Application",
    "9ba05972-f6a8-11cf-a442-00a0c90a8f39": "ShellWindows",
    "c08afd90-f2a1-11d1-8455-00a0c91f3880": "ShellBrowserWindow",
    "00024500-0000-0000-c000-000000000046": "Excel.Application",
    "0006f03a-0000-0000-c000-000000000046": "Outlook.Application",
    "00021a20-0000-0000-c000-000000000046": "Visio.Application",
    "000209ff-0000-0000-c000-000000000046": "Word.Application",
    "91493441-5a91-11cf-8700-00aa0060263b": "PowerPoint.Application",
    "0f87369f-a4e5-4cfc-bd3e-73e6154572dd": "Schedule.Service",
    "f6935db1-782e-4ef0-8b25-5cbd4a0bd3a9": "HTAFile",
    "3050f4d8-98b5-11cf-bb82-00aa00bdce0b": "HTAFile",
    "000c101c-0000-0000-c000-000000000046": "Windows Installer",
    "d99e6e74-fc88-11d0-b498-00a0c90312f3": "Certificate Services",
}
"""Classes through which commands are run on other computers, or that are met on controllers every day."""

_INSTANTIATION = bytes.fromhex("ab01000000000000c000000000000046")
"""CLSID_InstantiationInfo (section 1.9)."""
_OBJREF = b"MEOW"
_CUSTOM = 4
"""OBJREF signature and OBJREF_CUSTOM (section 2.2.18)."""
_MOST_PROPERTIES = 64
_MOST_READ_TEXTS = 1024
_PARAMETERS = "__PARAMETERS"
"""Name of the class of parameters; the values follow its second mention (MS-WMIO section 2.2.12)."""
_NO_COMMAND = frozenset({"create", "commandline", "currentdirectory", "processstartupinformation"})
CONSUMERS = frozenset({"CommandLineEventConsumer", "ActiveScriptEventConsumer", "__FilterToConsumerBinding", "__EventFilter"})
"""Classes of WMI that make a permanent subscription (MS-WMI section 3.1.4.3.14 stores them like any other instance)."""
_SCHEMA = ("abstract", "string", "uint32", "object", "MappingStrings", "Win32API|", "WMI|", "CIMTYPE", "MEOW")
"""Beginnings of strings that describe the method's parameters and are not their values."""


def _this(r: Ndr) -> None:
    """ORPCTHIS (section 2.2.13.3): versions, flags, causality; extensions are not expected."""
    r.align_pointer()
    r.skip(8)
    r.u32()
    r.guid()
    if r.pointer():
        r.u32()
        r.u32()
        listed = r.pointer()
        if listed:
            there = [r.pointer() for _ in range(min(r.count(), 16))]
            for one in there:
                if one:
                    size = r.count()
                    r.u32()
                    r.guid()
                    r.skip(size)
                    r.align(4)


def _interface_pointer(r: Ndr) -> bytes:
    """MInterfacePointer (section 2.2.14)."""
    size = r.count()
    r.u32()
    return r.take(size)


def _class(facts: Facts, clsid: str) -> None:
    facts["clsid"] = clsid
    put(facts, "class", CLASSES.get(clsid))


def _activated(blob: bytes, facts: Facts) -> None:
    """Activation properties (section 2.2.22): the class stands in the instantiation information."""
    if blob[:4] != _OBJREF or blob[4:8] != _CUSTOM.to_bytes(4, "little"):
        raise NdrError("objref")
    start = 48 + 8
    header = Ndr(blob[start + 16 :])
    header.u32()
    size = header.u32()
    header.u32()
    header.u32()
    amount = header.u32()
    header.guid()
    header.pointer()
    header.pointer()
    header.pointer()
    if amount > _MOST_PROPERTIES or header.count() != amount:
        raise NdrError("count")
    kinds = [header.take(16) for _ in range(amount)]
    sizes = [header.u32() for _ in range(header.count() if amount else 0)]
    place = start + size
    for kind, length in zip(kinds, sizes):
        if kind == _INSTANTIATION:
            _class(facts, Ndr(blob[place + 16 : place + length]).guid())
        place += length


def _create(r: Ndr, facts: Facts, handles: Handles) -> None:
    _this(r)
    if r.pointer():
        _interface_pointer(r)
    if r.pointer():
        _activated(_interface_pointer(r), facts)


def _get_class(r: Ndr, facts: Facts, handles: Handles) -> None:
    _this(r)
    if r.pointer():
        _activated(_interface_pointer(r), facts)


def _activate(r: Ndr, facts: Facts, handles: Handles) -> None:
    """RemoteActivation (section 3.1.2.5.2.3.1)."""
    _this(r)
    _class(facts, r.guid())
    put(facts, "object", r.maybe_text())


def _word_blob(r: Ndr) -> str:
    """BSTR as it travels: FLAGGED_WORD_BLOB (MS-OAUT section 2.2.23.1)."""
    if not r.pointer():
        return ""
    size = r.count()
    r.u32()
    r.u32()
    return utf16(r.take(2 * size)[: 2 * TEXT_KEPT], r.big)


def _login(r: Ndr, facts: Facts, handles: Handles) -> None:
    _this(r)
    put(facts, "namespace", r.maybe_text())


def _namespace(r: Ndr, facts: Facts, handles: Handles) -> None:
    _this(r)
    put(facts, "namespace", _word_blob(r))


def _object(r: Ndr, facts: Facts, handles: Handles) -> None:
    _this(r)
    put(facts, "object", _word_blob(r))


def _query(r: Ndr, facts: Facts, handles: Handles) -> None:
    _this(r)
    put(facts, "language", _word_blob(r))
    put(facts, "query", _word_blob(r))


def _method(r: Ndr, facts: Facts, handles: Handles) -> None:
    """ExecMethod (MS-WMI section 3.1.4.3.22); the parameters are an encoded object, of which the strings are told."""
    _this(r)
    put(facts, "object", _word_blob(r))
    put(facts, "method", _word_blob(r))
    texts = texts_within(r.data[r.at :], most=_MOST_READ_TEXTS, narrow=True)
    while _PARAMETERS in texts:
        texts = texts[texts.index(_PARAMETERS) + 1 :]
    texts = [text for text in texts if not text.startswith(_SCHEMA)]
    if not texts:
        return
    facts["texts"] = texts[:16]
    if facts.get("method") == "Create" and str(facts.get("object", "")).lower() == "win32_process":
        put(facts, "command", next((text for text in texts if text.lower() not in _NO_COMMAND), None))


def _put(r: Ndr, facts: Facts, handles: Handles) -> None:
    """PutClass, PutInstance: an encoded object, whose class comes first and whose values come last (MS-WMIO section 2.2.1)."""
    _this(r)
    texts = texts_within(r.data[r.at :], most=_MOST_READ_TEXTS, narrow=True)
    name = next((text for text in texts if text in CONSUMERS), None)
    put(facts, "class", name)
    if texts:
        facts["texts"] = texts[-16:] if name else texts[:16]


def _names(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDispatch::GetIDsOfNames (MS-OAUT section 3.1.4.3)."""
    _this(r)
    r.guid()
    facts["names"] = pointed_texts(r)


def _invoke(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDispatch::Invoke (MS-OAUT section 3.1.4.4)."""
    _this(r)
    facts["dispid"] = r.u32()
    texts = texts_within(r.data[r.at :])
    if texts:
        facts["texts"] = texts


ACTIVATOR_REQUESTS: Table = {3: _get_class, 4: _create}
ACTIVATION_REQUESTS: Table = {0: _activate}
LOGIN_REQUESTS: Table = {6: _login}
SERVICES_REQUESTS: Table = {
    3: _namespace,
    6: _object,
    8: _put,
    10: _object,
    12: _object,
    14: _put,
    16: _object,
    18: _object,
    20: _query,
    21: _query,
    22: _query,
    23: _query,
    24: _method,
    25: _method,
}
DISPATCH_REQUESTS: Table = {5: _names, 6: _invoke}
