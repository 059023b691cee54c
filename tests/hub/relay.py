"""A network between a hub and those who connect to it, which can be slow, silent or cut: every byte goes through this process."""

import random
import selectors
import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Literal

Weather = Literal["fair", "slow", "silent", "cut"]
PART, LATE = 1_400, 0.2
"""Bytes of a packet; seconds by which a slow network delays, each packet by another time, so that they come in bursts."""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing a reset (RFC 9293, 3.5.2), as a firewall or a machine that went does."""


class Relay:
    """Listens on a free port of this machine and passes everything on to another one, as the weather is."""

    def __init__(self, port: int, seed: int = 1) -> None:
        self.weather: Weather = "fair"
        self._target = ("127.0.0.1", port)
        self._chance = random.Random(seed)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._door.setblocking(False)
        self.port: int = self._door.getsockname()[1]
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._waiting: list[tuple[float, socket.socket, bytes]] = []
        self._over = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._door, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Cut everything for good."""
        self._over.set()
        self._thread.join(10)

    def _serve(self) -> None:
        while not self._over.is_set():
            if self.weather == "cut":
                self._cut()
            for key, _ in self._selector.select(0.02):
                one = key.fileobj
                if one is self._door:
                    self._accept()
                elif isinstance(one, socket.socket) and one in self._pairs:
                    self._take(one)
            self._give()
        self._cut()
        self._door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            near, _ = self._door.accept()
            if self.weather == "cut":
                _reset(near)
                return
            far = socket.create_connection(self._target, 5)
            for one, other in ((near, far), (far, near)):
                self._pairs[one] = other
                self._selector.register(one, selectors.EVENT_READ)

    def _take(self, one: socket.socket) -> None:
        if self.weather == "silent":  # nothing arrives, nobody is told
            time.sleep(0.01)
            return
        try:
            data = one.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            self._drop(one)
            return
        late = time.monotonic()
        for at in range(0, len(data), PART):
            if self.weather == "slow":
                late += self._chance.uniform(0, LATE)
            self._waiting.append((late, self._pairs[one], data[at : at + PART]))

    def _give(self) -> None:
        """What is due leaves; of one connection in its order, as TCP has it."""
        now, later, held = time.monotonic(), [], set[socket.socket]()
        for late, to, data in self._waiting:
            if to in held or late > now or self.weather == "silent":
                held.add(to)
                later.append((late, to, data))
            elif to in self._pairs:
                try:
                    to.sendall(data)
                except OSError:
                    self._drop(to)
        self._waiting = later

    def _drop(self, one: socket.socket) -> None:
        other = self._pairs.pop(one, None)
        for end in (one, other):
            if end is not None:
                self._pairs.pop(end, None)
                with suppress(KeyError, ValueError):
                    self._selector.unregister(end)
                _reset(end)

    def _cut(self) -> None:
        for one in list(self._pairs):
            self._drop(one)
        self._waiting = []


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    one.close()
