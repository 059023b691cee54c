"""What goes into a frozen program and what stays out, for the two specifications."""

import ast
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INSPECTOR_SOURCE = ROOT / "app" / "dissector" / "__main__.py"

NEVER = [
    "tkinter", "test", "lib2to3", "pydoc_data", "idlelib", "ensurepip", "pip", "setuptools", "wheel", "pkg_resources",
    "_distutils_hack", "distutils", "pytest", "_pytest", "hypothesis", "mypy", "IPython", "jedi", "matplotlib", "pandas", "scipy",
    "sklearn", "PIL", "h5py", "cupy", "numba", "sympy", "pygraphviz", "pydot", "PyQt5", "PyQt6", "PySide2", "numpy.f2py",
    "numpy.distutils", "zstandard._cffi", "zstandard.backend_cffi", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets",
    "PySide6.QtTest", "PySide6.QtNetwork", "PySide6.QtDBus", "pyqtgraph.examples",
    "pyqtgraph.opengl", "pyqtgraph.jupyter", "pyqtgraph.console", "pyqtgraph.canvas", "pyqtgraph.flowchart", "OpenGL",
    "google.protobuf", "gi", "uvloop",
]  # fmt: skip
"""Modules that libraries would use for what the program never asks of them: development, drawing, other toolkits."""
GRAPHICAL = ("PySide6", "shiboken6", "pyqtgraph")
ENGINE_ONLY = ("networkx", "sigma", "yaml", "xlsxwriter", "re2", "pyparsing")
QT_LEFT = (
    "Qt6Qml", "Qt6Quick", "Qt6Pdf", "Qt6VirtualKeyboard", "Qt6Sql", "Qt6Test", "Qt6Multimedia", "Qt6WebEngine", "Qt63D",
    "Qt6EglFSDeviceIntegration", "Qt6EglFsKmsSupport", "Qt6EglFsKmsGbmSupport",
)  # fmt: skip
"""Libraries of Qt that a plugin would bring and the program never loads."""
PLUGINS_LEFT = {
    "sqldrivers", "qmltooling", "virtualkeyboard", "generic", "egldeviceintegrations", "networkinformation", "tls", "designer",
    "multimedia", "assetimporters", "scxmldatamodel", "qmllint", "xcbglintegrations", "wayland-graphics-integration-client",
}  # fmt: skip
"""Folders of plugins of Qt. No network goes over Qt and nothing is drawn by OpenGL."""
PLATFORMS_LEFT = ("eglfs", "linuxfb", "vkkhrdisplay", "vnc", "minimalegl", "minimal")
SYSTEM = (
    "libcups", "libavahi", "libgnutls", "libp11-kit", "libgssapi_krb5", "libkrb5", "libk5crypto", "libkeyutils", "libcom_err",
    "libsystemd", "libgtk-", "libgdk-", "libpcap",
)  # fmt: skip
"""Libraries of the system that are used where they are there (printers, Kerberos) and are the system's to keep secure."""
FORMATS = ("svg", "ico")
"""Formats of pictures that are drawn beside those inside QtGui (png, and the like)."""


def modules(*below: str) -> list[str]:
    """Every module of app/ (or of these packages) by its dotted name, for many are only named in tables.

    The inspector is no part of the program.
    """
    found = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if not _is_of(name, ("app.dissector",)) and _is_of(name, below or ("app",)):
            found.append(name)
    return found


def _is_of(name: str, packages: Iterable[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in packages)


def layers() -> list[str]:
    """Layers of scapy that the inspector imports by name."""
    for node in ast.walk(ast.parse(INSPECTOR_SOURCE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "LAYERS":
            return [f"scapy.layers.{one}" for one in str(ast.literal_eval(node.value)).split()]
    raise LookupError("the inspector does not say which layers it loads")


def documents() -> list[tuple[str, str]]:
    """(file, folder inside) of what is read at run time by the window and the engine."""
    return [*sensor_documents(), *_below("resources"), *_below("docs", ".md"), (str(ROOT / "README.md"), "."), *_pages()]


def sensor_documents() -> list[tuple[str, str]]:
    """(file, folder inside) of what a sensor needs beside its code."""
    return [(str(ROOT / "LICENSE"), ".")]


def _below(folder: str, kind: str = "") -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / folder).rglob("*")):
        inside = path.relative_to(ROOT)
        if path.is_file() and path.name.endswith(kind) and path.suffix != ".pyc" and inside.parts[:2] != ("docs", "decisions"):
            yield str(path), inside.parent.as_posix()


def _pages() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "app" / "engine" / "detectors").glob("*.md")):
        yield str(path), "app/engine/detectors"


def server() -> list[tuple[str, str]]:
    """The server of a hub as (file, folder inside), when the environment has it."""
    name = "nats-server.exe" if sys.platform == "win32" else "nats-server"
    path = Path(sys.executable).parent / name
    return [(str(path), ".")] if path.is_file() else []


def icon() -> str | None:
    """The picture of a program of Windows, where the script of its installer has made one."""
    made = os.environ.get("WARDLIGHT_ICON", "")
    return made if made and Path(made).is_file() else None


Row = tuple[str, str, str]
"""(name inside, file, kind) as PyInstaller keeps what it has found."""


def kept(rows: Iterable[Row]) -> list[Row]:
    """Without what of Qt and of libraries is never loaded."""
    return [one for one in rows if _is_used(one[0].replace("\\", "/"))]


def _is_used(name: str) -> bool:
    parts = name.split("/")
    last = parts[-1]
    if "plugins" not in parts and last.startswith(SYSTEM):
        return False
    if any(last.startswith((left, f"lib{left}")) for left in QT_LEFT):
        return False
    if "translations" in parts and "PySide6" in parts:
        return False
    if "plugins" in parts:
        folder, plugin = parts[parts.index("plugins") + 1], last.removeprefix("lib")
        if folder in PLUGINS_LEFT:
            return False
        if folder == "platformthemes" and "gtk" in plugin:
            return False
        if folder == "platforms":
            return not any(plugin.startswith((f"q{one}.", f"q{one}-")) for one in PLATFORMS_LEFT)
        if folder == "imageformats":
            return any(plugin.startswith(f"q{one}.") for one in FORMATS)
    return not (last.endswith((".pyi", ".pyx", ".pxd", ".c", ".h", ".a", ".lib")) or "tests" in parts[:-1])
