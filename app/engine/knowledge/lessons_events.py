"""What Windows events teach about computers, addresses, accounts, groups, controllers, servers."""

from collections.abc import Callable
from typing import Any

from app.engine.knowledge.controllers import WROTE
from app.engine.knowledge.guests import MANAGED
from app.engine.knowledge.names import account_parts, host, is_address, is_domain_name, short
from app.engine.knowledge.parts import Parts
from app.engine.knowledge.sids import sid_in
from app.model.activity import Activity
from app.model.events import (
    EventAccount,
    EventAdfs,
    EventCertificate,
    EventDirectoryChange,
    EventGroup,
    EventKerberos,
    EventLdap,
    EventLogon,
    EventNtlm,
    EventObjectAccess,
    EventReplication,
    WindowsEvent,
)
from app.model.messages import is_domain_service
from app.model.principals import principal

TGT, SERVICE_TICKET, RENEWAL, REFUSED = 4768, 4769, 4770, 4771
LOGON, LOGON_REFUSED, EXPLICIT = 4624, 4625, 4648
NTLM_AT_CONTROLLER = 8004
UNKNOWN_CLIENT = 6
EXISTING = frozenset({12, 14, 18, 23, 24, 25})
"""Kerberos errors that a KDC gives for a client it has in its database (RFC 4120 section 7.5.9)."""
NO_SUCH_USER = 0xC0000064
WRONG_PASSWORD = frozenset({0xC000006A, 0xC000006E, 0xC000006F, 0xC0000070, 0xC0000071, 0xC0000072, 0xC0000193, 0xC0000224,
                            0xC0000234})  # fmt: skip
"""NTSTATUS codes that only an account that exists can have (MS-ERREF section 2.3.1)."""
ADDED = frozenset({4728, 4732, 4756})
REMOVED = frozenset({4729, 4733, 4757})
ACCOUNT_WORDS = {
    4720: "created", 4741: "created", 4722: "enabled", 4725: "disabled", 4726: "deleted", 4743: "deleted", 4740: "locked",
    4767: "unlocked", 4723: "exists", 4724: "exists", 4738: "exists", 4742: "exists",
}  # fmt: skip
LOCKED, RENAMED = 4740, 4781
SERVICE_LOGONS = frozenset({4, 5})
"""Types of logon of tasks and services. A computer's own account never runs them under its name: they are LOCAL SYSTEM then."""
LOCAL_SYSTEM = "S-1-5-18"
NO_DOMAIN = frozenset({"", "-", "workgroup", "arbeitsgruppe", "mshome", "nt authority"})
COMPUTER_ACCOUNTS = frozenset({4741, 4742, 4743})
"""Only a controller's database has computer accounts."""
ISSUED = frozenset({4885, 4886, 4887, 4888, 4870, 4882, 4890, 4896, 4899, 4900})
NOWHERE = ("127.", "::1", "0.0.0.0", "fe80:")
"""Beginnings of addresses that tell nothing of the network."""


def address_of(activity: Activity, event: WindowsEvent) -> str:
    """Client's address as the reader of the event found it; empty for none, and for one that tells nothing of the network."""
    if activity.source is not None:
        text = activity.source.ip
    else:
        text = (event.text("IpAddress", "ClientAddress", "Client_Address", "SourceAddress") or "").lower().removeprefix("::ffff:")
    return text if is_address(text) and not text.startswith(NOWHERE) and text != "::" else ""


def _code(activity: Activity, event: WindowsEvent, *names: str) -> int:
    """The code as the reader of the event found it, in whatever spelling; 0 for none."""
    if activity.code is not None:
        return activity.code
    return next((found for name in names if (found := event.number(name))), 0)


def named_by(known: Parts, activity: Activity, event: WindowsEvent) -> str:
    """What every event tells: its computer, and accounts with their SIDs. Gives the computer's name."""
    computer = host(event.computer)
    known.addresses.call(computer, activity)
    fields = event.fields
    label, _, suffix = computer.partition(".")
    netbios = fields.get("SubjectDomainName", "")
    itself = fields.get("SubjectUserSid") == LOCAL_SYSTEM and host(fields.get("SubjectUserName")) == label
    if itself and "." not in netbios and netbios.lower() not in NO_DOMAIN | {label}:
        if suffix:
            known.accounts.say_domain(netbios, suffix, activity)  # a computer of a domain calls itself DOMAIN\COMPUTER$
        elif label:
            known.accounts.say_short_domain(netbios, activity)
    for prefix in ("Subject", "Target"):
        known.accounts.say_sid(
            fields.get(f"{prefix}UserSid"), fields.get(f"{prefix}UserName"), fields.get(f"{prefix}DomainName"), activity
        )
    return computer


