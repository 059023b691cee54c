"""An address with very many names: the answer is the one that weighing them one by one gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.knowledge import crowded
from app.engine.knowledge.addresses import METHODS, Addresses
from app.model.activity import Activity
from app.model.details import DnsQuery

HOUR = 3_600_000_000
said = st.tuples(
    st.sampled_from([f"h{number}.corp.test" for number in range(6)]),
    st.sampled_from(sorted(METHODS)),
    st.integers(0, 40 * HOUR),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(said, min_size=1, max_size=60), st.lists(st.integers(-HOUR, 80 * HOUR), min_size=1, max_size=8))
def test_weighed_together_is_weighed_one_by_one(names: list[tuple[str, str, int]], times: list[int]) -> None:
    addresses = Addresses()
    for place, (name, method, at) in enumerate(names):
        activity = Activity(at=at, until=at, input="a", frames=(place + 1,), detail=DnsQuery())
        addresses.say("10.0.0.1", name, method, activity)

    found = []
    with pytest.MonkeyPatch.context() as patch:
        for limit in (10**9, 1):
            patch.setattr(crowded, "FROM", limit)
            found.append([addresses.resolve("10.0.0.1", at, {"corp.test"}) for at in times])
    assert found[0] == found[1]
