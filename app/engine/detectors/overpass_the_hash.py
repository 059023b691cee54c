"""A ticket-granting ticket asked for with the NT hash alone, or by a tool's own implementation of Kerberos."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.engine.commanded import with_commands
from app.engine.context import Context
from app.engine.describe import etype
from app.engine.detector import (
    DAY,
    HOUR,
    Detector,
    Needs,
    against,
    caption_of,
    ended,
    fact,
    found,
    listed,
    outcome_of,
    sentence,
)
from app.engine.knowledge.names import account_parts
from app.engine.readings.kerberos import (
    AES,
    DES,
    IMPACKET_OPTIONS,
    RC4,
    TGT,
    is_computer,
    is_hand_written,
    is_krbtgt,
    tool_of,
    weak_only,
)
from app.engine.readings.novelty import is_new
from app.engine.readings.sessions import offered
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventKerberos
from app.model.tuning import Threshold

WINDOW = 12 * HOUR
NO_SUCH_ETYPE = 14
"""KDC_ERR_ETYPE_NOSUPP: the hash was tried where RC4 is switched off. A wrong hash (24) is a matter of guessing."""
ENCRYPTED_TIMESTAMP = 2
REMEMBERED = Threshold(
    name="remembered", low=10 * DAY, medium=30 * DAY, high=90 * DAY, unit="us",
    words="How long it is remembered that a computer or an account uses AES",
)  # fmt: skip
UNUSUAL = 2002
AES_FLAGS = 0x18
"""Bits of msDS-SupportedEncryptionTypes (MS-KILE section 2.2.7)."""


def detect(activity: Activity, ctx: Context) -> Iterable[Finding]:
    """What proves a password with RC4 where AES is at hand, and what only a tool writes."""
    detail: Any = activity.detail
    if activity.source is None:
        return ()
    kind, at = type(detail), activity.at
    if kind is KerberosTgs:
        if not AES.isdisjoint(detail.request_etypes) and not tool_of(detail):
            ctx.memory.note(("computer", computer(activity, ctx)), True, at)
        return ()
    if kind is KerberosAs:
        return asked(activity, ctx, detail, computer(activity, ctx))
    if activity.result == "success" and detail.event_id == TGT:
        return logged(activity, ctx, detail, computer(activity, ctx))
    return ()


def computer(activity: Activity, ctx: Context) -> str:
    """Which computer asked, whatever its address today: those of a VPN or of DHCP were another one's yesterday."""
    return ctx.source(activity).key


def asked(activity: Activity, ctx: Context, detail: KerberosAs, where: str) -> Iterable[Finding]:
    """A request for a ticket-granting ticket on the wire."""
    at, written = activity.at, is_hand_written(detail)
    name = account_parts(detail.client or "", detail.realm)[0]
    if not written and not AES.isdisjoint(detail.request_etypes):
        ctx.memory.note(("computer", where), True, at)
    if detail.reply_etype in AES or detail.padata_etype in AES or not AES.isdisjoint(detail.offered_etypes):
        ctx.memory.note(("account", name), True, at)
    if detail.padata_etype is None or not name or not is_krbtgt(detail.service or "krbtgt"):
        return ()
    if activity.result == "failure" and activity.code != NO_SUCH_ETYPE:
        return ()
    if written and detail.padata_etype in AES:
        return (told(activity, ctx, "low", unusual(detail), UNUSUAL),)
    if detail.padata_etype not in RC4 or not weak_only(detail.request_etypes):
        return ()
    return weak(activity, ctx, detail, where, name, written)


def weak(activity: Activity, ctx: Context, detail: KerberosAs, where: str, name: str, written: bool) -> Iterator[Finding]:
    """A password proved with RC4, and nothing better offered."""
    at = activity.at
    known = has_aes(ctx, ("account", name), at) or in_directory(ctx, name, detail.realm)
    modern = has_aes(ctx, ("computer", where), at)
    offers = f"The request offers {listed(etype(one) for one in detail.request_etypes)}, and proves the password with RC4"
    reasons = [
        offers,
        *(["The account's password has AES keys, which whoever knows the password would use"] if known else []),
        *(["The computer itself uses AES"] if modern else []),
    ]
    if written:
        yield told(activity, ctx, "medium", [*reasons, *unusual(detail)])
    elif modern and DES.isdisjoint(detail.request_etypes):
        if ctx.memory.recall(("habit", where, name), int, at, ctx.limit(REMEMBERED)) is None:
            ctx.memory.note(("habit", where, name), at, at)
        began = ctx.memory.recall(("habit", where, name), int, at, ctx.limit(REMEMBERED)) or at
        if at - began < DAY:  # what goes on for longer is how this account is used there
            yield told(activity, ctx, "medium" if known else "low", reasons)


def logged(activity: Activity, ctx: Context, event: EventKerberos, where: str) -> Iterable[Finding]:
    """The same in a KDC's log, which tells the encryption of the reply and the options, but not what else was offered."""
    at, kind, who = activity.at, event.number("TicketEncryptionType"), activity.account
    if who is None:
        return ()
    name = account_parts(who.name, who.domain)[0]
    if kind in AES:
        ctx.memory.note(("account", name), True, at)
        if not tool_of(event):
            ctx.memory.note(("computer", where), True, at)
        return ()
    return weakly_logged(activity, ctx, event, where, name)


