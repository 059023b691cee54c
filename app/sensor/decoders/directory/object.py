"""Attributes of one entry to typed values: what LDAP and LDIF give becomes DirectoryObject."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from app.model.directory import DirectoryObject
from app.sensor.decoders.directory import values
from app.sensor.decoders.directory.keycredential import key_credential
from app.sensor.decoders.directory.security import descriptor, rights, trustees
from app.sensor.decoders.directory.values import LIST, filetime, generalized, integer, listed, moment, text
from app.sensor.decoders.directory.words import (
    DIRECTIONS,
    ENROLL,
    GROUPS,
    NAME,
    PROPERTIES,
    TRUST_ATTRIBUTES,
    TRUSTS,
    flags,
)

Attributes = Mapping[str, Sequence[bytes]]
"""Values of one entry by attribute in lower case, without options."""
PART = 1000
"""Members of one object; a longer list is spread over several."""
VALUES = 256
"""At most so many service names, delegation targets and the like are kept of one object."""
CLASSES = (
    "msDS-DelegatedManagedServiceAccount",
    "msDS-GroupManagedServiceAccount",
    "msDS-ManagedServiceAccount",
    "computer",
    "inetOrgPerson",
    "user",
    "group",
    "domainDNS",
    "trustedDomain",
    "organizationalUnit",
    "groupPolicyContainer",
    "foreignSecurityPrincipal",
    "msDS-PasswordSettings",
    "pKICertificateTemplate",
    "pKIEnrollmentService",
    "certificationAuthority",
    "contact",
)
"""Classes of objects that are kept, the most special first."""
CONTAINER, HOLDER = "container", "cn=adminsdholder,cn=system,"
"""The one container that is kept: every administrator's account gets its permissions (MS-ADTS section 3.1.1.6.1)."""
_KNOWN = {one.lower(): (rank, one) for rank, one in enumerate(CLASSES)}


def class_of(values: Sequence[bytes]) -> str | None:
    """The class of CLASSES that an entry's objectClass says; None when it is of none of them."""
    found = [_KNOWN[name] for name in (one.decode("ascii", "replace").lower() for one in values[:64]) if name in _KNOWN]
    return min(found)[1] if found else None


