"""Numbers and texts of a Windows event's fields, however they are written, and however many came before."""

import pytest

from app.model import events
from app.model.events import EventLogon

NUMBERS = {
    "3": 3, " 3 ": 3, "0x3": 3, "0X1F": 31, " 0x10": 16, "-1": -1, "0x": None, "-": None, "three": None, "%%1793": None,
    "0x3e7abcdef012": 0x3E7ABCDEF012, "  0x3e7abcd  ": 0x3E7ABCD, "4294967295": 4_294_967_295, "1,000,000": None,
}  # fmt: skip


@pytest.mark.parametrize("room", [0, 4096])
def test_numbers_are_read_the_same_each_time(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_numbers", {})
    monkeypatch.setattr(events, "AT_HAND", room)
    for text, number in [*NUMBERS.items(), *NUMBERS.items()]:
        assert EventLogon(fields={"LogonType": text}).number("LogonType") == number, text
    assert len(events._numbers) <= room


def test_the_first_field_that_is_a_number_counts() -> None:
    event = EventLogon(fields={"one": "-", "two": "0x20", "three": "7"})

    assert event.number("none", "one", "two", "three") == 32
    assert event.number("one") is None


@pytest.mark.parametrize("blank", ["", "-", " - ", "N/A", "(NULL)", "NULL", "   "])
def test_blanks_are_no_text(blank: str) -> None:
    assert EventLogon(fields={"one": blank, "two": " a longer text "}).text("one", "two") == "a longer text"
    assert EventLogon(fields={"one": blank}).text("one") is None
