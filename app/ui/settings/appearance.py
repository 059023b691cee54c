"""How the window looks: theme, size of words, height of rows, motion."""

from app.ui import theme
from app.ui.desk import Desk
from app.ui.settings.section import Segments, Sheet

ZOOMS = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
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
        self.theme = Segments("Theme", THEMES, theme.choice())
        self.theme.chosen.connect(lambda word: desk.command(f"theme.{word}"))
        self.add(
            "theme", "Theme", "As the system: dark or light with the desktop, high contrast when it asks for that.", self.theme,
            lambda: self.theme.focus_on(theme.choice()), below=True, more="colour color night day contrast accessibility",
        )  # fmt: skip
        sizes = [(str(one), f"{round(one * 100)} %") for one in ZOOMS]
        self.zoom = Segments("Text size", sizes, str(now.zoom))
        self.zoom.chosen.connect(lambda word: desk.set_look(zoom=float(word)))
        self.add(
            "zoom", "Text size", "On top of what the system says. Everything grows with the words.", self.zoom,
            lambda: self.zoom.focus_on(str(desk.settings.zoom)), below=True, more="font zoom scale larger smaller",
        )  # fmt: skip
        self.density = Segments("Rows", DENSITIES, now.density)
        self.density.chosen.connect(lambda word: desk.set_look(density=word))
        self.add(
            "density", "Rows", "Compact shows more, comfortable is easier to hit. Holds for every table and list.", self.density,
            lambda: self.density.focus_on(desk.settings.density), more="density height spacing table",
        )  # fmt: skip
        self.motion = Segments("Motion", MOTIONS, now.motion)
        self.motion.chosen.connect(lambda word: desk.set_look(motion=word))
        self.add(
            "motion", "Motion", "Panels and the graph move to show where things went. None: they stand at once.", self.motion,
            lambda: self.motion.focus_on(desk.settings.motion), more="animation accessibility",
        )  # fmt: skip
        self.finish()

    def refresh(self) -> None:
        """Follow what was changed by keys or the palette."""
        self.theme.show_value(theme.choice())