def controller(known: Parts, activity: Activity, computer: str, why: str) -> str:
    """Only a controller writes this event: its computer is one, and its DNS suffix is its domain. Gives that suffix."""
    known.roles.called(computer, why, activity)
    if not computer and activity.destination is not None and is_address(activity.destination.ip):
        known.roles.acts(activity.destination.ip, WROTE, activity)
    suffix = computer.partition(".")[2]
    if "." in suffix:
        known.accounts.say_domain(None, suffix, activity)
    return suffix


def learn_logon(known: Parts, activity: Activity, event: EventLogon) -> None:
    """A logon: an account, and what computer the client is."""
    named_by(known, activity, event)
    if event.event_id not in (LOGON, LOGON_REFUSED):
        return
    name, domain, address = event.text("TargetUserName"), event.text("TargetDomainName"), address_of(activity, event)
    package = f"{event.text('AuthenticationPackageName', 'LmPackageName') or ''} {event.text('LogonProcessName') or ''}".lower()
    if name and name.upper() != "SYSTEM":
        if event.event_id == LOGON:
            if not principal(name, domain, event.text("TargetUserSid")):
                known.accounts.say(name, domain, "signed in", activity)
        elif not principal(name, domain, None):  # the SID of a refused logon is none
            status = _code(activity, event, "SubStatus", "Status") & 0xFFFFFFFF
            if status == NO_SUCH_USER:
                known.accounts.say(name, domain, "unknown", activity)
            elif status in WRONG_PASSWORD:
                known.accounts.say(name, domain, "exists", activity)
    if event.event_id == LOGON and name and name.endswith("$") and event.number("LogonType") in SERVICE_LOGONS:
        here = short(host(event.computer))
        if here and host(name) != here and (domain or "").lower() not in NO_DOMAIN | {here}:
            known.accounts.say(name, domain, MANAGED, activity)
    if not address:
        return
    if event.event_id == LOGON and name and name.endswith("$") and "kerberos" in package:
        known.addresses.say(address, full_name(name, domain), "log-kerberos", activity)
    elif "ntlm" in package:
        known.addresses.say(address, host(event.text("WorkstationName")), "log-workstation", activity)


def full_name(machine: str, realm: str | None) -> str:
    """Host name of a machine account, with its domain where that is a DNS name."""
    plain, domain = account_parts(machine, realm)
    label = host(plain.removeprefix("host/"))
    return f"{label}.{domain}" if label and "." in domain and "." not in label else label


def learn_kerberos(known: Parts, activity: Activity, event: EventKerberos) -> None:
    """A KDC wrote it: a controller, an account, and the computer whose account asked from an address."""
    computer = named_by(known, activity, event)
    suffix = controller(known, activity, computer, "KDC log")
    name, realm, address = event.text("TargetUserName"), event.text("TargetDomainName"), address_of(activity, event)
    known.accounts.say_sid(event.fields.get("TargetSid"), name, realm or suffix, activity)
    service = event.text("ServiceName")
    if service and "/" not in service:
        known.accounts.say_sid(event.fields.get("ServiceSid"), service, suffix, activity)
    status = _code(activity, event, "Status", "FailureCode")
    refused = event.event_id == REFUSED or status != 0
    if not refused and event.event_id == TGT and realm and "." not in realm and suffix:
        known.accounts.say_domain(realm, suffix, activity)
    if not refused and realm and "." in realm:
        known.accounts.say_domain(None, realm, activity)
        if event.event_id == TGT and computer and "." not in computer and is_domain_name(realm):
            # it issues tickets of its own domain alone (RFC 4120 section 3.1), which tells its full name where the log does not
            known.addresses.call(f"{computer}.{realm.lower()}", activity)
    if not name:
        return
    realm = realm or suffix
    if event.event_id == TGT and not refused:
        known.accounts.say(name, realm, "signed in", activity)
    elif not refused or status in EXISTING:
        known.accounts.say(name, realm, "exists", activity)
    elif status == UNKNOWN_CLIENT and event.event_id == TGT:
        known.accounts.say(name, realm, "unknown", activity)
    delegated = event.text("TransmittedServices") is not None
    if address and account_parts(name, realm)[0].endswith("$") and not delegated and status != UNKNOWN_CLIENT:
        of = suffix if "." not in realm and "@" not in name else realm  # a KDC answers for accounts of its own domain
        known.addresses.say(address, full_name(name, of), "log-claim" if refused else "log-kerberos", activity)


