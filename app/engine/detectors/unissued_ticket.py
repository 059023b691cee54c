"""A service ticket in the logs of controllers none of which signed the account in."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, Detector, Needs, against, fact, found, plural, sentence
from app.engine.readings.tellings import is_local
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.entity import EntityRef
from app.model.events import EventKerberos
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
SIGN_IN, SERVICE, RENEWAL = 4768, 4769, 4770
COVERED = Threshold(
    name="covered", low=DAY, medium=11 * HOUR, high=10 * HOUR, unit="us",
    words="Logs of every controller before the use of a ticket: longer than tickets live",
)  # fmt: skip
TRACED = Threshold(
    name="traced", low=100, medium=30, high=10, words="Accounts whose sign-in is in the logs, against which one without counts"
)
UNTRACED = Threshold(
    name="untraced",
    low=1,
    medium=3,
    high=6,
    unit="%",
    words="Share of accounts without a sign-in, above which tickets live longer",
)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Accounts that sign in, and accounts that ask for services."""
    event, at = activity.detail, activity.at
    if not isinstance(event, EventKerberos) or activity.result != "success":
        return ()
    account = ctx.account(activity)
    if account is None:
        return ()
    domain = _domain(account.key)
    lived = ctx.limit(COVERED)
    if event.event_id in (SIGN_IN, RENEWAL):
        ctx.memory.note(("signed in", account.key), True, at)
        ctx.memory.note(("domain", domain), True, at)
        return ()
    if (
        event.event_id != SERVICE
        or event.text("TransmittedServices")
        or ctx.memory.recall(("domain", domain), bool, at, lived) is None
    ):
        return ()
    if ctx.memory.recall(("signed in", account.key), bool, at, lived) is not None:
        ctx.memory.seen(("traced",), account.key, at, activity.id, lived)
        return ()
    return untraced(activity, event, account, ctx)


@lru_cache(maxsize=4096)
def _domain(key: str) -> str:
    return key.partition(":")[2].rpartition("\\")[0] if key.startswith("user:") else key.partition(".")[2]


def untraced(activity: Activity, event: EventKerberos, account: EntityRef, ctx: Context) -> Iterator[Finding]:
    """A ticket of an account that signed in nowhere here."""
    at, lived = activity.at, ctx.limit(COVERED)
    if activity.source is None or is_local(activity.source.ip) or ctx.from_controller(activity):
        return
    lone = ctx.memory.seen(("untraced",), account.key, at, activity.id, lived)
    known = ctx.memory.trail(("traced",), at, lived)
    traced = known.distinct if known is not None else 0
    few = traced >= ctx.limit(TRACED) and 100 * lone.distinct <= ctx.ratio(UNTRACED) * (traced + lone.distinct)
    if few and not ctx.retold(activity) and every_log(ctx, at - lived, at):
        yield told(activity, ctx, event.text("ServiceName") or "a service", traced, lived)


def every_log(ctx: Context, first: int, last: int) -> bool:
    """True when the log of every controller is whole between two times; asked once an hour."""
    hour = last // HOUR
    known = ctx.memory.recall(("whole", hour), bool, last, DAY)
    if known is None:
        controllers = ctx.knowledge.controllers()
        known = bool(controllers) and all(ctx.logged(one.key, (SIGN_IN,), first, last) for one in controllers)
        ctx.memory.note(("whole", hour), known, last)
    return known


def told(activity: Activity, ctx: Context, service: str, traced: int, lived: int) -> Finding:
    """The words."""
    return found(
        ctx, activity, ctx.place(activity.source, activity.at), confidence="medium", succeeded=True,
        story=(
            sentence(*ctx.who(activity), f" got a ticket for {service} from ", ctx.target(activity), " without a sign-in."),
            sentence("Its ticket-granting ticket came from no controller: whoever has the krbtgt key makes such himself."),
        ),
        facts=(
            fact("The ticket was given: ", activity),
            fact(f"No controller's log has a sign-in or a renewal of this account in the {plural(lived // HOUR, 'hour')} before"),
            fact(f"The logs of all controllers are whole in that time, and show the sign-in of {plural(traced, 'other')}"),
            against("It would be quiet if 4768 or 4770 of this account were in a log within that time"),
        ),
        steps=ctx.path(activity, f"ticket for {service}", "no sign-in in any log"),
    )  # fmt: skip


DETECTOR = Detector(
    id="unissued_ticket",
    external_id=3030,
    title="Suspected golden ticket usage (no sign-in in any log)",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1558.001",),
    watches=(EventKerberos,),
    event_ids=(SIGN_IN, SERVICE, RENEWAL),
    needs=Needs(ports=("88",), kinds=("event-kerberos",), parts=("event-kerberos",), controllers=True),
    window=WINDOW,
    thresholds=(COVERED, TRACED, UNTRACED),
    tellings=True,
    attacked_accounts=True,
    detect=detect,
)
