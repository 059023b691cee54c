"""What the parameter of a message says, by its number (%%14675) or by the words that a forwarder wrote in its place.

Forwarders that send texts write them in the language of Windows where the event was logged, or where it was collected.
"""

import re

LONGEST = 1024
_DELETED = frozenset({"%%1906", "%%8448", "%%8450", "%%14675", "%%14679", "%%14680"})
"""A value of the registry was deleted; success or failure is no more audited; a value of an attribute was taken away, also one
that had an end, or whose end had come (message tables of msaudite and adtschema)."""
_TAKEN = (
    "delet", "remov", "gelöscht", "entfernt", "supprim", "elimin", "quitad", "borrad", "rimoss", "exclu", "usuni",
    "удал", "verwijder", "削除",
)  # fmt: skip
"""Beginnings of the words for it in English, German, French, Spanish, Italian, Portuguese, Polish, Russian, Dutch, Japanese."""
_NUMBER = re.compile(r"%%\d{1,9}")


def is_taken_away(text: str | None) -> bool:
    """True when an operation, or one of several, took something away."""
    if not text:
        return False
    numbers = _NUMBER.findall(text[:LONGEST])
    if numbers:
        return not _DELETED.isdisjoint(numbers)
    words = text[:LONGEST].lower()
    return any(one in words for one in _TAKEN)


def is_placeholder(text: str) -> bool:
    """True for what stands in a field that has no value: %%1793, "<value not set>", in any language."""
    return text == "%%1793" or (text[:1] == "<" and text[-1:] == ">")


def is_domain_service(text: str | None) -> bool:
    """True for the directory of a domain (%%14676), as far as it is told; a lightweight directory (AD LDS) calls itself so."""
    if text is None or text == "%%14676":
        return True
    words = text.lower()
    return "active directory" in words and "lightweight" not in words and "lds" not in words
