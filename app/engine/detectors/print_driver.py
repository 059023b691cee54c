"""A printer driver installed from another computer, which the spooler loads as the system (PrintNightmare)."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Needs, against, fact, found, sentence
from app.engine.readings.naming import unc_host, whom
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import RpcCall
from app.model.identifiers import PAR, SPOOLSS
from app.model.tuning import Threshold

WINDOW = HOUR
ADDS = frozenset({(SPOOLSS, 9), (SPOOLSS, 89), (PAR, 39), (PAR, 62)})
"""RpcAddPrinterDriver and Ex (MS-RPRN section 3.1.4.4), RpcAsyncAddPrinterDriver, RpcAsyncInstallPrinterDriverFromPackage
(MS-PAR section 3.1.4)."""
FILES = ("driver_path", "data_file", "config_file", "path")
OLD_COPIES = "\\spool\\drivers\\"
"""Where the spooler keeps what it copied: a driver whose files are its own earlier copies ("...\\3\\old\\1\\x.dll") names what an
earlier call brought in."""
AGAIN = Threshold(name="again", low=3, medium=2, high=1, words="Sealed installations within ten minutes on one computer")
"""One is what a console does; tools need several until the file that they brought is loaded."""
SOON = 10 * MINUTE
DENIED = 5


def foreign(call: RpcCall, activity: Activity, ctx: Context) -> str:
    """The first file of a driver that lies on another computer than the one asked, or is an old copy; empty when none does."""
    texts = call.stub.get("texts")
    files = [str(call.stub[key]) for key in FILES if isinstance(call.stub.get(key), str)]
    files += [one for one in texts if isinstance(one, str)] if isinstance(texts, list) else []
    for file in files:
        if whom(unc_host(file), activity, ctx) in ("caller", "another"):
            return file[:200]
        if OLD_COPIES in file.lower() and "\\old\\" in file.lower():
            return file[:200]
    return ""


def judged(activity: Activity, call: RpcCall, file: str, count: int, ctx: Context) -> Severity:
    """How severe it is."""
    if file:
        return "high"
    if ctx.to_controller(activity) or activity.code == DENIED:
        return "medium"
    return "medium" if call.hidden and count >= ctx.limit(AGAIN) else "low"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Calls that install a driver: whose files they are, on what, how often."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if (call.interface, call.opnum) not in ADDS or activity.source is None or activity.destination is None:
        return
    caller, asked = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if caller == asked:
        return
    file = foreign(call, activity, ctx)
    tries = ctx.memory.seen(("adds", caller, asked), True, activity.at, activity.id, SOON)
    controller, target = ctx.to_controller(activity), ctx.target(activity)
    refused = activity.result == "failure"
    unknown = activity.result == "unanswered" or (call.hidden and not refused)
    driver = str(call.stub.get("driver", ""))[:100]
    facts = [fact(f"{describe.what(activity).rstrip(': ')}: ", activity)]
    if file:
        facts.append(fact(f"A file of the driver is {file}"))
    if call.hidden:
        facts.append(fact("The call is sealed: its number shows what was asked, not which files"))
    if controller:
        facts.append(fact(target, " is a domain controller: whoever runs code there owns the domain"))
    if tries.count > 1:
        facts.append(fact(f"It was tried {tries.count:,} times within {SOON // MINUTE} minutes"))
    facts.append(against("It would be quiet for printing, and for drivers that the computer itself installs"))
    yield found(
        ctx,
        activity,
        f"{caller} {asked}",
        title="Attempted installation of a printer driver from afar" if refused else None,
        severity=judged(activity, call, file, tries.count, ctx),
        confidence="high" if file else "medium" if controller else "low",
        succeeded=None if unknown else not refused,
        story=(
            sentence(
                *ctx.who(activity),
                " asked ",
                target,
                " to install ",
                f"the printer driver {driver}" if driver else "a printer driver",
                f" with a file of another computer, {file}" if file else "",
                f"; it was refused ({describe.reason(activity)})." if refused else ".",
            ),
            sentence("The spooler loads drivers with the rights of the system."),
        ),
        facts=tuple(facts),
        steps=ctx.path(
            activity, "printer driver", describe.reason(activity) if refused else "not told" if unknown else "success"
        ),
    )


DETECTOR = Detector(
    id="print_driver",
    external_id=2415,
    title="Printer driver installed from afar (PrintNightmare)",
    severity="high",
    phase="Lateral movement",
    techniques=("T1547.012", "T1210"),
    watches=(RpcCall,),
    interfaces=(SPOOLSS, PAR),
    needs=Needs(
        ports=("445", "135", "dynamic RPC"),
        kinds=("rpc-call",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(SPOOLSS, PAR),
        content=True,
        controllers=True,
    ),
    window=WINDOW,
    thresholds=(AGAIN,),
    detect=detect,
)
