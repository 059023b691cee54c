"""Numbers with their nouns."""

from app.model.counting import counted


def test_one_is_one_and_more_are_more() -> None:
    assert [counted(number, "alert") for number in (0, 1, 1204)] == ["0 alerts", "1 alert", "1,204 alerts"]
    assert [counted(number, "try", "tries") for number in (1, 2)] == ["1 try", "2 tries"]
    assert counted(1, "file is", "files are") == "1 file is"