def learn_ntlm(known: Parts, activity: Activity, event: EventNtlm) -> None:
    """8004 is written by controllers alone; 4776 also by a member computer for its own accounts, so it makes no controller."""
    computer = named_by(known, activity, event)
    if event.event_id == NTLM_AT_CONTROLLER:
        controller(known, activity, computer, "NTLM log")
        name = event.text("UserName", "TargetUserName")
        if name:
            known.accounts.say(name, event.text("DomainName", "TargetDomainName"), "named", activity)


def learn_group(known: Parts, activity: Activity, event: EventGroup) -> None:
    """Who was put into a group or taken out of it, by SID and by name; what that means is judged when it is asked."""
    computer = named_by(known, activity, event)
    group, domain = event.text("TargetUserName") or "", event.text("TargetDomainName")
    sid = sid_in(event.fields.get("TargetSid"))  # some forms have "-" or a name there
    known.accounts.say_sid(sid, group, domain, activity)
    member, member_sid = event.text("MemberName") or "", sid_in(event.fields.get("MemberSid"))
    if member:
        known.accounts.say_sid(member_sid, member, None, activity) if "=" not in member else None
    if event.event_id in ADDED or event.event_id in REMOVED:
        word = "added" if event.event_id in ADDED else "removed"
        known.accounts.say_member((sid, group, domain or ""), (member_sid, member), computer, word, activity)


def learn_account(known: Parts, activity: Activity, event: EventAccount) -> None:
    """Accounts made, changed, locked, renamed, deleted."""
    computer = named_by(known, activity, event)
    name, domain, sid = event.text("TargetUserName"), event.text("TargetDomainName"), event.fields.get("TargetSid")
    if event.event_id in COMPUTER_ACCOUNTS:
        controller(known, activity, computer, "account log")
        known.accounts.say_short_domain(domain or "", activity)  # of which it is the controller, wherever its own name is in DNS
    if event.event_id == LOCKED:  # its TargetDomainName is the computer that the attempts came from
        domain = event.text("SubjectDomainName")
    if event.event_id == RENAMED:
        old, new = event.text("OldTargetUserName"), event.text("NewTargetUserName")
        if old and new:
            known.accounts.say_rename(domain, old, new, sid or "", activity)
            known.accounts.say_sid(sid, new, domain, activity)
            known.accounts.say(new, domain, "exists", activity)
        return
    known.accounts.say_sid(sid, name, domain, activity)
    word = ACCOUNT_WORDS.get(event.event_id)
    if name and word and activity.result != "failure":
        known.accounts.say(name, domain, word, activity)


def learn_access(known: Parts, activity: Activity, event: EventObjectAccess) -> None:
    """Access to an object of the directory itself is written by controllers."""
    computer = named_by(known, activity, event)
    if event.event_id == 4662 and (event.text("ObjectServer") or "").upper() == "DS":
        controller(known, activity, computer, "directory log")


def learn_change(known: Parts, activity: Activity, event: EventDirectoryChange) -> None:
    """Changes of the directory are written by controllers; those of a lightweight directory are not."""
    computer = named_by(known, activity, event)
    if is_domain_service(event.text("DSType")):
        controller(known, activity, computer, "directory log")


def learn_replication(known: Parts, activity: Activity, event: EventReplication) -> None:
    """Replication is written by controllers."""
    controller(known, activity, named_by(known, activity, event), "replication log")


def learn_ldap(known: Parts, activity: Activity, event: EventLdap) -> None:
    """LDAP diagnostics of the directory service are written by controllers; a lightweight directory has a source of its own."""
    computer = named_by(known, activity, event)
    if "adam" not in event.provider.lower() and "lds" not in event.channel.lower():
        controller(known, activity, computer, "LDAP log")


def learn_certificate(known: Parts, activity: Activity, event: EventCertificate) -> None:
    """A certificate authority wrote it."""
    computer = named_by(known, activity, event)
    if event.event_id in ISSUED:
        known.roles.serves(computer, "Certificate authority", activity)


def learn_adfs(known: Parts, activity: Activity, event: EventAdfs) -> None:
    """A federation server wrote it."""
    known.roles.serves(named_by(known, activity, event), "AD FS", activity)


EVENT_LESSONS: dict[type, Callable[[Parts, Activity, Any], object]] = {
    EventLogon: learn_logon,
    EventKerberos: learn_kerberos,
    EventNtlm: learn_ntlm,
    EventGroup: learn_group,
    EventAccount: learn_account,
    EventObjectAccess: learn_access,
    EventDirectoryChange: learn_change,
    EventReplication: learn_replication,
    EventLdap: learn_ldap,
    EventCertificate: learn_certificate,
    EventAdfs: learn_adfs,
}
"""Family of events to the function that learns from it; every other family names its computer and accounts."""
