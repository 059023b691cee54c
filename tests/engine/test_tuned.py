"""Changes of settings, and what they would have said."""

import pytest

from app.engine import running, tuned
from app.engine.detector import Detector
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.model.alert import Alert
from app.model.tuning import Tuning
from tests.engine.detectors.builders import SECOND, as_req

CASE = [as_req(f"user{one}", at=one * 20 * SECOND, code=24) for one in range(7)]


def detect(some: tuple[Detector, ...], tuning: Tuning) -> list[Alert]:
    knowledge = Knowledge()
    for one in CASE:
        knowledge.observe(one)
    return running.run(some, CASE, knowledge, tuning=tuning)


def test_changes_are_made_in_order() -> None:
    before = Tuning(levels={"dcsync": "low"}, values={"brute_force.many": 3, "kerberoasting.quick": 9}, off=frozenset({"dcsync"}))
    after = tuned.changed(
        before, DETECTORS, reset=["brute_force", "dcsync"], values={"brute_force.one": 5}, levels={"zerologon": "high"},
        off=["zerologon"], test_mode=True, sensitivity="low",
    )  # fmt: skip

    assert after.values == {"kerberoasting.quick": 9, "brute_force.one": 5}
    assert after.levels == {"zerologon": "high"}
    assert (after.off, after.test_mode, after.sensitivity) == (frozenset({"zerologon"}), True, "low")
    assert tuned.changed(after, DETECTORS, on=["zerologon"]).off == frozenset()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"levels": {"brute_fore": "low"}}, "near it are brute_force"),
        ({"values": {"brute_force.mny": 3}}, "near it are brute_force.many"),
        ({"off": ["xyzzy"]}, "There is no detector xyzzy."),
        ({"values": {"brute_force.many": -1}}, "must be 0 or more"),
        ({"values": {"brute_force.many": float("nan")}}, "must be 0 or more"),
        ({"values": {"brute_force.many": float("inf")}}, "must be 0 or more"),
    ],
)
def test_names_and_numbers_that_cannot_be_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(tuned.Unknown, match=words):
        tuned.changed(Tuning(), DETECTORS, **changes)  # type: ignore[arg-type]


def test_only_detectors_that_differ_are_run() -> None:
    before = Tuning()

    assert tuned.touched(DETECTORS, before, before) == ()
    assert [one.id for one in tuned.touched(DETECTORS, before, Tuning(values={"brute_force.many": 3}))] == ["brute_force"]
    assert [one.id for one in tuned.touched(DETECTORS, before, Tuning(off=frozenset({"dcsync"})))] == ["dcsync"]
    assert len(tuned.touched(DETECTORS, before, Tuning(test_mode=True))) == len(DETECTORS)


def test_alerts_appear_vanish_and_stay() -> None:
    before, lower = Tuning(), Tuning(values={"brute_force.many": 6})
    there = tuned.what_if(DETECTORS, before, lower, detect)
    gone = tuned.what_if(DETECTORS, lower, Tuning(values={"brute_force.many": 6}, off=frozenset({"brute_force"})), detect)
    stays = tuned.what_if(DETECTORS, lower, Tuning(values={"brute_force.many": 5}), detect)

    assert ([one.detector for one in there.appear], there.vanish, there.same) == (["brute_force"], (), 0)
    assert ([one.detector for one in gone.vanish], gone.appear) == (["brute_force"], ())
    assert (stays.same, stays.appear, stays.vanish, stays.changed) == (1, (), (), ())


def test_rows_tell_what_holds_and_what_is_the_user_s_own() -> None:
    tuning = Tuning(levels={"brute_force": "high"}, values={"brute_force.many": 3}, off=frozenset({"dcsync"}))
    rows = {one.id: one for one in tuned.rows(DETECTORS, tuning, [])}
    thresholds = {one.key: one for one in rows["brute_force"].thresholds}

    assert (rows["brute_force"].level, rows["brute_force"].own_level, rows["dcsync"].on) == ("high", True, False)
    assert (thresholds["brute_force.many"].value, thresholds["brute_force.many"].own) == (3, True)
    assert (thresholds["brute_force.one"].value, thresholds["brute_force.one"].own) == (10, False)
    assert rows["abnormal_behaviour"].maturity == 0.0
