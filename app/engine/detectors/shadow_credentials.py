"""A key was put on an account, with which whoever holds it signs in as that account."""

from collections.abc import Iterator

from app.engine.change_story import change_needs, subject_of, tell
from app.engine.changes import (
    WRITTEN_OBJECTS,
    Change,
    actor_of,
    by_controller,
    changes_of,
    gained,
    is_routine,
    is_sensitive_object,
    itself,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, against, fact, found, listed, plural, sentence
from app.engine.forms import CERTIFICATE
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import sessioned
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosAs, LdapAdd, LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventDirectoryChange, EventKerberos, EventObjectAccess
from app.model.tuning import Threshold

ATTRIBUTE = "msds-keycredentiallink"
MAPPING = "altsecurityidentities"
"""Certificates that sign in as the account, by issuer, subject, key or SHA-1 (MS-ADTS section 5.1.1.1.4; MS-PKCA)."""
SYNCHRONISERS = ("msol_", "aad_", "adsyncmsa", "provagentgmsa", "adtoaadsync")
"""Beginnings of the names that Entra Connect and its agents give their accounts; writing back keys of users is their work."""
PUBLIC_KEY = frozenset({15, 16, 17})
"""Pre-authentication types of a sign-in with a certificate or key (RFC 4556 section 3.1)."""
TGT = 4768
HABIT = 30 * DAY
USUAL = Threshold(
    name="accounts", low=2, medium=3, high=6,
    words="Ordinary accounts on which a service put keys on earlier days, from which on registering devices is its work",
)  # fmt: skip
WATCHES = (LdapModify, LdapAdd, KerberosAs, EventDirectoryChange, EventObjectAccess, EventKerberos, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Keys written by anybody but the computer itself, and the sign-in with one."""
    detail = activity.detail
    if isinstance(detail, (KerberosAs, EventKerberos)):
        if _with_key(activity):
            yield from _used(activity, ctx)
        return
    for change in changes_of(activity, ctx, MAPPING):
        if change.written and gained(change) and not by_controller(activity, ctx):
            yield from _mapped(activity, change, ctx)
    for change in changes_of(activity, ctx, ATTRIBUTE):
        if change.written and (gained(change) or change.deed == "touch") and not by_controller(activity, ctx):
            yield from _written(activity, change, ctx)


def _with_key(activity: Activity) -> bool:
    detail = activity.detail
    if isinstance(detail, KerberosAs):
        return detail.pkinit and activity.result == "success"
    return isinstance(detail, EventKerberos) and detail.number("PreAuthType") in PUBLIC_KEY and activity.result == "success"


def _written(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    actor, ref = actor_of(activity, ctx), object_of(change, ctx, activity.at)
    own = itself(activity, ref, ctx)
    machine = ref is not None and ref.key.startswith("computer:")
    sensitive = is_sensitive_object(change, ref, ctx, activity.at)
    if machine and (own or (actor is None and not sensitive)):
        return  # computers register keys of their own
    named = actor.label.lower().rpartition("\\")[2] if actor is not None else ""
    synchroniser = named.startswith(SYNCHRONISERS)
    routine = is_routine(activity, ctx)
    if own and not sensitive and not is_new("own key", ref.key if ref is not None else "", activity.at, ctx):
        return  # many register devices of their own (Windows Hello for Business), this one among them
    severity: Severity = "high"
    usual = _does_so(actor.key, ref.key if ref is not None else change.name, activity, ctx) if actor is not None else 0
    work = usual >= ctx.limit(USUAL) and not machine and not sensitive
    if synchroniser or own or work or (actor is None and not sensitive):
        severity = "low"
    elif actor is None:
        severity = "medium"
    facts = []
    if synchroniser:
        facts.append(fact(actor, " is named like the account of a directory synchronisation, which writes back keys of users"))
    if machine and actor is not None and ref is not None and actor.key == ref.key:
        facts.append(fact("A computer registers its own key from itself; this came from another computer"))
    if work:
        facts.append(fact(actor, f" put keys on {plural(usual, 'account')} on earlier days, as a device registration does"))
    if sensitive:
        facts.append(fact(ref or change.name, " is sensitive"))
    made = tell(
        ctx, activity, change, (" put a key on ", ref or change.name), label="key added",
        subject="" if actor is not None or sensitive else f"{change.domain} users",
        severity=severity, routine=routine,
        why=("Whoever holds that key signs in as this account without its password, and can ask for its NT hash.",), facts=facts,
        quiet=("It would be quiet if the computer had registered its own key from itself",),
        confidence="medium" if severity == "low" or change.deed == "touch" else "high",
        title=DETECTOR.title,
    )  # fmt: skip
    if ref is not None and activity.result != "failure" and made.severity != "low":
        ctx.memory.note(("key", ref.key), (subject_of(change, activity, ctx), activity.id), activity.at)
    yield made


def _mapped(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    """A certificate that was written down as somebody's: whoever holds it signs in as him (ESC14)."""
    actor, ref = actor_of(activity, ctx), object_of(change, ctx, activity.at)
    sensitive = is_sensitive_object(change, ref, ctx, activity.at)
    fresh = actor is not None and is_new("maps", actor.key, activity.at, ctx)
    if not (sensitive or fresh):
        return
    yield tell(
        ctx, activity, change, (" wrote down a certificate as that of ", ref or change.name), label="certificate mapped",
        severity="medium" if sensitive else "low", routine=is_routine(activity, ctx),
        why=("Whoever holds that certificate signs in as this account without its password.",),
        facts=(
            fact(f"altSecurityIdentities has now {listed(gained(change), 2)}"),
            *((fact(ref or change.name, " is sensitive"),) if sensitive else ()),
        ),
        quiet=("It would be quiet for an ordinary account where the same account did so earlier, or five others do so",),
        confidence="medium" if sensitive else "low", title="A certificate was mapped onto an account",
    )  # fmt: skip


def _does_so(actor: str, goal: str, activity: Activity, ctx: Context) -> int:
    """Accounts on which it put keys half a day ago or earlier; this one is remembered."""
    held: tuple[tuple[int, str], ...] = ctx.memory.recall(("writes", actor), tuple, activity.at, HABIT) or ()
    ctx.memory.note(("writes", actor), (*held[-15:], (activity.at, goal)), activity.at)
    return len({name for at, name in held if activity.at - at >= HABIT // 60})


def _used(activity: Activity, ctx: Context) -> Iterator[Finding]:
    ref = ctx.account(activity)
    held = ctx.memory.recall(("key", ref.key), tuple, activity.at, DAY) if ref is not None else None
    if held is None or ref is None:
        return
    activity, _ = sessioned(activity, ctx)
    yield found(
        ctx,
        activity,
        held[0],
        evidence=(held[1], activity.id),
        severity="high",
        succeeded=True,
        targets=(ref,),
        story=(
            sentence("A key was put on ", ref, "."),
            sentence("Less than a day later ", ref, " signed in with a key from ", ctx.source(activity), "."),
        ),
        facts=(
            fact(ref, " signed in with a key or certificate (PKINIT): ", activity),
            against("It would be quiet if nobody else had put a key on the account"),
        ),
        steps=ctx.path(activity, "sign-in with a key", "success"),
    )


DETECTOR = Detector(
    id="shadow_credentials",
    external_id=2431,
    title="Suspected account takeover using shadow credentials",
    severity="high",
    phase="Credential access",
    techniques=("T1098", "T1556"),
    watches=WATCHES,
    needs=change_needs((LdapModify, LdapAdd, EventDirectoryChange, EventObjectAccess, DirectoryChange)),
    window=HOUR * 25,
    event_ids=(4662, 5136, TGT),
    thresholds=(USUAL,),
    forms={KerberosAs: lambda form, result: bool(form & CERTIFICATE) and result == "success", **WRITTEN_OBJECTS},
    detect=detect,
)
