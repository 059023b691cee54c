"""The shape of the house: file sizes, first lines, names, what nobody may import or write."""

import ast
import re
import statistics
from pathlib import Path

import msgspec
import pytest

from app.model import activity, alert, details, entity, rows

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "app").rglob("*.py"))
NAMES = [str(one.relative_to(ROOT)) for one in FILES]
TABLES = {"app/sensor/decoders/rpc/operations.py"}
"""Data tables, which may be of any length."""
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "base"}
THREADS = {
    "app/detection.py",
    "app/ui/jobs.py",
    "app/children.py",  # one hears each child process
    "app/link/errors.py",  # a process whose error output nobody reads would hang
    "app/link/jetstream.py",  # the loop of the connection to a hub
    "app/link/bucket.py",  # reads a watched key again
    "app/engine/inspector.py",
    "app/command/read.py",
    "app/command/listening.py",  # standard input may be silent for ever
    "app/command/source.py",  # the same
    "app/command/notify.py",  # the same
    "app/notify/notifier.py",  # one delivers to each destination, which may hang
    "app/command/sensor.py",  # the same, under a service of Windows
    "app/sensor/sensor.py",
    "app/sensor/process.py",  # one hears each source's process; in it one says how it is doing
    "app/sensor/sources/live_npcap.py",  # one hears what the capturing program has to say
    "app/dissector/capture.py",  # the parent's end is heard
    "app/sensor/sources/evtx_process.py",  # watches the clock while a child process reads
    "app/sensor/sources/syslog.py",  # datagrams are lost unless somebody receives while others are read
}
"""The only files that start threads."""


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_median_file_is_small() -> None:
    sizes = [lines(one) for one in FILES if one.name != "__init__.py"]

    assert statistics.median(sizes) <= 150


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_long_file_gives_its_reason(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name in TABLES:
        return
    size = lines(path)
    text = path.read_text(encoding="utf-8")

    assert size <= 600
    assert size <= 400 or "long because" in text[:1500].lower()


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_module_says_its_job_in_one_line(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    assert doc
    first = doc.splitlines()[0]
    assert len(first) <= 130, first


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_no_module_has_an_empty_name(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_threads_start_in_few_places(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    text = path.read_text(encoding="utf-8")
    if name not in THREADS:
        assert not re.search(r"\b(threading\.Thread|QThread\(|QThreadPool)", text)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_hostile_input_meets_no_pickle_eval_or_shell(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"^\s*(import|from) (pickle|marshal|shelve)\b", text, re.M)
    assert not re.search(r"(?<![\w.])(eval|exec)\(", text)
    assert "shell=True" not in text


def test_colours_live_in_the_themes_only() -> None:
    allowed = {
        ROOT / "app/engine/reports/css.py",
        ROOT / "app/engine/export/navigator.py",
        ROOT / "app/engine/reports/pictures.py",
    }
    for path in FILES:
        if path not in allowed:
            assert not re.search(r"[\"']#[0-9a-fA-F]{6}\b", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("module", [activity, alert, details, entity, rows], ids=lambda m: m.__name__)
def test_values_of_the_model_are_frozen(module: object) -> None:
    found = [
        v for v in vars(module).values() if isinstance(v, type) and issubclass(v, msgspec.Struct) and v is not msgspec.Struct
    ]

    assert found
    assert all(one.__struct_config__.frozen for one in found)


def test_no_path_of_one_machine_and_no_registry_is_written_down() -> None:
    words = re.compile(r"https?://[^ \"']+/(simple|packages)/|/home/\w+/|(?<!/\.)/root/")  # //./root/ is a namespace of WMI
    for folder in ("app", "tests", "docs", "benchmarks", "resources"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".md", ".toml", ".txt") and path != Path(__file__):
                assert not words.search(path.read_text(encoding="utf-8")), path
