"""One form for each kind of destination: fields that become its settings; what is secret stays apart."""

from collections.abc import Collection
from urllib.parse import urlsplit

from app.model.notice import MailTarget, SyslogTarget, Target, Wanted, WebhookTarget
from app.ui.catalogue import tr
from app.ui.sources import checks
from app.ui.sources.forms import KEPT, PEM, Form, Secret
from app.ui.widgets.fields import ChecksField, ChoiceField, Field, FileField, TextField, anything

SEVERITIES = (("low", "Low"), ("medium", "Medium"), ("high", "High"))
USUAL_MAIL = {"starttls": "587", "tls": "465", "none": "25"}
USUAL_SYSLOG = {"udp": "514", "tcp": "514", "tls": "6514"}
NEVER_SHOWN = "Kept in the keyring, never shown again."


def _name(taken: Collection[str]):
    def rule(text: str) -> str:
        if not text or len(text) > 60 or any(c in "/\\" or not c.isprintable() for c in text):
            return "A name of at most 60 characters."
        return "Another destination has this name." if text.lower() in taken else ""

    return rule


def _addresses(text: str) -> str:
    some = _split(text)
    wrong = next((one for one in some if "@" not in one[1:-1] or len(one) > 300), None)
    return "Type at least one address." if not some else f"{wrong[:40]} is no mail address." if wrong else ""


def _split(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.replace(";", ",").split(",") if one.strip())


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = bool(parts.hostname) and parts.scheme in ("https", "http") and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or any(not 0x21 <= ord(c) <= 0x7E for c in text):
        return "Such as https://hooks.corp.test/wardlight."
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    return "" if parts.scheme == "https" or local else "Only https; http only to this computer."


def _usual(port: TextField, chosen: str, usual: dict[str, str]) -> None:
    """The usual port of what was chosen, in the place of another usual one."""
    if port.text() in usual.values():
        port.edit.setText(usual[chosen])


class TargetForm(Form):
    """Base: a name, the fields of the kind, what the destination wants."""

    def __init__(
        self, was: Target | None, wanted: Wanted, taken: Collection[str], detectors: Collection[str], *fields: Field
    ) -> None:
        self.name = TextField(tr("Name"), "", _name(taken), was.name if was else "", example="soc")
        self._known = frozenset(detectors)
        self.kinds = ChecksField(
            tr("Tell of"), "", checks.needed("Choose at least one."),
            [word for word, on in (("new", wanted.new), ("updated", wanted.updated), ("health", wanted.health)) if on],
        )  # fmt: skip
        self.kinds.offer(
            (
                ("new", "New suspicious activities", ""), ("updated", "Suspicious activities that grew or became graver", ""),
                ("health", "Health alerts", ""),
            )
        )  # fmt: skip
        self.least = ChoiceField(tr("From this severity on"), SEVERITIES, wanted.least)
        self.detectors = TextField(
            tr("Only these detectors"), "Their names between commas; empty: all of them.", self._detectors,
            ", ".join(wanted.detectors), example="dcsync, kerberoasting",
        )  # fmt: skip
        self.entity = TextField(
            tr("Only with this party"), "An account, computer, group, address or domain that takes part; empty: any.", anything,
            wanted.entity, example="dc1",
        )  # fmt: skip
        self._on = was.on if was else True
        super().__init__(self.name, *fields, self.kinds, self.least, self.detectors, self.entity)
        self.arrange()

    def _detectors(self, text: str) -> str:
        wrong = next((one for one in checks.split(text) if one not in self._known), None)
        return f"There is no detector {wrong[:40]}." if wrong else ""

    def wanted(self) -> Wanted:
        """The filter."""
        kinds = self.kinds.values()
        return Wanted(
            new="new" in kinds, updated="updated" in kinds, health="health" in kinds, least=self.least.text(),
            detectors=checks.split(self.detectors.text()), entity=self.entity.text()[:300],
        )  # fmt: skip

    def target(self) -> Target:
        """What the fields say; only when nothing is wrong."""
        raise NotImplementedError


