"""Resource-based delegation was set: somebody may act as anybody towards a computer."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from app.engine.change_story import change_needs, tell
from app.engine.changes import (
    WRITTEN_OBJECTS,
    Change,
    actor_of,
    by_controller,
    changes_of,
    gained,
    is_administrator,
    is_routine,
    is_sensitive_object,
    itself,
    object_of,
)
from app.engine.changes.rights import entries
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Later, against, fact, found, later, sentence
from app.engine.memory import Trail
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.addresses import is_loopback
from app.model.alert import Finding
from app.model.details import LdapAdd, LdapModify, RpcCall
from app.model.directory import DirectoryChange
from app.model.entity import EntityRef
from app.model.events import EventAccount, EventDirectoryChange, EventLogon, EventObjectAccess
from app.model.identifiers import SAMR

ATTRIBUTE = "msds-allowedtoactonbehalfofotheridentity"
LOGON = 4624
GATEWAY = 5
"""Computers for which the same was allowed to the same one within an hour, by somebody who may write to all of them."""
WATCHES = (LdapModify, LdapAdd, RpcCall, EventAccount, EventDirectoryChange, EventObjectAccess, DirectoryChange, EventLogon)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """Every writing of the attribute; by a computer's account, or for one just made, it is an attack."""
    if isinstance(activity.detail, EventLogon):
        yield from _from_within(activity, activity.detail, ctx)
        return
    for change in changes_of(activity, ctx, ATTRIBUTE, ""):
        if change.deed == "create":
            if change.object_class == "computer" and activity.result == "success":
                ctx.memory.note(("made", change.sam.lower().rstrip("$")), activity.id, activity.at)
        elif change.attribute and change.written and not by_controller(activity, ctx) and not _narrowed(change):
            yield _found(activity, change, ctx)


def _found(activity: Activity, change: Change, ctx: Context) -> Finding | Later:
    actor, ref = actor_of(activity, ctx), object_of(change, ctx, activity.at)
    trusted = _trusted(change, ctx, activity.at)
    machine = actor is not None and actor.key.startswith("computer:")
    new = [one for one in trusted if ctx.memory.recall(("made", _plain(one)), str, activity.at, DAY) is not None]
    sensitive = is_sensitive_object(change, ref, ctx, activity.at)
    routine = is_routine(activity, ctx)
    facts = []
    if machine:
        facts.append(fact(actor, " is a computer's account; what it signs in for may be somebody else's (relay)"))
    if machine and ref is not None and actor is not None and actor.key == ref.key:
        facts.append(fact("It wrote to its own object, as relayed and local attacks do"))
        if not itself(activity, ref, ctx):
            facts.append(fact("It did so from another computer"))
    if new:
        facts.append(fact(new[0], " was made less than a day before"))
    if sensitive:
        facts.append(fact(ref, " can reach the whole domain") if ref is not None else fact("The object is a sensitive one"))
    who = trusted[0] if trusted else "somebody"
    more = f" and {len(trusted) - 1} more" if len(trusted) > 1 else ""
    strong = machine or bool(new) or (sensitive and not is_administrator(actor, ctx, activity.at))
    made = tell(
        ctx, activity, change, (" allowed ", who, more, " to act as anybody towards ", ref or change.name),
        label="delegation set", severity="high" if strong else "medium", routine=routine and not strong,
        why=("With this a ticket for any user, administrators too, can be had for that computer.",), facts=facts,
        quiet=("It would be quiet if the attribute had been cleared, or a controller had done it itself",),
        confidence="high" if strong else "medium",
        title=DETECTOR.title,
        before=[ctx.memory.recall(("made", _plain(one)), str, activity.at, DAY) for one in new],
    )  # fmt: skip
    given = gained(change)
    if strong or sensitive or actor is None or not given or activity.result != "success" or ctx.sensitivity == "high":
        return made
    trail = ctx.memory.seen(
        ("gateway", actor.key, *sorted(given)), change.dn.lower() or change.name, activity.at, activity.id, HOUR
    )
    return later(
        ctx, activity, made.subject, lambda: _weighed(made, trail), evidence=made.evidence, severity=made.severity,
        confidence=made.confidence, succeeded=made.succeeded, sources=made.sources, accounts=made.accounts, targets=made.targets,
    )  # fmt: skip


def _weighed(made: Finding, trail: Trail) -> Finding:
    """Quieter where many computers were opened for the same one, as for a gateway; an attack opens the one that it is after."""
    if len(trail.values) < GATEWAY:
        return made
    said = fact(f"{len(trail.values):,} computers were opened for the same one within an hour, as for a gateway or console of "
                "administrators; an attack opens the one that it is after")  # fmt: skip
    return replace(made, severity="low", facts=(*made.facts[:-1], said, made.facts[-1]))


def _sids(values: Iterable[str]) -> list[str]:
    """Who may act for others, by descriptors or by a list of SIDs."""
    return [sid for text in values for sid in ([one.sid for one in entries(text) if one.allows] if "(" in text else [text])]


def _narrowed(change: Change) -> bool:
    """True when it is told who might do so before, and nobody may now who might not then."""
    now, before = _sids(change.new), set(_sids(change.old))
    return bool(now) and before.issuperset(now)


def _trusted(change: Change, ctx: Context, at: int) -> list[EntityRef]:
    found: dict[str, EntityRef] = {}
    before = set(_sids(change.old))
    for sid in _sids(gained(change)):
        ref = ctx.knowledge.account_of_sid(sid, at) if sid.startswith("S-1-5-21-") and sid not in before else None
        if ref is not None:
            found[ref.key] = ref
    return list(found.values())


def _plain(ref: EntityRef) -> str:
    return ref.label.lower().rpartition("\\")[2].partition(".")[0].rstrip("$")


def _from_within(activity: Activity, event: EventLogon, ctx: Context) -> Iterator[Finding]:
    """The domain's built-in administrator came over the network from the computer itself, with a ticket.

    That is how a local attack ends that let the computer's account delegate to itself: it shows its own computer a ticket.
    """
    sid = event.text("TargetUserSid") or ""
    if event.event_id != LOGON or not sid.startswith("S-1-5-21-") or not sid.endswith("-500"):
        return
    if not is_loopback(event.text("IpAddress")):
        return
    if event.number("LogonType") != 3 or (event.text("AuthenticationPackageName") or "").lower() != "kerberos":
        return
    account, target = ctx.account(activity), ctx.target(activity)
    if target.kind == "controller" or not is_new("within", target.key, activity.at, ctx):
        return
    yield found(
        ctx, activity, f"within {target.key}", severity="low", confidence="low", succeeded=True,
        title="An administrator's ticket was shown by the computer to itself",
        story=(sentence(account, " signed in to ", target, " over the network from that computer itself, with a ticket."),),
        facts=(
            fact("The address is that of the computer itself: ", activity),
            fact("A local attack ends so that has the computer's account delegate to itself (Kerberos relay)"),
            against("It would be quiet on a controller, for other accounts, and where five other computers do so"),
        ),
        steps=ctx.path(activity, "ticket", "from itself"),
    )  # fmt: skip


DETECTOR = Detector(
    id="rbcd",
    external_id=2423,
    title="Resource-based constrained delegation was set",
    severity="high",
    phase="Lateral movement",
    techniques=("T1484", "T1134.001"),
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    interfaces=(SAMR,),
    opnums=(12, 50),
    event_ids=(LOGON, 4662, 4741, 5136),
    sign_ins=lambda one: one.event == LOGON and one.type in (3, -1) and one.administrator,
    forms=WRITTEN_OBJECTS,
    detect=detect,
)
