"""The policy of the domain for passwords or tickets was weakened."""

import re
from collections.abc import Iterator

from app.engine.change_story import tell
from app.engine.changes import Change, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, fact
from app.engine.knowledge.names import host, short
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.events import EventAccount, EventPolicy

DOMAIN, KERBEROS = 4739, 4713
SHORTEST = 7
"""Characters that the policy of a new domain asks for; fewer are asked for by nobody on purpose."""
COMPLEX, CLEAR = 0x1, 0x10
"""DOMAIN_PASSWORD_COMPLEX, DOMAIN_PASSWORD_STORE_CLEARTEXT (flags of PasswordProperties, MS-SAMR section 2.2.3.5)."""
NAMES = {
    "kermaxt": "lifetime of service tickets", "kermaxr": "time in which tickets can be renewed", "kerproxy": "user tickets",
    "kerlogoff": "signing off", "kerminti": "least lifetime", "keropts": "logon restrictions checked", "kermaxi": "clock skew",
}  # fmt: skip
CHANGE = re.compile(r"(Ker[A-Za-z]{3,8}):\s*(\S{1,40})\s*\((\S{1,40})\)")
"""One setting with its new and its old value, as event 4713 writes them."""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """What makes guessing or keeping tickets easier; a policy that gets stricter is quiet."""
    event = activity.detail
    if isinstance(event, EventPolicy) and event.event_id == KERBEROS:
        facts, what = _tickets(event), "for Kerberos tickets"
    elif isinstance(event, EventAccount) and event.event_id == DOMAIN and not _own(event):
        facts, what = _passwords(event), "for passwords"
    else:
        return
    if not facts:
        return
    system = by_system(activity)
    severity: Severity = "low" if system else "medium"
    name = event.text("DomainName") or ""
    yield tell(
        ctx,
        activity,
        Change(deed="set", domain=name),
        (f" weakened the policy {what} of the domain",),
        label="policy weakened",
        severity=severity,
        routine=is_routine(activity, ctx),
        why=("It holds for every account of the domain.",),
        facts=(*facts, *((fact("The system itself did it, as it applies a group policy"),) if system else ())),
        quiet=("It would be quiet if the policy had become stricter, or something else in it had changed",),
        targets=(ctx.target(activity),),
        title=DETECTOR.title,
    )


def _own(event: EventAccount) -> bool:
    """True for the policy of a single computer's own accounts, which its setup writes."""
    return (event.text("DomainName") or "").lower() == short(host(event.computer))


def _passwords(event: EventAccount) -> tuple[Fact, ...]:
    """What of 4739 is weak; a field says something only where it was changed."""
    said = []
    length, threshold = event.number("MinPasswordLength"), event.number("LockoutThreshold")
    flags, quota = event.number("PasswordProperties"), event.number("MachineAccountQuota")
    if length is not None and length < SHORTEST:
        said.append(fact(f"Passwords may be as short as {length} characters"))
    if threshold == 0:
        said.append(fact("No account is locked out any more, however often its password is guessed"))
    if flags is not None and flags & CLEAR:
        said.append(fact("Passwords are stored so that they can be read (reversible encryption)"))
    if flags is not None and not flags & COMPLEX:
        said.append(fact("Passwords need not be complex"))
    if quota:
        said.append(fact(f"Every user may add {quota} computers to the domain"))
    return tuple(said)


def _tickets(event: EventPolicy) -> tuple[Fact, ...]:
    """Which of the numbers of 4713 grew; without both values whatever was changed."""
    text = (event.text("KerberosPolicyChange") or "")[:4096]
    said, read = [], False
    for name, new, old in CHANGE.findall(text):
        read = True
        before, after = _number(old), _number(new)
        grew = before is None or after is None or after > before
        if (after is not None and before is not None and after < before) if name.lower() == "keropts" else grew:
            said.append(fact(f"{NAMES.get(name.lower(), name).capitalize()}: {new} in the place of {old}"))
    if not read and text:
        said.append(fact(f"Changed: {text[:200]}"))
    return tuple(said)


def _number(text: str) -> int | None:
    try:
        return int(text, 16 if text[:2].lower() == "0x" else 10)
    except ValueError:
        return None


DETECTOR = Detector(
    id="domain_policy",
    external_id=3046,
    title="The domain's policy for passwords or tickets was weakened",
    severity="medium",
    phase="Domain dominance",
    techniques=("T1484", "T1556"),
    watches=(EventAccount, EventPolicy),
    needs=Needs(
        ports=("the Security log of controllers",),
        kinds=("event-account", "event-policy"),
        parts=("event-account", "event-policy"),
    ),
    window=HOUR,
    event_ids=(KERBEROS, DOMAIN),
    detect=detect,
)
