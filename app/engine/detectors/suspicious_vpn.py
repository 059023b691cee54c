"""VPN sessions from where the user never was, with a computer that it never used, or from two countries at once (RADIUS)."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.context import NOBODY, Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, fact, found, listed, plural, sentence, some
from app.engine.profiles import PLACES, VPN_CLIENTS, Profile
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import RadiusAccounting
from app.model.entity import EntityRef
from app.model.tuning import Threshold

CONNECTIONS = Threshold(name="connections", low=10, medium=5, high=1, words="VPN connections of the user before one can be new")
MONTH = 30 * DAY
TRAVEL = HOUR
"""Within this time nobody gets from one country to another; borders are crossed sooner, so neighbours' sessions are low."""
SESSION = 12 * HOUR
"""A session without end is taken to be over then."""
SHARE = 0.05
"""A country from which so large a share of all VPN users connects is a place of the organisation."""
USERS = 5_000
UNPLACED = frozenset({"", "private address"})


class Visit(Struct, frozen=True):
    """One session: country, session id, when it began, and the activity."""

    country: str
    session: str
    at: int
    proof: str


def country_of(place: str | None) -> str:
    """The country of "Amsterdam, NL", in lower case; empty when it is not known."""
    text = (place or "").strip().lower()
    return "" if text in UNPLACED else text.rpartition(", ")[2]


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Each session's beginning against the user's earlier ones."""
    detail, at = activity.detail, activity.at
    if not isinstance(detail, RadiusAccounting):
        return
    account, status = ctx.account(activity), detail.status.lower()
    if account is None or status not in ("start", "stop"):
        return
    if status == "stop":
        ctx.memory.note(("over", account.key, detail.session or ""), True, at)
        return
    country = country_of(detail.place)
    trail = ctx.memory.seen(("connections", account.key), True, at, activity.id, MONTH)
    if country:
        ctx.memory.seen(("users", country), account.key, at, activity.id, MONTH)
        ctx.memory.seen(("all users",), account.key, at, activity.id, MONTH)
    latest = ctx.memory.recall(("latest", account.key), Visit, at, SESSION)
    if country:
        visit = Visit(country, detail.session or "", at, activity.id)
        ctx.memory.note(("latest", account.key), visit, at)
    elsewhere = latest if latest is not None and country and latest.country != country else None
    if elsewhere is not None and at - elsewhere.at > TRAVEL:
        ended = ctx.memory.recall(("over", account.key, elsewhere.session), bool, at, SESSION)
        elsewhere = None if ended else elsewhere
    profile = ctx.profiles.of(account)
    known = profile is not None and ctx.mature((profile.values(PLACES) and earliest(profile)) or None, at)
    enough = known and trail.count > ctx.limit(CONNECTIONS)
    new_country = enough and profile is not None and bool(country) and country not in countries(profile)
    client = (detail.client_name or "").strip().lower()
    clients = profile.values(VPN_CLIENTS) if profile is not None else {}
    new_client = bool(client) and bool(clients) and client not in clients and trail.count > ctx.limit(CONNECTIONS)
    if not new_country and elsewhere is None:
        return
    if elsewhere is None and is_familiar(country, ctx, at) and not new_client:
        return
    yield told(activity, account, ctx, country, elsewhere, new_country, new_client, trail.count)


def earliest(profile: Profile) -> int:
    """Time of the first session with a place."""
    return min(seen.first for seen in profile.values(PLACES).values())


def countries(profile: Profile) -> set[str]:
    """Countries from which the user connected so far."""
    return {country_of(place) for place in profile.values(PLACES)}


def is_familiar(country: str, ctx: Context, at: int) -> bool:
    """True when others of the organisation connect from there as well."""
    here, everybody = (ctx.memory.trail(key, at, MONTH) for key in (("users", country), ("all users",)))
    return here is not None and everybody is not None and here.distinct > max(2, SHARE * everybody.distinct)


def told(
    activity: Activity, account: EntityRef, ctx: Context, country: str, elsewhere: Visit | None, new_country: bool,
    new_client: bool, connections: int,
) -> Finding:  # fmt: skip
    """The finding of one session."""
    detail = activity.detail
    place = detail.place or country if isinstance(detail, RadiusAccounting) else country
    client = detail.client_name if isinstance(detail, RadiusAccounting) else None
    profile = ctx.profiles.of(account)
    usual = sorted(one.upper() for one in countries(profile) if one) if profile is not None else []
    sure = new_country and (new_client or elsewhere is not None)
    gateway = ctx.source(activity)
    end = gateway if gateway is not NOBODY else ctx.target(activity)
    minutes = (activity.at - elsewhere.at) // (60 * 1_000_000) if elsewhere is not None else 0
    reasons = [
        *((fact(f"The country {country.upper()} is new to this user, who connected from {listed(usual)} before"),)
          if new_country else ()),
        *((fact(f"The computer {client} is new to this user's VPN"),) if new_client else ()),
        *((fact(f"Another session of this user began in {elsewhere.country.upper()} {plural(minutes, 'minute')} before "
                "and was not over, or nobody gets from there to here so fast"),) if elsewhere is not None else ()),
    ]  # fmt: skip
    return found(
        ctx, activity, account.key,
        evidence=(elsewhere.proof, activity.id) if elsewhere is not None else (activity.id,),
        first=elsewhere.at if elsewhere is not None else activity.at,
        severity=None if new_country or (elsewhere is not None and new_client) else "low",
        confidence="high" if sure else "medium",
        sources=(), accounts=(account,), targets=some(end), succeeded=True,
        story=(
            sentence(account, f" connected to the VPN from {place}", *((" over ", end) if end is not NOBODY else ()), "."),
            *((sentence(f"Another session of it from {elsewhere.country.upper()} began shortly before."),) if elsewhere else ()),
        ),
        facts=(
            *reasons,
            fact(f"{plural(connections, 'VPN connection')} of this user within 30 days were read"),
            against(
                "It would be quiet from a country where the user was before, or where several colleagues connect from, "
                f"and for a user with fewer than {plural(ctx.limit(CONNECTIONS), 'connection')}"
            ),
        ),
        steps=(Step(origin=account, target=end, label=f"VPN from {place}", caption=client or "", accented=True),),
    )  # fmt: skip


DETECTOR = Detector(
    id="suspicious_vpn",
    external_id=2025,
    title="Suspicious VPN connection",
    severity="medium",
    phase="Compromised credentials",
    techniques=("T1133",),
    watches=(RadiusAccounting,),
    needs=Needs(ports=("1813",), kinds=("radius-accounting",)),
    window=DAY,
    learning=MONTH,
    waits=True,
    thresholds=(CONNECTIONS,),
    profiled=True,
    detect=detect,
)
