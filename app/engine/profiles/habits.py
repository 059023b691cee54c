"""What one activity tells of the habits of those who take part in it; one function for each kind."""

import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from app.engine.forms import PIPES
from app.engine.knowledge.names import is_one_host
from app.engine.profiles.book import Book
from app.engine.profiles.features import (
    ASKED,
    BY_NTLM,
    CLEAR,
    COMPUTERS,
    DESK,
    ETYPES,
    FAILURES,
    KERBEROS,
    NTLM,
    PLACES,
    PROTOCOLS,
    QUERIES,
    RESOURCES,
    SHARES,
    TICKET_COMPUTERS,
    VISITORS,
    VPN_CLIENTS,
)
from app.engine.profiles.profile import Profile
from app.model.activity import Activity, Endpoint, Result
from app.model.details import (
    KerberosAp,
    KerberosAs,
    KerberosTgs,
    LdapBind,
    LdapSearch,
    Ntlm,
    RadiusAccounting,
    RpcCall,
    SmbTree,
)
from app.model.events import EventKerberos, EventLogon, EventNtlm, EventShare
from app.model.identifiers import LSARPC, SAMR

PROOF_WANTED, WRONG_PROOF = 25, 24
"""KDC_ERR_PREAUTH_REQUIRED, which begins most sign-ins, and KDC_ERR_PREAUTH_FAILED (RFC 4120 section 7.5.9)."""
INTERACTIVE, NETWORK, UNLOCK, DESKTOP, CACHED = 2, 3, 7, 10, 11
AT_DESK = frozenset({INTERACTIVE, UNLOCK, DESKTOP, CACHED})
"""Logon types of somebody who sits in front of the computer, or of its desktop far away."""
LOGON, REFUSED, TGT, TICKET, PROOF_FAILED, VALIDATED, PASSED = 4624, 4625, 4768, 4769, 4771, 4776, 8004
LEARNED_TYPES = frozenset({"", *map(str, (*AT_DESK, NETWORK))})
"""Logon types that teach something, as a log writes them; "" for one that is written in another way."""
SHARE_OPENED = 5140
Teach = Callable[[Book, Activity], None]
"""Reads one activity into the book."""
VALUE = re.compile(r"((?:^|\()(?!objectclass|objectcategory|samaccounttype)[a-z0-9;.\-:]+[~<>:]?=)[^()]*", re.IGNORECASE)
"""The value of a comparison in an LDAP filter (RFC 4515), except where it says which class of objects is asked for."""
SHAPED = 1_000
"""Characters of a filter that are looked at."""
LONGEST = 160
"""Characters of a query's shape and of a share's name."""


def shape(text: str) -> str:
    """A filter without the names that it asks for, so that looking up one user is the same habit as looking up another."""
    return _shape(text[:SHAPED])


@lru_cache(maxsize=4096)
def _shape(text: str) -> str:
    return VALUE.sub(r"\1?", text.lower())[:LONGEST]


SignedIn = tuple[str, str, str, str, str, int | None]
"""Who (key) signed in from which computer, over which protocol, to which resource and with which encryption."""


def where(end: Endpoint | None) -> str:
    """Text of an end for a key, without its port."""
    return end.ip if end is not None else ""


def sign_in(
    book: Book,
    activity: Activity,
    same: Hashable,
    protocol: str,
    resource: Callable[[], str] | None = None,
    etype: int | None = None,
    here: Endpoint | None = None,
) -> None:
    """Somebody signed in, in a way that was not met today: who, from where and to what; where that is not new, it only counts.

    same: what of the activity decides what is learned, for the next one that is like it; None where nothing of it does. here: the
    computer when it is not the source.
    """
    at = activity.at
    account = book.knowledge.account_entity(activity)
    if account is None:
        if same is not None:
            book.remember(same, ())
        return
    key, computer = account.key, book.end(here or activity.source, at)[0]
    what = resource() if resource is not None else ""
    meant = ("signed in", key, computer, protocol, what, etype)
    taught = book.met(meant, at)
    if taught is None:
        if what and what != computer:
            taught = elsewhere_today(book, activity, meant)
        else:
            taught = first_today(book, activity, key, computer, protocol, what, etype)
        book.remember(meant, taught)
    elif protocol == NTLM and taught:
        taught[0].counts[BY_NTLM] += 1
    if same is not None:
        book.remember(same, taught)


