"""The key-value bucket of a hub: configurations of sensors, who synchronises a domain; each value with its history."""

import threading
import time
from collections.abc import Callable

from msgspec import Struct
from nats.aio.client import Client
from nats.js import api
from nats.js.errors import APIError, NotFoundError

from app.link.connecting import Reach
from app.link.envelope import LinkError
from app.link.subjects import CONFIG

PATIENCE = 10.0
LOOK = 30.0
"""Seconds after which a watched key is read again whatever was heard."""
SETTLING = (0.0, 0.05, 0.2, 1.0)
"""Seconds after which a key is read once a change of it was heard: it is heard before it is stored, or refused."""
WRONG_REVISION = frozenset({10071, 10164})
"""Codes of the server's errors for another last sequence."""
HISTORY = 20
"""Values that are kept of a key."""


class Entry(Struct, frozen=True):
    """A value of a key. revision: grows with every change of any key; at: UTC microseconds by the hub's clock."""

    key: str
    value: bytes
    revision: int
    at: int = 0


class Changed(LinkError):
    """Somebody else changed the key in between; nothing was written."""


class Bucket:
    """The bucket over a link; used through its methods of the same names."""

    def __init__(self, link: Reach) -> None:
        self._link = link

    def get(self, key: str) -> Entry | None:
        """As Link.get. Only direct reading, which a key may be given for one subject alone."""

        async def read(client: Client) -> Entry | None:
            try:
                found = await client.jetstream(timeout=PATIENCE).get_last_msg(f"KV_{CONFIG}", _subject(key), direct=True)
            except NotFoundError:
                return None
            if found.headers and found.headers.get("KV-Operation"):
                return None
            at = int(found.time.timestamp() * 1_000_000) if found.time is not None else 0
            return Entry(key, found.data or b"", found.seq or 0, at)

        return self._link.do(read, PATIENCE * 2, _subject(key))

    def put(self, key: str, value: bytes, after: int | None = None) -> int:
        """As Link.put."""

        async def write(client: Client) -> int:
            expected = {} if after is None else {api.Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(after)}
            try:
                done = await client.jetstream(timeout=PATIENCE).publish(_subject(key), value, headers=expected or None)
            except APIError as error:
                if error.err_code in WRONG_REVISION:
                    raise Changed("Somebody else changed this in between; look at it again.") from error
                raise
            return done.seq

        return self._link.do(write, PATIENCE * 2, _subject(key))

    def history(self, key: str) -> tuple[Entry, ...]:
        """As Link.history."""

        async def read(client: Client) -> tuple[Entry, ...]:
            context = client.jetstream(timeout=PATIENCE)
            found: list[Entry] = []
            after = 0
            while len(found) <= HISTORY:
                try:
                    one = await context.get_msg(f"KV_{CONFIG}", seq=after + 1, subject=_subject(key), direct=True, next=True)
                except NotFoundError:
                    break
                after = one.seq or after + 1
                at = int(one.time.timestamp() * 1_000_000) if one.time is not None else 0
                found.append(Entry(key, one.data or b"", after, at))
            return tuple(found)

        return self._link.do(read, PATIENCE * 3, CONFIG)

    def watch(self, key: str, handler: Callable[[Entry], None]) -> None:
        """As Link.watch; handler runs in a thread that may wait."""
        _Watch(self._link, self, key, handler)


class _Watch:
    """One watched key. What is heard only says when to look: a change that is refused is heard too."""

    def __init__(self, link: Reach, bucket: Bucket, key: str, handler: Callable[[Entry], None]) -> None:
        self._link, self._bucket, self._key, self._handler = link, bucket, key, handler
        self._seen = 0
        self._look = threading.Event()
        link.listen(_subject(key), lambda *_: self._look.set())
        link.when_connected(self._look.set)
        threading.Thread(target=self._follow, name=f"link-watch-{key}", daemon=True).start()

    def _follow(self) -> None:
        while not self._link.closed:
            heard = self._look.wait(LOOK)
            self._look.clear()
            for pause in SETTLING if heard else (0.0,):
                time.sleep(pause)
                if self._link.closed or self._read():
                    break

    def _read(self) -> bool:
        """True when there was something new."""
        try:
            entry = self._bucket.get(self._key)
        except LinkError:
            return False
        if entry is None or entry.revision == self._seen:
            return False
        self._seen = entry.revision
        self._handler(entry)
        return True


def _subject(key: str) -> str:
    return f"$KV.{CONFIG}.{key}"
