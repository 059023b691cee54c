"""Who carries a tag that detectors go by: found by the program, given or taken away by an analyst."""

from collections.abc import Iterable, Mapping

from app.engine.queries.access import Access
from app.model.entity import EntityKind, EntityRef
from app.model.rows import Tagged
from app.model.tags import SENSITIVE

KINDS: tuple[EntityKind, ...] = ("user", "service", "computer", "controller", "group")
AT_ONCE = 400
"""Entities that are looked at before other readers get their turn."""
MOST = 5_000
"""Carriers that are listed."""


def carriers(access: Access, known: Iterable[EntityRef]) -> tuple[Tagged, ...]:
    """Sensitive entities among those that are known, and everything that an analyst said of tags; those by hand first."""
    said = access.tags()
    refs = {ref.key: ref for ref in known}
    found = [
        Tagged(ref=refs.get(key) or _named(key), tag=tag, by_hand=on) for key, tags in said.items() for tag, on in tags.items()
    ]
    wanted = [ref for ref in refs.values() if ref.kind in KINDS]
    knowledge = access.knowledge()
    for first in range(0, len(wanted), AT_ONCE):
        part = wanted[first : first + AT_ONCE]
        with access.lock:
            reasons = [knowledge.why_sensitive(ref.key) for ref in part]
        found += [
            Tagged(ref=ref, tag=SENSITIVE, by_hand=None, why=", ".join(why[:4]))
            for ref, why in zip(part, reasons, strict=True)
            if why and not _says(said, ref.key)
        ]
        if len(found) >= MOST:
            break
    found.sort(key=lambda one: (one.by_hand is None, one.tag, one.ref.label.lower(), one.ref.key))
    return tuple(found[:MOST])


def _says(said: Mapping[str, Mapping[str, bool]], key: str) -> bool:
    return SENSITIVE in said.get(key, {})


def _named(key: str) -> EntityRef:
    """Of what no activity names: an entity called by its key."""
    kind, _, rest = key.partition(":")
    every: tuple[EntityKind, ...] = (*KINDS, "address", "domain")
    return EntityRef(next((one for one in every if one == kind), "user"), key, rest or key)
