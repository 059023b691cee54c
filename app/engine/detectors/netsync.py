"""Passwords of computer accounts fetched over the secure channel by a machine that is no domain controller (NetSync)."""

from collections.abc import Iterator

from app.engine import describe
from app.engine.context import Context
from app.engine.detector import HOUR, Detector, Needs, against, caption_of, ended, fact, found, outcome_of, sentence
from app.engine.knowledge.names import host, short
from app.model.activity import Activity
from app.model.alert import Finding, Severity
from app.model.details import RpcCall
from app.model.identifiers import NETLOGON

WINDOW = HOUR
AUTHENTICATE = frozenset({15, 26})
"""NetrServerAuthenticate2 and 3 (MS-NRPC section 3.5.4.4.2 and on): they say as which account a channel is opened."""
PASSWORD_GET, TRUST_PASSWORDS, TRUST_INFO = 31, 42, 46
"""NetrServerPasswordGet, NetrServerTrustPasswordsGet, NetrServerGetTrustInfo (MS-NRPC section 3.5.4)."""
DATABASE = frozenset({7, 8, 16, 17})
"""NetrDatabaseDeltas, Sync, Sync2, Redo (MS-NRPC section 3.5.4.6): replication with controllers of Windows NT 4."""
WORKSTATION, TRUSTS, SERVER = 2, frozenset({3, 4}), 6
"""Types of secure channel: of a member computer, of a trusted domain, of a domain controller (MS-NRPC section 2.2.1.3.13)."""
WHAT = {
    PASSWORD_GET: "the password of an account",
    TRUST_PASSWORDS: "the present and the former password of an account",
    TRUST_INFO: "the passwords of a trust",
}


def own(call: RpcCall) -> bool:
    """True when a computer asks about its own account."""
    account, computer = str(call.stub.get("account", "")), str(call.stub.get("computer", ""))
    return bool(account) and host(account) == short(host(computer))


def judged(call: RpcCall, as_controller: bool) -> Severity | None:
    """How severe a call is that a machine makes which is no controller; None for what such machines may do."""
    if call.opnum in DATABASE:
        return "high"
    kind = call.stub.get("channel_type")
    if kind == SERVER or as_controller:
        return "high"
    if call.opnum == PASSWORD_GET:
        return "high"
    if kind in TRUSTS or (call.opnum == TRUST_INFO and not isinstance(kind, int)):
        return None  # a controller of a trusted domain, which nothing else in the input need show
    if call.opnum == TRUST_PASSWORDS and kind is not None and own(call):
        return None
    return "medium" if call.hidden or kind is None else "high"


def detect(activity: Activity, ctx: Context) -> Iterator[Finding]:
    """Calls that only controllers have a reason for, from whoever never acts as one."""
    call: RpcCall = activity.detail  # type: ignore[assignment]
    if activity.source is None or activity.destination is None:
        return
    pair = (ctx.place(activity.source, activity.at), ctx.place(activity.destination, activity.at))
    if call.opnum in AUTHENTICATE:
        if call.stub.get("channel_type") == SERVER and activity.result == "success":
            ctx.memory.note(("controller", *pair), str(call.stub.get("account", ""))[:100], activity.at)
        return
    if call.opnum not in WHAT and call.opnum not in DATABASE:
        return
    if pair[0] == pair[1] or ctx.knowledge.is_proven_controller(activity.source.ip):
        return
    played = ctx.memory.recall(("controller", *pair), str, activity.at, WINDOW)
    severity = judged(call, played is not None)
    if severity is None:
        return
    account = str(call.stub.get("account", ""))[:100]
    what = WHAT.get(call.opnum, "the accounts of the domain with their passwords' keys")
    source, target = ctx.source(activity), ctx.target(activity)
    yield found(
        ctx,
        activity,
        " ".join(pair),
        severity=severity,
        confidence="medium" if call.hidden or call.guessed else "high",
        title="Attempted NetSync (passwords over the secure channel)" if activity.result == "failure" else None,
        succeeded=outcome_of(activity),
        story=(
            sentence(*ctx.who(activity), " asked ", target, f" for {what}", f": {account}" if account else "", ended(activity)),
            sentence("Only domain controllers have a reason to; ", source, " is not known as one."),
        ),
        facts=(
            fact(f"{describe.what(activity).rstrip(': ')}: ", activity),
            fact(source, " never issued Kerberos tickets, nor served Netlogon, LDAP pings or replication"),
            *((fact(f"It had opened the secure channel as a domain controller, {played}"),) if played else ()),
            *((fact("It says that it is a domain controller"),) if call.stub.get("channel_type") == SERVER else ()),
            *((fact("The call is sealed; its number shows what was asked, not of which account"),) if call.hidden else ()),
            against("It would be quiet for a domain controller, and for a computer that asks about its own account"),
        ),
        steps=ctx.path(activity, "passwords asked for", caption_of(activity)),
    )


DETECTOR = Detector(
    id="netsync",
    external_id=3004,
    title="Suspected NetSync (passwords over the secure channel)",
    severity="high",
    phase="Credential access",
    techniques=("T1003.006",),
    watches=(RpcCall,),
    interfaces=(NETLOGON,),
    needs=Needs(
        ports=("135", "445", "dynamic RPC"),
        kinds=("rpc-call",),
        hidden_by=("smb3 encrypted", "rpc reply without its request"),
        interfaces=(NETLOGON,),
        controllers=True,
    ),
    window=WINDOW,
    forms={RpcCall: lambda form, _: form[1] in AUTHENTICATE or form[1] in WHAT or form[1] in DATABASE},
    detect=detect,
)
