"""What a detector is, and the words that it is written in."""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from app.engine import describe
from app.engine.context import NOBODY, Context
from app.model.activity import Activity, Result
from app.model.alert import Fact, Finding, Link, Phase, Sentence, Severity
from app.model.entity import EntityRef
from app.model.tuning import Threshold

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
LONGEST_PIECE = 1_500
"""Characters of one piece of a sentence: longer than any name that a directory takes, and two of them still make a line."""


class Needs(Struct, frozen=True, kw_only=True):
    """What must be in the input for a detector to see anything.

    ports: where it comes from. kinds: activity kinds, any one of which is enough. hidden_by: words of problems
    ("sealed", "encrypted") that mean that part of it could not be read. interfaces: the RPC interfaces among rpc-call.
    content: it needs the content of calls, not only their numbers. answers: requests alone tell it nothing.
    controllers: it must know which addresses are domain controllers. parts: those of kinds that alone tell a part only, such as
    logs, in which stands what the audit policy records. tag: one that an analyst must have given to somebody.
    """

    ports: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    content: bool = False
    answers: bool = False
    controllers: bool = False
    tag: str = ""


class Later(Struct, frozen=True, kw_only=True):
    """A finding whose words are made once, when nothing more joins it: a flood of a thousand guesses is told once.

    words reads the trails that it was given; they stand still when an episode is over.
    """

    subject: str
    first: int
    last: int
    evidence: tuple[str, ...]
    words: Callable[[], Finding]
    severity: Severity | None = None
    confidence: Severity = "high"
    succeeded: bool | None = None
    sources: tuple[EntityRef, ...] = ()
    accounts: tuple[EntityRef, ...] = ()
    targets: tuple[EntityRef, ...] = ()
    domain_controllers: tuple[EntityRef, ...] = ()
    lasting: int = 0


Detect = Callable[[Any, Context], Iterable[Finding | Later]]
"""What a detector says of one activity. One that is asked often and seldom says anything is a function that gives () and hands
on to a generator, for starting a generator costs more than most answers.
"""


class SignIn(Struct, frozen=True):
    """What tells most Windows logons apart that somebody need not be asked about. event: its number. type: its logon type, -1
    where the event tells none that Windows has. kerberos: it names Kerberos as what authenticated, and no package of NTLM.
    result: of the activity. Of 4624 alone, machine: the account is a computer's; administrator: its SID ends as that of the
    built-in one.
    """

    event: int
    type: int
    kerberos: bool
    result: Result
    machine: bool = False
    administrator: bool = False


class Detector(Struct, frozen=True, kw_only=True):
    """One detection. id equals the file's stem; window is the longest time that two findings of one subject may lie apart
    and still be one alert, in microseconds. other_ids: external ids that its findings may have in the place of its own.

    learning: time after which it knows what is usual, in microseconds (0: it learns nothing); until then it keeps quiet about
    what is new to it, or cannot spare what is a habit. waits: until then it says nothing at all. watches_refused: kinds of
    which it reads only what failed, which spares it the bulk of a file server. interfaces: of remote calls it is given only
    those of these RPC interfaces, and those of which nobody knows the interface when "" is among them; opnums: of them only
    calls of these numbers; event_ids: of Windows events only these; empty for all. sign_ins: of Windows logons (EventLogon) it
    is given only those of which this is true; forms: of these kinds only what has a form (app.engine.forms) and a result of
    which this is true. silent: true of a kind of which it says nothing and remembers nothing, given what is known: no
    honeytoken is named, a computer's packets are needed and there are none. All three are asked seldom and their answers kept,
    so they may rest on nothing else; whatever they leave out, detect() must leave at once (tests/engine/test_routes.py).
    thresholds: every number that the user may change. excludable: kinds of parties that an exclusion may name.
    attacked_accounts: the accounts of its findings are those attacked, guessed or written into a forged ticket, not those that
    act, so that an exclusion of an account does not concern it.
    profiled: it asks what accounts and computers are used to (Context.profiles), for which more kinds are read than it watches
    itself. sessions: it asks in which session something was done (app.engine.readings), for which sign-ins are read too.
    tellings: it compares what packets and logs tell, so it is given every telling of an act, and asks for the others. left_to:
    kinds of which another detection tells: what they tell of too is not given to this one. by_kind: what detect() does with
    activities of these kinds, so that it need not be found out for each.
    """

    id: str
    external_id: int
    other_ids: tuple[int, ...] = ()
    title: str
    severity: Severity
    phase: Phase
    techniques: tuple[str, ...]
    watches: tuple[type, ...]
    watches_refused: tuple[type, ...] = ()
    needs: Needs
    window: int
    learning: int = 0
    waits: bool = False
    interfaces: tuple[str, ...] = ()
    opnums: tuple[int, ...] = ()
    event_ids: tuple[int, ...] = ()
    sign_ins: Callable[[SignIn], bool] | None = None
    forms: dict[type, Callable[[Any, Result], bool]] = {}
    silent: Callable[[Context, type], bool] | None = None
    thresholds: tuple[Threshold, ...] = ()
    excludable: tuple[str, ...] = ("account", "computer", "group", "address", "subnet", "domain")
    profiled: bool = False
    attacked_accounts: bool = False
    sessions: bool = False
    tellings: bool = False
    left_to: tuple[type, ...] = ()
    by_kind: dict[type, Detect] = {}
    detect: Detect


