"""Sensors that are listed before they are heard, and that are no longer listed: by hand, beside any other writer."""

import time
from pathlib import Path

from app.engine.store.changing import changing


def list_sensor(path: Path, id: str, name: str) -> None:
    """List a sensor that got its key now; it is missed when it never says a word. Raises StoreError."""
    with changing(path, "sensors") as change:
        change.db.execute(
            """INSERT INTO sensors(id, name, added) VALUES(?1, ?2, ?3) ON CONFLICT(id) DO UPDATE
            SET added=excluded.added, removed=NULL""",
            (id, name, time.time_ns() // 1000),
        )


def remove_sensor(path: Path, id: str) -> None:
    """List a sensor no longer; what it sent stays. Raises StoreError."""
    with changing(path, "sensors") as change:
        change.db.execute("UPDATE sensors SET removed = ? WHERE id = ?", (time.time_ns() // 1000, id))
