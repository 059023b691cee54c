"""The database engine of Windows made, opened or closed a database that is called like the directory's (ESENT; JET).

The directory's own engine logs as "NTDS ISAM" in its own log. In the Application log any program that uses the engine does, among
them ntdsutil, when it makes media of the directory (325), and everything else on a computer: only ntds.dit is read.
"""

from app.model.events import EventDatabase
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields
from app.sensor.events.record import EventRecord

_ENGINE = Log(frozenset({"esent", "ntds isam"}), frozenset({"application", "directory service"}))
FILE = "ntds.dit"
LONGEST = 4_096
_MOVED = "Process ProcessNumber Instance Database NewDatabase"
_OPENED = "Process ProcessNumber Instance Number Database Seconds Timing Cache Additional"
_NAMES = {216: _MOVED, **dict.fromkeys((325, 326, 327), _OPENED)}


def _of_directory(record: EventRecord, fields: Fields) -> Facts | None:
    """The engine tells the program, never for whom it runs."""
    if not any(value[:LONGEST].strip().lower().endswith(FILE) for value in fields.values()):
        return None
    return Facts()


FAMILY = Family(EventDatabase, _ENGINE, dict.fromkeys(_NAMES, _of_directory), _NAMES)