def objects_of(dn: str, entry: Attributes) -> Iterator[DirectoryObject]:
    """The entry as one object, or as several parts of equal guid when it has more than PART members; none of other classes."""
    kind = class_of(entry.get("objectclass", ())) or (CONTAINER if dn[: len(HOLDER)].lower() == HOLDER else None)
    if kind is None:
        return
    whole = _object(dn, kind, entry)
    names = entry.get("member", ())
    if len(names) <= PART:
        yield replace(whole, members=tuple([_name(one) for one in names])) if names else whole
        return
    parts = -(-len(names) // PART)
    for part in range(parts):
        some = tuple([_name(one) for one in names[part * PART : (part + 1) * PART]])
        if part:
            yield DirectoryObject(
                dn=whole.dn, object_class=kind, domain=whole.domain, guid=whole.guid, sid=whole.sid, sam=whole.sam,
                usn=whole.usn, changed=whole.changed, deleted=whole.deleted, members=some, part=part, parts=parts,
            )  # fmt: skip
        else:
            yield replace(whole, members=some, parts=parts)


def _name(raw: bytes) -> str:
    return raw[:4096].decode("utf-8", "replace")


def _object(dn: str, kind: str, entry: Attributes) -> DirectoryObject:
    def one(name: str) -> bytes | None:
        found = entry.get(name)
        return found[0] if found else None

    def said(name: str) -> str | None:
        raw = one(name)
        return text(raw) if raw else None

    def number(name: str) -> int | None:
        raw = one(name)
        return integer(raw) if raw else None

    def time(name: str) -> int | None:
        raw = one(name)
        return filetime(raw) if raw else None

    def texts(name: str) -> tuple[str, ...]:
        return tuple([text(raw) for raw in entry.get(name, ())[:VALUES]])

    sid, made, changed = one("objectsid"), one("whencreated"), one("whenchanged")
    ident, act = one("objectguid"), one("msds-allowedtoactonbehalfofotheridentity")
    may_act = descriptor(act) if act else None
    return DirectoryObject(
        dn=dn,
        object_class=kind,
        domain=values.domain_of(dn),
        guid=values.guid(ident) if ident else None,
        sid=values.sid(sid) if sid else None,
        sam=said("samaccountname"),
        upn=said("userprincipalname"),
        dns_name=said("dnshostname"),
        display_name=said("displayname"),
        uac=number("useraccountcontrol"),
        admin_count=number("admincount"),
        primary_group=number("primarygroupid"),
        spns=texts("serviceprincipalname"),
        delegates_to=texts("msds-allowedtodelegateto"),
        allowed_to_act=trustees(may_act)[:VALUES] if may_act else (),
        sid_history=tuple([old for raw in entry.get("sidhistory", ())[:VALUES] if (old := values.sid(raw))]),
        key_credentials=len(entry.get("msds-keycredentiallink", ())),
        encryption_types=number("msds-supportedencryptiontypes"),
        operating_system=said("operatingsystem"),
        created=generalized(made) if made else None,
        changed=generalized(changed) if changed else None,
        password_set=time("pwdlastset"),
        expires=time("accountexpires"),
        usn=number("usnchanged"),
        deleted=(one("isdeleted") or b"").upper() == b"TRUE",
        facts=facts_of(entry),
    )


def _time(raw: Sequence[bytes]) -> str | None:
    at = filetime(raw[0])
    return moment(at) if at is not None else None


def _texts(raw: Sequence[bytes]) -> str:
    return (
        listed([text(one) for one in raw[: values.MOST + 1]]) if len(raw) <= values.MOST else listed([text(one) for one in raw])
    )


def _interval(raw: Sequence[bytes]) -> str | None:
    return values.seconds(raw[0])


def _number(raw: Sequence[bytes]) -> str | None:
    found = integer(raw[0])
    return None if found is None else str(found)


def _count(raw: Sequence[bytes]) -> str:
    return str(len(raw))


def _word(names: dict[int, str]) -> Callable[[Sequence[bytes]], str | None]:
    def word(raw: Sequence[bytes]) -> str | None:
        found = integer(raw[0])
        return None if found is None else names.get(found, str(found))

    return word


def _flags(names: dict[int, str]) -> Callable[[Sequence[bytes]], str | None]:
    def words(raw: Sequence[bytes]) -> str | None:
        found = integer(raw[0])
        return None if found is None else LIST.join(flags(found & 0xFFFFFFFF, names))

    return words


def _sids(raw: Sequence[bytes]) -> str:
    return listed([found for one in raw if (found := values.sid(one))])


def _readers(raw: Sequence[bytes]) -> str | None:
    found = descriptor(raw[0])
    return listed(list(trustees(found))) if found else None


def _keys(raw: Sequence[bytes]) -> str:
    return listed([key_credential(one) for one in raw[: values.MOST]])


FACTS: dict[str, Callable[[Sequence[bytes]], str | None]] = {
    "lastLogon": _time,
    "lastLogonTimestamp": _time,
    "lockoutTime": _time,
    "badPasswordTime": _time,
    "badPwdCount": _number,
    "logonCount": _number,
    "description": _texts,
    "name": _texts,
    "mail": _texts,
    "manager": _texts,
    "telephoneNumber": _texts,
    "title": _texts,
    "department": _texts,
    "company": _texts,
    "physicalDeliveryOfficeName": _texts,
    "userWorkstations": _texts,
    "scriptPath": _texts,
    "homeDirectory": _texts,
    "operatingSystemVersion": _texts,
    "altSecurityIdentities": _texts,
    "userCertificate": _count,
    "groupType": _flags(GROUPS),
    "managedBy": _texts,
    "msDS-KeyCredentialLink": _keys,
    "msDS-GroupMSAMembership": _readers,
    "msDS-ManagedPasswordInterval": _number,
    "msDS-DelegatedMSAState": _number,
    "msDS-ManagedAccountPrecededByLink": _texts,
    "msDS-SupersededManagedAccountLink": _texts,
    "msDS-HostServiceAccount": _texts,
    "msDS-AssignedAuthNPolicy": _texts,
    "msDS-AssignedAuthNPolicySilo": _texts,
    "mS-DS-CreatorSID": _sids,
    "msDS-LastKnownRDN": _texts,
    "lastKnownParent": _texts,
    "trustPartner": _texts,
    "flatName": _texts,
    "trustDirection": _word(DIRECTIONS),
    "trustType": _word(TRUSTS),
    "trustAttributes": _flags(TRUST_ATTRIBUTES),
    "securityIdentifier": _sids,
    "maxPwdAge": _interval,
    "minPwdAge": _interval,
    "minPwdLength": _number,
    "pwdHistoryLength": _number,
    "pwdProperties": _flags(PROPERTIES),
    "lockoutThreshold": _number,
    "lockoutDuration": _interval,
    "lockOutObservationWindow": _interval,
    "ms-DS-MachineAccountQuota": _number,
    "msDS-Behavior-Version": _number,
    "msDS-MaximumPasswordAge": _interval,
    "msDS-MinimumPasswordAge": _interval,
    "msDS-MinimumPasswordLength": _number,
    "msDS-PasswordHistoryLength": _number,
    "msDS-PasswordComplexityEnabled": _texts,
    "msDS-PasswordReversibleEncryptionEnabled": _texts,
    "msDS-LockoutThreshold": _number,
    "msDS-LockoutDuration": _interval,
    "msDS-LockoutObservationWindow": _interval,
    "msDS-PasswordSettingsPrecedence": _number,
    "msDS-PSOAppliesTo": _texts,
    "gPLink": _texts,
    "gPOptions": _number,
    "gPCFileSysPath": _texts,
    "versionNumber": _number,
    "certificateTemplates": _texts,
    "pKIExtendedKeyUsage": _texts,
    "msPKI-Certificate-Application-Policy": _texts,
    "msPKI-Certificate-Name-Flag": _flags(NAME),
    "msPKI-Enrollment-Flag": _flags(ENROLL),
    "msPKI-RA-Signature": _number,
    "msPKI-Template-Schema-Version": _number,
}
"""Attributes that become facts of the same name. Times are ISO 8601, intervals seconds or "never", lists joined by LIST."""
_FACTS = {name.lower(): (name, how) for name, how in FACTS.items()}
READ = (
    "objectClass", "objectGUID", "objectSid", "sAMAccountName", "userPrincipalName", "dNSHostName", "displayName",
    "userAccountControl", "adminCount", "primaryGroupID", "member", "servicePrincipalName", "msDS-AllowedToDelegateTo",
    "msDS-AllowedToActOnBehalfOfOtherIdentity", "sIDHistory", "msDS-SupportedEncryptionTypes", "operatingSystem", "whenCreated",
    "whenChanged", "pwdLastSet", "accountExpires", "uSNChanged", "isDeleted",
    *(one for one in FACTS if one not in ("lastLogon", "badPasswordTime", "badPwdCount", "logonCount", "userCertificate")),
)  # fmt: skip
"""What a synchronisation asks for; counters that every logon moves, and certificates of users, are left out."""


def facts_of(entry: Attributes) -> dict[str, str]:
    """What FACTS says of the entry, and of its security descriptor, where there is one, owner and rights."""
    out: dict[str, str] = {}
    for name, found in entry.items():
        fact = _FACTS.get(name)
        if fact is not None and found and (said := fact[1](found)):
            out[fact[0]] = said
    if security := entry.get("ntsecuritydescriptor"):
        found_one = descriptor(security[0])
        if found_one is not None:
            out.update(rights(found_one))
    return out
