"""The password of a sensitive account was set by somebody else, without the old one."""

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
from app.engine.detector import HOUR, MINUTE, Detector, fact
from app.engine.knowledge.sids import relative_id, sid_in
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosPassword, LdapAdd, LdapModify, RpcCall
from app.model.events import EventAccount
from app.model.identifiers import SAMR

KRBTGT = 502
SYNCHRONISER = "msol_"
JUST_MADE = 10 * MINUTE
WATCHES = (LdapModify, LdapAdd, RpcCall, KerberosPassword, EventAccount)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Passwords of sensitive accounts set by others."""
    for change in changes_of(activity, ctx, PASSWORD, ""):
        if change.deed == "create" and activity.result == "success":
            ctx.memory.note(("made", (change.sid or change.dn or change.sam).lower()), True, activity.at)
        elif change.attribute and change.written and not change.own and not change.fresh:
            yield from _set(activity, change, ctx)


def _set(activity: Activity, change: Change, ctx: Context) -> Iterator[Finding]:
    actor, ref = actor_of(activity, ctx), object_of(change, ctx, activity.at)
    if actor is None or ref is None or actor.key == ref.key or by_controller(activity, ctx):
        return
    names = (change.sid, change.dn, change.sam)
    if any(ctx.memory.recall(("made", one.lower()), bool, activity.at, JUST_MADE) for one in names if one):
        return
    if not is_sensitive_object(change, ref, ctx, activity.at):
        return
    known = is_administrator(actor, ctx, activity.at)
    synchroniser = actor.label.lower().rpartition("\\")[2].startswith(SYNCHRONISER)
    krbtgt = relative_id(sid_in(change.sid)) == KRBTGT or ref.label.lower().rpartition("\\")[2] == "krbtgt"
    severity: Severity = "low" if known else "medium"
    if synchroniser or ref.kind == "controller":
        severity = "medium"
    facts = [fact(ref, " is sensitive")]
    if not known:
        facts.append(fact(actor, " is not known as an administrator"))
    if krbtgt:
        facts.append(fact("A new password of krbtgt makes all tickets of the domain invalid; after an attack it is set twice"))
    if synchroniser:
        facts.append(fact(actor, " is named like the account of Entra Connect, which should not reach sensitive accounts"))
    yield tell(
        ctx, activity, change, (" set the password of ", ref), label="password set", severity=severity,
        routine=is_routine(activity, ctx),
        why=("Whoever set it can sign in as ", ref, ", who is locked out."), facts=facts,
        quiet=("It would be quiet if ", ref, " had changed it with the old one, or were an ordinary account"),
        title="Entra Connect set the password of a sensitive account" if synchroniser else DETECTOR.title,
        confidence="medium" if known else "high",
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
    opnums=(10, 12, 37, 50, 58),
    event_ids=(4720, 4724, 4741),
    detect=detect,
)
