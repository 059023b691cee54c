"""How an object differs from what was known of it, in the words of the product's list of directory changes."""

from collections.abc import Iterator

from msgspec import Struct

from app.model.directory import DirectoryObject
from app.sensor.decoders.directory.values import LIST, integer, moment
from app.sensor.decoders.directory.words import UAC

Values = tuple[str, ...]


class Known(Struct, frozen=True, array_like=True, gc=False):
    """What is remembered of one object between two synchronisations. watched: values as text by attribute, empty ones absent."""

    dn: str
    object_class: str
    sid: str | None
    sam: str | None
    domain: str
    deleted: bool
    watched: dict[str, Values]


class Difference(Struct, frozen=True, gc=False):
    """One change in words; attribute is "" for a whole object."""

    what: str
    attribute: str = ""
    old: Values = ()
    new: Values = ()


FACTS = {
    "name": "name changed",
    "mail": "mail changed",
    "manager": "manager changed",
    "telephoneNumber": "phone changed",
    "title": "title changed",
    "scriptPath": "logon script changed",
    "altSecurityIdentities": "alternative identities changed",
    "msDS-GroupMSAMembership": "readers of the managed password changed",
    "msDS-ManagedAccountPrecededByLink": "preceding account changed",
    "msDS-DelegatedMSAState": "state of the migration changed",
    "msDS-AssignedAuthNPolicy": "authentication policy changed",
    "msDS-AssignedAuthNPolicySilo": "authentication policy changed",
    "managedBy": "manager of the object changed",
    "groupType": "group type changed",
    "trustDirection": "trust direction changed",
    "trustAttributes": "trust attributes changed",
    "maxPwdAge": "password policy changed",
    "minPwdAge": "password policy changed",
    "minPwdLength": "password policy changed",
    "pwdHistoryLength": "password policy changed",
    "pwdProperties": "password policy changed",
    "msDS-MaximumPasswordAge": "password policy changed",
    "msDS-MinimumPasswordLength": "password policy changed",
    "msDS-PasswordComplexityEnabled": "password policy changed",
    "msDS-PSOAppliesTo": "password policy changed",
    "lockoutThreshold": "lockout policy changed",
    "lockoutDuration": "lockout policy changed",
    "lockOutObservationWindow": "lockout policy changed",
    "msDS-LockoutThreshold": "lockout policy changed",
    "ms-DS-MachineAccountQuota": "machine account quota changed",
    "gPLink": "group policy links changed",
    "gPCFileSysPath": "group policy path changed",
    "versionNumber": "group policy changed",
    "certificateTemplates": "published certificate templates changed",
    "pKIExtendedKeyUsage": "certificate template changed",
    "msPKI-Certificate-Name-Flag": "certificate template changed",
    "msPKI-Enrollment-Flag": "certificate template changed",
    "msPKI-RA-Signature": "certificate template changed",
    "owner": "owner changed",
    "GenericAll": "rights changed",
    "GenericWrite": "rights changed",
    "WriteDacl": "rights changed",
    "WriteOwner": "rights changed",
    "AllExtendedRights": "rights changed",
    "GetChanges": "rights changed",
    "GetChangesAll": "rights changed",
    "AddMember": "rights changed",
    "ForceChangePassword": "rights changed",
    "Enroll": "rights changed",
}
"""Facts that are watched, with the words for their change."""
ATTRIBUTES = {
    "displayName": "display name changed",
    "sAMAccountName": "SAM name changed",
    "userPrincipalName": "user principal name changed",
    "dNSHostName": "DNS name changed",
    "operatingSystem": "operating system changed",
    "sIDHistory": "SID history changed",
    "servicePrincipalName": "service names changed",
    "msDS-AllowedToDelegateTo": "constrained delegation services changed",
    "msDS-AllowedToActOnBehalfOfOtherIdentity": "resource-based delegation changed",
    "msDS-SupportedEncryptionTypes": "supported encryption types changed",
    "msDS-KeyCredentialLink": "key credentials changed",
    "accountExpires": "expiry time changed",
    "adminCount": "admin count changed",
    "primaryGroupID": "primary group changed",
}
"""Attributes that are compared as they are, with the words for their change."""
CONTROL = {
    0x2: ("account enabled", "account disabled"),
    0x20: ("password not required changed",) * 2,
    0x80: ("reversible password changed",) * 2,
    0x10000: ("password never expires changed",) * 2,
    0x40000: ("smart card required changed",) * 2,
    0x80000: ("delegation setting changed",) * 2,
    0x100000: ("delegation setting changed",) * 2,
    0x200000: ("supported encryption types changed",) * 2,
    0x400000: ("pre-authentication requirement changed",) * 2,
    0x800000: ("password expired",) * 2,
    0x1000000: ("constrained delegation state changed",) * 2,
    0x2000: ("domain controller role changed",) * 2,
}
"""Bits of userAccountControl with the words for their being cleared and being set."""
NOUNS = {
    "user": "user",
    "inetOrgPerson": "user",
    "computer": "computer",
    "group": "group",
    "msDS-GroupManagedServiceAccount": "managed service account",
    "msDS-ManagedServiceAccount": "managed service account",
    "msDS-DelegatedManagedServiceAccount": "managed service account",
    "trustedDomain": "trust",
    "organizationalUnit": "organizational unit",
    "groupPolicyContainer": "group policy",
    "msDS-PasswordSettings": "password policy",
    "pKICertificateTemplate": "certificate template",
}


