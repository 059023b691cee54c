"""Headers of syslog messages as RFC 3164, RFC 5424 and the field write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.events.syslog_frame import ELEMENTS, PARAMETERS, Frame, frame_of, text_of
from app.sensor.events.syslog_time import of_clock, time_of

NEAR = int(datetime(2026, 3, 2, 12, 0, 5, tzinfo=UTC).timestamp()) * 1_000_000


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1_000_000)  # type: ignore[misc,arg-type]


def test_examples_of_rfc_5424() -> None:
    found = frame_of("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed", NEAR)
    assert (found.priority, found.version, found.at, found.zoned) == (34, 1, at(2003, 10, 11, 22, 14, 15) + 3000, True)
    assert (found.host, found.app, found.procid, found.msgid, found.body) == (
        "mymachine.example.com",
        "su",
        "",
        "ID47",
        "'su root' failed",
    )
    found = frame_of(
        '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [exampleSDID@32473 iut="3" eventSource="App\\"\\\\\\]x"]'
        '[examplePriority@32473 class="high"] %% It\'s time', NEAR)  # fmt: skip
    assert found.at == at(2003, 8, 24, 12, 14, 15) + 3
    assert found.structured == {
        "exampleSDID@32473": {"iut": "3", "eventSource": 'App"\\]x'},
        "examplePriority@32473": {"class": "high"},
    }
    assert found.body == "%% It's time"
    assert frame_of("<34>1 - - - - - -").body == ""


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("<34>Oct 11 22:14:15 mine su: 'su root' failed", (at(2025, 10, 11, 22, 14, 15), "mine", "su", "'su root' failed")),
        ("<13>Mar  2 12:00:00 dc1 app[17]: hello", (at(2026, 3, 2, 12), "dc1", "app", "hello")),
        ("<13>Mar  2 2019 12:00:00 asa : hello", (at(2019, 3, 2, 12), "asa", "", ": hello")),
        ("<13>Mar 2 12:00:00.250 dc1 hello you", (at(2026, 3, 2, 12) + 250_000, "dc1", "", "hello you")),
        ("<13>2026-03-02T12:00:00.5+01:00 dc1 app: hi", (at(2026, 3, 2, 11) + 500_000, "dc1", "app", "hi")),
        ("<13>app: hi", (None, "", "app", "hi")),
        ("hi there", (None, "", "", "hi there")),
        ("<13>hi", (None, "", "", "hi")),
        ("<192>hi", (None, "", "", "<192>hi")),
        ("<13>Dec 31 23:59:59 h x", (at(2025, 12, 31, 23, 59, 59), "h", "", "x")),
        ("Mar  2 11:59:59 2001:db8::1 tag: x", (at(2026, 3, 2, 11, 59, 59), "2001:db8::1", "tag", "x")),
    ],
)  # fmt: skip
def test_headers_of_the_field(text: str, want: tuple[object, ...]) -> None:
    found = frame_of(text, NEAR)
    assert (found.at, found.host, found.app, found.body) == want


def test_a_year_that_nobody_tells_is_not_guessed() -> None:
    assert frame_of("<34>Oct 11 22:14:15 m su: x", 0).at is None


def test_zones_of_clocks() -> None:
    assert of_clock(NEAR + 2 * 3600_000_000 + 5_000_000, NEAR) == NEAR + 5_000_000
    assert of_clock(NEAR - 17 * 60_000_000, NEAR) == NEAR - 17 * 60_000_000
    assert of_clock(NEAR + 40 * 3600_000_000, NEAR) == NEAR + 40 * 3600_000_000


def test_numbers_are_told_apart_by_size() -> None:
    for text in ("1456144380", "1456144380000", "1456144380000000", "1456144380000000000"):
        assert time_of(text) == 1456144380_000_000
    assert time_of("14561443") is None and time_of("x") is None and time_of("") is None


def test_text_is_read_whatever_its_bytes() -> None:
    assert text_of(b"\xef\xbb\xbfgr\xc3\xbcn\0") == "gr\u00fcn" and text_of(b"gr\xfcn\r\n") == "gr\u00fcn"


def test_structured_data_is_bounded() -> None:
    many = "".join(f'[e{one}@1 {" ".join(f"""p{two}="x" """ for two in range(PARAMETERS + 9))}]' for one in range(ELEMENTS + 9))
    found = frame_of(f"<1>1 - - - - - {many}", 0)
    assert len(found.structured) <= ELEMENTS and all(len(one) <= PARAMETERS for one in found.structured.values())


@settings(deadline=None)
@given(st.text(max_size=200), st.integers(min_value=0, max_value=1 << 53))
def test_any_text_has_a_frame(text: str, near: int) -> None:
    for one in (text, "<13>" + text, "<13>1 " + text, "<13>Oct 11 22:14:15 " + text, "<13>1 - - - - - [" + text):
        assert isinstance(frame_of(one, near), Frame)
    time_of(text, near)
