"""Changes of the directory for the cases of detectors: LDAP requests, events of controllers, synchronisations."""

from itertools import count

from msgspec.structs import replace

from app.model.activity import Account, Activity, Result
from app.model.details import LdapAdd, LdapDelete, LdapModify, LdapRename
from app.model.directory import DirectoryChange, DirectoryObject
from app.sensor.decoders import ldap_descriptors
from app.sensor.decoders.directory.changes import differences, made
from app.sensor.decoders.directory.changes import known as remembered
from app.sensor.decoders.ldap_values import value_text
from tests.engine.detectors.builders import DC1, HOUR, WS1, act, controller
from tests.engine.detectors.logs import DC, DOMAIN, known, log, subject

BASE = "DC=example,DC=org"
DAY = 24 * HOUR
_correlations = count(1)


def dn(name: str, where: str = "OU=Staff") -> str:
    """A distinguished name in the invented domain."""
    return f"CN={name},{where},{BASE}"


def _by(user: str) -> Account:
    return Account(name=user, domain="example.org")


def _result(code: int | None) -> Result:
    return "unanswered" if code is None else "failure" if code else "success"


def modify(
    name: str, attribute: str, *values: str, user: str = "alice", source: str = WS1, at: int = 0, code: int | None = 0,
    deed: str = "replace",
) -> Activity:  # fmt: skip
    """An LDAP modify of one attribute; code None: no answer."""
    detail = LdapModify(dn=name, changes=((deed, attribute, values),))
    return act(detail, source, DC1, 389, at=at, result=_result(code), code=code, account=_by(user))


def rewritten(
    name: str, attribute: str, new: bytes, old: bytes, *, user: str = "alice", source: str = WS1, at: int = 0, code: int = 0,
    flags: int = ldap_descriptors.ALL,
) -> Activity:  # fmt: skip
    """An LDAP modify that writes a descriptor which the same connection had read, as the sensor tells it."""
    key = attribute.lower()
    changes = ldap_descriptors.meant((("replace", attribute, (value_text(attribute, new),)),), {key: new}, flags)
    one = ldap_descriptors.compared(key, old, new, flags)
    told = ((one.attribute, one.added, one.removed),) if one is not None else ()
    detail = LdapModify(dn=name, changes=changes, compared=told)
    return act(detail, source, DC1, 389, at=at, result=_result(code), code=code, account=_by(user))


def added(
    name: str, user: str = "alice", *, source: str = WS1, at: int = 0, code: int = 0, **attributes: str | tuple[str, ...]
) -> Activity:
    """An LDAP add; underscores in names of attributes are hyphens."""
    changes = tuple(
        ("add", key.replace("_", "-"), (value,) if isinstance(value, str) else value) for key, value in attributes.items()
    )
    return act(LdapAdd(dn=name, changes=changes), source, DC1, 389, at=at, result=_result(code), code=code, account=_by(user))


def deleted(name: str, user: str = "alice", *, source: str = WS1, at: int = 0, code: int = 0) -> Activity:
    """An LDAP delete."""
    return act(LdapDelete(dn=name), source, DC1, 389, at=at, result=_result(code), code=code, account=_by(user))


def renamed(name: str, new: str, user: str = "alice", *, source: str = WS1, at: int = 0) -> Activity:
    """An LDAP modify DN."""
    detail = LdapRename(dn=name, changes=(("replace", "newrdn", (f"CN={new}",)),))
    return act(detail, source, DC1, 389, at=at, account=_by(user))


def written(
    name: str, attribute: str, new: str, old: str | None = None, *, user: str = "alice", at: int = 0, kind: str = "user",
    session: int = 0x5000, guid: str = "0b1e9c1e-0000-4000-8000-000000000001", computer: str = DC,
) -> list[Activity]:  # fmt: skip
    """5136: the old value taken away, where there is one, and the new one added, under one number; new "" only takes away."""
    fields = {
        **subject(user, session), "OpCorrelationID": f"{{{next(_correlations)}}}", "DSName": "example.org", "DSType": "%%14676",
        "ObjectDN": name, "ObjectGUID": f"{{{guid}}}", "ObjectClass": kind, "AttributeLDAPDisplayName": attribute,
    }  # fmt: skip
    rows = [] if old is None else [({"AttributeValue": old, "OperationType": "%%14675"}, 0)]
    rows += [({"AttributeValue": new, "OperationType": "%%14674"}, 100)] if new else []
    return [log(5136, {**fields, **more}, at=at + later, computer=computer) for more, later in rows]


