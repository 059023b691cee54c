"""Secrets: in a keyring where there is one, else in an encrypted file."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from app.sensor.sources import secrets
from app.sensor.sources.living import Cannot
from app.sensor.sources.secrets import keep, secret


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WARDLIGHT_HOME", str(tmp_path))
    monkeypatch.delenv(secrets.VARIABLE, raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    secrets._asked.clear()
    yield tmp_path
    keyring.set_keyring(before)


def test_no_test_uses_a_keyring_that_it_did_not_set() -> None:
    keyring.core.init_backend()  # as for the first that asks, while Ring is there to be found
    assert isinstance(keyring.get_keyring(), fail.Keyring)


def test_a_keyring_is_used_where_there_is_one(here: Path) -> None:
    ring = Ring()
    keyring.set_keyring(ring)
    keep("directory", "s3cret")

    assert secret("directory") == "s3cret"
    assert ring.held == {("wardlight", "directory"): "s3cret"}
    assert not list(here.iterdir())
    keep("directory", "")
    with pytest.raises(Cannot, match="no secret directory"):
        secret("directory")


def test_without_a_keyring_a_file_keeps_them_sealed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.VARIABLE, "a long passphrase")
    keep("directory", "s3cret")
    keep("radius", "shared")
    keep("directory", "changed")

    assert (secret("directory"), secret("radius")) == ("changed", "shared")
    (file,) = here.iterdir()
    data = file.read_bytes()
    assert b"changed" not in data
    assert b"directory" not in data
    assert file.stat().st_mode & 0o077 == 0


def test_a_wrong_passphrase_opens_nothing_and_overwrites_nothing(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.VARIABLE, "right")
    keep("directory", "s3cret")
    monkeypatch.setenv(secrets.VARIABLE, "wrong")
    with pytest.raises(Cannot, match="passphrase does not open"):
        secret("directory")
    with pytest.raises(Cannot, match="passphrase does not open"):
        keep("other", "x")
    monkeypatch.setenv(secrets.VARIABLE, "right")
    assert secret("directory") == "s3cret"


def test_a_damaged_file_is_said_without_its_content(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(secrets.VARIABLE, "right")
    (here / "secrets").write_bytes(b"nonsense")
    with pytest.raises(Cannot, match="cannot be read"):
        secret("directory")


def test_where_nobody_can_be_asked_the_way_out_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(Cannot, match=secrets.VARIABLE):
        keep("directory", "s3cret")
    with pytest.raises(Cannot, match="no secret directory"):
        secret("directory")
