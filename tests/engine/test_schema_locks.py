"""Who opens a workspace keeps what other connections of his process hold, so that nobody takes the log from under a writer."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.engine import schema
from app.engine.engine import create_workspace
from app.engine.queries import Queries
from app.engine.schema import StoreError
from app.engine.store.opening import version_of

ROOT = Path(__file__).resolve().parent.parent.parent
LEAVE = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute('SELECT count(*) FROM meta').fetchone(); db.close()"


def leave(path: Path) -> None:
    """Another process looks into the file and goes."""
    subprocess.run([sys.executable, "-c", LEAVE, str(path)], check=True, cwd=ROOT)


def test_another_process_that_leaves_does_not_remove_the_log_of_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "case.wardlight"
    create_workspace(path)
    reader = Queries(path)
    assert reader.inputs() == ()
    writer = schema.prepare(path)
    writer.execute("INSERT INTO meta VALUES('one', 1)")
    assert version_of(path) == schema.VERSION
    leave(path)
    assert path.with_name("case.wardlight-wal").exists(), "the log of a writer was removed under it"
    writer.execute("INSERT INTO meta VALUES('two', 2)")
    other = schema.connect(path)
    assert [row[0] for row in other.execute("SELECT value FROM meta WHERE key IN ('one', 'two') ORDER BY key")] == [1, 2]
    for one in (other, writer):
        one.close()
    reader.close()


@pytest.mark.parametrize("content", [b"x", b"no database", b"MZ" * 4_000, b"SQLite format 3\0" + bytes(200)])
def test_a_file_of_another_kind_is_told_from_a_workspace(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "case.wardlight"
    path.write_bytes(content)
    for ask in (schema.prepare, version_of):
        with pytest.raises(StoreError, match=r"not a Wardlight workspace|damaged"):
            ask(path)
    assert path.read_bytes() == content
