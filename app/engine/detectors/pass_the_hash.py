"""NTLM sign-ins of an account from where it does not belong, by what is no Windows client, to what administrators use."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from app.engine.context import NOBODY, Context
from app.engine.detector import DAY, HOUR, MINUTE, Detector, Later, Needs, against, fact, found, later, listed, plural, sentence
from app.engine.forms import CERTIFICATE, HIDDEN
from app.engine.profiles import COMPUTERS, TICKET_COMPUTERS, Profile
from app.engine.profiles.features import NEW_COMPUTERS
from app.engine.readings.kerberos import AES, RC4, is_hand_written, weak_only
from app.engine.readings.sessions import LOGON, NETWORK, is_elsewhere
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity, Step
from app.model.details import KerberosAs, LdapBind, Ntlm, SmbTree
from app.model.entity import EntityRef
from app.model.events import EventLogon, EventNtlm, EventShare, WindowsEvent
from app.model.tuning import Threshold

POINTS = Threshold(name="points", low=4, medium=3, high=2, words="Marks that agree, a computer new to the account counting twice")
TARGETS = Threshold(name="targets", low=5, medium=3, high=2, words="Computers signed in to with one name within ten minutes")
WINDOW = 10 * MINUTE
EPISODE = HOUR
SPECIAL_PRIVILEGES, SHARE_OPENED = 4672, 5140
VALIDATED, PASSED = 4776, 8004
NEW_CREDENTIALS = 9
"""Logon type of a session that acts elsewhere as somebody else: what runas /netonly makes, and what a hash is put into."""
REMOTE_WORK = frozenset({"smb1", "smb2", "rpc"})
ORDINARY_SHARES = frozenset({"ipc$", "print$"})
USED = 14 * DAY
"""An address from which an account signed in a day ago or earlier, and within this time, is where it belongs, even when the name
of the computer there changes, as it does where service accounts with a dollar in their names sign in too."""
RESTLESS = 0.3
"""New computers a day from which on one more is no news: help desks, administrators."""
FEWEST_DAYS = 3
"""Active days of an account before any computer can be new to it, also where nothing waits to learn."""
NOBODYS = frozenset({"VPN pool", "Shared address"})
WEIGHT = {"new": 2, "hash": 2}
"""Points of the marks that count more than one."""
DEEDS = frozenset({"tool", "administrative", "many", "sensitive", "hash"})
"""Marks of an attack; the others alone are somebody with a new computer."""
THEFT = frozenset({"new", "elsewhere", "hash"})
"""Marks that speak for a stolen hash. NTLM tells nothing: password and hash make the same proof (MS-NLMP section 3.3.2)."""
AT_CONTROLLER = "It signed in to a domain controller, where ordinary users have nothing to do by NTLM"
LOWER: dict[Severity, Severity] = {"high": "medium", "medium": "low", "low": "low"}
SURE = 4
PROOFS = 40
"""Activities of a case that are kept until it is told; what comes later joins the alert."""


class Signs(Struct, frozen=True, kw_only=True):
    """What speaks for a stolen hash so far: mark to its words, activities that show it, computers signed in to.

    known: words for what shows that whoever signs in from there has the password, or more than its NT hash.
    """

    marks: dict[str, str] = {}
    proofs: tuple[str, ...] = ()
    first: int = 0
    targets: tuple[EntityRef, ...] = ()
    known: str = ""


def points(signs: Signs) -> int:
    """Marks, weighed."""
    return sum(WEIGHT.get(one, 1) for one in signs.marks)


def detect(activity: Activity, ctx: Context) -> Iterable[Finding | Later]:
    """A sign-in by NTLM begins a case or adds to it; rights and shares add to it."""
    detail = activity.detail
    if activity.result != "success":
        return ()
    if isinstance(detail, (KerberosAs, LdapBind)):
        return learn(activity, ctx)
    if isinstance(detail, (SmbTree, EventShare)):
        return administrative(activity, ctx)
    if isinstance(detail, EventLogon) and detail.event_id != LOGON:
        return privileged(activity, detail, ctx)
    if isinstance(detail, EventLogon) and detail.number("LogonType") == NEW_CREDENTIALS:
        return borrowed(activity, detail, ctx)
    return signed_in(activity, ctx) if is_ntlm(detail) else ()


def learn(activity: Activity, ctx: Context) -> tuple[()]:
    """What another protocol tells of the credentials that are at hand there: the password, a key of AES, or RC4's alone."""
    detail, at = activity.detail, activity.at
    words, has = "", ""
    if isinstance(detail, LdapBind):
        if detail.method == "simple" and detail.password_length:
            has, words = "password", "The password of the account itself was given from there to LDAP"
    elif isinstance(detail, KerberosAs) and not detail.pkinit and detail.padata_etype in AES:
        has, words = "password", "A ticket was got from there with the account's AES key, which the NT hash does not give"
    elif (
        isinstance(detail, KerberosAs)
        and weak_only(detail.request_etypes)
        and is_hand_written(detail)
        and (detail.padata_etype in RC4)
    ):
        has, words = "hash", "A tool got a ticket from there with the account's RC4 key alone, which is the NT hash"
    account = ctx.account(activity) if has else None
    if account is not None:
        ctx.memory.note((has, ctx.source(activity).key, account.key), words, at)
    return ()


