"""What is told to other systems, and where it goes: notices, destinations, reports that come by themselves."""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from app.model.alert import RANK, Severity
from app.model.counting import counted

Trigger = Literal["new", "update", "health", "report", "test"]
"""new, update: a suspicious activity. health: an issue of the program itself."""
Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f/\\]+$")]
Port = Annotated[int, Meta(ge=1, le=65_535)]
Place = Annotated[str, Meta(max_length=1_000)]


class Notice(Struct, frozen=True, kw_only=True):
    """One thing to tell, in words and in the fields that receivers sort by.

    id: the same for the same content, so that a receiver can drop what it has. subject: id of the alert, key of the health issue.
    name: class name of what it is, as the product we answer calls it. at: when it was noticed; first, last: of what is told;
    UTC microseconds. text: sentences, one a line. app: protocol or kind of event. user, host, fqdn: who did it and where.
    account: the user with domain. address: of the source. domain: a domain of the Internet. request, method, reason: of a DNS
    question. count: how often, None where that says nothing. parties: keys and labels of all who take part, in lower case.
    body: the alert as `analyze --json` prints it, or the issue. file: a report that goes with it; recipients: of it, those of the
    destination when empty.
    """

    id: str
    trigger: Trigger
    subject: str
    at: int
    title: str
    severity: Severity
    name: str
    detector: str = ""
    external_id: int = 0
    first: int = 0
    last: int = 0
    text: str = ""
    app: str = ""
    user: str = ""
    account: str = ""
    host: str = ""
    fqdn: str = ""
    address: str = ""
    target: str = ""
    domain: str = ""
    request: str = ""
    method: str = ""
    reason: str = ""
    outcome: str = ""
    count: int | None = None
    techniques: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    body: dict[str, Any] = {}
    file: str = ""
    recipients: tuple[str, ...] = ()
    link: str = ""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which notices a destination gets. least: severity. detectors: ids, all when empty; they concern no health issues.

    entity: name or key of an account, computer, group, address or domain that must take part, "" for any.
    """

    new: bool = True
    updated: bool = True
    health: bool = True
    least: Severity = "low"
    detectors: tuple[Annotated[str, Meta(max_length=80)], ...] = ()
    entity: Annotated[str, Meta(max_length=300)] = ""

    def takes(self, trigger: Trigger, severity: Severity, detector: str, parties: tuple[str, ...]) -> bool:
        """Whether a notice of this kind goes there. parties: as in Notice."""
        if trigger in ("test", "report"):
            return True
        if RANK[severity] < RANK[self.least]:
            return False
        if trigger == "health":
            return self.health
        if self.detectors and detector not in self.detectors:
            return False
        if self.entity and self.entity.lower() not in parties:
            return False
        return self.new if trigger == "new" else self.updated


class SyslogTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="syslog"):
    """A syslog receiver. header: RFC the header is of. form: what the message is written in.

    framing: how messages are told apart in a stream (RFC 6587): "octets" counts them, "lf" ends each with a line feed; TLS
    always counts (RFC 5425). authorities: PEM file of trusted certificates, "" for the system's. certificate, key: our own.
    """

    name: Name
    address: Annotated[str, Meta(min_length=1, max_length=255)]
    port: Port = 514
    transport: Literal["udp", "tcp", "tls"] = "udp"
    header: Literal["5424", "3164"] = "5424"
    form: Literal["cef", "leef", "json"] = "cef"
    framing: Literal["octets", "lf"] = "octets"
    authorities: Place = ""
    certificate: Place = ""
    key: Place = ""
    on: bool = True
    wanted: Wanted = Wanted()


class MailTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="mail"):
    """A mail server and who gets the mail. secret: name of the password in the keyring; user: "" to send without a password."""

    name: Name
    server: Annotated[str, Meta(min_length=1, max_length=255)]
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, Meta(max_length=300)] = ""
    secret: Annotated[str, Meta(max_length=200)] = ""
    sender: Annotated[str, Meta(min_length=3, max_length=300)]
    recipients: Annotated[tuple[Annotated[str, Meta(min_length=3, max_length=300)], ...], Meta(min_length=1, max_length=100)]
    authorities: Place = ""
    on: bool = True
    wanted: Wanted = Wanted(updated=False)


class WebhookTarget(Struct, frozen=True, kw_only=True, tag_field="kind", tag="webhook"):
    """An address that takes JSON by POST. secret: name of the key in the keyring that signs each request, "" for none."""

    name: Name
    url: Annotated[str, Meta(min_length=8, max_length=2_000)]
    secret: Annotated[str, Meta(max_length=200)] = ""
    authorities: Place = ""
    on: bool = True
    wanted: Wanted = Wanted()


Target = SyslogTarget | MailTarget | WebhookTarget
ReportName = Literal["summary", "groups", "passwords", "paths"]
ReportForm = Literal["xlsx", "html", "pdf"]
Every = Literal["daily", "weekly", "monthly"]


class Scheduled(Struct, frozen=True, kw_only=True):
    """A report that is written by itself. folder: where, "" for one beside the workspace. mail: name of a mail target, or "".

    recipients: in the place of those of the mail target.
    """

    report: ReportName
    every: Every = "daily"
    form: ReportForm = "xlsx"
    folder: Place = ""
    mail: Annotated[str, Meta(max_length=60)] = ""
    recipients: Annotated[tuple[Annotated[str, Meta(min_length=3, max_length=300)], ...], Meta(max_length=100)] = ()

    @property
    def id(self) -> str:
        """What is the same as long as it is the same report at the same pace."""
        return f"{self.report}-{self.every}-{self.form}"


class Notifying(Struct, frozen=True, kw_only=True):
    """What one workspace tells to others, and which reports come by themselves."""

    targets: Annotated[tuple[Target, ...], Meta(max_length=50)] = ()
    reports: Annotated[tuple[Scheduled, ...], Meta(max_length=50)] = ()

    def target(self, name: str) -> Target | None:
        """The destination of that name."""
        return next((one for one in self.targets if one.name == name), None)


class TargetState(Struct, frozen=True, kw_only=True):
    """How a destination is doing. waiting: notices not delivered yet. delivered, failed: deliveries and tries that failed.

    full: its queue is full, and what is new waits in the workspace. last: UTC microseconds of the last delivery, tried: of the
    last try. error: why the last try failed, "" when it did not. since: when it failed first in a row.
    """

    name: str
    kind: str
    label: str
    on: bool = True
    waiting: int = 0
    delivered: int = 0
    failed: int = 0
    refused: int = 0
    full: bool = False
    last: int | None = None
    tried: int | None = None
    error: str = ""
    since: int | None = None


def label_of(target: Target) -> str:
    """Where it goes, in words that anybody may read."""
    match target:
        case SyslogTarget():
            return f"syslog over {target.transport.upper()} to {target.address}:{target.port}"
        case MailTarget():
            return f"mail to {', '.join(target.recipients[:3])}{' and more' if len(target.recipients) > 3 else ''}"
        case WebhookTarget():
            return f"POST to {_web(target.url)}"


def _web(url: str) -> str:
    """Scheme and host of an address: what is behind them may be the secret by which the receiver knows who posts."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}"
    except ValueError:
        return "the web"


def gets_of(wanted: Wanted) -> str:
    """Which notices a destination gets, in words."""
    kinds = [words for words, on in (("new", wanted.new), ("updated", wanted.updated), ("health", wanted.health)) if on]
    more = {"low": [], "medium": ["medium and above"], "high": ["high only"]}[wanted.least]
    if wanted.detectors:
        more.append(counted(len(wanted.detectors), "detector"))
    if wanted.entity:
        more.append(f"with {wanted.entity}")
    return "; ".join([", ".join(kinds) or "nothing", *more])


def kind_of(target: Target) -> str:
    """syslog, mail or webhook."""
    return str(target.__struct_config__.tag)
