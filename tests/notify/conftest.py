"""The sample case, read once; a home for settings; certificates."""

import shutil
from pathlib import Path

import pytest

from app.engine.queries import Queries
from app.ingest import read_inputs
from app.paths import sample_case
from tests.notify.receivers import authority


@pytest.fixture(scope="package")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("case") / "case.wardlight"
    read_inputs(path, [sample_case()], lambda _: None, lambda: False)
    return path


@pytest.fixture
def workspace(read_once: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    path = tmp_path / "case.wardlight"
    shutil.copy(read_once, path)
    return path


@pytest.fixture
def alerts(workspace: Path) -> int:
    """How many alerts it holds."""
    queries = Queries(workspace)
    try:
        return len(queries.alerts())
    finally:
        queries.close()


@pytest.fixture(scope="package")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and secrets of their own, the secrets in a file."""
    folder = tmp_path / "home"
    monkeypatch.setenv("WARDLIGHT_HOME", str(folder))
    monkeypatch.setenv("WARDLIGHT_PASSPHRASE", "a passphrase of the tests")
    return folder
