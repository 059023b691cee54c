"""The Netlogon secure channel forced open with zeros (CVE-2020-1472)."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.detector import MINUTE, Detector, Later, Needs, against, fact, found, later, plural, sentence
from app.engine.memory import Trail, together
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import from_session, is_own_account, latest_of
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventNetlogon
from app.model.identifiers import NETLOGON
from app.model.tuning import Threshold

WINDOW = 10 * MINUTE
"""On average 256 tries are needed, a few seconds of work."""
CHALLENGE = 4
"""NetrServerReqChallenge (MS-NRPC section 3.5.4.4.1)."""
AUTHENTICATE = frozenset({5, 15, 26})
"""NetrServerAuthenticate, 2 and 3 (MS-NRPC section 3.5.4.4.2 and on)."""
PASSWORD_SET = frozenset({6, 30})
"""NetrServerPasswordSet and PasswordSet2 (MS-NRPC section 3.5.4.4.5 and on)."""
ZERO_TRIES = Threshold(name="zero-tries", low=3, medium=2, high=1, words="Challenges or credentials of eight zero bytes")
"""Challenges or credentials of eight zero bytes: by chance one in 2 to the power of 64."""
BLIND_TRIES = Threshold(
    name="blind-tries", low=60, medium=25, high=10, words="Failed authentications when their bytes could not be read"
)
"""Failed authentications when their bytes could not be read; a computer with a broken secret retries a few times an hour."""

OLD_FORM = frozenset({5, 15})
"""NetrServerAuthenticate and NetrServerAuthenticate2, of systems before Windows 2000."""
SOON = MINUTE
"""Tools set the password in the same second; a real computer keeps its channel, and sets one a month."""
NOT_OPENED, NOT_SECURE = (5722, 5805), 5827
"""A secure channel could not be opened; one was refused because it was not protected (KB 4557222)."""
CHANGED = 4742
"""A computer account was changed; PasswordLastSet tells the new time where its password was."""
ANONYMOUS = "S-1-5-7"
JUST_BEFORE = WINDOW
"""The anonymous sign-in of the same attack lies seconds to minutes before the password that it set."""


def zeros(call: RpcCall) -> bool:
    """True when the client's challenge or credential is eight zero bytes, as far as the stub was read."""
    for key, value in call.stub.items():
        if "challenge" in key or "credential" in key:
            if value is True and "zero" in key:
                return True
            text = value.replace(" ", "").lower() if isinstance(value, str) else ""
            if len(text) == 16 and not text.strip("0") and "server" not in key:
                return True
    return False


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """Zero challenges or credentials, or a storm of failed authentications; then whether it got in and set a password."""
    call: Any = activity.detail
    if type(call) is EventAccount:
        return emptied(activity, call, ctx)
    if type(call) is EventNetlogon:
        return refused(activity, call, ctx)
    if activity.source is None:
        return traced(activity, call, ctx)
    pair, at, memory = ends(activity, ctx), activity.at, ctx.memory
    if call.opnum == CHALLENGE:
        if zeros(call):
            memory.seen(("zero", *pair), True, at, activity.id, WINDOW)
        return ()
    if call.opnum in PASSWORD_SET:
        if activity.result != "failure" and memory.recall(("hot", *pair), bool, at, WINDOW) is not None:
            return (told(activity, ctx, pair, (activity.id,), "set"),)
        return ()
    success = activity.result == "success"
    if zeros(call):
        zero: Trail | None = memory.seen(("zero", *pair), True, at, activity.id, WINDOW)
    else:
        zero = memory.trail(("zero", *pair), at, WINDOW)
    if success:
        failed = memory.trail(("failed", *pair), at, WINDOW)
    else:
        failed = memory.seen(("failed", *pair), True, at, activity.id, WINDOW)
    certain = zero is not None and zero.count >= ctx.limit(ZERO_TRIES)
    storm = failed is not None and failed.count >= ctx.limit(BLIND_TRIES)
    if not (certain or storm):
        return ()
    memory.note(("hot", *pair), True, at)
    evidence = tuple(dict.fromkeys((*together(zero, failed), activity.id)))
    if success:
        memory.note(("in", *pair), True, at)
    return (told(activity, ctx, pair, evidence, "in" if success else "tried", zero, failed),)


