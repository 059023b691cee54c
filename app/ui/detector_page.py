"""Sections of the Markdown page beside a detector, as plain words."""

import re

MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
ITEM = re.compile(r"\s*(?:[-*+]|\d+\.)\s+")


def section(page: str, title: str) -> list[str]:
    """Lines of the section with that heading, one sentence or item each, without marks; [] when the page has none."""
    found: list[str] = []
    inside = False
    for line in page.splitlines():
        if line.startswith("#"):
            inside = line.lstrip("#").strip().lower() == title.lower()
        elif inside and line.strip():
            found.append(MARKS.sub("", LINK.sub(r"\1", ITEM.sub("", line, count=1) if ITEM.match(line) else line)).strip())
    return found
