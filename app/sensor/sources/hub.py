"""The messages of a hub's sensors as a live source: read from the stream, handed on, acknowledged once they are stored."""

import hashlib
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from app.link.connecting import authority_of
from app.link.consuming import Consumer
from app.link.envelope import FORM, LinkError
from app.link.jetstream import Link, Unreachable
from app.link.place import LONGEST, HubPlace, from_line
from app.link.subjects import ACTIVITIES, EVERY_ACTIVITY, EVERY_STATUS, STATUS
from app.model.source import HubSource
from app.sensor.sources import secrets
from app.sensor.sources.forwarded import MESSAGE, REPORT, STORED, Forwarded, encode_forwarded
from app.sensor.sources.living import Cannot, Outlet

PENDING = 1024
"""Messages that may wait for their acknowledgement: a workspace that is behind holds back the stream, not memory."""
LOOK = 0.2
"""Seconds that a look for new messages takes; acknowledgements wait so long."""
EVERY = 5.0
"""Seconds between two questions how far behind we are."""


class Forwarding(Outlet, Protocol):
    """An outlet for what a hub brings."""

    def forward(self, kind: int, body: bytes) -> None:
        """Hand on bytes of this kind; blocks while whoever takes them is behind."""

    def behind(self, messages: int, pressed: bool) -> None:
        """So many messages are known to wait on the hub; pressed: they are about to be removed there."""


def place_of(spec: HubSource) -> HubPlace:
    """Where the hub is. Raises Cannot in one sentence."""
    try:
        if spec.file:
            with Path(spec.file).open(encoding="utf-8") as file:
                line = file.read(LONGEST + 1)
        else:
            line = secrets.secret(spec.secret)
        place = from_line(line)
        authority_of(place)
    except OSError as error:
        raise Cannot(f"{spec.file} cannot be read: {error.strerror}") from error
    except (LinkError, UnicodeDecodeError) as error:
        raise Cannot(str(error)) from error
    if place.role != "analyst":
        raise Cannot("this is the line of a sensor; an analyst's line is made by `wardlight hub add-analyst`")
    return place


def durable_of(place: HubPlace, position: str) -> str:
    """Name of the consumer of this analyst's workspace.

    A program that understands a newer version of the link has a position of its own: it reads the stream anew, and the receipts
    of the workspace drop what is known, so that what an older one had to leave on the hub comes in.
    """
    return f"{place.id}-{hashlib.blake2b(f'{FORM} {position}'.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def run(spec: HubSource, key: str, outlet: Forwarding, stop: threading.Event) -> None:
    """As a LiveReader."""
    place = place_of(spec)

    def said(connected: bool, error: str) -> None:
        outlet.state("running" if connected else "failed", error)

    latest: dict[str, bytes] = {}
    link = Link(place, said)
    try:
        link.listen(EVERY_STATUS, latest.__setitem__)  # handed on below: whoever waits here holds up the whole link
        link.when_connected(lambda: _last_reports(link, outlet))
        consumer = link.consume(durable_of(place, spec.position), ACTIVITIES, EVERY_ACTIVITY, PENDING)
        _follow(link, consumer, latest, outlet, stop)
    finally:
        link.close()


def _follow(link: Link, consumer: Consumer, latest: dict[str, bytes], outlet: Forwarding, stop: threading.Event) -> None:
    given = 0
    waiting: dict[int, str] = {}
    asked = 0.0
    refused = False
    while not stop.is_set():
        for _ in range(len(latest)):  # not for ever, however many reports come
            _report(outlet, *latest.popitem(), 0)
        stored = _stored(outlet)
        try:
            done = [place for place in waiting if place <= stored]
            consumer.acknowledge([waiting.pop(place) for place in done])
            came = consumer.next(LOOK)
        except Unreachable:
            waiting.clear()  # they come again with the next connection; the receipts know them
            link.wait(1.0)
            continue
        except LinkError as error:
            refused = True
            outlet.state("failed", str(error))
            stop.wait(1.0)
            continue
        if refused:
            refused = False
            outlet.state("running")
        for one in came:
            given += 1
            waiting[given] = one.reply
            outlet.forward(MESSAGE, encode_forwarded(Forwarded(given, one.subject, one.id, one.at, one.data)))
        if came:
            outlet.received(len(came), sum(len(one.data) for one in came), max(one.at for one in came))
        if time.monotonic() - asked > EVERY:
            asked = time.monotonic()
            outlet.expires(link.expires)
            with suppress(LinkError):  # what is wrong is told by the next look for messages
                lag = consumer.lag()
                outlet.behind(lag.waiting, lag.pressed)


def _stored(outlet: Outlet) -> int:
    """The newest place up to which all is stored, 0 when nobody said any."""
    newest = 0
    while line := outlet.wished():
        if line.startswith(STORED) and line[len(STORED) :].isdecimal():
            newest = max(newest, int(line[len(STORED) :]))
    return newest


def _last_reports(link: Link, outlet: Forwarding) -> None:
    outlet.expires(link.expires)
    try:
        for subject, data, at in link.last_of_each(STATUS, EVERY_STATUS):
            _report(outlet, subject, data, at)
    except LinkError as error:
        outlet.note("the reports of sensors cannot be read", str(error)[:200])


def _report(outlet: Forwarding, subject: str, data: bytes, at: int) -> None:
    outlet.forward(REPORT, encode_forwarded(Forwarded(0, subject, "", at, data)))
