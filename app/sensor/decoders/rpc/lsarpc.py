"""Stubs of LSARPC: policy of a system, names to SIDs (MS-LSAD, MS-LSAT section 3.1.4).

Facts: server, access, level, domain_name, domain_sid, dns_domain, forest (policy information), secret (name of the secret or
private data), right, sid, names (of rights where rights are given), flat_name, direction, attributes (of a trust), sids (lists,
at most 64), count (asked), mapped (translated), user.
"""

from app.model.identifiers import LSARPC
from app.sensor.decoders.ndr import Ndr, NdrError
from app.sensor.decoders.rpc.facts import MOST_LISTED, MOST_READ, Facts, Reader, Table, by_handle, opened, put, unicode_array
from app.sensor.decoders.rpc.handles import Handles

INTERFACE = LSARPC


def _open_old(r: Ndr, facts: Facts, handles: Handles) -> None:
    """LsarOpenPolicy sends one character of the name only."""
    if r.pointer():
        r.u16()
    _attributes(r, facts)


def _open_policy(r: Ndr, facts: Facts, handles: Handles) -> None:
    put(facts, "server", r.maybe_text())
    _attributes(r, facts)


def _attributes(r: Ndr, facts: Facts) -> None:
    """LSAPR_OBJECT_ATTRIBUTES (MS-LSAD section 2.2.9), then the access asked for."""
    r.align_pointer()
    r.u32()
    for _ in range(2):
        r.pointer()
    r.u32()
    r.pointer()
    if r.pointer():
        r.u32()
        r.enum()
        r.u8()
        r.u8()
    facts["access"] = r.u32()


def _query_policy(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    facts["level"] = r.enum()


def _policy(r: Ndr, facts: Facts, handles: Handles) -> None:
    """LSAPR_POLICY_INFORMATION (MS-LSAD section 2.2.4.2), the levels that name domains."""
    if not r.pointer():
        return
    level = r.enum()
    if level in (3, 5):
        named = r.unicode_head()
        known = r.pointer()
        put(facts, "domain_name", r.text() if named else None)
        put(facts, "domain_sid", r.sid() if known else None)
    elif level in (12, 13):
        there = [r.unicode_head() for _ in range(3)]
        r.guid()
        known = r.pointer()
        for key, one in zip(("domain_name", "dns_domain", "forest"), there):
            put(facts, key, r.text() if one else None)
        put(facts, "domain_sid", r.sid() if known else None)


def _lookup_names(bound: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        if bound:
            r.handle()
        facts["count"] = r.u32()
        facts["names"] = unicode_array(r)

    return read


def _mapped(r: Ndr, facts: Facts, handles: Handles) -> None:
    """The number of translated entries stands before the status."""
    if r.size >= 8:
        facts["mapped"] = int.from_bytes(r.data[-8:-4], "big" if r.big else "little")


def _lookup_sids(bound: bool) -> Reader:
    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        if bound:
            r.handle()
        r.align_pointer()
        facts["count"] = r.u32()
        if not r.pointer():
            return
        amount = r.count()
        if amount > MOST_READ:
            raise NdrError("count")
        there = [r.pointer() for _ in range(amount)]
        facts["sids"] = [r.sid() for one in there[:MOST_LISTED] if one]

    return read


def _translated_names(extended: bool) -> Reader:
    """LSAPR_REFERENCED_DOMAIN_LIST, then LSAPR_TRANSLATED_NAMES or _EX (MS-LSAT sections 2.2.12, 2.2.20, 2.2.22)."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        _mapped(r, facts, handles)
        domains: list[str] = []
        if r.pointer():
            r.u32()
            there = r.pointer()
            r.u32()
            if there:
                heads = [(r.unicode_head(), r.pointer()) for _ in range(min(r.count(), MOST_READ))]
                for named, known in heads:
                    domains.append(r.text() if named else "")
                    if known:
                        r.sid()
        r.align_pointer()
        r.u32()
        if not r.pointer():
            return
        entries: list[tuple[bool, int]] = []
        for _ in range(min(r.count(), MOST_READ)):
            r.align_pointer()
            r.enum()
            named = r.unicode_head()
            entries.append((named, r.u32()))
            if extended:
                r.u32()
        names: list[str] = []
        for named, domain in entries[:MOST_LISTED]:
            name = r.text() if named else ""
            names.append(f"{domains[domain]}\\{name}" if domain < len(domains) and domains[domain] else name)
        facts["names"] = names

    return read


def _secret(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    facts["secret"] = r.unicode()


def _with_right(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    if r.pointer():
        put(facts, "right", r.unicode())


def _with_sid(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    facts["sid"] = r.sid()


def _named_trust(r: Ndr, facts: Facts, handles: Handles) -> None:
    r.handle()
    put(facts, "domain_name", r.unicode())


def _new_trust(r: Ndr, facts: Facts, handles: Handles) -> None:
    """LSAPR_TRUSTED_DOMAIN_INFORMATION_EX (MS-LSAD section 2.2.7.9)."""
    r.handle()
    there = [r.unicode_head() for _ in range(2)]
    known = r.pointer()
    facts["direction"] = r.u32()
    r.u32()
    facts["attributes"] = r.u32()
    for key, one in zip(("domain_name", "flat_name"), there):
        put(facts, key, r.text() if one else None)
    put(facts, "domain_sid", r.sid() if known else None)


def _given_rights(r: Ndr, facts: Facts, handles: Handles) -> None:
    """LSAPR_USER_RIGHT_SET (MS-LSAD section 2.2.5.3) for a SID."""
    r.handle()
    facts["sid"] = r.sid()
    r.align_pointer()
    r.u32()
    if r.pointer():
        facts["names"] = unicode_array(r)


def _user_name(r: Ndr, facts: Facts, handles: Handles) -> None:
    if r.pointer():
        put(facts, "user", r.unicode())


REQUESTS: Table = {
    6: _open_old,
    7: _query_policy,
    10: _with_sid,
    14: _lookup_names(True),
    15: _lookup_sids(True),
    16: _secret,
    17: _with_sid,
    25: _with_sid,
    28: _secret,
    29: by_handle("secret"),
    30: by_handle("secret"),
    35: _with_right,
    36: _with_sid,
    37: _given_rights,
    38: _with_sid,
    39: _with_sid,
    42: _secret,
    43: _secret,
    44: _open_policy,
    46: _query_policy,
    48: _named_trust,
    49: _named_trust,
    51: _new_trust,
    55: _named_trust,
    57: _lookup_sids(True),
    58: _lookup_names(True),
    59: _new_trust,
    68: _lookup_names(True),
    73: _named_trust,
    74: _named_trust,
    129: _new_trust,
    76: _lookup_sids(False),
    77: _lookup_names(False),
}
REPLIES: Table = {
    7: _policy,
    14: _mapped,
    15: _translated_names(False),
    16: opened("secret"),
    28: opened("secret"),
    45: _user_name,
    46: _policy,
    57: _translated_names(True),
    58: _mapped,
    68: _mapped,
    76: _translated_names(True),
    77: _mapped,
}
