"""A workspace with everything that may lie beside one."""

import sqlite3
from pathlib import Path

from app.engine.engine import Engine
from app.model.activity import Activity, Endpoint
from app.model.details import DnsQuery
from app.sensor.frame import Records
from app.sensor.sources.evidence import Keeper, folder_of
from tests.engine.workspace import Found, Report, fill, made

KEY = "cafe0123cafe"


def made_case(path: Path, number: int = 300) -> Path:
    """A workspace with packets, what two sources remember, and a copy of an earlier version."""
    fill(path, {"aaaa": made(number)})
    engine = Engine(path)
    identity = engine.identity
    engine.begin_input(Found(key=KEY, path="eth0"), live=True)
    batch = [asked(frame) for frame in range(1, 60)]
    engine.ingest(batch)
    engine.finish_input(Report(records=59))
    engine.settle()
    engine.close()
    import numpy as np

    keeper = Keeper(folder_of(path), KEY)
    data = bytes(range(64)) * 60
    starts = np.arange(59, dtype=np.int64) * 64
    sizes = np.full(59, 64, np.int64)
    keeper.add(Records(data, 1, 1, starts, sizes, sizes, np.arange(59, dtype=np.int64) + 1_700_000_000_000_000))
    keeper.keep(batch)
    keeper.close()
    path.with_name(f"{path.name}.directory-{identity}-0123456789ab").write_text('{"usn": 7}')
    log = path.with_name(f"{path.name}.windows-log-{identity}-ba9876543210")
    log.mkdir()
    (log / "Security.xml").write_text("<BookmarkList/>")
    path.with_name(f"{path.name}.version-4").write_bytes(b"an earlier one")
    path.with_name(f"{path.name}.backup").write_text("somebody's own file")
    return path


def asked(frame: int) -> Activity:
    """A question of DNS in one frame."""
    at = 1_767_607_200_000_000 + frame * 1_000
    ends = {"source": Endpoint("10.0.0.5", 5_000), "destination": Endpoint("10.0.1.1", 53)}
    return Activity(at=at, until=at, input=KEY, frames=(frame,), detail=DnsQuery(name="a.test", type="A"), **ends)


def activities(path: Path) -> int:
    """How many a workspace holds."""
    db = sqlite3.connect(path)
    number = db.execute("SELECT count(*) FROM activities").fetchone()[0]
    db.close()
    return int(number)


def beside(path: Path) -> dict[str, bytes]:
    """Suffix or suffix/name to content of all that belongs to a workspace."""
    from app.workspaces import companions

    found = {}
    for one in companions(path):
        suffix = one.name[len(path.name) :]
        if one.is_file():
            found[suffix] = one.read_bytes()
        else:
            found |= {
                f"{suffix}/{part.relative_to(one).as_posix()}": part.read_bytes() for part in one.rglob("*") if part.is_file()
            }
    return found
