"""Who is worth a path: accounts, computers, groups and domains that can reach everything."""

from collections.abc import Iterable, Mapping

from app.engine.knowledge import Knowledge
from app.engine.knowledge.tags import SENSITIVE
from app.model.entity import EntityRef

BY_HAND = "tagged by hand"


def sensitive(
    known: Knowledge, refs: Iterable[EntityRef], at: int | None, said: Mapping[str, Mapping[str, bool]]
) -> dict[str, str]:
    """Key of an entity to why it is sensitive at a time (None: as known last). said: key to what an analyst says of its tags."""
    found: dict[str, str] = {}
    for ref in refs:
        told = said.get(ref.key, {}).get(SENSITIVE)
        if told is not None:
            if told:
                found[ref.key] = BY_HAND
            continue
        if ref.kind == "controller":
            found[ref.key] = "domain controller"
        elif ref.kind == "domain":
            found[ref.key] = "the domain itself"
        elif ref.kind != "address":
            reasons = known.why_sensitive(ref.key, at)
            if reasons:
                found[ref.key] = ", ".join(reasons[:3])
    return found
