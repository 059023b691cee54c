"""A look at the text of a record, in the child that made it: whether it can become an activity, so that it is parsed in full.

What is left out here is what the families of events (app.sensor.events) make nothing of: numbers that no log has which is read,
records of another provider with such a number, what Sysmon tells of files, values and pipes that concern no identity, and
connections to other ports than those of Kerberos. In doubt a record is kept. Its time must be one that can be; else it would be
counted as a problem.
"""

import re
from collections.abc import Iterable, Mapping

from app.model.hosts import KEPT
from app.sensor.events.bulk import may_tell

Wanted = Mapping[int, frozenset[str]]
"""Providers, in lower case, whose events of a number can tell something; empty when all records are wanted."""
_EVENT = re.compile(r'"EventID":(?:"?(\d+)|\{(?:[^{}]|\{[^{}]*\})*?"#text":"?(\d+))')
_PROVIDER, _TIME = '"Provider":{"#attributes":{"Name":"', '"TimeCreated":{"#attributes":{"SystemTime":"'
_SYSMON = "microsoft-windows-sysmon"
EARLIEST, LATEST = "1990", "2100"
"""The years in which something can have been recorded, see app.sensor.decoders.instants."""


def wanted_of(pairs: Iterable[tuple[str, list[int]]]) -> Wanted:
    """(provider, numbers of its events) by number."""
    found: dict[int, set[str]] = {}
    for provider, ids in pairs:
        for one in ids:
            found.setdefault(one, set()).add(provider)
    return {one: frozenset(providers) for one, providers in found.items()}


def can_be(when: str) -> bool:
    """Whether a time in text can be that of a record."""
    return EARLIEST <= when < LATEST


class Glance:
    """What was left out of one chunk. Of records whose header does not say when they were written, the first and the last stay:
    exports of Windows leave that at zero, and the span of the log is told by the events themselves.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._first: tuple[str, int, str] | None = None
        self._last: tuple[str, int, str] | None = None

    def keeps(self, text: str, position: int, written: str) -> bool:
        """Whether the record of this text is to be parsed. position: of it in the chunk. written: what its header says."""
        if not self._wanted:
            return True
        found = _EVENT.search(text)
        if found is None:
            return True
        number = int(found[1] or found[2])
        providers = self._wanted.get(number)
        if providers is None or not may_tell(number, text):
            return False
        provider = _behind(_PROVIDER, text, found.start()).lower()
        if not provider or (provider in providers and not (provider == _SYSMON and _tells_nothing(number, text))):
            return True
        when = _behind(_TIME, text).removesuffix("Z")
        if not can_be(when):
            return True
        if not can_be(written):
            one = when, position, text
            self._first = one if self._first is None or one < self._first else self._first
            self._last = one if self._last is None or one > self._last else self._last
        return False

    def ends(self) -> list[tuple[int, str]]:
        """(position, text) of the first and the last in time of what was left out and tells when it was."""
        return list({one[1]: one[2] for one in (self._first, self._last) if one is not None}.items())


def _behind(words: str, text: str, end: int | None = None) -> str:
    """The value that begins behind these words, which stand before end; empty where none stands there, or an odd one."""
    at = text.find(words, 0, end)
    if at < 0:
        return ""
    at += len(words)
    value = text[at : text.find('"', at)]
    return value if value.count("\\") == 2 * value.count("\\\\") else ""  # else it holds other escapes


def _tells_nothing(number: int, text: str) -> bool:
    """Whether an event of Sysmon surely tells of nothing that is kept."""
    kept = KEPT.get(number)
    if kept is None:
        return False
    name, is_kept = kept
    value = _behind(f'"{name}":"', text)
    return bool(value) and not is_kept(value.replace("\\\\", "\\")) and text.count(f'"{name}"') == 1
