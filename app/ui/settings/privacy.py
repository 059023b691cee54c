"""Whether names are shown, or pseudonyms in their place."""

from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Segments, Sheet


class Privacy(Sheet):
    """One switch for the screen and for all that is saved."""

    word, title, icon = "privacy", "Privacy", "proof"
    sentence = (
        "Pseudonyms stand in the place of names and addresses, on screen and in all that is saved; "
        "who has the key turns them back."
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.names = Segments(tr("Names"), [("names", tr("Names")), ("pseudonyms", tr("Pseudonyms"))], self._now())
        self.names.chosen.connect(lambda word: desk.hide_names(word == "pseudonyms"))
        self.add(
            "privacy", "Names of accounts, computers, groups, domains", "Packets and proofs tell names and are not shown or "
            "written meanwhile. Free text that nothing tells to be a name stays.", self.names,
            lambda: self.names.focus_on(self._now()), more="privacy pseudonyms anonymous hide names gdpr",
        )  # fmt: skip
        self.finish()

    def refresh(self) -> None:
        """It may be switched elsewhere, and may fail."""
        self.names.show_value(self._now())

    def _now(self) -> str:
        return "pseudonyms" if self.desk.private else "names"
