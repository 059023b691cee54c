"""What a wheel has beside the code is what the program asks for."""

import re
import tomllib
from pathlib import Path

from app import __version__, paths
from app.engine.detectors import DETECTORS
from app.ui.help.library import library
from setup import DATA, shipped

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAMES = {one.as_posix() for one in shipped()}


def test_the_folder_is_where_the_program_looks() -> None:
    assert DATA == paths.DATA


def test_every_article_of_the_help_ships() -> None:
    made = {"docs/query", "docs/codes"}  # from tables of the program
    pages = {one.path for one in library() if not one.path.startswith("app/")} - made

    assert pages and pages - NAMES == set()


def test_every_resource_ships_but_what_made_them() -> None:
    there = {one.relative_to(ROOT).as_posix() for one in (ROOT / "resources").rglob("*") if one.is_file()}

    assert {one for one in there - NAMES if not one.endswith((".py", ".pyc"))} == set()


def test_nothing_of_how_it_is_made_ships() -> None:
    assert not [one for one in NAMES if re.search(r"pictures|decisions|\.py$", one)]


def test_pages_of_detectors_and_the_licence_of_the_inspector_lie_in_the_package() -> None:
    data = PROJECT["tool"]["setuptools"]["package-data"]
    assert data["app.engine.detectors"] == ["*.md"] and data["app.dissector"] == ["LICENSE"]

    pages = {one.stem for one in paths.detector_pages().glob("*.md")}
    assert len(pages) >= len(DETECTORS)
    other = {one for one in (ROOT / "app").rglob("*") if one.is_file() and one.suffix not in (".py", ".pyc", ".md")}
    assert other == {ROOT / "app" / "dissector" / "LICENSE"}


def test_there_is_one_version() -> None:
    assert PROJECT["project"]["version"] == __version__


def test_no_extra_is_left_out_of_all() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    (whole,) = extras["all"]

    assert set(whole.removeprefix("wardlight[").removesuffix("]").split(",")) == set(extras) - {"all", "dev", "build"}
