"""The directory read out over LDAP: who is powerful, who can be attacked how; by tools that are known, or by breadth.

Long because the kinds of questions, how each is known in a filter, and how they weigh together are one list.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.detector import (
    DAY,
    HOUR,
    MINUTE,
    Detector,
    Later,
    Needs,
    against,
    ended,
    fact,
    found,
    later,
    listed,
    measured,
    outcome_of,
    plural,
    sentence,
    some,
)
from app.engine.forms import BELOW, OBJECT_CHECKED, READ_PROPERTY
from app.engine.knowledge.born import names_of, plain_name
from app.engine.memory import Trail
from app.engine.readings.novelty import is_new
from app.engine.readings.objects import object_read
from app.engine.readings.searches import ACL, SD_FLAGS, SUBTREE, Assertion, Search, assertions_of, picks, search_of
from app.engine.readings.sessions import sessioned
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import LdapSearch
from app.model.events import EventLdap, EventObjectAccess
from app.model.tuning import Threshold

WINDOW = 20 * MINUTE
"""Tools read everything in minutes."""
KINDS = Threshold(name="kinds", low=6, medium=4, high=3, words="Kinds of objects listed within twenty minutes")
"""Kinds of objects listed by one computer; consoles and programs list one or two."""
PRINCIPALS = Threshold(name="principals", low=3, medium=2, high=1, words="Kinds among them that are accounts or groups")
OBJECTS = Threshold(name="objects", low=30, medium=10, high=5, words="Objects that one person read, where reads are audited")
POINTED = Threshold(name="pointed", low=2, medium=1, high=1, words="Questions among them that only attackers and auditors ask")
WHOLE = Threshold(name="whole", low=1_000, medium=100, high=20, words="Entries of one search for everything")
HABIT = Threshold(
    name="habit",
    low=30 * MINUTE,
    medium=HOUR,
    high=DAY,
    unit="us",
    words="Time after which a question that a computer repeats is its habit and no longer counts",
)
DIRSYNC = "1.2.840.113556.1.4.841"
"""A search with it gives what changed since the last one (MS-ADTS section 3.1.1.3.4.1.3): with few entries it lists nothing."""
POPULAR = 5
"""Computers that ask the same kind within a day; then it is what computers here do."""

USERS, COMPUTERS, GROUPS, POWERFUL = "users", "computers", "groups", "powerful groups and their members"
SERVICES, NO_PROOF, DELEGATION = (
    "accounts with service names",
    "accounts without pre-authentication",
    "accounts trusted for delegation",
)
CONTROLLERS, RIGHTS, EVERYTHING = "domain controllers", "rights on all objects", "everything"
TRUSTS, POLICIES, UNITS, SITES, DOMAINS = (
    "trusts",
    "group policies",
    "organisational units",
    "sites and subnets",
    "the domain's policy",
)
LAPS, SECRETS, BITLOCKER = "passwords of local administrators (LAPS)", "passwords kept in attributes", "recovery keys of disks"
RECORDS = "records of DNS"
DESCRIBED, NO_PASSWORD = "passwords in descriptions", "accounts that need no password"
TEMPLATES, AUTHORITIES, WEAK_TEMPLATES = (
    "certificate templates",
    "certificate authorities",
    "certificate templates that can be misused",
)

ACCOUNTS = frozenset({USERS, COMPUTERS, GROUPS, POWERFUL, SERVICES, NO_PROOF, DELEGATION, CONTROLLERS, RIGHTS, EVERYTHING})
ATTRIBUTES = frozenset({LAPS, SECRETS, BITLOCKER, DESCRIBED, NO_PROOF, DELEGATION, NO_PASSWORD})
"""Questions about security attributes, told as number 2210 when little else is asked."""
ATTACKERS = frozenset({LAPS, SECRETS, BITLOCKER, DESCRIBED, NO_PROOF, NO_PASSWORD, WEAK_TEMPLATES, EVERYTHING, RECORDS})
"""Questions that are reported alone: no program asks them of the whole domain by itself."""
CERTIFICATES = frozenset({TEMPLATES, AUTHORITIES, WEAK_TEMPLATES})

USER_TYPE, COMPUTER_TYPE = "805306368", "805306369"
GROUP_TYPES = ("268435456", "268435457", "536870912", "536870913")
"""sAMAccountType (MS-ADTS section 2.2.21)."""
SERVER_TRUST, NO_PREAUTH, TRUSTED, TRUSTED_FOR_ANY, NO_PASSWORD_NEEDED = 0x2000, 0x400000, 0x80000, 0x1000000, 0x20
"""Bits of userAccountControl (MS-ADTS section 2.2.16)."""
POWERFUL_NAMES = names_of(
    "512", "516", "518", "519", "520", "526", "527", *(f"S-1-5-32-{rid}" for rid in (544, 548, 549, 550, 551))
) | {
    "dnsadmins", "organization management", "exchange windows permissions", "exchange trusted subsystem",
}  # fmt: skip
"""Groups whose members attackers look for, by what they are called in any language."""
LAPS_PASSWORDS = ("ms-mcs-admpwd", "mslaps-password", "mslaps-encryptedpassword", "mslaps-encrypteddsrmpassword")
PASSWORD_ATTRIBUTES = ("unixuserpassword", "userpassword", "unicodepwd", "msfu30password", "orclcommonattribute", "os400password")
HERE = ("127.0.0.1", "[::1]", "::1")
"""The controller asked itself: for somebody, by its web service (port 9389)."""
PARENTS = ("objectclass", "objectcategory")
ZONES = "cn=microsoftdns,"
"""Container of zones that are kept in the directory (MS-DNSP section 2.3); servers of DNS read them there, and consoles ask those
servers by calls of their own."""
MANAGED = "msdsgroupmanagedserviceaccount"
FEW = 2
"""Entries below which nothing was listed: a host's own record is looked up by its place, too."""
CACHED = 2_000
"""Characters of a filter of which it is remembered whether it asks for single objects."""
RECORD = frozenset({"dnsrecord", "*"})
"""Attributes that hold a name's records; no attributes at all ask for every one."""


