"""Tooltips of data."""

from html import escape

from app.ui import wording


def plain_tip(text: str) -> str:
    """Tooltip of data: Qt guesses rich text, so the words are escaped."""
    if not text:
        return ""
    return (
        "<p style='white-space:pre-wrap'>"
        + "<br>".join(escape(wording.tidy(line, 2000)) for line in text.split("\n", 8))
        + "</p>"
    )
