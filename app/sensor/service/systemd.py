"""Words to the service manager of Linux: ready, how it goes, that it ends, that the loop still turns (sd_notify(3))."""

import os
import socket
from contextlib import suppress


def notify(**words: str) -> bool:
    """Send these, for example READY="1"; False when no manager listens."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where or where[0] not in "/@" or not hasattr(socket, "AF_UNIX"):
        return False
    text = "\n".join(f"{key}={value.splitlines()[0] if value else ''}" for key, value in words.items())
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + where[1:] if where[0] == "@" else where)
        out.send(text.encode("utf-8", "replace"))
        return True
    return False


def watchdog() -> float:
    """Seconds between two words that the loop still turns, 0 when nobody wants them."""
    try:
        return int(os.environ.get("WATCHDOG_USEC", "0")) / 1_000_000 / 3
    except ValueError:
        return 0.0
