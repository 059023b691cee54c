"""What the database engine of Windows tells of the directory's database: a copy was made, or opened by another program."""

import re

from msgspec import Struct

from app.model.events import EventDatabase

MOVED, MADE, OPENED, CLOSED = 216, 325, 326, 327
"""Messages of esent.dll."""
FILE, MEDIA_FOLDER = "ntds.dit", "active directory"
"""The database, and the folder below which ntdsutil puts it when it makes media."""
READ = 4_096
OWN = re.compile(r"(?:\\\\[?.]\\)?[a-z]:\\(?:[^\\]{1,64}\\)?ntds\\ntds\.dit")
"""Where the directory itself has it: in a folder NTDS of the Windows folder, or of a disk."""
SHADOW_COPIES = ("harddiskvolumeshadowcopy", "\\$snap_")
"""Where the directory's own engine opens it for every backup (VSS), and where ntdsutil mounts a snapshot."""
DIRECTORY = frozenset({"lsass", "ntds"})
"""The directory itself, as the engine names who uses it: it opens its database at every start, wherever that lies."""


class Copy(Struct, frozen=True):
    """A copy of the directory's database. made: it was made then, not only opened. media: as ntdsutil makes it."""

    path: str
    made: bool
    media: bool
    program: str


def copy_of(event: EventDatabase) -> Copy | None:
    """The copy that an event is about; None where the directory has its own, and for what backups do."""
    path = (event.text("NewDatabase", "Database") or "")[:READ].strip("'\" ").replace("/", "\\")
    folder, _, file = path.lower().rpartition("\\")
    if file != FILE or OWN.fullmatch(path.lower()):
        return None
    made, program = event.event_id == MADE, (event.text("Process") or "")[:64]
    aside = program.lower().removesuffix(".exe") in DIRECTORY or any(one in folder for one in SHADOW_COPIES)
    if not made and aside:
        return None
    return Copy(path, made, made and folder.rpartition("\\")[2] == MEDIA_FOLDER, program)
