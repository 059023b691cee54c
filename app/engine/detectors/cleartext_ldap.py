"""Passwords sent in clear text with LDAP simple binds."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, Detector, Needs, against, fact, found, listed, plural, sentence
from app.engine.repeated import again, folded, told_before
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapBind
from app.model.events import EventLdap
from app.model.tuning import Threshold

UNSIGNED, SIMPLE = 2889, 1
"""2889 tells every bind that was neither signed nor inside TLS; its binding type 1 is a simple bind, 0 one by SASL."""
WINDOW = DAY
"""Applications bind all day; one alert a day for each source is enough."""
ACCOUNTS = Threshold(
    name="accounts",
    low=10,
    medium=5,
    high=2,
    words="Different accounts from one source that make it more than one careless application",
)
"""Different accounts from one source that make it more than one careless application: a proxy or sign-in page that sends
everybody's password in clear."""
SHOWN = 5
"""Accounts that are named; the others are counted."""


def bound(activity: Activity) -> str:
    """Name whose password was sent in clear text, empty when none was."""
    bind = activity.detail
    if isinstance(bind, EventLdap):
        simple = bind.event_id == UNSIGNED and bind.number("BindingType") == SIMPLE
        return (bind.text("Identity") or "").lower() if simple else ""
    if not isinstance(bind, LdapBind) or bind.method != "simple" or bind.encrypted or not bind.password_length:
        return ""
    return (bind.name or "").lower() if activity.result == "success" else ""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Simple binds with a readable password; severity by whose and by how many."""
    name = bound(activity)
    if not name or activity.source is None:
        return
    ip = ctx.place(activity.source, activity.at)
    if ip == ctx.place(activity.destination, activity.at):
        return
    trail = ctx.memory.seen(("clear", ip), name, activity.at, activity.id, WINDOW)
    account = ctx.knowledge.account(name)
    sensitive = ctx.is_sensitive(account, activity.at)
    many = trail.distinct >= ctx.limit(ACCOUNTS)
    same = ip, account.key if sensitive and account is not None else "many"
    before = (sensitive or many) and told_before(ctx, activity.at, *same)
    names = [str(one) for one in trail.values]
    names[:SHOWN] = [ref.label if (ref := ctx.knowledge.account(one)) is not None else one for one in names[:SHOWN]]
    one = found(
        ctx,
        activity,
        ip,
        first=trail.began,
        evidence=trail.take() or (activity.id,),
        accounts=(account,) if account is not None else (),
        severity="medium" if (sensitive or many) and not before else None,
        succeeded=True,
        story=(
            sentence(ctx.source(activity), " sends the password of ", account, " to ", ctx.target(activity), " in clear text."),
            sentence("Whoever can read the traffic can read the password."),
        ),
        facts=(
            fact("LDAP simple bind without TLS: ", activity),
            fact(f"{plural(len(names), 'account')}: {listed(names, SHOWN)}"),
            *((fact(account, " is a sensitive account"),) if sensitive else ()),
            *((again(ctx.source(activity)),) if before else ()),
            against("It would be quiet over TLS or with a sealed SASL bind"),
        ),
        steps=ctx.path(activity, "password in clear text", plural(trail.total, "bind")),
    )
    yield folded(one, *same) if before else one


DETECTOR = Detector(
    id="cleartext_ldap",
    external_id=0,
    title="Passwords in clear text (LDAP simple bind)",
    severity="low",
    phase="Compromised credentials",
    techniques=("T1552", "T1040"),
    watches=(LdapBind, EventLdap),
    needs=Needs(ports=("389", "3268"), kinds=("ldap-bind", "event-ldap"), parts=("event-ldap",), answers=True),
    window=WINDOW,
    thresholds=(ACCOUNTS,),
    forms={LdapBind: lambda password, result: bool(password) and result == "success"},
    detect=detect,
)
