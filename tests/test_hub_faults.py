"""Kills between a sensor's outbox and a workspace lose nothing and double nothing; the long run is benchmarks/faults.py."""

from pathlib import Path

import pytest

from benchmarks import faults


@pytest.mark.slow
def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    outcome = faults.run(tmp_path, kills=6, seed=3, say=said.append)

    assert outcome.whole, (outcome, said)
    assert sum(outcome.kills.values()) >= 4
