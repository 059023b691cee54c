"""Sentences in runs: a name that is written from the right stays where it stands among the words."""

from itertools import pairwise

import pytest

from app.model.alert import Link
from app.ui.widgets.sentence import lay_out


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Around DC1: 14 nodes, 2 edges.", ["Around DC1: 14 nodes, 2 edges."]),
        ("Around שרה: 14 nodes, 2 edges.", ["Around", "שרה:", "14 nodes, 2 edges."]),
        ("DC1 – أحمد – ws2: 2 steps.", ["DC1 –", "أحمد", "– ws2: 2 steps."]),
        ("Around שרה כהן: 14 nodes.", ["Around", "שרה כהן:", "14 nodes."]),
        ("Zoë and 管理: 3 nodes.", ["Zoë and 管理: 3 nodes."]),
    ],
)
def test_a_name_from_the_right_takes_no_number_with_it(qapp: object, text: str, runs: list[str]) -> None:
    laid, _ = lay_out((Link(text),), 2_000)
    assert [one.text for one in laid] == runs
    assert all(one.rect.right() <= other.rect.left() for one, other in pairwise(laid)), "from the left"
