"""Stubs of DPAPI backup keys, roles, certificates, DNS servers (BKRP, DSSP, ICPR, DNSP).

Facts: action (of BackuprKey, by name, or its GUID); level, role, domain_name, dns_domain, forest; authority, attributes; server,
zone, operation, value (text that DnssrvOperation sets).
"""

from app.sensor.decoders.ndr import TEXT_KEPT, Ndr, utf16
from app.sensor.decoders.rpc.facts import Facts, Reader, Table, put
from app.sensor.decoders.rpc.handles import Handles

BACKUP_KEY = "3dde7c30-165d-11d1-ab8f-00805f14db40"
ROLES = "3919286a-b10c-11d0-9ba8-00c04fd92ef5"
CERTIFICATES = "91ae6020-9e3c-11cf-8d7c-00aa00c091be"
DNS = "50abc2a4-574d-40b3-9d66-ee4fd5fba076"

ACTIONS = {
    "7f752b10-178e-11d1-ab8f-00805f14db40": "BACKUPKEY_BACKUP_GUID",
    "7fe94d50-178e-11d1-ab8f-00805f14db40": "BACKUPKEY_RESTORE_GUID_WIN2K",
    "018ff48a-eaba-40c6-8f6d-72370240e967": "BACKUPKEY_RETRIEVE_BACKUP_KEY_GUID",
    "47270c64-2fc7-499b-ac5b-0e37cdce899a": "BACKUPKEY_RESTORE_GUID",
}
"""What BackuprKey is asked for (MS-BKRP section 3.1.4.1)."""
_TEXT_VALUES = frozenset({2, 3})
"""DNSSRV_TYPEID_LPSTR, DNSSRV_TYPEID_LPWSTR (MS-DNSP section 2.2.1.1.1)."""


def _backup_key(r: Ndr, facts: Facts, handles: Handles) -> None:
    action = r.guid()
    facts["action"] = ACTIONS.get(action, action)


def _role(r: Ndr, facts: Facts, handles: Handles) -> None:
    facts["level"] = r.enum()


def _roles(r: Ndr, facts: Facts, handles: Handles) -> None:
    """DSROLER_PRIMARY_DOMAIN_INFO_BASIC (MS-DSSP section 2.2.3)."""
    if not r.pointer():
        return
    if r.enum() != 1:
        return
    r.align_pointer()
    facts["role"] = r.enum()
    r.u32()
    there = [r.pointer() for _ in range(3)]
    r.guid()
    for key, one in zip(("domain_name", "dns_domain", "forest"), there):
        put(facts, key, r.text() if one else None)


def _certificate(r: Ndr, facts: Facts, handles: Handles) -> None:
    """CertServerRequest (MS-ICPR section 3.2.4.1.1)."""
    facts["flags"] = r.u32()
    put(facts, "authority", r.maybe_text())
    r.u32()
    r.align_pointer()
    r.u32()
    if r.pointer():
        put(facts, "attributes", utf16(r.conformant()[: 2 * TEXT_KEPT]).strip())


def _dns(versioned: bool) -> Reader:
    """DnssrvOperation, 2 (MS-DNSP sections 3.1.4.1, 3.1.4.6)."""

    def read(r: Ndr, facts: Facts, handles: Handles) -> None:
        if versioned:
            r.u32()
            r.u32()
        put(facts, "server", r.maybe_text())
        put(facts, "zone", r.maybe_ascii())
        r.u32()
        put(facts, "operation", r.maybe_ascii())
        kind = r.u32()
        r.align_union()
        r.u32()
        if kind in _TEXT_VALUES and r.pointer():
            put(facts, "value", r.ascii() if kind == 2 else r.text())

    return read


BACKUP_REQUESTS: Table = {0: _backup_key}
ROLE_REQUESTS: Table = {0: _role}
ROLE_REPLIES: Table = {0: _roles}
CERTIFICATE_REQUESTS: Table = {0: _certificate}
DNS_REQUESTS: Table = {0: _dns(False), 5: _dns(True)}
