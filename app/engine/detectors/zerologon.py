"""The Netlogon secure channel forced open with zeros (CVE-2020-1472)."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import MINUTE, Detector, Later, Needs, against, fact, found, later, plural, sentence
from app.engine.memory import Trail, together
from app.engine.readings.sessions import from_session, is_own_account, latest_of
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.entity import EntityRef
from app.model.events import EventAccount
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


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """Zero challenges or credentials, or a storm of failed authentications; then whether it got in and set a password."""
    if isinstance(activity.detail, EventAccount):
        yield from emptied(activity, activity.detail, ctx)
        return
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if call.interface != NETLOGON or activity.source is None:
        return
    pair, at = ends(activity, ctx), activity.at
    if call.opnum == CHALLENGE:
        if zeros(call):
            ctx.memory.seen(("zero", *pair), True, at, activity.id, WINDOW)
        return
    hot = ctx.memory.recall(("hot", *pair), bool, at, WINDOW) is not None
    if call.opnum in PASSWORD_SET:
        if hot and activity.result != "failure":
            yield told(activity, ctx, (activity.id,), "set")
        return
    if call.opnum not in AUTHENTICATE:
        return
    success = activity.result == "success"
    if zeros(call):
        ctx.memory.seen(("zero", *pair), True, at, activity.id, WINDOW)
    if not success:
        ctx.memory.seen(("failed", *pair), True, at, activity.id, WINDOW)
    zero = ctx.memory.trail(("zero", *pair), at, WINDOW)
    failed = ctx.memory.trail(("failed", *pair), at, WINDOW)
    certain = zero is not None and zero.count >= ctx.limit(ZERO_TRIES)
    storm = failed is not None and failed.count >= ctx.limit(BLIND_TRIES)
    if not (certain or storm):
        return
    ctx.memory.note(("hot", *pair), True, at)
    evidence = (*together(zero, failed), activity.id)
    if success:
        ctx.memory.note(("in", *pair), True, at)
    yield told(activity, ctx, tuple(dict.fromkeys(evidence)), "in" if success else "tried")


def ends(activity: Activity, ctx: Context) -> tuple[str, str]:
    """Who asked and who was asked; a trace of the controller itself does not name it."""
    return ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)


def target_of(activity: Activity, ctx: Context) -> EntityRef | None:
    """The controller, or the computer whose secure channel was asked for where the controller is not named."""
    return ctx.target(activity) if activity.destination is not None else ctx.account(activity)


def told(activity: Activity, ctx: Context, evidence: tuple[str, ...], stage: str) -> Later:
    """The finding at this stage: tried, in, set."""
    pair = ends(activity, ctx)
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
                f"It would be quiet with random challenges and below {ctx.limit(BLIND_TRIES)} failures "
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


DETECTOR = Detector(
    id="zerologon",
    external_id=2411,
    title="Suspected Netlogon elevation (CVE-2020-1472, Zerologon)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1210", "T1068"),
    watches=(RpcCall, EventAccount),
    interfaces=(NETLOGON,),
    opnums=(CHALLENGE, *sorted(AUTHENTICATE), *sorted(PASSWORD_SET)),
    event_ids=(CHANGED,),
    needs=Needs(
        ports=("135", "dynamic RPC", "445"),
        kinds=("rpc-call", "event-account"),
        parts=("event-account",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(NETLOGON,),
        answers=True,
    ),
    window=60 * MINUTE,
    thresholds=(ZERO_TRIES, BLIND_TRIES),
    sessions=True,
    detect=detect,
)
