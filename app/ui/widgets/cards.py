"""What the inspector shows of one thing: an entity, an activity, an alert."""

from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.alert import Alert, Link
from app.model.brief import Brief
from app.model.coverage import CoverageShare
from app.model.entity import EntityRef
from app.model.rows import ActivityRow, Coverage, EntityCard
from app.ui import theme, wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.detector_page import section
from app.ui.widgets.bar import Bar
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.chips import Tag
from app.ui.widgets.fact_lines import FactLines, Row
from app.ui.widgets.flow import flow
from app.ui.widgets.glyphs import Sign
from app.ui.widgets.marks import marked
from app.ui.widgets.sentence import EntityLabel, SentenceView
from app.ui.widgets.story_strip import StoryStrip
from app.ui.widgets.words import Elided, Line, Paragraph, Words

LABEL_WIDTH = 84
MOST_FACTS, LONGEST_FACT = 24, 140
WORTH = {
    "Full name": "Full name", "Sensitive because": "Sensitive", "SID": "SID", "UPN": "Principal",
    "Operating system": "System", "Account options": "Options", "Password set": "Password set", "Created": "Created",
    "Expires": "Expires", "Service names": "Services", "Encryption types": "Encryption", "May delegate to": "Delegates to",
    "Deleted": "Deleted", "Renamed": "Renamed", "Members": "Members", "description": "About", "Trust": "Trust",
}  # fmt: skip
"""Facts that the card tells, in short words; the page of the entity tells all."""
PLACES = {"user": "Acts from", "computer": "Has", "controller": "Has", "address": "Is"}
TOGETHER = 3
"""Facts known in one way from which on they stand together below its name."""
MOST_BINDINGS = 6
MOST_PEERS = 6


class Card(QWidget):
    """Title block, then parts with a line between; 16 padding."""

    def __init__(self, kind: str, title: str, below: str, sign: str = "") -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, theme.space("group"))
        self._column.setSpacing(0)
        self._column.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QWidget()
        box = QVBoxLayout(head)
        pad = theme.px(16)
        # The upper right corner belongs to the inspector's own buttons.
        box.setContentsMargins(pad, theme.px(12), pad, theme.px(12))
        box.setSpacing(theme.px(2))
        self.kind, self._box = Words(kind, "quiet", "quiet"), box
        box.addWidget(self.kind)
        row = QHBoxLayout()
        row.setSpacing(theme.px(7))
        if sign:
            row.addWidget(Sign(sign, 14))
        self.title = Elided(title, "section", cut=Qt.TextElideMode.ElideMiddle)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addWidget(self.title, 1)
        box.addLayout(row)
        if below:
            box.addWidget(Paragraph(below, "quiet", "quiet"))
        self._column.addWidget(head)

    def show_kind(self, show: bool) -> None:
        """Whether the card itself says what kind of thing it is of, or what it stands in does."""
        pad = theme.px(16)
        self.kind.setVisible(show)
        self._box.setContentsMargins(pad, theme.px(12) if show else 0, pad, theme.px(12))

    def part(self, widget: QWidget, title: str = "") -> None:
        """One part below a line."""
        self._column.addWidget(Line())
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        box.setSpacing(theme.px(4))
        if title:
            box.addWidget(Words(title, "quiet-strong", "quiet"))
        box.addWidget(widget)
        self._column.addWidget(holder)


