"""Directory replication asked for by a machine that is not a domain controller."""

from collections.abc import Iterator

from msgspec.structs import replace

from app.engine import describe
from app.engine.commanded import with_commands
from app.engine.context import NOBODY, Context
from app.engine.detector import HOUR, Detector, Later, Needs, against, fact, found, sentence
from app.engine.forms import CONTROL_ACCESS, NO_RIGHT, OBJECT_CHECKED
from app.engine.readings.sessions import by_system, from_session, session_of
from app.engine.repeated import again, all_day, folded, hour_of, steady, told_before
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import RpcCall
from app.model.events import EventObjectAccess
from app.model.identifiers import DRSUAPI, GET_CHANGES, GET_CHANGES_ALL, GET_CHANGES_IN_FILTERED_SET

ADD_ENTRY = 17
"""IDL_DRSAddEntry (MS-DRSR section 4.1.1): registers a new controller, or an attacker as one (DCShadow)."""
GET_NC_CHANGES = 3
"""IDL_DRSGetNCChanges (MS-DRSR section 4.1.10): the call that carries objects with their secrets."""
NT4_CHANGE_LOG = 11
"""IDL_DRSGetNT4ChangeLog (MS-DRSR section 4.1.11): gives the change log of accounts with their hashes to NT4 controllers."""
EMPTY = 400
"""Bytes of a sealed answer below which it holds no object: the fixed part of DRS_MSG_GETCHGREPLY_V6 (MS-DRSR section
4.1.10.2.12) takes about 150, one object with its keys more than a thousand."""
PROMOTION = 2 * HOUR
"""A promotion registers the new controller and fetches everything right afterwards."""
SYNCHRONISER = ("msol_", "aad_", "adsyncmsa", "provagentgmsa", "pgmsa_")
"""Beginnings of the names that Entra Connect, its forerunners and its cloud agent give their own accounts; reading passwords'
hashes is their work."""
WINDOW = 2 * HOUR
"""Requests of one source to one controller within two hours are one alert; a full dump takes minutes, a synchronisation comes
back every half hour or hour."""

SECRETS = {
    GET_CHANGES_ALL: "DS-Replication-Get-Changes-All",
    GET_CHANGES_IN_FILTERED_SET: "DS-Replication-Get-Changes-In-Filtered-Set",
}
"""Extended rights of a naming context (MS-ADTS section 5.1.3.2.1): all with its secrets, what read-only controllers may not have.
DS-Replication-Get-Changes alone gives no secrets; searches with the DirSync control need it too."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """Replication requests from whoever never acts as a controller; whether they can be read does not matter."""
    if isinstance(activity.detail, EventObjectAccess):
        yield from checked(activity, activity.detail, ctx)
        return
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if call.interface != DRSUAPI or activity.source is None or activity.destination is None:
        return
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if call.opnum == ADD_ENTRY and activity.result != "failure":
        ctx.memory.note(("registered", *pair), True, activity.at)
    if call.opnum not in (GET_NC_CHANGES, NT4_CHANGE_LOG) or ctx.knowledge.is_proven_controller(activity.source.ip):
        return
    if call.opnum == GET_NC_CHANGES and ctx.memory.recall(("registered", *pair), bool, activity.at, PROMOTION):
        return  # a promotion, or its imitation: told by dcshadow
    source, target, account = ctx.source(activity), ctx.target(activity), ctx.account(activity)
    empty = call.stub.get("objects") == 0 or (call.hidden and call.response_bytes < EMPTY)
    success = None if activity.result == "unanswered" else activity.result == "success" and not empty
    why = describe.reason(activity) or "the answer is too short to carry an object"
    if success is None:
        why = "no answer captured"
    named = account.label.lower().rpartition("\\")[2] if account is not None else ""
    synchroniser = named.startswith(SYNCHRONISER)
    context = str(call.stub.get("nc", ""))
    how = ctx.knowledge.resolve(activity.source.ip, activity.at)
    outcome = "which were sent" if success else f"which it did not get ({why})"
    if success is None:
        outcome = "whose answer is not in the capture"
    facts = [
        fact(source, f" called {call.operation or 'DRSGetNCChanges'} on ", target, ": ", activity),
        fact(
            source,
            " is not a domain controller: it never issued Kerberos tickets, nor served Netlogon, LDAP pings or replication",
        ),
        fact("The log names this computer itself")
        if activity.source.host
        else fact(f"{activity.source.ip} was told to be this computer by {how.method} (certainty {how.certainty})")
        if how.computer
        else fact(f"Nobody on the wire says which computer {activity.source.ip} is"),
    ]
    if synchroniser:
        facts.append(fact(account, " is named like the account of a directory synchronisation, whose work this is"))
    if call.hidden:
        facts.append(fact("The call is sealed; its number shows what was asked, its content cannot be read"))
    if context:
        facts.append(fact(f"It asked for {context}"))
    # Controllers replicate with their own accounts, which sealed calls do not show: a person's account is told as ever.
    deaf = success is None and (account is None or account.key.startswith("computer:")) and not ctx.knowledge.roles.addresses()
    if deaf:
        facts.append(fact("No controller's answer to anything is in the input, so that it cannot be told who is one"))
    facts.append(against("It would be quiet if ", source, " were seen answering as a domain controller anywhere in the input"))
    finding = found(
        ctx,
        activity,
        " ".join(pair),
        title="Attempted DCSync (replication of directory services)" if success is False else None,
        severity="low" if deaf else "medium" if call.guessed or synchroniser else None,
        confidence="low" if deaf else "high" if how.computer and not call.guessed else "medium",
        succeeded=success,
        story=(
            sentence(*ctx.who(activity), " asked ", target, " for the directory's objects with their secrets, ", outcome, "."),
            sentence("Only domain controllers replicate; ", source, " is not known as one."),
        ),
        facts=tuple(facts),
        steps=(
            *((Step(origin=account, target=source, label="on"),) if account is not None else ()),
            Step(
                origin=source, target=target, label="replication request", accented=True,
                caption="success" if success else why,
            ),
        ),
    )  # fmt: skip
    yield weighed(finding, activity, ctx) if synchroniser else finding


def weighed(finding: Finding, activity: Activity, ctx: Context) -> Later:
    """A request by an account that is named like a synchronisation's: how loud it is follows from what came after it."""
    key = finding.subject, *(one.key for one in finding.accounts)
    whole = ("from anywhere", *(one.key for one in (*finding.accounts, *finding.targets)))
    hour_of(ctx, activity.at, *key)
    hour_of(ctx, activity.at, *whole)
    before = told_before(ctx, activity.at, *key, worked=finding.succeeded is not False)
    habit = key if any(one is not NOBODY for one in finding.sources) else whole  # its session's beginning is not in the input

    def words() -> Finding:
        if steady(ctx, activity.at, *habit):
            return replace(finding, severity="low", facts=(*finding.facts, all_day(finding.accounts[0])))
        if before:
            return replace(finding, severity="low", facts=(*finding.facts, again(*finding.accounts[:1], *finding.sources[:1])))
        return finding

    one = Later(
        subject=" ".join(key), first=finding.first, last=finding.last, evidence=finding.evidence, words=words,
        severity="low" if before else finding.severity, confidence=finding.confidence, succeeded=finding.succeeded,
        sources=finding.sources, accounts=finding.accounts, targets=finding.targets,
        domain_controllers=finding.domain_controllers,
    )  # fmt: skip
    return folded(one, *key) if before else one


