"""Running a hub: its server started and watched, its streams made, its certificate renewed before it ends."""

import subprocess
import threading
import time
from collections.abc import Callable

from app.hub import authority, server
from app.hub.configuration import write_configuration
from app.hub.making import changing, make_streams, renew
from app.hub.refusals import Refusals, known, words
from app.hub.server_log import ServerLog
from app.hub.state import Folder, Hub, HubError

LOOK = 1.0
"""Seconds between two looks at the server."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds until a server that ended is started again: doubled each time."""
STARTING = 10.0
"""Seconds in which a server that begins need not answer."""
RENEW = 3_600.0
"""Seconds between two looks whether the certificate ends soon."""


def serve(folder: Folder, stop: threading.Event, say: Callable[[str], None]) -> None:
    """Run the hub's server until stop is set. say(sentence): what happens. Raises HubError when it cannot run at all."""
    hub = folder.load()
    if not hub.own:
        for workspace in hub.workspaces:
            make_streams(folder, hub, workspace)
        say(f"The streams are made on {', '.join(hub.urls)}; that cluster is run by somebody else, so nothing is started here.")
        return
    if server.running(folder) is not None:
        raise HubError(f"The server of {folder.path} runs already.")
    try:
        renew_in_time(folder, say)
    except HubError as error:
        say(f"{error} The server begins with the certificate that there is.")
    with changing(folder) as hub:
        write_configuration(hub, folder)
    wrong = server.check(folder)
    if wrong:
        raise HubError(f"The server refuses its configuration: {wrong}.")
    wait = FIRST_WAIT
    log, refusals = ServerLog(folder.log), known(folder, say)
    while not stop.is_set():
        child = server.start(folder)
        began = time.monotonic()
        try:
            _watch(folder, child, stop, say, lambda: _listen(folder, log, refusals, say))
        finally:
            server.end(child)
            _listen(folder, log, refusals, say)
        if stop.is_set():
            return
        if time.monotonic() - began > LONGEST_WAIT:
            wait = FIRST_WAIT
        say(f"The server ended with status {child.returncode}; it is started again in {wait:.0f} seconds.")
        stop.wait(wait)
        wait = min(wait * 2, LONGEST_WAIT)


def _watch(
    folder: Folder,
    child: "subprocess.Popen[bytes]",
    stop: threading.Event,
    say: Callable[[str], None],
    listen: Callable[[], None],
) -> None:
    made: dict[str, object] = {}
    began = looked = time.monotonic()
    while child.poll() is None and not stop.is_set():
        try:
            _make(folder, folder.load(), made, say)
            if time.monotonic() - looked > RENEW:
                looked = time.monotonic()
                renew_in_time(folder, say)
        except HubError as error:
            if child.poll() is None and (made or time.monotonic() - began > STARTING):
                say(str(error))
                stop.wait(LOOK * 4)
        listen()
        stop.wait(LOOK)


def _listen(folder: Folder, log: ServerLog, refusals: Refusals, say: Callable[[str], None]) -> None:
    """Pass on what the server says, and say whom it refused once that is kept: who hears it may look it up at once."""
    told = refusals.heard(log.relayed(), time.time_ns() // 1000)
    try:
        refusals.keep()
    except HubError as error:
        say(str(error))
    try:
        for one in told:
            say(words(folder.load(), one))
    except HubError as error:
        say(str(error))


def _make(folder: Folder, hub: Hub, made: dict[str, object], say: Callable[[str], None]) -> None:
    """The streams of those workspaces that are new or were changed."""
    for workspace in hub.workspaces:
        limits = (workspace.days, workspace.bytes)
        if made.get(workspace.name) != limits:
            make_streams(folder, hub, workspace)
            made[workspace.name] = limits
            say(f"Workspace {workspace.name} is ready at {', '.join(hub.places)}.")


def renew_in_time(folder: Folder, say: Callable[[str], None]) -> bool:
    """Renew the server's certificate when it ends soon; True when it was."""
    end, _ = authority.ends(folder)
    left = authority.days_left(end)
    if left >= authority.RENEWED:
        return False
    renew(folder)
    say(f"The certificate of the server had {left} days left and was renewed." if left >= 0 else "The certificate was renewed.")
    return True
