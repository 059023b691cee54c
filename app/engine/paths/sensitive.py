"""Who is worth a path: accounts, computers, groups and domains that can reach everything."""

from collections.abc import Iterable, Mapping

from app.engine.knowledge import Knowledge
from app.engine.knowledge.born import BUILT_IN
from app.engine.knowledge.directory import SENSITIVE_NAMES
from app.engine.knowledge.sids import BORN_SENSITIVE, is_sensitive_group, relative_id
from app.engine.paths.arcs import Arc
from app.model.entity import EntityRef
from app.model.tags import SENSITIVE

BY_HAND = "tagged by hand"
REASONS = 3


def sensitive(
    known: Knowledge, refs: Iterable[EntityRef], arcs: Iterable[Arc], sids: Mapping[str, str], at: int,
    said: Mapping[str, Mapping[str, bool]],
) -> dict[str, str]:  # fmt: skip
    """Key of an entity to why it is sensitive at a time (UTC microseconds).

    arcs: memberships are followed down from the sensitive groups; sids: of the directory's objects by their entity's key;
    said: key to what an analyst says of its tags.
    """
    every = {ref.key: ref for ref in refs}
    why: dict[str, dict[str, None]] = {}
    inside: dict[str, list[str]] = {}
    for arc in arcs:
        if arc.kind == "member" and arc.since <= at < arc.until:
            inside.setdefault(arc.target, []).append(arc.origin)
    for key, ref in every.items():
        sid = sids.get(key, "")
        if ref.kind == "group" and (is_sensitive_group(sid) or ref.label.lower() in SENSITIVE_NAMES):
            _down(key, f"{ref.label} (directory)", inside, why)
        elif ref.kind == "controller":
            why.setdefault(key, {})["domain controller"] = None
        elif ref.kind == "domain":
            why.setdefault(key, {})["the domain itself"] = None
        elif relative_id(sid) in BORN_SENSITIVE:
            why.setdefault(key, {})["built-in account"] = None
    named = {key for key, ref in every.items() if ref.kind == "user" and key.rpartition("\\")[2] in BUILT_IN}
    for key in sorted(every.keys() & (known.told_sensitive() | named)):
        for reason in known.why_sensitive(key, at):
            why.setdefault(key, {})[reason] = None
    found = {key: ", ".join(list(reasons)[:REASONS]) for key, reasons in why.items()}
    for key, tags in said.items():
        told = tags.get(SENSITIVE)
        if told:
            found[key] = BY_HAND
        elif told is not None:
            found.pop(key, None)
    return found


def _down(group: str, reason: str, inside: Mapping[str, list[str]], why: dict[str, dict[str, None]]) -> None:
    """A group and all that belong to it, through groups of groups."""
    met, front = {group}, [group]
    while front:
        following = []
        for key in front:
            why.setdefault(key, {})[reason] = None
            for other in inside.get(key, ()):
                if other not in met:
                    met.add(other)
                    following.append(other)
        front = following
