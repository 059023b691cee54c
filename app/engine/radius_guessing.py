"""Passwords guessed at a gateway that asks a RADIUS server, which knows who asked: told by detection brute_force.

The controller that judges the passwords sees the RADIUS server alone, through which everybody comes in. The gateway names the
calling station: one device, of which nobody expects many accounts.
"""

from collections.abc import Iterable

from msgspec import Struct

from app.engine.context import NOBODY, Context
from app.engine.detector import DAY, MINUTE, Later, against, fact, found, later, listed, measured, plural, sentence
from app.engine.memory import Trail
from app.engine.readings.admissions import Admission, is_address
from app.engine.readings.sessions import TOGETHER, is_retold
from app.model.activity import Account, Activity
from app.model.alert import Finding, Step
from app.model.entity import EntityRef

WINDOW = 30 * MINUTE
"""Spraying tools wait up to half an hour between rounds, so as not to lock accounts."""
BURST = 10 * MINUTE
FAST = MINUTE
SOON = 10 * MINUTE
"""A sign-in this long after the account's last failure is the password found; later ones have other causes."""
HABIT = 3
"""Days on which one place failed for one account alone, after which it is an old password that somebody forgot there."""
SPANS = (("gate tried", WINDOW), ("gate fast", FAST))
"""Trails of the accounts that were refused and were not let in from there before."""
NOBODYS = frozenset({"anonymous"})
"""Outer names of EAP methods that hide the inner one (RFC 7542 section 2.4)."""


class Limits(Struct, frozen=True, kw_only=True):
    """From how many on it is told: failures of one account, accounts within half an hour, accounts within a minute."""

    one: int
    many: int
    fast: int


class Guesses(Struct, frozen=True, kw_only=True):
    """What one station did so far."""

    one: Admission
    place: str
    refused: Trail
    hits: Trail | None
    limits: Limits


def at_gateway(activity: Activity, said: Account, one: Admission, ctx: Context, limits: Limits) -> Iterable[Later]:
    """One more who was let in or refused, by calling station; by gateway where that names none."""
    at, memory = activity.at, ctx.memory
    place = one.station or ctx.place(activity.source, at)
    if not place or said.name.lower() in NOBODYS:
        return ()
    who = ctx.knowledge.accounts.key(said.name, said.domain)
    if one.admitted:
        return let_in(activity, ctx, one, place, who, limits)
    if one.wrong is False or is_retold(activity, ctx, ("gate", who)):
        return ()
    refused = memory.seen(("gate", place), who, at, activity.id, WINDOW)
    burst = memory.seen(("gate burst", place), who, at, activity.id, BURST)
    memory.note(("gate failed", place, who), at, at)
    many = False
    if memory.recall(("gate in", place, who), bool, at, WINDOW) is None:  # else he mistyped
        tried, fast = (memory.seen((key, place), who, at, activity.id, span) for key, span in SPANS)
        others = memory.trail(("gate others", place), at, WINDOW)
        most_fail = tried.distinct > 2 * (others.distinct if others is not None else 0)
        many = most_fail and (tried.distinct >= limits.many or fast.distinct >= limits.fast)
    single = one.remote and burst.counts[who] >= limits.one
    if single and not many and memory.days(("gate stale", place, who), at) >= HABIT and ctx.learning:
        return ()
    if not (single or many) and memory.recall(("gate hot", place), bool, at, WINDOW) is None:
        return ()
    memory.note(("gate hot", place), True, at)
    guesses = Guesses(one=one, place=place, refused=refused, hits=None, limits=limits)
    return (told(activity, ctx, guesses, who, refused.take()),)


def let_in(
    activity: Activity, ctx: Context, one: Admission, place: str, who: tuple[str, str], limits: Limits
) -> Iterable[Later]:  # fmt: skip
    """Somebody who mistyped, or whose password was found: his own failures among those of others tell which."""
    at, memory = activity.at, ctx.memory
    before = memory.recall(("gate in", place, who), bool, at, DAY) is not None
    memory.note(("gate in", place, who), True, at)
    for key, span in SPANS:
        trail = memory.trail((key, place), at, span)
        if trail is not None:
            trail.drop(who)
    refused = memory.trail(("gate", place), at, WINDOW)
    if before or refused is None or memory.recall(("gate hot", place), bool, at, WINDOW) is None:
        memory.seen(("gate others", place), who, at, activity.id, WINDOW)
        return ()
    if not one.station:
        return ()  # through the gateway itself come others too
    hits = memory.seen(("gate hit", place), who, at, activity.id, SOON)
    guesses = Guesses(one=one, place=place, refused=refused, hits=hits, limits=limits)
    return (told(activity, ctx, guesses, who, (activity.id,)),)


