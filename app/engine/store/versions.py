"""Which versions of this program a workspace met, and when it first did."""

import sqlite3
from collections.abc import Mapping

import msgspec

MET = "versions_met"
"""The key of meta under which they are kept."""
MOST = 50
"""Versions that are kept, those met last."""
_met = msgspec.json.Decoder(dict[str, int]).decode


def met(db: sqlite3.Connection) -> Mapping[str, int]:
    """Version to the time at which it was first met, UTC microseconds by this machine's clock."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (MET,)).fetchone()
    try:
        return _met(row[0]) if row else {}
    except msgspec.MsgspecError:
        return {}


def meet(db: sqlite3.Connection, version: str, now: int) -> Mapping[str, int]:
    """This version works with the workspace now; inside a transaction. All that were met.

    A time in the future is of a clock that was wrong, and becomes now: it would delay for ever.
    """
    held = met(db)
    after = {one: min(at, now) for one, at in held.items()}
    after.setdefault(version, now)
    if after == held:
        return held
    kept = dict(sorted(after.items(), key=lambda one: one[1])[-MOST:])
    db.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (MET, msgspec.json.encode(kept).decode()))
    return kept
