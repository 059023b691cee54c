"""Payloads of event trace providers as named values, by the templates of their manifests and MOF classes."""

import struct

from app.sensor.decoders.dtyp import guid

RPC = "6ad52b32-d609-4be9-ae07-ce8dae937e39"
LDAP_CLIENT = "099614a5-5dd7-4788-8bc9-e29f43db28fc"
KDC = "3fd9da1a-5a54-46c5-9a26-9bd7c0685056"
NTLM = "ac43300d-5fcc-4800-8e99-1bd3f85f0320"
NETLOGON = "e5ba83f6-07d0-46b1-8bc7-7e669a1d31dc"
NETLOGON_AUTHENTICATION = "393da8c0-dbed-11d2-895b-00c04f79ab69"
"""Class of the classic provider "Active Directory: NetLogon" whose events begin and end a server's authentication."""

NAMES = {
    RPC: "Microsoft-Windows-RPC",
    LDAP_CLIENT: "Microsoft-Windows-LDAP-Client",
    KDC: "Microsoft-Windows-Kerberos-Key-Distribution-Center",
    NTLM: "Microsoft-Windows-NTLM",
    NETLOGON: "Microsoft-Windows-Security-Netlogon",
    NETLOGON_AUTHENTICATION: "Active Directory: NetLogon",
}
KNOWN = {
    "1c83b2fc-c04f-11d1-8afc-00c04fc21914": "Active Directory Domain Services: Core",
    "8e598056-8993-11d2-819e-0000f875a064": "Active Directory Domain Services: SAM",
    "24db8964-e6bc-11d1-916a-0000f8045b04": "Active Directory: Kerberos KDC",
    "bba3add2-c229-4cdb-ae2b-57eb6966b0c4": "Active Directory: Kerberos Client",
    "f33959b4-dbec-11d2-895b-00c04f79ab69": "Active Directory: NetLogon",
    "cc85922f-db41-11d2-9244-006008269001": "LSA",
    "c92cf544-91b3-4dc0-8e11-c580339a0bf8": "NTLM Security Protocol",
    "90717974-98db-4e28-8100-e84200e22b3f": "NTDSA",
    "9a7d7195-b713-4092-bdc5-58f4352e9563": "SamLib",
    "eb79061a-a566-4698-9119-3ed2807060e7": "Microsoft-Windows-DNSServer",
    "a0c1853b-5c40-4b15-8766-3cf1c58f985a": "Microsoft-Windows-PowerShell",
    "1418ef04-b0b4-4623-bf7e-d74ab47bbdaa": "Microsoft-Windows-WMI-Activity",
    "de7b24ea-73c8-4a09-985d-5bdadcfa9017": "Microsoft-Windows-TaskScheduler",
    "d48ce617-33a2-4bc3-a5c7-11aa4f29619e": "Microsoft-Windows-SMBServer",
}
"""Providers whose name a person should read though their payload is not taken apart."""

Template = tuple[tuple[str, str], ...]
_CALL: Template = (
    ("InterfaceUuid", "guid"), ("ProcNum", "u32"), ("Protocol", "u32"), ("NetworkAddress", "text"), ("Endpoint", "text"),
    ("Options", "text"), ("AuthenticationLevel", "u32"), ("AuthenticationService", "u32"), ("ImpersonationLevel", "u32"),
)  # fmt: skip
_EXCHANGE: Template = (
    ("ClientDomain", "text"), ("ClientName", "text"), ("ServerDomain", "text"), ("ServerName", "text"), ("ErrorCode", "u32"),
)  # fmt: skip
_SECURE_CHANNEL: Template = (
    ("ClientName", "text"), ("AccountName", "text"), ("ChannelType", "u32"), ("NegotiateFlags", "u32"),
)  # fmt: skip
TEMPLATES: dict[tuple[str, int], Template] = {
    (RPC, 5): _CALL,
    (RPC, 6): _CALL,
    (LDAP_CLIENT, 30): (
        ("ScopeOfSearch", "u32"), ("SearchFilter", "text"), ("DistinguishedName", "text"), ("AttributeList", "text"),
        ("ProcessId", "u32"),
    ),
    (KDC, 101): _EXCHANGE,
    (KDC, 103): _EXCHANGE,
    (NTLM, 8001): (
        ("TargetName", "text"), ("UserName", "text"), ("DomainName", "text"), ("CallerPID", "u32"), ("ProcessName", "text"),
        ("ClientLUID", "u64"), ("ClientUserName", "text"), ("ClientDomainName", "text"), ("MechanismOID", "text"),
    ),
    (NTLM, 8002): (
        ("CallerPID", "u32"), ("ProcessName", "text"), ("ClientLUID", "u64"), ("ClientUserName", "text"),
        ("ClientDomainName", "text"), ("MechanismOID", "text"),
    ),
    (NETLOGON, 8004): (
        ("SChannelName", "text"), ("UserName", "text"), ("DomainName", "text"), ("WorkstationName", "text"),
        ("SChannelType", "u32"),
    ),
    (NETLOGON_AUTHENTICATION, 1): _SECURE_CHANNEL,
    (NETLOGON_AUTHENTICATION, 2): (*_SECURE_CHANNEL, ("Status", "hex32")),
}  # fmt: skip
"""(provider or class, event id or for classic events the opcode) to the fields in order."""
LONGEST = 16_384


def fields_of(template: Template, payload: bytes) -> dict[str, str] | None:
    """Named values as text; None when the payload ends before the template does."""
    at, found = 0, {}
    for name, kind in template:
        if kind == "text":
            end = _end(payload, at)
            if end < 0:
                return None
            found[name] = payload[at:end].decode("utf-16-le", "replace")[:LONGEST]
            at = end + 2
            continue
        size = {"guid": 16, "u32": 4, "hex32": 4, "u64": 8}[kind]
        raw = payload[at : at + size]
        if len(raw) < size:
            return None
        if kind == "guid":
            found[name] = guid(raw)
        else:
            number = struct.unpack("<Q" if size == 8 else "<I", raw)[0]
            found[name] = f"0x{number:08x}" if kind == "hex32" else str(number)
        at += size
    return found


def _end(payload: bytes, at: int) -> int:
    """Where the zero that ends a UTF-16 text lies; -1 when there is none."""
    end = payload.find(b"\0\0", at)
    while end >= 0 and (end - at) % 2:
        end = payload.find(b"\0\0", end + 1)
    return end
