"""Stubs of SVCCTL, the service control manager (MS-SCMR section 3.1.4).

Facts: server, database, access, service (name; from its handle where the call names none), display, path (binary path), type,
start (2 automatic, 3 on demand, 4 disabled), account, arguments (list), control, level, failure_command.
"""

from app.model.identifiers import SVCCTL
from app.sensor.decoders.ndr import Ndr
from app.sensor.decoders.rpc.facts import Facts, Reader, Table, by_handle, opened, pointed_texts, put
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = SVCCTL
_UNCHANGED = 0xFFFFFFFF
"""SERVICE_NO_CHANGE (section 3.1.4.11)."""


def _text(r: Ndr, wide: bool) -> str:
    return r.text() if wide else r.ascii()


def _maybe(r: Ndr, wide: bool) -> str | None:
    return _text(r, wide) if r.pointer() else None


def _open_manager(wide: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "server", _maybe(r, wide))
        put(facts, "database", _maybe(r, wide))
        facts["access"] = r.u32()

    return read


def _create(wide: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        r.handle()
        facts["service"] = _text(r, wide)
        put(facts, "display", _maybe(r, wide))
        facts["access"] = r.u32()
        facts["type"] = r.u32()
        facts["start"] = r.u32()
        r.u32()
        put(facts, "path", _text(r, wide))
        _rest_of_configuration(r, facts, wide)

    return read


def _rest_of_configuration(r: Ndr, facts: Facts, wide: bool) -> None:
    """Load order group, tag, dependencies, then the account."""
    _maybe(r, wide)
    if r.pointer():
        r.u32()
    if r.pointer():
        r.conformant()
    r.u32()
    put(facts, "account", _maybe(r, wide))


def _open(wide: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        r.handle()
        facts["service"] = _text(r, wide)
        facts["access"] = r.u32()

    return read


def _start(wide: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "service", handles.get(r.handle()))
        r.u32()
        if r.pointer():
            facts["arguments"] = pointed_texts(r, wide)

    return read


def _change(wide: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "service", handles.get(r.handle()))
        for key in ("type", "start", ""):
            value = r.u32()
            if key and value != _UNCHANGED:
                facts[key] = value
        put(facts, "path", _maybe(r, wide))
        _rest_of_configuration(r, facts, wide)
        if r.pointer():
            r.conformant()
        r.u32()
        put(facts, "display", _maybe(r, wide))

    return read


def _change_more(wide: bool) -> Reader:
    """RChangeServiceConfig2: level 2 is SERVICE_FAILURE_ACTIONS (section 2.2.40)."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "service", handles.get(r.handle()))
        level = r.u32()
        facts["level"] = level
        r.align_union()
        r.u32()
        if level != 2 or not r.pointer():
            return
        r.u32()
        message, command = r.pointer(), r.pointer()
        r.u32()
        r.pointer()
        if message:
            _text(r, wide)
        put(facts, "failure_command", _text(r, wide) if command else None)

    return read


def _control(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "service", handles.get(r.handle()))
    facts["control"] = r.u32()


_OF_SERVICE = by_handle("service")
REQUESTS: Table = {
    0: _OF_SERVICE,
    1: _control,
    2: _OF_SERVICE,
    4: _OF_SERVICE,
    5: _OF_SERVICE,
    6: _OF_SERVICE,
    11: _change(True),
    12: _create(True),
    15: _open_manager(True),
    16: _open(True),
    17: _OF_SERVICE,
    19: _start(True),
    23: _change(False),
    24: _create(False),
    27: _open_manager(False),
    28: _open(False),
    29: _OF_SERVICE,
    31: _start(False),
    36: _change_more(False),
    37: _change_more(True),
    39: _OF_SERVICE,
    40: _OF_SERVICE,
    44: _create(False),
    45: _create(True),
    51: _control,
    60: _create(True),
}
_OPENED = opened("service")
REPLIES: Table = {12: _OPENED, 16: _OPENED, 24: _OPENED, 28: _OPENED, 44: _OPENED, 45: _OPENED, 60: _OPENED}
