"""Reading a stream from where a durable consumer is: a few messages at a time, acknowledged by whoever stored them."""

import nats.errors
from msgspec import Struct
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import api
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError

from app.link.connecting import Reach
from app.link.envelope import LinkError

FORGOTTEN = 30 * 86_400.0
"""Seconds after which the hub forgets a consumer that nobody uses; the workspace's receipts still know what it had."""
AGAIN = 60.0
"""Seconds after which what was not acknowledged is delivered once more."""
PATIENCE = 10.0
NEAR = 0.8
"""Share of its limit from which on a stream is nearly full."""
FETCH = 64
"""Messages that are asked for at once."""


class Came(Struct, frozen=True):
    """A message of the stream. id: that of whoever published it, "" for none. reply: where it is acknowledged.

    sequence: its place in the stream; at: UTC microseconds when the hub took it, by its clock.
    """

    subject: str
    data: bytes
    id: str
    reply: str
    sequence: int = 0
    at: int = 0


class Lag(Struct, frozen=True):
    """How far behind a consumer is: messages not delivered yet, delivered and not acknowledged.

    messages, bytes, limit: of the whole stream; limit 0: there is none.
    """

    waiting: int
    unacknowledged: int
    messages: int = 0
    bytes: int = 0
    limit: int = 0

    @property
    def pressed(self) -> bool:
        """Whether what nobody stored is about to be removed: the stream is nearly full, and most of it is not acknowledged."""
        return 0 < self.limit * NEAR <= self.bytes and (self.waiting + self.unacknowledged) * 2 >= self.messages


class Consumer:
    """A durable consumer; made on the hub when it is not there. Its methods wait, and belong to one thread."""

    def __init__(self, link: Reach, durable: str, stream: str, subject: str, most: int) -> None:
        self._link, self._durable, self._stream, self._subject, self._most = link, durable, stream, subject, most
        self._of: Client | None = None
        self._pull: JetStreamContext.PullSubscription | None = None

    def next(self, timeout: float) -> list[Came]:
        """The next messages, none when none came in so many seconds. Raises LinkError, Unreachable without a connection."""

        async def fetch(client: Client) -> list[Msg]:
            pull = await self._opened(client)
            try:
                return await pull.fetch(min(FETCH, self._most), timeout=timeout)
            except (nats.errors.TimeoutError, TimeoutError):
                return []

        try:
            messages = self._link.do(fetch, timeout + PATIENCE, self._stream)
        except LinkError:
            self._of = None
            raise
        return [_came(one) for one in messages]

    def acknowledge(self, replies: list[str]) -> None:
        """Say of these messages (Came.reply) that they are stored. Lost on the way, they come once more."""

        async def say(client: Client) -> None:
            for reply in replies:
                await client.publish(reply, b"+ACK")
            await client.flush(int(PATIENCE))

        if replies:
            self._link.do(say, PATIENCE * 2)

    def lag(self) -> Lag:
        """How far behind it is. Raises LinkError."""

        async def ask(client: Client) -> Lag:
            context = client.jetstream(timeout=PATIENCE)
            info = await context.consumer_info(self._stream, self._durable)
            stream = await context.stream_info(self._stream)
            return Lag(
                info.num_pending or 0,
                info.num_ack_pending or 0,
                stream.state.messages,
                stream.state.bytes,
                max(0, stream.config.max_bytes or 0),
            )

        return self._link.do(ask, PATIENCE * 2, self._stream)

    async def _opened(self, client: Client) -> JetStreamContext.PullSubscription:
        """The subscription of this connection. What an earlier one left unacknowledged is delivered at once, not after AGAIN."""
        if self._pull is not None and self._of is client:
            return self._pull
        context = client.jetstream(timeout=PATIENCE)
        start: int | None = None
        try:
            info = await context.consumer_info(self._stream, self._durable)
            if info.num_ack_pending or info.config.filter_subject != self._subject or info.config.max_ack_pending != self._most:
                start = (info.ack_floor.stream_seq if info.ack_floor is not None else 0) + 1
                await context.delete_consumer(self._stream, self._durable)
        except NotFoundError:
            start = 1
        if start is not None:
            await context.add_consumer(
                self._stream,
                api.ConsumerConfig(
                    durable_name=self._durable,
                    deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                    opt_start_seq=start,
                    ack_policy=api.AckPolicy.EXPLICIT,
                    ack_wait=AGAIN,
                    max_deliver=-1,
                    max_ack_pending=self._most,
                    filter_subject=self._subject,
                    inactive_threshold=FORGOTTEN,
                ),
            )
        self._pull = await context.pull_subscribe_bind(durable=self._durable, stream=self._stream)
        self._of = client
        return self._pull


def _came(message: Msg) -> Came:
    about = message.metadata
    return Came(
        subject=message.subject,
        data=message.data,
        id=(message.headers or {}).get("Nats-Msg-Id", ""),
        reply=message.reply,
        sequence=about.sequence.stream,
        at=int(about.timestamp.timestamp() * 1_000_000),
    )
