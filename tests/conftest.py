"""Shared fixtures: where real captures are."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile("same", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))  # "default" looks for new failures

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the corpus and the lab that lie beside the checkout; tests that need it are skipped without it."""
    folder = Path(os.environ.get("WARDLIGHT_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the corpus and the lab are not here")
    return folder


@pytest.fixture(scope="session")
def tshark() -> str:
    """The other reader of captures; tests that need it are skipped without it."""
    found = shutil.which("tshark")
    if found is None:
        pytest.skip("tshark is not installed")
    return found
