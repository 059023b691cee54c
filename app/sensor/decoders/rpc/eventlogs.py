"""Stubs of the two event log interfaces (MS-EVEN section 3.1.4, MS-EVEN6 section 3.1.4).

Facts: server, log (name of the log or channel; from its handle where the call names none), backup (file), query.
"""

from app.sensor.decoders.ndr import Ndr
from app.sensor.decoders.rpc.facts import Facts, Table, by_handle, opened, put
from app.sensor.decoders.rpc.handles import Handles

EVEN6 = "f6beaff7-1e19-4fbb-9f8f-b89e2018337c"


def _open(r: Ndr, facts: Facts, handles: Handles) -> None:
    if r.pointer():
        r.u16()
    put(facts, "log", r.unicode())


def _open_backup(r: Ndr, facts: Facts, handles: Handles) -> None:
    """ElfrOpenBELW: a saved log, by the name of its file as the kernel writes it."""
    if r.pointer():
        r.u16()
    put(facts, "backup", r.unicode())


def _clear(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "log", handles.get(r.handle()))
    if r.pointer():
        put(facts, "backup", r.unicode())


def _backup(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "log", handles.get(r.handle()))
    put(facts, "backup", r.unicode())


def _clear_channel(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    put(facts, "log", r.text())
    put(facts, "backup", r.maybe_text())


def _export(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    put(facts, "log", r.maybe_text())
    put(facts, "query", r.text())
    put(facts, "backup", r.text())


def _query(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "log", r.maybe_text())
    put(facts, "query", r.text())


def _channel(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "log", r.text())


_OF_LOG = by_handle("log")
REQUESTS: Table = {0: _clear, 1: _backup, 2: _OF_LOG, 4: _OF_LOG, 5: _OF_LOG, 7: _open, 9: _open_backup, 10: _OF_LOG}
REPLIES: Table = {7: opened("log")}
EVEN6_REQUESTS: Table = {5: _query, 6: _clear_channel, 7: _export, 17: _channel}
