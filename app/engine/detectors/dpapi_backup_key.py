"""The domain's backup key of DPAPI fetched from a controller, with which everything that users encrypted can be read."""

from collections.abc import Iterator

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.detector import (
    DAY,
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    measured,
    outcome_of,
    plural,
    sentence,
)
from app.engine.readings.novelty import is_new
from app.engine.readings.pipes import FILE_CHECKED, pipe_opened
from app.engine.readings.sessions import by_system, sessioned
from app.engine.repeated import first_time
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.events import EventAccount, EventObjectAccess, EventShare
from app.model.identifiers import LSARPC
from app.model.tuning import Threshold

WINDOW = HOUR
OPEN_SECRET, QUERY_SECRET, RETRIEVE = 28, 30, 43
"""LsarOpenSecret, LsarQuerySecret, LsarRetrievePrivateData (MS-LSAD section 3.1.4.6)."""
KEY = "bckupkey"
"""Secrets G$BCKUPKEY_PREFERRED, G$BCKUPKEY_P and G$BCKUPKEY_<GUID> hold the keys (MS-BKRP section 3.1.1)."""
HOLDS_A_KEY = 600
"""Bytes of a sealed answer from which on it can hold a key of RSA 2048; names of keys take less than 100."""
CHECKED, RECOVERED = 4662, 4693
KEYS = Threshold(
    name="keys", low=8, medium=4, high=2, words="Master keys that one person had given back within a quarter of an hour"
)
"""Master keys that one person had given back in a short time: Windows makes one in three months, and asks for an old one when
something old is opened after a password was set anew; tools ask for all that lie in a profile."""
SHORT = 15 * MINUTE
RESET = 30 * DAY
"""So long after somebody's password was set anew, Windows asks for that person's keys, one after the other."""
PASSWORD_SET, PASSWORD_CHANGED = 4724, 4723
PIPE = "protected_storage"
"""Where MS-BKRP is asked (section 2.1): to have a key kept safe or given back, and by tools that pose as such a client."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Secrets of that name asked for, by anybody; sealed ones by number and size."""
    detail = activity.detail
    if isinstance(detail, EventObjectAccess):
        yield from logged(activity, detail, ctx)
    elif isinstance(detail, EventAccount):
        ctx.memory.note(("reset", (detail.text("TargetUserName") or "").lower()), True, activity.at)
    elif isinstance(detail, RpcCall):
        yield from called(activity, detail, ctx)
    else:
        yield from reached(activity, ctx)


def called(activity: Activity, call: RpcCall, ctx: Context) -> Iterator[Finding]:
    """Calls that open or read a secret of the local security authority."""
    if call.opnum not in (OPEN_SECRET, QUERY_SECRET, RETRIEVE) or activity.source is None or activity.destination is None:
        return
    caller, asked = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if caller == asked:
        return
    secret = str(call.stub.get("secret", ""))[:200]
    large = call.response_bytes >= HOLDS_A_KEY
    if call.hidden:
        if call.opnum == OPEN_SECRET or ctx.from_controller(activity) or not ctx.to_controller(activity):
            return
        if not large and call.opnum != RETRIEVE:
            return
    elif KEY not in secret.lower():
        return
    success = None if call.opnum == OPEN_SECRET and activity.result == "success" else outcome_of(activity)
    yield found(
        ctx,
        activity,
        f"{caller} {asked}",
        severity="medium" if call.hidden else None,
        confidence="low" if call.hidden and not large else "medium" if call.hidden or call.guessed else "high",
        title=None if activity.result != "failure" else "Attempted theft of the DPAPI backup key",
        succeeded=success,
        story=(
            sentence(
                *ctx.who(activity),
                " asked ",
                ctx.target(activity),
                " for a secret that cannot be told" if call.hidden else f" for its secret {secret}",
                ended(activity),
            ),
            sentence("With the domain's backup key everything that users protected with DPAPI can be read, for ever."),
        ),
        facts=(
            fact(f"{call.operation or f'operation {call.opnum}'}: ", activity),
            *((fact("The call is sealed; hardly anything else asks a controller for secrets this way"),) if call.hidden else ()),
            *((fact(f"The answer of {call.response_bytes:,} bytes can hold a key"),) if large else ()),
            against("It would be quiet for BackuprKey, by which every computer keeps its users' keys safe"),
        ),
        steps=ctx.path(activity, "DPAPI backup key", caption_of(activity)),
    )


