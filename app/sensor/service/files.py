"""Where a sensor without a window keeps its files, how they are written whole or not at all, and that it runs once only."""

import os
from pathlib import Path
from typing import IO

if os.name == "nt":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


SYSTEM, STATE = Path("/etc"), Path("/var/lib/wardlight-sensor")
"""Below the first lies the configuration of an installed sensor; what it keeps then lies in the second (FHS 3.0, 3.7 and 5.8)."""


class Running(OSError):
    """A sensor runs with this configuration already."""


class Files:
    """The files of the sensor whose configuration is this one; all lie beside it, or in STATE when it lies in SYSTEM.

    place: where its hub is and with which key it comes to it. applied: the last configuration that ran well. changes: what was
    changed, when, by whom. data: what it has in hand: outbox, packets, state of sources, its last report. folder: of these.
    """

    def __init__(self, configuration: Path) -> None:
        self.configuration = configuration.resolve()
        stem = self.configuration.stem
        self.folder = STATE if self.configuration.is_relative_to(SYSTEM) else self.configuration.parent
        beside = self.folder.joinpath
        self.place = beside(f"{stem}.hub.json")
        self.applied = beside(f"{stem}.applied.json")
        self.changes = beside(f"{stem}.changes.jsonl")
        self.data = beside(f"{stem}.data")
        self.evidence = self.data / "sensor"
        """As if it were a workspace: its packets lie in the folder beside it (app.sensor.sources.evidence)."""
        self.states = self.data / "states"
        self.report = self.data / "report.json"
        self.lock = self.data / "lock"

    def outbox(self, sensor: str) -> Path:
        """What this sensor has to send; another one, that has these files later, has its own."""
        return self.data / f"outbox-{sensor}.sqlite"

    def hold(self) -> IO[bytes]:
        """Be the only one that runs with these files, until the file that is returned is closed. Raises Running, OSError."""
        self.data.mkdir(parents=True, exist_ok=True)
        file = self.lock.open("ab")
        try:
            _lock(file)
        except OSError as error:
            file.close()
            raise Running(f"a sensor runs with {self.configuration} already") from error
        return file

    def is_held(self) -> bool:
        """Whether one runs with these files."""
        if not self.lock.exists():
            return False
        try:
            self.hold().close()
        except Running:
            return True
        except OSError:  # it is another user's: who may not look, cannot say that none runs
            return True
        return False


def write_whole(path: Path, data: bytes, secret: bool = False) -> None:
    """Write a file so that a crash leaves the old one or the new one. secret: only its owner may read it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    mode = 0o600 if secret else 0o644
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
