"""One Windows event as it was logged, whatever form it came in."""

from app.sensor.decoders.instants import Timed

AUDIT_FAILURE, AUDIT_SUCCESS = 0x10000000000000, 0x20000000000000
"""Keywords of the Security log (winmeta.xml)."""


class EventRecord(Timed, frozen=True, kw_only=True, gc=False):
    """What System, EventData and UserData of an event say (MS-EVEN6 section 2.2.13; the event schema of Windows).

    at: TimeCreated, UTC microseconds. record: EventRecordID of the log it was first written to, 0 when not told.
    place, ordinal: locator in the input: the number that the file's own record header gives (an EVTX), or the line (from 1).
    sid: Security/@UserID. fields: named values as text in their order; unnamed ones are "param1", "param2", ...
    """

    provider: str = ""
    event_id: int = 0
    channel: str = ""
    computer: str = ""
    record: int = 0
    place: int = 0
    ordinal: int = 0
    keywords: int = 0
    sid: str | None = None
    fields: dict[str, str] = {}