def logged(activity: Activity, event: EventObjectAccess, ctx: Context) -> Iterator[Finding]:
    """A secret of that name that the log of a controller tells (4662), read by whoever is not the controller itself."""
    if event.event_id == RECOVERED:
        yield from recovered(activity, event, ctx)
        return
    name = event.text("ObjectName") or ""
    if event.event_id != CHECKED or KEY not in name.lower() or activity.account is None or by_system(activity):
        return
    account = ctx.account(activity)
    if account is None or account.kind == "controller":
        return
    activity, evidence = sessioned(activity, ctx)
    place = ctx.place(activity.source, activity.at) or account.key
    secret = name.rpartition("\\")[2][:200]
    yield found(
        ctx,
        activity,
        f"{place} {ctx.place(activity.destination, activity.at)}",
        evidence=evidence,
        title=None if activity.result == "success" else "Attempted theft of the DPAPI backup key",
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " read the secret ", secret, " of ", ctx.target(activity), ended(activity)),
            sentence("With the domain's backup key everything that users protected with DPAPI can be read, for ever."),
        ),
        facts=(
            fact(f"The log tells a query of the secret {secret}: ", activity),
            fact(account, " is not the account of a domain controller"),
            *(
                (fact("The session it was done in was opened from ", ctx.source(activity)),)
                if activity.source is not None
                else ()
            ),
            against("It would be quiet for the controller's own system, which reads it whenever a computer backs up its keys"),
        ),
        steps=ctx.path(activity, "DPAPI backup key", caption_of(activity)),
    )


def recovered(activity: Activity, event: EventObjectAccess, ctx: Context) -> Iterator[Finding]:
    """Master keys of users given back by a controller (4693): several at once to one person, whose password is as it was."""
    account, at = ctx.account(activity), activity.at
    if account is None or account.kind != "user" or by_system(activity):
        return
    who = activity.account.name.lower() if activity.account is not None else ""
    key = (event.text("MasterKeyId") or activity.id).lower()
    here = event.computer.lower()
    trail = ctx.memory.seen(("keys", account.key, here), key, at, activity.id, SHORT)
    if trail.distinct < ctx.limit(KEYS) or ctx.memory.recall(("reset", who), bool, at, RESET) is not None:
        return
    computer = ctx.knowledge.computer_entity(event.computer)
    yield found(
        ctx,
        activity,
        f"keys {account.key} {here}",
        first=trail.began,
        evidence=trail.take() or (activity.id,),
        severity="low",
        confidence="low",
        title="Many DPAPI master keys recovered",
        story=(
            sentence(account, f" had {trail.distinct} master keys of DPAPI given back by ", ctx.target(activity), ", on ",
                     computer, "."),
            sentence("Tools that open saved passwords ask so for every key that lies in a profile (MS-BKRP section 3.1.4.1.3)."),
        ),
        facts=(
            measured(f"{trail.distinct} master keys within a quarter of an hour", seen=trail.distinct, limits=(ctx.limit(KEYS),),
                     unit="keys"),
            fact("The last of them: ", activity),
            fact("No log at hand tells that the password was set anew, after which Windows does so itself"),
            against(
                f"It would be quiet below {plural(ctx.limit(KEYS), 'key')}, "
                "or after a reset of the password that a log tells (4724)"
            ),
        ),
        steps=ctx.path(activity, "DPAPI master keys", "given back"),
    )  # fmt: skip


def reached(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The pipe of protected storage, which a log of shares tells (5145): by a person, where hardly anybody else opens it."""
    account = ctx.account(activity)
    if account is None or pipe_opened(activity, ctx, (PIPE,)) != PIPE or not is_new(PIPE, account.key, activity.at, ctx):
        return
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        severity="low",
        confidence="low",
        title="Possible theft of the DPAPI backup key: its pipe was opened",
        story=(
            sentence(*ctx.who(activity), f" opened the pipe {PIPE} of ", ctx.target(activity), "; what was asked is not told."),
            sentence("Tools that open what users protected with DPAPI ask there; so does Windows itself, a few times a year."),
        ),
        facts=(
            fact(f"The log of shares tells the pipe {PIPE}: ", activity),
            first_time(account, "opened it"),
            against("It would be quiet for a computer's own account, and where five others open it"),
        ),
        steps=ctx.path(activity, f"pipe {PIPE}", "opened"),
    )


DETECTOR = Detector(
    id="dpapi_backup_key",
    external_id=2020,
    title="DPAPI backup key of the domain fetched",
    severity="high",
    phase="Domain dominance",
    techniques=("T1555", "T1003.004"),
    watches=(RpcCall, EventObjectAccess, EventShare, EventAccount),
    interfaces=(LSARPC,),
    event_ids=(CHECKED, FILE_CHECKED, RECOVERED, PASSWORD_SET, PASSWORD_CHANGED),
    needs=Needs(
        ports=("445", "139"),
        kinds=("rpc-call", "event-object-access", "event-share"),
        parts=("event-object-access", "event-share"),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(LSARPC,),
        content=True,
        controllers=True,
    ),
    window=WINDOW,
    thresholds=(KEYS,),
    sessions=True,
    forms={
        EventShare: lambda form, _: form[2] == PIPE,
        RpcCall: lambda form, _: form[1] in (OPEN_SECRET, QUERY_SECRET, RETRIEVE),
    },
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "fetches the backup key of the domain")
