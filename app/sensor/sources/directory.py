"""The live source that synchronises a directory over LDAP every few minutes and tells what changed.

What was known is kept in the file that the spec's state names (see ldap.state), so that a restart goes on where it was.
A directory that cannot be reached is tried again, ever more seldom. A user that it does not accept is not: the same password
is tried TRIES times in all, PAUSE seconds apart, because each time counts towards locking the account; a new password in the
keyring is tried at once.
"""

import threading
from pathlib import Path

from app.model.source import DirectorySource
from app.sensor.sources.ldap.connection import Rejected, Unavailable, address_of, close, connect
from app.sensor.sources.ldap.state import State
from app.sensor.sources.ldap.synchronise import Synchroniser
from app.sensor.sources.living import Cannot, Outlet
from app.sensor.sources.secrets import secret

FIRST, LONGEST = 2.0, 300.0
"""Seconds before the first and at most before any further try to reach a directory."""
TRIES, PAUSE, LOOK = 3, 1800.0, 60.0
"""A password that was not accepted: tries of it, seconds between two, seconds between two looks for a new one."""


def run(spec: DirectorySource, key: str, outlet: Outlet, stop: threading.Event) -> None:
    """LiveReader of DirectorySource. Raises Cannot for a spec that can never work."""
    try:
        address_of(spec.url)
    except ValueError as error:
        raise Cannot(str(error)) from error
    if spec.authorities and not Path(spec.authorities).is_file():
        raise Cannot(f"there is no file of authorities {spec.authorities}")
    if spec.user:
        _password(spec)
    try:
        state = State(Path(spec.state) if spec.state else None)
    except OSError as error:
        raise Cannot(f"the state of the last synchronisation cannot be read: {error.strerror}") from error
    if state.damaged:
        outlet.note("the state of the last synchronisation was damaged; it is used up to there", spec.state)
    try:
        _run(spec, Synchroniser(state, key, outlet, stop.is_set, spec.since, spec.user), outlet, stop)
    finally:
        state.close()


def _run(spec: DirectorySource, synchroniser: Synchroniser, outlet: Outlet, stop: threading.Event) -> None:
    wait, refused, bad = FIRST, 0, ""
    while not stop.is_set():
        password = _password(spec) if spec.user else ""
        try:
            connection = connect(spec, password, stop.is_set)
            refused = 0
            try:
                if not synchroniser.run(connection):
                    return
            finally:
                close(connection)
        except Rejected as error:
            if not spec.user:  # a ticket that is not accepted locks nobody
                wait = _failed(str(error), wait, outlet, stop)
                continue
            refused, bad = refused + 1, password
            again = refused < TRIES
            outlet.state("failed", f"{error}{'' if again else '; it is not tried again with this password'}")
            _wait_for_password(spec, bad, PAUSE if again else None, stop)
            if spec.user and _password_or(spec, bad) != bad:
                refused = 0
            continue
        except Unavailable as error:
            wait = _failed(str(error), wait, outlet, stop)
            continue
        except OSError as error:
            wait = _failed(f"the state of the synchronisation cannot be kept: {error.strerror or error}", wait, outlet, stop)
            continue
        wait = FIRST
        outlet.state("running")
        stop.wait(max(spec.every, 1))


def _failed(why: str, wait: float, outlet: Outlet, stop: threading.Event) -> float:
    """Say why, wait, and give the seconds to wait the next time."""
    if not stop.is_set():
        outlet.state("failed", why)
    stop.wait(wait)
    return min(wait * 2, LONGEST)


def _password(spec: DirectorySource) -> str:
    return secret(spec.secret)


def _password_or(spec: DirectorySource, otherwise: str) -> str:
    try:
        return _password(spec)
    except Cannot:
        return otherwise


def _wait_for_password(spec: DirectorySource, bad: str, seconds: float | None, stop: threading.Event) -> None:
    """Until there is another password, so many seconds are over (None: never), or it is to stop."""
    waited = 0.0
    while not stop.wait(LOOK) and (seconds is None or waited < seconds):
        waited += LOOK
        if spec.user and _password_or(spec, bad) != bad:
            return
