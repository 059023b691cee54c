"""The form of a sensor's configuration: what it sees, whose directory it reads, what it may ask, how much it may keep."""

from collections.abc import Sequence

from msgspec.structs import replace
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.sensor import SensorConfig
from app.model.source import (
    CaptureSource,
    DirectorySource,
    LiveSource,
    RadiusSource,
    ResolverSource,
    SyslogSource,
    TraceSource,
    WindowsLogSource,
)
from app.ui import theme
from app.ui.catalogue import tr
from app.ui.sensors.row_fields import ControllerEntry, RowsField, SyslogEntry
from app.ui.sources import checks
from app.ui.sources.source_kinds import METHODS
from app.ui.widgets.fields import Check, ChecksField, ChoiceField, Field, TextField, anything
from app.ui.widgets.words import Line, Paragraph, SectionHeading

ASKING = (
    "Off, a sensor sends no packet of its own. Switched on, it asks addresses that nothing has named for their names: a few a "
    "second, private networks only unless others are named. Whoever watches the network sees the questions."
)
SECRET = (
    "Its name in the keyring of the sensor's computer, where `wardlight secret NAME` keeps it. The secret itself is never sent."
)
ONLY_ON = "Traces are of a controller's own system: only a sensor on a controller has them."


def _whole(least: int, most: int):
    """A rule: a whole number within these."""
    words = f"A whole number from {least:,} to {most:,}."
    return lambda text: "" if text.isascii() and text.isdigit() and least <= int(text) <= most else words


class _Switch(Field):
    """One box to tick."""

    def __init__(self, name: str, words: str, note: str, on: bool, hint: str = "") -> None:
        super().__init__(name, hint)
        self.check = Check(words, note, on)
        self.check.toggled.connect(lambda _: self.changed.emit())
        self.put(self.check)
        label = self._column.itemAt(0)
        if not name and label is not None and (words_above := label.widget()) is not None:
            words_above.hide()

    def on(self) -> bool:
        """Whether it is ticked."""
        return self.check.isChecked()


