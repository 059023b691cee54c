"""A connection to a hub that stays: made again for ever, used from any thread; publishing, asking, answering, configurations.

The loop of the library runs in one thread of the link. What a method may wait for it says; handlers run in threads of the link.
"""

import asyncio
import random
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError, NoStreamResponseError

from app.link.bucket import Bucket, Entry
from app.link.connecting import certificate_end, connected
from app.link.consuming import Consumer
from app.link.envelope import LinkError
from app.link.place import HubPlace
from app.link.refusals import why_not

ACKNOWLEDGED = 15.0
"""Seconds for the acknowledgement of a message; then it is to be sent again, under the same id."""
IN_FLIGHT, BYTES = 256, 8 << 20
"""Messages and bytes of them that wait for their acknowledgement; beyond, publish() waits."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
"""Seconds until a connection is tried again: doubled each time, with a part of chance so that not all come at once."""
ANSWERING = 2
"""Questions that are answered at once."""
ANSWER = 30.0
"""Seconds for an answer unless said otherwise."""
ID, ERROR = "Nats-Msg-Id", "Wardlight-Error"
MIXED_IN = (nats.errors.NoRespondersError, APIError, ValueError, LookupError, TypeError, AttributeError)
"""What reading a message directly may raise for headers that its sender chose: the library takes them for the server's."""
CLOSING = 5.0

T = TypeVar("T")
Told = Callable[[bool, str], None]


class Unreachable(LinkError):
    """There is no connection now, or nobody who answers."""


