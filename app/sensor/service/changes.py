"""The record of what was changed in a sensor's configuration: when, by whom, with what outcome; JSON lines, bounded."""

import json
import time
from pathlib import Path
from typing import Any, Literal

import msgspec

from app.model.sensor import SensorConfig

LARGEST = 1 << 20
"""Bytes of the file; then it becomes the older one, in whose place it comes."""
Outcome = Literal["applied", "refused", "rolled back", "restart", "joined"]


def older(path: Path) -> Path:
    """The file that was full last."""
    return path.with_name(path.name + ".1")


def record(path: Path, what: Outcome, who: str, config: SensorConfig | None = None, why: str = "") -> None:
    """Note one change. Raises OSError."""
    line: dict[str, Any] = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "what": what, "who": who, "why": why}
    if config is not None:
        line |= {"revision": config.revision, "config": msgspec.to_builtins(config)}
    data = json.dumps(line).encode() + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size + len(data) > LARGEST:
        path.replace(older(path))
    with path.open("ab") as file:
        file.write(data)


def recorded(path: Path) -> list[dict[str, Any]]:
    """All that is still noted, the oldest first; lines that a crash cut are passed over."""
    found = []
    for one in (older(path), path):
        if not one.exists():
            continue
        for line in one.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                found.append(value)
    return found
