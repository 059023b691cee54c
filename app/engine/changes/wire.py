"""Changes that packets tell: LDAP requests, calls to SAM and to replication, password changes over Kerberos."""

from collections.abc import Callable, Iterator
from typing import Any

from app.engine.changes.change import CONTROL, PASSWORD, Change, Deed
from app.engine.changes.compared import before_and_after
from app.model.details import KerberosPassword, LdapAdd, LdapDelete, LdapModify, LdapRename, RpcCall
from app.model.identifiers import DRSUAPI, SAMR

DEEDS: dict[str, Deed] = {"add": "add", "delete": "remove", "replace": "set", "increment": "set"}
CLASSES = (
    "computer", "msds-delegatedmanagedserviceaccount", "msds-groupmanagedserviceaccount", "msds-managedserviceaccount",
    "inetorgperson", "user", "group", "grouppolicycontainer", "organizationalunit", "pkicertificatetemplate",
)  # fmt: skip
"""Classes of which the first that a new object has tells what it is."""
ADD_TO_GROUP, DROP_FROM_GROUP, ADD_TO_ALIAS, DROP_FROM_ALIAS = 22, 24, 31, 32
CREATE = {10: "group", 12: "user", 14: "group", 50: "user"}
DELETE = {23: "group", 30: "group", 35: "user"}
SET_USER = (37, 58)
"""Opnums of SAMR (MS-SAMR section 3.1.5)."""
WRITE_SPN, ADD_SID_HISTORY = 13, 20
"""Opnums of DRSUAPI (MS-DRSR sections 4.1.28, 4.1.2)."""
SPN_DEEDS: dict[object, Deed] = {0: "add", 1: "set", 2: "remove"}
MACHINE, SERVER = 0x80, 0x100
"""User account control bits of SAMR for a computer's and a controller's account (MS-SAMR section 2.2.1.12)."""
SAM_BITS = {
    0x1: 0x2, 0x4: 0x20, 0x10: 0x200, 0x80: 0x1000, 0x100: 0x2000, 0x200: 0x10000, 0x400: 0x10, 0x800: 0x80, 0x1000: 0x40000,
    0x2000: 0x80000, 0x4000: 0x100000, 0x8000: 0x200000, 0x10000: 0x400000, 0x20000: 0x800000, 0x40000: 0x1000000,
}  # fmt: skip
"""Bits of USER_ACCOUNT codes to those of userAccountControl (MS-SAMR section 3.1.5.14.2)."""
SET_ANYONE = 0xFF80
"""Version of a password request that sets it without the old one (RFC 3244 section 2)."""
Reader = Callable[[Any], Iterator[Change]]


def account_control(sam: int) -> int:
    """userAccountControl of the codes that SAM and its events use."""
    return sum(bit for code, bit in SAM_BITS.items() if sam & code)


def _plain(attribute: str) -> str:
    return attribute.partition(";")[0].lower()


def _modify(d: LdapModify) -> Iterator[Change]:
    removed: dict[str, tuple[str, ...]] = {}
    added = {_plain(name) for deed, name, values in d.changes if deed != "delete" and values}
    for deed, name, values in d.changes:
        attribute = _plain(name)
        if deed == "delete" and attribute in added:  # old and new value in one request
            removed[attribute] = removed.get(attribute, ()) + values
    for deed, name, values in d.changes:
        attribute = _plain(name)
        if deed == "delete":
            if attribute not in removed:
                yield Change(deed="remove", attribute=attribute, old=values, dn=d.dn)
            continue
        old = removed.get(attribute, ())
        for name, fresh, gone in d.compared[:8]:
            if name == attribute and len(values) == 1 and not old:
                was, now = before_and_after(values[0], fresh, gone)
                old, values = (was,), (now,)
        yield Change(
            deed=DEEDS.get(deed, "set") if values else "remove", attribute=attribute, old=old, new=values,
            dn=d.dn, own=attribute == PASSWORD and attribute in removed,
        )  # fmt: skip


