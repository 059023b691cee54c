"""Asks where and in which form something shall be written, and writes it in a job."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from app.ui import wording
from app.ui.desk import Desk

COUNTED = {"activities": ("row", "rows"), "alerts": ("object", "objects"), "case": ("edge", "edges")}


def ask(desk: Desk, parent: QWidget, forms: Sequence[str], name: str, view=None, alerts: Sequence[str] | None = None) -> None:
    """Ask where to write one of the forms, then write it.

    view, alerts: what is meant (app.session.View, ids of alerts); None for everything.
    """
    from app.session import FORMS

    offered = [one for wanted in forms for one in FORMS if one.id == wanted]
    if not offered or desk.session is None:
        return
    patterns = {f"{one.words} (*{one.suffix})": one for one in offered}
    title = f"Save: {offered[0].words}" if len(offered) == 1 else "Save what is seen"
    path, chosen = QFileDialog.getSaveFileName(parent, title, f"{name}{offered[0].suffix}", ";;".join(patterns))
    if path:
        form = patterns.get(chosen, offered[0])
        matching = [one for one in offered if Path(path).suffix.lower() == one.suffix]
        if len(offered) > 1 and matching and form not in matching:
            form = matching[0]  # a suffix that was typed says more than the list of forms
        out = Path(path) if Path(path).suffix else Path(path + form.suffix)
        write(desk, parent, out, form.id, view, alerts)


def write(desk: Desk, owner: QWidget, out: Path, form: str, view=None, alerts: Sequence[str] | None = None) -> None:
    """Write one file away from the window's thread; what came of it is said in the status bar."""
    session = desk.session
    if session is None:
        return
    from app.session import FORMS, View

    of = next(one.of for one in FORMS if one.id == form)
    held: list = []

    def work() -> int:
        return session.export(out, form, view or View(), alerts, bom=True, cancelled=lambda: bool(held) and held[0].cancelled)

    def told(number: int) -> None:
        one, many = ("packet", "packets") if form == "pcapng" else COUNTED[of]
        desk.tell(f"{out.name} saved, {wording.count(number, one, many)}.")

    desk.tell(f"Writing {out.name} …")
    held.append(desk.jobs.run(work, told, desk.refuse, owner, words=f"Writing {out.name}", stops=True))
