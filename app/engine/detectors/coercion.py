"""A computer made to sign in somewhere by a remote call that names another computer (printer bug, PetitPotam, DFSCoerce).

Long because the call, the pipe that a log tells, a trace and the sign-in that follows are one case.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from app.engine.context import Context
from app.engine.detector import DAY, HOUR, SECOND, Detector, Needs, against, fact, found, sentence
from app.engine.knowledge.names import is_address
from app.engine.readings.naming import Named, bare_host, unc_host, whom
from app.engine.readings.novelty import is_new
from app.engine.readings.pipes import in_packets, pipe_opened
from app.engine.readings.sessions import by_system, is_elsewhere, is_own_account
from app.engine.repeated import first_time, folded
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.details import KerberosAp, Ntlm, RpcBind, RpcCall
from app.model.events import EventLogon, EventNtlm, EventShare
from app.model.identifiers import DFSNM, EFS, EFS_ON_LSARPC, EVEN, FSRVP, PAR, SPOOLSS
from app.model.tuning import Threshold

WINDOW = HOUR
"""Tools try one call after the other for seconds, and come back."""


class Way(Struct, frozen=True, kw_only=True):
    """One family of calls. id, title: of the alert. names: facts of the call that may name a computer. paths: they are paths."""

    id: int
    title: str
    protocol: str
    names: tuple[str, ...]
    paths: bool = True


PRINT = Way(
    id=2415, title="Print spooler made to call out (authentication coercion)", protocol="MS-RPRN", names=("target",), paths=False
)
FILES = Way(
    id=2416,
    title="Suspicious call to the encrypting file system (authentication coercion)",
    protocol="MS-EFSR",
    names=("path", "second_path"),
)
SPACES = Way(
    id=2426, title="DFS namespace made to call out (authentication coercion)", protocol="MS-DFSNM", names=("server",), paths=False
)
SHADOWS = Way(id=2416, title="Shadow copy agent made to call out (authentication coercion)", protocol="MS-FSRVP", names=("path",))
LOGS = Way(id=2416, title="Event log service made to call out (authentication coercion)", protocol="MS-EVEN", names=("backup",))

_EFS_OPNUMS = (0, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 18, 19, 21, 22)
WAYS: dict[tuple[str, int], Way] = {
    **dict.fromkeys(((SPOOLSS, 62), (SPOOLSS, 65)), PRINT),
    **dict.fromkeys(((interface, opnum) for interface in (EFS, EFS_ON_LSARPC) for opnum in _EFS_OPNUMS), FILES),
    **dict.fromkeys(((DFSNM, 12), (DFSNM, 13), (DFSNM, 14), (DFSNM, 15)), SPACES),
    **dict.fromkeys(((FSRVP, 8), (FSRVP, 9)), SHADOWS),
    (EVEN, 9): LOGS,
}
"""RpcRemoteFindFirstPrinterChangeNotification and Ex (MS-RPRN section 3.1.4.10); every call of MS-EFSR that names a file (section
6); NetrDfsAddStdRoot, RemoveStdRoot, ManagerInitialize, AddStdRootForced (MS-DFSNM section 3.1.4); IsPathSupported and
IsPathShadowCopied (MS-FSRVP section 3.1.4); ElfrOpenBELW (MS-EVEN section 3.1.4.2)."""
BARE_PRINTING = frozenset({1, 69, 29, 62, 65, 66, 67})
"""What the printer bug needs of a spooler: a handle opened, the notification asked for, both closed."""
REACHED = frozenset({0, 53, 64, 67, 1219, 1326, 1722, 1231})
"""Answers that a server gives after it went to look: ERROR_BAD_NETPATH, NETNAME_DELETED, BAD_NET_NAME,
SESSION_CREDENTIAL_CONFLICT, LOGON_FAILURE, RPC_S_SERVER_UNAVAILABLE, NETWORK_UNREACHABLE (MS-ERREF section 2.2)."""
PRINT_CLIENTS = 3
"""Computers that ask one server for notifications before it counts as a print server."""
CALLED_BACK = Threshold(
    name="called_back",
    low=10 * SECOND,
    medium=30 * SECOND,
    high=60 * SECOND,
    unit="us",
    words="Time within which the computer that was asked signs in where it was told to",
)
PIPES = {"efsrpc": FILES, "fssagentrpc": SHADOWS, "netdfs": SPACES}
"""Pipes that hardly anybody opens on a controller. lsarpc, spoolss and eventlog are opened all day, and tell nothing alone."""
REFUSED = {EFS: FILES, EFS_ON_LSARPC: FILES, FSRVP: SHADOWS}
"""Interfaces that no client asks a controller for: it shares no encrypted files, and no shadow copies of shares."""
FILE_CHECKED, LOGON, VALIDATED = 5145, 4624, 4776
ANYBODY = ("anybody",)
"""Key of when any computer was last sent elsewhere, whichever it is."""


class Asked(Struct, frozen=True):
    """A coercion that may yet be followed by a sign-in. host: computer that was named; caller: place of who asked."""

    subject: str
    way: Way
    host: str
    caller: str
    severity: Severity
    activity: Activity


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Calls that send a computer elsewhere, and the sign-in that follows them."""
    detail: Any = activity.detail
    kind = type(detail)
    if kind is RpcCall:
        return called(activity, detail, ctx)
    if kind is RpcBind:
        return tried(activity, detail, ctx)
    if kind is Ntlm or kind is KerberosAp:
        return answered(activity, ctx)
    return opened(activity, detail, ctx) if kind is EventShare else logged(activity, ctx)