@lru_cache(maxsize=2048)
def kinds_of(search: Search) -> tuple[str, ...]:
    """What a search lists, in words; nothing for one that asks for single objects."""
    found: list[str] = []
    if search.scope == SUBTREE and names_powerful(search.assertions):
        found.append(POWERFUL)
    if records(search):
        found.append(RECORDS)
    if not search.broad:
        return tuple(found)
    kinds: list[tuple[bool, str]] = [
        (search.bit("useraccountcontrol", NO_PREAUTH), NO_PROOF),
        (search.bit("useraccountcontrol", TRUSTED | TRUSTED_FOR_ANY), DELEGATION),
        (search.has("msds-allowedtodelegateto", "*"), DELEGATION),
        (search.has("msds-allowedtoactonbehalfofotheridentity", "*"), DELEGATION),
        (search.bit("useraccountcontrol", SERVER_TRUST) or search.has("primarygroupid", "516", "521"), CONTROLLERS),
        (search.bit("useraccountcontrol", NO_PASSWORD_NEEDED), NO_PASSWORD),
        (search.has("admincount", "1"), POWERFUL),
        (services(search), SERVICES),
        (any(search.has(one) or one in search.attributes for one in LAPS_PASSWORDS), LAPS),
        (any(search.has(one) for one in PASSWORD_ATTRIBUTES), SECRETS),
        ("msfve-recoverypassword" in search.attributes or is_class(search, "msfverecoveryinformation"), BITLOCKER),
        (describes_passwords(search), DESCRIBED),
        (is_class(search, "trusteddomain"), TRUSTS),
        (is_class(search, "grouppolicycontainer"), POLICIES),
        (is_class(search, "organizationalunit"), UNITS),
        (is_class(search, "subnet", "site"), SITES),
        (is_class(search, "domain", "domaindns", "msdspasswordsettings"), DOMAINS),
        (is_class(search, "pkicertificatetemplate"), TEMPLATES),
        (is_class(search, "pkienrollmentservice"), AUTHORITIES),
        (any(search.bit(f"mspki-{one}", 0xFFFFFFF) for one in ("certificate-name-flag", "enrollment-flag")), WEAK_TEMPLATES),
        (search.has("samaccounttype", COMPUTER_TYPE) or is_class(search, "computer"), COMPUTERS),
        (search.has("samaccounttype", *GROUP_TYPES) or is_class(search, "group"), GROUPS),
        (users(search), USERS),
        (ACL in search.attributes and SD_FLAGS in search.controls, RIGHTS),
        (everything(search), EVERYTHING),
    ]
    found += [kind for there, kind in kinds if there]
    return tuple(dict.fromkeys(found))