def facts(rows: Sequence[tuple[str, QWidget | str]], width: int = LABEL_WIDTH, most: int = 400) -> QWidget:
    """Names at the left, values at the right; width of the names in pixels of the design; most characters of a value."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(3))
    plain: list[Row] = []

    def put_plain() -> None:
        if plain:
            column.addWidget(FactLines(plain, width, most))
            plain.clear()

    for name, value in rows:
        if isinstance(value, str):
            plain.append((name, value, ""))
            continue
        put_plain()
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        label = Elided(name, role="text-quiet")
        label.setFixedWidth(theme.px(width))
        row.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(value, 1)
        column.addLayout(row)
    put_plain()
    return holder


def buttons(*items: QWidget) -> QWidget:
    """Buttons side by side, two on a line."""
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, theme.px(2), 0, 0)
    grid.setSpacing(theme.px(8))
    grid.setColumnStretch(2, 1)
    for place, item in enumerate(items):
        grid.addWidget(item, place // 2, place % 2)
    return holder


def stacked(widgets: list[QWidget], gap: int = 4) -> QWidget:
    """Widgets below each other."""
    holder = QWidget()
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(theme.px(gap))
    for one in widgets:
        box.addWidget(one)
    return holder


def entity_card(desk: Desk, card: EntityCard, brief: Brief | None = None) -> Card:
    """An entity: who it is, tags, when it was seen, where it acts from, what the directory says, names, peers, alerts."""
    ref = card.row.ref
    kind = wording.entity_kind(ref.kind)
    view = Card(kind, ref.label, brief.line if brief is not None else "", f"entity:{ref.kind}")
    if card.row.tags or card.row.alerts:
        view.part(_tags(card))
    rows: list[tuple[str, QWidget | str]] = [
        ("First seen", wording.moment(card.row.first)),
        ("Last seen", wording.moment(card.row.last)),
        ("Activities", wording.number(card.row.activities)),
    ]
    if brief is not None:
        for name, refs in ((PLACES.get(ref.kind, "At"), brief.places), ("Groups", brief.groups)):
            if refs:
                rows.append((name, stacked([EntityLabel(one, desk.follow) for one in refs], 2)))
        if brief.notes:
            rows.append(
                ("Notes", LinkButton(wording.count(brief.notes, "note"), lambda: desk.go("entity", ref.key, tab="notes")))
            )
    view.part(facts(rows))
    told = [one for one in card.facts if one[0] in WORTH][:MOST_FACTS]
    if brief is not None and brief.groups:
        told = [one for one in told if one[0] != "Sensitive because"]
    often = Counter(how for _, _, how in told)
    few = [(WORTH[name], value, how) for name, value, how in told if often[how] < TOGETHER]
    if few:
        view.part(FactLines(few, LABEL_WIDTH))
    for how, number in often.items():
        if number >= TOGETHER:  # said once, above all that is known so
            values = [(WORTH[name], value, "") for name, value, one in told if one == how]
            view.part(FactLines(values, LABEL_WIDTH, LONGEST_FACT), how[:1].upper() + how[1:])
    if card.bindings:
        lines = [
            (one.address, one.name, f"{one.method}, {one.certainty} certainty, {wording.count(one.count, 'time')}")
            for one in card.bindings[:MOST_BINDINGS]
        ]
        view.part(FactLines(lines, LABEL_WIDTH), "Names and addresses")
    if card.peers:
        most = max(number for _, number in card.peers) or 1
        view.part(stacked([_peer(desk, peer, number, most) for peer, number in card.peers[:MOST_PEERS]]), "Spoke with")
    if card.alerts:
        view.part(stacked([_alert_line(desk, one) for one in reversed(card.alerts[-MOST_PEERS:])], 6), "Alerts")
    actions: list[QWidget] = []
    if desk.can_go("entity"):
        actions.append(Button(tr("Open entity"), on_click=lambda: desk.go("entity", ref.key)))
    if desk.can_go("graph"):
        actions.append(Button(tr("Show in graph"), "graph", on_click=lambda: desk.go("graph", ref.key)))
    if actions:
        view.part(buttons(*actions))
    return view


def _tags(card: EntityCard) -> QWidget:
    by_hand = by_analyst(card)
    chips = [Tag(f"{one}, by hand" if one in by_hand else one, one) for one in card.row.tags]
    if card.row.alerts:
        chips.append(Tag(wording.count(card.row.alerts, "alert"), "alerts"))
    return flow(*chips, gap=6)


def by_analyst(card: EntityCard) -> set[str]:
    """Tags that an analyst gave."""
    return {value for name, value, how in card.facts if name == "Tag" and how == "given by an analyst"}


def _peer(desk: Desk, peer: EntityRef, number: int, most: int) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    label = EntityLabel(peer, desk.follow)
    row.addWidget(label, 1)
    bar = Bar(80, role="text-quiet")
    bar.show_share(number / most)
    row.addWidget(bar)
    words = Words(wording.number(number))
    words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    words.setMinimumWidth(theme.px(48))
    row.addWidget(words)
    return holder


def _alert_line(desk: Desk, alert: Alert) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(Sign(f"severity:{alert.severity}"))
    row.addWidget(Words(wording.clock(alert.finding.first), look="quiet"))
    link = LinkButton(alert.title, lambda: desk.go("alert", alert.id), elide=True)
    row.addWidget(link, 1)
    return holder


def activity_card(desk: Desk, row: ActivityRow) -> Card:
    """An activity: who, from, to, what, result, where it is proved."""
    view = Card(
        tr("Activity"),
        wording.kind(row.kind),
        f"{wording.day(row.at, year=True)}, {wording.clock(row.at, True)} {wording.zone_name()}",
    )
    rows: list[tuple[str, QWidget | str]] = []
    for name, ref in (("Who", row.who), ("From", row.origin), ("To", row.target)):
        if ref is not None:
            rows.append((name, EntityLabel(ref, desk.follow, "accent")))
    rows.append(("What", row.what))
    rows.append(("Result", ", ".join(part for part in (row.result, row.reason) if part)))
    if row.resolved_by:
        rows.append(("Resolved", row.resolved_by))
    view.part(facts(rows))
    word = desk.place_word(row.input, row.kind)
    place = row.input_name.removesuffix(wording.LIVE) + (f", {word} {wording.number(row.frame)}" if row.frame else "")
    view.part(Paragraph(wording.tidy(place), "mono"), "Proof")
    does: list[QWidget] = []
    if desk.can_go("activities"):
        words = "Show record" if word == "record" else "Show packets"
        does.append(Button(words, "packet", on_click=lambda: desk.go("activities", row.id)))
    if desk.can_go("timeline"):
        tip = "What happened before and after it"
        around = lambda: desk.go("timeline", at=str(row.at), minutes="5")  # noqa: E731
        does.append(Button(tr("± 5 min"), "clock", on_click=around, tip=tip))
    if desk.can_go("tickets") and row.kind.startswith(("kerberos-", "event-kerberos")):
        does.append(Button(tr("Ticket"), "tickets", on_click=lambda: desk.go("tickets", activity=row.id)))
    if does:
        view.part(buttons(*does))
    return view


def alert_card(desk: Desk, alert: Alert, opened: Callable[[], object] | None = None) -> Card:
    """An alert: strip, data, why, evidence, the way to its page."""
    finding = alert.finding
    view = Card(tr("Alert"), alert.title, wording.period(finding.first, finding.last), f"severity:{alert.severity}")
    if finding.steps:
        strip = StoryStrip(desk.follow, small=True)
        strip.show_steps(finding.steps)
        view.part(strip)
    rows: list[tuple[str, QWidget | str]] = [
        ("Severity", wording.SEVERITIES[alert.severity]),
        ("Phase", alert.phase),
        ("Technique", wording.listed(alert.techniques)),
        ("Detector", f"{alert.detector}, external id {alert.external_id}"),
        ("Confidence", wording.SEVERITIES[finding.confidence]),
        ("State", f"{wording.STATES[alert.state]}, {wording.CLASSIFICATIONS[alert.classification].lower()}"),
    ]
    view.part(facts(rows))
    why = [_fact(desk, one.text) for one in finding.facts if not one.against][:6]
    if why:
        view.part(stacked(why, 6), "Why")
    view.part(Words(wording.count(len(finding.evidence), "activity", "activities")), "Evidence")
    if opened is not None:
        over_time = Button(tr("Over time"), "clock", on_click=lambda: desk.go("timeline", alert=alert.id))
        view.part(buttons(Button(tr("Open alert"), "right", "Enter", primary=True, on_click=opened), over_time))
    return view


def coverage_card(desk: Desk, coverage: Coverage, page: str, shares: Sequence[CoverageShare] = ()) -> Card:
    """A detector: why it saw or not, at which controller, what it reads, what it cannot see. shares: those of this detector."""
    view = Card(tr("Detector"), coverage.title, coverage.state, f"coverage:{coverage.state}")
    view.part(Paragraph(coverage.reason), "Why")
    if shares:
        rows: list[tuple[str, QWidget | str]] = [(one.controller.label, Paragraph(wording.sighted(one))) for one in shares[:12]]
        view.part(facts(rows), "By domain controller")
    helping = list(dict.fromkeys(words for one in shares for words in one.remedies))[:6]
    if helping:
        view.part(stacked([Paragraph(words[:1].upper() + words[1:]) for words in helping], 6), "What would help")
    for title in ("What it means", "What it reads", "What it cannot see"):
        parts = section(page, title)
        if parts:
            view.part(stacked([Paragraph(one) for one in parts], 6), title)
    if coverage.state != "seen":
        add = Button(tr("Add evidence"), "plus", "open.files", on_click=lambda: desk.command("open.files"))
        view.part(buttons(add))
    return view


def _fact(desk: Desk, text: tuple[Link, ...]) -> QWidget:
    return marked("check", "good", SentenceView(text, desk.follow, name_role="text"))
