"""A certificate used to sign in to Kerberos by somebody who has no reason to: a controller elsewhere, a tool, a newcomer."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import DAY, MINUTE, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.forms import DIRECT, IMPERSONATES
from app.engine.knowledge.names import account_parts, host
from app.engine.readings.kerberos import (
    CANONICALIZE,
    IMPACKET_OPTIONS,
    PAC_REQUEST,
    TGT,
    USER_TO_USER,
    is_computer,
    is_krbtgt,
    plain,
    tool_of,
)
from app.engine.readings.novelty import CROWD, is_new
from app.model.activity import Activity
from app.model.alert import RANK, Finding, Severity
from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventCertificate, EventKerberos

WINDOW = DAY
KEPT = 365 * DAY
HABIT = 30 * DAY
"""Where a controller proved its password within this time it is itself, also where no packets tell which addresses are its."""
UNPACKED = 10 * MINUTE
"""A tool that signed in with a certificate asks for the account's NT hash at once."""
PUBLIC_KEY = frozenset({14, 15, 16, 17})
"""PreAuthType of 4768 for certificates (RFC 4556 section 3.1.3 and its drafts)."""
ENCRYPTED_TIMESTAMP = 2
ROGUE = 2047
WEAKLY, OTHER_SID, UNTRUSTED = frozenset({39, 41, 45, 49}), frozenset({41, 49}), 45
"""The KDC found nothing in a certificate that maps it strongly; or the SID of another account; or an authority that does not sign
people in. 41 and 49 are the numbers of 39 and 41 in Windows Server 2008.
"""


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Sign-ins with certificates, and what was asked for with their tickets."""
    detail, at = activity.detail, activity.at
    if isinstance(detail, EventCertificate):
        yield from unmapped(activity, detail, ctx)
        return
    if activity.source is None or activity.result != "success":
        return
    if isinstance(detail, KerberosTgs):
        yield from unpacked(activity, ctx, detail)
        return
    if isinstance(detail, KerberosAs):
        name, realm = account_parts(detail.client or "", detail.realm)[0], detail.realm
        public, password = detail.pkinit, detail.padata_etype is not None
        options = detail.options or 0
        written = PAC_REQUEST in detail.pa_types and not options & CANONICALIZE and not detail.fast
        issuer, service = "", detail.service
        if public and detail.ticket_hash:
            ctx.memory.note(("ticket", detail.ticket_hash), activity.id, at)
    elif isinstance(detail, EventKerberos) and detail.event_id == TGT and activity.account is not None:
        name, realm = account_parts(activity.account.name, None)[0], activity.account.domain
        kind = detail.number("PreAuthType")
        public, password = kind in PUBLIC_KEY, kind == ENCRYPTED_TIMESTAMP
        written, issuer, service = bool(tool_of(detail)), detail.text("CertIssuerName") or "", detail.text("ServiceName")
    else:
        return
    if not name or not is_krbtgt(service or "krbtgt"):
        return
    if not public:
        if password and is_controller(ctx, name, realm):
            ctx.memory.note(("home", name, activity.source.ip), True, at)
        if password and ctx.memory.recall(("password", name), int, at, KEPT) is None:
            ctx.memory.note(("password", name), at, at)
        return
    reasons = list(judged(activity, ctx, name, realm, written, issuer))
    if is_new("certificate", name, at, ctx, within=0) and not reasons and not is_computer(name):
        reasons.append(("low", "Hardly anybody here signs in with a certificate, and this account did not within a month", None))
    ctx.memory.note(("certificate", name), True, at)
    if reasons:
        yield told(activity, ctx, name, realm, sorted(reasons, key=lambda one: -RANK[one[0]]))


def is_controller(ctx: Context, name: str, realm: str | None) -> bool:
    """True for the account of a domain controller."""
    who = ctx.knowledge.account(name, realm) if is_computer(name) else None
    return who is not None and who.kind == "controller"


def judged(
    activity: Activity, ctx: Context, name: str, realm: str | None, written: bool, issuer: str
) -> Iterator[tuple[Severity, str, int | None]]:
    """(weight, reason, number) for what is strange about a sign-in with a certificate."""
    at, who = activity.at, ctx.knowledge.account(name, realm)
    ip = activity.source.ip if activity.source is not None else ""
    at_home = ctx.from_controller(activity) or ctx.memory.recall(("home", name, ip), bool, at, HABIT)
    if is_controller(ctx, name, realm) and not at_home:
        yield "high", f"{name} is a controller's account, and {ip} is no controller's address", None
    if written:
        event, sensitive = activity.detail, is_computer(name) or ctx.is_sensitive(who, at)
        if not isinstance(event, EventKerberos):
            weight: Severity = "high" if sensitive else "medium"
            yield weight, "Tools write such a request: it asks for a PAC and does not canonicalise", None
        else:  # Linux with a smart card has the same options where tickets are renewable
            sure = is_computer(name) or event.number("TicketOptions") == IMPACKET_OPTIONS
            yield "medium" if sure else "low", "The options of the request are those that tools write", None
    if issuer and plain(issuer.upper().removeprefix("CN=")) in (name, host(name)):
        yield "medium", f"The certificate was issued by the account itself ({issuer}): its key was added to the account", None
    since = ctx.memory.recall(("password", name), int, at, KEPT)
    if since is not None and ctx.memory.recall(("certificate", name), bool, at, KEPT) is None and ctx.mature(since, at):
        yield "medium" if ctx.is_sensitive(who, at) else "low", "The account signed in with its password only before", ROGUE


def unpacked(activity: Activity, ctx: Context, detail: KerberosTgs) -> Iterator[Finding]:
    """A ticket for oneself, user to user: its authorization data hold the NT hash for whoever signed in with a certificate."""
    if not (detail.options or 0) & USER_TO_USER or detail.s4u2self:
        return
    proof = ctx.memory.recall(("ticket", detail.presented_ticket_hash or ""), str, activity.at, UNPACKED)
    if proof is None:
        return
    issue = ctx.knowledge.ticket(detail.presented_ticket_hash)
    name = account_parts(detail.client or (issue.client if issue is not None else ""), None)[0]
    if name and plain(detail.service or "").rpartition("/")[2] in (name, host(name)):
        reasons: list[tuple[Severity, str, int | None]] = [
            (
                "high",
                "It then asked for a ticket to itself, user to user, which holds the account's NT hash (UnPAC the hash)",
                None,
            )
        ]
        yield told(activity, ctx, name, detail.realm, reasons, proof)


def unmapped(activity: Activity, event: EventCertificate, ctx: Context) -> Iterator[Finding]:
    """The KDC says that a certificate names its account weakly, or is somebody else's by its SID (KB 5014754)."""
    who = ctx.account(activity)
    if event.event_id not in WEAKLY or who is None:
        return
    other = event.event_id in OTHER_SID and (event.text("AccountSid", "CertificateSid") or "").startswith("S-1-")
    untrusted = event.event_id == UNTRUSTED
    if untrusted and who.kind != "user":
        return  # computers sign in with certificates that they made themselves (KB 5057784)
    act = "untrusted" if untrusted else "weak"
    if not is_new(act, who.key, activity.at, ctx, crowd=CROWD if not other else 50):
        return
    what = "which holds no SID that proves whose it is"
    if other:
        what = "which holds another account's SID"
    elif untrusted:
        what = "of an authority that is none of those that sign people in, as keys that were added to an account are"
    yield found(
        ctx, activity, f"{act} {who.key}", severity="medium" if other else "low", confidence="medium" if other else "low",
        title="A certificate that does not tell safely whose it is was used to sign in",
        story=(
            sentence(
                "Somebody showed ", ctx.target(activity), " a certificate for ", who,
                f", {what}.",
            ),
            sentence("A certificate asked for in somebody else's name looks like this; so do those of old templates."),
        ),
        facts=(
            fact("The KDC logged it: ", activity),
            against("It would be quiet for certificates with the account's SID, and where five other accounts are told so"),
        ),
        steps=ctx.path(activity, "certificate", "weakly mapped"),
    )  # fmt: skip


