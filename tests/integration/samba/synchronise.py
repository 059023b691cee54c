"""Run the directory source in this process and print what it hands on, a JSON line each; ends when its input ends.

python -m tests.integration.samba.synchronise SPEC.json, with the password in the variable SECRET.
"""

import os
import sys
import threading
from pathlib import Path
from typing import Any

import keyring
import msgspec
from keyring.backend import KeyringBackend

from app.model.activity import Activity
from app.model.source import DirectorySource
from app.sensor.sources import directory
from app.sensor.sources.living import Cannot


class Given(KeyringBackend):
    """A keyring of one secret, read from a file each time so that a test can change it."""

    priority = 1  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        return Path(os.environ["SECRET"]).read_text()

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


class Printing:
    """An outlet that writes down everything."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def _say(self, what: str, value: Any) -> None:
        with self._lock:
            sys.stdout.buffer.write(msgspec.json.encode({what: value}) + b"\n")
            sys.stdout.buffer.flush()

    def put(self, batch: list[Activity]) -> None:
        for one in batch:
            self._say("activity", {"id": one.id, "at": one.at, "until": one.until, "detail": one.detail})

    def received(self, records: int, bytes: int, last: int | None) -> None:
        self._say("received", records)
        self._say("last", last)

    def dropped(self, what: str, count: int, where: str = "") -> None:
        self._say("dropped", what)

    def note(self, what: str, where: str, count: int = 1) -> None:
        self._say("note", what)

    def expires(self, at: int | None) -> None:
        self._say("expires", at)

    def state(self, state: str, error: str = "") -> None:
        self._say("state", [state, error])


def main() -> None:
    """Run until standard input ends."""
    keyring.set_keyring(Given())
    if "LOOK" in os.environ:
        directory.LOOK = float(os.environ["LOOK"])
        directory.PAUSE = 2 * directory.LOOK
    stop, outlet = threading.Event(), Printing()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    try:
        directory.run(msgspec.json.decode(sys.argv[1], type=DirectorySource), "live", outlet, stop)
    except Cannot as error:
        outlet._say("cannot", str(error))


if __name__ == "__main__":
    main()