def is_ntlm(detail: object) -> bool:
    """True for a successful authentication by NTLM over the network."""
    if isinstance(detail, EventLogon):
        return detail.number("LogonType") == NETWORK and (detail.text("AuthenticationPackageName") or "").upper() == "NTLM"
    return isinstance(detail, Ntlm) or (isinstance(detail, EventNtlm) and detail.event_id in (VALIDATED, PASSED))


def signed_in(activity: Activity, ctx: Context) -> Iterator[Later]:
    """One sign-in by NTLM with all marks that it shows."""
    account, at = ctx.account(activity), activity.at
    if account is None or account.kind != "user" or not is_elsewhere(activity, ctx) or ctx.from_controller(activity):
        return
    place = ctx.place(activity.source, at)
    key = ("case", place, account.key)
    if isinstance(activity.detail, EventLogon):
        session = activity.detail.number("TargetLogonId") or 0
        ctx.memory.note(("session", activity.detail.computer.lower(), session), key, at)
    profile = ctx.profiles.of(account)
    source = ctx.source(activity)
    if profile is not None and profile.before(COMPUTERS, source.key, at):
        return
    tool, from_there = not_windows(activity), ("from", place, account.key)
    since = ctx.memory.recall(from_there, int, at, USED)
    ctx.memory.note(from_there, at if since is None else since, at)
    if since is not None and at - since >= DAY and not tool and ctx.sensitivity != "high":
        return  # it comes from this address for a day, whatever its computer is called
    if profile is not None and not tool and profile.seen(TICKET_COMPUTERS, source.key) is not None:
        return  # whoever gets Kerberos tickets here has the password or a session, and needs no hash
    signs = ctx.memory.recall(key, Signs, at, EPISODE) or Signs(first=at)
    marks = dict(signs.marks)
    new, elsewhere = unusual(profile, source, ctx, at, activity.source.ip if activity.source is not None else "")
    if new:
        marks["new"] = new
    if elsewhere:
        marks["elsewhere"] = elsewhere
    if tool:
        marks["tool"] = tool
    if ctx.to_controller(activity) and getattr(activity.detail, "carrier", "smb2") in REMOTE_WORK and tells_target(activity):
        marks.setdefault("administrative", AT_CONTROLLER)
    if ctx.is_sensitive(account, at):
        marks["sensitive"] = "The account is a sensitive one"
    if hashed := ctx.memory.recall(("hash", source.key, account.key), str, at, DAY):
        marks["hash"] = hashed
    known = ctx.memory.recall(("password", source.key, account.key), str, at, DAY) or ""
    signs = replace(signs, known=known)
    target = ctx.target(activity)
    if tells_target(activity):
        name = account.label.rpartition("\\")[2].lower()
        trail = ctx.memory.seen(("targets", place, name), target.key, at, activity.id, WINDOW)
        if trail.distinct >= ctx.limit(TARGETS):
            marks["many"] = f"{plural(trail.distinct, 'computer')} were signed in to with this name within 10 minutes"
    yield from added(activity, ctx, key, signs, marks)


