"""Who was refused by the hub's server: a key that it does not know or that was revoked, or a subject that a key may not use.

Read from the server's own log: no message about it reaches anybody else, and the program at the other end may be a thief's.
"""

import re
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.hub.state import Folder, Hub, HubError, User, write

MOST = 200
"""Refusals that are kept: those that came last."""
QUIET = 3_600_000_000
"""Microseconds in which the same refusal is said once."""
LONGEST = 120
"""Characters of a subject that are kept; whoever is refused chose it."""

What = Literal["key", "publish", "subscribe"]
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_KEY = r"(U[A-Z2-7]{55})"
_BEGIN = r"^\[\d+\] \S+ \S+ \[ERR\] (\S+) - [a-z]+:\d+ - "
_UNKNOWN = re.compile(_BEGIN + rf'(?:{_QUOTED} - )?authentication error - Nkey "{_KEY}"')
_FORBIDDEN = re.compile(_BEGIN + rf'(?:{_QUOTED} - )?"[^"/]*/nkey:{_KEY}" - (Publish|Subscription) Violation - Subject {_QUOTED}')
"""Lines of nats-server (server/client.go: authViolation, pubPermissionViolation, subPermissionViolation); the name that a
client gives itself is quoted, with its own quotes escaped."""


class Refusal(Struct, frozen=True, kw_only=True):
    """One key refused one thing from one address. subject: the last one, "" for a key; first, last: UTC microseconds."""

    what: What
    key: str
    address: str
    subject: str = ""
    count: int = 1
    first: int
    last: int


def read(line: str, at: int) -> Refusal | None:
    """The refusal that a line of the server's log tells, None for any other line. at: UTC microseconds."""
    if found := _UNKNOWN.match(line):
        return Refusal(what="key", key=found[3], address=_host(found[1]), first=at, last=at)
    if found := _FORBIDDEN.match(line):
        what: What = "publish" if found[4] == "Publish" else "subscribe"
        return Refusal(what=what, key=found[3], address=_host(found[1]), subject=found[5][:LONGEST], first=at, last=at)
    return None


class Refusals:
    """All that are known of a hub, oldest first, kept in its folder."""

    def __init__(self, folder: Folder) -> None:
        """Raises HubError when those of before cannot be read."""
        self._folder = folder
        self._known = {(one.what, one.key, one.address): one for one in refused(folder)}
        self._said: dict[tuple[str, str, str], int] = {}
        self._fresh = False

    def heard(self, lines: Iterable[str], at: int) -> list[Refusal]:
        """Remember what lines of the log tell; those that are to be said."""
        told = []
        for one in (found for line in lines if (found := read(line, at)) is not None):
            key = one.what, one.key, one.address
            self._fresh = True
            before = self._known.pop(key, None)
            self._known[key] = one if before is None else replace(one, first=before.first, count=before.count + 1)
            if at - self._said.get(key, -QUIET) >= QUIET:
                self._said[key] = at
                told.append(self._known[key])
        while len(self._known) > MOST:
            self._said.pop(gone := next(iter(self._known)), None)
            del self._known[gone]
        return told

    def keep(self) -> None:
        """Write what is new. Raises HubError when it cannot be kept; the next call tries again."""
        if self._fresh:
            write(self._folder.refusals, msgspec.json.encode(tuple(self._known.values())))
            self._fresh = False


def known(folder: Folder, say: Callable[[str], None]) -> Refusals:
    """Those of before; a file of them that is broken is set aside, and keeps no hub from running."""
    try:
        return Refusals(folder)
    except HubError as error:
        aside = folder.refusals.with_suffix(".broken")
        say(f"{error} It is set aside as {aside.name}.")
        try:
            folder.refusals.replace(aside)
        except OSError as failed:
            raise HubError(f"{folder.refusals} cannot be set aside: {failed.strerror}.") from error
        return Refusals(folder)


def refused(folder: Folder) -> tuple[Refusal, ...]:
    """What a hub refused, oldest first; () before its server ran. Raises HubError when the file cannot be read."""
    try:
        return msgspec.json.decode(folder.refusals.read_bytes(), type=tuple[Refusal, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HubError(f"{folder.refusals} cannot be read: {error}.") from error


def owner(hub: Hub, key: str) -> tuple[str, User] | None:
    """Workspace and user whose key it is or was, None for one that was never given here."""
    return next(((one.name, user) for one in hub.workspaces for user in one.users if user.key == key), None)


def words(hub: Hub, one: Refusal) -> str:
    """A refusal as a sentence."""
    whose = owner(hub, one.key)
    if whose is None:
        who = f"A key that was never given here ({one.key})"
    else:
        workspace, user = whose
        revoked = "revoked " if user.revoked is not None else ""
        who = f"The {revoked}key of {user.role} {user.name} ({user.id}) of workspace {workspace}"
    verb = {"key": "", "publish": " to write to", "subscribe": " to read"}[one.what]
    return f"{who} was refused{f'{verb} {one.subject}' if verb else ''}, from {one.address}."


def _host(place: str) -> str:
    return place.rpartition(":")[0].strip("[]") or place