def checked(activity: Activity, event: EventObjectAccess, ctx: Context) -> Iterator[Finding | Later]:
    """Rights to replicate that a controller checked (4662) for an account that is no controller's."""
    if event.event_id != OBJECT_CHECKED or activity.account is None or by_system(activity):
        return
    if not (event.number("AccessMask") or CONTROL_ACCESS) & CONTROL_ACCESS:
        return
    properties = (event.text("Properties") or "").lower()
    secrets = [name for right, name in SECRETS.items() if right in properties]
    if not secrets and GET_CHANGES not in properties:
        return
    account = ctx.account(activity)
    if account is None or account.kind == "controller":
        return
    logon = session_of(activity, ctx)
    activity = from_session(activity, logon)
    if logon is not None and ctx.source(activity).kind == "controller":
        return  # an administrator's promotion of this controller, or somebody who works on a controller already
    machine = account.key.startswith("computer:")
    unsure = machine and ctx.knowledge.object_of(account.key) is None
    synchroniser = account.label.lower().rpartition("\\")[2].startswith(SYNCHRONISER)
    source, target, success = ctx.source(activity), ctx.target(activity), activity.result == "success"
    place = ctx.place(activity.source, activity.at) or account.key
    facts = [
        fact(
            target, " checked the right ", " and ".join(secrets) or "DS-Replication-Get-Changes", " for ", account, ": ", activity
        ),
        fact(account, " may be a controller that nothing else in the input shows")
        if unsure
        else fact(account, " is not the account of a domain controller"),
    ]
    if logon is not None and logon.source is not None:
        facts.append(fact("The session it was done in was opened from ", source))
    if synchroniser:
        facts.append(fact(account, " is named like the account of a directory synchronisation, whose work this is"))
    if not secrets:
        facts.append(fact("This right alone gives no passwords' keys"))
    facts.append(against("It would be quiet for the account of a domain controller"))
    finding = found(
        ctx,
        activity,
        f"{place} {ctx.place(activity.destination, activity.at)}",
        evidence=(activity.id,) if logon is None else (logon.proof, activity.id),
        title=None if success and secrets else "Replication of the directory without its secrets" if success
        else "Attempted DCSync (replication of directory services)",
        severity="low" if unsure or not secrets else "medium" if synchroniser else None,
        confidence="low" if unsure else "high" if secrets else "medium",
        succeeded=success,
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, " for the directory's objects",
                " with their secrets" if secrets else "",
                ", and had the right to them." if success else "; it had not the right to them.",
            ),
            sentence("Only domain controllers replicate; ", account, " is not known as one."),
        ),
        facts=tuple(facts),
        steps=ctx.path(activity, "replication request", "success" if success else "refused"),
    )  # fmt: skip
    same = finding.subject, account.key, success
    if synchroniser and secrets and not unsure:
        yield weighed(finding, activity, ctx)
    elif finding.severity == "low" and told_before(ctx, activity.at, *same):
        yield folded(replace(finding, facts=(*finding.facts, again(account, source))), *same)
    else:
        yield finding


DETECTOR = Detector(
    id="dcsync",
    external_id=2006,
    title="Suspected DCSync (replication of directory services)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1003.006",),
    watches=(RpcCall, EventObjectAccess),
    interfaces=(DRSUAPI,),
    event_ids=(OBJECT_CHECKED,),
    needs=Needs(
        ports=("135", "dynamic RPC"),
        kinds=("rpc-call", "event-object-access"),
        parts=("event-object-access",),
        hidden_by=("rpc reply without its request",),
        interfaces=(DRSUAPI,),
        controllers=True,
    ),
    window=WINDOW,
    sessions=True,
    forms={
        RpcCall: lambda form, _: form[1] in (GET_NC_CHANGES, NT4_CHANGE_LOG, ADD_ENTRY),
        EventObjectAccess: lambda form, _: bool(form[1] & (CONTROL_ACCESS | NO_RIGHT)),
    },
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "asks a controller for keys as another controller does")
