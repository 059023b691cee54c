"""Federation services validated a credential (1202) or refused it (1203); the facts are elements of one XML text."""

from app.model.events import EventAdfs
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, address, split_account, text
from app.sensor.events.record import EventRecord

_ADFS = Log(frozenset({"ad fs auditing"}), frozenset({"security"}))
ELEMENTS = (
    "AuditResult", "FailureType", "ErrorCode", "RelyingParty", "ClaimsProvider", "UserId", "PrimaryAuth", "MfaPerformed",
    "MfaMethod", "DeviceId", "Server", "AuthProtocol", "NetworkLocation", "IpAddress", "ForwardedIpAddress", "ProxyIpAddress",
    "ProxyServer", "UserAgentString", "Endpoint",
)  # fmt: skip
"""Elements of the audit that become fields of their own."""
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def with_elements(fields: Fields) -> Fields:
    """Fields with the elements of the audit text beside it; the text is searched, never parsed as XML."""
    audit = fields.get("AuditXml", "")[:65_536]
    if not audit:
        return fields
    found = dict(fields)
    for name in ELEMENTS:
        start = audit.find(f"<{name}>")
        if start >= 0:
            start += len(name) + 2
            end = audit.find(f"</{name}>", start, start + 4096)
            if end >= 0:
                found.setdefault(name, _unescaped(audit[start:end]))
    return found


def _unescaped(value: str) -> str:
    if "&" not in value:
        return value
    for entity, character in _ENTITIES.items():
        value = value.replace(entity, character)
    return value.replace("&amp;", "&")


def _credential(record: EventRecord, fields: Fields, failed: bool) -> Facts:
    source = None
    for said in (text(fields, "ForwardedIpAddress"), text(fields, "IpAddress")):
        # Each proxy on the way adds an address behind the client's.
        source = source or address((said or "").partition(",")[0])
    return Facts(split_account(text(fields, "UserId")), source, None, failed)


def _validated(record: EventRecord, fields: Fields) -> Facts:
    return _credential(record, fields, False)


def _refused(record: EventRecord, fields: Fields) -> Facts:
    return _credential(record, fields, True)


FAMILY = Family(EventAdfs, _ADFS, {1202: _validated, 1203: _refused})