def known(one: DirectoryObject, members: Values = ()) -> Known:
    """What to remember of an object; members: all of them, over all its parts."""
    facts = one.facts
    keys = facts.get("msDS-KeyCredentialLink", "")
    watched: dict[str, Values] = {
        "displayName": (one.display_name,) if one.display_name else (),
        "sAMAccountName": (one.sam,) if one.sam else (),
        "userPrincipalName": (one.upn,) if one.upn else (),
        "dNSHostName": (one.dns_name,) if one.dns_name else (),
        "operatingSystem": (one.operating_system,) if one.operating_system else (),
        "sIDHistory": one.sid_history,
        "servicePrincipalName": one.spns,
        "msDS-AllowedToDelegateTo": one.delegates_to,
        "msDS-AllowedToActOnBehalfOfOtherIdentity": one.allowed_to_act,
        "msDS-SupportedEncryptionTypes": _number(one.encryption_types),
        "msDS-KeyCredentialLink": tuple(keys.split(LIST)) if keys else (),
        "accountExpires": (moment(one.expires),) if one.expires else (),
        "adminCount": _number(one.admin_count),
        "primaryGroupID": _number(one.primary_group),
        "userAccountControl": _number(one.uac),
        "pwdLastSet": (str(one.password_set),) if one.password_set else (),
        "lockoutTime": (facts["lockoutTime"],) if facts.get("lockoutTime") else (),
        "member": members,
    }
    for name in FACTS:
        if name in facts:
            watched[name] = (facts[name],)
    kept = {name: found for name, found in watched.items() if found}
    return Known(one.dn, one.object_class, one.sid, one.sam, one.domain, one.deleted, kept)


def _number(number: int | None) -> Values:
    return () if number is None else (str(number),)


def made(new: Known) -> Difference:
    """An object that was not known before."""
    noun = NOUNS.get(new.object_class, "object")
    return Difference(f"{noun} deleted" if new.deleted else f"{noun} created", new=(new.dn,))


def gone(old: Known) -> Difference:
    """An object that is not there any more."""
    return Difference(f"{NOUNS.get(old.object_class, 'object')} deleted", old=(old.dn,))


def differences(old: Known, new: Known) -> Iterator[Difference]:
    """Every change between two states of one object; of a deletion only that, for a deleted object loses most attributes."""
    noun = NOUNS.get(new.object_class, "object")
    if new.deleted:
        if not old.deleted:
            yield Difference(f"{noun} deleted", "isDeleted", (old.dn,), (new.dn,))
        return
    if old.deleted:
        yield Difference(f"{noun} restored", "isDeleted", (old.dn,), (new.dn,))
        return
    if old.dn != new.dn:
        yield Difference("path changed", "distinguishedName", (old.dn,), (new.dn,))
    before, after = old.watched, new.watched
    for name, what in (*ATTRIBUTES.items(), *FACTS.items()):
        one, other = before.get(name, ()), after.get(name, ())
        if one != other and set(one) != set(other):
            yield Difference(what, name, one, other)
    yield from _control(before.get("userAccountControl", ()), after.get("userAccountControl", ()))
    yield from _password(before.get("pwdLastSet", ()), after.get("pwdLastSet", ()))
    yield from _lockout(before.get("lockoutTime", ()), after.get("lockoutTime", ()))
    yield from _members(before.get("member", ()), after.get("member", ()))


def _control(old: Values, new: Values) -> Iterator[Difference]:
    if not old or not new:  # not readable then or now: no change that anybody made
        return
    was, now = _integer(old[0]), _integer(new[0])
    for bit, words in CONTROL.items():
        if (was ^ now) & bit:
            name = UAC.get(bit, "domain controller")
            said = [(name if value & bit else f"not {name}",) for value in (was, now)]
            yield Difference(words[bool(now & bit)], "userAccountControl", said[0], said[1])


def _password(old: Values, new: Values) -> Iterator[Difference]:
    if old == new:
        return
    if not new:
        yield Difference("password expired", "pwdLastSet", _moments(old), ())
    else:
        yield Difference("password changed", "pwdLastSet", _moments(old), _moments(new))


def _moments(found: Values) -> Values:
    return tuple(moment(_integer(one)) for one in found)


def _integer(text: str) -> int:
    """A number that was kept; 0 where a file was damaged."""
    found = integer(text.encode())
    return found if found is not None and 0 <= found < 1 << 52 else 0


def _lockout(old: Values, new: Values) -> Iterator[Difference]:
    if new and new != old:
        yield Difference("account locked", "lockoutTime", old, new)
    elif old and not new:
        yield Difference("account unlocked", "lockoutTime", old, ())


def _members(old: Values, new: Values) -> Iterator[Difference]:
    if old == new:
        return
    before, after = set(old), set(new)
    if added := tuple(one for one in new if one not in before):
        yield Difference("group membership added", "member", (), added)
    if removed := tuple(one for one in old if one not in after):
        yield Difference("group membership removed", "member", removed, ())