def touched(prop: str, kind: str, *, user: str = "alice", mask: str = "0x20", at: int = 0, failed: bool = False) -> Activity:
    """4662: a property written, or permissions (mask 0x40000)."""
    fields = {
        **subject(user), "ObjectServer": "DS", "ObjectType": f"%{{{kind}}}", "AccessMask": mask,
        "ObjectName": "%{0b1e9c1e-0000-4000-8000-000000000001}", "Properties": f"%%7685 {{{prop}}} {{{kind}}}",
    }  # fmt: skip
    return log(4662, fields, at=at, failed=failed)


def account_event(
    event_id: int, target: str, user: str = "alice", *, at: int = 0, rid: int = 2001, failed: bool = False, **fields: str
) -> Activity:
    """4720, 4724, 4726, 4738, 4741, 4742, 4765, 4781 and their like."""
    named = {"TargetUserName": target, "TargetDomainName": "EXAMPLE", "TargetSid": f"{DOMAIN}-{rid}"}
    return log(event_id, {**named, **subject(user), **fields}, at=at, failed=failed)


def group_event(
    event_id: int, group: str, sid: str, member: str = f"{DOMAIN}-2001", user: str = "alice", *, at: int = 0, computer: str = DC,
    session: int = 0x5000,
) -> Activity:  # fmt: skip
    """4727, 4728, 4732, 4756 and their like."""
    fields = {
        "MemberName": "-", "MemberSid": member, "TargetUserName": group, "TargetSid": sid,
        "TargetDomainName": "Builtin" if sid.startswith("S-1-5-32-") else "EXAMPLE", **subject(user, session),
    }  # fmt: skip
    return log(event_id, fields, at=at, computer=computer)


def synchronised(
    name: str, attribute: str, new: tuple[str, ...], old: tuple[str, ...] = (), *, kind: str = "user", what: str = "",
    at: int = 0, **more: str,
) -> Activity:  # fmt: skip
    """A synchronisation of the directory found a difference."""
    detail = DirectoryChange(
        dn=name, object_class=kind, domain="example.org", what=what, attribute=attribute, old=old, new=new, **more
    )
    return replace(act(detail, at=at), source=None, destination=None)


def administrators(*names: str) -> list[Activity]:
    """The directory has had these users in Domain Admins for a year, and its controller is known."""
    early = -400 * DAY
    users = [known(name, at=early, sid=subject(name)["SubjectUserSid"]) for name in names]
    group = known("Domain Admins", "group", at=early, sid=f"{DOMAIN}-512", members=tuple(f"CN={name},{BASE}" for name in names))
    return [controller(DC1), known("example.org", "domainDNS", at=early, facts={"nETBIOSName": "EXAMPLE"}), *users, group]


def person(name: str, *, at: int = -400 * DAY, **more: object) -> Activity:
    """The directory has this ordinary user, below Staff."""
    more = {"sid": subject(name)["SubjectUserSid"], **more}
    return known(name, at=at, **more)


def certificate(event_id: int, user: str = "alice", *, at: int = 0, computer: str = "ca1.example.org", **fields: str) -> Activity:
    """4882, 4885, 4890, 4896 (by a subject), and 4886, 4887, 4888 (with a requester)."""
    if event_id in (4886, 4887, 4888):
        fields = {"RequestId": "7", "Requester": rf"EXAMPLE\{user}", "Attributes": "", **fields}
    elif event_id != 4899:
        fields = {**fields, **subject(user)}
    return log(event_id, fields, at=at, computer=computer, failed=event_id == 4888)


def differed(old: DirectoryObject, *, at: int = 0, **new: object) -> list[Activity]:
    """What a synchronisation tells of an object that is as it was but for this, by the sensor that compares real ones."""
    now = replace(old, **new)
    return [
        synchronised(
            now.dn,
            one.attribute,
            one.new,
            one.old,
            kind=now.object_class,
            what=one.what,
            at=at + number,
            sam=now.sam or "",
            sid=now.sid or "",
            guid=now.guid or "",
        )
        for number, one in enumerate(differences(remembered(old, old.members), remembered(now, now.members)))
    ]


def appeared(new: DirectoryObject, *, at: int = 0) -> Activity:
    """A synchronisation found an object that was not there before, or that is there no more."""
    one = made(remembered(new))
    return synchronised(
        new.dn, one.attribute, one.new, one.old, kind=new.object_class, what=one.what, at=at, sam=new.sam or "", sid=new.sid or ""
    )


def entry_of(name: str, kind: str = "user", **more: object) -> DirectoryObject:
    """An object as a synchronisation reads it."""
    more = {"sam": name, "dn": dn(name), **more}
    return DirectoryObject(object_class=kind, domain="example.org", guid=f"guid-{name}", **more)  # type: ignore[arg-type]