def tells_target(activity: Activity) -> bool:
    """True when the activity says to whom the account signed in; 4776 names the controller that was asked."""
    return not isinstance(activity.detail, EventNtlm) or activity.detail.event_id == PASSED


def unusual(profile: Profile | None, source: EntityRef, ctx: Context, at: int, ip: str) -> tuple[str, str]:
    """Words for "never signed in from this computer" and "uses Kerberos, but not here", empty where they do not hold.

    A computer that is known at this address too may be this one under another name, and is not elsewhere.
    """
    if profile is None or source is NOBODY or profile.seen(TICKET_COMPUTERS, source.key) is not None:
        return "", ""
    others = [key for key in profile.values(TICKET_COMPUTERS) if key != source.key]
    known = profile.days >= FEWEST_DAYS and ctx.mature(profile.first, at) and not is_restless(profile, source, at)
    before = [key for key in profile.values(COMPUTERS) if profile.before(COMPUTERS, key, at)] if known else []
    new = bool(before)
    if not new and not others:
        return "", ""
    if NOBODYS.intersection(ctx.knowledge.tags(source.key)):
        return "", ""
    if ip:
        others = [key for key in others if all(one.address != ip for one in ctx.knowledge.bindings(key))]
    days = plural(profile.days, "active day")
    usual = listed(ctx.profiles.entity(key).label for key in before[-3:])
    first = f"It never signed in from this computer before, on {days}; its computers are {usual}" if new else ""
    second = f"It signs in by Kerberos from {listed(ctx.profiles.entity(key).label for key in others[-3:])}, never from here"
    return first, second if others else ""


def is_restless(profile: Profile, source: EntityRef, at: int) -> bool:
    """True where one more computer is no news: it gets a new one every few days, or one of its own has another address now."""
    fresh = profile.history(NEW_COMPUTERS, at)
    if fresh and sum(fresh[1:]) > RESTLESS * len(fresh):  # on its first day every computer is new
        return True
    # where its own computers have no names and their addresses changed before, a new one may be another lease
    return source.kind == "address" and sum(key.startswith("address:") for key in profile.values(COMPUTERS)) > 1


def not_windows(activity: Activity) -> str:
    """Words for a client that leaves out what Windows always tells (MS-NLMP section 2.2.1.3), empty for others."""
    detail = activity.detail
    if isinstance(detail, Ntlm):
        if detail.carrier in REMOTE_WORK and not detail.workstation and not detail.os_version and detail.mic is False:
            return "The client gave no workstation name, no version and no integrity code, which Windows always does"
    elif isinstance(detail, EventLogon) and detail.text("WorkstationName") is None and detail.text("IpAddress") is not None:
        return "The client gave no workstation name, which Windows always does"
    return ""


def administrative(activity: Activity, ctx: Context) -> Iterator[Later]:
    """An administrative share was opened in a session that a case is about."""
    detail = activity.detail
    name = (detail.text("ShareName") or "") if isinstance(detail, EventShare) else getattr(detail, "name", "")
    share = name.rpartition("\\")[2]
    if (
        not share.endswith("$")
        or share.lower() in ORDINARY_SHARES
        or (isinstance(detail, EventShare) and detail.event_id != SHARE_OPENED)
    ):
        return
    account = ctx.account(activity)
    if account is not None:
        key = ("case", ctx.place(activity.source, activity.at), account.key)
        signs = ctx.memory.recall(key, Signs, activity.at, WINDOW)
        if signs is not None:
            words = f"It opened the administrative share {share}"
            yield from added(activity, ctx, key, signs, {**signs.marks, "administrative": words})


