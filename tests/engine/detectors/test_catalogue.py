"""Every alert of the product that this one answers has its detection: tables A and B of the reference, by external id."""

import re
from pathlib import Path

import pytest

from app.engine.detectors import DETECTORS

ROW = re.compile(r"^\| (\d{4}) ", re.M)
RENUMBERED = {2011: 2008}
"""Numbers that the catalogue itself replaced: both downgrades had one in 2018."""


def test_no_external_id_of_the_catalogue_is_without_a_detection(shared: Path) -> None:
    text = (shared / "reference" / "identity-product.md").read_text(encoding="utf-8")
    tables = text[text.index("## 1.2") : text.index("## 1.4")]
    wanted = {RENUMBERED.get(int(one), int(one)) for one in ROW.findall(tables)}
    ours = {number for one in DETECTORS for number in (one.external_id, *one.other_ids)}

    assert len(wanted) > 50
    assert wanted <= ours, sorted(wanted - ours)


@pytest.mark.parametrize("number", [2002, 2420, 2424, 1106, 2001, 2016])
def test_a_number_belongs_to_one_detection(number: int) -> None:
    assert len([one.id for one in DETECTORS if number in (one.external_id, *one.other_ids)]) == 1
