"""The environment for building: made from the locks by hash, used again while they are the same."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from installer.supply import environment


def test_its_locks_are_there() -> None:
    assert all(environment.lock(name).is_file() for name in environment.NAMES)


def test_it_is_made_once_and_again_when_a_lock_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(words: list[object], **_: object) -> SimpleNamespace:
        ran.append([str(one) for one in words])
        if "venv" in ran[-1]:
            (tmp_path / "made" / "bin").mkdir(parents=True)
            (tmp_path / "made" / "bin" / "python").touch()
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(environment, "LOCKS", tmp_path)
    monkeypatch.setattr(environment.os, "name", "posix")
    for name in environment.NAMES:
        (tmp_path / f"{name}.txt").write_text(name)

    python = environment.make(tmp_path / "made")
    environment.make(tmp_path / "made")
    assert [one[0] for one in ran] == [sys.executable, str(python)]
    assert "--require-hashes" in ran[1] and [one for one in ran[1] if one.endswith(".txt")] == [
        str(tmp_path / "build.txt"), str(tmp_path / "window.txt"),
    ]  # fmt: skip

    (tmp_path / "window.txt").write_text("another")
    environment.make(tmp_path / "made")
    assert len(ran) == 4


def test_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    """pip itself, on a lock whose hash is not that of the file."""
    (tmp_path / "thing-1.0-py3-none-any.whl").write_bytes(b"not what was locked")
    (tmp_path / "lock.txt").write_text(f"thing==1.0 --hash=sha256:{'0' * 64}\n")
    words = ["install", "--no-index", "--find-links", str(tmp_path), "--require-hashes", "--target", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-m", "pip", *words, "-r", str(tmp_path / "lock.txt")], capture_output=True, text=True)

    assert done.returncode != 0 and "DO NOT MATCH" in done.stderr