def privileged(activity: Activity, event: WindowsEvent, ctx: Context) -> Iterator[Later]:
    """4672: the session that a case is about got the rights of an administrator."""
    if event.event_id != SPECIAL_PRIVILEGES:
        return
    session = event.number("SubjectLogonId") or 0
    key = ctx.memory.recall(("session", event.computer.lower(), session), tuple, activity.at, WINDOW)
    signs = ctx.memory.recall(key, Signs, activity.at, WINDOW) if key is not None else None
    if key is not None and signs is not None:
        source = ctx.memory.recall(("source", *key), Activity, activity.at, EPISODE)
        marks = {**signs.marks, "administrative": "The session got the rights of an administrator"}
        there = activity if source is None else replace(activity, source=source.source)
        yield from added(there, ctx, key, signs, marks)


def added(
    activity: Activity, ctx: Context, key: tuple[str, ...], signs: Signs, marks: dict[str, str]
) -> Iterator[Later]:  # fmt: skip
    """The case with one more activity; told when enough marks agree."""
    target = ctx.target(activity)
    targets = signs.targets
    if tells_target(activity) and target is not NOBODY and target not in targets and len(targets) < 100:
        targets = (*targets, target)
    signs = replace(signs, marks=marks, proofs=(*signs.proofs, activity.id)[-PROOFS:], targets=targets)
    ctx.memory.note(key, signs, activity.at)
    if isinstance(activity.detail, EventLogon) and activity.detail.event_id == LOGON:
        ctx.memory.note(("source", *key), activity, activity.at)
    severity = judged(signs, ctx)
    if severity is None:
        return
    account = ctx.account(activity)
    yield later(
        ctx, activity, f"{key[1]} {key[2]}", lambda: tell(activity, ctx, signs, severity), first=signs.first,
        evidence=signs.proofs, severity=severity, confidence=confidence(signs), succeeded=True,
        sources=(ctx.source(activity),), accounts=(account,) if account is not None else (), targets=targets,
    )  # fmt: skip


def judged(signs: Signs, ctx: Context) -> Severity | None:
    """How grave the marks are together; where the password was shown to be known, it is no matter of a hash."""
    severity = weighed(signs, ctx)
    if severity is None or not signs.known:
        return severity
    return LOWER[severity] if "many" in signs.marks or not THEFT.isdisjoint(signs.marks) else None


def weighed(signs: Signs, ctx: Context) -> Severity | None:
    """High when several marks agree and one says that the account does not belong there."""
    marks, deeds = signs.marks.keys(), DEEDS.intersection(signs.marks)
    if points(signs) < ctx.limit(POINTS) or not deeds:
        # a tool at a controller is worth a remark; a password given to the same tool looks no different
        lone = {"tool", "administrative"} <= marks and ctx.sensitivity != "low"
        return "low" if lone else None
    if THEFT.isdisjoint(marks):
        acts = "sensitive" in marks and signs.marks.get("administrative", AT_CONTROLLER) != AT_CONTROLLER
        return "medium" if acts or "many" in marks else "low"
    strange = not marks.isdisjoint({"new", "hash"}) or {"elsewhere", "tool"} <= marks
    return "high" if points(signs) >= SURE and strange and len(deeds) > 1 else "medium"


def confidence(signs: Signs) -> Severity:
    """How sure it is that a hash was used."""
    if signs.known or THEFT.isdisjoint(signs.marks):
        return "low"
    return "high" if points(signs) > SURE else "medium"


