"""One element of a SharpHound collection to typed values: what BloodHound's JSON gives becomes DirectoryObject.

Facts of the collection itself, all texts; lists are joined by values.LIST:
"sessions": SIDs of users with a session on this computer, as any of the three methods saw it;
"members of NAME": SIDs in a local group of this computer ("Administrators", "Remote Desktop Users", ...);
"policy members of NAME": SIDs that a group policy linked here puts into that local group of the "policy computers", which are
"DOMAIN'S SID: RID RID ...";
"GenericAll", "WriteDacl", "Owns", ...: SIDs that hold this right on the object, inherited or not;
"SPN targets": computers with a service of this account. "gMSA readers": the right ReadGMSAPassword in turn.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from app.model.directory import DirectoryObject
from app.sensor.decoders.directory.object import PART, VALUES
from app.sensor.decoders.directory.values import LIST, LONGEST, domain_of, listed, moment, sid
from app.sensor.decoders.directory.words import DISABLED, NORMAL, SERVER, WORKSTATION

CLASSES = {
    "users": "user",
    "computers": "computer",
    "groups": "group",
    "domains": "domainDNS",
    "ous": "organizationalUnit",
    "gpos": "groupPolicyContainer",
    "containers": "container",
    "certtemplates": "pKICertificateTemplate",
    "enterprisecas": "pKIEnrollmentService",
    "rootcas": "certificationAuthority",
    "aiacas": "certificationAuthority",
    "ntauthstores": "certificationAuthority",
    "issuancepolicies": "msPKI-Enterprise-Oid",
}
"""Types of collected objects, as "meta" and the file names say them, with their class in the directory."""
FLAGS = {
    "dontreqpreauth": 0x400000,
    "passwordnotreqd": 0x20,
    "unconstraineddelegation": 0x80000,
    "pwdneverexpires": 0x10000,
    "trustedtoauth": 0x1000000,
    "sensitive": 0x100000,
    "smartcardrequired": 0x40000,
    "encryptedtextpwdallowed": 0x80,
    "usedeskeyonly": 0x200000,
    "lockedout": 0x10,
    "passwordexpired": 0x800000,
    "passwordcantchange": 0x40,
}
"""Properties that are bits of userAccountControl."""
TEXTS = {
    "description": "description",
    "title": "title",
    "email": "mail",
    "logonscript": "scriptPath",
    "homedirectory": "homeDirectory",
    "functionallevel": "functional level",
    "gpcpath": "gPCFileSysPath",
    "blocksinheritance": "blocks inheritance",
    "machineaccountquota": "ms-DS-MachineAccountQuota",
    "minpwdlength": "minPwdLength",
    "pwdhistorylength": "pwdHistoryLength",
    "lockoutthreshold": "lockoutThreshold",
    "haslaps": "LAPS",
    "schemaversion": "msPKI-Template-Schema-Version",
    "enrolleesuppliessubject": "enrollee supplies subject",
    "requiresmanagerapproval": "manager approval",
    "nosecurityextension": "no security extension",
    "authenticationenabled": "authentication enabled",
    "authorizedsignatures": "msPKI-RA-Signature",
    "effectiveekus": "pKIExtendedKeyUsage",
    "caname": "certificate authority",
    "isuserspecifiessanenabled": "user specifies alternative name",
}
"""Properties that are kept as facts, with the fact's name. Passwords that a collection holds are never kept."""
LOCAL_LISTS = {
    "LocalAdmins": "Administrators",
    "RemoteDesktopUsers": "Remote Desktop Users",
    "DcomUsers": "Distributed Com Users",
    "PSRemoteUsers": "Remote Management Users",
}
"""Lists of a computer, or of the policies of a unit, with the local group that they are of."""
LOCAL_RIDS = {"544": "Administrators", "555": "Remote Desktop Users", "562": "Distributed Com Users",
              "580": "Remote Management Users"}  # fmt: skip
"""The same groups by the last number of their SID (MS-DTYP section 2.4.2.4): the name depends on the system's language."""
POLICY_COMPUTERS = 2_000
"""Computers kept of one unit."""
_DIRECTIONS = {"0": "disabled", "1": "inbound", "2": "outbound", "3": "bidirectional"}
_KINDS = {"0": "ParentChild", "1": "CrossLink", "2": "Forest", "3": "External", "4": "Unknown"}
_NO_RIGHT = {"", "None"}


