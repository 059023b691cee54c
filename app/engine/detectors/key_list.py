"""Keys of accounts asked for with the key of a read-only controller, and tickets made with it."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import (
    DAY,
    MINUTE,
    Detector,
    Later,
    Needs,
    against,
    caption_of,
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
from app.engine.forms import KEYS, READ_ONLY
from app.engine.knowledge.names import account_parts
from app.engine.knowledge.tickets import is_own_tgt
from app.engine.memory import Trail
from app.engine.readings.kerberos import AES, KEY_LIST, tool_of
from app.engine.readings.novelty import is_new
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosTgs
from app.model.tuning import Threshold

WINDOW = DAY
RODC = 1 << 16
"""Key versions from here on belong to read-only controllers; the high half is the number of one (MS-KILE section 3.1.5.8)."""
UNKNOWN_KEY = frozenset({31, 35, 41, 44})
"""KRB_AP_ERR_BAD_INTEGRITY, NOT_US, MODIFIED, BADKEYVER (RFC 4120 section 7.5.9): the controller cannot open the ticket. What it
refuses to Windows Hello has other reasons: a policy, a clock, an account that may not be on read-only controllers."""
BURST = 10 * MINUTE
"""A refusal names no account, only its ticket does, which is sealed; tickets refused within so long are of as many accounts. A
computer whose user is refused gets him another ticket now and then."""
ACCOUNTS = Threshold(
    name="accounts", low=5, medium=3, high=2,
    words="Accounts whose keys one computer asks for; Windows Hello asks for those of the user who sits there",
)  # fmt: skip


def detect(activity: Activity, ctx: Context) -> Iterator[Finding | Later]:
    """KERB-KEY-LIST-REQ for more accounts than sit at a computer, and sensitive accounts with a read-only controller's ticket."""
    detail: KerberosTgs = activity.detail  # type: ignore[assignment]
    asks = KEY_LIST in detail.pa_types
    if not asks and (detail.presented_ticket_kvno or 0) < RODC:
        return
    if activity.source is None or ctx.from_controller(activity):
        return
    if not is_own_tgt(detail.presented_ticket_service, detail.presented_ticket_realm):
        return
    who, at = ctx.account(activity), activity.at
    sensitive, place = ctx.is_sensitive(who, at), ctx.place(activity.source, at)
    if not asks:
        if sensitive and activity.result == "success":
            yield forged(activity, ctx, place)
        return
    name = account_parts(detail.client or "", detail.realm)[0]
    memory = ctx.memory
    names = memory.seen(("asked", place), name, at, activity.id, WINDOW) if name else memory.trail(("asked", place), at, WINDOW)
    ticket, key = detail.presented_ticket_hash or "", ("refused", place)
    nameless = memory.trail(key, at, BURST) if name else memory.seen(key, ticket, at, activity.id, BURST)
    trails = [one for one in (names, nameless) if one is not None]
    if activity.result == "success":
        ctx.memory.note(("given", place), True, at)
    enough, signs = sum(one.distinct for one in trails) >= ctx.limit(ACCOUNTS), by_tool(detail)
    alone = not enough and not sensitive and not signs
    if alone:
        if activity.result != "failure" or activity.code not in UNKNOWN_KEY or not is_new("unknown key", place, at, ctx):
            return
        signs = ("The controller could not open the ticket: it was made with a key that is none of a read-only controller, or no "
                 "longer one",)  # fmt: skip
    given = ctx.memory.recall(("given", place), bool, at, WINDOW) is not None
    severity: Severity = "low" if alone else "high" if (enough or signs) and given else "medium"
    proofs = tuple(dict.fromkeys(proof for one in trails for proof in one.take()))
    yield later(
        ctx, activity, place, lambda: tell(activity, ctx, names, nameless, place, severity, given, signs, alone),
        evidence=proofs or (activity.id,), severity=severity, sources=(ctx.source(activity),), accounts=some(who),
        confidence="medium" if alone else "high", succeeded=given or None,
    )  # fmt: skip


