"""The policy of the domain for passwords or tickets was weakened."""

import re
from collections.abc import Callable, Iterator

from app.engine.change_story import change_needs, tell
from app.engine.changes import Change, by_controller, changes_of, is_routine
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, fact, plural
from app.engine.knowledge.names import host, short
from app.engine.readings.sessions import by_system
from app.model.activity import Activity
from app.model.alert import Fact, Finding, Severity
from app.model.details import LdapModify
from app.model.directory import DirectoryChange
from app.model.events import EventAccount, EventDirectoryChange, EventPolicy

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

COMPLEX_WORDS, CLEAR_WORDS = "complex passwords", "reversible passwords"
"""What a synchronisation calls these flags."""
UNLOCKED = "No account is locked out any more, however often its password is guessed"
READABLE = "Passwords are stored so that they can be read (reversible encryption)"
SIMPLE = "Passwords need not be complex"


def _length(old: int | None, new: int) -> str:
    return f"Passwords may be as short as {new} characters" if new < SHORTEST and (old is None or new < old) else ""


def _lockout(old: int | None, new: int) -> str:
    return UNLOCKED if new == 0 and old != 0 else ""


def _quota(old: int | None, new: int) -> str:
    return f"Every user may add {plural(new, 'computer')} to the domain" if new > (old or 0) else ""


def _properties(old: int | None, new: int) -> str:
    if new & CLEAR and not (old or 0) & CLEAR:
        return READABLE
    return SIMPLE if not new & COMPLEX and (old is None or old & COMPLEX) else ""


def _complexity(old: int | None, new: int) -> str:
    return SIMPLE if not new and old != 0 else ""


def _reversible(old: int | None, new: int) -> str:
    return READABLE if new and not old else ""


ATTRIBUTES: dict[str, tuple[str, Callable[[int | None, int], str]]] = {
    "minpwdlength": ("minPwdLength", _length),
    "lockoutthreshold": ("lockoutThreshold", _lockout),
    "pwdproperties": ("pwdProperties", _properties),
    "ms-ds-machineaccountquota": ("ms-DS-MachineAccountQuota", _quota),
    "msds-minimumpasswordlength": ("msDS-MinimumPasswordLength", _length),
    "msds-lockoutthreshold": ("msDS-LockoutThreshold", _lockout),
    "msds-passwordcomplexityenabled": ("msDS-PasswordComplexityEnabled", _complexity),
    "msds-passwordreversibleencryptionenabled": ("msDS-PasswordReversibleEncryptionEnabled", _reversible),
}
"""Attributes of the domain and of policies for some of its accounts (MS-SAMR section 3.1.1.5)."""
WATCHES = (LdapModify, EventAccount, EventPolicy, EventDirectoryChange, DirectoryChange)


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """What makes guessing or keeping tickets easier; a policy that gets stricter is quiet."""
    event = activity.detail
    if isinstance(event, (LdapModify, EventDirectoryChange, DirectoryChange)):
        yield from _written(activity, ctx)
        return
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


def _written(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """The same in attributes of the domain, or of a policy for some of its accounts."""
    for change in changes_of(activity, ctx, *ATTRIBUTES):
        some = change.attribute.startswith("msds-")
        if change.fresh or change.deed in ("create", "delete", "remove") or by_controller(activity, ctx):
            continue
        name, weaker = ATTRIBUTES[change.attribute]
        new = _value(change.attribute, change.new)
        said = weaker(_before(name, change, activity, ctx), new) if new is not None else ""
        if not said:
            continue
        system = by_system(activity)
        yield tell(
            ctx, activity, change,
            (" weakened the policy for passwords of ", "some accounts" if some else "the domain"),
            label="policy weakened", severity="low" if system or some else "medium", routine=is_routine(activity, ctx),
            why=("It holds for the accounts that it is given to." if some else "It holds for every account of the domain.",),
            facts=(fact(said),), quiet=("It would be quiet if the policy had become stricter, or something else had changed",),
            title=DETECTOR.title,
        )  # fmt: skip


def _before(name: str, change: Change, activity: Activity, ctx: Context) -> int | None:
    """The value that was there, as it is told or as the directory had it."""
    if change.old or isinstance(activity.detail, DirectoryChange):
        return _value(change.attribute, change.old)
    directory = ctx.knowledge.directory
    held = directory.state(directory.find(change.dn) if change.dn else None, activity.at)
    if held is None or held.at > activity.at or name not in held.object.facts:
        return None
    return _value(change.attribute, (held.object.facts[name],))


def _value(attribute: str, values: tuple[str, ...]) -> int | None:
    """A number, a truth, or the words for flags; no value at all is what a synchronisation tells of none of the flags."""
    text = values[0].strip().lower() if values else ""
    if text in ("true", "false"):
        return int(text == "true")
    if attribute == "pwdproperties" and (not text or COMPLEX_WORDS in text or CLEAR_WORDS in text):
        return (COMPLEX if COMPLEX_WORDS in text else 0) | (CLEAR if CLEAR_WORDS in text else 0)
    return _number(text)


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
        said.append(fact(UNLOCKED))
    if flags is not None and flags & CLEAR:
        said.append(fact(READABLE))
    if flags is not None and not flags & COMPLEX:
        said.append(fact(SIMPLE))
    if quota:
        said.append(fact(f"Every user may add {plural(quota, 'computer')} to the domain"))
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
    watches=WATCHES,
    needs=change_needs(WATCHES),
    window=HOUR,
    event_ids=(KERBEROS, DOMAIN, 5136),
    detect=detect,
)
