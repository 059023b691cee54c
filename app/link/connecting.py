"""One connection to a hub, made once: TLS that is checked, the key that signs, the inbox that is its own."""

import asyncio
import logging
import re
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import nats.errors
from nats.aio.client import Client, RawCredentials
from nkeys import NkeysError

from app.link.envelope import LinkError
from app.link.place import HubPlace
from app.link.refusals import why_not
from app.link.subjects import inbox

PATIENCE = 10.0
"""Seconds for one server to answer."""
GRANT = "BEGIN NATS USER JWT"
"""In the place of a seed stands the text of a credentials file, which clusters that are run by an operator give."""
PING = 15
"""Seconds between two questions whether the server is there; two without an answer are a broken connection."""
PENDING = 16 << 20
"""Bytes that wait for the socket; beyond, publishing waits."""
ACKNOWLEDGED = b"$JS.ACK."
"""How the place begins where a message of a stream is acknowledged: whoever published it chose its headers."""
_ID = re.compile(rb"\r\nNats-Msg-Id:[ \t]*([0-9a-f-]{1,100})\r\n")

# The library makes its streams as if they had no TLS, which asyncio remarks at every end of a connection.
logging.getLogger("asyncio").addFilter(lambda record: "eof_received" not in record.getMessage())
# What goes wrong is told in states and sentences; the library would print it as well.
logging.getLogger("nats").addHandler(logging.NullHandler())

T = TypeVar("T")


class Reach(Protocol):
    """What the parts of a link ask of it, see app.link.jetstream.Link."""

    @property
    def closed(self) -> bool: ...
    def do(self, act: Callable[[Client], Coroutine[Any, Any, T]], timeout: float, about: str = "") -> T: ...
    def listen(self, subject: str, handler: Callable[[str, bytes], None]) -> None: ...
    def when_connected(self, act: Callable[[], None]) -> None: ...


class _Client(Client):
    """The library's client, to which no header of a published message passes for a word of the server.

    A status, or a header that cannot be read, would end the reading of a stream for everybody who reads it.
    """

    async def _process_msg(self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: bytes) -> None:
        if headers and reply.startswith(ACKNOWLEDGED):
            found = _ID.search(headers)
            headers = b"NATS/1.0\r\nNats-Msg-Id: %b\r\n\r\n" % found[1] if found else b""
        await super()._process_msg(sid, subject, reply, data, headers)

    async def _process_headers(self, headers: bytes) -> dict[str, str] | None:
        try:
            return await super()._process_headers(headers)
        except (ValueError, IndexError):
            return None


def authority_of(place: HubPlace) -> ssl.SSLContext:
    """What the server's certificate is checked against. Raises LinkError when the authority of the place is none."""
    try:
        context = ssl.create_default_context(cadata=place.authority or None)
    except (ssl.SSLError, ValueError) as error:
        raise LinkError(f"The authority of the hub is no certificate: {error}.") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def connected(place: HubPlace, closed: Callable[[], None], failed: Callable[[Exception], None]) -> Client:
    """A connection to the first server that takes us. closed(): once it is over; failed(error): what went wrong beside it.

    It is not made again by itself: whoever has it tells apart why. Raises LinkError with one sentence.
    """
    context = authority_of(place)
    why = "The place of the hub names no server."
    for url in place.urls:
        try:
            return await _to(url, place, context, closed, failed)
        except LinkError as error:
            why = str(error)
    raise LinkError(why)


async def _to(
    url: str, place: HubPlace, context: ssl.SSLContext, closed: Callable[[], None], failed: Callable[[Exception], None]
) -> Client:
    found = urlsplit(url)
    if found.scheme != "tls" or not found.hostname:
        raise LinkError(f"{url} is no place of a hub: such a place begins with tls://")
    reasons: list[BaseException] = []
    is_open = False

    async def on_error(error: Exception) -> None:
        if is_open:
            failed(error)
        else:
            reasons.append(error)

    async def on_close() -> None:
        if is_open:
            closed()

    granted = GRANT in place.seed
    client = _Client()
    try:
        await asyncio.wait_for(
            client.connect(
                url,
                error_cb=on_error,
                closed_cb=on_close,
                name=f"{place.role} {place.id}",
                allow_reconnect=False,
                connect_timeout=int(PATIENCE),
                reconnect_time_wait=0,
                max_reconnect_attempts=1,
                ping_interval=PING,
                tls=context,
                tls_hostname=found.hostname,
                nkeys_seed_str=None if granted else place.seed,
                user_credentials=RawCredentials(place.seed) if granted else None,
                inbox_prefix=inbox(place.id),
                pending_size=PENDING,
                flush_timeout=PATIENCE,
            ),
            PATIENCE * 2,
        )
        spoken = _tls_of(client)
    except Exception as error:
        reason = reasons[-1] if isinstance(error, nats.errors.NoServersError) and reasons else error
        await _given_up(client)
        if isinstance(reason, NkeysError | ValueError) and not isinstance(reason, ssl.SSLError):
            raise LinkError("The key for the hub is none: paste the line again.") from error
        raise LinkError(why_not(reason, url)) from error
    if spoken is None:  # the library goes on without TLS when a server does not ask for it
        await _given_up(client)
        raise LinkError(f"The hub at {url} does not speak TLS; nothing is sent to it.")
    is_open = True
    return client


def certificate_end(client: Client) -> int | None:
    """When the certificate that the server showed ends, UTC microseconds. Raises OSError when the connection broke meanwhile."""
    shown = _tls_of(client)
    end = shown.getpeercert() if shown is not None else None
    return int(ssl.cert_time_to_seconds(str(end["notAfter"]))) * 1_000_000 if end and "notAfter" in end else None


def _tls_of(client: Client) -> ssl.SSLObject | None:
    transport: Any = client._transport
    try:
        return None if not transport else transport._io_writer.get_extra_info("ssl_object")
    except AttributeError as error:  # asyncio takes the protocol from a connection that broke
        raise ConnectionResetError("the connection broke while it was made") from error


async def _given_up(client: Client) -> None:
    with suppress(Exception):
        await asyncio.wait_for(client.close(), 2)
    transport: Any = client._transport
    if transport:
        with suppress(Exception):
            transport.close()
