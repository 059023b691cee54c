"""Authentication of one RPC association: whose calls they are, and how it ended."""

from app.model.activity import Account
from app.sensor.conversations.authentication import Authentication
from app.sensor.decoders.dcerpc import Verifier, netlogon_token
from app.sensor.frame import Emit, Flow

SPNEGO, NTLM, KERBEROS, NETLOGON = 9, 10, 16, 68
"""Authentication types (MS-RPCE section 2.2.1.1.7)."""
_CARRIED = frozenset({SPNEGO, NTLM, KERBEROS})
_MOST = 16


class Login:
    """One security context of an association."""

    __slots__ = ("_account", "authentication", "level", "open", "type")

    def __init__(self, trailer: Verifier, authentication: Authentication | None) -> None:
        self.type = trailer.type
        self.level = trailer.level
        self.authentication = authentication
        self.open = authentication is not None
        self._account: Account | None = None
        if trailer.type == NETLOGON and (names := netlogon_token(trailer.token)):
            self._account = Account(name=f"{names[0]}$", domain=names[1] or None)

    @property
    def account(self) -> Account | None:
        """Account that the client named, or the computer of a secure channel."""
        return self.authentication.account if self.authentication else self._account

    @property
    def ticket(self) -> str | None:
        """Fingerprint of the Kerberos ticket, where one was shown."""
        return self.authentication.ticket if self.authentication else None

    def opened(self, asks: bool, data: bytes, start: int, trailer: Verifier) -> bytes | None:
        """Stub of a sealed unit from data[start] on, where the user's keys open it; asks: it is the caller's."""
        security = self.authentication.security if self.authentication else None
        if security is None:
            return None
        sealed, behind = data[start : trailer.start], data[trailer.start : trailer.start + 8]
        plain: bytes | None = security.unseal(asks, trailer.token, sealed, data[:start], behind)
        return plain if plain is None or not trailer.pad else plain[: max(len(plain) - trailer.pad, 0)]

    @property
    def opens(self) -> bool:
        """Whether the user's keys open what is sealed."""
        security = self.authentication.security if self.authentication else None
        return security is not None and bool(security.keys)

    @property
    def streams(self) -> bool:
        """Whether what is sealed opens only when no unit is left out."""
        security = self.authentication.security if self.authentication else None
        return security is not None and security.streams


class Logins:
    """Security contexts of one association by their number."""

    __slots__ = ("_emit", "_flow", "contexts")

    def __init__(self, flow: Flow, emit: Emit) -> None:
        self._flow = flow
        self._emit = emit
        self.contexts: dict[int, Login] = {}

    def token(self, from_client: bool, trailer: Verifier, at: int, frames: tuple[int, ...], ordinal: int) -> Login | None:
        """Take the token of bind, alter-context, auth3 or of their answers."""
        login = self.contexts.get(trailer.context)
        if login is None:
            if len(self.contexts) >= _MOST:
                return None
            carried = trailer.type in _CARRIED
            login = Login(trailer, Authentication(self._flow, self._emit, "rpc") if carried else None)
            self.contexts[trailer.context] = login
        if login.authentication is not None and login.open and trailer.token:
            login.authentication.token(from_client, trailer.token, at, frames, ordinal)
        return login

    def find(self, context: int | None) -> Login | None:
        """The security context of that number, or the only one when no number is said."""
        if context is not None:
            return self.contexts.get(context)
        return next(iter(self.contexts.values())) if len(self.contexts) == 1 else None

    def finish(self, login: Login | None, success: bool, code: int, at: int, frames: tuple[int, ...]) -> None:
        """The server's first answer under this context, or its refusal."""
        if login is not None and login.open and login.authentication is not None:
            login.open = False
            login.authentication.finished(success, code, at, frames)

    def all_sealed(self) -> bool:
        """Whether every security context of the association hides the stubs, and no key opens any."""
        return bool(self.contexts) and all(one.level >= 6 and not one.opens for one in self.contexts.values())

    def streaming(self) -> bool:
        """Whether a unit that is left out would hide those after it."""
        return any(one.streams for one in self.contexts.values())

    def close(self) -> None:
        """The association ended."""
        for login in self.contexts.values():
            if login.open and login.authentication is not None:
                login.open = False
                login.authentication.close()
