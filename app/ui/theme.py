"""The active theme: its roles as colours, fonts, palette, style sheet."""

import re
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from typing import Literal

from PySide6.QtCore import QMetaObject, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyle

from app.paths import resources

Choice = Literal["system", "dark", "light", "contrast"]
ZOOMS = (0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0)
"""Text sizes that are offered, 1 is that of the system."""
CHOICES: tuple[Choice, ...] = ("system", "dark", "light", "contrast")
# Families tried when the platform names no real UI font, in order.
SANS = ("Inter", "Segoe UI Variable Text", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")
MONO = ("JetBrains Mono", "Cascadia Mono", "Consolas", "Menlo", "Noto Sans Mono", "DejaVu Sans Mono")
SIGNS = "themes/signs"
"""Signs that Qt itself draws by the sheet, as files: it can colour none, and draws its own of one size. See window.qss."""
GENERIC = {"", "Sans Serif", "Sans", "Monospace", "DejaVu Sans", "DejaVu Sans Mono", "Helvetica", "MS Shell Dlg 2"}
# What the system's UI font measures at normal text size; the ratio is the user's wish for larger or smaller words.
NORMAL_PIXELS = {"win32": 12, "darwin": 13}


class _Look:
    """The mutable part: what is applied now."""

    roles: dict[str, QColor] = {}
    name: str = ""
    choice: Choice = "system"
    scale: float = 1.0
    comfortable: bool = False
    still: bool = False
    fonts: dict[str, QFont] = {}


@cache
def load(name: str) -> dict[str, str]:
    """Role to hex colour of one theme."""
    with (resources() / "themes" / f"{name}.toml").open("rb") as file:
        return dict(tomllib.load(file)["roles"])


@cache
def metrics() -> dict[str, dict]:
    """Tables "type", "space" and "comfortable", in unscaled pixels."""
    with (resources() / "themes" / "metrics.toml").open("rb") as file:
        return tomllib.load(file)


def colour(role: str, opacity: float = 1.0) -> QColor:
    """The role's colour; opacity 0 to 1."""
    found = _Look.roles.get(role)
    if found is None:
        _Look.roles = {key: QColor(value) for key, value in load("dark").items()}
        found = _Look.roles[role]
    if opacity >= 1.0:
        return found
    faded = QColor(found)
    faded.setAlphaF(opacity)
    return faded


def px(length: float) -> int:
    """A length of the design in pixels at the user's text size."""
    return round(length * _Look.scale)


def space(name: str) -> int:
    """A named length of metrics.toml, scaled; rows as high as the density says."""
    lengths = metrics()["comfortable"] if _Look.comfortable and name in metrics()["comfortable"] else metrics()["space"]
    return px(lengths[name])


def line_height(kind: str = "body") -> int:
    """Height of a line of that type role, scaled."""
    return px(metrics()["type"][kind][1])


def font(kind: str = "body") -> QFont:
    """Font of a type role, with digits of equal width."""
    found = _Look.fonts.get(kind)
    if found is None:
        size, _, weight = metrics()["type"][kind]
        found = QFont(_family("mono" if kind == "mono" else "sans"))
        found.setPixelSize(px(size))
        found.setWeight(QFont.Weight(weight))
        found.setFeature(QFont.Tag("tnum"), 1)
        _Look.fonts[kind] = found
    return found


def measure(kind: str = "body") -> QFontMetrics:
    """Metrics of a type role."""
    return QFontMetrics(font(kind))


@cache
def _family(kind: str) -> str:
    """The system's family, or the first installed one where the system names only a generic family."""
    role = QFontDatabase.SystemFont.FixedFont if kind == "mono" else QFontDatabase.SystemFont.GeneralFont
    system = QFontDatabase.systemFont(role).family()
    if system not in GENERIC:
        return system
    installed = set(QFontDatabase.families())
    return next((name for name in (MONO if kind == "mono" else SANS) if name in installed), system)


def active() -> str:
    """Name of the theme on screen: dark, light or contrast."""
    return _Look.name


def choice() -> Choice:
    """What the user chose; "system" follows the desktop."""
    return _Look.choice


def apply(wanted: Choice, zoom: float = 1.0) -> None:
    """Put a theme on the whole application; every widget repaints.

    The sheet of before is taken off first: a sheet in the place of another is put on every widget once for each widget around it
    (QStyleSheetStyle::repolish goes through all of them, and from each through all that is in it), ten times as often as here.
    """
    app = QApplication.instance()
    name = _of_system() if wanted == "system" else wanted
    _Look.choice, _Look.name = wanted, name
    _Look.scale = zoom * _system_scale()
    _Look.roles = {key: QColor(value) for key, value in load(name).items()}
    _Look.fonts = {}
    if isinstance(app, QApplication):
        sheet = _sheet()
        if app.styleSheet() != sheet:
            take_off()
        app.setPalette(_palette())
        app.setFont(font("body"))
        if app.styleSheet() != sheet:
            app.setStyleSheet(sheet)


def take_off() -> None:
    """Take the sheet off the whole application, which is half of the work of another theme."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setStyleSheet("")


def set_density(comfortable: bool) -> None:
    """Rows of tables and lists from now on; what is on screen has to be made anew."""
    _Look.comfortable = comfortable


def set_motion(still: bool) -> None:
    """Whether nothing may move, whatever the system says."""
    _Look.still = still


def moves() -> bool:
    """Whether parts of the window may move: not when the user or the system asks for stillness."""
    style = QApplication.style() if QApplication.instance() is not None else None
    return not _Look.still and not (style is not None and style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) <= 0)


def on_change_of_system(follow: Callable[[], object]) -> list[QMetaObject.Connection]:
    """Call follow whenever the desktop changes to dark, to light, to high contrast or back; what ends it again."""
    hints = QGuiApplication.styleHints()
    queued = Qt.ConnectionType.QueuedConnection
    made = [hints.colorSchemeChanged.connect(lambda _: follow(), queued)]
    accessibility = getattr(hints, "accessibility", None)  # of Qt 6.10
    if accessibility is not None:
        made.append(accessibility().contrastPreferenceChanged.connect(lambda _: follow(), queued))
    return made


def _of_system() -> str:
    hints = QGuiApplication.styleHints()
    if _wants_contrast():
        return "contrast"
    return "light" if hints.colorScheme() == Qt.ColorScheme.Light else "dark"


def _wants_contrast() -> bool:
    accessibility = getattr(QGuiApplication.styleHints(), "accessibility", None)
    preference = getattr(accessibility() if accessibility else None, "contrastPreference", None)
    if preference is not None:
        return preference().name == "HighContrast"
    return _windows_contrast() if sys.platform == "win32" else False


def _windows_contrast() -> bool:
    """What Windows itself says, for a Qt that does not ask it (SystemParametersInfo, SPI_GETHIGHCONTRAST)."""
    import ctypes

    class HighContrast(ctypes.Structure):
        _fields_ = [("size", ctypes.c_uint), ("flags", ctypes.c_uint), ("scheme", ctypes.c_void_p)]

    asked = HighContrast(ctypes.sizeof(HighContrast), 0, None)
    windows = getattr(ctypes, "windll", None)
    done = windows is not None and windows.user32.SystemParametersInfoW(0x42, asked.size, ctypes.byref(asked), 0)
    return bool(done and asked.flags & 1)


def _system_scale() -> float:
    normal = NORMAL_PIXELS.get(sys.platform)
    if normal is None:
        return 1.0
    size = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).pixelSize()
    return max(0.8, min(2.5, size / normal)) if size > 0 else 1.0


def _palette() -> QPalette:
    palette = QPalette()
    pairs = {
        QPalette.ColorRole.Window: "surface-1",
        QPalette.ColorRole.Base: "surface-1",
        QPalette.ColorRole.AlternateBase: "surface-2",
        QPalette.ColorRole.Button: "surface-2",
        QPalette.ColorRole.ToolTipBase: "surface-3",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.PlaceholderText: "text-quiet",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "text-inverse",
        QPalette.ColorRole.Link: "accent",
        QPalette.ColorRole.Mid: "line",
    }
    for role, name in pairs.items():
        palette.setColor(role, colour(name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, colour("text-quiet"))
    return palette


def _sheet() -> str:
    template = (resources() / "themes" / "window.qss").read_text(encoding="utf-8")
    template = re.sub(r"%([a-z]+)%", lambda match: (resources() / SIGNS / f"{active()}-{match[1]}.svg").as_posix(), template)
    sheet = re.sub(r"@([a-z0-9-]+)@", lambda match: colour(match[1]).name(), template)
    return re.sub(r"#(\d+)#", lambda match: f"{px(int(match[1]))}px", sheet)
