"""What activities tell of credentials left on computers and of administrators' rights used there."""

from collections.abc import Callable
from typing import Any

from app.engine.knowledge.names import is_address
from app.engine.knowledge.parts import Parts
from app.engine.knowledge.sids import sid_in
from app.model.activity import Account, Activity, Endpoint, named
from app.model.details import RpcCall, SmbTree
from app.model.events import EventLogon, EventShare
from app.model.identifiers import ATSVC, SAMR, SVCCTL, TASKS
from app.model.principals import principal

LOGON, EXPLICIT, PRIVILEGES = 4624, 4648, 4672
LEFT = {2: "interactive", 4: "batch", 5: "service", 7: "unlock", 10: "remote interactive", 11: "cached",
        12: "remote interactive", 13: "unlock"}  # fmt: skip
"""Logon types whose credentials stay in the memory of the computer; those over the network (3) stay with the client."""
DESKTOP = frozenset({10, 12})
STRONG = ("sedebugprivilege", "setcbprivilege", "seloaddriverprivilege", "setakeownershipprivilege")
"""Privileges of 4672 that a computer gives to its administrators only, by default."""
SRVSVC, WKSSVC = "4b324fc8-1670-01d3-1278-5a47bf6ee188", "6bffd098-a112-3610-9833-46c3f87e345a"
"""Sessions on a file server, users signed in to a computer (MS-SRVS and MS-WKST section 1.9)."""
SESSION_ENUM, USER_ENUM, ALIAS_MEMBERS = 12, 2, 33
ADMINISTRATORS = "S-1-5-32-544"
DEEDS = frozenset({
    (SVCCTL, 11), (SVCCTL, 12), (SVCCTL, 19), (SVCCTL, 24), (SVCCTL, 31), (SVCCTL, 44), (SVCCTL, 45), (SVCCTL, 60),
    (ATSVC, 0), (TASKS, 1),
})  # fmt: skip
"""Calls that only an administrator's rights let through: services made, changed, started (MS-SCMR section 3.1.4), tasks made
(MS-TSCH section 3.2.5)."""
SHARES_READ = frozenset({5140, 5145})
MOST = 64


def is_administrative(share: str) -> bool:
    """True for the shares that only administrators may open: ADMIN$ and the drives (MS-SMB section 3.3.4.1)."""
    name = share.replace("/", "\\").rstrip("\\").rpartition("\\")[2].upper()
    return name == "ADMIN$" or (len(name) == 2 and name[0].isalpha() and name[1] == "$")


def is_account(who: Account | None) -> bool:
    """True for an account of a person or a service; computers and Windows' own principals are none."""
    return who is not None and not who.name.endswith("$") and not principal(who.name, who.domain, who.sid)


def learn_logon(known: Parts, activity: Activity, event: EventLogon) -> None:
    """Credentials on the computer that logged it; special privileges show an administrator of it."""
    place = named(event.computer).ip
    if event.event_id == LOGON and activity.result == "success":
        kind = event.number("LogonType") or 0
        if kind in LEFT and is_account(activity.account):
            known.footprints.leave(LEFT[kind], activity.account, None, "", place, activity)
            if kind in DESKTOP:
                known.footprints.leave("remote desktop", activity.account, None, _from(activity), place, activity)
    elif event.event_id == EXPLICIT:
        name = event.text("TargetUserName")
        who = Account(name=name, domain=event.text("TargetDomainName")) if name else None
        if is_account(who):
            known.footprints.leave("explicit credentials", who, None, "", place, activity)
    elif event.event_id == PRIVILEGES and is_account(activity.account):
        held = (event.text("PrivilegeList") or "").lower()
        if any(one in held for one in STRONG):
            known.footprints.leave("special privileges", activity.account, None, "", place, activity)


def learn_tree(known: Parts, activity: Activity, detail: SmbTree) -> None:
    """A share of administrators was opened."""
    if activity.result == "success" and is_administrative(detail.name or detail.path):
        _acted(known, "administrative share", activity)


def learn_share(known: Parts, activity: Activity, event: EventShare) -> None:
    """The same as the server logs it."""
    opened = event.event_id in SHARES_READ and activity.result == "success"
    if opened and is_administrative(event.text("ShareName") or "") and is_account(activity.account):
        place = named(event.computer).ip
        known.footprints.leave("administrative share", activity.account, None, _from(activity), place, activity)


def learn_call(known: Parts, activity: Activity, detail: RpcCall) -> None:
    """Services and tasks that were let through; lists of sessions, of users, of local administrators."""
    if activity.result != "success" or activity.destination is None:
        return
    called = (detail.interface, detail.opnum)
    if called in DEEDS and not detail.hidden and not detail.returned:
        _acted(known, "service or task", activity)
    elif called == (SRVSVC, SESSION_ENUM):
        for text in _listed(detail, "sessions"):
            client, _, user = text.partition(" ")
            _listed_user(known, "session listed", user, client.lstrip("\\"), activity)
    elif called == (WKSSVC, USER_ENUM):
        for text in _listed(detail, "users"):
            parts = text.split(" ")
            user = f"{parts[1]}\\{parts[0]}" if len(parts) > 1 and parts[1] else parts[0]
            _listed_user(known, "user listed", user, activity.destination.ip, activity)
    elif called == (SAMR, ALIAS_MEMBERS) and str(detail.stub.get("target", "")).upper() == ADMINISTRATORS:
        for text in _listed(detail, "members"):
            if sid := sid_in(text):
                who = Account(name="", sid=sid)
                known.footprints.leave("local administrator", who, None, "", activity.destination.ip, activity)


def _listed(detail: RpcCall, fact: str) -> list[str]:
    held = detail.stub.get(fact)
    return [one for one in held[:MOST] if isinstance(one, str)] if isinstance(held, list) else []


def _listed_user(known: Parts, word: str, user: str, client: str, activity: Activity) -> None:
    domain, _, name = user.rpartition("\\")
    if not name or name.endswith("$") or not client:
        return
    place = client if is_address(client) else named(client).ip
    known.footprints.leave(word, Account(name=name, domain=domain or None), None, "", place, activity)


def _acted(known: Parts, word: str, activity: Activity) -> None:
    place = activity.destination
    if place is not None and (activity.account is None or is_account(activity.account)):
        known.footprints.leave(word, activity.account, activity.ticket, _from(activity), place.ip, activity)


def _from(activity: Activity) -> str:
    source: Endpoint | None = activity.source
    return source.ip if source is not None else ""


TRACES: dict[type, Callable[[Parts, Activity, Any], object]] = {
    EventLogon: learn_logon,
    EventShare: learn_share,
    SmbTree: learn_tree,
    RpcCall: learn_call,
}
"""Detail type to the function that learns from it where accounts were."""
