"""Names that an entity had and where it was, over time, each with the activity that says so."""

from collections.abc import Sequence

from app.engine.knowledge import Knowledge
from app.engine.queries.access import Access
from app.model.about import Names
from app.model.directory import DirectoryObject
from app.model.entity import Binding, Certainty

HOSTS = 24
"""Hosts of an account that are told of, those that it acted from most."""
TOLD = (("Account name", "sam"), ("Principal name", "upn"), ("DNS name", "dns_name"), ("Display name", "display_name"),
        ("Directory path", "dn"))  # fmt: skip
_ACTED = """SELECT a.text, min(f.first), max(f.last), sum(f.count) AS number, group_concat(DISTINCT k.text)
FROM actors c JOIN meetings m ON m.actor = c.id
JOIN flows f ON f.source = m.source AND f.destination = m.destination AND f.actor = m.actor
JOIN addresses a ON a.id = f.source JOIN kinds k ON k.id = f.kind
WHERE c.entity = (SELECT id FROM entities WHERE key = ?) GROUP BY f.source ORDER BY number DESC, a.text LIMIT ?"""
_PROOF = """SELECT i.key, p.frame, p.ordinal, k.text
FROM activities p JOIN inputs i ON i.id = p.input JOIN kinds k ON k.id = p.kind
WHERE p.at = ? AND p.source = (SELECT id FROM addresses WHERE text = ?)
AND p.actor IN (SELECT id FROM actors WHERE entity = (SELECT id FROM entities WHERE key = ?)) LIMIT 1"""


def names(access: Access, known: Knowledge, key: str) -> Names:
    """Names and places of an entity by its key; of a computer or an address its bindings."""
    if not key.startswith("user:"):
        with access.lock:
            return (*_named(known, key), *known.bindings(key))
    acted = access.all(_ACTED, (key, HOSTS))
    found: list[Binding] = []
    with access.lock:
        found += _named(known, key)
        resolved = [(row, known.resolve(row[0], row[2])) for row in acted]
    for (address, first, last, count, kinds), at in resolved:
        sure: Certainty = at.certainty if at.computer else "medium"
        proof = access.all(_PROOF, (first, address, key))
        found.append(
            Binding(
                address="Acted from",
                name=f"{at.computer}, {address}"
                if at.computer and not address.startswith("name:")
                else address.removeprefix("name:"),
                method=_words(kinds or ""),
                certainty=sure,
                first=first,
                last=last,
                count=count,
                proof="-".join(str(part) for part in proof[0]) if proof else "",
            )
        )
    return tuple(found)


def _words(kinds: str) -> str:
    words = sorted({one.split("-")[0].replace("event", "log").replace("kerberos", "Kerberos") for one in kinds.split(",")})
    return ", ".join(one if one in ("Kerberos", "log") else one.upper() for one in words)


def _named(known: Knowledge, key: str) -> Sequence[Binding]:
    """What the directory called it, as one bar for as long as it said so; the last one still holds."""
    own = known.object_of(key)
    states = known.directory.history(own)
    if not states:
        return ()
    found: list[Binding] = []
    for label, field in TOLD:
        spans: list[tuple[str, int, int, str, int]] = []
        for at, proof, one in states:
            said = _said(one, field)
            if spans and spans[-1][0] == said:
                old = spans[-1]
                spans[-1] = (old[0], old[1], at, old[3], old[4] + 1)
            else:
                if spans:
                    spans[-1] = (*spans[-1][:2], at, *spans[-1][3:])
                spans.append((said, at, at, proof, 1))
        if field in ("dn", "display_name", "dns_name") and len(spans) < 2:
            continue  # nothing that was ever called otherwise
        found += [
            Binding(
                address=label, name=said, method="directory", certainty="high", first=first, last=last, count=count, proof=proof
            )
            for said, first, last, proof, count in spans
            if said
        ]
    return found


def _said(one: DirectoryObject, field: str) -> str:
    return str(getattr(one, field) or "")
