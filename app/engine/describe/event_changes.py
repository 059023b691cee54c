"""Windows events in one line of words: accounts, groups, the directory, replication, certificates, the log itself."""

from app.engine.describe.event_lines import from_where, here, said, whom
from app.engine.describe.event_values import field_words
from app.model.activity import Activity
from app.model.events import WindowsEvent

_ACCOUNT = {
    4720: "Created user {}",
    4722: "Enabled account {}",
    4723: "Changed password of {}",
    4724: "Reset password of {}",
    4725: "Disabled account {}",
    4726: "Deleted user {}",
    4741: "Created computer {}",
    4743: "Deleted computer {}",
    4767: "Unlocked account {}",
    4780: "Permissions of the administrators' members reset on {}",
}
_GROUP_ADDED = frozenset({4728, 4732, 4746, 4751, 4756, 4761})
_GROUP_REMOVED = frozenset({4729, 4733, 4747, 4752, 4757, 4762})
_GROUP_MADE = frozenset({4727, 4731, 4744, 4749, 4754, 4759})
_GROUP_DELETED = frozenset({4730, 4734, 4748, 4753, 4758, 4763})
_OPERATIONS = {
    "value added": "Added to", "value deleted": "Removed from", "value added until a time": "Added for a time to",
    "value with an end deleted": "Removed before its end from", "value deleted at its end": "Removed at its end from",
}  # fmt: skip
_WATCHED = (
    ("SamAccountName", "name"), ("DisplayName", "display name"), ("UserPrincipalName", "principal name"),
    ("HomeDirectory", "home directory"), ("ScriptPath", "logon script"), ("ProfilePath", "profile"),
    ("UserWorkstations", "workstations"), ("PasswordLastSet", "password"), ("AccountExpires", "expiry"),
    ("PrimaryGroupId", "primary group"), ("AllowedToDelegateTo", "delegation"), ("SidHistory", "SID history"),
    ("LogonHours", "logon hours"), ("DnsHostName", "DNS name"), ("ServicePrincipalNames", "service principal names"),
)  # fmt: skip


def account(a: Activity, d: WindowsEvent) -> str:
    """4720-4726, 4738-4743, 4765-4767, 4780, 4781, 4794."""
    who = whom(d, "TargetUserName", "TargetSid")
    words = _ACCOUNT.get(d.event_id)
    if words is not None:
        return words.format(who)
    match d.event_id:
        case 4738 | 4742:
            return f"Changed {'computer' if d.event_id == 4742 else 'user'} {who}{_changed(d)}"
        case 4739:
            return f"Changed {said(d, 'DomainPolicyChanged') or 'policy'} of {said(d, 'DomainName') or 'the domain'}"
        case 4740:
            return f"{who} was locked out{from_where(a, d)}"
        case 4765:
            return f"Added {said(d, 'SourceUserName') or said(d, 'SourceSid')} to the SID history of {who}"
        case 4766:
            return f"Could not add {said(d, 'SourceUserName') or 'an account'} to the SID history of {who}"
        case 4781:
            return f"Renamed account {said(d, 'OldTargetUserName')} to {said(d, 'NewTargetUserName')}"
    return f"Set the restore mode password of {here(a, d)}"


def _changed(d: WindowsEvent) -> str:
    """What a change of an account says of its attributes."""
    flags = field_words(d.event_id, "UserAccountControl", d.fields.get("UserAccountControl", ""))
    parts = ([flags] if flags else []) + [words for name, words in _WATCHED if d.text(name) and d.text(name) != "%%1793"]
    return f": {', '.join(parts[:5])}" if parts else ""


def group(a: Activity, d: WindowsEvent) -> str:
    """4727-4737, 4744-4764."""
    name = whom(d, "TargetUserName", "TargetSid")
    member = _common_name(said(d, "MemberName")) or whom(d, "", "MemberSid")
    if d.event_id in _GROUP_ADDED:
        return f"Added {member} to {name}"
    if d.event_id in _GROUP_REMOVED:
        return f"Removed {member} from {name}"
    if d.event_id in _GROUP_MADE:
        return f"Created group {name}"
    if d.event_id in _GROUP_DELETED:
        return f"Deleted group {name}"
    kind = said(d, "GroupTypeChange")
    return f"Changed group {name}{f': {kind}' if kind else ''}"