def sentence(*pieces: str | EntityRef | Activity | None) -> Sentence:
    """Pieces of text and links to entities or activities as one sentence; None stands for an account that nobody named."""
    made: list[Link] = []
    for piece in pieces:
        if piece is None:
            made.append(Link("somebody not named" if made else "Somebody not named"))
        elif piece is NOBODY:
            made.append(Link(NOBODY.label if made else NOBODY.label.capitalize()))
        elif isinstance(piece, str):
            made.append(Link(_cut(piece)))
        elif isinstance(piece, EntityRef):
            made.append(Link(_cut(piece.label), piece))
        else:
            made.append(Link("this activity", None, piece.id))
    return tuple(made)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_PIECE else f"{text[: LONGEST_PIECE - 1]}…"


def fact(*pieces: str | EntityRef | Activity | None) -> Fact:
    """A fact that speaks for the alert."""
    return Fact(text=sentence(*pieces))


def measured(*pieces: str | EntityRef | Activity | None, seen: float, limits: Iterable[float], unit: str = "") -> Fact:
    """A fact with the number that was seen beside the highest of the limits that it reached; a plain one when it reached none."""
    limit = max((one for one in limits if one <= seen), default=None)
    return Fact(text=sentence(*pieces), seen=None if limit is None else seen, limit=limit, unit=unit)


def against(*pieces: str | EntityRef | Activity | None) -> Fact:
    """What would have kept the detector quiet."""
    return Fact(text=sentence(*pieces), against=True)


def some(*parties: EntityRef | None) -> tuple[EntityRef, ...]:
    """The parties that are known."""
    return tuple(party for party in parties if party is not None and party is not NOBODY)


def found(ctx: Context, activity: Activity, subject: str, **words: Any) -> Finding:
    """A finding about one activity: its parties and times, and whatever else is given.

    extra_accounts: accounts attacked, beside the one that acted. Evidence is the activity itself unless given.
    """
    target = ctx.target(activity)
    values: dict[str, Any] = {
        "subject": subject,
        "first": activity.at,
        "last": activity.until,
        "evidence": (activity.id,),
        "sources": (ctx.source(activity),),
        "accounts": some(ctx.account(activity)),
        "targets": (target,),
        "domain_controllers": (target,) if ctx.to_controller(activity) else (),
    }
    values.update(words)
    return Finding(**values)


def later(
    ctx: Context,
    activity: Activity,
    subject: str,
    words: Callable[[], Finding],
    *,
    evidence: tuple[str, ...] = (),
    severity: Severity | None = None,
    confidence: Severity = "high",
    succeeded: bool | None = None,
    sources: tuple[EntityRef, ...] = (),
    accounts: tuple[EntityRef, ...] = (),
    targets: tuple[EntityRef, ...] | None = None,
    first: int | None = None,
    lasting: int = 0,
) -> Later:
    """A finding about one activity whose words come later; evidence is the activity itself unless given."""
    target = (ctx.target(activity),)
    return Later(
        subject=subject, first=activity.at if first is None else first, last=activity.until,
        evidence=evidence or (activity.id,), words=words,
        severity=severity, confidence=confidence, succeeded=succeeded, sources=sources, accounts=accounts,
        targets=target if targets is None else targets,
        domain_controllers=target if ctx.to_controller(activity) else (), lasting=lasting,
    )  # fmt: skip


def ended(activity: Activity, success: str = ".", refused: str = "it was refused") -> str:
    """End of a sentence about a request: how it was answered, or that its answer is not in the capture."""
    if activity.result == "unanswered":
        return "; the answer is not in the capture."
    if activity.result == "success":
        return success
    return f"; {refused} ({describe.reason(activity)})."


def outcome_of(activity: Activity) -> bool | None:
    """True, False, or None when the answer is not in the capture."""
    return None if activity.result == "unanswered" else activity.result == "success"


def caption_of(activity: Activity) -> str:
    """Words below an arrow: success, the reason of the refusal, or that there is no answer."""
    if activity.result == "unanswered":
        return "no answer captured"
    return "success" if activity.result == "success" else describe.reason(activity)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Number with its noun: "1 account", "2,000 accounts"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def clipped(text: str, most: int = 200) -> str:
    """The beginning of a long text, without blanks where it ends: a full stop may follow."""
    text = text.strip()
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\u2026"


def listed(names: Iterable[str], most: int = 5) -> str:
    """The first names in words: "a, b, c and 4 more"."""
    all_names = list(names)
    text = ", ".join(all_names[:most])
    return text if len(all_names) <= most else f"{text} and {len(all_names) - most:,} more"