def is_class(search: Search, *names: str) -> bool:
    """True when objects of one of these classes are listed."""
    return any(search.has(parent, *names) for parent in PARENTS)


def users(search: Search) -> bool:
    """True when users are listed; a computer is a user too, and so is what carries a mail address."""
    listed_ = search.has("samaccounttype", USER_TYPE) or search.has("objectcategory", "person", "user")
    return listed_ or (search.has("objectclass", "user", "person") and not search.has("objectclass", "computer"))


def services(search: Search) -> bool:
    """True when accounts are searched by their service names, in whatever way: stars in it, or everything not empty."""
    return any(
        one.attribute == "serviceprincipalname" and not one.negated and ("*" in one.value or one.operator == ">=")
        for one in search.assertions
    )


def describes_passwords(search: Search) -> bool:
    """True when descriptions or comments are searched for passwords."""
    return any(
        one.attribute in ("description", "info", "comment")
        and not one.negated
        and any(w in one.value for w in ("pass", "pwd", "cred"))
        for one in search.assertions
    )


def everything(search: Search) -> bool:
    """True when a filter leaves nothing out, from the root of a domain or of the configuration."""
    if not search.base.startswith(("dc=", "cn=configuration,", "<")) and search.base:
        return False
    given = [one for one in search.assertions if not one.negated]
    return bool(given) and all(
        one.attribute in ("objectclass", "objectguid", "objectsid", "distinguishedname") and one.value in ("*", "")
        for one in given
    )


def records(search: Search) -> bool:
    """True when the names of a zone are listed with their records, as a transfer of the zone would."""
    if search.scope == 0 or search.entries < FEW or any(picks(one) or one.attribute == "dc" for one in search.assertions):
        return False
    whole = search.scope == SUBTREE and search.base.startswith(("dc=domaindnszones,", "dc=forestdnszones,"))
    if not (whole or ZONES in search.base or is_class(search, "dnsnode")):
        return False
    return not search.attributes or not RECORD.isdisjoint(search.attributes)


def names_powerful(assertions: tuple[Assertion, ...]) -> bool:
    """True when a powerful group is asked for by name, or its members."""
    for one in assertions:
        if one.negated or one.attribute not in ("samaccountname", "cn", "name", "memberof"):
            continue
        value = one.value.split(",", 1)[0].removeprefix("cn=") if one.attribute == "memberof" else one.value
        if plain_name(value) in POWERFUL_NAMES or (one.attribute != "memberof" and "admin" in value and "*" in value):
            return True
    return False


def is_narrow(search: LdapSearch) -> bool:
    """True for most searches, without taking them apart: programs ask for objects that they know."""
    return len(search.filter) <= CACHED and _is_narrow(search.filter)


@lru_cache(maxsize=2048)
def _is_narrow(text: str) -> bool:
    assertions = assertions_of(text)
    return any(map(picks, assertions)) and not names_powerful(assertions)


def tool_of(search: Search) -> str:
    """Tool whose filter this is, as far as its shape tells; empty otherwise, and for questions about single objects."""
    if not search.broad:
        return ""
    types = {one.value for one in search.assertions if one.attribute == "samaccounttype" and not one.negated}
    if types >= set(GROUP_TYPES) and (types & {USER_TYPE, COMPUTER_TYPE} or search.has("primarygroupid", "*")):
        return "SharpHound (BloodHound)"
    if COMPUTER_TYPE in types and any(one.negated and one.value == MANAGED for one in search.assertions):
        return "BloodHound.py"
    services_of_people = services(search) and not search.has("objectcategory", "computer")
    no_krbtgt = any(one.attribute == "samaccountname" and one.negated and one.value == "krbtgt" for one in search.assertions)
    no_computers = any(one.attribute == "objectcategory" and one.negated and one.value == "computer" for one in search.assertions)
    if services_of_people and (no_krbtgt or no_computers):
        return "a tool for Kerberoasting (Rubeus, GetUserSPNs)"
    if search.bit("useraccountcontrol", NO_PREAUTH) and (no_computers or types == {USER_TYPE}):
        return "a tool for AS-REP roasting (Rubeus, GetNPUsers)"
    return ""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """Kinds that one computer lists, as far as it has not long done so, and as few others do."""
    if isinstance(activity.detail, EventObjectAccess):
        return audited(activity, ctx)
    detail = activity.detail
    if activity.result == "failure" or (isinstance(detail, LdapSearch) and is_narrow(detail)):
        return ()
    search = search_of(detail)
    if search is None or not kinds_of(search):
        return ()
    return listed_by(activity, search, ctx)


