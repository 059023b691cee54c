"""Windows of a capture in parts: nothing is lost between two, the first ones are small."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.sensor.captures import FIRST, capture_reader, known_conversations
from app.sensor.frame import Records, part_of
from app.sensor.sources.inputs import find_inputs, opened
from app.sensor.sources.reading import Opening

SAMPLE = Path(__file__).resolve().parents[2] / "resources" / "samples" / "intrusion.pcap"


@pytest.mark.parametrize("links", [1, np.arange(7)], ids=["one link", "many links"])
@pytest.mark.parametrize("nano", [None, np.arange(7) % 3])
def test_a_window_in_parts_is_the_window(links: Any, nano: Any) -> None:
    columns = [np.arange(7) * one for one in (100, 3, 4, 1_000)]
    whole = Records(b"", 5, links, *columns, nano)
    parts = [part_of(whole, at, at + 3) for at in range(0, 7, 3)]
    assert [one.first for one in parts] == [5, 8, 11] and part_of(whole, 0, 7) is whole
    for name in ("start", "size", "length", "at"):
        assert np.concatenate([getattr(one, name) for one in parts]).tolist() == getattr(whole, name).tolist()
    assert nano is None or np.concatenate([one.nano for one in parts]).tolist() == nano.tolist()
    assert [one.link if isinstance(links, int) else one.link.tolist() for one in parts] == (
        [1, 1, 1] if isinstance(links, int) else [[0, 1, 2], [3, 4, 5], [6]]
    )


def test_first_rows_come_from_few_packets_and_later_parts_are_larger() -> None:
    steps: list[int] = []
    (found,) = find_inputs([SAMPLE], ())
    reader = capture_reader(known_conversations())
    content, _ = opened(found)
    activities: list[object] = []
    for step in reader(Opening(found, content.data, "key"), activities.append, lambda *_: None):
        steps.append(step.records)
        assert steps[0] == FIRST and (len(steps) > 1 or 0 < len(activities) < 1_000)
    whole: list[object] = []
    for _ in capture_reader(known_conversations(), 10**6)(Opening(found, content.data, "key"), whole.append, lambda *_: None):
        pass
    assert sum(steps) == 24_558 and max(steps) >= 4 * FIRST
    assert sorted(one.id for one in activities) == sorted(one.id for one in whole)  # type: ignore[attr-defined]
