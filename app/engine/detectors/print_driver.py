"""A printer driver installed from another computer, which the spooler loads as the system (PrintNightmare)."""

import re
from collections.abc import Iterable, Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, MINUTE, Detector, Needs, against, fact, found, plural, sentence
from app.engine.readings.naming import unc_host, whom
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import RpcCall
from app.model.events import EventPrinter
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
ADDED, NOT_LOADED = 316, 808
INIT_FAILED = 0x45A
"""ERROR_DLL_INIT_FAILED: the library was run, and did not want to stay, as one does that is no driver."""
OF_WINDOWS = frozenset({"kernelbase.dll", "kernel32.dll", "ntdll.dll", "winhttp.dll", "user32.dll", "advapi32.dll", "ws2_32.dll"})
"""Libraries of Windows that no driver brings: a call that names one as a file of its driver has no file of its own."""
NEEDS = {"unidrv.dll": ".gpd", "pscript5.dll": ".ppd"}
"""Drivers of Windows for whole families of printers, and what each reads to know its printer: without that it drives none."""


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


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Calls that install a driver, and what the spooler's own logs tell."""
    event = activity.detail
    return logged(activity, event, ctx) if isinstance(event, EventPrinter) else asked(activity, ctx)


def why_none(event: EventPrinter) -> str:
    """Why what the spooler added, or could not load, is no printer's driver; empty where it may be one."""
    if event.event_id == NOT_LOADED:
        path = (event.text("PluginDllName") or "")[:1024].lower().replace("/", "\\")
        if path.startswith("\\\\") and path[2:3] not in ("?", "."):
            return "It lies on another computer"
        if OLD_COPIES in path and "\\old\\" in path:
            return "It is an old copy in the spooler's own folder, as the second step of the attack loads it"
        known = OLD_COPIES in path and event.number("ErrorCode") == INIT_FAILED
        return "It ran and did not want to stay, as a library does that is no driver" if known else ""
    files = [one.strip().lower() for one in re.split(r"[,;\r\n]+", (event.text("Param4") or "")[:8192]) if one.strip()]
    foreign = next((one for one in files if one.rpartition("\\")[2] in OF_WINDOWS), "")
    if foreign:
        return f"{foreign} belongs to Windows and to no driver"
    data = NEEDS.get(files[0].rpartition("\\")[2]) if files else None
    if data is not None and not any(one.endswith(data) for one in files):
        return f"It uses {files[0]} without a description of a printer ({data})"
    return ""


def logged(activity: Activity, event: EventPrinter, ctx: Context) -> Iterator[Finding]:
    """The spooler added a driver that is none, or could not load what somebody gave it for one."""
    why = why_none(event) if event.event_id in (ADDED, NOT_LOADED) else ""
    if not why:
        return
    target, where, added = ctx.target(activity), ctx.place(activity.destination, activity.at), event.event_id == ADDED
    account, controller = ctx.account(activity), target.kind == "controller"
    what = (event.text("Param1") if added else event.text("PluginDllName")) or "something"
    ran = not added and event.number("ErrorCode") == INIT_FAILED
    yield found(
        ctx,
        activity,
        f"logged {where}",
        severity="high" if added or controller or not ran else "medium",
        confidence="medium",
        sources=(),
        succeeded=True if added else None,
        title="The spooler was given a printer driver that is none (PrintNightmare)",
        story=(
            sentence("The spooler of ", target, " added the printer driver " if added else " could not load ", f"{what[:200]}."),
            sentence("The spooler loads drivers with the rights of the system."),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            fact(why),
            *((fact(target, " is a domain controller: whoever runs code there owns the domain"),) if controller else ()),
            against("It would be quiet for drivers with the files that they need, and for libraries that are missing or broken"),
        ),
        steps=() if account is None else ctx.path(activity, "printer driver", "added" if added else "not loaded"),
    )


def asked(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Calls that install a driver: whose files they are, on what, how often."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if (call.interface, call.opnum) not in ADDS or activity.source is None or activity.destination is None:
        return
    caller, server = ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at)
    if caller == server:
        return
    file = foreign(call, activity, ctx)
    tries = ctx.memory.seen(("adds", caller, server), True, activity.at, activity.id, SOON)
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
        facts.append(fact(f"It was tried {plural(tries.count, 'time')} within {SOON // MINUTE} minutes"))
    facts.append(against("It would be quiet for printing, and for drivers that the computer itself installs"))
    yield found(
        ctx,
        activity,
        f"{caller} {server}",
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
    watches=(RpcCall, EventPrinter),
    event_ids=(ADDED, NOT_LOADED),
    interfaces=(SPOOLSS, PAR),
    needs=Needs(
        ports=("445", "135", "dynamic RPC"),
        kinds=("rpc-call", "event-printer"),
        parts=("event-printer",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(SPOOLSS, PAR),
        content=True,
        controllers=True,
    ),
    window=WINDOW,
    thresholds=(AGAIN,),
    detect=detect,
)