def ends(activity: Activity, ctx: Context) -> tuple[str, str]:
    """Who asked and who was asked; a trace of the controller itself does not name it."""
    return ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)


def target_of(activity: Activity, ctx: Context) -> EntityRef | None:
    """The controller, or the computer whose secure channel was asked for where the controller is not named."""
    return ctx.target(activity) if activity.destination is not None else ctx.account(activity)


def told(
    activity: Activity,
    ctx: Context,
    pair: tuple[str, str],
    evidence: tuple[str, ...],
    stage: str,
    zero: Trail | None = None,
    failed: Trail | None = None,
) -> Later:
    """The finding at this stage: tried, in, set."""
    if stage == "set":
        zero, failed = (ctx.memory.trail((key, *pair), activity.at, WINDOW) for key in ("zero", "failed"))
    got_in = stage != "tried" or ctx.memory.recall(("in", *pair), bool, activity.at, WINDOW) is not None
    return later(
        ctx, activity, " ".join(pair), lambda: tell(activity, ctx, zero, failed, stage, got_in), evidence=evidence,
        succeeded=got_in, confidence="high" if stage == "set" else "medium", sources=(ctx.source(activity),),
    )  # fmt: skip


def tell(activity: Activity, ctx: Context, zero: Trail | None, failed: Trail | None, stage: str, got_in: bool) -> Finding:
    """Words of this stage with the counts of the whole episode."""
    ip, where = ends(activity, ctx)
    tries = (failed.total if failed is not None else 0) + (1 if got_in else 0)
    target = target_of(activity, ctx)
    end = {
        "tried": "so far without success",
        "in": "and got in: the controller accepted the zeros as its own secret",
        "set": "got in, and set a new password for the computer account",
    }[stage if stage != "tried" or not got_in else "in"]
    return found(
        ctx,
        activity,
        f"{ip} {where}",
        first=min(one.began for one in (zero, failed) if one is not None) if zero or failed else activity.at,
        succeeded=got_in,
        title=None if got_in else "Attempted Netlogon elevation (CVE-2020-1472, Zerologon)",
        story=(
            sentence(ctx.source(activity), " tried to open the secure channel of ", target, f" {plural(tries, 'time')}, {end}."),
        ),
        facts=(
            *((fact(f"{plural(zero.total, 'message')} with eight zero bytes as challenge or credential"),) if zero else ()),
            *((fact(f"{plural(failed.total, 'failed authentication')} within minutes"),) if failed else ()),
            fact("The last of them: ", activity),
            against(
                f"It would be quiet with random challenges and below {plural(ctx.limit(BLIND_TRIES), 'failure')} "
                f"within {WINDOW // MINUTE} minutes"
            ),
        ),
        steps=ctx.path(activity, "Netlogon with zeros", end.split(":")[0].split(",")[0]),
    )  # fmt: skip


def emptied(activity: Activity, event: EventAccount, ctx: Context) -> Iterator[Finding]:
    """A controller logged that nobody, anonymously, set the password of its own account: it never does that over the network."""
    who = activity.account
    if event.event_id != CHANGED or who is None or who.sid != ANONYMOUS or activity.result != "success":
        return
    if event.text("PasswordLastSet") is None or not is_own_account(event, event.text("TargetUserName") or ""):
        return
    logon = latest_of(activity, ctx, ANONYMOUS, JUST_BEFORE)
    activity = from_session(activity, logon)
    source, target = ctx.source(activity), ctx.target(activity)
    place, where = ends(activity, ctx)
    yield found(
        ctx,
        activity,
        f"{place} {where}",
        accounts=(),
        evidence=(activity.id,) if logon is None else (logon.proof, activity.id),
        domain_controllers=(target,),
        confidence="high" if logon is not None else "medium",
        succeeded=True,
        story=(
            sentence(source, " set a new password for the account of ", target, " without signing in."),
            sentence("That is what the forged secure channel is used for; the controller can no longer be trusted, nor serve."),
        ),
        facts=(
            fact(target, " logged that an anonymous caller set the password of its own account: ", activity),
            *((fact(source, " had signed in anonymously within the ten minutes before"),) if logon is not None else ()),
            against("It would be quiet for the account of another computer, or where its own system changed the password"),
        ),
        steps=ctx.path(activity, "password of the controller", "set"),
    )  # fmt: skip


