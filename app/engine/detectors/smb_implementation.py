"""SMB spoken as only attack tools speak it: EternalBlue and its scanners, Metasploit, password guessers like Hydra."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from app.engine.context import Context
from app.engine.detector import (
    HOUR,
    MINUTE,
    Detector,
    Needs,
    against,
    caption_of,
    fact,
    found,
    listed,
    outcome_of,
    plural,
    sentence,
    some,
)
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import Ntlm, SmbSession, SmbViolation
from app.model.tuning import Threshold

WINDOW = HOUR
GUESSING = 10 * MINUTE
UNPATCHED = 0xC0000205
"""STATUS_INSUFF_SERVER_RESOURCES (MS-ERREF section 2.3.1): what a server without MS17-010 answers to a peek of no pipe."""
WORKGROUPS = "Windows for Workgroups 3.1a"
"""Every Windows that still speaks SMB 1 offers this dialect (MS-CIFS section 1.7, product behaviour)."""
CLAIMS = {
    ("windows 2000 2195", "windows 2000 5.0"): "Windows 2000",
    ("windows 7 ultimate n 7601 service pack 1", "windows 7 ultimate n 6.1"): "Windows 7",
}
"""System and LAN manager that the two SMB libraries of Metasploit call themselves, unless told otherwise."""
WORKSTATION = "WORKSTATION"
"""What Metasploit's library for SMB 2 and 3 calls its computer. Remote desktops say so too, but never over SMB."""
HARD_CODED = 0x7D3C
"""Virtual circuit number that Hydra and Medusa send: their authors copied it from a recording. Clients begin with 0 or 1."""
FIXED = "1122334455667788"
"""Client challenge that Hydra and Medusa send instead of a random one."""
PRINTABLE = re.compile(r"(?:3[0-9]|4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a]){8}")
"""Eight letters and digits where a random number is due (hexadecimal); one in 80,000 random ones looks like that."""
REPEATED = Threshold(name="repeated", low=4, medium=2, high=2, words="Sign-ins with one and the same client challenge")
REFUSED = Threshold(
    name="refused", low=10, medium=5, high=3, words="Refused sign-ins whose client challenges are text, within ten minutes"
)


class Mark(Struct, frozen=True, kw_only=True):
    """What a violation of the protocol means. certain: an exploit or its implant, not only a question."""

    words: str
    certain: bool = False


EXPLOITS = {
    "peek of no pipe": Mark(words="peeked into a pipe that nobody opened, by which scanners tell whether MS17-010 is installed"),
    "trans2 session setup": Mark(
        words="sent a reserved transaction (TRANS2_SESSION_SETUP), by which the implant DoublePulsar is asked and used"
    ),
    "implant answered": Mark(words="was answered by the implant DoublePulsar under another multiplex id", certain=True),
    "mixed transaction": Mark(
        words="continued an NT transaction as a transaction of another kind, which is how EternalBlue overruns a buffer",
        certain=True,
    ),
    "reserved transaction": Mark(
        words="sent a reserved NT transaction (NT_TRANSACT_RENAME), by which EternalRomance and its kin read the server's memory",
        certain=True,
    ),
}
EXPLOIT, PROBE = "Suspected EternalBlue attack, as WannaCry uses it", "MS17-010 (EternalBlue, DoublePulsar) was probed for"
METASPLOIT, GUESSER = "Suspected use of the Metasploit framework", "Suspected brute force attack (SMB)"


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """Marks of exploits first, then of the libraries that tools are made with."""
    detail: Any = activity.detail
    kind = type(detail)
    if activity.source is None:
        return ()
    if kind is SmbSession:
        return session(activity, ctx, detail)
    if kind is SmbViolation:
        mark = EXPLOITS.get(detail.what)
        return (exploit(activity, ctx, detail, mark),) if mark is not None else ()
    if detail.workstation == WORKSTATION and detail.carrier.startswith("smb"):
        return (nameless(activity, ctx),)
    return challenge(activity, ctx, detail, detail.client_challenge) if detail.client_challenge is not None else ()


def exploit(activity: Activity, ctx: Context, detail: SmbViolation, mark: Mark) -> Finding:
    """A message that only exploits and their scanners send; all of one source are one story."""
    ip, source, target = ctx.place(activity.source, activity.at), ctx.source(activity), ctx.target(activity)
    targets = ctx.memory.seen(("exploit", ip), target, activity.at, activity.id, WINDOW)
    open_ = detail.what == "peek of no pipe" and (activity.code or 0) & 0xFFFFFFFF == UNPATCHED
    facts = [fact(source, f" {mark.words}: ", activity)]
    if open_:
        facts.append(fact(target, " answered as a server without the patch MS17-010 does"))
    if targets.distinct > 1:
        facts.append(fact(f"{plural(targets.distinct, 'server')} so far"))
    facts.append(against("It would be quiet for messages that the specification of SMB 1 allows"))
    severity: Severity = "high" if mark.certain else "medium"
    return found(
        ctx,
        activity,
        f"{ip} exploit",
        severity=severity,
        confidence="high",
        title=EXPLOIT if mark.certain else PROBE,
        succeeded=True if detail.what == "implant answered" else None if activity.result == "unanswered" else open_,
        story=(
            sentence(source, f" {mark.words.partition(',')[0]} on ", target, "."),
            sentence("No client that keeps to the protocol does that; vulnerability scanners do."),
        ),
        facts=tuple(facts),
        steps=ctx.path(activity, "SMB 1", mark.words.partition(",")[0] if mark.certain else caption_of(activity)),
    )


