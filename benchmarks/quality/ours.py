"""The program over one input, as a user would run it; tags and the directory of the lab where a case needs them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.session import Seconds, Session

ROOT = Path(__file__).resolve().parents[2]


def analysed(path: Path, *, sensitivity: str = "medium", honeytokens: tuple[str, ...] = ()) -> dict[str, Any]:
    """The analysis of one input. honeytokens: names of accounts that are tagged before the detectors run again."""
    session = Session.open()
    try:
        session.read_here([path], lambda _: None, sensitivity=sensitivity)
        if honeytokens:
            for name in honeytokens:
                session.tag(session.key_of(name), "Honeytoken", True)
            session.read_here([], lambda _: None, sensitivity=sensitivity)
        return session.analysis(Seconds(), {})
    finally:
        session.close()


def apart(path: Path, sensitivity: str, honeytokens: tuple[str, ...]) -> dict[str, Any]:
    """The same in a process of its own, so that one input's trouble is not the next one's."""
    arguments = [sys.executable, "-m", "benchmarks.quality.ours", str(path), sensitivity, *honeytokens]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, timeout=600)
    if done.returncode:
        return {"alerts": [], "coverage": [], "failed": done.stderr.decode(errors="replace")[-400:]}
    return json.loads(done.stdout)


if __name__ == "__main__":
    whole = analysed(Path(sys.argv[1]), sensitivity=sys.argv[2], honeytokens=tuple(sys.argv[3:]))
    json.dump(whole, sys.stdout)
