"""How a delivery fails."""


class NotDelivered(OSError):
    """It did not arrive, and is tried again; the message is one sentence. refused: the receiver does not want this notice."""

    def __init__(self, words: str, refused: bool = False) -> None:
        super().__init__(words)
        self.refused = refused


def why(error: BaseException) -> str:
    """An error of the system or of a library in one line."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join("".join(c if c.isprintable() else " " for c in str(words)).split())[:200]
