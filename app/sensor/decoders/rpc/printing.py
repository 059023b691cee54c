"""Stubs of the print spooler, by pipe or asynchronous (MS-RPRN, MS-PAR section 3.1.4).

Facts: printer, access, server, target (machine that is to be notified), flags, driver, environment, driver_path, data_file,
config_file, path (INF of a package), level, texts (strings found in driver information of other levels).
"""

from app.sensor.decoders.ndr import Ndr
from app.sensor.decoders.rpc.facts import Facts, Table, by_handle, opened, put, texts_within
from app.sensor.decoders.rpc.handles import Handles

_WORDS_AFTER_PATHS = {2: 0, 3: 5, 4: 7}
"""Level of DRIVER_INFO to the pointers and counts that follow its six common members (section 2.2.1.5)."""


def _open(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "printer", r.maybe_text())
    r.maybe_text()
    r.u32()
    if r.pointer():
        r.conformant()
    facts["access"] = r.u32()


def _notify(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "printer", handles.get(r.handle()))
    facts["flags"] = r.u32()
    r.u32()
    put(facts, "target", r.maybe_text())


def _add_driver(r: Ndr, facts: Facts, handles: Handles) -> None:
    """RpcAddPrinterDriver, Ex: DRIVER_CONTAINER (section 2.2.1.2.3)."""
    put(facts, "server", r.maybe_text())
    r.align_union()
    level = r.u32()
    facts["level"] = level
    r.align_union()
    r.u32()
    if not r.pointer():
        return
    further = _WORDS_AFTER_PATHS.get(level)
    if further is None:
        texts = texts_within(r.data[r.at :])
        if texts:
            facts["texts"] = texts
        return
    r.align_pointer()
    r.u32()
    there = [r.pointer() for _ in range(5)]
    for _ in range(further):
        r.pointer()
    for key, one in zip(("driver", "environment", "driver_path", "data_file", "config_file"), there):
        put(facts, key, r.text() if one else None)


def _drivers(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "environment", r.maybe_text())
    facts["level"] = r.u32()


def _package(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "path", r.maybe_text())
    put(facts, "driver", r.text())


def _printers(r: Ndr, facts: Facts, handles: Handles) -> None:
    facts["flags"] = r.u32()
    put(facts, "server", r.maybe_text())
    facts["level"] = r.u32()


def _first_handle(r: Ndr, facts: Facts, handles: Handles) -> None:
    handle, name = r.handle(), facts.get("printer")
    if isinstance(name, str):
        handles.put(handle, name)


def _delete_driver(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "environment", r.text())
    put(facts, "driver", r.text())


REQUESTS: Table = {
    0: _printers,
    1: _open,
    9: _add_driver,
    10: _drivers,
    13: _delete_driver,
    29: by_handle("printer"),
    62: _notify,
    65: _notify,
    69: _open,
    84: _delete_driver,
    89: _add_driver,
}
REPLIES: Table = {1: opened("printer"), 69: opened("printer")}
PAR_REQUESTS: Table = {
    0: _open,
    20: by_handle("printer"),
    38: _printers,
    39: _add_driver,
    40: _drivers,
    42: _delete_driver,
    43: _delete_driver,
    62: _package,
    63: _package,
}
PAR_REPLIES: Table = {0: _first_handle}