class MailForm(TargetForm):
    """Server, security, who signs in, from whom to whom."""

    def __init__(self, was: MailTarget | None, taken: Collection[str], detectors: Collection[str]) -> None:
        self._was = was
        held = was.secret if was else ""
        self.server = TextField(
            tr("Mail server"), "", checks.needed("Type the server's name."), was.server if was else "", example="mail.corp.test"
        )
        self.security = ChoiceField(
            tr("Security"), (("starttls", "STARTTLS"), ("tls", "TLS"), ("none", "None")), was.security if was else "starttls"
        )
        self.port = TextField(
            tr("Port"), "587 with STARTTLS, 465 with TLS, 25 without, as a rule.", checks.port, str(was.port if was else 587)
        )
        self.user = TextField(tr("User"), "Empty: nobody signs in.", anything, was.user if was else "")
        self.password = TextField(tr("Password"), KEPT if held else NEVER_SHOWN, self._password, secret=True)
        self.sender = TextField(tr("From"), "", _addresses, was.sender if was else "", example="wardlight@corp.test")
        self.recipients = TextField(
            tr("To"), "Between commas.", _addresses, ", ".join(was.recipients) if was else "", example="soc@corp.test"
        )
        self.authorities = FileField(
            tr("Trusted authorities"), "PEM; empty: those that the system trusts.", PEM, value=was.authorities if was else ""
        )
        super().__init__(
            was, was.wanted if was else Wanted(updated=False), taken, detectors, self.server, self.security, self.port, self.user,
            self.password, self.sender, self.recipients, self.authorities,
        )  # fmt: skip
        self.security.changed.connect(lambda: _usual(self.port, self.security.text(), USUAL_MAIL))

    def _password(self, text: str) -> str:
        same = self._was is not None and self._was.secret == self._secret_name()
        return "" if text or same else "Type the password."

    def _secret_name(self) -> str:
        return f"mail {self.user.text()} {self.server.text()}"

    def arrange(self) -> None:
        """A password is sent over TLS only."""
        tls = self.security.text() != "none"
        self.user.setVisible(tls)
        self.password.setVisible(tls and bool(self.user.text()))
        self.authorities.setVisible(tls)

    def target(self) -> MailTarget:
        """Only the name of the password."""
        held = self.secret()
        return MailTarget(
            name=self.name.text(), server=self.server.text(), port=int(self.port.text()), security=self.security.text(),
            user=self.user.text() if held else "", secret=held.name if held else "", sender=self.sender.text(),
            recipients=_split(self.recipients.text()), authorities=self.authorities.text(), on=self._on, wanted=self.wanted(),
        )  # fmt: skip

    def secret(self) -> Secret | None:
        """Named by user and server."""
        if self.security.text() == "none" or not self.user.text():
            return None
        return Secret(self._secret_name(), self.password.text())