def tell(activity: Activity, ctx: Context, signs: Signs, severity: Severity) -> Finding:
    """Words with all marks, and those that were missing."""
    source, account = ctx.source(activity), ctx.account(activity)
    targets = signs.targets or (ctx.target(activity),)
    others = f" and {plural(len(targets) - 1, 'other computer')}" if len(targets) > 1 else ""
    steps: tuple[Step, ...] = ()
    stolen, how = not signs.known and not THEFT.isdisjoint(signs.marks), "with a tool" if "tool" in signs.marks else "unusually"
    if account is not None and source is not NOBODY:
        steps = (Step(origin=account, target=source, label="hash of" if stolen else "on"),)
    return found(
        ctx, activity, "", first=signs.first, evidence=signs.proofs, severity=severity, confidence=confidence(signs),
        succeeded=True, targets=targets,
        title=None if stolen else "NTLM sign-in with a tool" if "tool" in signs.marks else "Unusual sign-in by NTLM",
        story=(
            sentence(*ctx.who(activity), " signed in to ", targets[0], f"{others} by NTLM, in a way that a stolen hash would."),
            sentence("NTLM proves the hash of a password, not the password, so that whoever holds the hash can sign in."),
        ) if stolen else (
            sentence(*ctx.who(activity), " signed in to ", targets[0], f"{others} by NTLM, {how}."),
            sentence("Whether with the password or with its hash alone, as in pass-the-hash, NTLM does not tell."),
        ),
        facts=(
            *(fact(words) for words in signs.marks.values()),
            *((fact(signs.known, ": no stolen hash was needed"),) if signs.known else ()),
            missing(signs),
        ),
        steps=(*steps, Step(origin=ctx.doer(activity), target=targets[-1], label="NTLM sign-in", accented=True,
                            caption=plural(len(targets), "computer"))),
    )  # fmt: skip


def missing(signs: Signs) -> Fact:
    """What would have kept it quiet."""
    if {"new", "elsewhere"}.intersection(signs.marks):
        return against("It would be quiet if the account had signed in from this computer on a day before, or by Kerberos")
    return against("It would be quiet for a Windows client, or if the account had signed in from this computer on a day before")


def borrowed(activity: Activity, event: WindowsEvent, ctx: Context) -> Iterator[Finding]:
    """A session with somebody else's credentials was made, as by sekurlsa::pth; runas /netonly makes the same."""
    account, at = ctx.account(activity), activity.at
    if account is None or account.kind != "user" or (event.text("LogonProcessName") or "").lower() != "seclogo":
        return
    if (event.text("AuthenticationPackageName") or "").lower() != "negotiate":
        return
    key = ("borrowed", event.computer.lower(), account.key)
    day = ctx.memory.recall(key, int, at, 90 * DAY)
    if day is None:
        ctx.memory.note(key, at // DAY, at)
    elif day != at // DAY:
        return  # it is used to doing so
    outside = event.text("TargetOutboundUserName")
    whose = f" as {outside}" if outside else ""
    target = ctx.target(activity)
    yield found(
        ctx, activity, f"borrowed {event.computer.lower()} {account.key}", severity="medium", confidence="low", succeeded=True,
        sources=(target,), targets=(target,),
        title="Session with other credentials (possible pass-the-hash)",
        story=(
            sentence(account, " made a session on ", target, f" that acts{whose} on other computers."),
            sentence("Tools that put a stolen hash into a new session make one like it; so does runas /netonly."),
        ),
        facts=(
            fact("The logon is of type 9 (new credentials), made by the secondary logon service (seclogo) with Negotiate"),
            against("It would be quiet if this account had made such sessions on this computer on days before"),
        ),
        steps=(Step(origin=account, target=target, label="new credentials", caption=outside or "", accented=True),),
    )  # fmt: skip


DETECTOR = Detector(
    id="pass_the_hash",
    external_id=2017,
    title="Suspected identity theft (pass-the-hash)",
    severity="high",
    phase="Lateral movement",
    techniques=("T1550.002",),
    watches=(Ntlm, EventNtlm, EventLogon, SmbTree, EventShare, KerberosAs, LdapBind),
    needs=Needs(
        ports=("445", "135"),
        kinds=("ntlm", "event-ntlm", "event-logon"),
        parts=("event-ntlm", "event-logon"),
        answers=True,
    ),
    window=EPISODE,
    learning=7 * DAY,
    event_ids=(4624, 4672, 4776, 8004, 5140),
    thresholds=(POINTS, TARGETS),
    profiled=True,
    sign_ins=lambda one: one.event != LOGON or not one.kerberos,
    forms={
        KerberosAs: lambda form, result: not form & CERTIFICATE and result == "success",
        SmbTree: lambda form, result: bool(form & HIDDEN) and result == "success",
        EventShare: lambda form, result: bool(form[1] & HIDDEN) and result == "success",
        LdapBind: lambda password, result: bool(password) and result == "success",
    },
    detect=detect,
)
