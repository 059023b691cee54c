"""Time in the name of many, and of computers that are many."""

from app.model.details import NtpRequest
from tests.cases.case import Case, Cases
from tests.engine.detectors.builders import DC1, DC2, MINUTE, SECOND, WS1, act, controller

STRANGER = "192.0.2.66"


def asks(rid: int, source: str = STRANGER, *, at: int = 0, mute: bool = False):  # type: ignore[no-untyped-def]
    """Signed time is asked for in the name of an account."""
    return act(NtpRequest(rid=rid), source, DC1, 123, at=at, result="unanswered" if mute else "success")


FIRES: Cases = {
    "one after another": Case([asks(1100 + one, at=one * SECOND // 10, mute=one % 2 == 0) for one in range(60)], severity="high"),
    "from a list, all answered": Case([asks(1100 + 7 * one, at=one * SECOND) for one in range(30)], severity="medium"),
    "nobody answers": Case([asks(1100 + one, at=one * SECOND, mute=True) for one in range(30)], severity="medium"),
}  # fmt: skip

QUIET: Cases = {
    "a computer": [asks(1105, WS1, at=one * MINUTE) for one in range(60)],
    "a small branch behind one address": [asks(1105 + 3 * (one % 12), at=one * MINUTE // 2) for one in range(60)],
    "a controller": [controller(DC2), *(asks(1100 + one, DC2, at=one * SECOND) for one in range(40))],
    "over a day": [asks(1100 + one, at=one * 5 * MINUTE) for one in range(60)],
}  # fmt: skip
