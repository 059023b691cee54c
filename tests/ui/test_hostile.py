"""Names of the data are shown as plain words, whatever they hold."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.model.alert import Alert, Fact, Finding, Link, Step
from app.model.entity import EntityRef
from app.model.rows import ActivityRow, EntityCard, EntityRow
from app.ui.desk import Desk
from app.ui.tables.alert_groups import grouped
from app.ui.tables.alert_list import AlertList
from app.ui.tables.cells import Column
from app.ui.tables.table import Table
from app.ui.widgets.cards import activity_card, alert_card, entity_card
from app.ui.widgets.sentence import SentenceView
from app.ui.widgets.story_strip import StoryStrip
from app.ui.widgets.tips import plain_tip
from app.ui.widgets.two_line_list import TwoLineList, TwoLines
from app.ui.widgets.words import Elided, Paragraph, Words

NAMES = {
    "html": "<b>bold</b><img src='file:///etc/passwd'><script>x</script>",
    "rtl": "\u202egpj.\u2066exe\u2069 \u05d0\u05d1\u05d2",
    "control": "a\x00b\x07c\x1b[31md\r\nTab\tEnd",
    "long": "A" * 65_536,
    "long words": "word " * 13_000,
    "combining": "e" + "\u0301" * 2_000,
    "ampersand": "R&D && Co",
    "surrogates": "\ud800 broken \udfff",
    "empty": "",
}


@pytest.fixture(params=NAMES.values(), ids=NAMES.keys())
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def desk(qapp, tmp_path) -> Desk:
    made = Desk(tmp_path)
    yield made
    made.close()


def show(qtbot: QtBot, widget, width: int = 320) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, 400)
    widget.show()
    widget.grab()


def row_of(name: str) -> ActivityRow:
    ref = EntityRef("user", f"user:{name}", name)
    return ActivityRow(
        rowid=1, id="x", at=0, kind=name, who=ref, origin=ref, target=ref, what=name, result="success", code=0, reason=name,
        input="k", input_name=name, frame=1, resolved_by=name,
    )  # fmt: skip


def alert_of(name: str) -> Alert:
    ref = EntityRef("address", f"address:{name}", name)
    sentence = (Link(name, entity=ref), Link(f" asked {name}"))
    finding = Finding(
        subject=name, first=0, last=1, evidence=("x",), sources=(ref,), story=(sentence,), facts=(Fact(text=sentence),),
        steps=(Step(origin=ref, target=EntityRef("controller", "computer:dc", name), label=name, caption=name, accented=True),),
    )  # fmt: skip
    return Alert(
        id="a",
        detector=name,
        external_id=1,
        title=name,
        severity="high",
        phase="Reconnaissance",
        techniques=(name,),
        finding=finding,
    )


def test_words_are_plain(qtbot: QtBot, name: str) -> None:
    for widget in (Words(name), Elided(name), Paragraph(name), SentenceView((Link(name),))):
        show(qtbot, widget)
        assert widget.width() == 320
    label = Words(name)
    assert label.textFormat() == Qt.TextFormat.PlainText and len(label.text()) <= 2000


def test_sentences_keep_to_their_width(qtbot: QtBot, name: str) -> None:
    ref = EntityRef("user", "user:x", name)
    view = SentenceView((Link("somebody called "), Link(name, entity=ref), Link(f" said {name}")), lambda _: None)
    show(qtbot, view)
    assert all(run.rect.right() <= view.width() + 2 for run in view.runs())
    assert view.heightForWidth(320) <= 70 * 20


def test_tips_are_escaped(name: str) -> None:
    tip = plain_tip(name)
    assert "<b>" not in tip and "<img" not in tip and "<script" not in tip and len(tip) < 20_000


def test_cards_are_inert(qtbot: QtBot, desk: Desk, name: str) -> None:
    ref = EntityRef("user", f"user:{name}", name)
    row = EntityRow(ref=ref, first=0, last=1, activities=1, alerts=1, tags=(name,) * 20)
    card = EntityCard(row=row, facts=((name, name, name),) * 3, peers=((ref, 1),), alerts=(alert_of(name),))
    for widget in (entity_card(desk, card), activity_card(desk, row_of(name)), alert_card(desk, alert_of(name), lambda: None)):
        show(qtbot, widget)
        assert all(one.textFormat() == Qt.TextFormat.PlainText for one in widget.findChildren(QLabel))


def test_lists_and_tables_are_inert(qtbot: QtBot, name: str) -> None:
    two = TwoLineList(lambda _: None)
    two.show_rows([TwoLines("entity:user", name, name, name[:20], EntityRef("user", "user:x", name), 0.5)])
    alerts = AlertList()
    alerts.show_groups(grouped([alert_of(name)], (), {}, "entity"))
    table = Table(
        [
            Column("What", lambda row: row.what, stretch=True),
            Column("Who", lambda row: row.who, look="entity"),
            Column(name[:50], lambda row: row.kind),
        ]
    )
    table.show_rows([row_of(name)])
    for widget in (two, alerts, table):
        show(qtbot, widget, 600)
        words = widget.model().index(0, 0).data()
        assert words is None or len(words) <= 600


def test_the_strip_is_inert(qtbot: QtBot, name: str) -> None:
    for small in (False, True):
        strip = StoryStrip(lambda _: None, small=small)
        strip.show_steps(alert_of(name).finding.steps)
        show(qtbot, strip, 600)


def test_a_story_of_many_parties_is_cut(qtbot: QtBot) -> None:
    refs = [EntityRef("user", f"user:{number}", f"user{number}") for number in range(200)]
    steps = [Step(origin=one, target=other, label="x") for one, other in pairwise(refs)]
    strip = StoryStrip()
    strip.show_steps(steps)
    show(qtbot, strip, 900)
    assert len(strip._nodes) <= 6
