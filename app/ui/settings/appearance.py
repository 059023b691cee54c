"""How the window looks: theme, size of words, height of rows, motion."""

from app.ui import catalogue, theme
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.settings.section import Segments, Sheet

THEMES = (("system", "As the system"), ("dark", "Dark"), ("light", "Light"), ("contrast", "High contrast"))
DENSITIES = (("compact", "Compact"), ("comfortable", "Comfortable"))
MOTIONS = (("system", "As the system"), ("off", "None"))


class Appearance(Sheet):
    """Every choice holds at once."""

    word, title, icon = "appearance", "Appearance", "overview"
    sentence = "Every choice holds at once, on every page."

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        now = desk.settings
        self.theme = Segments(tr("Theme"), THEMES, theme.choice(), wraps=True)
        self.theme.chosen.connect(lambda word: desk.command(f"theme.{word}"))
        self.add(
            "theme", tr("Theme"), tr("As the system: dark or light with the desktop, high contrast when it asks for that."),
            self.theme,
            lambda: self.theme.focus_on(theme.choice()), below=True, more="colour color night day contrast accessibility",
        )  # fmt: skip
        sizes = [(str(one), f"{round(one * 100)} %") for one in theme.ZOOMS]
        self.zoom = Segments(tr("Text size"), sizes, str(now.zoom), wraps=True)
        self.zoom.chosen.connect(lambda word: desk.set_look(zoom=float(word)))
        self.add(
            "zoom", tr("Text size"), tr("On top of what the system says. Everything grows with the words."), self.zoom,
            lambda: self.zoom.focus_on(str(desk.settings.zoom)), below=True, more="font zoom scale larger smaller",
        )  # fmt: skip
        self.density = Segments(tr("Rows"), DENSITIES, now.density)
        self.density.chosen.connect(lambda word: desk.set_look(density=word))
        self.add(
            "density", tr("Rows"), tr("Compact shows more, comfortable is easier to hit. Holds for every table and list."),
            self.density,
            lambda: self.density.focus_on(desk.settings.density), more="density height spacing table",
        )  # fmt: skip
        self.motion = Segments(tr("Motion"), MOTIONS, now.motion)
        self.motion.chosen.connect(lambda word: desk.set_look(motion=word))
        self.add(
            "motion", tr("Motion"), tr("Panels and the graph move to show where things went. None: they stand at once."),
            self.motion,
            lambda: self.motion.focus_on(desk.settings.motion), more="animation accessibility",
        )  # fmt: skip
        self._add_language()
        self.finish()

    def _add_language(self) -> None:
        """Only where there is another one."""
        known = catalogue.languages()
        if len(known) > 1:
            choices = [(one.code, one.name) for one in known]
            self.language = Segments(tr("Language"), choices, catalogue.language(), wraps=True)
            self.language.chosen.connect(lambda word: self.desk.set_look(language=word))
            self.add(
                "language", tr("Language"), tr("What has no translation yet stays English. Names of the evidence never change."),
                self.language, lambda: self.language.focus_on(catalogue.language()), below=True, more="translation",
            )  # fmt: skip

    def refresh(self) -> None:
        """Follow what was changed by keys or the palette."""
        self.theme.show_value(theme.choice())
