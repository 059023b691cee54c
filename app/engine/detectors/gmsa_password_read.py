"""Passwords of managed service accounts read by users, and the keys that they are all made from."""

from collections.abc import Iterable, Iterator

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import MANAGED, READ_PROPERTY
from app.engine.readings.searches import search_of
from app.engine.readings.sessions import by_system, sessioned
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapSearch
from app.model.events import EventLdap, EventObjectAccess
from app.model.identifiers import MANAGED_PASSWORD, ROOT_KEY_CLASS, ROOT_KEY_DATA, ROOT_KEYS
from app.model.tuning import Threshold

WINDOW = HOUR
CHECKED, SEARCHED = 4662, 1644
PASSWORD, ROOT_KEY = "password", "root key"
SEVERAL = Threshold(
    name="several", low=10, medium=5, high=3, words="Managed accounts whose passwords one computer asks for within a day"
)
"""Managed accounts of one computer; a server runs one or two of them."""


def asked_for(activity: Activity) -> tuple[str, str, bool] | None:
    """(what, object, whether objects were listed) that an activity reads; None for anything else."""
    event = activity.detail
    if isinstance(event, EventObjectAccess):
        if event.event_id != CHECKED:
            return None
        properties, what = (event.text("Properties") or "").lower(), ""
        if MANAGED_PASSWORD in properties:
            what = PASSWORD
        if ROOT_KEY_DATA in properties or (
            event.number("AccessMask") == READ_PROPERTY and ROOT_KEY_CLASS in (event.text("ObjectType") or "").lower()
        ):
            what = ROOT_KEY
        return (what, (event.text("ObjectName") or "")[:200], False) if what else None
    search = search_of(event)
    if search is None:
        return None
    if "mskds-rootkeydata" in search.attributes or (ROOT_KEYS in search.base and search.attributes <= {"*"} and search.scope):
        return ROOT_KEY, search.base[:200], search.broad
    if "msds-managedpassword" in search.attributes:
        return PASSWORD, (search.base if not search.scope else search.text)[:200], search.broad
    return None


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """The keys by anybody but controllers; a password by users, by a search for all, or by a computer for many accounts."""
    asked = asked_for(activity)
    if asked is None or by_system(activity) or ctx.from_controller(activity):
        return ()
    return read(activity, ctx, *asked)


def read(activity: Activity, ctx: Context, what: str, name: str, listed: bool) -> Iterator[Finding]:
    """A password, or a key, was asked for."""
    activity, evidence = sessioned(activity, ctx)
    account = ctx.account(activity)
    if account is not None and account.kind == "controller":
        return
    place, at = ctx.place(activity.source, activity.at) or (account.key if account is not None else ""), activity.at
    if not place or place == ctx.place(activity.destination, at):
        return
    accounts = ctx.memory.seen((what, place), name, at, activity.id, DAY)
    user = account is not None and account.kind == "user" and not account.label.endswith("$")
    severity: Severity = "high"
    empty = isinstance(activity.detail, LdapSearch) and activity.result == "success" and not activity.detail.entries
    if what == PASSWORD:
        if not user and not listed and accounts.distinct < ctx.limit(SEVERAL):
            return  # the computers that run a managed account read its password all the time
        severity = "high" if listed and user else "medium"
    if empty:
        severity = "medium" if severity == "high" else "low"
    key = what == ROOT_KEY
    yield found(
        ctx,
        activity,
        f"{place} {what}",
        evidence=evidence,
        severity=severity,
        confidence="high" if key or listed else "medium",
        title=titled(key, empty),
        succeeded=False if empty else outcome_of(activity),
        story=(
            sentence(
                *ctx.who(activity),
                " asked ",
                ctx.target(activity),
                " for the keys from which all managed passwords are made"
                if key
                else " for the passwords of managed service accounts",
                "; nothing was found." if empty else ended(activity),
            ),
        ),
        facts=(
            fact("The root key's attribute was read: " if key else "msDS-ManagedPassword was asked for: ", activity),
            *((fact("The search listed accounts instead of naming one"),) if listed else ()),
            *((fact(f"{accounts.distinct:,} accounts were asked about within a day"),) if accounts.distinct > 1 else ()),
            against(
                "It would be quiet for domain controllers"
                if key
                else f"It would be quiet for a computer that asks about its own accounts, fewer than {ctx.limit(SEVERAL)} a day"
            ),
        ),
        steps=ctx.path(activity, "root keys" if key else "managed passwords", caption_of(activity)),
    )


def titled(key: bool, empty: bool) -> str | None:
    """Title of a finding that is not the usual one; a search that found nothing read nothing."""
    if empty:
        return f"Attempted reading of {'keys' if key else 'passwords'} of managed service accounts"
    return "Keys of managed service accounts read (Golden gMSA)" if key else None


DETECTOR = Detector(
    id="gmsa_password_read",
    external_id=3006,
    title="Passwords of managed service accounts read (gMSA)",
    severity="high",
    phase="Credential access",
    techniques=("T1555",),
    watches=(LdapSearch, EventLdap, EventObjectAccess),
    event_ids=(CHECKED, SEARCHED),
    needs=Needs(
        ports=("389",),
        kinds=("ldap-search", "event-object-access", "event-ldap"),
        parts=("event-object-access", "event-ldap"),
        hidden_by=("ldap sealed", "ldap inside tls"),
        controllers=True,
    ),
    window=WINDOW,
    thresholds=(SEVERAL,),
    sessions=True,
    forms={LdapSearch: lambda form, _: bool(form & MANAGED)},
    detect=detect,
)
