"""Ports that nobody uses, and that nobody else is given before whoever asked for one listens there."""

import itertools
import os
import socket
import sys
import time

FIRST, COUNT = 20_000, 12_000
"""Below the ports that a system gives to whoever connects or asks for any (Linux: from 32768): nobody gets one by chance."""
_AFTER = itertools.count(os.getpid() * 97)
"""Each process begins elsewhere, and gives none twice before it went round."""
_HELD: list[socket.socket] = []


def free_port(address: str = "127.0.0.1") -> int:
    """A port where nobody listens over TCP or UDP; while this process runs, no test of any process is given it again."""
    for number in itertools.islice(_AFTER, COUNT):
        port = FIRST + number % COUNT
        if _free(port, address) and _held(port):
            return port
    raise OSError("every port is taken")


def until_open(port: int, seconds: float = 10) -> None:
    """Wait until somebody listens on a TCP port of loopback."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")


def _free(port: int, address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(family, kind) as one:
            try:
                one.bind((address, port))
            except OSError:
                return False
    return True


def _held(port: int) -> bool:
    """Write down that a port is given: a name without a file, which Linux forgets with the process."""
    if not sys.platform.startswith("linux"):
        return True
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        one.bind(f"\0wardlight-test-port-{port}")
    except OSError:
        one.close()
        return False
    _HELD.append(one)
    return True
