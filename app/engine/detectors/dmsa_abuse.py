"""A delegated managed service account was made the successor of another account, whose rights and keys it gets."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import (
    Change,
    actor_of,
    by_controller,
    changes_of,
    gained,
    is_administrator,
    is_routine,
    knows_administrators,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapAdd, LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventDirectoryChange

LINK, STATE = "msds-managedaccountprecededbylink", "msds-delegatedmsastate"
CLASS = "msds-delegatedmanagedserviceaccount"
MIGRATED = frozenset({"1", "2"})
"""States of a migration under way and of one that is done (MS-ADTS, msDS-DelegatedMSAState)."""
WATCHES = (LdapModify, LdapAdd, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Succession written by hand; accounts of this class made by somebody who is no administrator."""
    for change in changes_of(activity, ctx, LINK, STATE, ""):
        if by_controller(activity, ctx):
            continue
        if change.attribute == LINK and change.written and gained(change):
            yield _succeeds(activity, change, ctx)
        elif change.attribute == STATE and change.written and MIGRATED.intersection(gained(change)):
            yield _state(activity, change, ctx)
        elif change.deed == "create" and change.object_class == CLASS:
            yield from _made(activity, change, ctx)


def _succeeds(activity: Activity, change: Change, ctx: Context) -> Finding:
    dn = gained(change)[0]
    victim = object_of(Change(deed="touch", dn=dn), ctx, activity.at)
    sensitive = victim is not None and (victim.kind == "controller" or ctx.is_sensitive(victim, activity.at))
    known = is_administrator(actor_of(activity, ctx), ctx, activity.at)
    severity: Severity = "high" if sensitive or (not known and knows_administrators(ctx)) else "medium"
    if isinstance(activity.detail, DirectoryChange) and not sensitive:
        severity = "medium"
    return tell(
        ctx,
        activity,
        change,
        (" made ", object_of(change, ctx, activity.at) or change.name, " the successor of ", victim or dn),
        label="made successor",
        severity=severity,
        routine=not sensitive and is_routine(activity, ctx),
        why=("The domain then gives the new account the rights and the keys of ", victim or "the other", ", who is not asked."),
        facts=(
            *((fact(victim, " can reach the whole domain"),) if sensitive else ()),
            *((fact("Whoever did it is not known as an administrator"),) if not known else ()),
        ),
        quiet=("It would be quiet if the succession had been there before",),
        targets=(victim, object_of(change, ctx, activity.at)),
        title=DETECTOR.title,
    )


def _state(activity: Activity, change: Change, ctx: Context) -> Finding:
    return tell(
        ctx,
        activity,
        change,
        (" declared the migration to ", object_of(change, ctx, activity.at) or change.name, " under way or done"),
        label="migration declared",
        severity="medium",
        routine=is_routine(activity, ctx),
        why=("A migration that nobody ran gives this account the rights of the one before it.",),
        facts=(fact(f"msDS-DelegatedMSAState is {gained(change)[0]}"),),
        quiet=("It would be quiet if the state had been so before",),
        confidence="medium",
        title=DETECTOR.title,
    )


def _made(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    actor = actor_of(activity, ctx)
    if actor is None or is_administrator(actor, ctx, activity.at):
        return
    yield tell(
        ctx,
        activity,
        change,
        (" made the delegated managed service account ", object_of(change, ctx, activity.at) or change.name),
        label="account made",
        severity="medium",
        why=("Who makes such an account owns it, and can make it the successor of any other.",),
        facts=(fact(actor, " is not known as an administrator"),),
        quiet=("It would be quiet if a known administrator had made it",),
        confidence="medium",
        title=DETECTOR.title,
    )


DETECTOR = Detector(
    id="dmsa_abuse",
    external_id=3005,
    title="Suspected abuse of a delegated managed service account (BadSuccessor)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1098", "T1078.002"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(5136, 5137),
    detect=detect,
)
