"""Turns text, and whatever holds text, into what may leave; and back for who has the key."""

import base64
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from app.engine.privacy.addresses import Addresses

DIGITS = 6
"""Characters of a pseudonym: 30 bits. Two names of one case that fall together are told apart by a longer one."""
_ADDRESS = re.compile(
    r"(?<![\w.~])\d{1,3}(?:\.\d{1,3}){3}(?!\w)(?!\.\d)"
    r"|(?:(?<=[g-z]:)|(?<![\w.:~]))(?=[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{2,45}(?![\w:])(?!\.\d)"
)
_KEY = re.compile(r"\baddress:(~?)([0-9A-Fa-f.:]{2,45})")
"""Key of an address. One that is hidden has a mark, for a pseudonym looks like an address and questions may hold real keys."""
_SID = re.compile(r"\bS-1-5-21-(\d{1,10})-(\d{1,10})-(\d{1,10})", re.I)
_HARDWARE = re.compile(r"(?<![\w:-])[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}(?![\w:-])")
_PSEUDONYM = re.compile(r"\b(?:user|host|group|domain|person|service)-[a-z2-7]{6,16}\b")
IDS = frozenset({
    "key", "id", "input", "proof", "evidence", "activity", "detector", "sha256", "techniques", "excluded", "follows", "subject",
    "proofs", "alerts", "right",
})  # fmt: skip
"""Fields of values that nobody reads: other values are found by them."""
MARKS = frozenset({
    "id", "created", "modified", "detector", "kind", "sha256", "state", "severity", "type", "spec_version", "datetime", "time",
    "timestamp_desc", "data_type", "techniqueID", "color", "first", "last", "source_name", "url", "wardlight_id", "phase",
    "sighting_of_ref", "created_by_ref", "src_ref", "dst_ref", "first_seen", "last_seen", "first_observed", "last_observed",
    "object_refs", "observed_data_refs", "techniques", "kinds", "match_by", "source_kind", "firstseen", "lastseen",
})  # fmt: skip
"""Members of JSON objects that hold no words of the case."""


