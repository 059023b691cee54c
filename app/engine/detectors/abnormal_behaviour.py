"""An account that used far more computers and servers for the first time than it and its peers ever do (abnormal behaviour)."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from app.engine.context import Context
from app.engine.detector import DAY, Detector, Later, Needs, against, fact, listed, measured, plural, sentence
from app.engine.profiles import COMPUTERS, RESOURCES, Novelty, Profile
from app.engine.profiles.features import (
    ALL_COMPUTERS,
    ALL_RESOURCES,
    ASKED,
    BY_NTLM,
    FAILURES,
    NEW_COMPUTERS,
    NEW_RESOURCES,
)
from app.engine.profiles.scoring import HOURS, SLOW, SLOW_DAYS, Deviation, deviations, quiet_with, score
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.details import KerberosAp, KerberosAs, KerberosTgs, Ntlm
from app.model.entity import EntityRef
from app.model.events import EventKerberos, EventLogon, EventNtlm
from app.model.tuning import Threshold

SCORE = Threshold(name="score", low=14, medium=9, high=6, words="Deviations from own past and peers, weighed and summed up")
NEW = Threshold(name="new", low=8, medium=4, high=3, words="Computers and servers used for the first time in one day")
FEWEST_DAYS = 5
"""Active days before an account has a past; with fewer there is no spread to speak of."""
PACE = 4
"""A day that is not unusual so far is judged again when there is a quarter more that is new."""
COMMON, SOME = 0.2, 2
"""A server that so large a share of the peers uses, and at least so many of them, is none of the account's own."""
DRIFTS = 2.0
"""From so many times as much on, a change over days is worth a line; it decides nothing."""
RETURN = 12 * DAY
"""Whoever comes back after so long finds things changed."""
PATIENCE = 1.4
"""By so much the score must be higher then."""
WORDS: dict[int, tuple[str, str]] = {
    NEW_RESOURCES: ("server used for the first time", "servers used for the first time"),
    NEW_COMPUTERS: ("computer signed in from for the first time", "computers signed in from for the first time"),
    ALL_RESOURCES: ("server used", "servers used"),
    ALL_COMPUTERS: ("computer signed in from", "computers signed in from"),
    BY_NTLM: ("sign-in by NTLM", "sign-ins by NTLM"),
    FAILURES: ("refused sign-in", "refused sign-ins"),
    ASKED: ("question to the directory", "questions to the directory"),
    HOURS: ("hour in which it is seldom active", "hours in which it is seldom active"),
    SLOW: (
        f"server used for the first time within {SLOW_DAYS} active days",
        f"servers used for the first time within {SLOW_DAYS} active days",
    ),
}


class Judged(Struct, frozen=True, kw_only=True):
    """The day of one account as it stood when it was judged."""

    account: EntityRef
    strange: tuple[Novelty, ...]
    found: tuple[Deviation, ...]
    total: float
    limit: float
    days: int
    peers: int
    why: str
    drift: float


def detect(activity: Activity, ctx: Context) -> Iterable[Later]:
    """Judges those who used something for the first time since the last activity."""
    news, before = ctx.profiles.news, ctx.memory.latest[0] or 0
    if news == before:
        return ()
    ctx.memory.latest = (news, None)
    fresh: dict[str, None] = {}
    for number, key in reversed(ctx.profiles.lately):
        if number <= before:  # type: ignore[operator]
            break  # the rest is older
        if key.startswith("user:"):
            fresh.pop(key, None)  # it was first when it comes last here
            fresh[key] = None
    return news_of([*reversed(fresh)], activity, ctx) if fresh else ()


