"""Every case of real material, read by the whole line from file to alert."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.model.alert import RANK
from app.session import Seconds, Session
from tests.cases.case import Real
from tests.cases.table import REAL
from tests.material import ROOT

SHARED = ROOT.parent / "shared"


@cache
def analysed(path: Path, honeytokens: tuple[str, ...]) -> list[dict[str, Any]]:
    """Alerts of one input as scripts see them; each file is read once for all detectors."""
    session = Session.open()
    try:
        for one in honeytokens:
            session.tag(session.key_of(one), "Honeytoken", True)
        session.read_here([path], lambda _: None)
        whole: Any = session.analysis(Seconds(), {})
        return list(whole["alerts"])
    finally:
        session.close()


CASES = [(detector, case) for detector, cases in REAL.items() for case in cases]


@pytest.mark.parametrize(("detector", "case"), CASES, ids=[f"{one}: {case.path}" for one, case in CASES])
def test_real_material(detector: str, case: Real) -> None:
    path = SHARED / case.path
    if not path.exists():
        pytest.skip("the shared material is not here")
    found = [
        one
        for one in analysed(path, case.honeytokens)
        if one["detector"] == detector
        and RANK[one["severity"]] >= RANK[case.severity]
        and case.external_id in (None, one["external_id"])
    ]

    assert bool(found) == case.fires, [one["title"] for one in found]
