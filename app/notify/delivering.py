"""Takes notices from the queue to their destination."""

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec.structs import replace

from app.model.notice import MailTarget, Notice, SyslogTarget, Target, WebhookTarget
from app.notify.errors import NotDelivered
from app.notify.mail import Folders, MailSender
from app.notify.queue import Queue
from app.notify.syslog import SyslogSender
from app.notify.webhook import WebhookSender

BATCH = 50
"""Syslog messages that go out before the receiver's machine is asked what it has."""
FIRST, LONGEST = 1_000_000, 300_000_000
"""Microseconds to the second try, and between two tries at most; doubled each time."""
Hide = Callable[[Notice], Notice]
"""Turns a notice into what may be told; the identity while names are shown."""


class Sender(Protocol):
    """A connection to one destination."""

    def send(self, notices: Sequence[Notice]) -> str:
        """Deliver as many of these as one call takes; returns what went wrong nevertheless. Raises NotDelivered."""

    def close(self) -> None:
        """Give the connection back."""


def sender_of(target: Target, folders: Folders = tuple) -> Sender:
    """What delivers to a destination; nothing is connected yet. folders: those from which reports go out, asked for each."""
    match target:
        case SyslogTarget():
            return SyslogSender(target)
        case MailTarget():
            return MailSender(target, folders)
        case WebhookTarget():
            return WebhookSender(target)


def wait(tries: int) -> int:
    """Microseconds to leave a destination alone after so many failures in a row."""
    return min(FIRST << min(tries - 1, 20), LONGEST)


def now() -> int:
    """UTC microseconds by this machine's clock."""
    return time.time_ns() // 1_000


def deliver(queue: Queue, target: Target, sender: Sender, hide: Hide) -> bool | None:
    """Deliver what is next; True when it was, False when that failed, None when nothing is due. Raises QueueError."""
    due = queue.due(target.name, now(), BATCH if isinstance(target, SyslogTarget) else 1)
    if not due:
        return None
    try:
        error = sender.send([hidden(one.notice, hide) for one in due])
    except NotDelivered as why:
        queue.failed(target.name, now(), str(why), wait, due[0].number if why.refused else None)
        return False
    queue.delivered(target.name, [one.number for one in due], now(), error)
    return True


def deliver_all(queue: Queue, target: Target, sender: Sender, hide: Hide, until: float) -> bool:
    """Deliver all that waits, up to a failure or a time of time.monotonic(); True when nothing waits. Raises QueueError."""
    while time.monotonic() < until:
        went = deliver(queue, target, sender, hide)
        if went is None:
            return queue.next_try(target.name) is None
        if not went:
            return False
    return False


def send_now(target: Target, notice: Notice, hide: Hide) -> str:
    """Deliver one notice past the queue, as the test of a destination does; returns "" or why it did not arrive."""
    sender = sender_of(target)
    try:
        return sender.send([hidden(notice, hide)])
    except NotDelivered as error:
        return str(error)
    finally:
        sender.close()


def hidden(one: Notice, hide: Hide) -> Notice:
    """The notice as it may be told. Where it goes stays; a report that was written with names stays here."""
    said = hide(one)
    if said is one:
        return one
    said = replace(said, id=one.id, recipients=one.recipients, link=one.link, file=one.file)
    if one.file and not one.body.get("private"):
        note = "The report was written with names before they were hidden; it is not sent."
        said = replace(said, file="", text=f"{said.text}\n{note}")
    return said