def told(
    activity: Activity, ctx: Context, name: str, realm: str | None, reasons: list[tuple[Severity, str, int | None]],
    proof: str | None = None,
) -> Finding:  # fmt: skip
    """The words."""
    severity, _, number = reasons[0]
    who = ctx.knowledge.account(name, realm)
    return found(
        ctx, activity, name,
        evidence=(*((proof,) if proof is not None else ()), activity.id),
        severity=severity, external_id=number, succeeded=outcome_of(activity), accounts=(who,) if who is not None else (),
        confidence="high" if severity == "high" else "medium" if severity == "medium" else "low",
        title="Suspected rogue Kerberos certificate usage" if number == ROGUE else None,
        story=(
            sentence(who, " signed in to ", ctx.target(activity), " with a certificate from ", ctx.source(activity),
                     ended(activity)),
            sentence("Whoever obtained a certificate by relaying, by a wrong template or by adding a key has the account."),
        ),
        facts=(
            *(fact(f"{text}: ", activity) if not place else fact(text) for place, (_, text, _) in enumerate(reasons)),
            against("It would be quiet for an account that signs in with certificates from its own computers as Windows does"),
        ),
        steps=ctx.path(activity, "AS-REQ with a certificate" if proof is None else "ticket to itself", caption_of(activity)),
    )  # fmt: skip


DETECTOR = Detector(
    id="certificate_logon",
    external_id=2425,
    other_ids=(ROGUE,),
    title="Suspicious certificate usage over Kerberos (PKINIT)",
    severity="high",
    phase="Lateral movement",
    techniques=("T1649", "T1550"),
    watches=(KerberosAs, KerberosTgs, EventKerberos, EventCertificate),
    event_ids=(TGT, *sorted(WEAKLY)),
    needs=Needs(
        ports=("88",),
        kinds=("kerberos-as", "event-kerberos", "event-certificate"),
        parts=("event-kerberos", "event-certificate"),
        answers=True,
        controllers=True,
    ),
    window=WINDOW,
    learning=30 * DAY,
    forms={
        KerberosAs: lambda _, result: result == "success",
        KerberosTgs: lambda form, result: result == "success" and form & (DIRECT | IMPERSONATES) == DIRECT,
    },
    detect=detect,
)
