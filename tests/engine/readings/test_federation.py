"""Events of one request at a federation server tell together what none tells alone."""

from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.readings.federation import NOBODY, by_password, remember, whole
from app.model.activity import Activity
from app.model.events import EventAdfs
from tests.cases.brute_force import CLAIMS, TOKENS, audited, older
from tests.engine.detectors.builders import HOUR, SECOND


def told(*activities: Activity) -> tuple[Activity, Context]:
    """The last one as it is understood after those before it."""
    ctx = Context(Knowledge(), Memory())
    for one in activities:
        remember(one, ctx)
    return whole(activities[-1], ctx), ctx


def source(activity: Activity) -> str | None:
    return None if activity.source is None else activity.source.ip


def test_the_client_of_the_headers_wins_over_the_proxy_that_asked() -> None:
    asked, headers, valid, caller = older("alice", right=True)

    assert source(told(asked, headers, valid, caller)[0]) == "203.0.113.9"
    assert source(told(headers, asked, valid, caller)[0]) == "203.0.113.9"
    assert source(told(asked, valid, caller)[0]) == "10.0.0.7"
    assert source(told(caller)[0]) is None


def test_a_right_password_is_told_from_other_tokens() -> None:
    caller = audited(501, "i", f"{CLAIMS}/windowsaccountname", r"EXAMPLE\alice", at=SECOND)
    for token, right in (("UserName", True), ("Windows", False)):
        activity, ctx = told(audited(412, "i", "r", f"{TOKENS}/{token}", "urn:app"), caller)
        assert isinstance(activity.detail, EventAdfs)
        assert by_password(activity.detail, activity.at, ctx) is right


def test_requests_without_an_id_and_long_ago_are_nobodys() -> None:
    page = ["2020-01-01", "10.0.0.7", "POST", "/adfs/ls/", *["-"] * 10]
    wrong = ["x/UserName", "-", "EXAMPLE\\alice-The password", "x"]

    assert source(told(audited(403, "i", NOBODY, *page), audited(411, NOBODY, *wrong, at=SECOND))[0]) is None
    assert source(told(audited(403, "i", "r", *page), audited(411, "r", *wrong, at=SECOND))[0]) == "10.0.0.7"
    assert source(told(audited(403, "i", "r", *page), audited(411, "r", *wrong, at=HOUR))[0]) is None


def test_headers_in_a_long_text_belong_to_the_request_of_their_instance() -> None:
    page = ["2020-01-01", "10.0.0.7", "POST", "/adfs/ls/", *["-"] * 10]
    text = audited(510, "i", '{"X-MS-Forwarded-Client-IP":"203.0.113.9"}', at=SECOND)
    wrong = audited(411, "r", "x/UserName", "-", "EXAMPLE\\alice-The password", "x", at=2 * SECOND)

    assert source(told(audited(403, "i", "r", *page), text, wrong)[0]) == "203.0.113.9"
