"""Signed time: requests and their answers."""

from app.model.activity import Activity, Endpoint
from app.model.details import NtpRequest
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.conversations.ntp import PENDING_LIMIT, NtpUdp
from app.sensor.frame import Flow
from tests.sensor.decoders.test_ntp import message


def talk() -> tuple[NtpUdp, list[Activity]]:
    found: list[Activity] = []
    flow = Flow("input", Endpoint("10.0.0.66", 40000), Endpoint("10.0.0.10", 123), "udp")
    return NtpUdp(flow, found.append, lambda what, frame: None), found


def test_request_and_answer_are_one_activity() -> None:
    conversation, found = talk()
    conversation.message(True, message(3, 1105), 1_000, (1,), 0)
    conversation.message(False, message(4, 1105, origin=b"12345678"), 2_000, (2,), 0)
    conversation.close()
    (one,) = found

    assert (one.result, one.frames, one.at, one.until) == ("success", (1, 2), 1_000, 2_000)
    assert one.detail == NtpRequest(rid=1105)
    assert one.source is not None and one.source.ip == "10.0.0.66"


def test_what_nobody_answers_is_told() -> None:
    conversation, found = talk()
    conversation.message(True, message(3, 1105), 1_000, (1,), 0)
    conversation.message(True, message(3, 1105), 1_500, (2,), 0)
    conversation.message(False, message(4, 1106, origin=b"12345678"), 2_000, (3,), 0)
    conversation.expire(1_001 + UNANSWERED_AFTER)

    assert [(one.result, one.frames) for one in found] == [("unanswered", (1,))]


def test_waiting_requests_are_bounded() -> None:
    conversation, found = talk()
    for one in range(PENDING_LIMIT + 10):
        conversation.message(True, message(3, 1000 + one), one, (one + 1,), 0)

    assert len(found) == 10
