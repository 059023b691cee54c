"""One form for each kind of live source: fields that become its spec; what is secret stays apart from it."""

from typing import NamedTuple

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.source import (
    CaptureSource,
    DirectorySource,
    GrowingSource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
    TraceSource,
    WindowsLogSource,
)
from app.paths import whole
from app.ui import theme
from app.ui.sources import checks
from app.ui.sources.source_kinds import METHODS
from app.ui.widgets.fields import ChecksField, ChoiceField, Field, FileField, TextField, anything

PEM, ANY = "Certificates and keys (*.pem *.crt *.key);;All files (*)", "All files (*)"
CAPTURES = "Captures (*.pcap *.pcapng *.cap);;All files (*)"
PLACES = "GeoIP files (*.mmdb);;All files (*)"
KEPT = "Kept in the keyring, never shown again. Type only to replace it."


class Secret(NamedTuple):
    """A secret on its way to the keyring. value "": the one that is kept there already is meant."""

    name: str
    value: str


class Form(QWidget):
    """Base: fields below each other."""

    def __init__(self, *fields: Field) -> None:
        super().__init__()
        self.fields = fields
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(14))
        for one in fields:
            column.addWidget(one)
            one.changed.connect(self.arrange)
        column.addStretch(1)

    def arrange(self) -> None:
        """Show the fields that matter for what is chosen."""

    def problems(self) -> list[str]:
        """Everything that is wrong, said at its field as well."""
        return [wrong for one in self.fields if (wrong := one.complain())]

    def spec(self) -> LiveSource:
        """What the fields say; only when nothing is wrong."""
        raise NotImplementedError

    def secret(self) -> Secret | None:
        """The secret that the source needs."""
        return None


class CaptureForm(Form):
    """Interfaces and a filter."""

    def __init__(self, spec: CaptureSource | None) -> None:
        self.interfaces = ChecksField(
            "Interfaces", "", checks.needed("Choose at least one interface."), spec.interfaces if spec else ()
        )
        self.filter = TextField(
            "Filter", "Empty: all traffic that tells of identities. Otherwise a pcap filter.", value=spec.filter if spec else "",
            example="host 10.0.0.1 and port 88",
        )  # fmt: skip
        super().__init__(self.interfaces, self.filter)

    def spec(self) -> CaptureSource:
        """Interfaces in the order of the list."""
        return CaptureSource(interfaces=self.interfaces.values(), filter=self.filter.text())


class GrowingForm(Form):
    """A file."""

    def __init__(self, spec: GrowingSource | None) -> None:
        self.path = FileField(
            "File", "pcap or pcapng; it is read from its beginning and followed.", CAPTURES,
            checks.needed("Choose the file."), spec.path if spec else "",
        )  # fmt: skip
        super().__init__(self.path)

    def spec(self) -> GrowingSource:
        """The path."""
        return GrowingSource(path=whole(self.path.text()))


class SyslogForm(Form):
    """Transport, address, port, certificate of TLS."""

    def __init__(self, spec: SyslogSource | None) -> None:
        was = spec or SyslogSource()
        self.transport = ChoiceField("Transport", (("udp", "UDP"), ("tcp", "TCP"), ("tls", "TLS")), was.transport)
        self.address = TextField("Address", "0.0.0.0: every address of this computer.", checks.address, was.address)
        self.port = TextField("Port", "514 is the usual one; ports below 1024 may need rights.", checks.port, str(was.port))
        pem = checks.needed("TLS needs this file.")
        self.certificate = FileField("Certificate", "PEM, with its chain.", PEM, pem, was.certificate)
        self.key = FileField("Private key", "PEM, without a passphrase.", PEM, pem, was.key)
        super().__init__(self.transport, self.address, self.port, self.certificate, self.key)
        self.arrange()

    def arrange(self) -> None:
        """Certificates are of TLS."""
        tls = self.transport.text() == "tls"
        self.certificate.setVisible(tls)
        self.key.setVisible(tls)

    def spec(self) -> SyslogSource:
        """Certificates only with TLS."""
        tls = self.transport.text() == "tls"
        return SyslogSource(
            transport=self.transport.text(), address=self.address.text().strip("[]"), port=int(self.port.text()),
            certificate=whole(self.certificate.text()) if tls else "", key=whole(self.key.text()) if tls else "",
        )  # fmt: skip


class RadiusForm(Form):
    """Address, port, secret, file of places."""

    def __init__(self, spec: RadiusSource | None) -> None:
        was = spec or RadiusSource()
        self._kept = was.secret
        self.address = TextField("Address", "0.0.0.0: every address of this computer.", checks.address, was.address)
        self.port = TextField("Port", "1813 is the usual one.", checks.port, str(was.port))
        rule = anything if was.secret else checks.needed("Type the secret that the gateways have.")
        self.shared = TextField(
            "Shared secret", KEPT if was.secret else "Kept in the keyring, never shown again.", rule, secret=True
        )
        self.places = FileField(
            "GeoIP file", "An .mmdb file names places; it is read on this computer.", PLACES, value=was.places
        )
        super().__init__(self.address, self.port, self.shared, self.places)

    def spec(self) -> RadiusSource:
        """Only the name of the secret."""
        address, port = self.address.text().strip("[]"), int(self.port.text())
        return RadiusSource(address=address, port=port, secret=self.secret().name, places=whole(self.places.text()))

    def secret(self) -> Secret:
        """Named by where it is used, unless it had a name."""
        return Secret(self._kept or f"radius {self.address.text().strip('[]')}:{self.port.text()}", self.shared.text())