def _add(d: LdapAdd) -> Iterator[Change]:
    classes = [value.lower() for _, name, values in d.changes if name.lower() == "objectclass" for value in values]
    kind = next((one for one in CLASSES if one in classes), classes[-1] if classes else "")
    sam = next((values[0] for _, name, values in d.changes if name.lower() == "samaccountname" and values), "")
    yield Change(deed="create", new=(d.dn,), dn=d.dn, sam=sam, object_class=kind)
    for _, name, values in d.changes:
        yield Change(deed="add", attribute=_plain(name), new=values, dn=d.dn, sam=sam, object_class=kind, fresh=True)


def _delete(d: LdapDelete) -> Iterator[Change]:
    yield Change(deed="delete", old=(d.dn,), dn=d.dn)


def _rename(d: LdapRename) -> Iterator[Change]:
    for _, name, values in d.changes:
        if values and name.lower() == "newrdn":
            yield Change(deed="rename", old=(d.dn,), new=(values[0].partition("=")[2],), dn=d.dn)
        elif values and name.lower() == "newsuperior":
            yield Change(deed="move", old=(d.dn,), new=values, dn=d.dn)


def _password(d: KerberosPassword) -> Iterator[Change]:
    if d.protocol_version == SET_ANYONE and d.target:
        name, _, realm = d.target.partition("@")
        yield Change(deed="set", attribute=PASSWORD, new=("new",), sam=name, domain=realm or d.realm or "")


def _call(d: RpcCall) -> Iterator[Change]:
    if d.interface == SAMR:
        yield from _sam(d)
    elif d.interface == DRSUAPI and d.opnum == ADD_SID_HISTORY:
        yield Change(deed="touch", attribute="sidhistory")
    elif d.interface == DRSUAPI and d.opnum == WRITE_SPN:
        names, account = d.stub.get("spns"), d.stub.get("account")
        if isinstance(account, str):
            deed = SPN_DEEDS.get(d.stub.get("operation"), "add")
            values = tuple(names) if isinstance(names, list) else ()
            old, new = (values, ()) if deed == "remove" else ((), values)
            named: dict[str, Any] = {"dn": account} if "=" in account else {"sam": account.rpartition("\\")[2]}
            yield Change(deed=deed, attribute="serviceprincipalname", old=old, new=new, **named)


def _sam(d: RpcCall) -> Iterator[Change]:
    target, member, name = (str(d.stub.get(key) or "") for key in ("target", "member", "account"))
    domain = str(d.stub.get("domain") or "")
    if d.opnum in (ADD_TO_GROUP, ADD_TO_ALIAS, DROP_FROM_GROUP, DROP_FROM_ALIAS):
        if member and not member.startswith("S-") and target.startswith("S-"):
            member = f"{target.rpartition('-')[0]}-{member}"  # of a group only the last number of the member is told
        into = d.opnum in (ADD_TO_GROUP, ADD_TO_ALIAS)
        values = (member,) if member else ()
        yield Change(
            deed="add" if into else "remove", attribute="member", sid=target, object_class="group", old=() if into else values,
            new=values if into else (),
        )  # fmt: skip
    elif d.opnum in CREATE:
        kind = CREATE[d.opnum]
        if isinstance(code := d.stub.get("account_type"), int) and code & (MACHINE | SERVER):
            kind = "computer"
        yield Change(deed="create", sam=name, sid=target if target.startswith("S-") else "", domain=domain, object_class=kind)
    elif d.opnum in DELETE:
        yield Change(deed="delete", sid=target, object_class=DELETE[d.opnum])
    elif d.opnum in SET_USER:
        if d.stub.get("password"):
            yield Change(deed="set", attribute=PASSWORD, new=("new",), sid=target)
        elif isinstance(code := d.stub.get("user_account_control"), int):
            yield Change(deed="set", attribute=CONTROL, new=(str(account_control(code)),), sid=target)


WIRE: dict[type, Reader] = {
    LdapModify: _modify, LdapAdd: _add, LdapDelete: _delete, LdapRename: _rename, KerberosPassword: _password, RpcCall: _call,
}  # fmt: skip
"""Detail type to the function that reads changes from it."""
