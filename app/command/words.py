"""Text from captures made fit for a terminal."""

LONGEST = 1000
"""Characters of one line; names from a capture may be longer than anyone reads."""


def inert(text: str) -> str:
    """Nothing in it moves a cursor, changes a colour or turns the direction of writing."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def line(text: str) -> str:
    """An inert line of bounded length."""
    return inert(text if len(text) <= LONGEST else text[:LONGEST] + "\u2026")
