"""An alert of a workspace as a notice: its parties, what was asked, how it ended, read from its finding and its evidence."""

import hashlib

import msgspec

from app.engine.export.analysis import alert_lines
from app.engine.notices.classes import APPS, COUNTED, class_name
from app.engine.queries import Queries
from app.model.activity import Activity
from app.model.alert import Alert, plain
from app.model.details import DnsQuery
from app.model.entity import EntityRef
from app.model.notice import Notice, Trigger

LOOKED = 200
"""Activities of the evidence that are read for what the extension tells."""
KINDS = {"kerberos": "Kerberos", "ntlm": "Ntlm", "ldap": "Ldap", "smb": "Smb", "rpc": "Rpc", "dns": "Dns", "name": "Dns"}
EVENTS = {"event-kerberos": "Kerberos", "event-ntlm": "Ntlm", "event-ldap": "Ldap", "event-service": "ServiceInstalledEvent",
          "event-group": "GroupMembershipChangeEvent"}  # fmt: skip
RCODES = {0: "NoError", 1: "FormatError", 2: "ServerFailure", 3: "NameError", 4: "NotImplemented", 5: "Refused"}
"""RFC 1035 section 4.1.1."""
_encode = msgspec.msgpack.Encoder().encode


def digest(alert: Alert) -> str:
    """What changes when an alert tells something new, and not when an analyst says something of it."""
    finding = alert.finding
    told = (
        alert.title, alert.severity, alert.external_id, finding.first, finding.last, finding.evidence, finding.succeeded,
        finding.confidence, [plain(one) for one in finding.story], [one.key for one in finding.sources],
        [one.key for one in finding.accounts], [one.key for one in finding.targets],
    )  # fmt: skip
    return hashlib.blake2b(_encode(told), digest_size=16).hexdigest()


def link_of(alert: Alert) -> str:
    """Names the alert for this program."""
    return f"wardlight://alert/{alert.id}"


def notice_of(queries: Queries, alert: Alert, trigger: Trigger, at: int) -> Notice:
    """The notice about an alert as it is now. at: when it was noticed, UTC microseconds."""
    finding = alert.finding
    evidence = queries.activities_of(finding.evidence[:LOOKED])
    source = finding.sources[0] if finding.sources else None
    account = finding.accounts[0] if finding.accounts else None
    asked = next((one for one in evidence if isinstance(one.detail, DnsQuery)), None)
    qualified = _qualified(account)
    host, fqdn = _host(source)
    request, method, reason = _asked(asked) if asked is not None and alert.external_id == 2007 else ("", "", "")
    body = next(alert_lines(queries, [alert]))
    return Notice(
        id=hashlib.blake2b(f"{alert.id} {digest(alert)}".encode(), digest_size=16).hexdigest(),
        trigger=trigger,
        subject=alert.id,
        at=at,
        title=alert.title,
        severity=alert.severity,
        name=class_name(alert.external_id, alert.detector),
        detector=alert.detector,
        external_id=alert.external_id,
        first=finding.first,
        last=finding.last,
        text="\n".join(plain(one) for one in finding.story),
        app=APPS.get(alert.external_id) or _app(evidence),
        user=qualified if alert.external_id == 2027 else account.label if account is not None else "",
        account=qualified,
        host=host,
        fqdn=fqdn,
        address=_address(source, evidence),
        target=_target(finding.targets, evidence),
        domain=_domain(finding.targets, finding.subject, asked) if alert.external_id == 2031 else "",
        outcome={True: "Success", False: "Failure"}.get(finding.succeeded, "") if finding.succeeded is not None else "",
        count=len(finding.evidence) if alert.external_id in COUNTED else None,
        techniques=alert.techniques,
        parties=parties_of(alert),
        body=body,
        link=link_of(alert),
        request=request,
        method=method,
        reason=reason,
    )


def parties_of(alert: Alert) -> tuple[str, ...]:
    """Keys and names of all who take part, in lower case."""
    finding = alert.finding
    refs = (*finding.accounts, *finding.sources, *finding.targets, *finding.domain_controllers)
    return tuple(dict.fromkeys(name for ref in refs for name in _names(ref)))


def _names(ref: EntityRef) -> tuple[str, ...]:
    """What a filter may call a party."""
    kind, _, rest = ref.key.lower().partition(":")
    short = rest.rpartition("\\")[2] if kind == "user" else rest.partition(".")[0] if kind == "computer" else rest
    return ref.key.lower(), rest, ref.label.lower(), short


def _qualified(account: EntityRef | None) -> str:
    """realm\\name of an account, as far as it is known."""
    if account is None:
        return ""
    domain, _, name = account.key.partition(":")[2].rpartition("\\")
    return f"{domain}\\{account.label if account.label.lower() == name else name}" if domain else account.label


def _host(source: EntityRef | None) -> tuple[str, str]:
    """(short name or address, name with domain) of a source."""
    if source is None:
        return "", ""
    rest = source.key.partition(":")[2]
    if source.key.startswith("computer:"):
        return rest.partition(".")[0].upper(), rest if "." in rest else ""
    return source.label, ""


def _address(source: EntityRef | None, evidence: tuple[Activity, ...] | list[Activity]) -> str:
    if source is not None and source.key.startswith("address:"):
        return source.key[8:]
    return next((one.source.ip for one in evidence if one.source is not None and not one.source.host), "")


def _target(targets: tuple[EntityRef, ...], evidence: tuple[Activity, ...] | list[Activity]) -> str:
    named = next((one.key[8:] for one in targets if one.key.startswith("address:")), "")
    return named or next((one.destination.ip for one in evidence if one.destination is not None and not one.destination.host), "")


def _app(evidence: tuple[Activity, ...] | list[Activity]) -> str:
    """Protocol of the first piece of evidence; a log is called by what it tells of."""
    for one in evidence:
        if one.kind.startswith("event-"):
            return EVENTS.get(one.kind, "WindowsEvent")
        return KINDS.get(one.kind.partition("-")[0], one.kind)
    return ""


def _domain(targets: tuple[EntityRef, ...], subject: str, asked: Activity | None) -> str:
    """Registered domain of suspicious questions."""
    named = next((one.label for one in targets if one.kind == "domain"), "")
    question = asked.detail.name.rstrip(".").lower() if asked is not None and isinstance(asked.detail, DnsQuery) else ""
    told = next((word for word in subject.split() if question and (question == word or question.endswith(f".{word}"))), "")
    return named or told or ".".join(question.split(".")[-2:])


def _asked(asked: Activity) -> tuple[str, str, str]:
    """Name, type and answer of a question."""
    detail = asked.detail
    assert isinstance(detail, DnsQuery)
    reason = "" if asked.result == "unanswered" else RCODES.get(asked.code or 0, f"Rcode{asked.code}")
    return detail.name.rstrip("."), detail.type.capitalize(), reason
