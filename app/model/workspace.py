"""Workspaces as files of a machine: how they stand, how long they keep things, who may do what, what is wrong with them."""

from typing import Literal

from msgspec import Struct

from app.model.counting import MB

Role = Literal["administrator", "user", "viewer"]
ROLES: tuple[Role, ...] = ("administrator", "user", "viewer")
"""The most may be done by the first: administrators do everything, users work on alerts, viewers read and export."""
EVERYBODY = "*"
"""In the place of a user's name: everybody whom the table does not name."""

WorkspaceState = Literal["ready", "in use", "read-only", "older", "newer", "damaged", "missing"]
"""in use: another program has it open. older: it is brought up to date when it is opened. newer: a newer program made it."""


class Retention(Struct, frozen=True, kw_only=True):
    """How long a workspace keeps activities: days by this machine's clock, MB of its file; 0 for no limit."""

    days: int = 0
    mb: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.mb)


def of_mebibytes(mib: int) -> int:
    """MB that hold so many mebibytes, in which limits were set before."""
    return -(-(mib << 20) // MB)


class Outlook(Struct, frozen=True, kw_only=True):
    """What a limit would do now, or soon.

    until: whole hour (UTC microseconds) before which activities go, None when none go now. activities: how many go. kept: older
    ones that stay because something rests on them. alerts: that began before then. oldest, newest: times of activities.
    used: bytes of the file that hold something; limit: bytes that it may have, 0 for no limit. due: when the age limit removes
    the oldest hour next, None without one.
    """

    until: int | None = None
    activities: int = 0
    kept: int = 0
    alerts: int = 0
    oldest: int | None = None
    newest: int | None = None
    used: int = 0
    limit: int = 0
    due: int | None = None


class WorkspaceRow(Struct, frozen=True, kw_only=True):
    """One workspace of a list. path: of its file. bytes: of the file and all that lies beside it; packets: of it kept packets;
    earlier: of it copies from before it was brought up to date, of which there are copies.

    first, last: of its activities. alerts: open ones. sensors: live sources and sensors that it ever had. fed: when one of them
    was last heard, None for never. opened: when it was last opened here. why: one sentence about a state that is not "ready".
    """

    path: str
    state: WorkspaceState = "ready"
    why: str = ""
    bytes: int = 0
    packets: int = 0
    copies: int = 0
    earlier: int = 0
    version: int = 0
    inputs: int = 0
    activities: int = 0
    first: int | None = None
    last: int | None = None
    alerts: int = 0
    sensors: int = 0
    fed: int | None = None
    opened: int | None = None
    role: Role = "administrator"
    retention: Retention = Retention()


class Binned(Struct, frozen=True, kw_only=True):
    """A deleted workspace that can be restored. place: its folder in the bin. at: UTC microseconds; who deleted it."""

    place: str
    name: str
    folder: str
    at: int
    who: str = ""
    bytes: int = 0


class Fault(Struct, frozen=True, kw_only=True):
    """Something wrong with a workspace. what: one sentence; mends: whether counting again from the activities mends it."""

    what: str
    mends: bool = False


class Checked(Struct, frozen=True, kw_only=True):
    """A workspace that was looked through: how many activities, packets' files and rows were seen, and what is wrong."""

    activities: int = 0
    files: int = 0
    faults: tuple[Fault, ...] = ()