def told(activity: Activity, ctx: Context, guesses: Guesses, who: tuple[str, str], evidence: tuple[str, ...]) -> Later:
    """The finding of one station; of the RADIUS server where a controller's log has told the same of it already."""
    at, memory, server = activity.at, ctx.memory, ctx.place(activity.destination, activity.at)
    found_out, subject = guesses.hits is not None, guesses.place
    since = memory.recall(("failed", server, who), int, at, TOGETHER)
    if since is not None and memory.recall(("hot", server), bool, at, WINDOW) is not None:
        subject = memory.recall(("behind", server), str, at, WINDOW) or server
    else:
        memory.note(("behind", server), guesses.place, at)
    origin = origin_of(activity, ctx, guesses)
    return later(
        ctx, activity, subject, lambda: tell(activity, ctx, guesses, origin), evidence=evidence,
        severity="high" if found_out else None, confidence="high" if guesses.one.wrong or found_out else "medium",
        succeeded=True if found_out else None, sources=(origin,),
    )  # fmt: skip


def origin_of(activity: Activity, ctx: Context, guesses: Guesses) -> EntityRef:
    """The calling station where it is an address, else the gateway."""
    return ctx.knowledge.address_entity(guesses.place, activity.at) if is_address(guesses.place) else ctx.source(activity)


def tell(activity: Activity, ctx: Context, guesses: Guesses, origin: EntityRef) -> Finding:
    """Words with the counts of the whole episode."""
    gateway, server, limits = ctx.source(activity), ctx.target(activity), guesses.limits
    names, failures = list(guesses.refused.values), guesses.refused.total
    guessed = list(guesses.hits.values) if guesses.hits is not None else []
    counted = plural(len(names), "account")
    refs = [ref for who in (*guessed, *names[:100]) if (ref := ctx.knowledge.account(*who)) is not None]  # type: ignore[misc]
    labels = [ref.label for ref in refs]
    single, station = len(names) == 1, guesses.one.station
    device = () if not station or is_address(station) else (f" by the device {station}",)
    over = (" through ", gateway) if gateway is not NOBODY and gateway.key != origin.key else ()
    story = [
        sentence(
            origin, f" had {plural(failures, 'sign-in')} for ", *((refs[-1],) if single and refs else (counted,)), " refused by ",
            server, *over, *device, ".",
        )
    ]  # fmt: skip
    if guessed:
        story.append(sentence(f"It was also let in as {listed(labels[: len(guessed)])}: that password is probably known."))
    return found(
        ctx, activity, guesses.place, first=guesses.refused.began, sources=(origin,), accounts=tuple(refs),
        title=f"Suspected {'brute force' if single else 'password spray'} (RADIUS)",
        severity="high" if guessed else None, confidence="high" if guesses.one.wrong or guessed else "medium",
        succeeded=bool(guessed), story=tuple(story),
        facts=(
            measured(
                f"{plural(failures, 'refused sign-in')} for {counted} from one "
                + ("calling station" if station else "gateway, which names no calling station"),
                seen=failures if single else len(names), limits=(limits.one,) if single else (limits.many, limits.fast),
                unit="failures" if single else "accounts",
            ),
            fact("It was let in: " if guessed else "The last of them: ", activity),
            *((fact("The server says that name or password were wrong"),) if guesses.one.wrong else
              (fact("RADIUS does not say why: a right that is missing looks the same"),) if not guessed else ()),
            against(
                f"It would be quiet below {plural(limits.fast, 'account')} within a minute and {limits.many} within "
                f"{WINDOW // MINUTE}, below {plural(limits.one, 'failure')} for one account within {BURST // MINUTE}, and where "
                "more than half as many are let in"
            ),
        ),
        steps=(Step(origin=origin, target=server, label="RADIUS sign-in", accented=True, caption=plural(failures, "refusal")),),
    )  # fmt: skip
