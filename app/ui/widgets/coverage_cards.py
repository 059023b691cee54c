"""The card of one cell of coverage: what was blind or partial there, why, what would help."""

from collections.abc import Sequence
from typing import NamedTuple

from app.model.comparison import Span, said
from app.model.coverage import CoverageSpan
from app.model.entity import EntityRef
from app.ui import wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.detector_page import section
from app.ui.widgets.buttons import Button, LinkButton
from app.ui.widgets.cards import Card, buttons, stacked
from app.ui.widgets.words import Paragraph, Words

SAID = {
    "seen": "What this detector looks for would have been seen.",
    "partial": "Part of what this detector looks for would have left no trace in this case.",
    "blind": "What this detector looks for would have left no trace in this case.",
    "learning": "This detector was still learning what is usual; it keeps quiet about what is new to it.",
}


class CellShown(NamedTuple):
    """One step of one detector at one controller. blind, all: detectors that were blind in this step there, and all."""

    detector: str
    title: str
    controller: EntityRef
    state: str
    first: int
    last: int
    spans: tuple[CoverageSpan, ...]
    blind: int
    all: int


def cell_card(desk: Desk, cell: CellShown, page: str) -> Card:
    """page: of the detector, Markdown."""
    state = cell.state or "no evidence"
    view = Card(f"{state.capitalize()} span", cell.title, f"On {cell.controller.label}, {wording.period(cell.first, cell.last)}",
                f"coverage:{cell.state}" if cell.state else "")  # fmt: skip
    view.part(Paragraph(SAID.get(cell.state, "Nothing was read of this time.")))
    reasons = _each(one for span in cell.spans for one in span.reasons)
    if reasons:
        view.part(stacked([Paragraph(one) for one in reasons[:6]], 6), "Why")
    helping = _each(one for span in cell.spans for one in span.remedies)
    if helping:
        view.part(stacked([Paragraph(one) for one in helping[:6]], 6), "What would close it")
    if cell.state != "seen":
        view.part(
            buttons(Button(tr("Add evidence"), "plus", "open.files", primary=True, on_click=lambda: desk.command("open.files")))
        )
    beside = f"{cell.blind} of {cell.all} are blind here." if cell.blind else f"None of {cell.all} is blind here."
    view.part(Words(beside), "Same span, other detectors")
    when = f"entity:{cell.controller.key} time:{said(Span(cell.first, cell.last))}"
    view.part(LinkButton(tr("Activities of this span"), lambda: desk.go("activities", filter=when)))
    for title in ("What it reads", "What it cannot see"):
        parts = section(page, title)
        if parts:
            view.part(stacked([Paragraph(one) for one in parts], 6), title)
    return view


def _each(words) -> Sequence[str]:
    return list(dict.fromkeys(one[:1].upper() + one[1:] for one in words))
