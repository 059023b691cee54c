"""Text that somebody wrote into a file: a list of names, saved queries."""

from pathlib import Path

MOST = 16_000_000
"""Bytes of a list: four for each character that one of exclusions may have."""
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 begins, which PowerShell and Excel write."""


def text_of(path: Path, most: int = MOST) -> str:
    """The text of a file of at most that many bytes. Raises OSError with one sentence.

    A letter that was read wrongly would make another name of one, which then matches nobody, without a word.
    """
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(f"{path} is larger than {most:,} bytes, which is too much for a list")
    return decoded(data, str(path))


def decoded(data: bytes, name: str) -> str:
    """Bytes as the text that they are. name: of where they come from. Raises OSError with one sentence."""
    try:
        text = data.decode("utf-16" if data.startswith(WIDE) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise OSError(f"{name} is no text in UTF-8 (line {line}): save it in that encoding") from None
    if "\0" in text:
        raise OSError(f"{name} is no text: it holds zero bytes")
    return text