def session(activity: Activity, ctx: Context, detail: SmbSession) -> Iterable[Finding]:
    """A logon over SMB 1 by what the client says of itself."""
    if detail.virtual_circuit == HARD_CODED:
        words = "calls its connection by a number that password guessers have written into them (32060)"
        return (guessed(activity, ctx, words, (activity.id,)),)
    if not detail.dialects or WORKGROUPS in detail.dialects:
        return ()
    claimed = CLAIMS.get(((detail.native_os or "").lower().strip(), (detail.native_lan_manager or "").lower().strip()))
    return imitated(activity, ctx, detail, claimed) if claimed is not None else ()


def imitated(activity: Activity, ctx: Context, detail: SmbSession, claimed: str) -> Iterator[Finding]:
    """A client that calls itself a Windows which it is not."""
    source, target = ctx.source(activity), ctx.target(activity)
    bold = activity.result != "success" or detail.anonymous or activity.account is None
    yield found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} metasploit",
        external_id=2034,
        title=METASPLOIT,
        severity=None if bold else "low",
        confidence="medium",
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " signed in to " if activity.result == "success" else " tried to sign in to ", target,
                     f" over SMB 1 and called itself {claimed}, which it is not."),
        ),
        facts=(
            fact(f"It says {detail.native_os} and {detail.native_lan_manager}, as Metasploit's libraries do: ", activity),
            fact(f"It offers {listed(detail.dialects, 8)}; a Windows of that age offers {WORKGROUPS} as well"),
            *((fact(source, " gave no account"),) if activity.account is None else ()),
            against(f"It would be quiet for another name, or if the offer held {WORKGROUPS}; a device that imitates Windows "
                    "and signs in with an account is told at low severity"),
        ),
        steps=ctx.path(activity, "SMB 1 session", caption_of(activity)),
    )  # fmt: skip


def nameless(activity: Activity, ctx: Context) -> Finding:
    """A sign-in over SMB by a client that gives the library's word for the name of its computer."""
    source, target = ctx.source(activity), ctx.target(activity)
    return found(
        ctx,
        activity,
        f"{ctx.place(activity.source, activity.at)} metasploit",
        external_id=2034,
        title=METASPLOIT,
        severity=None if activity.result == "failure" else "low",
        confidence="medium",
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " signed in to " if activity.result == "success" else " tried to sign in to ", target,
                     f" over SMB and called its computer {WORKSTATION}."),
        ),
        facts=(
            fact(source, f" names its computer {WORKSTATION}, as Metasploit's library for SMB does: ", activity),
            against("It would be quiet for a client that gives the name of its computer, or none; "
                    "a sign-in that succeeds is told at low severity"),
        ),
        steps=ctx.path(activity, "SMB sign-in", caption_of(activity)),
    )  # fmt: skip


def challenge(activity: Activity, ctx: Context, detail: Ntlm, drawn: str) -> Iterator[Finding]:
    """A client draws a random challenge for each authentication (MS-NLMP sections 3.3.1 and 3.3.2)."""
    ip, at = ctx.place(activity.source, activity.at), activity.at
    others = ctx.memory.seen(("drawn", ip, drawn), detail.server_challenge, at, activity.id, WINDOW)
    if drawn == FIXED:
        yield guessed(activity, ctx, "uses the challenge that Hydra and Medusa have written into them", others.take())
    elif others.distinct >= ctx.limit(REPEATED):
        words = (
            f"used one and the same client challenge for {plural(others.distinct, 'sign-in')}, where a new one is due each time"
        )
        yield guessed(activity, ctx, words, others.take())
    elif activity.result == "failure" and PRINTABLE.fullmatch(drawn):
        refused = ctx.memory.seen(("text", ip), detail.user or "", at, activity.id, GUESSING)
        if refused.count >= ctx.limit(REFUSED):
            words = "draws letters and digits where random bytes are due, as tools written in Python do"
            words += f", and was refused {plural(refused.count, 'time')}"
            yield guessed(activity, ctx, words, refused.take())


def guessed(activity: Activity, ctx: Context, words: str, evidence: tuple[str, ...]) -> Finding:
    """A sign-in by a stack that password guessers are known for."""
    source, target = ctx.source(activity), ctx.target(activity)
    ip = ctx.place(activity.source, activity.at)
    if activity.result == "failure":
        ctx.memory.note(("refused", ip), True, activity.at)
    bold = ctx.memory.recall(("refused", ip), bool, activity.at, WINDOW) is not None
    success = outcome_of(activity)
    return found(
        ctx,
        activity,
        f"{ip} guesser",
        evidence=evidence or (activity.id,),
        external_id=2033,
        title=GUESSER,
        severity=None if bold else "low",
        confidence="medium",
        succeeded=success,
        accounts=some(ctx.account(activity)),
        story=(
            sentence(source, " tries passwords on ", target, " with a program that is made for it, it seems."),
            sentence("The last attempt was for ", ctx.account(activity), ", ",
                     "and succeeded." if success else "which was refused." if success is False else "which nobody answered."),
        ),
        facts=(
            fact(source, f" {words}: ", activity),
            against("It would be quiet for a client that draws its challenges at random and numbers its connections itself"),
        ),
        steps=ctx.path(activity, "SMB sign-in", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="smb_implementation",
    external_id=2035,
    other_ids=(2033, 2034),
    title=EXPLOIT,
    severity="medium",
    phase="Lateral movement",
    techniques=("T1210", "T1110.001", "T1110.003"),
    watches=(SmbViolation, SmbSession, Ntlm),
    needs=Needs(ports=("445", "139"), kinds=("smb-session", "ntlm", "smb-violation")),
    window=WINDOW,
    thresholds=(REPEATED, REFUSED),
    detect=detect,
)
