"""A certificate was asked for in the name of a domain controller, by somebody else (ESC8)."""

from collections.abc import Iterator

from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, ended, fact, found, outcome_of, sentence
from app.model.activity import Activity
from app.model.alert import Fact, Finding
from app.model.details import HttpRequest, Ntlm, RpcCall
from app.model.entity import EntityRef
from app.model.events import EventCertificate

REQUESTED, ISSUED = 4886, 4887
REQUESTS = "certificate-request"
"""The page of web enrolment to which requests are sent."""
ENROLMENT = "91ae6020-9e3c-11cf-8d7c-00aa00c091be"
"""ICertPassage (MS-ICPR section 1.9); CertServerRequest is its only operation."""
WEB = "useragent:"
"""Request attribute that the web enrolment pages add; controllers never use them."""
AUTHORITY = "Certificate authority"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Requests of a controller's account that did not come from that controller."""
    detail = activity.detail
    if isinstance(detail, Ntlm):
        if detail.carrier != "http" or not (detail.user or "").endswith("$") or ctx.from_controller(activity):
            return
    elif isinstance(detail, HttpRequest):
        yield from _sent(activity, detail, ctx)
        return
    elif isinstance(detail, RpcCall) and (detail.opnum != 0 or ctx.from_controller(activity)):
        return
    account = ctx.account(activity)
    if account is None:
        return
    if account.kind != "controller":
        if isinstance(detail, EventCertificate) and account.kind == "computer" and _on_pages(detail):
            yield _told(activity, account, [fact("It was made on the pages of web enrolment, which computers never use")], ctx)
        return
    source, target = ctx.source(activity), ctx.target(activity)
    if isinstance(detail, EventCertificate):
        web = _on_pages(detail)
        elsewhere = bool(source.key.partition(":")[2]) and source.key != account.key
        if not web and not elsewhere:
            return
        facts = [fact("It was made on the pages of web enrolment, which controllers never use")] if web else []
        if elsewhere:
            facts.append(fact("The request names ", source, " as the computer that it comes from"))
        yield _told(activity, account, facts, ctx)
        return
    if isinstance(detail, Ntlm) and AUTHORITY not in ctx.knowledge.serves(target.key.partition(":")[2]):
        return
    how = "NTLM over HTTP" if isinstance(detail, Ntlm) else "a remote procedure call"
    yield _told(activity, account, [fact(f"It came by {how} from ", source, ", which is no domain controller")], ctx)


def _sent(activity: Activity, detail: HttpRequest, ctx: Context) -> Iterator[Finding]:
    """A request that packets show on the web pages, on a connection that a computer's account opened from elsewhere."""
    account, source = ctx.account(activity), ctx.source(activity)
    if detail.page != REQUESTS or account is None or account.kind not in ("computer", "controller") or source.key == account.key:
        return
    facts = [fact("It was made on the pages of web enrolment, which computers never use")]
    if source.key.partition(":")[2]:
        facts.append(fact("It came from ", source, ", with a sign-in of ", account))
    yield _told(activity, account, facts, ctx)


def _on_pages(event: EventCertificate) -> bool:
    """True for a request that was made on the pages of web enrolment."""
    return WEB in event.fields.get("Attributes", "")[:8192].lower()


def _told(activity: Activity, account: EntityRef, facts: list[Fact], ctx: Context) -> Finding:
    source, target = ctx.source(activity), ctx.target(activity)
    controller = account.kind == "controller"
    there = bool(source.key.partition(":")[2])
    where = (" from ", source) if there and source.key != account.key else ()
    return found(
        ctx,
        activity,
        account.key,
        targets=(target,),
        succeeded=outcome_of(activity),
        severity="medium" if activity.result == "failure" or not controller else "high",
        title=None if controller else "A computer's certificate was asked for on the web pages (ESC8)",
        story=(
            sentence("The authority ", target, " was asked for a certificate in the name of ", account, *where, ended(activity)),
            sentence("Whoever holds that certificate signs in as the controller and can replicate every password's key.")
            if controller
            else sentence("Whoever holds that certificate signs in as the computer; a sign-in of it that was passed on asks so."),
        ),
        facts=(
            fact("Request: ", activity),
            *facts,
            against("It would be quiet if ", account, " had asked for it from itself, as Windows does every year"),
        ),
        steps=ctx.path(activity, "certificate request", "success" if activity.result == "success" else "refused"),
    )


DETECTOR = Detector(
    id="dc_certificate",
    external_id=2432,
    title="Suspicious domain controller certificate request (ESC8)",
    severity="high",
    phase="Domain dominance",
    techniques=("T1649", "T1557.001"),
    watches=(EventCertificate, Ntlm, RpcCall, HttpRequest),
    needs=Needs(
        ports=("80", "dynamic RPC", "the Security log of the authority"),
        kinds=("event-certificate", "ntlm", "rpc-call", "http-request"),
        parts=("event-certificate",), interfaces=(ENROLMENT,), controllers=True,
    ),
    window=HOUR,
    interfaces=(ENROLMENT,),
    opnums=(0,),
    event_ids=(REQUESTED, ISSUED),
    attacked_accounts=True,
    detect=detect,
)  # fmt: skip
