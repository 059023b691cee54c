"""Sensors that are no longer listed: by hand, beside any other writer."""

import time
from pathlib import Path

from app.engine.store.changing import changing


def remove_sensor(path: Path, id: str) -> None:
    """List a sensor no longer; what it sent stays. Raises StoreError."""
    with changing(path, "sensors") as change:
        change.db.execute("UPDATE sensors SET removed = ? WHERE id = ?", (time.time_ns() // 1000, id))
