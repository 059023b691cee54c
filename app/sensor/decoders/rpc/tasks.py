"""Stubs of the task scheduler: atsvc, sasec, ITaskSchedulerService (MS-TSCH section 3.2.5).

Facts: server, command, job (number), time (milliseconds after midnight), path (of the task), arguments, user (who the task runs
as), flags, account, name.
"""

import re
from html import unescape

from app.sensor.decoders.ndr import TEXT_KEPT, Ndr
from app.sensor.decoders.rpc.facts import Facts, Table, put
from app.sensor.decoders.rpc.handles import Handles

_ELEMENTS = {
    key: re.compile(rf"<(?:\w{{1,16}}:)?{tag}(?:\s[^<>]{{0,256}})?>([^<]{{0,{TEXT_KEPT}}})")
    for key, tag in (("command", "Command"), ("arguments", "Arguments"), ("user", "UserId"))
}
"""Elements of the task's XML (section 2.5) that are told; the first of each."""


def _job_add(r: Ndr, facts: Facts, handles: Handles) -> None:
    """NetrJobAdd: AT_INFO (section 2.3.4)."""
    put(facts, "server", r.maybe_text())
    r.align_pointer()
    facts["time"] = r.u32()
    r.u32()
    r.u8()
    r.u8()
    if r.pointer():
        put(facts, "command", r.text())


def _job_added(r: Ndr, facts: Facts, handles: Handles) -> None:
    facts["job"] = r.u32()


def _job_del(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    facts["job"] = r.u32()


def _server(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())


def _account(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "name", r.text())
    put(facts, "account", r.maybe_text())


def _register(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.maybe_text())
    xml = r.varying(2).decode("utf-16-be" if r.big else "utf-16-le", "replace")
    for key, element in _ELEMENTS.items():
        if found := element.search(xml):
            put(facts, key, unescape(found.group(1)).strip())
    facts["flags"] = r.u32()


def _path(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.text())


def _registered(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "path", r.maybe_text())


AT_REQUESTS: Table = {0: _job_add, 1: _job_del, 2: _server, 3: _job_del}
AT_REPLIES: Table = {0: _job_added}
SASEC_REQUESTS: Table = {0: _account}
REQUESTS: Table = {1: _register, **dict.fromkeys((2, 3, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16, 17, 18, 19), _path)}
REPLIES: Table = {1: _registered}
