"""Passwords sent in clear text with LDAP simple binds."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, Detector, Needs, against, fact, found, listed, plural, sentence
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapBind

WINDOW = DAY
"""Applications bind all day; one alert a day for each source is enough."""
ACCOUNTS = {"low": 10, "medium": 5, "high": 2}
"""Different accounts from one source that make it more than one careless application: a proxy or sign-in page that sends
everybody's password in clear."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Simple binds that succeeded with a readable password; severity by whose and by how many."""
    bind: LdapBind = activity.detail  # type: ignore[assignment]
    if bind.method != "simple" or bind.encrypted or not bind.name or not bind.password_length or activity.source is None:
        return
    if activity.result != "success":
        return
    ip = activity.source.ip
    if activity.destination is not None and activity.destination.ip == ip:
        return
    name = bind.name.lower()
    trail = ctx.memory.seen(("clear", ip), name, activity.at, activity.id, WINDOW)
    account = ctx.knowledge.account(bind.name)
    sensitive = ctx.is_sensitive(ctx.knowledge.account(bind.name), activity.at)
    many = trail.distinct >= ACCOUNTS[ctx.sensitivity]
    names = [ref.label if (ref := ctx.knowledge.account(str(one))) is not None else str(one) for one in trail.values]
    yield found(
        ctx,
        activity,
        ip,
        first=trail.began,
        evidence=trail.take() or (activity.id,),
        accounts=(account,) if account is not None else (),
        severity="medium" if sensitive or many else None,
        succeeded=True,
        story=(
            sentence(ctx.source(activity), " sends the password of ", account, " to ", ctx.target(activity), " in clear text."),
            sentence("Whoever can read the traffic can read the password."),
        ),
        facts=(
            fact("LDAP simple bind without TLS: ", activity),
            fact(f"{plural(len(names), 'account')}: {listed(names)}"),
            *((fact(account, " is a sensitive account"),) if sensitive else ()),
            against("It would be quiet over TLS or with a sealed SASL bind"),
        ),
        steps=ctx.path(activity, "password in clear text", plural(trail.total, "bind")),
    )


DETECTOR = Detector(
    id="cleartext_ldap",
    external_id=0,
    title="Passwords in clear text (LDAP simple bind)",
    severity="low",
    phase="Compromised credentials",
    techniques=("T1552", "T1040"),
    watches=(LdapBind,),
    needs=Needs(ports=("389", "3268"), kinds=("ldap-bind",), answers=True),
    window=WINDOW,
    detect=detect,
)