def named_by(call: RpcCall, way: Way, activity: Activity, ctx: Context) -> tuple[str, str, Named]:
    """(computer, text as it was sent, whose it is) of the first name in a call that is not the asked computer's own."""
    told: tuple[str, str, Named] = "", "", "nobody"
    for key in way.names:
        text = call.stub.get(key)
        host = unc_host(text) if way.paths else bare_host(text)
        if not host:
            continue
        who = whom(host, activity, ctx)
        told = host, str(text)[:200], who
        if who != "asked":
            break
    return told


def called(activity: Activity, call: RpcCall, ctx: Context) -> Iterator[Finding]:
    """A call of one of the families: where it names another computer, or is sealed and goes to a controller."""
    source, target = activity.source, activity.destination
    if source is None and target is not None and not activity.frames:
        yield from traced(activity, call, ctx)
    if source is None or target is None:
        return
    caller, asked = ctx.place(source, activity.at), ctx.place(target, activity.at)
    if call.interface in (SPOOLSS, PAR) and (call.interface == PAR or call.opnum not in BARE_PRINTING):
        ctx.memory.note(("prints", caller, asked), True, activity.at)
    way = WAYS.get((call.interface, call.opnum))
    if way is None or caller == asked:
        return
    controller = ctx.to_controller(activity)
    host, text, who = named_by(call, way, activity, ctx)
    severity = readable(call, way, host, who, activity, ctx) if not call.hidden else sealed(way, activity, ctx)
    if way is PRINT and severity is not None and who in ("caller", "nobody") and prints(caller, asked, activity, ctx):
        severity = None
    client = way is PRINT and severity == "medium" and not controller and used(caller, asked, activity, ctx)
    if client:
        severity = "low"  # a print client by another name than the one that is known of its address, which may be an old one
    if severity is None:
        return
    subject = f"{caller} {asked}"
    ctx.memory.note(ANYBODY, True, activity.at)
    ctx.memory.note(("asked", asked), Asked(subject, way, host, caller, severity, activity), activity.at)
    reached = (call.returned if call.returned is not None else activity.code) in REACHED and not call.hidden
    refused = activity.result == "failure" and call.returned is None
    succeeded = None if activity.result == "unanswered" else False if refused else True if reached and way is not PRINT else None
    facts = [fact(f"{way.protocol} {call.operation or f'operation {call.opnum}'}: ", activity)]
    if text:
        whose = {"caller": "the caller itself", "another": "another computer", "asked": "its own", "nobody": ""}[who]
        facts.append(fact(f"The call names {text}, which is {whose}"))
    if call.hidden:
        facts.append(fact("The call is sealed: its number shows what was asked, not where it was sent"))
    if controller:
        facts.append(fact(ctx.target(activity), " is a domain controller: whoever relays its sign-in owns the domain"))
    if succeeded and way is not PRINT:
        facts.append(fact("The answer is what a server says after it went to look for that computer"))
    facts.append(against("It would be quiet if the call named ", ctx.target(activity), " itself, or a file of its own"))
    one = found(
        ctx,
        activity,
        subject,
        external_id=way.id,
        title=f"Attempted: {way.title}" if refused else way.title,
        severity=severity,
        confidence="medium" if call.hidden or call.guessed or severity == "low" else "high",
        succeeded=succeeded,
        story=(
            sentence(
                *ctx.who(activity),
                " asked ",
                ctx.target(activity),
                f" to go to {text}" if text else " to go to a computer not told",
                "; it was refused."
                if refused
                else "; whether it went is not in the capture."
                if succeeded is None
                else ", and it went.",
            ),
        ),
        facts=tuple(facts),
        steps=ctx.path(activity, f"{way.protocol} call", "refused" if refused else text or "sealed"),
    )
    yield folded(one, "print client", asked) if client else one


