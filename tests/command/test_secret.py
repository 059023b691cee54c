"""Secrets and keys that are kept: given once, used by name, never shown."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.material import ROOT, command

PLAIN = "Sh4red-Secret"


def secret(home: Path, *arguments: object, said: str = "", passphrase: str = "open sesame") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ, "WARDLIGHT_HOME": str(home), "WARDLIGHT_PASSPHRASE": passphrase, "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }  # fmt: skip
    return subprocess.run(command(*arguments), input=said, capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment)


@pytest.fixture
def keytab(shared: Path) -> Path:
    return shared / "lab" / "domain.keytab"


def test_a_secret_is_kept_sealed_and_can_be_forgotten(tmp_path: Path) -> None:
    done = secret(tmp_path, "secret", "vpn", said=f"{PLAIN}\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert PLAIN.encode() not in (tmp_path / "secrets").read_bytes()
    assert secret(tmp_path, "secret", "vpn", "--remove").returncode == 0


@pytest.mark.parametrize("said", ["", "\n"])
def test_an_empty_secret_is_a_mistake(tmp_path: Path, said: str) -> None:
    done = secret(tmp_path, "secret", "vpn", said=said)

    assert done.returncode == 1 and done.stderr == "wardlight: the secret is empty; --remove forgets one\n"


def test_keys_of_the_keyring_open_what_those_of_the_file_open(tmp_path: Path, shared: Path, keytab: Path) -> None:
    assert secret(tmp_path, "secret", "lab", "--keytab", keytab).returncode == 0
    capture = shared / "lab" / "captures" / "asrep_roasting.pcap"
    for name, place in (("file", keytab), ("ring", "keyring:lab")):
        done = secret(tmp_path, "analyze", capture, "--keytab", place, "--activities", tmp_path / name)
        assert done.returncode in (0, 2), done.stderr

    assert (tmp_path / "ring").read_bytes() == (tmp_path / "file").read_bytes()
    assert b'"decrypted":"yes"' in (tmp_path / "ring").read_bytes()


@pytest.mark.parametrize(
    ("place", "passphrase", "words"),
    [
        ("keyring:none", "open sesame", "there is no secret none in the keyring"),
        ("keyring:vpn", "open sesame", "the secret vpn is no keytab"),
        ("keyring:vpn", "wrong", "the passphrase does not open the file of secrets"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, place: str, passphrase: str, words: str) -> None:
    secret(tmp_path, "secret", "vpn", said=f"{PLAIN}\n")
    (tmp_path / "empty").mkdir()
    done = secret(tmp_path, "analyze", tmp_path / "empty", "--keytab", place, passphrase=passphrase)

    assert (done.returncode, done.stderr.strip().splitlines()[-1]) == (1, f"wardlight: keytab {place} cannot be read: {words}")
