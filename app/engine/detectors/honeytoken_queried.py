"""Somebody asked the directory about an account that nobody has a reason to know of, by its name."""

import re
from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence, some
from app.engine.memory import MONTH
from app.engine.readings.novelty import is_new
from app.engine.readings.objects import object_read
from app.engine.readings.sessions import by_system, sessioned
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapSearch, RpcCall
from app.model.entity import EntityRef
from app.model.events import EventLdap, EventObjectAccess
from app.model.identifiers import SAMR
from app.model.tags import HONEYTOKEN

WINDOW = HOUR
COSTLY_SEARCH, HANDLE, OPERATION = 1644, 4661, 4662
LOOK_UP_NAMES, OPEN_USER = 17, 34
"""SamrLookupNamesInDomain, SamrOpenUser (MS-SAMR sections 3.1.5.11.2 and 3.1.5.1.9)."""
ASSERTION = re.compile(r"\(\s*[\w.;-]+(?::[\w.:-]*)?\s*[~<>]?=([^()]{1,2000})\)")
"""One assertion of a filter (RFC 4515 section 3) with its value; a rule of comparison may stand behind the attribute."""
ESCAPED = re.compile(r"\\([0-9a-fA-F]{2})")
ASSERTIONS = 200
AUDITED = 3
"""Objects whose reads are logged within a month, from which on reads are audited for other reasons than to lay a trap."""
SAMR_TITLE = "Honeytoken queried over SAM-R"


def values(text: str) -> Iterator[str]:
    """Values that a filter compares with, unescaped; those with an asterisk name nobody alone."""
    for number, one in enumerate(ASSERTION.finditer(text)):
        if number >= ASSERTIONS:
            return
        value = one[1].strip()
        if value and "*" not in value:
            yield ESCAPED.sub(lambda code: chr(int(code[1], 16)), value) if "\\" in value else value


def asked(activity: Activity, ctx: Context) -> tuple[EntityRef, str, bool] | None:
    """(honeytoken, what was asked, over SAM-R) when a question names one."""
    detail, decoys = activity.detail, ctx.decoys
    if isinstance(detail, (LdapSearch, EventLdap)):
        base, text = (detail.base, detail.filter) if isinstance(detail, LdapSearch) else logged_search(detail)
        decoy = decoys.named(base) if "=" in base else None
        if decoy is not None:
            return decoy, f"LDAP search of {base}", False
        for value in values(text):
            decoy = decoys.named(value)
            if decoy is not None:
                return decoy, f"LDAP search {text}", False
    elif isinstance(detail, RpcCall):
        names = detail.stub.get("names", []) if detail.opnum == LOOK_UP_NAMES else [detail.stub.get("target", "")]
        if detail.opnum not in (LOOK_UP_NAMES, OPEN_USER) or not isinstance(names, list):
            return None
        for name in names:
            decoy = decoys.named(str(name))
            if decoy is not None:
                return decoy, detail.operation or "SamrOpenUser", True
    elif isinstance(detail, EventObjectAccess):
        decoy = decoys.named(detail.text("ObjectName"))
        if decoy is not None and not by_system(activity):
            over_sam = detail.event_id == HANDLE
            return decoy, "a handle to the account" if over_sam else "its properties, which are audited", over_sam
    return None


def logged_search(event: EventLdap) -> tuple[str, str]:
    """(base, filter) of a search that a controller logged."""
    return event.text("StartingNode") or "", event.text("Filter") or ""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Questions that name a honeytoken, of whoever is no controller."""
    if isinstance(activity.detail, EventObjectAccess):
        yield from waited_for(activity, ctx)
    if not ctx.decoys:
        return
    if ctx.from_controller(activity):
        return
    hit = asked(activity, ctx)
    if hit is None:
        return
    decoy, words, over_sam = hit
    activity, evidence = sessioned(activity, ctx)
    account = ctx.account(activity)
    if account is not None and account.key == decoy.key:
        return  # the sign-in of the honeytoken itself is told already
    place = ctx.place(activity.source, activity.at) or (account.key if account is not None else "")
    protocol = "SAM-R" if over_sam else "LDAP"
    yield found(
        ctx,
        activity,
        f"{place} {decoy.key} {protocol}",
        evidence=evidence,
        external_id=2439 if over_sam else None,
        title=SAMR_TITLE if over_sam else None,
        sources=some(ctx.source(activity)),
        accounts=some(account),
        targets=some(decoy, ctx.target(activity)),
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " asked ", ctx.target(activity), f" over {protocol} about the honeytoken ", decoy,
                     ended(activity)),
        ),
        facts=(
            fact(f"{words}: ", activity),
            fact("An analyst tagged ", decoy, " as honeytoken"),
            against("It would be quiet for a search that only finds ", decoy, " among others, and for a domain controller"),
        ),
        steps=ctx.path(activity, f"{protocol} question", caption_of(activity)),
    )  # fmt: skip


def waited_for(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """One of very few objects whose reads are audited was read: whoever set that up waits for readers, tag or no tag."""
    name, account, at = object_read(activity, ctx), ctx.account(activity), activity.at
    if not name or account is None or ctx.decoys.named(name) is not None:
        return
    objects: frozenset[str] = ctx.memory.recall(("audited",), frozenset, at, MONTH) or frozenset()
    if len(objects) <= AUDITED:
        objects |= {name}
    ctx.memory.note(("audited",), objects, at)
    reads = ctx.memory.seen(("reads", account.key), name, at, activity.id, WINDOW)
    if len(objects) > AUDITED or reads.distinct > 1 or not is_new(f"reads {name}", account.key, at, ctx):
        return
    activity, evidence = sessioned(activity, ctx)
    yield found(
        ctx,
        activity,
        f"{account.key} {name}",
        evidence=evidence,
        confidence="low",
        title="An object was read whose reads are audited (possible honeytoken)",
        sources=some(ctx.source(activity)),
        succeeded=True,
        story=(sentence(*ctx.who(activity), f" read the object {name} in the directory of ", ctx.target(activity), "."),),
        facts=(
            fact("The controller logged the reading: ", activity),
            fact("Windows logs who reads an object only where somebody chose it, and few objects are chosen here"),
            against(
                f"It would be quiet where reads of more than {AUDITED} objects are audited, and where five others read this one"
            ),
        ),
        steps=ctx.path(activity, "object read", "logged"),
    )


DETECTOR = Detector(
    id="honeytoken_queried",
    external_id=2429,
    other_ids=(2439,),
    title="Honeytoken queried over LDAP",
    severity="low",
    phase="Reconnaissance",
    techniques=("T1087.002",),
    watches=(LdapSearch, RpcCall, EventLdap, EventObjectAccess),
    needs=Needs(
        tag=HONEYTOKEN,
        ports=("389", "445"),
        kinds=("ldap-search", "rpc-call", "event-ldap", "event-object-access"),
        parts=("event-ldap", "event-object-access"),
        hidden_by=("ldap sealed", "ldap inside tls"),
        interfaces=(SAMR,),
        content=True,
    ),
    window=WINDOW,
    interfaces=(SAMR,),
    event_ids=(COSTLY_SEARCH, HANDLE, OPERATION),
    sessions=True,
    silent=lambda ctx, kind: kind is not EventObjectAccess and not ctx.decoys,
    detect=detect,
)