def tried(activity: Activity, bind: RpcBind, ctx: Context) -> Iterator[Finding]:
    """A controller refused an interface that can send it elsewhere, as one that is hardened does: no call follows."""
    way = REFUSED.get(bind.interface)
    if way is None or activity.result != "failure" or activity.source is None or activity.destination is None:
        return
    caller, asked = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if caller == asked or not ctx.to_controller(activity) or ctx.from_controller(activity):
        return
    where = f" over the pipe {bind.pipe}" if bind.pipe else ""
    yield found(
        ctx, activity, f"{caller} {asked}", external_id=way.id, title=f"Attempted: {way.title}", severity="low",
        confidence="medium", succeeded=False,
        story=(
            sentence(*ctx.who(activity), " asked ", ctx.target(activity), f" for the interface {way.protocol}; it was refused."),
        ),
        facts=(
            fact(f"{way.protocol} was asked for{where}, and is not there: ", activity),
            fact(ctx.target(activity), " is a domain controller, of which nobody needs this interface"),
            against("It would be quiet at a server that is no domain controller"),
        ),
        steps=ctx.path(activity, f"{way.protocol} interface", "refused"),
    )  # fmt: skip


def readable(call: RpcCall, way: Way, host: str, who: Named, activity: Activity, ctx: Context) -> Severity | None:
    """How severe a call is whose names can be read; None for one that stays with the computer asked."""
    if who in ("asked", "nobody"):
        return None
    controller, address = ctx.to_controller(activity), is_address(host)
    if way is PRINT and who == "caller" and not address:
        if "\\" in str(call.stub.get("printer", "")).strip("\\"):
            return None  # one printer, and the client's own name: what every print client does
        return "medium" if controller else "low"
    if controller or address or who == "caller":
        return "high"
    known = ctx.target(activity).key.startswith("computer:")  # else it may be another name of the computer asked
    return "medium" if known else "low"


def sealed(way: Way, activity: Activity, ctx: Context) -> Severity | None:
    """How severe a call is of which only the number shows."""
    if way is LOGS or not ctx.to_controller(activity) or ctx.from_controller(activity):
        return "low" if way is FILES and not ctx.from_controller(activity) else None
    return "medium"


def prints(caller: str, asked: str, activity: Activity, ctx: Context) -> bool:
    """True when the caller prints on that server, or several computers ask it for notifications, as print clients do."""
    clients = ctx.memory.seen(("clients", asked), caller, activity.at, activity.id, DAY)
    return used(caller, asked, activity, ctx) or clients.distinct >= PRINT_CLIENTS


def used(caller: str, asked: str, activity: Activity, ctx: Context) -> bool:
    """True when the caller asked that spooler for more than the printer bug needs."""
    return ctx.memory.recall(("prints", caller, asked), bool, activity.at, DAY) is not None