def listed_by(activity: Activity, search: Search, ctx: Context) -> Iterator[Finding | Later]:
    """A search that lists something."""
    at, account, event = activity.at, ctx.account(activity), activity.detail
    web_service = isinstance(event, EventLdap) and (event.text("Client") or "").startswith(HERE)
    if web_service:
        if account is None or account.kind != "user":
            return
        place = account.key
    elif activity.source is None or ctx.from_controller(activity):
        return
    else:
        place = ctx.place(activity.source, at)
        if place == ctx.place(activity.destination, at):
            return
    if DIRSYNC in search.controls and search.entries < ctx.limit(WHOLE):
        return
    kinds = kinds_of(search)
    if EVERYTHING in kinds and search.entries < ctx.limit(WHOLE):
        kinds = tuple(kind for kind in kinds if kind != EVERYTHING)
    if not kinds:
        return
    tool, trail = tool_of(search), None
    for kind in kinds:
        first = ctx.memory.recall(("first", place, kind), int, at, 365 * DAY)
        if first is None:
            ctx.memory.note(("first", place, kind), at, at)
        elif at - first > ctx.limit(HABIT):
            continue
        askers = ctx.memory.seen(("askers", kind), place, at, activity.id, DAY)
        if kind in ATTACKERS or askers.distinct < POPULAR:
            trail = ctx.memory.seen(("kinds", place), kind, at, activity.id, WINDOW)
    if trail is None:
        return
    if tool:
        ctx.memory.note(("tool", place), tool, at)
    tool = ctx.memory.recall(("tool", place), str, at, WINDOW) or ""
    severity = judged(set(trail.counts), tool, search, ctx)
    if severity is None:
        return
    said = frozenset(str(one) for one in trail.values)
    few = len(said) < ctx.limit(KINDS)
    number = 3021 if web_service else 3011 if said <= CERTIFICATES else 2210 if few and said & ATTRIBUTES else None
    yield later(
        ctx,
        activity,
        place,
        lambda: tell(activity, ctx, trail, tool, severity, number),
        first=trail.first,
        evidence=trail.take() or (activity.id,),
        severity=severity,
        confidence="high" if tool else "medium",
        succeeded=outcome_of(activity),
        sources=(ctx.source(activity),),
        accounts=some(ctx.account(activity)),
    )


def audited(activity: Activity, ctx: Context) -> Iterator[Later]:
    """Many objects read by one person, where an audit of reads tells each of them."""
    name, account, at = object_read(activity, ctx), ctx.account(activity), activity.at
    if not name or account is None:
        return
    trail = ctx.memory.seen(("read", account.key), name, at, activity.id, WINDOW)
    if trail.distinct < ctx.limit(OBJECTS) or not is_new("reads", account.key, at, ctx):
        return
    activity, _ = sessioned(activity, ctx)
    yield later(
        ctx, activity, account.key, lambda: tell_read(activity, ctx, trail), first=trail.began,
        evidence=trail.take() or (activity.id,), severity="low", confidence="low", succeeded=True,
        sources=some(ctx.source(activity)), accounts=some(account),
    )  # fmt: skip


