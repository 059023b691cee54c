"""What a live source is: it runs until it is told to stop, and hands on activities as they come."""

import threading
from collections.abc import Callable
from typing import Annotated, Any, Protocol

from msgspec import Meta, Struct

from app.model.activity import Activity


class Limits(Struct, frozen=True, kw_only=True):
    """What a governor lets a source use. level: 1 it analyses everything ... 0 nothing; tight: 0 as usual ... 2 least memory."""

    level: Annotated[float, Meta(ge=0, le=1)] = 1.0
    tight: Annotated[int, Meta(ge=0, le=2)] = 0


class Outlet(Protocol):
    """Where a live source puts what it has. All methods may be called from any thread of the source."""

    def put(self, batch: list[Activity], place: str = "") -> None:
        """Hand on activities in event order; blocks while whoever takes them is behind, so that losses stay at the source.

        place: where the source is with them, kept together with them for the next run; "" says nothing of that.
        """

    def received(self, records: int, bytes: int, last: int | None) -> None:
        """So many more packets, messages or objects came; last: UTC microseconds of the latest."""

    def dropped(self, what: str, count: int, where: str = "") -> None:
        """So many were lost; what: a short constant sentence that says where, such as "kernel ring full"."""

    def note(self, what: str, where: str, count: int = 1) -> None:
        """Count a problem that is no loss, as a Note of app.sensor.sources.reading."""

    def wished(self) -> str:
        """An address that the engine would like to have named, "" when there is none now; for a resolver only."""

    def expires(self, at: int | None) -> None:
        """When the password or the certificate that the source uses ends, UTC microseconds; None when it does not."""

    def state(self, state: str, error: str = "") -> None:
        """Say "running" when the source is ready, or "failed" with one sentence while it tries again by itself."""


class Cannot(Exception):
    """A live source cannot run; the text is one sentence for the user."""


LiveReader = Callable[[Any, str, Outlet, threading.Event], None]
"""(its spec of app.model.source, key of its input, outlet, stop): runs until stop is set, then returns within a second.

Raises Cannot. frames or record of its activities count what it received, from 1.
"""
