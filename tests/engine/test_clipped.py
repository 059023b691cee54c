"""Long texts of a log in a sentence."""

from app.engine.detector import clipped


def test_a_text_that_is_cut_ends_with_its_sign_and_no_blank() -> None:
    command = "powershell -enc " * 40
    said = clipped(command)
    assert len(said) <= 200 and said.endswith("\u2026") and not said.removesuffix("\u2026").endswith(" ")
    assert clipped("a" * 198 + " bc") == "a" * 198 + "\u2026"


def test_a_short_text_is_whole_without_blanks_at_its_ends() -> None:
    assert clipped(" cmd /c dir ") == "cmd /c dir" and clipped("a" * 200) == "a" * 200 and clipped("  ") == ""
