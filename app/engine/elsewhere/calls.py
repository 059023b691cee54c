"""A call that makes another computer run something, told by packets or by a log of calls."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import against, caption_of, ended, fact, found, listed, sentence
from app.engine.elsewhere.cases import DEPLOYED, PRODUCT, WINDOW, joined, repeated, spread
from app.engine.readings.commands import ADMINISTRATION, own_program
from app.engine.readings.deeds import ACTIVATED, ASKED_MANAGER, OLD_TASK, RUNNING, SESSION, STARTED_AFTER, detail_text, named
from app.engine.readings.novelty import is_new
from app.engine.readings.shares import USE_PIPE, program_put
from app.engine.readings.wmi import PUT
from app.engine.repeated import again
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcBind, RpcCall, SmbFile
from app.model.events import EventShare


def done(activity: Activity, deed: tuple[str, str], ctx: Context) -> Iterator[Finding]:
    """Something was run, or asked to be."""
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if pair[0] == pair[1]:
        return
    success = activity.result != "failure" or (deed[1] == "service started" and activity.code == RUNNING)
    controller = ctx.to_controller(activity)
    what, label = deed
    said = detail_text(activity)
    target = ctx.target(activity)
    everyday = what.removeprefix(USE_PIPE) in ADMINISTRATION
    refused_pipe = isinstance(activity.detail, (EventShare, SmbFile)) and not success
    weak = isinstance(activity.detail, RpcBind) or refused_pipe or everyday
    weak = weak or what in (SESSION, OLD_TASK, PUT, ASKED_MANAGER) or label == ACTIVATED
    put = program_put(activity, ctx) if what == STARTED_AFTER else ""
    product = brought(activity, pair[1], ctx)
    deeds = ctx.memory.seen(("deeds", *pair), what, activity.at, activity.id, WINDOW)
    others = [str(one) for one in deeds.values if one != what]
    name = what if what == ASKED_MANAGER else named(activity)
    subject, routine, wave = spread(" ".join(pair), name, what, not weak, activity, ctx)
    if isinstance(activity.detail, EventShare) or what == SESSION:
        subject = joined(subject, pair[1], activity, ctx)
    made = found(
        ctx,
        activity,
        subject,
        confidence="low" if weak else "high" if activity.source is not None else "medium",
        severity="low" if weak or routine or (product and (wave or not controller))
        else "high" if success and controller and not (wave or product) and activity.result != "unanswered" else "medium",
        succeeded=success if activity.result != "unanswered" or label == "service started" else None,
        title=None if success else "Attempted remote code execution",
        story=(
            sentence(
                *ctx.who(activity), " asked ", target, f" to {what}", f": {said}" if said else "",
                ", and it was done." if success and activity.result != "unanswered" else ended(activity),
            ),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            *((fact(f"In the same hour also: {listed(others)}"),) if others else ()),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            *((fact(f"It had put {put} onto that computer within the hour before"),) if put else ()),
            *((fact("The call is sealed; its number shows what was asked, not what was run"),)
              if isinstance(activity.detail, RpcCall) and activity.detail.hidden else ()),
            *((fact(f"It was put on {DEPLOYED} or more other computers in the hours before"),) if wave and controller else ()),
            *((fact(PRODUCT),) if product else ()),
            *((again(ctx.account(activity), ctx.source(activity)),) if routine else ()),
            against("It would be quiet for reading the state of services, tasks or WMI classes without creating or running any"),
        ),
        steps=ctx.path(activity, label, "success" if success and activity.result == "failure" else caption_of(activity)),
    )  # fmt: skip
    yield repeated(made, named(activity) or f"on {target.key}", routine, controller, activity, ctx)


def brought(activity: Activity, where: str, ctx: Context) -> bool:
    """True for a service whose program looks like a product's own, and for what is done to it within the hour."""
    name = named(activity)
    key = ("product", where, name.lower()[:200])
    stub = activity.detail.stub if isinstance(activity.detail, RpcCall) else {}
    path = stub.get("path")
    if name and isinstance(path, str) and path:
        ctx.memory.note(key, own_program(path, name), activity.at)
    return bool(name) and bool(ctx.memory.recall(key, bool, activity.at, WINDOW)) and ctx.sensitivity != "high"


def first_put(activity: Activity, ctx: Context) -> bool:
    """True where somebody keeps an object of WMI for the first time; what it is is sealed."""
    account = ctx.account(activity)
    return account is not None and account.kind == "user" and is_new("put", account.key, activity.at, ctx)
