"""A SID was put into the history of an account, which then has the rights of that SID too."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import WRITTEN_OBJECTS, changes_of, gained, object_of
from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, against, fact, found, listed, sentence
from app.engine.knowledge.sids import relative_id, sid_in
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapAdd, LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange, EventLogon, EventObjectAccess
from app.model.identifiers import DRSUAPI

ATTRIBUTE = "sidhistory"
FILTERED = 4675
OWN = 1000
"""Relative numbers below belong to the accounts and groups that every domain is born with (MS-DTYP section 2.4.2.4)."""
WATCHES = (LdapModify, LdapAdd, RpcCall, EventAccount, EventDirectoryChange, EventObjectAccess, DirectoryChange, EventLogon)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Values added; of a privileged account or of the account's own domain they can be no migration."""
    if isinstance(activity.detail, EventLogon):
        yield from _filtered(activity, activity.detail, ctx)
        return
    for change in changes_of(activity, ctx, ATTRIBUTE):
        if not change.written:
            continue
        sids = [sid_in(one) or one for one in gained(change)]
        if not sids and change.deed != "touch":
            continue
        own = change.sid or _sid_of(change.dn, ctx)
        born = [sid for sid in sids if (relative_id(sid) or OWN) < OWN]
        same = [sid for sid in sids if own and relative_id(sid) is not None and _domain(sid) == _domain(own)]
        facts = [fact(f"It is the SID of an account or group that every domain has: {listed(born)}")] if born else []
        if same:
            facts.append(fact("It is of the account's own domain, so that no migration can be the reason"))
        if not sids:
            facts.append(fact("This telling does not say which SID"))
        yield tell(
            ctx,
            activity,
            change,
            (
                " added ",
                listed(sids) if sids else "a SID",
                " to the SID history of ",
                object_of(change, ctx, activity.at) or change.name,
            ),
            subject=f"{change.domain} migrated" if isinstance(activity.detail, DirectoryChange) and not born and not same else "",
            label="SID history",
            severity="high" if born or same else "medium",
            why=("Whoever signs in as this account has the rights of that SID too, and is in no group that shows it.",),
            facts=facts,
            quiet=("It would be quiet if the SID had been in the history before",),
            confidence="high" if born or same else "medium",
            title=DETECTOR.title,
        )


def _filtered(activity: Activity, event: EventLogon, ctx: Context) -> Iterator[Finding]:
    """A sign-in over a trust that brought SIDs with which every domain is born, and which the trust filtered."""
    if event.event_id != FILTERED:
        return
    listed_sids = (event.text("SidList") or "").replace(",", " ").split()[:256]
    own = _domain(event.text("TargetUserSid") or "")
    born = [sid for sid in (one.strip("%{}") for one in listed_sids) if _domain(sid) != own and (relative_id(sid) or OWN) < OWN]
    if not born:
        return
    account, target = ctx.account(activity), ctx.target(activity)
    yield found(
        ctx,
        activity,
        account.key if account is not None else target.key,
        severity="medium",
        confidence="medium",
        title="A sign-in over a trust brought SIDs of administrators",
        succeeded=False,
        targets=(target,),
        story=(
            sentence(account, " signed in at ", target, f" over a trust with {listed(born)}, which the trust filtered."),
            sentence("Such SIDs come from a SID history or a forged ticket of the other domain."),
        ),
        facts=(
            fact("SIDs were filtered: ", activity),
            fact(f"They belong to accounts or groups that every domain has: {listed(born)}"),
            against("It would be quiet for SIDs of ordinary groups, as a migration leaves them"),
        ),
        steps=ctx.path(activity, "SIDs filtered", "filtered"),
    )


def _domain(sid: str) -> str:
    return sid.rpartition("-")[0]


def _sid_of(dn: str, ctx: Context) -> str:
    found = ctx.knowledge.directory.state(ctx.knowledge.directory.find(dn)) if dn else None
    return (found.object.sid or "") if found is not None else ""


DETECTOR = Detector(
    id="sid_history",
    external_id=1106,
    title="Suspected SID-History injection",
    severity="high",
    phase="Domain dominance",
    techniques=("T1134.005",),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "dynamic RPC"), (DRSUAPI,)),
    window=HOUR,
    interfaces=(DRSUAPI,),
    opnums=(20,),
    event_ids=(FILTERED, 4662, 4738, 4742, 4765, 4766, 5136),
    forms=WRITTEN_OBJECTS,
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "gives an account the rights of another one")