class DirectoryForm(Form):
    """Address, who signs in, certificates, how often."""

    def __init__(self, spec: DirectorySource | None) -> None:
        was = spec or DirectorySource(url="")
        self._was = was
        by = "ticket" if spec is not None and not was.user else "user"
        self.url = TextField(
            "Address", "ldaps://, or ldap:// with StartTLS; the certificate is checked.", checks.url, was.url,
            example="ldaps://dc1.corp.test",
        )  # fmt: skip
        self.by = ChoiceField("Sign in with", (("user", "User and password"), ("ticket", "Kerberos ticket")), by)
        self.user = TextField(
            "User", "A reader is enough; it needs no special rights.", checks.needed("Type the user."), was.user,
            example="reader@corp.test",
        )  # fmt: skip
        rule = anything if was.secret else checks.needed("Type the password.")
        self.password = TextField(
            "Password", KEPT if was.secret else "Kept in the keyring, never shown again.", rule, secret=True
        )
        self.authorities = FileField(
            "Trusted authorities", "PEM; empty: those that the system trusts.", PEM, value=was.authorities
        )
        self.every = TextField("Seconds between two synchronisations", "", checks.seconds, str(was.every))
        super().__init__(self.url, self.by, self.user, self.password, self.authorities, self.every)
        self.arrange()

    def arrange(self) -> None:
        """A ticket needs neither user nor password."""
        user = self.by.text() == "user"
        self.user.setVisible(user)
        self.password.setVisible(user)

    def spec(self) -> DirectorySource:
        """Only the name of the password; the file of its state is the caller's business."""
        held = self.secret()
        return DirectorySource(
            url=self.url.text(), user=self.user.text() if held else "", secret=held.name if held else "",
            authorities=whole(self.authorities.text()), every=int(self.every.text()), state=self._was.state,
        )  # fmt: skip

    def secret(self) -> Secret | None:
        """Named by user and directory: another user has another password."""
        if self.by.text() != "user":
            return None
        same = (self.user.text(), self.url.text()) == (self._was.user, self._was.url)
        return Secret(
            self._was.secret if same and self._was.secret else f"directory {self.user.text()} {self.url.text()}",
            self.password.text(),
        )


class WindowsLogForm(Form):
    """Channels."""

    def __init__(self, spec: WindowsLogSource | None) -> None:
        was = spec or WindowsLogSource()
        self.channels = TextField("Channels", "Between commas.", checks.needed("Name a channel."), ", ".join(was.channels))
        super().__init__(self.channels)

    def spec(self) -> WindowsLogSource:
        """Names between commas."""
        return WindowsLogSource(channels=tuple(one.strip() for one in self.channels.text().split(",") if one.strip()))


class TraceForm(Form):
    """The name of the session."""

    def __init__(self, spec: TraceSource | None) -> None:
        self.session = TextField(
            "Session", "Its name on this computer.", checks.needed("Name the session."), (spec or TraceSource()).session
        )
        super().__init__(self.session)

    def spec(self) -> TraceSource:
        """The name."""
        return TraceSource(session=self.session.text())


class ResolverForm(Form):
    """Methods, networks, rate, DNS server."""

    def __init__(self, spec: ResolverSource | None) -> None:
        was = spec or ResolverSource()
        self._was = was
        self.methods = ChecksField("Methods", "", checks.needed("Choose at least one method."), was.methods)
        self.methods.offer(METHODS)
        self.server = TextField(
            "DNS server", "Asked when the methods say nothing or disagree; empty: not at all.", checks.server, was.server
        )
        self.within = TextField(
            "Networks that may be asked", "Empty: private ones only.", checks.networks, ", ".join(was.within),
            example="10.0.0.0/8, 192.168.0.0/16",
        )  # fmt: skip
        self.rate = TextField("Addresses a second", "", checks.rate, f"{was.rate:g}")
        super().__init__(self.methods, self.server, self.within, self.rate)

    def spec(self) -> ResolverSource:
        """What is ticked and typed."""
        return ResolverSource(
            methods=self.methods.values(), server=self.server.text().strip("[]"), rate=float(self.rate.text()),
            again=self._was.again, within=checks.split(self.within.text()),
        )  # fmt: skip


FORMS: dict[str, type[Form]] = {
    "capture": CaptureForm, "growing": GrowingForm, "syslog": SyslogForm, "radius": RadiusForm, "directory": DirectoryForm,
    "windows-log": WindowsLogForm, "trace": TraceForm, "resolver": ResolverForm,
}  # fmt: skip
"""Kind of a source to its form; each takes a spec to begin with, or None."""