def _common_name(dn: str) -> str:
    """ "bob" of "CN=bob,OU=Staff,DC=corp,DC=test"; another text as it is."""
    if dn[:3].upper() != "CN=":
        return dn
    end = dn.find(",")
    while end > 0 and dn[end - 1] == "\\":
        end = dn.find(",", end + 1)
    return dn[3 : end if end > 0 else None].replace("\\", "")


def directory_change(a: Activity, d: WindowsEvent) -> str:
    """5136-5139, 5141."""
    dn = said(d, "ObjectDN", "NewObjectDN") or "an object"
    match d.event_id:
        case 5136:
            name = said(d, "AttributeLDAPDisplayName") or "an attribute"
            operation = field_words(5136, "OperationType", d.fields.get("OperationType", "")) or said(d, "OperationType")
            verb = _OPERATIONS.get(operation.lower(), "Changed")
            value = said(d, "AttributeValue")
            words = field_words(5136, "AttributeValue", d.fields.get("AttributeValue", ""), d.fields)
            return f"{verb} {name} of {dn}{f': {words or value}' if value else ''}"
        case 5137:
            return f"Created {said(d, 'ObjectClass') or 'object'} {dn}"
        case 5138:
            return f"Restored {said(d, 'NewObjectDN') or dn}"
        case 5139:
            return f"Moved {said(d, 'OldObjectDN') or 'an object'} to {said(d, 'NewObjectDN')}"
    return f"Deleted {said(d, 'ObjectClass') or 'object'} {dn}"


_UNMAPPED = {
    39: "nothing in it tells whose it is", 40: "it is older than the account", 41: "it holds another SID",
    45: "its authority is none that signs people in", 48: "it is older than the account", 49: "it holds another SID",
}  # fmt: skip


def certificate(a: Activity, d: WindowsEvent) -> str:
    """39-41, 45, 48, 49, 4870, 4876, 4882, 4885-4888, 4890, 4896, 4899, 4900."""
    template = said(d, "CertificateTemplate") or _template(d.fields.get("Attributes", ""))
    of = f" of {template}" if template else ""
    number, who = said(d, "RequestId") or "without a number", said(d, "Requester") or "an unnamed account"
    subject = said(d, "SubjectAlternativeName") or said(d, "Subject")
    match d.event_id:
        case 39 | 40 | 41 | 45 | 48 | 49:
            why = _UNMAPPED.get(d.event_id, "nothing in it tells whose it is")
            if d.event_id == 41 and not (said(d, "AccountSid") or said(d, "CertificateSid")).startswith("S-1-"):
                why = _UNMAPPED[39]  # Windows Server 2008 has the number of the other event
            return f"A certificate for {said(d, 'AccountName') or 'an unnamed account'} was not mapped safely: {why}"
        case 4870:
            reason = field_words(4870, "RevocationReason", d.fields.get("RevocationReason", ""))
            return f"Revoked certificate {said(d, 'CertificateSerialNumber')}{f': {reason}' if reason else ''}"
        case 4876:
            return f"Began a backup of the certification authority on {here(a, d)}"
        case 4882:
            return f"Changed permissions of the certification authority on {here(a, d)}"
        case 4885:
            kept = field_words(4885, "AuditFilter", d.fields.get("AuditFilter", ""))
            return f"Changed what the certification authority audits: {kept or said(d, 'AuditFilter')}"
        case 4886:
            return f"{who} asked for certificate {number}{of}{from_where(a, d)}"
        case 4887:
            return f"Certificate {number}{of} issued to {who}{f' for {subject}' if subject else ''}"
        case 4888:
            return f"Certificate {number}{of} refused to {who}"
        case 4890:
            return f"Changed the certificate managers of the authority on {here(a, d)}"
        case 4899:
            return f"Certificate template {said(d, 'TemplateInternalName') or 'without a name'} is another one than before"
        case 4900:
            return f"Permissions of certificate template {said(d, 'TemplateInternalName') or 'without a name'} are other ones"
    rows = said(d, "RowsDeleted") or "some"
    return f"Deleted {rows} {'row' if rows == '1' else 'rows'} of the certificate database on {here(a, d)}"


def _template(attributes: str) -> str:
    """The template that the attributes of a request name."""
    _, found, rest = attributes[:8192].partition("CertificateTemplate:")
    return rest.split(None, 1)[0][:64] if found and rest.strip() else ""


