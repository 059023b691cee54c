"""What an analyst writes down of an entity, or of anything else that has a key."""

from msgspec import Struct


class Note(Struct, frozen=True, kw_only=True):
    """One note. subject: key of an entity. at, changed: when it was first and last written, UTC microseconds by this machine.

    who: name of the user who wrote it first, "" where the system did not tell.
    """

    id: int
    subject: str
    text: str
    at: int
    who: str = ""
    changed: int = 0