def news_of(keys: Iterable[str], activity: Activity, ctx: Context) -> Iterator[Later]:
    """Judges these accounts."""
    for key in keys:
        profile = ctx.profiles.of(key)
        if profile is not None and profile.novel:
            day, due = ctx.memory.recall(("due", key), tuple, activity.at, 2 * DAY) or (0, 0)
            if day == profile.number and len(profile.novel) < due:
                continue
            judged = judge(key, profile, ctx)
            if judged is not None:
                yield told(judged, profile, ctx)
            # once it is told, everything new joins; until then the more there is, the less one more changes
            due = len(profile.novel) + (1 if judged is not None else max(1, len(profile.novel) // PACE))
            ctx.memory.note(("due", key), (profile.number, due), activity.at)


def judge(key: str, profile: Profile, ctx: Context) -> Judged | None:
    """The account's day, None when it is nothing unusual or nothing is known to compare it with."""
    at = profile.novel[-1].at
    if not ctx.mature(profile.first, at) or len(profile.past) < (FEWEST_DAYS if ctx.learning else 1):
        return None
    spread_out = sum(profile.history(NEW_RESOURCES, at)[1 - SLOW_DAYS :]) + len(profile.novel)
    if len(profile.novel) < ctx.limit(NEW) and spread_out < 2 * ctx.limit(NEW):
        return None
    gap = profile.number - profile.past[-1].number
    limit = ctx.ratio(SCORE)
    enough = limit * (PATIENCE if gap * DAY >= RETURN else 1)
    if score(deviations(profile, (), at)) < enough:
        return None  # peers can only make it less
    peers = ctx.profiles.peers(key, at)
    members = [held for one in peers.members if (held := ctx.profiles.of(one)) is not None]
    strange = tuple(one for one in profile.novel if one.feature == COMPUTERS or not is_common(one.value, members))
    if len(strange) < ctx.limit(NEW) and spread_out - len(profile.novel) + len(strange) < 2 * ctx.limit(NEW):
        return None
    found = deviations(profile, members, at)
    total = score(found)
    if total < enough:
        return None
    return Judged(
        account=ctx.profiles.entity(key), strange=strange, found=tuple(found), total=total, limit=limit, days=len(profile.past),
        peers=len(members), why=peers.why, drift=profile.drift(ALL_RESOURCES, at),
    )  # fmt: skip


def is_common(resource: str, peers: list[Profile]) -> bool:
    """True when many of the peers use a server, which then belongs to the group's work."""
    users = sum(1 for one in peers if one.seen(RESOURCES, resource) is not None)
    return users >= SOME and users >= COMMON * len(peers)


def told(judged: Judged, profile: Profile, ctx: Context) -> Later:
    """The finding of one account and its latest day."""
    first, last = judged.strange[0] if judged.strange else profile.novel[0], profile.novel[-1]
    day = last.at // DAY
    used = [key for key, seen in profile.values(COMPUTERS).items() if seen.last // DAY == day]
    sources = tuple(ctx.profiles.entity(key) for key in used[-10:])
    new = [one.value for one in judged.strange if one.feature == RESOURCES and ":" in one.value]
    targets = tuple(ctx.profiles.entity(key) for key in dict.fromkeys(new))
    proofs = tuple(dict.fromkeys(one.proof for one in judged.strange or profile.novel))
    return Later(
        subject=judged.account.key, first=first.at, last=last.at, evidence=proofs, confidence="medium", succeeded=True,
        sources=sources, accounts=(judged.account,), targets=targets,
        words=lambda: tell(judged, first.at, last.at, proofs, sources, targets),
    )  # fmt: skip


def explained(one: Deviation) -> str:
    """A measure in words, with what is usual and what would have been normal."""
    single, many = WORDS[one.measure]
    if one.measure == HOURS:
        return f"{plural(int(one.value), single, many)} (UTC)"
    beside = "" if one.peers is None else f", peers' median {one.peers:g}"
    return f"{plural(int(one.value), single, many)}: own median {one.own:g}{beside}; up to {int(one.limit)} would have been usual"


def normal(judged: Judged) -> str:
    """Words for what would have been below the limit."""
    enough = quiet_with(judged.found, judged.limit)
    if enough is not None:
        return f"with at most {plural(enough, 'new server')} on that day, all else being equal"
    lead = judged.found[0]
    return f"with at most {plural(int(lead.limit), *WORDS[lead.measure])}"


def tell(
    judged: Judged, first: int, last: int, proofs: tuple[str, ...], sources: tuple[EntityRef, ...], targets: tuple[EntityRef, ...]
) -> Finding:
    """Words with every measure that decided, and what would have made it normal."""
    account, top = judged.account, judged.found[:5]
    lead = top[0]
    names = listed(one.label for one in targets)
    where = (" from ", sources[-1]) if sources else ()
    compared = f"It is compared with {plural(judged.days, 'active day')} of its own"
    if judged.peers:
        compared += f" and with {plural(judged.peers, 'peer')} ({judged.why})"
    target = targets[0] if targets else None
    origin = sources[-1] if sources else account
    deed = Step(
        origin=origin, target=target or origin, label="used for the first time", accented=True,
        caption=plural(len(judged.strange), "computer or server", "computers and servers"),
    )  # fmt: skip
    steps = (deed,) if origin == account else (Step(origin=account, target=origin, label="on"), deed)
    if target is None and origin != account:  # the new thing is the computer that it signed in from
        steps = (Step(origin=account, target=origin, label="signed in from", caption=deed.caption, accented=True),)
    return Finding(
        subject=account.key, first=first, last=last, evidence=proofs, confidence="medium", succeeded=True, sources=sources,
        accounts=(account,), targets=targets,
        story=(
            sentence(account, " behaved unlike itself and its peers", *where, f": {explained(lead)}."),
            *((sentence(f"New to it were {names}."),) if names else ()),
        ),
        facts=(
            *(fact(f"{explained(one)} (adds {one.part:.1f})") for one in top),
            *((fact(f"On its latest active days it used {judged.drift:.1f} times as many servers a day as before"),)
              if judged.drift >= DRIFTS else ()),
            measured(
                f"{compared}; the deviations add up to {judged.total:.1f}, reported from {judged.limit:g} on",
                seen=round(judged.total, 1), limits=(judged.limit,),
            ),
            against(f"It would have been quiet {normal(judged)}, or if two of its peers had done as much on the same day"),
        ),
        steps=steps,
    )  # fmt: skip


DETECTOR = Detector(
    id="abnormal_behaviour",
    external_id=2001,
    title="Suspicion of identity theft based on abnormal behaviour",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1078.002", "T1021"),
    watches=(KerberosAs, KerberosTgs, KerberosAp, Ntlm, EventLogon, EventKerberos, EventNtlm),
    needs=Needs(
        ports=("88", "445"),
        kinds=("kerberos-tgs", "kerberos-as", "ntlm", "event-kerberos", "event-logon", "event-ntlm"),
        parts=("event-kerberos", "event-logon", "event-ntlm"),
        answers=True,
    ),
    window=DAY,
    learning=21 * DAY,
    waits=True,
    event_ids=(4624, 4768, 4769, 4776, 8004),
    thresholds=(SCORE, NEW),
    profiled=True,
    detect=detect,
)
