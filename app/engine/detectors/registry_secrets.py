"""Hives of the registry that hold secrets saved to a file by another computer (as secretsdump does)."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, listed, outcome_of, sentence
from app.engine.naming import unc_host
from app.engine.registry import hive
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import RpcCall
from app.model.identifiers import WINREG

WINDOW = HOUR
HOLDS = {
    "SAM": "password keys of its local accounts",
    "SECURITY": "passwords of services and of its own account, and keys of cached sign-ins",
    "SYSTEM": "the key that opens the other hives",
}
UNKNOWN = "?"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Every call that saves such a hive; what cannot be read is told quietly."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
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


DETECTOR = Detector(
    id="registry_secrets",
    external_id=3040,
    title="Secrets taken from the registry of another computer",
    severity="high",
    phase="Credential access",
    techniques=("T1003.002", "T1003.004"),
    watches=(RpcCall,),
    interfaces=(WINREG,),
    needs=Needs(
        ports=("445",),
        kinds=("rpc-call",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(WINREG,),
        content=True,
    ),
    window=WINDOW,
    detect=detect,
)
