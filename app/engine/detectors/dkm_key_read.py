"""The key that protects the token-signing certificate of AD FS read from the directory."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.engine.context import NOBODY, Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import FEDERATED
from app.engine.profiles import COMPUTERS
from app.engine.readings.federation import federates
from app.engine.readings.searches import Search, search_of
from app.engine.readings.sessions import by_system, sessioned
from app.engine.repeated import again, folded, told_before
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.details import LdapSearch
from app.model.entity import EntityRef
from app.model.events import EventLdap, EventObjectAccess
from app.model.identifiers import CONTACT_CLASS, FEDERATION_KEYS, THUMBNAIL_PHOTO
from app.model.tuning import Threshold

WINDOW = HOUR
CHECKED, SEARCHED = 4662, 1644
SETTLED = 12 * HOUR
"""Computers on which a service's account began to be used within so long of each other are the servers of its farm."""
HABIT = Threshold(
    name="habit",
    low=DAY,
    medium=7 * DAY,
    high=30 * DAY,
    unit="us",
    words="Time after which a reader that comes again is taken for the federation service itself",
)


def asks(activity: Activity) -> bool:
    """True when an activity reads the key, or looks for it."""
    event = activity.detail
    if isinstance(event, EventObjectAccess):
        if event.event_id != CHECKED or CONTACT_CLASS not in (event.text("ObjectType") or "").lower():
            return False
        return THUMBNAIL_PHOTO in (event.text("Properties") or "").lower()
    search = search_of(event)
    return search is not None and wants_key(search)


@lru_cache(maxsize=2048)
def wants_key(search: Search) -> bool:
    """The same of a search."""
    if search.has("objectclass", "contact") and search.has("thumbnailphoto"):
        return True
    wanted = not search.attributes or not search.attributes.isdisjoint({"thumbnailphoto", "*"})
    return FEDERATION_KEYS in search.base and wanted


def unsure(activity: Activity) -> bool:
    """True for a search that an address book's program could make too: pictures of contacts, anywhere."""
    search = search_of(activity.detail)
    return search is not None and FEDERATION_KEYS not in search.base and "cryptopolicy" not in search.text


def by_managed(activity: Activity, account: EntityRef | None, source: EntityRef, ctx: Context) -> bool:
    """True for a managed account that reads from a computer which is no newer to it than the others that it is used on.

    The container of the keys is open to the federation service's account alone, and where that is a managed one only the servers
    of its service are given its password (MS-ADTS section 3.1.1.4.5.39). Whoever has that password elsewhere is new there.
    """
    if account is None or account.kind == "user" or source is NOBODY or source.key == account.key or activity.source is None:
        return False
    managed = account.kind == "service" or ctx.knowledge.is_guest(activity.source.ip, account.key)
    if not managed or activity.result != "success":
        return False
    profile = ctx.profiles.of(account)
    used = profile.values(COMPUTERS) if profile is not None else {}
    here = used.get(source.key)
    began = here.first if here is not None else activity.at
    return not any(began - one.first > SETTLED for key, one in used.items() if key != source.key)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Readers of the key that are neither controllers nor federation servers, nor come again and again."""
    if not asks(activity) or by_system(activity) or ctx.from_controller(activity):
        return ()
    return read(activity, ctx)


def read(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The key was asked for."""
    activity, evidence = sessioned(activity, ctx)
    account, source = ctx.account(activity), ctx.source(activity)
    if (account is not None and account.kind == "controller") or federates(source, ctx):
        return
    place, at = ctx.place(activity.source, activity.at) or (account.key if account is not None else ""), activity.at
    if not place or place == ctx.place(activity.destination, at):
        return
    first = ctx.memory.recall(("first", place), int, at, 365 * DAY)
    if first is None:
        ctx.memory.note(("first", place), at, at)
    elif at - first > ctx.limit(HABIT):
        return
    who = account.key if account is not None else ""
    before = told_before(ctx, at, place, who)
    weaker = unsure(activity) or (account is not None and account.kind in ("computer", "service"))
    managed = ctx.sensitivity != "high" and by_managed(activity, account, source, ctx)
    one = found(
        ctx,
        activity,
        place,
        evidence=evidence,
        severity="low" if before or managed else "medium" if weaker else None,
        confidence="medium",
        title="Attempted reading of the AD FS key" if activity.result == "failure" else None,
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " read the key of the federation service from ", ctx.target(activity), ended(activity)),
            sentence("With it and the configuration of AD FS anybody can sign tokens for every user."),
        ),
        facts=(
            fact("A contact with a key in its thumbnailPhoto, as AD FS makes them, was asked for: ", activity),
            fact(ctx.doer(activity), " is not known as a federation server"),
            *(
                (
                    fact(
                        account,
                        " is a managed service account, of which only servers of its service get the password, and it was "
                        "not used elsewhere long before",
                    ),
                )
                if managed
                else ()
            ),
            *((again(account, source),) if before else ()),
            against("It would be quiet for a computer that is known to run AD FS, and for whoever has read it for a week"),
        ),
        steps=ctx.path(activity, "AD FS key", caption_of(activity)),
    )
    yield folded(one, place, who) if before else one


DETECTOR = Detector(
    id="dkm_key_read",
    external_id=2413,
    title="Key of the federation service read (AD FS DKM)",
    severity="high",
    phase="Credential access",
    techniques=("T1552.004",),
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
    thresholds=(HABIT,),
    sessions=True,
    profiled=True,
    forms={LdapSearch: lambda form, _: bool(form & FEDERATED)},
    detect=detect,
)
