"""From one activity on: all of its conversation, or the same frame in Wireshark."""

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QProcess
from PySide6.QtWidgets import QWidget

from app.model.activity import Activity
from app.model.filter import quoted
from app.model.rows import ActivityRow
from app.ui.catalogue import tr
from app.ui.desk import Desk

PLACES = {
    "win32": (r"C:\Program Files\Wireshark\Wireshark.exe", r"C:\Program Files (x86)\Wireshark\Wireshark.exe"),
    "darwin": ("/Applications/Wireshark.app/Contents/MacOS/Wireshark",),
}
"""Where it is installed without being on the path."""
SESSIONS = ("TargetLogonId", "SubjectLogonId", "LogonId", "LogonGuid")
"""Fields of Windows events that name a logon session, that of who acts last."""


PREFIX, OLD_S = "wardlight-packets-", 86_400
"""Beginning of the names of files for Wireshark; seconds after which one that was left behind goes."""
_written: list[Path] = []


def clear_old(now: float | None = None, folder: Path | None = None) -> None:
    """Remove what earlier sessions left for Wireshark: packets of a case are not to lie about for ever."""
    limit = (time.time() if now is None else now) - OLD_S
    for one in (folder or Path(tempfile.gettempdir())).glob(f"{PREFIX}*.pcapng"):
        with suppress(OSError):
            if one.stat().st_mtime < limit:
                one.unlink()


def clear() -> None:
    """Remove what this window wrote for Wireshark; it has read it by now."""
    while _written:
        with suppress(OSError):
            _written.pop().unlink()


def wireshark() -> str | None:
    """Path of the program, None when it is not installed."""
    found = shutil.which("wireshark")
    return found or next((one for one in PLACES.get(sys.platform, ()) if Path(one).is_file()), None)


def conversation_of(activity: Activity) -> str:
    """The filter of all that passed on the connection of an activity, or in the logon session of a record; "" for none."""
    source, destination = activity.source, activity.destination
    if activity.frames and source is not None and destination is not None and not source.host and not destination.host:
        port = f" port:{source.port}" if source.port else ""
        return f"from:{quoted(source.ip)} to:{quoted(destination.ip)}{port}"
    fields = getattr(activity.detail, "fields", None)
    if isinstance(fields, dict):
        for name in SESSIONS:
            value = str(fields.get(name) or "")
            if value and value.lower() not in ("-", "0x0", "0x3e7", "0x3e4", "0x3e5") and set(value) - set("{}0-"):
                return f"text:{quoted(value)}"
    return ""


def follow(desk: Desk, owner: QWidget, row: ActivityRow, new_tab: bool = False) -> None:
    """Show all activities of the conversation of a row."""
    session = desk.session
    if session is None:
        return

    def show(activity: Activity | None) -> None:
        text = conversation_of(activity) if activity is not None else ""
        if text:
            desk.go("activities", row.id, new_tab=new_tab, filter=text)
        else:
            desk.tell(tr("This tells of no connection and no logon session that could be followed."))

    desk.jobs.run(lambda: session.plain.activity(row.id), show, owner=owner)


def open_in_wireshark(desk: Desk, owner: QWidget, row: ActivityRow, frame: int) -> None:
    """Open the capture at a frame; what lies in an archive, or came live, is written to a file of its own first."""
    session, program = desk.session, wireshark()
    if session is None:
        return
    if program is None:
        desk.tell(tr("Wireshark is not installed here; Save packets writes a file for another machine."), True)
        return

    def find() -> tuple[str, int]:
        plain = session.capture_file(row.input)
        if plain is not None:
            return str(plain), frame
        clear_old()
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=".pcapng")
        os.close(handle)
        _written.append(Path(name))
        session.slice((row.id,), Path(name))
        return name, 1

    def start(found: tuple[str, int]) -> None:
        path, number = found
        began, _ = QProcess.startDetached(program, ["-r", path, "-g", str(number)])
        if not began:
            desk.tell(f"{program} could not be started.", True)

    desk.jobs.run(find, start, desk.refuse, owner)
