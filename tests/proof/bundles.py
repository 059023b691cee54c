"""Workspaces with alerts, and proof bundles changed by somebody who also mends their sums."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.model.alert import Alert
from app.proof.archive import MANIFEST, SUMS
from app.session import Session

Change = Callable[[dict[str, bytes]], None]


def read_into(workspace: Path, *inputs: Path) -> tuple[Alert, ...]:
    """Read inputs into a workspace; its alerts."""
    session = Session.open(workspace)
    try:
        session.read_here(inputs, lambda progress: None)
        return session.queries.alerts()
    finally:
        session.close()


def prove(workspace: Path, alert: str, out: Path) -> Any:
    """Write the proof of an alert; what its manifest says."""
    session = Session.open(workspace)
    try:
        return session.proof(alert, out).manifest
    finally:
        session.close()


def forged(bundle: Path, out: Path, *changes: Change) -> Path:
    """The bundle after changes to its files, with a manifest and a list of sums that agree with them."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != SUMS}
    for change in changes:
        change(files)
    mended(files)
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return out


def mended(files: dict[str, bytes]) -> None:
    """Say in the manifest and in the list of sums what the files are now."""
    if files[MANIFEST].startswith(b"{"):
        manifest = json.loads(files[MANIFEST])
        names = sorted(name for name in files if name != MANIFEST)
        manifest["files"] = [
            {"name": name, "bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()} for name in names
        ]
        files[MANIFEST] = json.dumps(manifest).encode()
    sums = (f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items()))
    files[SUMS] = "".join(sums).encode()


def in_manifest(path: Sequence[str | int], value: Any) -> Change:
    """Put a value at a place of the manifest."""

    def change(files: dict[str, bytes]) -> None:
        manifest = json.loads(files[MANIFEST])
        place = manifest
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        files[MANIFEST] = json.dumps(manifest).encode()

    return change


def body(name: str, value: bytes) -> Change:
    """Put other bytes in the place of a file whose name ends so."""

    def change(files: dict[str, bytes]) -> None:
        files[next(one for one in files if one.endswith(name))] = value

    return change
