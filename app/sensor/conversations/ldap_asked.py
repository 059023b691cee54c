"""A request of LDAP that waits for its result, and what came of it so far."""

from app.model.activity import Account
from app.sensor.conversations.ldap_descriptors import Compared, Found, asks
from app.sensor.decoders import ldap

Asking = ldap.SearchRequest | ldap.ChangeRequest | tuple[str, str] | str
"""A search; a change; a compare's name and assertion; the OID of another extended operation."""


class Asked:
    """A request that waits for its result."""

    __slots__ = (
        "account",
        "at",
        "compared",
        "controls",
        "descriptors",
        "entries",
        "frames",
        "last",
        "netlogon",
        "operation",
        "ordinal",
        "parts",
        "request",
        "ticket",
        "written",
    )

    def __init__(self, operation: int, request: Asking, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.operation = operation
        self.request = request
        self.at = self.last = at
        self.frames = frames
        self.ordinal = ordinal
        self.controls: tuple[str, ...] = ()
        self.account: Account | None = None
        self.ticket: str | None = None
        self.entries = 0
        self.netlogon: bytes | None = None
        # None: not asked for, or of too many; else what was found of them so far
        self.descriptors: Found | None = [] if isinstance(request, ldap.SearchRequest) and asks(request) else None
        self.written: dict[str, bytes] = {}
        self.parts = 0
        self.compared: Compared = ()