def elsewhere_today(book: Book, activity: Activity, meant: SignedIn) -> tuple[Profile, ...]:
    """What a sign-in to a resource teaches: of the second of its kind today the resource alone is new."""
    _, key, computer, protocol, what, etype = meant
    kind = ("signed in", key, computer, protocol, "", etype)
    theirs = book.met(kind, activity.at)
    if theirs is None:
        theirs = first_today(book, activity, key, computer, protocol, what, etype)
        book.remember(kind, theirs)
        return theirs
    book.use(theirs[0], key, RESOURCES, what, activity)
    if protocol == NTLM:
        theirs[0].counts[BY_NTLM] += 1
    return theirs


def by_ntlm(book: Book, same: Hashable, at: int) -> bool:
    """True when the same sign-in by NTLM was met today: it only counts."""
    again = book.met(same, at)
    if again:
        again[0].counts[BY_NTLM] += 1
    return again is not None


def first_today(
    book: Book, activity: Activity, key: str, computer: str, protocol: str, what: str, etype: int | None
) -> tuple[Profile, ...]:
    """What a sign-in teaches of its account, and of its computer, whose profiles these are."""
    at, use = activity.at, book.use
    profile = book.at_work(key, at)
    theirs = [profile]
    if computer and computer != key:
        use(profile, key, COMPUTERS, computer, activity)
        if protocol in (KERBEROS, DESK):
            use(profile, key, TICKET_COMPUTERS, computer, activity)
        theirs.append(book.at_work(computer, at))
        use(theirs[1], computer, VISITORS, key, activity)
    use(profile, key, PROTOCOLS, protocol, activity)
    if what and what != computer:
        use(profile, key, RESOURCES, what, activity)
    if etype is not None:
        use(profile, key, ETYPES, str(etype), activity)
    if protocol == NTLM:
        profile.counts[BY_NTLM] += 1
    return tuple(theirs)


def refused(book: Book, activity: Activity) -> None:
    """A sign-in was refused: it is counted where its account is known already, for guessed names are nobody's habit."""
    account = book.knowledge.account_entity(activity)
    if account is not None and book.of(account) is not None:
        book.at_work(account.key, activity.at).counts[FAILURES] += 1


def asked(book: Book, activity: Activity, query: Hashable, shaped: Callable[[], str]) -> None:
    """Somebody asked the directory or SAM; without an account it is its computer's habit alone."""
    at = activity.at
    same = ("asked", where(activity.source), activity.account, activity.ticket, query)
    if book.met(same, at, ASKED) is not None:
        return
    account, computer = book.knowledge.account_entity(activity), book.end(activity.source, at)[0]
    meant = ("asked", account.key if account is not None else "", computer, query)
    taught = book.met(meant, at, ASKED)
    if taught is None:
        keys = [key for key in dict.fromkeys(meant[1:3]) if key]
        taught = tuple(book.at_work(key, at) for key in keys)
        for key, profile in zip(keys, taught, strict=True):
            profile.counts[ASKED] += 1
            book.use(profile, key, QUERIES, shaped(), activity)
        book.remember(meant, taught)
    book.remember(same, taught)


