"""Secrets in the registry of another computer: hives saved to a file, or their keys opened one by one and read in place."""

import re
from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    listed,
    outcome_of,
    sentence,
)
from app.engine.forms import HIDDEN
from app.engine.readings.naming import unc_host
from app.engine.readings.registry import boot_key_part, hive, holds_boot_key, secrets_opened
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.events import EventShare
from app.model.identifiers import WINREG

WINDOW = HOUR
HOLDS = {
    "SAM": "password keys of its local accounts",
    "SECURITY": "passwords of services and of its own account, and keys of cached sign-ins",
    "SYSTEM": "the key that opens the other hives",
}
UNKNOWN = "?"
FILE_CHECKED = 5145
SAVED = re.compile(r"^(windows\\)?(system32|temp)\\[a-z]{8}\.tmp$", re.I)
"""Names that tools give the files to which hives are saved, on the share of the administrators."""
HIVES = 2
"""Such files within minutes of the opening of the registry's pipe: SAM and SECURITY."""
SOON = 10 * MINUTE
QUARTERS = 2
"""Quarters of the boot key that one caller goes for; one alone may be a mistyped or a browsed path."""
BROWSED = 2
"""Other keys of the same parent that show that a program lists all of them, as registry editors do."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every call that saves such a hive; what cannot be read is told quietly."""
    if isinstance(activity.detail, EventShare):
        yield from logged(activity, activity.detail, ctx)
        return
    call: RpcCall = activity.detail  # type: ignore[assignment]
    yield from read_in_place(activity, call, ctx)
    which = hive(call)
    if not which or activity.source is None or activity.destination is None:
        return
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if pair[0] == pair[1]:
        return
    saved = ctx.memory.seen(("saved", *pair), which, activity.at, activity.id, WINDOW)
    names = [str(one) for one in saved.values if one != UNKNOWN]
    controller, target, file = ctx.to_controller(activity), ctx.target(activity), str(call.stub.get("file", ""))[:200]
    what = (
        f"the registry hives {listed(names)}"
        if len(names) > 1
        else f"the registry hive {names[0]}"
        if names
        else "a registry key"
    )
    yield found(
        ctx,
        activity,
        " ".join(pair),
        severity=None if which != UNKNOWN else "medium" if controller and saved.count > 1 else "low",
        confidence="high" if which != UNKNOWN else "low",
        title="Attempted theft of secrets from the registry" if activity.result == "failure" else None,
        succeeded=outcome_of(activity),
        story=(sentence(*ctx.who(activity), " had ", target, f" save {what}", f" to {file}" if file else "", ended(activity)),),
        facts=(
            fact(f"{call.operation or f'operation {call.opnum}'}: ", activity),
            *(fact(f"{name} holds {HOLDS[name]}") for name in names if name in HOLDS),
            *((fact(f"The file lies on another computer, {unc_host(file)}"),) if unc_host(file) else ()),
            *((fact("Which key was saved cannot be read"),) if which == UNKNOWN else ()),
            *(
                (fact(target, " is a domain controller: its own account's key is enough to take the domain"),)
                if controller
                else ()
            ),
            against("It would be quiet for any other key of the registry, and for reading and writing values"),
        ),
        steps=ctx.path(activity, "registry saved", caption_of(activity)),
    )


def read_in_place(activity: Activity, call: RpcCall, ctx: Context) -> Iterator[Finding]:
    """Keys opened that hold secrets, or the boot key with which they are sealed: nothing needs to be saved to a file then."""
    part, secret = boot_key_part(call), secrets_opened(call)
    if not (part or secret) or activity.source is None or activity.destination is None:
        return
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if pair[0] == pair[1]:
        return
    if part and not holds_boot_key(part):
        ctx.memory.seen(("lsa", *pair), part, activity.at, activity.id, SOON)
        return
    parts = ctx.memory.seen(("boot", *pair), part or secret, activity.at, activity.id, SOON)
    others = ctx.memory.trail(("lsa", *pair), activity.at, SOON)
    browsed = others is not None and others.distinct >= BROWSED
    given = activity.result != "failure"
    strong = given and (bool(secret) or (parts.distinct >= QUARTERS and not browsed))
    target, what = ctx.target(activity), f"keys of {secret}" if secret else "the keys that make up its boot key"
    yield found(
        ctx,
        activity,
        " ".join(pair),
        severity="high" if strong else "low",
        confidence="high" if strong else "low",
        title="Attempted theft of secrets from the registry" if not given else None,
        succeeded=outcome_of(activity),
        first=parts.first,
        evidence=parts.evidence(),
        story=(sentence(*ctx.who(activity), " opened ", what, " in the registry of ", target, ended(activity)),),
        facts=(
            fact(f"{str(call.stub.get('key', ''))[:200]} was opened: ", activity),
            fact(f"{secret} holds {HOLDS[secret]}")
            if secret
            else fact("The class names of JD, Skew1, GBG and Data below Control\\Lsa are the key that opens SAM and SECURITY"),
            *((fact("Other keys beside it were opened too, as a registry editor does"),) if browsed and not secret else ()),
            against("It would be quiet for the top of a hive, and for any other key below Control\\Lsa"),
        ),
        steps=ctx.path(activity, "registry opened", caption_of(activity)),
    )


def logged(activity: Activity, event: EventShare, ctx: Context) -> Iterator[Finding]:
    """The same as the log of shares tells it: the registry's pipe opened, then two files of such names fetched."""
    share, name = (event.text("ShareName") or "").upper(), (event.text("RelativeTargetName") or "").lower()
    if event.event_id != FILE_CHECKED or not share.endswith("$") or activity.source is None or activity.result == "failure":
        return
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if share.endswith("IPC$"):
        if name == "winreg":
            ctx.memory.note(("registry", *pair), activity.id, activity.at)
        return
    if pair[0] == pair[1] or SAVED.match(name) is None:
        return
    pipe = ctx.memory.recall(("registry", *pair), str, activity.at, SOON)
    files = ctx.memory.seen(("files", *pair), name, activity.at, activity.id, SOON)
    if pipe is None or files.distinct < HIVES:
        return
    target = ctx.target(activity)
    yield found(
        ctx,
        activity,
        " ".join(pair),
        first=files.first,
        evidence=tuple(dict.fromkeys((pipe, *files.evidence()))),
        confidence="medium",
        succeeded=True,
        story=(
            sentence(
                *ctx.who(activity), " opened the registry of ", target, f" and fetched {listed(sorted(map(str, files.counts)))}."
            ),
            sentence("Tools save the hives SAM and SECURITY to files of such names."),
        ),
        facts=(
            fact("The log of shares tells the files: ", activity),
            against("It would be quiet for one such file, and for files fetched without the registry's pipe"),
        ),
        steps=ctx.path(activity, "registry saved", "files fetched"),
    )


DETECTOR = Detector(
    id="registry_secrets",
    external_id=3040,
    title="Secrets taken from the registry of another computer",
    severity="high",
    phase="Credential access",
    techniques=("T1003.002", "T1003.004"),
    watches=(RpcCall, EventShare),
    interfaces=(WINREG,),
    event_ids=(FILE_CHECKED,),
    needs=Needs(
        ports=("445",),
        kinds=("rpc-call", "event-share"),
        parts=("event-share",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(WINREG,),
        content=True,
    ),
    window=WINDOW,
    forms={EventShare: lambda form, result: result != "failure" and (bool(form[1] & HIDDEN) or form[2] == "winreg")},
    detect=detect,
)