class SyslogForm(TargetForm):
    """Receiver, transport, header, form, framing, certificates."""

    def __init__(self, was: SyslogTarget | None, taken: Collection[str], detectors: Collection[str]) -> None:
        held = was or SyslogTarget(name="x", address="x")
        self.address = TextField(
            tr("Receiver"), "Name or address; with TLS the one in its certificate.", checks.needed("Type the receiver."),
            was.address if was else "", example="siem.corp.test",
        )  # fmt: skip
        self.transport = ChoiceField(
            tr("Transport"), (("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS")), held.transport
        )  # fmt: skip
        self.port = TextField(tr("Port"), "514 is the usual one, 6514 with TLS.", checks.port, str(held.port))
        self.form = ChoiceField(tr("Form"), (("cef", "CEF"), ("leef", "LEEF"), ("json", "JSON")), held.form)
        self.header = ChoiceField(tr("Header"), (("5424", "RFC 5424"), ("3164", "RFC 3164")), held.header)
        self.framing = ChoiceField(
            tr("Messages are told apart by"), (("octets", "Their length"), ("lf", "Line feeds")), held.framing
        )
        self.authorities = FileField(
            tr("Trusted authorities"), "PEM; empty: those that the system trusts.", PEM, value=held.authorities
        )
        self.certificate = FileField(
            tr("Own certificate"), "PEM; only where the receiver asks for one.", PEM, value=held.certificate
        )
        self.key = FileField(tr("Private key"), "PEM, without a passphrase.", PEM, value=held.key)
        super().__init__(
            was, held.wanted, taken, detectors, self.address, self.transport, self.port, self.form, self.header, self.framing,
            self.authorities, self.certificate, self.key,
        )  # fmt: skip

        self.transport.changed.connect(lambda: _usual(self.port, self.transport.text(), USUAL_SYSLOG))

    def arrange(self) -> None:
        """Certificates are of TLS, framing of plain TCP."""
        transport = self.transport.text()
        self.framing.setVisible(transport == "tcp")
        for one in (self.authorities, self.certificate, self.key):
            one.setVisible(transport == "tls")

    def target(self) -> SyslogTarget:
        """Certificates only with TLS."""
        tls = self.transport.text() == "tls"
        return SyslogTarget(
            name=self.name.text(), address=self.address.text().strip("[]"), port=int(self.port.text()),
            transport=self.transport.text(), header=self.header.text(), form=self.form.text(), framing=self.framing.text(),
            authorities=self.authorities.text() if tls else "", certificate=self.certificate.text() if tls else "",
            key=self.key.text() if tls else "", on=self._on, wanted=self.wanted(),
        )  # fmt: skip


class WebhookForm(TargetForm):
    """Address, signing key."""

    def __init__(self, was: WebhookTarget | None, taken: Collection[str], detectors: Collection[str]) -> None:
        self._was = was
        held = was.secret if was else ""
        self.url = TextField(
            tr("Address"), "JSON is posted to it.", _url, was.url if was else "", example="https://hooks.corp.test/wardlight"
        )
        self.signed = ChoiceField(
            tr("Signature"), (("yes", "HMAC-SHA256"), ("no", "None")), "no" if was and not held else "yes"
        )  # fmt: skip
        rule = anything if held else checks.needed("Type the key that the receiver has, too.")
        self.signing = TextField(tr("Key"), KEPT if held else NEVER_SHOWN, rule, secret=True)
        self.authorities = FileField(
            tr("Trusted authorities"), "PEM; empty: those that the system trusts.", PEM, value=was.authorities if was else ""
        )
        super().__init__(
            was, was.wanted if was else Wanted(), taken, detectors, self.url, self.signed, self.signing, self.authorities
        )

    def arrange(self) -> None:
        """A key only for a signature."""
        self.signing.setVisible(self.signed.text() == "yes")

    def target(self) -> WebhookTarget:
        """Only the name of the key."""
        held = self.secret()
        return WebhookTarget(
            name=self.name.text(), url=self.url.text(), secret=held.name if held else "", authorities=self.authorities.text(),
            on=self._on, wanted=self.wanted(),
        )  # fmt: skip

    def secret(self) -> Secret | None:
        """Named by the destination, unless it had a name."""
        if self.signed.text() != "yes":
            return None
        kept = self._was.secret if self._was is not None else ""
        return Secret(kept or f"webhook {self.name.text()}", self.signing.text())


FORMS: dict[str, type[TargetForm]] = {"mail": MailForm, "syslog": SyslogForm, "webhook": WebhookForm}
TITLES = {"mail": "Mail", "syslog": "Syslog", "webhook": "Webhook"}
SENTENCES = {
    "mail": "One mail for each notice, as plain text and HTML. Reports by schedule go out over it, too.",
    "syslog": "For a SIEM. CEF has the layout of Microsoft Defender for Identity, with a vendor and product of its own.",
    "webhook": "JSON by POST. Repetitions carry the same id; a signature tells the receiver that it comes from here.",
}