def objects_of(kind: str, one: Mapping[str, Any]) -> Iterator[DirectoryObject]:
    """The element of a collection of this kind (a word of CLASSES) as objects: itself, in parts where long, and its trusts."""
    found = _dict(one.get("Properties"))
    members = _idents(one.get("Members"), 1 << 21)
    whole = _object(kind, one, found)
    parts = max(1, -(-len(members) // PART))
    for part in range(parts):
        some = tuple(members[part * PART : (part + 1) * PART])
        if part:
            yield DirectoryObject(
                dn=whole.dn, object_class=whole.object_class, domain=whole.domain, guid=whole.guid, sid=whole.sid,
                sam=whole.sam, members=some, part=part, parts=parts,
            )  # fmt: skip
        else:
            yield replace(whole, members=some, parts=parts)
    for trust in _list(one.get("Trusts"))[:VALUES]:
        yield _trust(whole, _dict(trust))


def _object(kind: str, one: Mapping[str, Any], found: Mapping[str, Any]) -> DirectoryObject:
    dn = _text(found.get("distinguishedname"))
    ident = _text(one.get("ObjectIdentifier"))
    own = _sid(ident)
    name = _text(found.get("name"))
    primary = _sid(one.get("PrimaryGroupSID"))
    object_class = CLASSES.get(kind, kind)
    if kind == "users" and found.get("gmsa") is True:
        object_class = "msDS-GroupManagedServiceAccount"
    host = name if kind == "computers" else _text(found.get("dnshostname"))
    return DirectoryObject(
        dn=dn,
        object_class=object_class,
        domain=_text(found.get("domain")).lower() or domain_of(dn),
        guid=None if own else ident.lower() or None,
        sid=own,
        sam=_text(found.get("samaccountname")) or None,
        upn=_text(found.get("userprincipalname")) or None,
        dns_name=host.lower() or None,
        display_name=_text(found.get("displayname")) or (name or None if kind in ("gpos", "certtemplates") else None),
        uac=_control(kind, one, found),
        admin_count=int(found["admincount"]) if isinstance(found.get("admincount"), bool) else None,
        primary_group=_rid(primary),
        spns=_texts(found.get("serviceprincipalnames")),
        delegates_to=_texts(found.get("allowedtodelegate")) or tuple(_idents(one.get("AllowedToDelegate"))),
        allowed_to_act=tuple(_idents(one.get("AllowedToAct"))),
        sid_history=tuple(_idents(found.get("sidhistory")) or _idents(one.get("HasSIDHistory"))),
        encryption_types=_number(found.get("supportedencryptiontypes")),
        operating_system=_text(found.get("operatingsystem")) or None,
        created=_time(found.get("whencreated")),
        password_set=_time(found.get("pwdlastset")),
        deleted=one.get("IsDeleted") is True,
        facts=_facts(one, found),
    )


def _control(kind: str, one: Mapping[str, Any], found: Mapping[str, Any]) -> int | None:
    """userAccountControl as far as the collection's properties tell it; None where "enabled" was not collected."""
    whole = _number(found.get("useraccountcontrol"))
    if whole is not None:
        return whole
    if kind not in ("users", "computers") or not isinstance(found.get("enabled"), bool):
        return None
    controller = found.get("isdc") is True or one.get("IsDC") is True
    out = NORMAL if kind == "users" else SERVER if controller else WORKSTATION
    out |= 0 if found["enabled"] else DISABLED
    for name, bit in FLAGS.items():
        if found.get(name) is True:
            out |= bit
    return out


def _facts(one: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, fact in TEXTS.items():
        value = found.get(name)
        if value is not None and value != "" and value != []:
            out[fact] = listed(list(_texts(value))) if isinstance(value, list) else _text(value)
    for name, fact in (("lastlogontimestamp", "lastLogonTimestamp"), ("lastlogon", "lastLogon")):
        if (at := _time(found.get(name))) is not None:
            out[fact] = moment(at)
    seen: dict[str, None] = {}
    for name in ("Sessions", "PrivilegedSessions", "RegistrySessions"):
        for session in _results(one.get(name)):
            user = _sid(_dict(session).get("UserSID") or _dict(session).get("UserId"))
            if user:
                seen[user] = None
    if seen:
        out["sessions"] = _many(list(seen))
    out.update(_local(one))
    out.update(_policies(_dict(one.get("GPOChanges"))))
    if targets := [_text(_dict(target).get("ComputerSID")) for target in _list(one.get("SPNTargets"))[:VALUES]]:
        out["SPN targets"] = listed([target for target in targets if target])
    if templates := _idents(one.get("EnabledCertTemplates")):
        out["certificateTemplates"] = listed(templates)
    if hosting := _sid(one.get("HostingComputer")):
        out["hosting computer"] = hosting
    out.update(_rights(one.get("Aces")))
    return out


def _local(one: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Local groups: LocalGroups since version 5, a list for each right before that."""
    for group in _list(one.get("LocalGroups"))[:VALUES]:
        held = _dict(group)
        if members := _idents(held.get("Results")):
            rid = _text(held.get("ObjectIdentifier")).rpartition("-")[2]
            named = _text(held.get("Name")).partition("@")[0].title() or "a local group"
            yield f"members of {LOCAL_RIDS.get(rid, named)}", _many(members)
    for name, group in LOCAL_LISTS.items():
        if members := _idents(_results(one.get(name))):
            yield f"members of {group}", _many(members)


def _policies(changes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Members that group policies give to local groups of the computers below a domain or a unit."""
    computers = _idents(changes.get("AffectedComputers"), POLICY_COMPUTERS)
    given = {group: members for name, group in LOCAL_LISTS.items() if (members := _idents(changes.get(name)))}
    if computers and given:
        domain = computers[0].rpartition("-")[0]
        rids = [one.rpartition("-")[2] for one in computers if one.rpartition("-")[0] == domain]
        yield "policy computers", f"{domain}: {' '.join(rids)}"
        for group, members in given.items():
            yield f"policy members of {group}", _many(members)


def _many(values: list[str]) -> str:
    """Values as the text of one fact, more of them than of a fact that is only read."""
    return LIST.join(values[:VALUES])


def _rights(found: Any) -> Iterator[tuple[str, str]]:
    who: dict[str, dict[str, None]] = {}
    for ace in _list(found)[: 1 << 12]:
        held = _dict(ace)
        right, principal = _text(held.get("RightName")), _sid(held.get("PrincipalSID"))
        if right in ("ExtendedRight", "WriteProperty"):  # versions 1 to 3 say which one in AceType
            right = _text(held.get("AceType")) or right
        if principal and right not in _NO_RIGHT and len(who) < VALUES:
            who.setdefault("owner" if right in ("Owns", "Owner") else right, {})[principal] = None
    return iter([(right, listed(list(sids))) for right, sids in who.items()])


def _trust(domain: DirectoryObject, trust: Mapping[str, Any]) -> DirectoryObject:
    partner = _text(trust.get("TargetDomainName")).lower()
    direction, kind = _text(trust.get("TrustDirection")), _text(trust.get("TrustType"))
    words = []
    if trust.get("IsTransitive") is False:
        words.append("non-transitive")
    if trust.get("SidFilteringEnabled") is True:
        words.append("SID filtering")
    if trust.get("TGTDelegation") is True or trust.get("TGTDelegationEnabled") is True:
        words.append("TGT delegation")
    facts = {
        "trustPartner": partner,
        "trustDirection": _DIRECTIONS.get(direction, direction.lower()),
        "trustType": _KINDS.get(kind, kind),
        "trustAttributes": listed(words),
        "securityIdentifier": _sid(trust.get("TargetDomainSid")) or "",
    }
    return DirectoryObject(
        dn=f"CN={partner},CN=System,{domain.dn}",
        object_class="trustedDomain",
        domain=domain.domain,
        facts={name: value for name, value in facts.items() if value},
    )


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _results(value: Any) -> list[Any]:
    """Versions 4 and later wrap a list in {"Results": [...]}; earlier ones do not."""
    return _list(value["Results"]) if isinstance(value, dict) and "Results" in value else _list(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int | float):
        return ""
    out = str(value)[:LONGEST]
    return out if out.isprintable() else "".join(one if one.isprintable() else " " for one in out)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(found for one in _list(value)[:VALUES] if (found := _text(one)))


def _sid(value: Any) -> str | None:
    """A SID; a well-known one has its domain before it ("A.TEST-S-1-5-32-544"), which is taken off."""
    if not isinstance(value, str):
        return None
    return sid(value[max(value.upper().find("S-1-"), 0) :].encode("ascii", "replace"))


def _ident(value: Any) -> str:
    held = value if isinstance(value, str) else _dict(value).get("ObjectIdentifier") or _dict(value).get("MemberId")
    return _sid(held) or _text(held)


def _idents(value: Any, most: int = VALUES) -> list[str]:
    return [found for one in _list(value)[:most] if (found := _ident(one))]


def _rid(primary: str | None) -> int | None:
    return int(primary.rsplit("-", 1)[1]) if primary else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63 else None


def _time(value: Any) -> int | None:
    """UTC microseconds of seconds since 1970; 0 and -1 are never."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 4_102_444_800:
        return None
    return int(value) * 1_000_000
