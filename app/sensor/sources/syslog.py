"""A syslog listener over UDP, TCP or TLS: one thread receives, the calling one reads what came."""

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificate

from app.model.source import SyslogSource
from app.sensor.events.record import EventRecord
from app.sensor.events.syslog import Unknown, records_of
from app.sensor.events.translate import activities_of
from app.sensor.sources.datagrams import BATCH, taker
from app.sensor.sources.dated import arrived
from app.sensor.sources.handing_on import tell_foreign
from app.sensor.sources.inbox import Inbox, Received
from app.sensor.sources.joining import BLOCK, Joining
from app.sensor.sources.living import Cannot, Outlet
from app.sensor.sources.sockets import kernel_drops, listening, sender_of
from app.sensor.sources.streams import Streams

FULL, KERNEL = "own queue full", "kernel receive buffer full"
STOPPED = "not read any more when the source was stopped"
LAST, DRAIN = 0.6, 0.2
"""Seconds that are left for reading, and before that for receiving, what has come when the source is stopped."""
TAKES = 64
"""Batches that are taken before it is looked whether to stop."""
_AT = attrgetter("at")


def run(spec: SyslogSource, key: str, outlet: Outlet, stop: threading.Event) -> None:
    """A LiveReader for syslog. Raises Cannot when the port or the certificate cannot be used."""
    inbox = Inbox()
    if spec.transport not in ("udp", "tcp", "tls"):
        raise Cannot(f"Syslog comes over udp, tcp or tls, not over {spec.transport!r}.")
    context = _context(spec) if spec.transport == "tls" else None
    if context is not None:
        outlet.expires(_end(spec.certificate))
    kind = socket.SOCK_DGRAM if spec.transport == "udp" else socket.SOCK_STREAM
    sock = listening(kind, spec.address, spec.port)
    work = _receive_datagrams if spec.transport == "udp" else _receive_streams
    broken: list[BaseException] = []
    ended = threading.Event()

    def receive() -> None:
        try:
            work(sock, context, inbox, outlet, ended)
        except Exception as error:
            broken.append(error)

    thread = threading.Thread(target=receive, name="syslog", daemon=True)
    thread.start()
    outlet.state("running")
    try:
        _read(inbox, key, outlet, stop, ended, broken)
    finally:
        ended.set()
        thread.join(1.0)
    if broken:
        raise broken[0]


def _context(spec: SyslogSource) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for name in filter(None, (spec.certificate, spec.key)):  # OpenSSL does not say which of both it is
        try:
            with Path(name).open("rb"):
                pass
        except (OSError, ValueError) as error:
            raise Cannot(f"The certificate or its key cannot be used: {name}: {getattr(error, 'strerror', error)}.") from error
    try:
        context.load_cert_chain(spec.certificate, spec.key or None, password=lambda: "")
    except (OSError, ssl.SSLError, ValueError) as error:
        raise Cannot(f"The certificate or its key cannot be used: {getattr(error, 'strerror', None) or error}.") from error
    return context


def _end(certificate: str) -> int | None:
    """When a certificate ends, UTC microseconds; None when its file tells no such time."""
    try:
        return int(load_pem_x509_certificate(Path(certificate).read_bytes()).not_valid_after_utc.timestamp() * 1_000_000)
    except (OSError, ValueError):
        return None


def _receive_datagrams(
    sock: socket.socket, context: ssl.SSLContext | None, inbox: Inbox, outlet: Outlet, ended: threading.Event
) -> None:
    take, known = taker(sock), 0

    def count(drops: int) -> None:
        nonlocal known
        more = (drops - known) & 0xFFFFFFFF
        if 0 < more < 1 << 31:
            known = drops
            outlet.dropped(KERNEL, more)

    with sock, selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        until = 0.0
        while True:
            if not until and ended.is_set():
                until = time.monotonic() + DRAIN
            readable = selector.select(0 if until else 0.2)
            for _ in range(TAKES if readable else 0):
                messages, senders, drops = take()
                if drops:
                    count(drops)
                if messages and not inbox.put(Received(time.time_ns() // 1000, messages, senders)):
                    outlet.dropped(FULL, len(messages))
                if len(messages) < BATCH:
                    break
            # what is dropped at the end of a burst has no datagram behind it that would tell
            count(kernel_drops(sock))
            if until and (not readable or time.monotonic() > until):
                return


def _receive_streams(
    sock: socket.socket, context: ssl.SSLContext | None, inbox: Inbox, outlet: Outlet, ended: threading.Event
) -> None:
    streams = Streams(
        sock,
        context,
        inbox,
        lambda what, count, where: outlet.dropped(what, count, where),
        lambda what, count, where: outlet.note(what, where, count),
    )
    try:
        while not ended.is_set():
            streams.turn(ended)
    finally:
        streams.close(ended)


def _read(
    inbox: Inbox, key: str, outlet: Outlet, stop: threading.Event, ended: threading.Event, broken: list[BaseException]
) -> None:
    number, until = 0, 0.0
    joining = Joining(outlet.note, live=True)
    while not broken:
        if stop.is_set() and not until:
            ended.set()
            until = time.monotonic() + LAST
        batch = inbox.take(0.05 if until else 0.1)
        if joining:
            _put(joining.overdue(time.monotonic()), key, outlet)
        if batch is None:
            if until and time.monotonic() > until - LAST + DRAIN + 0.1:  # the receiving thread has ended by now
                break
            continue
        number = _tell(batch, number, key, outlet, joining)
        if until and time.monotonic() > until:
            break
    _put(joining.rest(), key, outlet)
    if left := inbox.left():
        outlet.dropped(STOPPED, left)


def _put(some: Iterable[EventRecord], key: str, outlet: Outlet) -> None:
    activities = [activity for one in some for activity in activities_of(one, key)]
    if activities:
        for one in activities:
            tell_foreign(one, outlet.note)
        activities.sort(key=_AT)
        outlet.put(activities)


def _tell(batch: Received, number: int, key: str, outlet: Outlet, joining: Joining) -> int:
    """Hand on the activities of one batch; number: messages before it. Returns those with it."""
    unknown: dict[str, tuple[int, str]] = {}
    records: list[EventRecord] = []
    now = time.monotonic()
    last: int | None = None
    for message, sender in zip(batch.messages, batch.senders, strict=True):
        number += 1
        found = records_of(message, batch.at, number)
        if isinstance(found, Unknown):
            count, where = unknown.get(found.sort, (0, ""))
            unknown[found.sort] = count + 1, where or f"{sender_of(sender)}: {found.sample}"
            continue
        found = arrived(found, batch.at, outlet.note, sender_of(sender))
        if last is None or found.at > last:
            last = found.at
        if found.event_id == BLOCK:
            records.extend(joining.take(found, now))
        else:
            records.append(found)
    for sort, (count, where) in unknown.items():
        outlet.note(sort, where, count)
    outlet.received(len(batch.messages), sum(map(len, batch.messages)), last if last is not None else batch.at)
    _put(records, key, outlet)
    return number
