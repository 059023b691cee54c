"""A program registered itself with LSA, which opens the tickets of every session, or LSA loaded a package not of Windows."""

from collections.abc import Iterator

from app.engine.commanded import with_commands
from app.engine.context import NOBODY, Context
from app.engine.detector import HOUR, Detector, Needs, against, fact, found, outcome_of, sentence
from app.engine.readings.hosts import BINARY, VALUE_AUDITED, VALUE_SET, value_set
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Finding, Step
from app.model.events import EventHost, EventPolicy

REGISTERS = "lsaregisterlogonprocess"
PRIVILEGED = 4673
LOADED = {4610: "AuthenticationPackageName", 4614: "NotificationPackageName", 4622: "SecurityPackageName"}
WINDOWS = frozenset({
    "msv1_0", "kerberos", "negoexts", "pku2u", "tspkg", "schannel", "wdigest", "cloudap", "livessp", "lsasrv", "credssp",
    "sspicli", "netlogon", "scecli", "rassfm", "kdcsvc", "negotiate", "ntlm", "kdcpw", "fpnwclnt", "samsrv",
})  # fmt: skip
"""Packages and the files that hold them, as Windows and its roles bring them."""
FILTER = 4614
PACKAGES = frozenset({"security packages", "authentication packages", "notification packages"})
LSA_KEYS = ("\\control\\lsa", "\\control\\lsa\\osconfig")
INSTALLERS = frozenset(
    {"tiworker.exe", "trustedinstaller.exe", "poqexec.exe", "setuphost.exe", "setup.exe", "services.exe", "lsass.exe"}
)
"""Programs of Windows that set its own packages; Sysmon does not tell what such a list holds."""
WEAKENED: dict[tuple[str, int | None], tuple[str, str]] = {
    ("uselogoncredential", 1): ("\\securityproviders\\wdigest", "keep the passwords of whoever signs in (WDigest)"),
    ("runasppl", 0): ("\\control\\lsa", "run without its protection from other programs (RunAsPPL)"),
}
"""Value and number, the end of its key, what it does (Microsoft, Credentials protection and management)."""
TOOLS = frozenset({"mimilib", "memssp", "mimikatz"})
OURS = ("\\windows\\", "\\program files\\", "\\program files (x86)\\")
"""Where programs lie that only an administrator can put there: servers of remote access among them register themselves."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """By a person, or as the system from a place where programs are not installed."""
    event = activity.detail
    if isinstance(event, EventHost):
        yield from written(activity, ctx)
        return
    if not isinstance(event, EventPolicy):
        return
    if event.event_id in LOADED:
        yield from loaded(activity, event, ctx)
        return
    if event.event_id != PRIVILEGED or REGISTERS not in (event.text("Service") or "").lower():
        return
    program = event.text("ProcessName") or ""
    path = program.lower().partition(":")[2] or program.lower()
    system = by_system(activity)
    if system and (not program or path.startswith(OURS)):
        return
    account, target = ctx.account(activity), ctx.target(activity)
    place = ctx.place(activity.destination, activity.at)
    if path.startswith(OURS) and not is_new("registers", f"{place} {path}", activity.at, ctx):
        return
    name = program.rpartition("\\")[2] or "a program"
    yield found(
        ctx,
        activity,
        f"{place} {account.key if account is not None else ''}",
        severity="low" if path.startswith(OURS) else "medium",
        confidence="low" if path.startswith(OURS) else "medium",
        succeeded=outcome_of(activity),
        targets=(target,),
        story=(
            sentence(
                account,
                f" ran {name}, which {'was refused to register' if activity.result == 'failure' else 'registered'} as a logon "
                "process on ",
                target,
                ".",
            ),
            sentence("A logon process reads the Kerberos tickets of every session, and can put tickets there."),
        ),
        facts=(
            fact("Registration: ", activity),
            fact(f"The program is {program[:200] or 'not told'}"),
            against("It would be quiet for the system itself with an installed program, as Windows signs people in"),
        ),
        steps=ctx.path(activity, "LSA", "refused" if activity.result == "failure" else "success"),
    )


def loaded(activity: Activity, event: EventPolicy, ctx: Context) -> Iterator[Finding]:
    """A package that LSA loaded and that is none of Windows sees every password; told when it is new to a computer."""
    text = event.text(LOADED[event.event_id]) or ""
    path, _, name = text.rpartition(" : ")
    file = (path or text).replace("/", "\\").rpartition("\\")[2].lower().removesuffix(".dll").strip()
    if not file or file in WINDOWS or (not path and name.strip().lower() in WINDOWS):
        return
    target, place, tool = ctx.target(activity), ctx.place(activity.destination, activity.at), file in TOOLS
    if not tool and not is_new("package", f"{place} {file}", activity.at, ctx):
        return
    what = "a filter of passwords" if event.event_id == FILTER else "a security package"
    yield found(
        ctx,
        activity,
        f"{place} package {file}",
        severity="high" if tool else "low",
        confidence="high" if tool else "low",
        title="LSA loaded a package that is not part of Windows",
        targets=(target,),
        sources=(),
        accounts=(),
        story=(
            sentence("LSA of ", target, f" loaded {text[:200]}, {what} that is not part of Windows."),
            sentence("Such a package is given every password that is used or set there."),
        ),
        facts=(
            fact("Loaded: ", activity),
            *((fact("It is the package of a tool that attackers use"),) if tool else ()),
            against("It would be quiet for a package of Windows, and for one that was loaded there before"),
        ),
        steps=() if target is NOBODY else (Step(origin=target, target=target, label=file[:60], accented=True),),
    )


def written(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """A value of the registry by which LSA loads packages, keeps passwords in clear, or is no longer protected."""
    value = value_set(activity)
    if value is None:
        return
    text = ""
    if value.name in PACKAGES and value.key.endswith(LSA_KEYS):
        names = [one.strip(' \t\r"') for one in value.data.split("\n")]
        strange = [one for one in names if one and one.lower().removesuffix(".dll") not in WINDOWS]
        if value.data == BINARY:
            strange = [] if value.by in INSTALLERS else [f"a list that is not told, by {value.by or 'a program not told'}"]
        tool = any(one.lower().removesuffix(".dll") in TOOLS for one in strange)
        text = f"load other packages at its next start: {', '.join(strange)[:200]}" if strange else ""
        loud = tool
    elif (value.name, value.number) in WEAKENED and value.key.endswith(WEAKENED[value.name, value.number][0]):
        text, tool = WEAKENED[value.name, value.number][1], False
        loud = not (by_system(activity) and value.by == "svchost.exe")
    if not text:
        return
    target, place, account = ctx.target(activity), ctx.place(activity.destination, activity.at), ctx.account(activity)
    if not loud and not is_new("value", f"{place} {value.name} {text}", activity.at, ctx):
        return
    yield found(
        ctx,
        activity,
        f"{place} value {value.name}",
        severity="high" if tool else "medium" if loud else "low",
        confidence="high" if tool else "medium" if loud else "low",
        title="LSA was told to load a package, or a protection of its secrets was taken away",
        succeeded=True,
        targets=(target,),
        sources=(),
        story=(sentence(account, " had LSA of ", target, f" {text}."),),
        facts=(
            fact("The value was written: ", activity),
            *((fact("It is the package of a tool that attackers use"),) if tool else ()),
            against("It would be quiet for packages of Windows, for the values that protect, and for policies told before"),
        ),
        steps=() if target is NOBODY else (Step(origin=target, target=target, label="LSA", accented=True),),
    )


DETECTOR = Detector(
    id="lsa_registration",
    external_id=3044,
    title="A program registered itself with LSA to read tickets",
    severity="medium",
    phase="Credential access",
    techniques=("T1558", "T1550.003", "T1547.005", "T1556.002", "T1112"),
    watches=(EventPolicy, EventHost),
    needs=Needs(ports=("the Security log",), kinds=("event-policy", "event-host"), parts=("event-policy", "event-host")),
    window=HOUR,
    event_ids=(*LOADED, PRIVILEGED, VALUE_SET, VALUE_AUDITED),
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "has LSA keep every password in a file")