def tell_read(activity: Activity, ctx: Context, trail: Trail) -> Finding:
    """Words for objects that an audit of reads tells."""
    count = len(trail.values)
    return found(
        ctx,
        activity,
        "",
        first=trail.began,
        severity="low",
        confidence="low",
        succeeded=True,
        sources=some(ctx.source(activity)),
        title="Many objects of the directory read by one account",
        story=(sentence(*ctx.who(activity), f" read {plural(count, 'object')} in the directory of ", ctx.target(activity), "."),),
        facts=(
            fact("The latest of them: ", activity),
            measured(f"{plural(count, 'object')} within {WINDOW // MINUTE} minutes", seen=count, limits=(ctx.limit(OBJECTS),)),
            against(
                f"It would be quiet for fewer than {plural(ctx.limit(OBJECTS), 'object')}, for whoever did so earlier within "
                "a month, and where five others do so"
            ),
        ),
        steps=ctx.path(activity, "objects read", plural(count, "object")),
    )


def judged(kinds: set[object], tool: str, search: Search, ctx: Context) -> Severity | None:
    """How severe it is that one computer listed these kinds within the window; None for what programs do."""
    broad = len(kinds) >= ctx.limit(KINDS) and len(kinds & ACCOUNTS) >= ctx.limit(PRINCIPALS)
    if tool:
        return "high"
    if broad or len(kinds & ATTACKERS) >= ctx.limit(POINTED):
        return "medium"
    tools_way = search.has("objectclass", "pkicertificatetemplate", "pkienrollmentservice")  # Windows asks by objectCategory
    if {TEMPLATES, AUTHORITIES} <= kinds and tools_way:
        return "medium"
    if POWERFUL in kinds and kinds & {USERS, GROUPS, SERVICES, DELEGATION, CONTROLLERS, TRUSTS, RIGHTS}:
        return "medium" if len(kinds) > 2 else "low"
    roastable = users(search) and services(search) and not search.has("objectcategory", "computer")
    return "low" if kinds & {POWERFUL, DELEGATION} or roastable else None


def tell(activity: Activity, ctx: Context, trail: Trail, tool: str, severity: Severity, number: int | None) -> Finding:
    """Words with everything that was listed in the episode."""
    kinds = [str(one) for one in trail.values]
    titles = {
        3021: "Directory enumerated through its web service (ADWS)",
        3011: "Certificate services enumerated over LDAP",
        2210: "Security attributes enumerated over LDAP",
    }
    return found(
        ctx,
        activity,
        "",
        first=trail.began,
        external_id=number,
        title=titles.get(number or 0),
        severity=severity,
        confidence="high" if tool else "medium",
        succeeded=outcome_of(activity),
        story=(
            sentence(
                *ctx.who(activity), " listed in the directory of ", ctx.target(activity), f": {listed(kinds, 8)}", ended(activity)
            ),
        ),
        facts=(
            fact("The latest of these searches: ", activity),
            *((fact(f"A filter has the shape of {tool}"),) if tool else ()),
            fact(f"{plural(trail.total, 'such question')} of {plural(len(kinds), 'kind')} within {WINDOW // MINUTE} minutes"),
            fact(ctx.doer(activity), " is not a domain controller, and had not asked this over an hour before"),
            against(
                f"It would be quiet for single objects, below {plural(ctx.limit(KINDS), 'kind')}, for what {POPULAR} computers "
                "ask within a day, and for what this computer asks again and again"
            ),
        ),
        steps=ctx.path(activity, "LDAP searches", listed(kinds, 2)),
    )


DETECTOR = Detector(
    id="ldap_reconnaissance",
    external_id=2038,
    other_ids=(2210, 3011, 3021),
    title="Security principal reconnaissance (LDAP)",
    severity="medium",
    phase="Reconnaissance",
    techniques=("T1087.002", "T1069.002", "T1482", "T1649"),
    watches=(LdapSearch, EventLdap, EventObjectAccess),
    event_ids=(1644, OBJECT_CHECKED),
    sessions=True,
    needs=Needs(
        ports=("389", "3268"),
        kinds=("ldap-search", "event-ldap", "event-object-access"),
        parts=("event-ldap", "event-object-access"),
        hidden_by=("ldap sealed", "ldap inside tls"),
        controllers=True,
    ),
    window=HOUR,
    thresholds=(KINDS, PRINCIPALS, POINTED, WHOLE, HABIT, OBJECTS),
    forms={
        EventObjectAccess: lambda form, _: form[1] == READ_PROPERTY,
        LdapSearch: lambda form, result: bool(form & BELOW) and result != "failure",
    },
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "reads who is who in the directory, or who is signed in where", "low")