def weakly_logged(activity: Activity, ctx: Context, event: EventKerberos, where: str, name: str) -> Iterator[Finding]:
    """A ticket in RC4 that a KDC's log tells."""
    at, kind, options = activity.at, event.number("TicketEncryptionType"), event.number("TicketOptions")
    who, asked_types = activity.account, offered(event)
    if (
        who is None
        or kind not in RC4
        or event.number("PreAuthType") != ENCRYPTED_TIMESTAMP
        or (asked_types and not weak_only(asked_types))
    ):
        return
    keys = keys_of(event)
    known = not AES.isdisjoint(keys) or (
        not keys and (has_aes(ctx, ("account", name), at) or in_directory(ctx, name, who.domain))
    )
    modern = has_aes(ctx, ("computer", where), at)
    tool = tool_of(event)
    if not tool and (not known or is_computer(name)):  # computers that fall back are their controller's doing
        return
    lone = not tool and not modern  # nothing is known of the computer: an old device of this account, or a thief's
    if lone and not is_new("rc4", f"{name} {where}", at, ctx):
        return
    reasons = [
        "The log tells RC4 for what only the account's own key opens",
        *(["The account's password has AES keys"] if known else []),
        *(["The computer itself uses AES"] if modern else []),
        *([f"The options of the request ({options:#010x}) are those that {tool} writes"] if tool and options else []),
    ]
    sure = known or options == IMPACKET_OPTIONS  # Rubeus' options are those of a Linux that wants renewable tickets, too
    if lone:
        reasons.insert(0, "Nothing shows that the computer uses AES, and hardly anybody else proves a password so")
    yield told(activity, ctx, "medium" if sure and not lone else "low", reasons)


def keys_of(event: EventKerberos) -> tuple[int, ...]:
    """Encryption types of an account's keys, where the event tells them (2025 and later)."""
    text = (event.text("AccountAvailableKeys") or "").upper()
    return tuple(number for word, number in (("AES128", 17), ("AES256", 18), ("RC4", 23)) if word in text)


def has_aes(ctx: Context, key: tuple[str, str], at: int) -> bool:
    """True when somebody was seen to use AES."""
    return ctx.memory.recall(key, bool, at, ctx.limit(REMEMBERED)) is not None


def in_directory(ctx: Context, name: str, domain: str | None) -> bool:
    """True when the directory says that an account has AES."""
    directory = ctx.knowledge.directory
    held = directory.state(directory.account(*ctx.knowledge.accounts.key(name, domain)))
    return held is not None and bool((held.object.encryption_types or 0) & AES_FLAGS)


def unusual(detail: KerberosAs) -> list[str]:
    """Why a request is neither Windows' nor a library's."""
    tool = tool_of(detail)
    options = f"{detail.options or 0:#010x}"
    return [
        f"The request asks for a PAC with options {options} and a single encryption type, as neither Windows nor a library does"
        + (f"; {tool} does" if tool else "")
    ]


def told(activity: Activity, ctx: Context, severity: Severity, reasons: list[str], number: int | None = None) -> Finding:
    """The words."""
    ip = ctx.place(activity.source, activity.at)
    attempt = activity.result == "failure"
    title = "Unusual protocol implementation (Kerberos)" if number == UNUSUAL else None
    means = "The NT hash of a password is itself the RC4 key: who stole it needs no password."
    if number == UNUSUAL:
        means = "Attack tools bring their own Kerberos, and so do some appliances and scripts."
    return found(
        ctx, activity, ip,
        severity=severity, external_id=number, succeeded=outcome_of(activity),
        confidence="high" if severity == "medium" and len(reasons) > 2 else "medium" if severity == "medium" else "low",
        title=title or ("Attempted overpass-the-hash attack (forced encryption type)" if attempt else None),
        story=(
            sentence(
                *ctx.who(activity), " asked " if number == UNUSUAL else " proved a password with RC4 to ", ctx.target(activity),
                " for a ticket in an unusual way" if number == UNUSUAL else "", ended(activity),
            ),
            sentence(means),
        ),
        facts=(
            *(fact(reason + ": ", activity) if not place else fact(reason) for place, reason in enumerate(reversed(reasons))),
            against("It would be quiet for a request that offers AES as well, as Windows and libraries write it"),
        ),
        steps=ctx.path(activity, "AS-REQ" if number == UNUSUAL else "AS-REQ with RC4", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="overpass_the_hash",
    external_id=2008,
    other_ids=(UNUSUAL,),
    title="Suspected overpass-the-hash attack (forced encryption type)",
    severity="medium",
    phase="Lateral movement",
    techniques=("T1550.002", "T1550.003"),
    watches=(KerberosAs, KerberosTgs, EventKerberos),
    event_ids=(TGT,),
    needs=Needs(ports=("88",), kinds=("kerberos-as", "event-kerberos"), parts=("event-kerberos",)),
    window=WINDOW,
    thresholds=(REMEMBERED,),
    detect=detect,
)
DETECTOR = with_commands(DETECTOR, "signs in with a key in the place of a password")
