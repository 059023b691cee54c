"""What the documents say is what the program is."""

import re
from pathlib import Path

import pytest

import run
from app.command.main import COMMANDS
from app.engine.health.catalogue import RULES
from tools import detector_table, health_table

ROOT = Path(__file__).resolve().parent.parent
SHOWN = {one for one in COMMANDS if one[0] != "_"}
PAGES = sorted(one for one in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "app").rglob("*.md")))


def test_the_table_of_detections_is_up_to_date() -> None:
    """`python tools/detector_table.py` writes it."""
    assert detector_table.OUT.read_text(encoding="utf-8") == detector_table.table()


def test_the_tables_of_health_are_up_to_date() -> None:
    """`python tools/health_table.py` writes them."""
    text = health_table.OUT.read_text(encoding="utf-8")

    assert text == health_table.whole(text)


def test_how_each_health_alert_is_tested_is_said_and_so() -> None:
    section = health_table.OUT.read_text(encoding="utf-8").partition("## How each is tested\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \| (?:`(tests/[\w/]+\.py)::(test_\w+)`|none for real) \|$", section, re.M)

    assert [id for id, *_ in rows] == list(RULES)
    for _, how, file, name in rows:
        assert len(how) > 5 and (not name or f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8")), name


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


def test_no_two_decisions_have_one_number() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(one.name[:4]) for one in pages]

    assert len(set(numbers)) == len(numbers) and numbers[0] == 1
    for one, number in zip(pages, numbers, strict=True):
        assert one.read_text(encoding="utf-8").startswith(f"# {number}. "), one.name


def test_a_command_without_a_window_asks_for_no_libraries_of_one() -> None:
    assert {one for one in run.WINDOWLESS if one[0] != "-"} == SHOWN - {"selftest"}


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {one for one in SHOWN if f"wardlight {one}" not in text} == set()
