"""Shared fixtures: where real captures are."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Nobody's own keyring, nor one that another test brings: the first that asks would take it, and what he starts would not.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

# Nobody's own settings; and what listens in a test takes what it needs, however busy the machine is that runs the tests.
HOME = tempfile.mkdtemp(prefix="wardlight-home-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(Path(HOME) / "settings.json").write_text('{"reserve": 0}', encoding="utf-8")
if "PYTEST_XDIST_WORKER" in os.environ:  # another process of the same run has settings of its own
    os.environ["WARDLIGHT_HOME"] = HOME
os.environ.setdefault("WARDLIGHT_HOME", HOME)

settings.register_profile("same", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))  # "default" looks for new failures

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def _mistakes_are_raised() -> Iterator[None]:
    """A detector that fails costs its users one finding; here it fails the test."""
    from app.engine import running

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "SENSELESS", ())
        yield


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
