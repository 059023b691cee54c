"""The English message text of an event taken apart into the named fields of its template."""

import re
from functools import lru_cache

from app.sensor.events.message_labels import LABELS, Section
from app.sensor.events.message_sentences import SCRIPT, SENTENCES, said, script

FOREIGN = "messages that are not those of Windows in English: what they say of accounts and addresses is not known"
LONGEST = 1 << 16
"""Characters of a message that are looked at."""
_AFTER = re.compile(
    r"\s{1,8}(?:This event is generated|The subject fields indicate|Pre-authentication types, ticket options|"
    r"Certificate information is only provided|Ticket options(?:, | and )encryption types|Token Elevation Type indicates|"
    r"Access Check Results:)"
)
_BREAK = re.compile(r"\r?\n[ \t]*\r?\n(?=\S)")
_SPACES = re.compile(r"\s+")
_SID = re.compile(r"S-1-\d")


def fields_of(event_id: int, text: str) -> dict[str, str]:
    """Named fields of the message of an event; {} when its labels are not known or none is there.

    Lines ("Name:\\t\\tvalue") are read line by line, so that no value can feign a label. Many forwarders write the message in
    one line; labels are then looked for in the order of the template.
    """
    if event_id == SCRIPT:
        return script(text)
    if event_id in SENTENCES and (told := said(event_id, text)):
        return told
    template = LABELS.get(event_id)
    if template is None or ":" not in text:
        return {}
    text = text[:LONGEST]
    lines = "\n" in text.strip()
    places: list[tuple[int, int, str]] = []
    for section, start, begin, end in _sections(template, text, lines):
        if section[0]:
            places.append((start, begin, ""))
        _places(section[1], text, begin, end, lines, places)
    places.sort()
    found: dict[str, str] = {}
    for index, (_, start, name) in enumerate(places):
        if name:
            stop = places[index + 1][0] if index + 1 < len(places) else len(text)
            _keep(found, name, _value(text[start:stop], lines))
    return found


def is_foreign(event_id: int, fields: dict[str, str]) -> bool:
    """True when nothing but a message tells of an event, and its labels are not those of the English one."""
    return len(fields) == 1 and "Message" in fields and event_id in LABELS and bool(fields["Message"].strip())


@lru_cache(maxsize=1024)
def _pattern(label: str, lines: bool) -> re.Pattern[str]:
    # in one line "Subject" must not be found in "Target Subject"
    before = r"(?m:^)[ \t]*" if lines else r"(?:(?<=\s)|(?<=\A))(?<!Target )(?<!Creator )"
    return re.compile(before + re.escape(label) + r"[ \t]{0,8}:(?!\\)", re.I)


def _sections(template: tuple[Section, ...], text: str, lines: bool) -> list[tuple[Section, int, int, int]]:
    """Each section that is there: where its heading stands, where it ends, and where the section does."""
    at, starts = 0, []
    for section in template:
        if not section[0]:
            starts.append((section, at, at))
        elif found := _heading(section, text, at, lines):
            starts.append((section, *found))
            at = found[1]
    out = []
    for index, (section, start, begin) in enumerate(starts):
        end = next((after for other, after, _ in starts[index + 1 :] if other[0]), len(text))
        out.append((section, start, begin, end))
    return out


def _heading(section: Section, text: str, at: int, lines: bool) -> tuple[int, int] | None:
    """A heading has no value in its line, and one of its labels soon after it."""
    pattern = _pattern(section[0], lines)
    for _ in range(8):
        found = pattern.search(text, at)
        if found is None:
            return None
        after = text[found.end() :]
        if lines:
            if not after.partition("\n")[0].strip():
                return found.start(), found.end()
        elif any(after.lstrip()[: len(label) + 1].lower() == f"{label}:".lower() for label, _ in section[1]):
            return found.start(), found.end()
        at = found.end()
    return None


def _places(
    labels: tuple[tuple[str, str], ...], text: str, begin: int, end: int, lines: bool, out: list[tuple[int, int, str]]
) -> None:
    at = begin
    for label, name in labels:
        # lines come in any order, labels in one line in the template's only
        found = _pattern(label, lines).search(text, begin if lines else at, end)
        if found:
            out.append((found.start(), found.end(), name))
            at = found.end()


def _keep(found: dict[str, str], name: str, value: str) -> None:
    if name.endswith("Sid") and not _SID.match(value):
        if name == "MemberSid" and value not in ("", "-", "NULL SID"):  # a forwarder wrote the name for the number
            found.setdefault("MemberName", value)
    elif value not in ("", "-") or found.get(name, "-") in ("", "-"):
        found[name] = value


def _value(raw: str, lines: bool) -> str:
    if lines and (cut := _BREAK.search(raw, len(raw) - len(raw.lstrip()))):
        raw = raw[: cut.start()]
    if cut := _AFTER.search(raw):
        raw = raw[: cut.start()]
    return _SPACES.sub(" ", raw).strip()