def kerberos_as(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    if activity.result == "success":
        same = ("as", where(activity.source), detail.client, detail.realm, activity.account, detail.padata_etype)
        if book.met(same, activity.at) is None:
            sign_in(book, activity, same, KERBEROS, None, detail.padata_etype)
    elif activity.code == WRONG_PROOF:
        refused(book, activity)


def kerberos_tgs(book: Book, activity: Activity) -> None:
    """A ticket for a service. Whose, the answer says; where it does not, the ticket that was shown, another one each time."""
    detail: Any = activity.detail
    if activity.result == "success":
        sign_in(book, activity, None, KERBEROS, lambda: book.service(detail.service, detail.realm))  # seldom twice alike


def kerberos_ap(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    if activity.result != "failure":
        same = ("ap", where(activity.source), where(activity.destination), activity.account, detail.ticket_hash)
        if book.met(same, activity.at) is None:
            sign_in(book, activity, same, KERBEROS, lambda: book.resource(activity.destination, activity.at))


def ntlm(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    if activity.result == "success":
        ends = where(activity.source), where(activity.destination)
        same = ("ntlm", *ends, detail.user, detail.domain, activity.account, detail.anonymous)
        if not by_ntlm(book, same, activity.at):
            sign_in(book, activity, same, NTLM, lambda: book.resource(activity.destination, activity.at))
    elif activity.result == "failure":
        refused(book, activity)


def ldap_bind(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    if detail.method == "simple" and detail.name:
        if activity.result == "success":
            same = ("bind", where(activity.source), detail.name, activity.account)
            if book.met(same, activity.at) is None:
                sign_in(book, activity, same, CLEAR)
        elif activity.result == "failure":
            refused(book, activity)


def ldap_search(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    if detail.base or detail.scope:  # the root is read by every client
        asked(book, activity, detail.filter[:SHAPED], lambda: shape(detail.filter))


def rpc_call(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    if detail.interface == SAMR or detail.interface == LSARPC:
        name = "samr" if detail.interface == SAMR else "lsarpc"
        asked(book, activity, (name, detail.opnum), lambda: f"{name} {detail.opnum}")


def share(book: Book, activity: Activity) -> None:
    """A tree connect, or 5140: a share is told by its computer and its own name."""
    detail: Any = activity.detail
    if activity.result != "success":
        return
    if not isinstance(detail, EventShare):
        opened(book, activity, None, detail.name or detail.path)
    elif detail.event_id == SHARE_OPENED:
        same = ("5140", where(activity.destination), activity.account, detail.fields.get("ShareName"))
        if book.met(same, activity.at) is None:
            opened(book, activity, same, detail.text("ShareName") or "")


def opened(book: Book, activity: Activity, same: Hashable, path: str) -> None:
    """A share was opened in a way that was not met today. same: as of sign_in()."""
    at, name = activity.at, path.rpartition("\\")[2]
    account = book.knowledge.account_entity(activity) if name and name.upper() != "IPC$" else None
    taught: tuple[Profile, ...] = ()
    if account is not None:
        server = book.resource(activity.destination, at)
        meant = ("share", account.key, server, name)
        known = book.met(meant, at)
        if known is None:
            known = (book.at_work(account.key, at),)
            book.use(known[0], account.key, SHARES, f"{server} {name.lower()}"[:LONGEST], activity)
            book.remember(meant, known)
        taught = known
    if same is not None:
        book.remember(same, taught)


def event_logon(book: Book, activity: Activity) -> None:
    event: Any = activity.detail
    if event.event_id == REFUSED:
        refused(book, activity)
    if event.event_id != LOGON:
        return
    written = event.fields.get("LogonType"), event.fields.get("AuthenticationPackageName")
    same = ("4624", where(activity.source), where(activity.destination), activity.account, *written)
    again = book.met(same, activity.at)
    if again is None:
        first_logon(book, activity, same)
    elif again and written[1] != "Kerberos" and over_ntlm(event) and event.number("LogonType") == NETWORK:
        again[0].counts[BY_NTLM] += 1


def over_ntlm(event: Any) -> bool:
    """True when NTLM is what a logon names as its package."""
    return (event.text("AuthenticationPackageName") or "").upper() == "NTLM"


def first_logon(book: Book, activity: Activity, same: Hashable) -> None:
    """A logon that is not like one that was met today."""
    event: Any = activity.detail
    kind = event.number("LogonType")
    if kind in AT_DESK:
        sign_in(book, activity, same, DESK, here=activity.destination)
    elif kind == NETWORK and activity.source is not None:
        protocol = NTLM if over_ntlm(event) else KERBEROS
        sign_in(book, activity, same, protocol, lambda: book.resource(activity.destination, activity.at))


def event_kerberos(book: Book, activity: Activity) -> None:
    event: Any = activity.detail
    fields = event.fields
    if event.event_id == TGT and activity.result == "success":
        same: Hashable = ("4768", where(activity.source), activity.account, fields.get("PreAuthEncryptionType"))
        if book.met(same, activity.at) is None:
            sign_in(book, activity, same, KERBEROS, None, event.number("PreAuthEncryptionType"))
    elif event.event_id == TICKET and activity.result == "success":
        asked_for = fields.get("ServiceName"), fields.get("TargetDomainName")
        same = ("4769", where(activity.source), activity.account, *asked_for)
        if book.met(same, activity.at) is None:
            service, realm = event.text("ServiceName"), event.text("TargetDomainName")
            sign_in(book, activity, same, KERBEROS, lambda: book.service(service, realm))
    elif event.event_id == PROOF_FAILED and activity.code == WRONG_PROOF:
        refused(book, activity)


def event_ntlm(book: Book, activity: Activity) -> None:
    """A validation; of one that a controller made with itself as the client (LDAP), the logon beside it tells from where."""
    event: Any = activity.detail
    same = (event.event_id, where(activity.source), where(activity.destination), activity.account, event.computer)
    if activity.result != "success":
        refused(book, activity)
    elif event.event_id == VALIDATED and is_one_host(event.text("Workstation"), event.computer):
        return
    elif event.event_id in (VALIDATED, PASSED) and not by_ntlm(book, same, activity.at):
        there = (lambda: book.resource(activity.destination, activity.at)) if event.event_id == PASSED else None
        sign_in(book, activity, same, NTLM, there)


def radius(book: Book, activity: Activity) -> None:
    detail: Any = activity.detail
    account = book.knowledge.account_entity(activity) if detail.status.lower() == "start" else None
    if account is None:
        return
    profile = book.at_work(account.key, activity.at)
    for feature, value in ((PLACES, detail.place), (VPN_CLIENTS, detail.client_name)):
        if value:
            book.use(profile, account.key, feature, value.lower()[:LONGEST], activity)  # type: ignore[arg-type]


def tells(kind: type, form: Any, result: Result) -> bool:
    """Whether activities of a form (app.engine.forms) tell of a habit, as far as that is decided before they are read."""
    if kind is RpcCall:
        return form[0] in (SAMR, LSARPC)
    if kind is EventLogon:
        return form[0] == REFUSED or (form[0] == LOGON and form[1] in LEARNED_TYPES)
    if kind is EventKerberos:
        return form[0] == PROOF_FAILED or (form[0] in (TGT, TICKET) and result == "success")
    if kind is EventShare:
        return form[0] == SHARE_OPENED and result == "success" and not form[1] & PIPES
    if kind is EventNtlm:
        return form in (VALIDATED, PASSED) or result != "success"
    if kind is KerberosAp:
        return result != "failure"
    if kind is SmbTree:
        return result == "success" and not form & PIPES
    return kind is not KerberosTgs or result == "success"


READERS: dict[type, Teach] = {
    KerberosAs: kerberos_as,
    KerberosTgs: kerberos_tgs,
    KerberosAp: kerberos_ap,
    Ntlm: ntlm,
    LdapBind: ldap_bind,
    LdapSearch: ldap_search,
    RpcCall: rpc_call,
    SmbTree: share,
    EventShare: share,
    EventLogon: event_logon,
    EventKerberos: event_kerberos,
    EventNtlm: event_ntlm,
    RadiusAccounting: radius,
}
"""What is read of each kind. Bulk of file servers tells nothing that the sign-in and the share do not tell."""
