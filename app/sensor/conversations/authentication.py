"""One authentication inside a carrier, its tokens joined: SPNEGO, Kerberos AP, NTLM, NEGOEX."""

from typing import Any

from msgspec.structs import replace

from app.model.activity import Account, Activity, Result
from app.model.details import KerberosAp, Ntlm
from app.sensor.conversations.kerberos_exchange import ap_detail
from app.sensor.conversations.negoex_exchange import NegoexExchange
from app.sensor.decoders import kerberos, negoex, ntlm, spnego
from app.sensor.decoders.kerberos_ticket import ApRequest
from app.sensor.frame import Emit, Flow

_MOST_FRAMES = 64
_AP_REQ, _AP_REP = 0x6E, 0x6F
"""Tags of the two Kerberos messages (RFC 4120 section 5.10)."""


class Authentication:
    """Takes the tokens of both sides; emits one Ntlm, KerberosAp or Negoex when the carrier says how it ended.

    Tokens may come in any order, halves may be missing, and one object serves any number of authentications one after the
    other. account (NTLM), ticket (Kerberos, fingerprint) and mechanism tell of the last one that the client named itself in;
    so does security (security.Security), which is there when the user gave keys, and opens what was sealed under it.
    """

    __slots__ = (
        "_ap", "_at", "_authenticate", "_challenge", "_emit", "_error", "_flow", "_frames", "_negoex", "_negotiate", "_ordinal",
        "_refused", "_started", "_until", "account", "carrier", "mechanism", "security", "ticket",
    )  # fmt: skip

    def __init__(self, flow: Flow, emit: Emit, carrier: str) -> None:
        self._flow = flow
        self._emit = emit
        self.carrier = carrier
        self.account: Account | None = None
        self.ticket: str | None = None
        self.mechanism = ""
        self.security: Any = None
        self._negoex: NegoexExchange | None = None
        self._reset()

    @property
    def waits_for_client(self) -> bool:
        """Whether the server's NTLM challenge is here, its answer not yet."""
        return self._challenge is not None and self._authenticate is None

    @property
    def waits_for_verdict(self) -> bool:
        """Whether the client answered a challenge, and nothing more can come but how the server took it."""
        return self._authenticate is not None

    def token(self, from_client: bool, blob: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One token as the carrier holds it; at in UTC microseconds, frames and ordinal those of the carrier's message."""
        told = spnego.decode(blob)
        if told is None:
            return
        if told.mechanism == "NTLM":
            unicode = self._challenge is None or bool(self._challenge.flags & ntlm.UNICODE)
            message = ntlm.decode(blob, told.start, told.stop, unicode)
            if message is not None:
                self._ntlm(message, at, frames, ordinal)
                if self._flow.ring is not None and isinstance(message, ntlm.Authenticate):
                    self._open_ntlm(blob, told, message)
        elif told.mechanism == "Kerberos":
            self._kerberos(kerberos.decode(blob, told.start, told.stop), from_client, at, frames, ordinal)
            if self._flow.ring is not None:
                self._open_kerberos(blob, told)
        elif told.mechanism == "NEGOEX":
            self._negotiated(negoex.decode(blob, told.start, told.stop), from_client, at, frames, ordinal)
        elif self._started:
            self._saw(at, frames)
        if not from_client and self._ap is not None and self._refuses(told):
            self._refused = True

    def finished(self, success: bool | None, code: int | None, at: int, frames: tuple[int, ...]) -> None:
        """The carrier knows how it ended (None: it does not); code is the carrier's own number."""
        result: Result = "unanswered" if success is None else "success" if success else "failure"
        if self._negoex is not None:
            self._tell_negoex(result if not self._started else "unanswered", code if not self._started else None, at)
        if not self._started:
            return
        self._saw(at, frames)
        self._tell(result, code)

    def close(self) -> None:
        """The carrier ended: emit what is pending as unanswered."""
        if self._negoex is not None:
            self._tell_negoex("unanswered", None, 0)
        if self._started:
            self._tell("unanswered", None)

    def _open_kerberos(self, blob: bytes, told: spnego.Token) -> None:
        """Open a ticket that was shown, or take the answer to it."""
        from app.sensor.conversations.security import KerberosSecurity  # what it needs is not loaded without keys

        if blob[told.start] == _AP_REQ:
            self.security = KerberosSecurity(self._flow.ring, blob, told.start, told.stop)
            self.account = self.security.account
        elif blob[told.start] == _AP_REP and self.security is not None:
            self.security.answered(blob, told.start, told.stop)

    def _open_ntlm(self, blob: bytes, told: spnego.Token, message: ntlm.Authenticate) -> None:
        """Make the keys of an NTLM authentication."""
        from app.sensor.conversations.security import ntlm_security

        self.security = ntlm_security(self._flow.ring, blob, told.start, told.stop, message, self._challenge)

    def _reset(self) -> None:
        self._started = False
        self._at = self._until = self._ordinal = 0
        self._frames: tuple[int, ...] = ()
        self._negotiate: ntlm.Negotiate | None = None
        self._challenge: ntlm.Challenge | None = None
        self._authenticate: ntlm.Authenticate | None = None
        self._ap: ApRequest | None = None
        self._error: int | None = None
        self._refused = False

    def _begin(self, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if not self._started:
            self._started = True
            self._at = self._until = at
            self._ordinal = ordinal
        self._saw(at, frames)

    def _saw(self, at: int, frames: tuple[int, ...]) -> None:
        self._at = min(self._at, at)
        self._until = max(self._until, at)
        if len(self._frames) < _MOST_FRAMES:
            self._frames += frames

    def _ntlm(self, message: ntlm.Message, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if self._ap is not None:
            # The server chose NTLM although the client had shown a ticket.
            self._tell("failure" if self._refused or self._error is not None else "unanswered", None)
        if isinstance(message, ntlm.Negotiate):
            if self._negotiate is not None or self._authenticate is not None or (self._started and at > self._at):
                self.close()
            self._begin(at, frames, ordinal)
            self._negotiate = message
        elif isinstance(message, ntlm.Challenge):
            if self._challenge is not None:
                # Another challenge after the answer to the first: that answer was not good enough.
                self._tell("unanswered" if self._authenticate is None else "failure", None)
            self._begin(at, frames, ordinal)
            self._challenge = message
        else:
            if self._authenticate is not None:
                self.close()
            self._begin(at, frames, ordinal)
            self._authenticate = message
            self.mechanism = "NTLM"
            self.ticket = None
            self.account = Account(name=message.user, domain=message.domain) if message.user else None

    def _kerberos(
        self, message: kerberos.Message | None, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        if isinstance(message, ApRequest):
            if self._started:
                self._tell("failure" if self._error is not None else "unanswered", None)
            self._begin(at, frames, ordinal)
            self._ap = message
            self.mechanism = "Kerberos"
            self.account = None
            self.ticket = message.ticket.hash if message.ticket else None
            return
        if self._started:
            self._saw(at, frames)
        if isinstance(message, kerberos.Error) and not from_client and self._ap is not None:
            self._error = message.code

    def _negotiated(
        self, message: negoex.Message | None, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        if message is None:
            return
        if self._negoex is None or not self._negoex.is_of(message):
            if not from_client:
                return  # what a server hints at before anybody asked
            if self._negoex is not None:
                self._tell_negoex("unanswered", None, 0)
            self._negoex = NegoexExchange(message, at, ordinal)
        self._negoex.saw(message, at, frames)

    def _tell_negoex(self, result: Result, code: int | None, until: int) -> None:
        ended, self._negoex = self._negoex, None
        if ended is not None and (activity := ended.told(self._flow, self.carrier, result, code, until)) is not None:
            self.mechanism, self.account, self.ticket = "NEGOEX", None, None
            self._emit(activity)

    @staticmethod
    def _refuses(told: spnego.Token) -> bool:
        """Whether the server's answer turns the ticket down: a reject, or another mechanism than the one tried first."""
        if told.state == spnego.REJECTED:
            return True
        return told.chosen is not None and spnego.NAMES.get(told.chosen, "") != "Kerberos"

    def _tell(self, result: Result, code: int | None) -> None:
        """Emit what is known and start anew."""
        ap, authenticate = self._ap, self._authenticate
        ticket = None
        account = None
        detail: KerberosAp | Ntlm
        if ap is not None:
            if self._error is not None and result != "success":
                result, code = "failure", self._error
            elif self._refused and result == "unanswered":
                result = "failure"
            ticket = ap.ticket.hash if ap.ticket else None
            detail = ap_detail(ap, self.carrier)
            if self.security is not None:
                account = self.security.account
                detail = replace(detail, ticket=self.security.facts, pac=self.security.pac)
        else:
            if authenticate is None and result == "success" and self._challenge is None:
                # A lone offer to negotiate proves nobody's identity, whatever the carrier went on to do.
                result, code = "unanswered", None
            if authenticate is not None and authenticate.user:
                account = Account(name=authenticate.user, domain=authenticate.domain)
            detail = self._joined()
        activity = Activity(
            at=self._at,
            until=self._until,
            input=self._flow.input,
            frames=tuple(sorted(set(self._frames))),
            ordinal=self._ordinal,
            source=self._flow.client,
            destination=self._flow.server,
            account=account,
            ticket=ticket,
            result=result,
            code=code,
            detail=detail,
        )
        self._reset()
        self._emit(activity)

    def _joined(self) -> Ntlm:
        """The three messages as one value; what the server did not say is taken from what the client says it was told."""
        first, second, third = self._negotiate, self._challenge, self._authenticate
        target = second.target if second else third.told if third and third.told else ntlm.Target()
        said = [one.flags for one in (third, second, first) if one is not None and one.flags is not None]
        told = third.told if third else None
        return Ntlm(
            user=third.user if third else None,
            domain=third.domain if third else first.domain if first else None,
            workstation=third.workstation if third else first.workstation if first else None,
            version=third.version if third else None,
            target=second.name if second else None,
            target_netbios_computer=target.netbios_computer,
            target_netbios_domain=target.netbios_domain,
            target_dns_computer=target.dns_computer,
            target_dns_domain=target.dns_domain,
            carrier=self.carrier,
            mic=third.mic if third else None,
            mic_expected=third.mic_expected if third else None,
            flags=said[0] if said else None,
            os_version=(third.os_version if third else None) or (first.os_version if first else None),
            server_os_version=second.os_version if second else None,
            spn=told.spn if told else None,
            server_challenge=second.challenge if second else None,
            anonymous=third.anonymous if third else False,
            client_challenge=third.client_challenge if third else None,
        )
