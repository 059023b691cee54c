"""How well typed letters name a thing: its words, their beginnings, their initials, or letters left out."""

from functools import lru_cache

LONGEST = 200
"""Characters that are looked at of either side."""
WORD, START, WHOLE = 100.0, 25.0, 40.0
INITIALS, LETTERS = 80.0, 45.0


def score(typed: str, text: str) -> float | None:
    """How well text answers what was typed, the higher the better; None when a word of it is not answered."""
    said = text[:LONGEST].lower()
    words = typed[:LONGEST].lower().split()
    if not words:
        return 0.0
    if said == " ".join(words):
        return WORD + START + WHOLE
    total = 0.0
    for word in words:
        one = _word(word, said)
        if one is None:
            return None
        total += one
    together = 10.0 if " ".join(words) in said else 0.0
    return total / len(words) + together - min(20.0, len(said) / 10)


def _word(word: str, said: str) -> float | None:
    at = said.find(word)
    while at >= 0:
        if at == 0:
            return WORD + START
        if not said[at - 1].isalnum():
            return WORD + START / 2
        following = said.find(word, at + 1)
        if following < 0:
            return WORD
        at = following
    parts = _parts(said)
    if len(word) > 1 and _among(word, [one[0] for one in parts]):
        return INITIALS
    gaps = [gap for one in parts if (gap := _letters(word, one)) is not None]
    return LETTERS - min(gaps) * 5 if len(word) >= 3 and gaps else None


@lru_cache(1024)
def _parts(said: str) -> tuple[str, ...]:
    """Words of a text, which is asked for again with each letter that is typed."""
    return tuple("".join(one if one.isalnum() else " " for one in said).split())


def _among(word: str, initials: list[str]) -> bool:
    """Whether the letters are initials in their order, some words left out."""
    rest = iter(initials)
    return all(letter in rest for letter in word)


def _letters(word: str, part: str) -> int | None:
    """How many letters of a word were left out, its first and at most half of them not; None when it is another word."""
    if part[0] != word[0] or len(part) > 2 * len(word):
        return None
    at = 0
    for letter in word:
        at = part.find(letter, at) + 1
        if not at:
            return None
    return at - len(word)
