"""One authentication inside a carrier, its tokens joined: SPNEGO, Kerberos AP, NTLM."""

from app.model.activity import Account
from app.sensor.frame import Emit, Flow


class Authentication:
    """Takes the tokens of both sides in any order; emits one Ntlm or KerberosAp when the carrier knows how it ended."""

    __slots__ = ("_emit", "_flow", "account", "carrier", "mechanism", "ticket")

    def __init__(self, flow: Flow, emit: Emit, carrier: str) -> None:
        self._flow = flow
        self._emit = emit
        self.carrier = carrier
        self.account: Account | None = None
        self.ticket: str | None = None
        self.mechanism = ""

    def token(self, from_client: bool, blob: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One token as the carrier holds it; at in UTC microseconds."""

    def finished(self, success: bool | None, code: int | None, at: int, frames: tuple[int, ...]) -> None:
        """The carrier knows how the authentication ended; code is the carrier's own number."""

    def close(self) -> None:
        """The carrier ended: emit what is pending as unanswered."""