def replication(a: Activity, d: WindowsEvent) -> str:
    """4928-4937."""
    context = said(d, "NamingContext", "Object")
    partner = a.destination.host or a.destination.ip if a.destination else "a controller"
    asker = a.source.host or a.source.ip if a.source else "a controller"
    match d.event_id:
        case 4928 | 4929 | 4930:
            verb = {4928: "established", 4929: "removed", 4930: "changed"}[d.event_id]
            source = said(d, "SourceAddr")
            return f"Replication source {source or partner} of {context} {verb}"
        case 4931:
            return f"Replication destination {said(d, 'DestinationDRA') or asker} of {context} changed"
        case 4932:
            return f"Replication of {context} from {partner} to {asker} began"
        case 4933:
            return f"Replication of {context} from {partner} to {asker} ended"
        case 4934:
            return f"Replicated {said(d, 'Attribute') or 'an attribute'} of {context}"
        case 4935:
            return f"Replication failure {said(d, 'ReplicationEvent')} began"
        case 4936:
            return f"Replication failure {said(d, 'ReplicationEvent')} ended"
    return f"Lingering object {context} removed from a replica"


def sam(a: Activity, d: WindowsEvent) -> str:
    """16962-16969, 16990, 16991."""
    client = said(d, "Client SID:", "ClientSID") or "an unnamed account"
    match d.event_id:
        case 16965:
            return f"Remote call to SAM refused to {sid_or(client)}{from_where(a, d)}"
        case 16968:
            return f"Remote call to SAM by {sid_or(client)} would have been refused{from_where(a, d)}"
        case 16962:
            return f"Remote calls to SAM are limited by default on {here(a, d)}"
        case 16963:
            return f"Remote calls to SAM are limited by policy on {here(a, d)}"
        case 16964:
            return f"The limit of remote calls to SAM is malformed on {here(a, d)}"
        case 16990 | 16991:
            name = next(iter(d.fields.values()), "")[:100]
            what = "an account of a kind that its class is not" if d.event_id == 16990 else "a computer's name without its sign"
            return f"Refused {what}, {name}, on {here(a, d)}"
        case 16966:
            return f"Remote calls to SAM are audited only on {here(a, d)}"
        case 16967:
            return f"Remote calls to SAM are no longer audited only on {here(a, d)}"
    number = said(d, "Suppressed Message Count:", "SuppressedMessageCount") or "Some"
    return f"{number} refused {'call to SAM was' if number == '1' else 'calls to SAM were'} not logged on {here(a, d)}"


def secure_channel(a: Activity, d: WindowsEvent) -> str:
    """5722, 5723, 5805, 5827-5831."""
    who = said(d, "ComputerName", "SamAccountName", "TrustName") or "a computer not named"
    if d.event_id in (5827, 5828):
        return f"Secure channel of {who} refused: it was not protected"
    if d.event_id in (5829, 5830, 5831):
        return f"Secure channel of {who} let pass though it was not protected"
    missing = said(d, "AccountName")
    if d.event_id == 5723:
        return f"Secure channel of {who} refused: the account {missing or 'of it'} does not exist"
    return f"Secure channel of {who} could not be opened"


def sid_or(value: str) -> str:
    """What a SID is called everywhere, else the SID."""
    return field_words(0, "Sid", value) or value


def audit(a: Activity, d: WindowsEvent) -> str:
    """1102, 104, 1100, 4719, 7031, 7034, 7040."""
    match d.event_id:
        case 1102:
            return f"Cleared the Security log of {here(a, d)}"
        case 104:
            return f"Cleared the {said(d, 'Channel') or 'System'} log of {here(a, d)}"
        case 1100:
            return f"Event log service of {here(a, d)} stopped"
        case 7040:
            return f"Start of the event log service of {here(a, d)} changed to {said(d, 'After') or 'another one'}"
        case 7031 | 7034:
            return f"Event log service of {here(a, d)} broke"
    part = field_words(4719, "SubcategoryId", d.fields.get("SubcategoryId", "")) or said(d, "SubcategoryGuid")
    change = field_words(4719, "AuditPolicyChanges", d.fields.get("AuditPolicyChanges", ""))
    return f"Changed audit policy of {here(a, d)}: {part or 'unknown'}{f', {change}' if change else ''}"
