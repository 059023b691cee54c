"""The account of Entra Connect was used as no synchronisation uses it: at a desk, or from another computer."""

from collections.abc import Iterable, Iterator

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, fact, found, sentence, some
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventLogon

CONNECTORS = ("msol_", "adsyncmsa")
"""Beginnings of the names that Entra Connect gives the accounts that read the directory and run its service."""
LOGON = 4624
DESK = {2: "at its desk", 7: "by unlocking it", 10: "over remote desktop", 11: "at its desk, without asking a controller"}
"""Logon types of people (4624): interactive, unlock, remote interactive, cached interactive."""
NETWORK = 3
HABIT = 30 * DAY


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Sign-ins of the connector: by a person, or from a second computer."""
    event: EventLogon = activity.detail  # type: ignore[assignment]
    name = event.fields.get("TargetUserName", "").lower()
    return signed_in(activity, event, ctx) if name.startswith(CONNECTORS) and activity.result == "success" else ()


def signed_in(activity: Activity, event: EventLogon, ctx: Context) -> Iterator[Finding]:
    """A sign-in of the connector."""
    kind = event.number("LogonType")
    account, place = ctx.account(activity), ctx.source(activity).key
    if account is None:
        return
    told = DESK.get(kind or 0)
    usual = ctx.memory.recall(("from", account.key), str, activity.at, HABIT)
    if told is None:
        if kind != NETWORK or not place:
            return
        if usual is None or usual == place or _incomparable(usual, place):
            ctx.memory.note(("from", account.key), place, activity.at)
            return
    why = (
        sentence("It is meant for a program that reads the directory, and can read every password's key.")
        if told
        else sentence("It used to come from one computer; a second one is a move to another server, or somebody else.")
    )
    yield found(
        ctx,
        activity,
        account.key,
        sources=some(ctx.source(activity)),
        severity="high" if told else "medium",
        title=None if told else "The account of Entra Connect signed in from another computer",
        succeeded=True,
        confidence="high" if told else "medium",
        story=(
            sentence(
                account, " signed in to ", ctx.target(activity), f" {told}." if told else " from another computer than before."
            ),
            why,
        ),
        facts=(
            fact("Sign-in: ", activity),
            fact(account, " is named like an account that Entra Connect makes for itself"),
            against("It would be quiet for a sign-in over the network from the computer where it always comes from"),
        ),
        steps=ctx.path(activity, "sign-in", "success"),
    )


def _incomparable(one: str, other: str) -> bool:
    """True for addresses of two families, which may be one computer."""
    return one.startswith("address:") and other.startswith("address:") and (one.count(":") > 1) != (other.count(":") > 1)


DETECTOR = Detector(
    id="entra_connect",
    external_id=3024,
    title="Suspicious sign-in with the account of Entra Connect",
    severity="high",
    phase="Compromised credentials",
    techniques=("T1078.002", "T1003.006"),
    watches=(EventLogon,),
    needs=Needs(ports=("the Security log",), kinds=("event-logon",), parts=("event-logon",)),
    window=HOUR,
    event_ids=(LOGON,),
    detect=detect,
)