def answered(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """A sign-in by the computer that was asked, at the one that it was sent to, seconds later."""
    if activity.source is None or activity.destination is None:
        return ()
    if ctx.memory.recall(ANYBODY, bool, activity.at, ctx.limit(CALLED_BACK)) is None:
        return ()  # most sign-ins
    place = ctx.place(activity.source, activity.at)
    asked = ctx.memory.recall(("asked", place), Asked, activity.at, ctx.limit(CALLED_BACK))
    if asked is None or activity.at < asked.activity.at:
        return ()
    where = ctx.place(activity.destination, activity.at)
    if where not in (asked.caller, asked.host) and whom(asked.host, activity, ctx) != "asked":
        return ()
    return followed(activity, asked, ctx, "signed in at ", ctx.target(activity))


def logged(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The same as logs tell it: the controller's own account signed in somewhere by NTLM after a rare pipe was opened on it."""
    event = activity.detail
    if not isinstance(event, (EventLogon, EventNtlm)) or event.event_id not in (LOGON, VALIDATED):
        return
    name = (event.text("TargetUserName") or "").lower()
    if not name.endswith("$") or (event.event_id == LOGON and event.text("AuthenticationPackageName") != "NTLM"):
        return
    asked = ctx.memory.recall(("pipe", name), Asked, activity.at, ctx.limit(CALLED_BACK))
    if asked is None:
        return
    if event.event_id == LOGON and is_own_account(event, name):
        return  # at itself
    yield from followed(activity, asked, ctx, "signed in by NTLM, as the log tells of ", ctx.target(activity))


def opened(activity: Activity, event: EventShare, ctx: Context) -> Iterator[Finding]:
    """A pipe that hardly anybody opens on a controller, as its log tells it (5145): remembered, and told quietly."""
    if event.event_id != FILE_CHECKED or not (event.text("ShareName") or "").upper().endswith("IPC$"):
        return
    pipe = (event.text("RelativeTargetName") or "").lower().rpartition("\\")[2]
    way = PIPES.get(pipe)
    if pipe == "spoolss":
        yield from reached(activity, ctx)
    if way is None or ctx.from_controller(activity) or by_itself(activity, ctx):
        return
    caller, asked = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if not ctx.to_controller(activity) and not is_new(pipe, caller, activity.at, ctx):
        return
    subject, machine = f"{caller} {asked}", f"{event.computer.partition('.')[0].lower()}$"
    ctx.memory.note(("pipe", machine), Asked(subject, way, "", caller, "medium", activity), activity.at)
    if way is SPACES or in_packets(activity, ctx):
        return  # consoles and file dialogues open it too; packets tell what was asked
    yield found(
        ctx,
        activity,
        subject,
        external_id=way.id,
        title=f"Attempted: {way.title}",
        severity="low",
        confidence="low",
        story=(
            sentence(
                *ctx.who(activity), f" opened the pipe {pipe} of ", ctx.target(activity), "; what was asked there is not told."
            ),
        ),
        facts=(
            fact(f"The pipe {pipe} leads to {way.protocol}, which hardly anybody needs: ", activity),
            against("It would be quiet for the pipes that every computer opens on a controller"),
        ),
        steps=ctx.path(activity, f"pipe {pipe}", "opened" if activity.result == "success" else "refused"),
    )


def by_itself(activity: Activity, ctx: Context) -> bool:
    """True when a computer opened its own pipe: from one of its addresses, or, where it is no controller, under its own account
    from an address that no other computer is known to have. It is told of no crowd then, for nobody else came.
    """
    if not is_elsewhere(activity, ctx):
        return True
    return by_system(activity) and not ctx.to_controller(activity) and not ctx.source(activity).key.startswith("computer:")


def reached(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The pipe of the spooler, opened by a person where hardly anybody prints over it."""
    account = ctx.account(activity)
    if not pipe_opened(activity, ctx, ("spoolss",)) or account is None or not is_new("spoolss", account.key, activity.at, ctx):
        return
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} {ctx.place(activity.destination, activity.at)}",
        external_id=PRINT.id,
        title=f"Attempted: {PRINT.title}",
        severity="low",
        confidence="low",
        story=(
            sentence(*ctx.who(activity), " opened the pipe spoolss of ", ctx.target(activity), "; what was asked is not told."),
        ),
        facts=(
            fact("The spooler prints, and can be made to sign in elsewhere (MS-RPRN): ", activity),
            first_time(account, "opened it"),
            against("It would be quiet where five others open it, as at a server that prints"),
        ),
        steps=ctx.path(activity, "pipe spoolss", "opened"),
    )


def traced(activity: Activity, call: RpcCall, ctx: Context) -> Iterator[Finding]:
    """A call that a trace of the RPC runtime tells without its caller, of those that hardly any program makes."""
    way = WAYS.get((call.interface, call.opnum))
    where = ctx.place(activity.destination, activity.at)
    if way not in (FILES, SHADOWS) or not is_new("traced", f"{where} {way.protocol}", activity.at, ctx):
        return
    yield found(
        ctx,
        activity,
        f"trace {where}",
        external_id=way.id,
        title=f"Attempted: {way.title}",
        severity="low",
        confidence="low",
        story=(
            sentence("A trace on ", ctx.target(activity), f" tells a call of {way.protocol}; who made it is not told."),
        ),
        facts=(
            fact(f"{call.operation or f'operation {call.opnum}'}: ", activity),
            against("It would be quiet for calls of other interfaces, and for the same within a month"),
        ),
        steps=(),
    )  # fmt: skip


def followed(activity: Activity, asked: Asked, ctx: Context, did: str, where: object) -> Iterator[Finding]:
    """The finding of a coercion that worked: what was asked, and the sign-in that followed."""
    first, way = asked.activity, asked.way
    target = ctx.target(first)
    seconds = (activity.at - first.at) / SECOND
    controller = ctx.to_controller(first)
    more: list[Fact] = [fact(target, f" {did}", where, f", {seconds:.1f} seconds after it was asked: ", activity)]  # type: ignore[arg-type]
    if controller:
        more.append(fact(target, " is a domain controller: whoever relays its sign-in owns the domain"))
    hidden = not isinstance(first.detail, RpcCall) or first.detail.hidden or not asked.host
    yield found(
        ctx,
        first,
        asked.subject,
        last=max(first.until, activity.until),
        evidence=(first.id, activity.id),
        external_id=way.id,
        title=way.title,
        severity="medium" if asked.severity == "low" else asked.severity,
        confidence="medium" if hidden else "high",
        succeeded=True,
        story=(
            sentence(
                *ctx.who(first),
                " made ",
                target,
                f" go to {asked.host}" if asked.host else " go to another computer",
                ": it signed in there with its own account.",
            ),
        ),
        facts=(
            fact(f"{way.protocol} was asked for on ", target, ": ", first),
            *more,
            against("It would be quiet if ", target, " had been asked about a file or printer of its own"),
        ),
        steps=ctx.path(first, f"{way.protocol} call", "it signed in"),
    )


DETECTOR = Detector(
    id="coercion",
    external_id=2416,
    other_ids=(PRINT.id, SPACES.id),
    title="Authentication coercion",
    severity="high",
    phase="Lateral movement",
    techniques=("T1187",),
    watches=(RpcCall, Ntlm, KerberosAp, EventShare, EventLogon, EventNtlm),
    watches_refused=(RpcBind,),
    interfaces=(SPOOLSS, PAR, EFS, EFS_ON_LSARPC, DFSNM, FSRVP, EVEN),
    event_ids=(FILE_CHECKED, LOGON, VALIDATED),
    needs=Needs(
        ports=("445", "135", "dynamic RPC"),
        kinds=("rpc-call", "event-share"),
        parts=("event-share",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(SPOOLSS, PAR, EFS, EFS_ON_LSARPC, DFSNM, FSRVP, EVEN),
        content=True,
        controllers=True,
    ),
    window=WINDOW,
    thresholds=(CALLED_BACK,),
    sign_ins=lambda one: not one.kerberos,
    forms={EventShare: lambda form, _: form[2] in PIPES or form[2] == "spoolss"},
    detect=detect,
)
