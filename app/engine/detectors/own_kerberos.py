"""A program that connected to the Kerberos port of a controller itself, where on Windows LSA alone does."""

from collections.abc import Iterable, Iterator

from app.engine.context import Context
from app.engine.detector import DAY, MINUTE, Detector, Needs, against, fact, found, plural, sentence, some
from app.engine.knowledge.sight import ANSWERED
from app.engine.readings.connections import PASSWORDS, Program, is_inside, is_to_itself, own_end, program_of
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import is_elsewhere
from app.engine.repeated import EARLIER, again, folded, told_before
from app.model.activity import Activity
from app.model.alert import Finding
from app.model.events import EventConnection, EventKerberos

CONNECTED = (3, 5156)
ASKED = frozenset({4768, 4769, 4770, 4771, 4772, 4773})
"""What a KDC logs of requests, with address and port of the client."""
TOLD = ("event-connection", "", ANSWERED)
"""What counts connections among all that was read."""
SOON = 2 * MINUTE
"""A request belongs to a connection from the same address and port within this time."""
PRODUCTS = ("installed", "relay")
LATEST = 8
"""Connections and requests of one client that are kept for each other."""
MONTH = 30 * DAY
MANY = 5
"""Other computers on which a program did so within a month, from which on it was rolled out."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Nearly every connection that is told is one: the sensor passes over LSA and other ports."""
    event = activity.detail
    if type(event) is EventKerberos:
        return requested(activity, ctx) if event.event_id in ASKED and are_told(ctx) else ()
    program = program_of(activity)
    if program is None or activity.destination is None:
        return ()
    ip, port = own_end(activity)
    requests: tuple[Activity, ...] = ctx.memory.recall(("requests", ip), tuple, activity.at, SOON) or ()
    request = next((one for one in reversed(requests) if one.source is not None and one.source.port == port), None)
    if request is None:
        keep(("connections", ip), activity, ctx)
    return connected(activity, program, request, ctx)


def are_told(ctx: Context) -> bool:
    """True when any connection is told; else a busy controller's requests are not kept for nothing."""
    return TOLD in ctx.knowledge.sight.seen


def requested(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """A request that a KDC tells: proof that the connection with its address and port led to a KDC, and of what was asked."""
    end = activity.source
    if end is None or not end.port:
        return ()
    waiting: tuple[Activity, ...] = ctx.memory.recall(("connections", end.ip), tuple, activity.at, SOON) or ()
    connection = next((one for one in reversed(waiting) if own_end(one)[1] == end.port), None)
    if connection is None:
        keep(("requests", end.ip), activity, ctx)
        return ()
    program = program_of(connection)
    return () if program is None else connected(connection, program, activity, ctx)


def keep(key: tuple[str, str], activity: Activity, ctx: Context) -> None:
    """Remember the latest few of one client."""
    held: tuple[Activity, ...] = ctx.memory.recall(key, tuple, activity.at, SOON) or ()
    ctx.memory.note(key, (*held[1 - LATEST :], activity), activity.at)


def connected(activity: Activity, program: Program, request: Activity | None, ctx: Context) -> Iterator[Finding]:
    """Medium for a program of no product at a controller; all else in a low voice, while it is new."""
    at, target = activity.at, ctx.target(activity)
    controller = ctx.to_controller(activity) or target.kind == "controller"
    here = ctx.place(activity.source, at)
    itself = is_to_itself(activity) or not is_elsewhere(activity, ctx)
    if not (controller or request) and (itself or not is_inside(activity)):
        return
    low = why_low(program, controller or request is not None, itself)
    if low and not is_new(f"kerberos {program.path}", here, at, ctx):
        return
    others = ctx.memory.seen(("rolled out", program.path), here, at, activity.id, MONTH).distinct - 1 if program.path else 0
    rolled_out = others >= MANY and ctx.sensitivity != "high"
    known = not low and told_before(ctx, at, here, program.path)
    quiet = bool(low) or rolled_out or known
    name = program.name or "a program that is not told"
    service = "the port for Kerberos passwords" if program.port == PASSWORDS else "the Kerberos port"
    finding = found(
        ctx,
        activity,
        f"{here} {program.path}" if program.kind in PRODUCTS else here,
        last=max(activity.until, request.until if request is not None else 0),
        evidence=(activity.id, *((request.id,) if request is not None else ())),
        severity="low" if quiet else "medium",
        confidence="low" if quiet else "high" if request is not None else "medium",
        accounts=some(ctx.account(activity), ctx.account(request) if request is not None else None),
        story=(
            sentence(*ctx.who(activity), f" ran {name}, which connected to {service} of ", target, " itself."),
            sentence(
                "On Windows LSA alone speaks Kerberos; tools that ask for tickets with a stolen key, roast or forge them bring "
                "their own."
            ),
        ),
        facts=(
            fact("The connection: ", activity),
            *((fact("Over it was asked: ", request),) if request is not None else ()),
            *((fact(f"The program is {program.told[:300]}"),) if program.told else ()),
            *((fact(low),) if low else ()),
            *((fact(f"It did so on {plural(others, 'other computer')} within a month, as what is rolled out does"),)
              if rolled_out else ()),
            *((fact(target, " is a domain controller"),) if controller else ()),
            *((again(ctx.source(activity)),) if known else ()),
            against("It would be quiet for LSA's own program, and for connections to other ports"),
        ),
        steps=ctx.path(activity, name[:60], "Kerberos"),
    )  # fmt: skip
    yield folded(finding, "kerberos", program.path, *(() if rolled_out else (here,))) if rolled_out or known else finding


def why_low(program: Program, controller: bool, itself: bool) -> str:
    """Why it may well be innocent; empty when nothing says so."""
    if program.kind == "unknown":
        return "Which program it was is not told: it was over when the log looked, as tools are soon, and other short commands"
    if program.kind == "relay":
        return "It is a part of Windows that may pass the connections of others on (a proxy of KDCs, a port, other addresses)"
    if program.kind == "installed":
        return "It lies where products are installed; some bring a Kerberos of their own, or look whether the port is open"
    if itself:
        return "The controller connected to itself, as monitoring does"
    return "" if controller else "Nothing that was read shows whether a domain controller is there"


DETECTOR = Detector(
    id="own_kerberos",
    external_id=3069,
    title="Kerberos spoken by a program of its own",
    severity="medium",
    phase="Credential access",
    techniques=("T1558", "T1550.003"),
    watches=(EventConnection, EventKerberos),
    event_ids=(*CONNECTED, *sorted(ASKED)),
    silent=lambda ctx, kind: kind is EventKerberos and not are_told(ctx),
    needs=Needs(
        ports=("the Sysmon log", "the Security log"), kinds=("event-connection",), parts=("event-connection",), controllers=True,
    ),
    window=EARLIER,
    detect=detect,
)  # fmt: skip
