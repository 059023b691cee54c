"""Windows events in one line of words: trusts, rights, Kerberos policy, registration with LSA, refusals by a policy."""

from app.engine.describe.event_lines import here, said, whom
from app.engine.describe.event_values import field_words
from app.model.activity import Activity
from app.model.events import WindowsEvent

_TRUST = {4706: "Created the trust with", 4707: "Removed the trust with", 4716: "Changed the trust with"}


def policy(a: Activity, d: WindowsEvent) -> str:
    """4610, 4614, 4622, 4673, 4704, 4706, 4707, 4713, 4716, 4717, 4820-4824, 105, 106."""
    words = _TRUST.get(d.event_id)
    if words is not None:
        return f"{words} {said(d, 'DomainName') or 'another domain'}"
    match d.event_id:
        case 4610 | 4614 | 4622:
            package = said(d, "SecurityPackageName", "AuthenticationPackageName", "NotificationPackageName")
            return f"LSA of {here(a, d)} loaded {package or 'a package'}"
        case 4704 | 4717:
            sid = d.fields.get("TargetSid", "")
            right = said(d, "PrivilegeList", "AccessGranted") or "a right"
            return f"Gave {field_words(0, 'Sid', sid) or sid or 'somebody'} the right {right} on {here(a, d)}"
        case 4713:
            return "Changed the Kerberos policy of the domain"
        case 4820 | 105 | 4821 | 106 | 4822 | 4823 | 4824:
            return _refused(d)
    if "semachineaccountprivilege" in d.fields.get("PrivilegeList", "").lower():
        return f"Used the right of everybody to make a computer's account on {here(a, d)}"
    refused = " was refused to register" if a.result == "failure" else " registered"
    return f"{said(d, 'ProcessName') or 'A program'}{refused} as a logon process of {here(a, d)}"


def _refused(d: WindowsEvent) -> str:
    who = whom(d, "TargetUserName" if d.fields.get("TargetUserName") else "AccountName", "TargetSid")
    way = "NTLM was" if d.event_id in (4822, 4823) else "A ticket was"
    policy = said(d, "SiloName") or said(d, "PolicyName")
    why = (
        f"by the policy {policy}" if policy else "as one of the Protected Users" if d.event_id in (4822, 4824) else "by a policy"
    )
    where = said(d, "DeviceName")
    return f"{way} refused to {who}{f' on {where}' if where else ''} {why}"


def filtered(a: Activity, d: WindowsEvent) -> str:
    """4675."""
    return f"SIDs of {whom(d, 'TargetUserName', 'TargetUserSid')} were filtered by the trust"
