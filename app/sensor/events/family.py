"""What a family of events is made of: for each event id, what its fields say of the parties and of the outcome."""

from collections.abc import Callable

from msgspec import Struct

from app.model.activity import Account, Endpoint
from app.model.events import WindowsEvent
from app.sensor.events.fields import Fields, subject
from app.sensor.events.record import AUDIT_FAILURE, EventRecord


class Facts(Struct, frozen=True, gc=False):
    """Who acted, from where; where to, when that is not the computer that logged it; how it ended.

    failed: None leaves it to the keywords of the record.
    """

    account: Account | None = None
    source: Endpoint | None = None
    destination: Endpoint | None = None
    failed: bool | None = None
    code: int | None = None


Tell = Callable[[EventRecord, Fields], Facts | None]
"""What one event says, None when this record of it is no activity; never raises, whatever its fields hold."""


class Log(Struct, frozen=True):
    """Where events of one source are written, in lower case: their providers and their channels."""

    providers: frozenset[str]
    channels: frozenset[str]


class Family(Struct, frozen=True):
    """Events of one kind out of one log.

    names: names of the values of its events by number, where another log has events of these numbers too, or none are published.
    """

    detail: type[WindowsEvent]
    log: Log
    events: dict[int, Tell]
    names: dict[int, str] = {}


SECURITY = Log(frozenset({"microsoft-windows-security-auditing"}), frozenset({"security"}))


def by_subject(record: EventRecord, fields: Fields) -> Facts:
    """The subject did it on the computer that logged it."""
    return Facts(subject(fields))


def refused(record: EventRecord) -> bool:
    """True when the record is an audit failure."""
    return bool(record.keywords & AUDIT_FAILURE)