def by_tool(detail: KerberosTgs) -> tuple[str, ...]:
    """Words for what neither Windows (or a Mac) with a ticket of Entra ID writes, nor a read-only controller; one is enough."""
    signs = []
    if tool := tool_of(detail):
        signs.append(f"The request offers encryption types as {tool} does")
    if detail.presented_ticket_etype is not None and detail.presented_ticket_etype not in AES:
        signs.append("The ticket is not encrypted with AES, whose keys every read-only controller has")
    number = detail.presented_ticket_kvno or 0
    if number >= RODC and not number & (RODC - 1):
        signs.append("The ticket names version 0 of the key, and versions begin with 1")
    return tuple(signs)


def tell(
    activity: Activity, ctx: Context, names: Trail | None, nameless: Trail | None, place: str, severity: Severity, given: bool,
    signs: tuple[str, ...], alone: bool,
) -> Finding:  # fmt: skip
    """Words with the counts of the whole episode."""
    trails = [one for one in (names, nameless) if one is not None]
    count = sum(len(one.values) for one in trails)
    asked = sorted(str(one) for one in names.values) if names is not None else []
    whom = f": {listed(asked)}" if asked else ", which a refusal does not name"
    source, target = ctx.source(activity), ctx.target(activity)
    return found(
        ctx, activity, place, first=min(one.began for one in trails), severity=severity, succeeded=given or None,
        confidence="medium" if alone else "high",
        title=None if given or activity.result != "failure" else "Attempted Kerberos key list attack",
        story=(
            sentence(source, " asked ", target, f" for the keys of {plural(count, 'account')}{whom}",
                     "." if given else "; none was given."),
            sentence("A read-only controller may ask for keys of accounts; whoever has its krbtgt key can ask in its place."),
        ),
        facts=(
            measured(
                "The request asks for keys (KERB-KEY-LIST-REQ), and its sender is no controller: ", activity,
                seen=count, limits=(ctx.limit(ACCOUNTS),), unit="accounts",
            ),
            *(fact(one) for one in signs),
            against(f"It would be quiet for fewer than {plural(ctx.limit(ACCOUNTS), 'ordinary account')}, as Windows Hello asks"),
        ),
        steps=ctx.path(activity, "key list request", caption_of(activity)),
    )  # fmt: skip


def forged(activity: Activity, ctx: Context, place: str) -> Finding:
    """A sensitive account with a ticket of a read-only controller."""
    detail: KerberosTgs = activity.detail  # type: ignore[assignment]
    number = (detail.presented_ticket_kvno or 0) >> 16
    return found(
        ctx, activity, f"{place}\nforged",
        severity="medium", succeeded=outcome_of(activity), confidence="medium",
        title="Suspected golden ticket of a read-only controller",
        story=(
            sentence(*ctx.who(activity), " presented a ticket-granting ticket of a read-only controller to ",
                     ctx.target(activity), f" for {detail.service or 'a service'}", ended(activity)),
            sentence("Read-only controllers hold no keys of sensitive accounts, so that they cannot issue their tickets."),
        ),
        facts=(
            fact(f"The ticket is encrypted with the krbtgt key of read-only controller number {number}: ", activity),
            against("It would be quiet for accounts that cannot reach the whole domain"),
        ),
        steps=ctx.path(activity, "ticket of a read-only controller", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="key_list",
    external_id=3003,
    title="Suspected Kerberos key list attack",
    severity="high",
    phase="Credential access",
    techniques=("T1003.006", "T1558.001"),
    watches=(KerberosTgs,),
    needs=Needs(ports=("88",), kinds=("kerberos-tgs",), controllers=True),
    window=WINDOW,
    thresholds=(ACCOUNTS,),
    attacked_accounts=True,
    forms={KerberosTgs: lambda form, _: bool(form & (KEYS | READ_ONLY))},
    detect=detect,
)
