"""Stubs of DRSUAPI, replication of the directory (MS-DRSR section 4.1).

Facts: client_dsa (GUID of DsBind), extensions (flags), pid; version, nc (naming context or object as DN, or "<GUID=...>"), dsa
(destination DSA object GUID), options, exop, objects (in the answer), more (True: answer is not all), exop_result; source_dsa
(address or DN), dsa_address; names, results (lists, at most 64), count, format_offered, format_desired; object (DN that AddEntry
makes); account, spns (WriteSPN); domain, level.
"""

from app.model.identifiers import DRSUAPI
from app.sensor.decoders.ndr import Ndr, NdrError, utf16
from app.sensor.decoders.rpc.facts import MOST_LISTED, MOST_READ, Facts, Reader, Table, last_handle, pointed_texts, put
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = DRSUAPI


def _bind(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSBind (section 4.1.3); DRS_EXTENSIONS_INT (section 5.39)."""
    if r.pointer():
        facts["client_dsa"] = r.guid()
    if r.pointer():
        size = r.count()
        r.u32()
        body = Ndr(r.take(size), r.big)
        if size >= 4:
            facts["extensions"] = body.u32()
        if size >= 24:
            body.guid()
            facts["pid"] = body.u32()


def _bound(r: Ndr, facts: Facts, handles: Handles) -> None:
    if handle := last_handle(r):
        handles.put(handle, "directory")


def _dsname(r: Ndr) -> str:
    """DSNAME (section 5.50): distinguished name, or the GUID or SID when it has no name."""
    r.count()
    r.u32()
    sid_length = r.u32()
    guid = r.guid()
    sid = r.take(28)
    length = r.u32()
    if length > 65535:
        raise NdrError("name")
    name = utf16(r.take(2 * length), r.big)
    r.skip(min(2, r.left()))
    if name:
        return name
    if guid.strip("0-"):
        return f"<GUID={guid}>"
    if 8 <= sid_length <= 28 and sid[1] <= 5:
        parts = [int.from_bytes(sid[at : at + 4], "little") for at in range(8, 8 + 4 * sid[1], 4)]
        return "<SID=" + "-".join(["S", "1", str(int.from_bytes(sid[2:8], "big")), *map(str, parts)]) + ">"
    return ""


def _version(r: Ndr, facts: Facts) -> int:
    """Version of the message and the tag of its union, which is the same."""
    version = r.u32()
    facts["version"] = version
    r.align_union()
    if r.u32() != version:
        raise NdrError("union")
    return version


def _get_changes(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSGetNCChanges, DRS_MSG_GETCHGREQ V3 to V11 (section 4.1.10.2)."""
    r.handle()
    version = _version(r, facts)
    r.align(8)
    mail = False
    if version in (4, 7):
        r.guid()
        mail = r.pointer()
        r.align(8)
    elif version not in (5, 8, 10, 11):
        return
    facts["dsa"] = r.guid()
    r.guid()
    r.pointer()
    r.align(8)
    r.skip(24)
    r.pointer()
    if version in (4, 7):
        r.u32()
        r.pointer()
    facts["options"] = r.u32()
    r.u32()
    r.u32()
    facts["exop"] = r.u32()
    if version in (5, 8, 10, 11):
        r.u64()
    if version in (7, 8, 10, 11):
        r.pointer()
        r.pointer()
        r.u32()
        r.pointer()
    if version in (10, 11):
        r.u32()
    if version == 11:
        r.guid()
        r.pointer()
    if mail:
        size = r.count()
        r.u32()
        r.skip(size)
        r.align(4)
    put(facts, "nc", _dsname(r))


def _changes(r: Ndr, facts: Facts, handles: Handles) -> None:
    """DRS_MSG_GETCHGREPLY V1, V6, V9 (section 4.1.10.2.9 and following); compressed answers tell nothing more."""
    version = r.u32()
    r.align_union()
    r.u32()
    if version not in (1, 6, 9):
        return
    r.align(8)
    r.skip(32)
    r.pointer()
    r.align(8)
    r.skip(48)
    r.pointer()
    r.u32()
    r.pointer()
    facts["exop_result"] = r.u32()
    if version != 1:
        facts["objects"] = r.u32()
    r.u32()
    r.pointer()
    facts["more"] = r.u32() != 0


def _sync(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSReplicaSync V1 (section 4.1.23.1)."""
    r.handle()
    if _version(r, facts) != 1:
        return
    named = r.pointer()
    facts["dsa"] = r.guid()
    addressed = r.pointer()
    facts["options"] = r.u32()
    put(facts, "nc", _dsname(r) if named else None)
    put(facts, "source_dsa", r.ascii() if addressed else None)


def _update_refs(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSUpdateRefs V1 (section 4.1.26.1)."""
    r.handle()
    if _version(r, facts) != 1:
        return
    r.pointer()
    r.pointer()
    facts["dsa"] = r.guid()
    facts["options"] = r.u32()
    r.align_pointer()
    put(facts, "nc", _dsname(r))
    put(facts, "dsa_address", r.ascii())


def _replica_add(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSReplicaAdd V1, V2 (section 4.1.19.1)."""
    r.handle()
    version = _version(r, facts)
    if version not in (1, 2):
        return
    there = [r.pointer() for _ in range(2 if version == 1 else 4)]
    r.skip(84)
    facts["options"] = r.u32()
    r.align_pointer()
    put(facts, "nc", _dsname(r) if there[0] else None)
    if version == 1:
        put(facts, "source_dsa", r.ascii() if there[1] else None)
        return
    for key, one in zip(("source_dsa", "transport"), there[1:3]):
        if one:
            r.align(4)
            put(facts, key, _dsname(r))
    put(facts, "dsa_address", r.ascii() if there[3] else None)


def _replica_del(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSReplicaDel V1 (section 4.1.20.1)."""
    r.handle()
    if _version(r, facts) != 1:
        return
    named, addressed = r.pointer(), r.pointer()
    facts["options"] = r.u32()
    r.align_pointer()
    put(facts, "nc", _dsname(r) if named else None)
    put(facts, "source_dsa", r.ascii() if addressed else None)


def _crack(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSCrackNames V1 (section 4.1.4.1)."""
    r.handle()
    if _version(r, facts) != 1:
        return
    for _ in range(3):
        r.u32()
    facts["format_offered"] = r.u32()
    facts["format_desired"] = r.u32()
    facts["count"] = r.u32()
    if r.pointer():
        facts["names"] = pointed_texts(r)


def _cracked(r: Ndr, facts: Facts, handles: Handles) -> None:
    """DS_NAME_RESULTW (section 4.1.4.1.4)."""
    r.u32()
    r.align_union()
    r.u32()
    if not r.pointer():
        return
    r.u32()
    if not r.pointer():
        return
    entries: list[tuple[bool, bool]] = []
    for _ in range(min(r.count(), MOST_READ)):
        r.align_pointer()
        r.u32()
        entries.append((r.pointer(), r.pointer()))
    names: list[str] = []
    for domain, name in entries[:MOST_LISTED]:
        if domain:
            r.text()
        names.append(r.text() if name else "")
    facts["results"] = names


def _add_entry(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSAddEntry V2, V3 (section 4.1.1.1): the first entry's name; the list's next entries stand before it."""
    r.handle()
    if _version(r, facts) not in (2, 3):
        return
    further = r.pointer()
    named = r.pointer()
    r.u32()
    r.u32()
    r.pointer()
    if named and not further:
        put(facts, "object", _dsname(r))


def _write_spn(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSWriteSPN V1 (section 4.1.28.1)."""
    r.handle()
    if _version(r, facts) != 1:
        return
    facts["operation"] = r.u32()
    r.u32()
    named = r.pointer()
    facts["count"] = r.u32()
    listed = r.pointer()
    put(facts, "account", r.text() if named else None)
    if listed:
        facts["spns"] = pointed_texts(r)


def _controllers(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSDomainControllerInfo V1 (section 4.1.5.1)."""
    r.handle()
    if _version(r, facts) != 1:
        return
    named = r.pointer()
    facts["level"] = r.u32()
    put(facts, "domain", r.text() if named else None)


def _replica_info(r: Ndr, facts: Facts, handles: Handles) -> None:
    """IDL_DRSGetReplInfo V1, V2 (section 4.1.13.1)."""
    r.handle()
    if _version(r, facts) not in (1, 2):
        return
    facts["level"] = r.u32()
    named = r.pointer()
    r.guid()
    if facts["version"] == 1:
        put(facts, "object", r.text() if named else None)


def _plain(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    facts["version"] = r.u32()


_NOTED: Reader = _plain
REQUESTS: Table = {
    0: _bind,
    2: _sync,
    3: _get_changes,
    4: _update_refs,
    5: _replica_add,
    6: _replica_del,
    7: _NOTED,
    8: _NOTED,
    9: _NOTED,
    10: _NOTED,
    12: _crack,
    13: _write_spn,
    14: _NOTED,
    15: _NOTED,
    16: _controllers,
    17: _add_entry,
    18: _NOTED,
    19: _replica_info,
    20: _NOTED,
}
REPLIES: Table = {0: _bound, 3: _changes, 12: _cracked}
