"""A RADIUS accounting listener (RFC 2866): requests are told to be genuine, handed on, and then answered."""

import contextlib
import selectors
import socket
import threading
import time
from collections import OrderedDict
from typing import Any

from msgspec import Struct

from app.model.activity import Activity, Endpoint
from app.model.source import RadiusSource
from app.model.troubles import WRONG_SECRET
from app.sensor.conversations.radius_accounting import ASTRAY, accounting, is_astray
from app.sensor.decoders import radius
from app.sensor.decoders.radius_secret import answer_to, is_genuine, is_signed_well
from app.sensor.sources.living import Cannot, Outlet
from app.sensor.sources.places import Places, open_places, placed
from app.sensor.sources.secrets import secret
from app.sensor.sources.sockets import kernel_drops, listening, local_address, plain, receive_with_place, tell_place

REMEMBERED, AGAIN = 16384, 60.0
"""So many requests are remembered so many seconds, to know those that are sent again."""
PORTION = 256
LARGEST = 4096
"""Bytes of the longest packet (RFC 2866 section 3)."""
STATUS_SERVER = 12

_Key = tuple[str, int, int, bytes]


class _Remembered:
    """Answers to the latest requests, by (address, port, id, authenticator)."""

    def __init__(self) -> None:
        self._answers: OrderedDict[_Key, tuple[float, bytes]] = OrderedDict()

    def get(self, key: _Key, now: float) -> bytes | None:
        found = self._answers.get(key)
        return found[1] if found and now - found[0] <= AGAIN else None

    def keep(self, key: _Key, now: float, answer: bytes) -> None:
        self._answers[key] = now, answer
        self._answers.move_to_end(key)
        while len(self._answers) > REMEMBERED or (self._answers and now - next(iter(self._answers.values()))[0] > AGAIN):
            self._answers.popitem(last=False)


def run(spec: RadiusSource, key: str, outlet: Outlet, stop: threading.Event) -> None:
    """A LiveReader for RADIUS accounting. Raises Cannot when port, secret or GeoIP file cannot be used.

    A request is answered when its activity has been handed on, not before: a client that gets no answer sends it again.
    """
    if not spec.secret:
        raise Cannot("RADIUS accounting needs the shared secret of who sends to it, and no name of one is given.")
    shared = secret(spec.secret)
    if not shared:
        raise Cannot(f"There is no shared secret of the name {spec.secret!r} in the keyring.")
    places = open_places(spec.places)
    sock = listening(socket.SOCK_DGRAM, spec.address, spec.port)
    address = "" if spec.address in ("", "0.0.0.0", "::") else plain(spec.address)
    setting = _Setting(key, shared.encode(), places, address, spec.port)
    remembered, number, known = _Remembered(), 0, 0
    with sock, selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        tell_place(sock)
        outlet.state("running")
        while not stop.is_set():
            selector.select(0.2)
            number = _told(sock, _taken(sock), number, setting, remembered, outlet)
            drops = kernel_drops(sock)
            if (more := (drops - known) & 0xFFFFFFFF) and more < 1 << 31:
                outlet.dropped("kernel receive buffer full", more)
                known = drops


class _Setting(Struct, frozen=True):
    key: str
    secret: bytes
    places: Places
    address: str
    port: int


class _Request(Struct, frozen=True, gc=False):
    """sender: as the socket gave it. ancillary: to be sent with the answer, so that it leaves from where the request came to."""

    data: bytes
    address: str
    port: int
    sender: tuple[Any, ...]
    ancillary: list[tuple[int, int, bytes]]


def _taken(sock: socket.socket) -> list[_Request]:
    out: list[_Request] = []
    while len(out) < PORTION:
        try:
            data, sender, ancillary = receive_with_place(sock, LARGEST + 1)
        except OSError:  # nothing waits; Windows also tells so that an answer could not be delivered
            break
        out.append(_Request(data, plain(str(sender[0])), int(sender[1]), sender, ancillary))
    return out


def _told(
    sock: socket.socket, taken: list[_Request], number: int, setting: _Setting, remembered: _Remembered, outlet: Outlet
) -> int:
    """Hand on what these requests tell and answer them; number: requests before them. Returns those with them."""
    now, at = time.monotonic(), time.time_ns() // 1000
    activities: list[Activity] = []
    answers: list[tuple[bytes, _Request]] = []
    fresh = size = 0
    for request in taken:
        data, address = request.data, request.address
        packet = radius.decode(data) if len(data) <= LARGEST else None
        if packet is None:
            outlet.dropped("RADIUS packet not understood", 1, address)
            continue
        if packet.code == STATUS_SERVER and packet.signed and is_signed_well(data, setting.secret, packet.authenticator):
            answers.append((answer_to(data, setting.secret), request))  # RFC 5997 section 3
            continue
        if packet.code != radius.ACCOUNTING_REQUEST:
            outlet.note("RADIUS packet that is no accounting request", f"{address}: {radius.CODES[packet.code]}")
            continue
        if not is_genuine(data, setting.secret) or not is_signed_well(data, setting.secret):
            outlet.dropped(WRONG_SECRET, 1, address)
            continue
        who = address, request.port, packet.id, packet.authenticator
        answer = remembered.get(who, now)
        if answer is not None:
            outlet.note("RADIUS request sent again", address)
        else:
            number += 1
            fresh += 1
            size += len(data)
            if is_astray(packet, at):
                outlet.note(ASTRAY, address)
            activities.append(placed(_activity(packet, at, number, setting, request), setting.places))
            answer = answer_to(data, setting.secret)
            remembered.keep(who, now, answer)
        answers.append((answer, request))
    if fresh:
        outlet.received(fresh, size, at)
        outlet.put(activities)
    for answer, request in answers:
        with contextlib.suppress(OSError):  # it will be sent again, and answered then
            if request.ancillary:
                sock.sendmsg([answer], request.ancillary, 0, request.sender)
            else:
                sock.sendto(answer, request.sender)
    return number


def _activity(packet: radius.RadiusPacket, at: int, number: int, setting: _Setting, request: _Request) -> Activity:
    return Activity(
        at=at,
        until=at,
        input=setting.key,
        record=number,
        source=Endpoint(request.address, request.port),
        destination=Endpoint(here, setting.port) if (here := local_address(request.ancillary) or setting.address) else None,
        account=radius.account(packet.user),
        code=radius.ACCOUNTING_RESPONSE,
        detail=accounting(packet, at),
    )
