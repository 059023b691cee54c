"""A password was set by somebody else: of a sensitive account, or of an ordinary one by who never did so before."""

from collections.abc import Iterator

from app.engine.change_story import LDAP_PORTS, change_needs, tell
from app.engine.changes import (
    PASSWORD,
    Change,
    actor_of,
    by_controller,
    changes_of,
    is_administrator,
    is_routine,
    is_sensitive_object,
    object_of,
)
from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    against,
    caption_of,
    ended,
    fact,
    found,
    outcome_of,
    sentence,
)
from app.engine.knowledge.sids import relative_id, sid_in
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import by_system, is_own_account
from app.engine.repeated import again, first_time, folded, told_before
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosPassword, LdapAdd, LdapModify, RpcCall
from app.model.entity import EntityRef
from app.model.events import EventAccount, WindowsEvent
from app.model.identifiers import SAMR

KRBTGT = 502
SYNCHRONISER = "msol_"
ANONYMOUS = "S-1-5-7"
JUST_MADE = 10 * MINUTE
BY_HASH = 38
"""SamrChangePasswordUser (MS-SAMR section 3.1.5.10.1); Windows calls SamrUnicodeChangePasswordUser2 (55) and later ones."""
HOW = "that is how tools put a hash in the place of another"
WATCHES = (LdapModify, LdapAdd, RpcCall, KerberosPassword, EventAccount)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Passwords set by others: of sensitive accounts always, of ordinary ones by whoever did not do so before."""
    if isinstance(activity.detail, RpcCall) and (activity.detail.interface, activity.detail.opnum) == (SAMR, BY_HASH):
        yield from _by_hash(activity, ctx)
        return
    for change in changes_of(activity, ctx, PASSWORD, ""):
        if change.deed == "create" and activity.result == "success":
            ctx.memory.note(("made", (change.sid or change.dn or change.sam).lower()), True, activity.at)
        elif change.attribute and change.written and not change.fresh:
            yield from _set(activity, change, ctx)


def is_nobody(activity: Activity) -> bool:
    """True for the system, and for whoever changes a password that ran out, before he signs in."""
    return by_system(activity) or (activity.account is not None and activity.account.sid == ANONYMOUS)


def _set(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    actor, ref = actor_of(activity, ctx), object_of(change, ctx, activity.at)
    if actor is None or ref is None or actor.key == ref.key or by_controller(activity, ctx):
        return
    if change.own and (not isinstance(activity.detail, EventAccount) or actor.kind != "user" or is_nobody(activity)):
        return
    names = (change.sid, change.dn, change.sam)
    if any(ctx.memory.recall(("made", one.lower()), bool, activity.at, JUST_MADE) for one in names if one):
        return
    host = isinstance(activity.detail, WindowsEvent) and is_own_account(activity.detail, change.sam)
    sensitive = host or is_sensitive_object(change, ref, ctx, activity.at)
    fresh = actor.kind == "user" and is_new("changes" if change.own else "resets", actor.key, activity.at, ctx)
    before = told_before(ctx, activity.at, actor.key, ref.key, change.own, worked=activity.result != "failure")
    if sensitive:
        yield _sensitive(activity, change, actor, ref, host, before, ctx)
    elif fresh:
        yield _ordinary(activity, change, actor, ref, ctx)


def _sensitive(
    activity: Activity, change: Change, actor: EntityRef, ref: EntityRef, host: bool, before: bool, ctx: Context
) -> Finding:
    """An account that can reach the whole domain; before: the same one set its password on an earlier day."""
    known = is_administrator(actor, ctx, activity.at)
    synchroniser = actor.label.lower().rpartition("\\")[2].startswith(SYNCHRONISER)
    krbtgt = relative_id(sid_in(change.sid)) == KRBTGT or ref.label.lower().rpartition("\\")[2] == "krbtgt"
    same = actor.key, ref.key, change.own
    before = before and not (krbtgt or synchroniser or host or ref.kind == "controller")
    severity: Severity = "low" if known or before else "medium"
    if synchroniser or host or ref.kind == "controller":
        severity = "medium"
    facts = [fact(ref, " logged it about its own account") if host else fact(ref, " is sensitive")]
    if not known:
        facts.append(fact(actor, " is not known as an administrator"))
    if krbtgt:
        facts.append(fact("A new password of krbtgt makes all tickets of the domain invalid; after an attack it is set twice"))
    if synchroniser:
        facts.append(fact(actor, " is named like the account of Entra Connect, which should not reach sensitive accounts"))
    if change.own:
        facts.append(fact(f"It was changed with the old password, or with its hash, by somebody else: {HOW}"))
    if before:
        facts.append(again(actor))
    made = tell(
        ctx, activity, change, (" set the password of ", ref), label="password set", severity=severity,
        routine=is_routine(activity, ctx),
        why=("Whoever set it can sign in as ", ref, ", who is locked out."), facts=facts,
        quiet=("It would be quiet if ", ref, " had changed it with the old one; of low severity for an ordinary account"),
        title="Entra Connect set the password of a sensitive account" if synchroniser else DETECTOR.title,
        confidence="medium" if known else "high",
    )  # fmt: skip
    return folded(made, *same) if before else made


def _ordinary(activity: Activity, change: Change, actor: EntityRef, ref: EntityRef, ctx: Context) -> Finding:
    """An ordinary account's password: told while it is new that this one sets any."""
    how = f"It was changed with the old password, or with its hash, by somebody else: {HOW}"
    return tell(
        ctx, activity, change, (" set the password of ", ref), label="password set", severity="low",
        why=("Whoever set it can sign in as ", ref, ", who is locked out."),
        facts=(
            *((fact(how),) if change.own else ()),
            first_time(actor, "set a password of somebody else"),
        ),
        quiet=("It would be quiet for a help desk, which has done so earlier, and where five others do so",),
        title="The password of an account was set by somebody else", confidence="low",
    )  # fmt: skip


def _by_hash(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """SamrChangePasswordUser, which takes the hashes of both passwords in the place of the passwords."""
    if activity.source is None or ctx.from_controller(activity):
        return
    yield found(
        ctx, activity, f"{ctx.place(activity.source, activity.at)} hash",
        title="A password was changed with its hash", severity="medium", confidence="medium", succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " changed a password at ", ctx.target(activity), ended(activity)),
            sentence("This old call needs the hash of the old password and not the password: whoever stole the hash can use it."),
        ),
        facts=(
            fact("SamrChangePasswordUser: ", activity),
            against("It would be quiet for the calls that Windows uses, which send the new password encrypted with the old one"),
        ),
        steps=ctx.path(activity, "password changed", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="password_reset",
    external_id=3025,
    title="The password of a sensitive account was set by somebody else",
    severity="medium",
    phase="Compromised credentials",
    techniques=("T1098", "T1531"),
    watches=WATCHES,
    needs=change_needs(WATCHES, (*LDAP_PORTS, "445", "464")),
    window=HOUR,
    interfaces=(SAMR,),
    opnums=(10, 12, 37, BY_HASH, 50, 58),
    event_ids=(4720, 4723, 4724, 4741),
    detect=detect,
)