class ConfigForm(QWidget):
    """Filled from a configuration; config() gives the changed one, with what the form does not show as it was.

    adapters: that the sensor offers, "NAME" or "NAME ADDRESSES".
    """

    def __init__(self, config: SensorConfig, adapters: Sequence[str] = ()) -> None:
        super().__init__()
        self._was = config
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(14))
        self.fields: list[Field] = []
        self._make_seen(adapters)
        self._make_directory()
        self._make_asking()
        self._make_limits()
        self._column.addStretch(1)
        for one in self.fields:
            one.changed.connect(self.arrange)
        self.arrange()

    def _section(self, title: str, *fields: Field, words: str = "") -> None:
        if self.fields:
            self._column.addWidget(Line())
        self._column.addWidget(SectionHeading(title))
        if words:
            self._column.addWidget(Paragraph(words, look="quiet"))
        for one in fields:
            self._column.addWidget(one)
        self.fields += fields

    def _make_seen(self, adapters: Sequence[str]) -> None:
        was = self._was
        self.kind = ChoiceField(
            tr("Kind"), (("sensor", tr("On a controller")), ("standalone", tr("Standalone"))), was.kind,
            tr("On a controller: its own traffic, event log, traces. Standalone: mirrored traffic of several controllers."),
        )  # fmt: skip
        captures = self._of(CaptureSource)
        ticked = tuple(name for one in captures for name in one.interfaces)
        self.adapters = ChecksField(
            tr("Adapters"), "" if adapters or ticked else tr("The sensor offers none yet."), anything, ticked
        )
        self.adapters.offer([(name, name, note) for name, _, note in (one.partition(" ") for one in adapters)])
        self.filter = TextField(
            tr("Filter"), tr("Empty: all traffic that tells of identities. Otherwise a pcap filter."),
            value=captures[0].filter if captures else "", example="host 10.0.0.1",
        )  # fmt: skip
        hint = tr("Its own one, or those whose mirrored traffic it sees; each one is watched for silence.")
        self.controllers = RowsField(tr("Domain controllers"), hint, ControllerEntry, was.controllers, "Add a controller")
        logs, traces = self._of(WindowsLogSource), self._of(TraceSource)
        self.log = _Switch(
            tr("Event sources"), tr("Event log of its computer"), tr("Windows only, forwarded events too"), bool(logs)
        )
        self.channels = TextField(
            tr("Channels"), tr("Between commas."), checks.needed("Name a channel."),
            ", ".join((logs[0] if logs else WindowsLogSource()).channels),
        )  # fmt: skip
        self.trace = _Switch("", tr("Event traces (ETW)"), tr("sensors on controllers only"), bool(traces))
        self.trace.check.setToolTip(ONLY_ON)
        self.syslog = RowsField(
            tr("Syslog listeners"), tr("Events that a SIEM or a forwarder sends."), SyslogEntry, self._of(SyslogSource),
            "Add a syslog listener",
        )  # fmt: skip
        radius = next(iter(self._of(RadiusSource)), None)
        given = radius or RadiusSource()
        self.radius = _Switch(tr("RADIUS"), tr("Listen to RADIUS accounting"), tr("of a VPN gateway"), radius is not None)
        self.radius_address = TextField(tr("Address"), "", checks.address, given.address)
        self.radius_port = TextField(tr("Port"), "", checks.port, str(given.port))
        self.radius_secret = TextField(tr("Name of the shared secret"), SECRET, checks.needed("Name the secret."), given.secret)
        self._section(
            tr("What it sees"), self.kind, self.adapters, self.filter, self.controllers, self.log, self.channels, self.trace,
            self.syslog, self.radius, self.radius_address, self.radius_port, self.radius_secret,
        )  # fmt: skip

    def _make_directory(self) -> None:
        held = self._was.directory
        was = held or DirectorySource(url="")
        by_kind = tr("As its kind")
        self.reads = _Switch(tr("Directory"), tr("It can read a directory"), "", held is not None)
        self.url = TextField(
            tr("Address"), tr("ldaps://, or ldap:// with StartTLS; by the controller's full name."), checks.url, was.url,
            example="ldaps://dc1.corp.test",
        )  # fmt: skip
        self.user = TextField(
            tr("User"), tr("A reader is enough. Empty: with the Kerberos ticket at hand."), value=was.user,
            example="reader@corp.test",
        )  # fmt: skip
        self.secret = TextField(
            tr("Name of the password"), SECRET, lambda text: "Name the password." if self.user.text() and not text else "",
            was.secret,
        )  # fmt: skip
        self.authorities = TextField(
            tr("Trusted authorities"),
            tr("A PEM file on its computer; empty: those that its system trusts."),
            value=was.authorities,
        )
        self.every = TextField(tr("Seconds between two synchronisations"), "", checks.seconds, str(was.every))
        now = {None: "kind", True: "yes", False: "no"}[self._was.candidate]
        self.candidate = ChoiceField(
            tr("Domain synchronizer candidate"), (("kind", by_kind), ("yes", tr("Yes")), ("no", tr("No"))), now,
            tr("Standalone sensors are, those on controllers only when switched on. Another one takes over after 30 minutes."),
        )  # fmt: skip
        self._section(
            tr("Directory of its domain"), self.reads, self.url, self.user, self.secret, self.authorities, self.every,
            self.candidate,
        )  # fmt: skip

    def _make_asking(self) -> None:
        held = self._was.resolver
        was = held or ResolverSource()
        self.asks = _Switch(tr("Active name resolution"), tr("Ask computers for their names"), "", held is not None, ASKING)
        self.methods = ChecksField(tr("Methods"), "", checks.needed("Choose at least one method."), was.methods)
        self.methods.offer(METHODS)
        self.within = TextField(
            tr("Networks that may be asked"), tr("Empty: private ones only."), checks.networks, ", ".join(was.within),
            example="10.0.0.0/8",
        )  # fmt: skip
        self.rate = TextField(tr("Addresses a second"), "", checks.rate, f"{was.rate:g}")
        self.server = TextField(
            tr("DNS server"), tr("Asked when the methods say nothing or disagree; empty: not at all."), checks.server, was.server
        )
        self._section(tr("What it may send"), self.asks, self.methods, self.within, self.rate, self.server)

    def _make_limits(self) -> None:
        was = self._was
        self.evidence = TextField(
            tr("Packets kept as evidence, MB"), tr("On its computer, of its activities only; the oldest go first."),
            _whole(16, 1_000_000), str(was.evidence),
        )  # fmt: skip
        self.outbox = TextField(
            tr("Outbox, MB"), tr("What it keeps while the hub is away."), _whole(16, 1_000_000), str(was.outbox)
        )
        self._reserve_was = f"{was.reserve * 100:.0f}"
        self.reserve = TextField(
            tr("Free for the host, %"), tr("Of processor and memory; short of it, it samples the traffic and says so."),
            _whole(0, 90), self._reserve_was,
        )  # fmt: skip
        self.delayed = _Switch(
            tr("Updates"), tr("Delayed update"), tr("outdated 72 hours later"), was.delayed,
            tr(
                "It counts as outdated 72 hours later than others, so that a bad update need not reach every sensor at once. "
                "Nothing updates a sensor by itself."
            ),
        )  # fmt: skip
        self._section(tr("Limits"), self.evidence, self.outbox, self.reserve, self.delayed)

    def arrange(self) -> None:
        """Show the fields that matter for what is ticked."""
        for switch, fields in (
            (self.log, (self.channels,)),
            (self.radius, (self.radius_address, self.radius_port, self.radius_secret)),
            (self.reads, (self.url, self.user, self.secret, self.authorities, self.every, self.candidate)),
            (self.asks, (self.methods, self.within, self.rate, self.server)),
        ):
            for one in fields:
                one.setVisible(switch.on())
        self.filter.setVisible(bool(self.adapters.values()))
        own = self.kind.text() == "sensor"
        if not own:
            self.trace.check.setChecked(False)
        self.trace.check.setEnabled(own)

    def problems(self) -> list[str]:
        """Everything that is wrong, said at its field as well."""
        return [wrong for one in self.fields if (wrong := one.complain())]

    def _of(self, kind: type) -> tuple:
        return tuple(one for one in self._was.sources if isinstance(one, kind))

    def config(self) -> SensorConfig:
        """What the form says; only when nothing is wrong. Its revision is that of the configuration that it began with."""
        return replace(
            self._was,
            kind="sensor" if self.kind.text() == "sensor" else "standalone",
            sources=self._sources(),
            controllers=self.controllers.values(),
            directory=self._directory(),
            candidate={"kind": None, "yes": True, "no": False}[self.candidate.text()],
            resolver=self._resolver(),
            delayed=self.delayed.on(),
            evidence=int(self.evidence.text()),
            outbox=int(self.outbox.text()),
            reserve=self._was.reserve if self.reserve.text() == self._reserve_was else int(self.reserve.text()) / 100,
        )

    def _sources(self) -> tuple[LiveSource, ...]:
        """Those of the form, each kind where it stood before, so that nothing changes that nobody changed."""
        made: dict[type, tuple[LiveSource, ...]] = {
            CaptureSource: self._captures(),
            WindowsLogSource: self._logs(),
            TraceSource: (self._of(TraceSource) or (TraceSource(),)) if self.trace.on() else (),
            SyslogSource: self.syslog.values(),
            RadiusSource: self._radius(),
        }
        out: list[LiveSource] = []
        for one in self._was.sources:
            out += made.pop(type(one), ()) if type(one) in made else () if isinstance(one, tuple(SHOWN)) else (one,)
        return (*out, *(one for rest in made.values() for one in rest))

    def _captures(self) -> tuple[LiveSource, ...]:
        names, was = self.adapters.values(), self._of(CaptureSource)
        if not names:
            return ()
        if tuple(name for one in was for name in one.interfaces) == names and self.filter.text() == was[0].filter:
            return was
        return (CaptureSource(interfaces=names, filter=self.filter.text()),)

    def _logs(self) -> tuple[LiveSource, ...]:
        if not self.log.on():
            return ()
        was = next(iter(self._of(WindowsLogSource)), WindowsLogSource())
        return (replace(was, channels=tuple(one.strip() for one in self.channels.text().split(",") if one.strip())),)

    def _radius(self) -> tuple[LiveSource, ...]:
        if not self.radius.on():
            return ()
        was = next(iter(self._of(RadiusSource)), RadiusSource())
        address, port = self.radius_address.text().strip("[]"), int(self.radius_port.text())
        return (replace(was, address=address, port=port, secret=self.radius_secret.text()),)

    def _directory(self) -> DirectorySource | None:
        if not self.reads.on():
            return None
        was = self._was.directory or DirectorySource(url="")
        return replace(
            was, url=self.url.text(), user=self.user.text(), secret=self.secret.text() if self.user.text() else "",
            authorities=self.authorities.text(), every=int(self.every.text()),
        )  # fmt: skip

    def _resolver(self) -> ResolverSource | None:
        if not self.asks.on():
            return None
        was = self._was.resolver or ResolverSource()
        return replace(
            was, methods=self.methods.values(), server=self.server.text().strip("[]"), rate=float(self.rate.text()),
            within=checks.split(self.within.text()),
        )  # fmt: skip


SHOWN = (CaptureSource, WindowsLogSource, TraceSource, SyslogSource, RadiusSource)
"""Kinds of sources that the form shows; others stay as they are."""
