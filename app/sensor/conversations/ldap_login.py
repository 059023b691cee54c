"""LDAP binds: their legs joined, and who the connection then speaks for."""

from typing import Any

from app.model.activity import Account, Activity, Result
from app.model.details import LdapBind
from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.decoders import ldap, ldap_sasl, ldap_values
from app.sensor.frame import Emit, Flow

FRAME_LIMIT = 64
_NTLM_NEGOTIATE = b"NTLMSSP\0\x01"
_SICILY = "Sicily NTLM"


class _Bind:
    __slots__ = (
        "account",
        "at",
        "frames",
        "last",
        "login",
        "message_id",
        "method",
        "name",
        "ordinal",
        "password_length",
        "reply",
        "spoke",
    )

    def __init__(self, request: ldap.BindRequest, at: int, ordinal: int) -> None:
        self.at = self.last = at
        self.frames: tuple[int, ...] = ()
        self.ordinal = ordinal
        self.message_id = 0
        self.name = request.name
        self.password_length = request.password_length
        self.login: Authentication | None = None
        self.reply: ldap.Reply | None = None
        self.account: Account | None = None
        self.spoke = False  # some clients ask without a token first, to hear what the server offers
        if request.choice == ldap.SIMPLE:
            # RFC 4513 sections 5.1.1 and 5.1.2: without a password nobody is authenticated, whatever the name
            self.method = "simple" if request.password_length else "anonymous"
        elif request.choice == ldap.SASL:
            self.method = request.mechanism
        else:
            self.method = _SICILY


class LdapLogin:
    """The binds of one connection. account and ticket are those of the last bind that succeeded.

    A bind that succeeded is held until the next message shows whether the connection is sealed from then on.
    layered: the last bind was one that may put a security layer around what follows. security: what opens that layer, where
    the user's keys do (security.Security).
    """

    def __init__(self, flow: Flow, emit: Emit) -> None:
        self.flow = flow
        self.emit = emit
        self.account: Account | None = None
        self.ticket: str | None = None
        self.layered = False
        self.security: Any = None
        self.bind: _Bind | None = None
        self.held: _Bind | None = None

    def request(self, message_id: int, request: ldap.BindRequest, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One bind request: the first leg of a bind or the next."""
        bind = self.bind
        if bind is not None and (
            (bind.spoke and _begins(request)) or not _continues(bind, request) or at - bind.last > UNANSWERED_AFTER
        ):
            self._end(bind, False)
            bind = self.bind = None
        if bind is None:
            bind = self.bind = _Bind(request, at, ordinal)
        # A bind takes the identity away at once (RFC 4513 section 4).
        self.account = self.ticket = None
        self.layered = False
        self.security = None
        bind.message_id = message_id
        bind.last = at
        bind.spoke = bind.spoke or bool(request.token) or request.choice == ldap.SIMPLE
        if len(bind.frames) < FRAME_LIMIT:
            bind.frames += frames
        bind.name = bind.name or request.name
        if request.choice != ldap.SASL or request.mechanism in ("GSSAPI", "GSS-SPNEGO", "NTLM"):
            self._token(bind, True, request.token, at, frames, ordinal)

    def reply(self, message_id: int, reply: ldap.Reply, at: int, frames: tuple[int, ...], ordinal: int) -> bool:
        """One bind reply; False when no bind waits for it."""
        bind = self.bind
        if bind is None or bind.message_id != message_id:
            return False
        bind.last = at
        if len(bind.frames) < FRAME_LIMIT:
            bind.frames += frames
        token = reply.token
        if bind.method == _SICILY and reply.code == ldap.SUCCESS and reply.matched:
            # Sicily's answer has its token in the place of matchedDN, or the packages after a discovery.
            token = reply.matched
            self._token(bind, False, token, at, frames, ordinal)
            return True
        self._token(bind, False, token, at, frames, ordinal)
        if reply.code == ldap.BIND_IN_PROGRESS:
            return True
        self.bind = None
        bind.reply = reply
        login = bind.login
        if login is not None:
            login.finished(reply.code == ldap.SUCCESS, reply.code, at, frames)
        if reply.code != ldap.SUCCESS:
            self._end(bind, False)
            return True
        if bind.method != "anonymous":
            bind.account = self.account = (login.account if login else None) or ldap_values.account(bind.name)
        self.ticket = login.ticket if login else None
        self.security = login.security if login else None
        self.layered = bind.method not in ("simple", "anonymous", "EXTERNAL", "PLAIN")
        self.held = bind
        return True

    def goes_on(self) -> None:
        """The client asks something while the answer to its bind is not in the capture: it had one, for it must wait for it (RFC
        4511 section 4.2.1), and is taken at its word. Whether the bind was granted stays open."""
        bind = self.bind
        if bind is not None and bind.method != "anonymous":
            self.account = (bind.login.account if bind.login else None) or ldap_values.account(bind.name)
            self.ticket = bind.login.ticket if bind.login else None

    def settle(self, sealed: bool) -> None:
        """The first message after a bind was seen: it goes out, sealed or not."""
        held = self.held
        if held is not None:
            self.held = None
            self._end(held, sealed)

    def expire(self, now: int) -> None:
        if self.held is not None and self.held.last < now - UNANSWERED_AFTER:
            self.settle(False)
        if self.bind is not None and self.bind.last < now - UNANSWERED_AFTER:
            bind, self.bind = self.bind, None
            self._end(bind, False)

    def close(self) -> None:
        self.settle(False)
        if self.bind is not None:
            bind, self.bind = self.bind, None
            self._end(bind, False)

    def _token(self, bind: _Bind, from_client: bool, token: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if not token or ldap_sasl.is_wrap(token):
            return
        if bind.login is None:
            if not (token[:1] in (b"\x60", b"\xa1", b"\x6e", b"\x30") or token[:8] == b"NTLMSSP\0"):
                return  # the name of a package, or a challenge of another mechanism
            bind.login = Authentication(self.flow, self.emit, "ldap")
        bind.login.token(from_client, token, at, frames, ordinal)

    def _end(self, bind: _Bind, sealed: bool) -> None:
        reply = bind.reply
        login = bind.login
        if login is not None and reply is None:
            login.close()
        who = bind.account or (login.account if login else None)
        if who is None and bind.method != "anonymous":
            who = ldap_values.account(bind.name)
        result: Result = "unanswered" if reply is None else "success" if reply.code == ldap.SUCCESS else "failure"
        self.emit(
            Activity(
                at=bind.at,
                until=bind.last,
                input=self.flow.input,
                frames=tuple(sorted(set(bind.frames))),
                ordinal=bind.ordinal,
                source=self.flow.client,
                destination=self.flow.server,
                account=who,
                ticket=login.ticket if login else None,
                result=result,
                code=reply.code if reply else None,
                detail=LdapBind(
                    method=bind.method,
                    name=bind.name or None,
                    encrypted=sealed,
                    password_length=bind.password_length,
                    error_text=(reply.text or None) if reply else None,
                ),
            )
        )


def _begins(request: ldap.BindRequest) -> bool:
    """True for the first leg of a bind, whatever went before."""
    if request.choice in (ldap.SIMPLE, ldap.SICILY_DISCOVERY):
        return True
    token = request.token
    if request.choice == ldap.SASL:
        return token[:8] == _NTLM_NEGOTIATE or (token[:1] == b"\x60" and not ldap_sasl.is_wrap(token))
    return False


def _continues(bind: _Bind, request: ldap.BindRequest) -> bool:
    """True when the request can be a further leg of the bind."""
    if request.choice == ldap.SASL:
        return bind.method == request.mechanism
    return bind.method == _SICILY