class Veil:
    """One key, and the names of one case. Instances may be used from several threads."""

    def __init__(self, key: bytes, names: Mapping[str, str], sids: Iterable[str] = ()) -> None:
        if len(key) < 32:
            raise ValueError("a key has 32 bytes or more")
        self.key = key
        self._addresses = Addresses(sha256(b"addresses" + key).digest())
        self._by_start: dict[str, tuple[dict[str, str], tuple[int, ...]]] = {}
        self._back: dict[str, str] = {}
        starts: dict[str, dict[str, str]] = {}
        for name in sorted(names):
            said = self._pseudonym(name, names[name])
            self._back[said] = name
            start = re.match(r"\w+|\W", name)
            starts.setdefault(start.group() if start else name[0], {})[name] = said
        for start_word, some in starts.items():
            self._by_start[start_word] = (some, tuple(sorted({len(one) for one in some}, reverse=True)))
        self.text = lru_cache(65_536)(self._text)
        for sid in sids:
            _SID.sub(self._sid, sid)

    def _pseudonym(self, name: str, of: str) -> str:
        """Readable, the same for the same name under the same key."""
        digest = hmac.new(self.key, f"name {name}".encode("utf-8", "surrogatepass"), sha256).digest()
        letters = base64.b32encode(digest).decode().lower()
        for length in range(DIGITS, 17):
            said = f"{of}-{letters[:length]}"
            if self._back.get(said, name) == name:
                break
        return said

    def _text(self, text: str) -> str:
        """Every name, address and identifier of a text replaced; the rest stays."""
        text = _SID.sub(self._sid, text)
        text = _HARDWARE.sub(lambda found: self._hardware(found.group()), text)
        text = _KEY.sub(lambda found: self._key(found, self._addresses.hide, "", "~"), text)
        pieces: list[str] = []
        end = 0
        for found in _ADDRESS.finditer(text):
            pieces.append(self._names(text[end : found.start()]))
            pieces.append(self._addresses.hide(found.group()))
            end = found.end()
        pieces.append(self._names(text[end:]))
        return "".join(pieces)

    @staticmethod
    def _key(found: re.Match[str], turn: Callable[[str], str], before: str, after: str) -> str:
        """A key with its address turned, when it carries the mark of before; else as it is."""
        turned = turn(found.group(2))
        return f"address:{after}{turned}" if found.group(1) == before and turned != found.group(2) else found.group()

    def _names(self, text: str) -> str:
        lower = text.lower()
        if len(lower) != len(text):  # a letter whose small form is longer; positions would not agree
            lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
        out: list[str] = []
        at = done = 0
        for found in re.finditer(r"\w+|\W", lower):
            if found.start() < at:
                continue
            held = self._by_start.get(found.group())
            if held is None or (found.start() and lower[found.start() - 1].isalnum()):
                continue
            for length in held[1]:
                stop = found.start() + length
                said = held[0].get(lower[found.start() : stop])
                if said is not None and (stop >= len(lower) or not (lower[stop].isalnum() or lower[stop] == "_")):
                    out += [text[done : found.start()], said]
                    at = done = stop
                    break
        out.append(text[done:])
        return "".join(out)

    def _sid(self, found: re.Match[str]) -> str:
        digest = hmac.new(self.key, b"sid " + "-".join(found.groups()).encode(), sha256).digest()
        parts = (int.from_bytes(digest[at : at + 4], "big") for at in (0, 4, 8))
        said = "S-1-5-21-" + "-".join(map(str, parts))
        self._back.setdefault(said, found.group())
        return said

    def _hardware(self, text: str) -> str:
        mark = text[2]
        digest = hmac.new(self.key, b"mac " + text.replace(mark, "").lower().encode(), sha256).digest()
        said = mark.join(f"{one:02x}" for one in (0x02, *digest[:5]))  # locally administered
        self._back.setdefault(said, text)
        return said

    def reveal(self, text: str) -> str:
        """A text with pseudonyms turned back, as far as this case knows the names."""
        text = _PSEUDONYM.sub(lambda found: self._back.get(found.group(), found.group()), text)
        text = _SID.sub(lambda found: self._back.get(found.group(), found.group()), text)
        text = _HARDWARE.sub(lambda found: self._back.get(found.group(), found.group()), text)
        text = _ADDRESS.sub(self._shown, text)
        return _KEY.sub(lambda found: self._key(found, self._addresses.reveal, "~", ""), text)

    def _shown(self, found: re.Match[str]) -> str:
        """An address turned back, but for that of a key as it is."""
        key = found.string.endswith("address:", 0, found.start())
        return found.group() if key else self._addresses.reveal(found.group())

    def of(self, value: Any) -> Any:
        """The value with every text in it hidden: texts, lists, dicts, frozen structs; bytes are left out."""
        return _mapped(value, self.text)

    def back(self, value: Any) -> Any:
        """The value with every pseudonym in it turned back."""
        return _mapped(value, self.reveal)


def _mapped(value: Any, turn: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return turn(value) if value else value
    if isinstance(value, bytes):
        return b""  # no pseudonym reaches into them
    if value is None or isinstance(value, (bool, int, float)) or depth > 40:
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_mapped(one, turn, depth + 1) for one in value))
    if isinstance(value, (tuple, list)):
        made = [_mapped(one, turn, depth + 1) for one in value]
        return tuple(made) if isinstance(value, tuple) else made
    if isinstance(value, (frozenset, set)):
        return type(value)(_mapped(one, turn, depth + 1) for one in value)
    if isinstance(value, dict):
        return {name: one if name in MARKS and _is_mark(one) else _member(name, one, turn, depth) for name, one in value.items()}
    if isinstance(value, Struct):
        changed = dict(_changed(value, turn, depth))
        return msgspec.structs.replace(value, **changed) if changed else value
    return value


def _is_mark(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value))


def _member(name: str, value: Any, turn: Any, depth: int) -> Any:
    """One member or field; of a place on this machine only the file's name, for folders tell whose they are."""
    if name == "path" and isinstance(value, str):
        value = value.replace("\\", "/").rsplit("/", 1)[-1]
    return _mapped(value, turn, depth + 1)


def _changed(value: Struct, turn: Any, depth: int) -> Iterator[tuple[str, Any]]:
    for name in value.__struct_fields__:
        if name in IDS:
            held = getattr(value, name)
            if not (isinstance(held, tuple) and held and isinstance(held[0], Struct)):
                continue
        else:
            held = getattr(value, name)
        made = _member(name, held, turn, depth)
        if made is not held and made != held:
            yield name, made