def traced(activity: Activity, call: RpcCall, ctx: Context) -> Iterator[Finding]:
    """A trace of the RPC runtime that names no caller: a channel opened in the old form, and a password set at once."""
    where = ctx.place(activity.destination, activity.at)
    if call.opnum in OLD_FORM:
        ctx.memory.seen(("old form", where), True, activity.at, activity.id, SOON)
        return
    opened = ctx.memory.trail(("old form", where), activity.at, SOON)
    if call.opnum not in PASSWORD_SET or opened is None:
        return
    yield found(
        ctx,
        activity,
        f"trace {where}",
        first=opened.began,
        evidence=(*opened.take(), activity.id),
        severity="medium",
        confidence="low",
        story=(
            sentence(
                "A trace on ", ctx.target(activity), " tells that a secure channel was opened in a form that only old systems "
                "and tools use, and that a new password was set for a computer at once.",
            ),
        ),
        facts=(
            fact(f"{plural(opened.total, 'call')} of NetrServerAuthenticate or NetrServerAuthenticate2 within a minute before"),
            fact(f"{call.operation or f'operation {call.opnum}'}: ", activity),
            against("It would be quiet for NetrServerAuthenticate3, which Windows uses, and where no password is set"),
        ),
        steps=(),
    )  # fmt: skip


def refused(activity: Activity, event: EventNetlogon, ctx: Context) -> Iterator[Finding]:
    """The System log of a controller: a secure channel refused to the controller's own name, or to one name again and again."""
    who, at = ctx.account(activity), activity.at
    name = event.text("ComputerName", "SamAccountName") or ""
    if who is None or activity.result != "failure" or not name or event.event_id not in (*NOT_OPENED, NOT_SECURE):
        return
    where = ctx.place(activity.destination, at)
    own = is_own_account(event, f"{name.rstrip('$')}$")
    tries = ctx.memory.seen(("channel", where, name.lower()), True, at, activity.id, WINDOW)
    storm = tries.count >= ctx.limit(BLIND_TRIES)
    weak = event.event_id == NOT_SECURE and is_new("weak channel", who.key, at, ctx)
    if not (own or storm or weak):
        return
    target = ctx.target(activity)
    yield found(
        ctx,
        activity,
        f"channel {where} {name.lower()}",
        first=tries.began,
        evidence=tries.take() or (activity.id,),
        domain_controllers=(target,),
        severity="medium" if own or storm else "low",
        confidence="medium" if own else "low",
        succeeded=False,
        title="Attempted Netlogon elevation (CVE-2020-1472, Zerologon)",
        story=(
            sentence(
                f"Somebody who calls himself {name[:64]} could not open a secure channel with ", target,
                f", {plural(tries.total, 'time')}.",
            ),
        ),
        facts=(
            fact("The controller logged the refusal: ", activity),
            *((fact("It is the controller's own name: a controller opens no secure channel with itself"),) if own else ()),
            *((fact("The channel was not protected, which controllers refuse since the attack is known"),) if weak else ()),
            against(
                f"It would be quiet for the name of another computer and fewer than {plural(ctx.limit(BLIND_TRIES), 'refusal')} "
                f"within {WINDOW // MINUTE} minutes: a computer with a broken secret is refused some times an hour"
            ),
        ),
        steps=ctx.path(activity, "secure channel", "refused"),
    )  # fmt: skip


DETECTOR = Detector(
    id="zerologon",
    external_id=2411,
    title="Suspected Netlogon elevation (CVE-2020-1472, Zerologon)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1210", "T1068"),
    watches=(RpcCall, EventAccount, EventNetlogon),
    interfaces=(NETLOGON,),
    opnums=(CHALLENGE, *sorted(AUTHENTICATE), *sorted(PASSWORD_SET)),
    event_ids=(CHANGED, *NOT_OPENED, NOT_SECURE),
    needs=Needs(
        ports=("135", "dynamic RPC", "445"),
        kinds=("rpc-call", "event-account", "event-netlogon"),
        parts=("event-account", "event-netlogon"),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(NETLOGON,),
        answers=True,
    ),
    window=60 * MINUTE,
    thresholds=(ZERO_TRIES, BLIND_TRIES),
    sessions=True,
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "tries to open a secure channel without its password")
