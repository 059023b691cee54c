"""How much of its learning time a detector has seen."""

from app.engine.coverage import coverage
from app.engine.detector import DAY, HOUR
from app.engine.detectors import DETECTORS
from app.engine.maturity import covered, maturity
from app.model.tuning import Tuning

BY_ID = {one.id: one for one in DETECTORS}
WAITS, LEARNS, PLAIN = BY_ID["abnormal_behaviour"], BY_ID["brute_force"], BY_ID["dcsync"]


def test_times_are_joined_not_added() -> None:
    assert covered([]) == 0
    assert covered([(0, 5 * DAY), (2 * DAY, 3 * DAY)]) == 5 * DAY
    assert covered([(0, DAY), (DAY + HOUR, 2 * DAY)]) == 2 * DAY  # the log was turned over
    assert covered([(0, DAY), (30 * DAY, 31 * DAY)]) == 2 * DAY  # nothing is known of the month between


def test_words_say_how_far() -> None:
    assert maturity(LEARNS, [(0, 3 * DAY)]) == (3 / 7, "3 of 7 days were read")
    assert maturity(LEARNS, [(0, 8 * DAY)]) == (1.0, "has learned: 8 days were read")
    assert maturity(PLAIN, []) == (1.0, "")
    assert maturity(LEARNS, [], Tuning(test_mode=True)) == (1.0, "does not wait: test mode")
    assert maturity(LEARNS, [], Tuning(levels={"brute_force": "high"})) == (1.0, "does not wait: high sensitivity")


def test_coverage_tells_who_still_waits() -> None:
    kinds = {"kerberos-as": 5, "kerberos-tgs": 5, "ntlm": 2}

    def states(spans: list[tuple[int, int]], tuning: Tuning = Tuning()) -> dict[str, tuple[str, str]]:  # noqa: B008
        rows = coverage([WAITS, LEARNS, PLAIN], kinds, (), None, spans, tuning)
        return {one.detector: (one.state, one.reason) for one in rows}

    young, old = states([(0, 3 * DAY)]), states([(0, 30 * DAY)])
    assert young["abnormal_behaviour"][0] == "learning"
    assert "3 of 21 days" in young["abnormal_behaviour"][1]
    assert young["brute_force"][0] == "seen"  # it speaks meanwhile
    assert "3 of 7 days" in young["brute_force"][1]
    assert old["abnormal_behaviour"][0] == "seen" and "learning" not in old["abnormal_behaviour"][1]
    assert states([], Tuning(test_mode=True))["abnormal_behaviour"][0] == "seen"
    assert states([], Tuning(off=frozenset({"brute_force"})))["brute_force"] == ("blind", "it is switched off")
