"""Stubs of SAMR, accounts and groups of a domain (MS-SAMR section 3.1.5).

Facts: server (Connect), access, domain (SID of the domain that the handle stands for), domain_name, domain_sid, rid, target
(SID of the account or group that the handle stands for, "-RID" when its domain was not seen opened), level, account,
account_type (user account control bits of CreateUser2), user_account_control, password (True: a password is set), member (RID or
SID added or removed), names, rids, members (lists, at most 64), count (all entries of the list).
"""

from app.model.identifiers import SAMR
from app.sensor.decoders.ndr import Ndr, NdrError
from app.sensor.decoders.rpc.facts import (
    MOST_LISTED,
    MOST_READ,
    Facts,
    Reader,
    Table,
    by_handle,
    last_handle,
    opened,
    put,
    unicode_array,
    unicode_elements,
)  # fmt: skip
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = SAMR

_PASSWORD_LEVELS = frozenset({18, 23, 24, 25, 26, 31, 32})
"""USER_INFORMATION_CLASS values that carry a password (section 2.2.6.28)."""
_CONTROL_LEVEL = 16


def _connect(revision: bool, whole: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        if whole:
            put(facts, "server", r.maybe_text())
        elif r.pointer():
            r.u16()
        if revision:
            r.u32()
        facts["access"] = r.u32()

    return read


def _open_domain(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    facts["access"] = r.u32()
    facts["domain"] = r.sid()


def _lookup_domain(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    put(facts, "domain_name", r.unicode())


def _domain_sid(r: Ndr, facts: Facts, handles: Handles) -> None:
    if r.pointer():
        facts["domain_sid"] = r.sid()


def _enumerated(r: Ndr, facts: Facts, handles: Handles) -> None:
    """SAMPR_ENUMERATION_BUFFER (section 2.2.3.10)."""
    r.u32()
    if not r.pointer():
        return
    facts["count"] = r.u32()
    if not r.pointer():
        return
    amount = r.count()
    rids, there = [], []
    for _ in range(min(amount, MOST_READ)):
        r.align_pointer()
        rids.append(r.u32())
        there.append(r.unicode_head())
    facts["rids"] = [str(rid) for rid in rids[:MOST_LISTED]]
    if amount <= MOST_READ:
        facts["names"] = [r.text() if one else "" for one in there[:MOST_LISTED]]


def _lookup_names(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "domain", handles.get(r.handle()))
    facts["count"] = r.u32()
    r.count()
    r.count()
    facts["names"] = unicode_elements(r, r.count())


def _found_rids(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.u32()
    if r.pointer():
        facts["rids"] = [str(r.u32()) for _ in range(min(r.count(), MOST_LISTED))]


def _lookup_ids(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "domain", handles.get(r.handle()))
    facts["count"] = r.u32()
    r.count()
    r.count()
    facts["rids"] = [str(r.u32()) for _ in range(min(r.count(), MOST_LISTED))]


def _found_names(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.u32()
    if r.pointer():
        facts["names"] = unicode_array(r)


def _open_member(r: Ndr, facts: Facts, handles: Handles) -> None:
    domain = handles.get(r.handle())
    facts["access"] = r.u32()
    rid = r.u32()
    put(facts, "domain", domain)
    facts["rid"] = rid
    facts["target"] = f"{domain}-{rid}"


def _query(key: str) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, key, handles.get(r.handle()))
        facts["level"] = r.enum()

    return read


def _set_user(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "target", handles.get(r.handle()))
    level = r.enum()
    facts["level"] = level
    if level in _PASSWORD_LEVELS:
        facts["password"] = True
    elif level == _CONTROL_LEVEL:
        r.align_union()
        r.enum()
        r.align_union()
        facts["user_account_control"] = r.u32()


def _group_members(r: Ndr, facts: Facts, handles: Handles) -> None:
    """SAMPR_GET_MEMBERS_BUFFER (section 2.2.3.14)."""
    if not r.pointer():
        return
    facts["count"] = r.u32()
    there = r.pointer()
    r.pointer()
    if there:
        facts["rids"] = [str(r.u32()) for _ in range(min(r.count(), MOST_LISTED))]


def _user_groups(r: Ndr, facts: Facts, handles: Handles) -> None:
    """SAMPR_GET_GROUPS_BUFFER (section 2.2.3.13)."""
    if not r.pointer():
        return
    facts["count"] = r.u32()
    if r.pointer():
        rids: list[str] = []
        for _ in range(min(r.count(), MOST_LISTED)):
            rids.append(str(r.u32()))
            r.u32()
        facts["rids"] = rids


def _sids(r: Ndr, facts: Facts, handles: Handles) -> None:
    """SAMPR_PSID_ARRAY (section 2.2.3.6)."""
    r.align_pointer()
    facts["count"] = r.u32()
    if not r.pointer():
        return
    amount = r.count()
    if amount > MOST_READ:
        raise NdrError("count")
    there = [r.pointer() for _ in range(amount)]
    facts["members"] = [r.sid() for one in there[:MOST_LISTED] if one]


def _alias_membership(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "domain", handles.get(r.handle()))
    _sids(r, facts, handles)


def _rid_member(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "target", handles.get(r.handle()))
    facts["member"] = str(r.u32())


def _sid_member(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "target", handles.get(r.handle()))
    facts["member"] = r.sid()


def _create(typed: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        put(facts, "domain", handles.get(r.handle()))
        facts["account"] = r.unicode()
        if typed:
            facts["account_type"] = r.u32()
        facts["access"] = r.u32()

    return read


def _created(granted: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        handle = r.handle()
        if granted:
            r.u32()
        rid = r.u32()
        if rid:
            facts["rid"] = rid
            facts["target"] = f"{facts.get('domain', '')}-{rid}"
            handles.put(handle, f"{facts.get('domain', '')}-{rid}")

    return read


def _connected(r: Ndr, facts: Facts, handles: Handles) -> None:
    if handle := last_handle(r):
        handles.put(handle, "server")


def _change_password(r: Ndr, facts: Facts, handles: Handles) -> None:
    if r.pointer():
        put(facts, "server", r.unicode())
    facts["account"] = r.unicode()
    facts["password"] = True


def _display(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "domain", handles.get(r.handle()))
    facts["level"] = r.enum()


def _displayed(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.u32()
    r.u32()
    r.enum()
    facts["count"] = r.u32()


def _rid_of(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "domain", handles.get(r.handle()))
    facts["rid"] = r.u32()


REQUESTS: Table = {
    0: _connect(False, False),
    1: by_handle("target"),
    3: by_handle("target"),
    2: by_handle("target"),
    5: _lookup_domain,
    7: _open_domain,
    8: _query("domain"),
    10: _create(False),
    11: by_handle("domain"),
    12: _create(False),
    13: by_handle("domain"),
    14: _create(False),
    15: by_handle("domain"),
    16: _alias_membership,
    17: _lookup_names,
    18: _lookup_ids,
    19: _open_member,
    20: _query("target"),
    21: _query("target"),
    22: _rid_member,
    23: by_handle("target"),
    24: _rid_member,
    25: by_handle("target"),
    27: _open_member,
    28: _query("target"),
    29: _query("target"),
    30: by_handle("target"),
    31: _sid_member,
    32: _sid_member,
    33: by_handle("target"),
    34: _open_member,
    35: by_handle("target"),
    36: _query("target"),
    37: _set_user,
    38: by_handle("target"),
    39: by_handle("target"),
    40: _display,
    46: _query("domain"),
    47: _query("target"),
    48: _display,
    50: _create(True),
    51: _display,
    55: _change_password,
    57: _connect(False, True),
    58: _set_user,
    62: _connect(True, True),
    63: _change_password,
    64: _connect(False, True),
    65: _rid_of,
}
REPLIES: Table = {
    0: _connected,
    5: _domain_sid,
    6: _enumerated,
    7: opened("domain"),
    10: _created(False),
    11: _enumerated,
    12: _created(False),
    13: _enumerated,
    14: _created(False),
    15: _enumerated,
    17: _found_rids,
    18: _found_names,
    19: opened("target"),
    25: _group_members,
    27: opened("target"),
    33: _sids,
    34: opened("target"),
    39: _user_groups,
    40: _displayed,
    48: _displayed,
    50: _created(True),
    51: _displayed,
    57: _connected,
    62: _connected,
    64: _connected,
    65: _domain_sid,
}
