"""What is named for a frozen program is there, and what it never uses is not."""

from pathlib import Path

from app.sensor.live import RUNS
from installer.freeze import contents


def test_every_module_of_the_program_is_named_and_nothing_of_the_inspector() -> None:
    names = contents.modules()
    assert {
        "app",
        "app.ui.pages.graph",
        "app.engine.detectors.dcsync",
        "app.command.sensor",
        "app.sensor.sources.evtx_child",
    } <= {*names}
    assert not [one for one in names if one.startswith("app.dissector")]


def test_a_sensor_holds_the_readers_of_every_live_source() -> None:
    names = contents.modules("app.sensor", "app.link", "app.model")
    assert "app.sensor" in names and not [one for one in names if one.startswith(("app.engine", "app.ui"))]
    assert {module for module, _ in RUNS.values()} <= {*names}


def test_the_layers_of_the_inspector_are_those_it_loads() -> None:
    from app.dissector import __main__ as inspector

    assert contents.layers() == [f"scapy.layers.{one}" for one in inspector.LAYERS.split()] and len(contents.layers()) > 10


def test_everything_that_is_read_at_run_time_is_taken_along() -> None:
    inside = {f"{folder}/{Path(file).name}" for file, folder in contents.documents()}
    wanted = ("resources/themes/dark.toml", "resources/icons/alerts.svg", "resources/samples/intrusion.pcap", "./README.md")
    assert {*wanted, "resources/samples/controller.evtx", "docs/window.md", "app/engine/detectors/dcsync.md"} <= inside
    assert all(Path(file).is_file() for file, _ in contents.documents())


def test_plugins_that_the_window_uses_stay() -> None:
    stays = (
        "PySide6/Qt/plugins/platforms/libqxcb.so", "PySide6/Qt/plugins/platforms/libqoffscreen.so", "libxkbcommon.so.0",
        "PySide6/plugins/platforms/qwindows.dll", "PySide6/plugins/imageformats/qsvg.dll", "PySide6/Qt/lib/libQt6Svg.so.6",
        "PySide6/Qt/plugins/printsupport/libcupsprintersupport.so", "resources/icons/alerts.svg",
        "numpy/_core/_multiarray_umath.so",
    )  # fmt: skip
    goes = (
        "PySide6/Qt/lib/libQt6Quick.so.6", "PySide6/Qt6Pdf.dll", "PySide6/Qt/translations/qt_de.qm", "libgtk-3.so.0",
        "libcups.so.2",
        "PySide6/Qt/plugins/platforms/libqeglfs.so", "PySide6/Qt/plugins/imageformats/libqpdf.so", "numpy/tests/test_all.py",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
    )  # fmt: skip
    rows = [(name, f"/from/{name}", "BINARY") for name in (*stays, *goes)]
    assert [name for name, _, _ in contents.kept(rows)] == list(stays)
