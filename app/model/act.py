"""What somebody did in a case: said of an alert, of an entity, of the detectors; recorded, and undone by a record of its own."""

from typing import Literal

from msgspec import Struct

What = Literal[
    "state", "classification", "note", "tag", "exclusion", "tuning", "remark", "picture", "title", "query", "retention", "health",
    "retained", "role", "opened", "exported", "deleted", "restored", "renamed", "moved", "compacted", "repacked", "source",
    "sensor", "migrated", "notifications",
]  # fmt: skip
"""What an act changed, or what was done with the workspace as a whole."""
LASTING: frozenset[What] = frozenset({
    "retained", "role", "opened", "exported", "deleted", "restored", "renamed", "moved", "compacted", "repacked", "source",
    "migrated", "notifications",
})  # fmt: skip
"""What cannot be undone."""
DONE: dict[What, str] = {
    "retention": "limits set", "retained": "limits kept", "role": "role", "opened": "opened", "exported": "written out",
    "deleted": "deleted to the bin", "restored": "restored", "renamed": "renamed", "moved": "moved", "compacted": "compacted",
    "repacked": "packets removed", "source": "source", "migrated": "brought up to date",
    "notifications": "notifications set",
}  # fmt: skip
"""What was done with a workspace as a whole, before what it was."""


class Act(Struct, frozen=True, kw_only=True):
    """One change. at: UTC microseconds by this machine's clock. who: name of the user at this machine.

    subject: id of an alert or an exclusion, key of an entity with the tag, or with the number of a note (remark), behind a
    line break, "" for tuning, name of a picture, id of a health alert.
    before, after: the values as text; None where there was none (an exclusion that was added has no before).
    words: what it was about when it was done, for reading. reverses: number of the act that this one undid or did again, 0 for
    none. undone: another act undid it.
    """

    id: int
    at: int
    who: str
    what: What
    subject: str
    before: str | None
    after: str | None
    words: str = ""
    reverses: int = 0
    undone: bool = False
