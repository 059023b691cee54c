"""Stubs of WKSSVC, who is logged on at a workstation (MS-WKST section 3.2.4).

Facts: server, level, users ("USER DOMAIN" or "USER", at most 64), count, domain, account (of joins), name.
"""

from app.sensor.decoders.ndr import Ndr
from app.sensor.decoders.rpc.facts import Facts, Table, put
from app.sensor.decoders.rpc.handles import Handles
from app.sensor.decoders.rpc.srvsvc import listed

INTERFACE = "6bffd098-a112-3610-9833-46c3f87e345a"


def _level(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    facts["level"] = r.u32()


def _container(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    r.align_union()
    facts["level"] = r.u32()


def _join(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "domain", r.text())
    r.maybe_text()
    put(facts, "account", r.maybe_text())


def _unjoin(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "account", r.maybe_text())


def _rename(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    put(facts, "name", r.maybe_text())
    put(facts, "account", r.maybe_text())


REQUESTS: Table = {0: _level, 2: _container, 5: _container, 11: _container, 22: _join, 23: _unjoin, 24: _rename}
REPLIES: Table = {2: listed("users", {0: "t", 1: "ttss"})}