class Link:
    """A link to a hub; connects by itself from now on. on_state(connected, error) is called from a thread of the link.

    error: one sentence while there is no connection, "" otherwise.
    """

    def __init__(self, place: HubPlace, on_state: Told | None = None) -> None:
        self.place = place
        self.error = ""
        self.expires: int | None = None
        """End of the certificate that the hub showed last, UTC microseconds."""
        self._on_state = on_state
        self._client: Client | None = None
        self._closing = False
        self._up = threading.Event()
        self._flight = threading.Condition()
        self._waiting: dict[Future[bool], tuple[str, int]] = {}
        self._bytes = 0
        self._doing: dict[asyncio.Future[Any], str] = {}
        self._subscribed: list[tuple[str, Callable[[Msg], Coroutine[Any, Any, None]]]] = []
        self._again: list[Callable[[], None]] = []
        self._workers = ThreadPoolExecutor(ANSWERING, thread_name_prefix="link-answers")
        self._loop = asyncio.new_event_loop()
        self._lost = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name="link", daemon=True)
        self._thread.start()
        self.bucket = Bucket(self)

    # ---- how it is

    @property
    def connected(self) -> bool:
        """True while there is a connection."""
        return self._up.is_set()

    @property
    def closed(self) -> bool:
        """True once close() was called."""
        return self._closing

    @property
    def largest(self) -> int:
        """Bytes of the largest message that the hub takes; 0 while there is no connection."""
        client = self._client
        return client.max_payload if client is not None else 0

    def wait(self, seconds: float) -> bool:
        """Wait for a connection at most so long; whether there is one."""
        return self._up.wait(seconds)

    def close(self) -> None:
        """End the link; what was published and is not acknowledged fails."""
        if self._closing:
            return
        self._closing = True
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._lost.set)
        self._thread.join(CLOSING * 2)
        self._workers.shutdown(wait=False, cancel_futures=True)
        self._fail("The link is closed.")

    # ---- sending

    def publish(self, subject: str, data: bytes, message_id: str = "") -> "Future[bool]":
        """Give a message to the stream of its subject; waits while too much is in flight.

        The future is True when the stream has it now, False when it had a message of this id already; both mean that it is kept.
        It fails with LinkError when it must be sent again, or never can be; Unreachable when there is no connection.
        """
        future: Future[bool] = Future()
        with self._flight:
            self._flight.wait_for(lambda: self._closing or (len(self._waiting) < IN_FLIGHT and self._bytes < BYTES))
            self._waiting[future] = subject, len(data)
            self._bytes += len(data)
        future.add_done_callback(self._landed)
        if self._closing or not self.connected:
            _fail(future, Unreachable(self.error or "The link is closed."))
        else:
            self._soon(self._publish(future, subject, data, {ID: message_id} if message_id else None))
        return future

    def tell(self, subject: str, data: bytes) -> None:
        """Send a message that may be lost; nothing is done without a connection."""
        if self.connected:
            self._soon(self._tell(subject, data))

    def ask(self, subject: str, data: bytes, timeout: float = ANSWER) -> bytes:
        """The answer of whoever answers there; waits. Raises Unreachable when nobody does, LinkError with a refusal."""
        message = self.do(lambda client: client.request(subject, data, timeout=timeout), timeout + 1, subject)
        words = (message.headers or {}).get(ERROR)
        if words:
            raise LinkError(words[:1000])
        return message.data

    def answer(self, subject: str, handler: Callable[[bytes], bytes]) -> None:
        """Answer what is asked there from now on, also after a new connection; LinkError of the handler is told who asked."""

        async def asked(message: Msg) -> None:
            headers: dict[str, str] | None = None
            try:
                answer = await self._loop.run_in_executor(self._workers, handler, message.data)
                if len(answer) > self.largest:
                    raise LinkError("The answer is larger than the hub takes.")
            except LinkError as error:
                answer, headers = b"", {ERROR: " ".join(str(error).split())}
            client = self._client
            if client is not None and message.reply:
                with suppress(nats.errors.Error):
                    await client.publish(message.reply, answer, headers=headers)

        self._listen(subject, asked)

    def listen(self, subject: str, handler: Callable[[str, bytes], None]) -> None:
        """Hear what is sent there from now on, also after a new connection; handler(subject, data) must return soon."""

        async def heard(message: Msg) -> None:
            handler(message.subject, message.data)

        self._listen(subject, heard)

    # ---- configurations: a bucket of keys with their history

    def get(self, key: str) -> Entry | None:
        """The newest value of a key, None without one; waits. Raises LinkError."""
        return self.bucket.get(key)

    def put(self, key: str, value: bytes, after: int | None = None) -> int:
        """Set a key; its new revision; waits. after: only while this is its newest revision, 0 for none; else raises Changed."""
        return self.bucket.put(key, value, after)

    def history(self, key: str) -> tuple[Entry, ...]:
        """The values that are kept of a key, the oldest first; waits. Raises LinkError."""
        return self.bucket.history(key)

    def watch(self, key: str, handler: Callable[[Entry], None]) -> None:
        """Call handler with the newest value of a key, now and when it changes; also with what changed without a connection."""
        self.bucket.watch(key, handler)

    # ---- streams

    def consume(self, durable: str, stream: str, subject: str, most: int) -> Consumer:
        """Read a stream from where this durable consumer is; most: messages that may wait for their acknowledgement."""
        return Consumer(self, durable, stream, subject, most)

    def last_of_each(self, stream: str, subject: str) -> list[tuple[str, bytes, int]]:
        """(subject, data, UTC microseconds by the hub's clock) of the newest message of each subject that fits; waits.

        One that cannot be read costs nobody another one's.
        """

        async def read(client: Client) -> list[tuple[str, bytes, int]]:
            context = client.jetstream(timeout=ANSWER)
            info = await context.stream_info(stream, subjects_filter=subject)
            found = []
            for one in sorted(info.state.subjects or {}):
                try:
                    message = await context.get_last_msg(stream, one, direct=True)
                    at = int(message.time.timestamp() * 1_000_000) if message.time is not None else 0
                except MIXED_IN:
                    continue
                found.append((one, message.data or b"", at))
            if info.state.subjects and not found:
                raise LinkError(f"Nothing in {stream} can be read.")
            return found

        return self.do(read, ANSWER * 2, stream)

    # ---- for the parts of the link

    def do(self, act: Callable[[Client], Coroutine[Any, Any, T]], timeout: float, about: str = "") -> T:
        """Run something with the connection in the loop; waits. Raises Unreachable, LinkError.

        about: in the subjects that it uses, by which a refusal of the hub is known as its own.
        """
        client = self._client
        if client is None or not self.connected:
            raise Unreachable(self.error or "There is no connection to the hub.")
        started = asyncio.run_coroutine_threadsafe(self._within(act(client), timeout, about), self._loop)
        try:
            return started.result()
        except LinkError:
            raise
        except (nats.errors.NoRespondersError, nats.errors.ConnectionClosedError) as error:
            raise Unreachable(why_not(error)) from error
        except (nats.errors.Error, APIError, OSError, TimeoutError, asyncio.CancelledError) as error:
            raise LinkError(why_not(error)) from error

    def when_connected(self, act: Callable[[], None]) -> None:
        """Call act now when there is a connection, and after each new one; it runs in a thread that may wait."""
        self._again.append(act)
        if self.connected:
            self._workers.submit(act)

    # ---- inside

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._stay())
        finally:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            if left:
                self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.close()

    async def _stay(self) -> None:
        wait = FIRST_WAIT
        while not self._closing:
            self._lost.clear()
            try:
                client = await connected(self.place, self._lost.set, self._refused)
            except LinkError as error:
                self._down(str(error))
            else:
                wait = FIRST_WAIT
                await self._with(client)
            if not self._closing:
                self._lost.clear()
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._lost.wait(), wait * random.uniform(0.5, 1.0))
                wait = min(wait * 2, LONGEST_WAIT)

    async def _with(self, client: Client) -> None:
        """One connection from its making to its end."""
        self._client = client
        try:
            self.expires = certificate_end(client)
            await client.flush(int(ANSWER))
            done = 0
            while done < len(self._subscribed):  # others may come while one is made
                subject, handler = self._subscribed[done]
                await client.subscribe(subject, cb=handler)
                done += 1
                if done == len(self._subscribed):
                    await client.flush(int(ANSWER))
            self.error = ""
            self._up.set()
            self._say()
            for act in self._again:
                self._workers.submit(act)
            await self._lost.wait()
        except (TimeoutError, nats.errors.Error, OSError) as error:
            self._down(why_not(error))
        why = client.last_error
        self._up.clear()
        self._client = None
        self._fail("The connection to the hub broke.")
        if not self._closing:
            self._down(why_not(why) if why is not None else "The connection to the hub broke.")
        with suppress(Exception):
            await asyncio.wait_for(client.close(), CLOSING)

    def _down(self, why: str) -> None:
        self._up.clear()
        if why != self.error:
            self.error = why
            self._say()

    def _say(self) -> None:
        if self._on_state is not None and not self._closing:
            self._on_state(self.connected, self.error)

    def _refused(self, error: Exception) -> None:
        """The hub says that something may not be done: what waits for that subject need not wait longer."""
        text = str(error).lower()
        if "permissions violation" not in text:
            return
        with self._flight:
            meant = [one for one, (subject, _) in self._waiting.items() if f'"{subject}"'.lower() in text]
        for future in meant:
            _fail(future, LinkError("The hub does not allow this key to write there."))
        for task, about in list(self._doing.items()):
            if about and about.lower() in text:
                task.cancel()

    def _listen(self, subject: str, handler: Callable[[Msg], Coroutine[Any, Any, None]]) -> None:
        self._soon(self._subscribe(subject, handler))

    async def _subscribe(self, subject: str, handler: Callable[[Msg], Coroutine[Any, Any, None]]) -> None:
        self._subscribed.append((subject, handler))
        if self._client is not None and self.connected:
            with suppress(nats.errors.Error):
                await self._client.subscribe(subject, cb=handler)

    def _soon(self, act: Coroutine[Any, Any, None]) -> None:
        try:
            asyncio.run_coroutine_threadsafe(act, self._loop)
        except RuntimeError:  # the loop is closed
            act.close()

    async def _tell(self, subject: str, data: bytes) -> None:
        if self._client is not None:
            with suppress(nats.errors.Error):
                await self._client.publish(subject, data)

    async def _publish(self, future: "Future[bool]", subject: str, data: bytes, headers: Mapping[str, str] | None) -> None:
        client = self._client
        if client is None:
            _fail(future, Unreachable("The connection to the hub broke."))
            return
        try:
            answer = await client.jetstream(timeout=ACKNOWLEDGED).publish(subject, data, headers=dict(headers or {}) or None)
        except NoStreamResponseError as error:  # also while a stream begins, so it is tried again
            _fail(future, LinkError(why_not(error)))
        except (TimeoutError, nats.errors.Error, APIError, OSError, ValueError) as error:
            _fail(future, LinkError(why_not(error)))
        except asyncio.CancelledError:
            _fail(future, Unreachable("The link is closed."))
        else:
            with suppress(Exception):
                future.set_result(not answer.duplicate)

    async def _within(self, act: Coroutine[Any, Any, T], timeout: float, about: str) -> T:
        task = asyncio.ensure_future(act)
        self._doing[task] = about
        try:
            return await asyncio.wait_for(task, timeout)
        except asyncio.CancelledError as error:
            if task.cancelled() and not self._closing:
                raise LinkError("The hub does not allow this key to do that.") from error
            raise Unreachable("The link is closed.") from error
        finally:
            del self._doing[task]

    def _landed(self, future: "Future[bool]") -> None:
        with self._flight:
            _, size = self._waiting.pop(future, ("", 0))
            self._bytes -= size
            self._flight.notify_all()

    def _fail(self, why: str) -> None:
        with self._flight:
            waiting = list(self._waiting)
            self._flight.notify_all()
        for future in waiting:
            _fail(future, Unreachable(why))


def _fail(future: "Future[bool]", error: LinkError) -> None:
    with suppress(Exception):  # it is done already
        future.set_exception(error)
