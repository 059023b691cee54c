"""Session setups of an SMB connection, for both versions: their rounds, how they ended, who is logged on."""

from msgspec.structs import replace

from app.model.activity import Account, Activity, Result
from app.model.details import Ntlm, SmbSession
from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.smb_handles import Reporter, Session
from app.sensor.decoders import smb1

MORE = 0xC0000016
"""STATUS_MORE_PROCESSING_REQUIRED (MS-ERREF section 2.3.1): the logon goes on."""

_NTLM_BEGINS = b"NTLMSSP\0\x01"  # MS-NLMP section 2.2.1.1
_MOST = 1024
_MOST_FRAMES = 64


class Setup:
    """A session setup under way: its rounds so far; code is the status of the server's last word.

    plain: SMB 1 logon without tokens. system: what an SMB 1 client says of itself, system and LAN manager. circuit: the number
    that it gives the connection. used: the number under which its client goes on, 0 when it is not seen to. over: it was told.
    """

    __slots__ = ("at", "authentication", "circuit", "code", "frames", "ordinal", "over", "plain", "system", "used")

    def __init__(self, authentication: Authentication, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.authentication = authentication
        self.at = at
        self.frames = frames
        self.ordinal = ordinal
        self.code: int | None = None
        self.plain: smb1.Setup | None = None
        self.system: tuple[str, str] | None = None
        self.circuit: int | None = None
        self.used = 0
        self.over = False


class Logons:
    """Sessions and setups of one connection by session number, and what the negotiation agreed for them.

    _first: the latest first round, without a number yet; _asking: later rounds. Both have no answer in the capture so far.
    """

    __slots__ = (
        "_asking", "_carrier", "_first", "_report", "_setups", "agreed", "client_guid", "dialects", "server_guid", "sessions",
        "signing",
    )  # fmt: skip

    def __init__(self, report: Reporter, carrier: str) -> None:
        self._report = report
        self._carrier = carrier
        self._setups: dict[int, Setup] = {}
        self._first: Setup | None = None
        self._asking: dict[int, Setup] = {}
        self.sessions: dict[int, Session] = {}
        self.agreed = smb1.Negotiated()
        self.signing: bool | None = None
        self.client_guid: str | None = None
        self.dialects: tuple[str, ...] = ()
        self.server_guid: str | None = None

    def session(self, number: int) -> Session:
        """The session of that number; nobody knows whose it is when its setup was not captured."""
        return self.sessions.get(number) or self._keep(number, self._unheard(number))

    def _unheard(self, number: int) -> Session:
        """A session that its client uses while the answer to its setup is not in the capture: whose that setup was."""
        setup = self._asking.get(number)
        if setup is None and number and self._first is not None and self._first.authentication.mechanism:
            setup, self._first = self._first, None
        if setup is None:
            return Session()
        setup.used = number
        return Session(setup.authentication.account, setup.authentication.ticket)

    def _keep(self, number: int, session: Session) -> Session:
        if len(self.sessions) >= _MOST:
            self.release(self.sessions.pop(next(iter(self.sessions))))
        self.sessions[number] = session
        return session

    def release(self, session: Session) -> None:
        """Emit the logon that waited for the first message after it."""
        held, session.held = session.held, None
        if held is not None:
            self._report.emit(held)

    def encrypts(self, number: int) -> None:
        """The first message after the logon was encrypted."""
        session = self.sessions.get(number)
        if session is not None and session.held is not None and isinstance(session.held.detail, SmbSession):
            session.held = replace(session.held, detail=replace(session.held.detail, encrypted=True))
            self.release(session)

    def asked(self, number: int, blob: bytes | None, at: int, frames: tuple[int, ...], place: int) -> Setup:
        """One request; number is 0 in the first round of a new session, and in all rounds with servers that number badly."""
        setup = self._setups.get(number)
        if setup is not None and not number and (setup.code is None or blob is None or _NTLM_BEGINS in blob):
            setup = None
        if setup is None and number and number not in self.sessions and self._first is not None:
            setup, self._first = self._first, None  # the answer that gave the number was not captured
        if setup is None:
            setup = Setup(Authentication(self._report.flow, self._report.emit, self._carrier), at, frames, place)
        else:
            setup.code = None
            if len(setup.frames) < _MOST_FRAMES:
                setup.frames += frames
        if blob:
            setup.authentication.token(True, blob, at, frames, place)
        if not number:
            self._first = setup
        elif len(self._asking) < _MOST:
            self._asking[number] = setup
        return setup

    def answered(
        self,
        setup: Setup | None,
        number: int,
        status: int,
        failed: bool,
        blob: bytes,
        told: SmbSession,
        at: int,
        frames: tuple[int, ...],
        place: int,
    ) -> None:
        """One reply; setup None: its request was not captured. told: what the reply says of the session."""
        self._asking.pop(number, None)
        if setup is self._first:
            self._first = None
        if setup is None:
            setup = self._setups.get(number)
            if setup is None:
                setup = Setup(Authentication(self._report.flow, self._report.emit, self._carrier), at, frames, place)
        if len(setup.frames) < _MOST_FRAMES:
            setup.frames += frames
        if blob:
            setup.authentication.token(False, blob, at, frames, place)
        if status == MORE:
            setup.code = status
            self._wait(number, setup)
            return
        self._setups.pop(number, None)
        setup.over = True
        if setup.plain is None:
            setup.authentication.finished(not failed, status, at, frames)
        self._ended(setup, "failure" if failed else "success", status, told, at, number)

    def _wait(self, number: int, setup: Setup) -> None:
        setups = self._setups
        full = len(setups) >= _MOST and number not in setups
        oldest = setups.pop(next(iter(setups)) if full else number, setup)
        if oldest is not setup:
            self._ended(oldest, "unanswered", oldest.code, SmbSession(), oldest.at, 0)
        setups[number] = setup

    def unanswered(self, setup: Setup) -> None:
        """The last request of a setup had no reply; what its client went on to use it was granted."""
        if setup.over:
            return
        setup.over = True
        for number, waiting in list(self._setups.items()):
            if waiting is setup:
                del self._setups[number]
        for number in [number for number, asked in self._asking.items() if asked is setup]:
            del self._asking[number]
        if setup.used:
            setup.authentication.finished(True, None, setup.at, ())
        self._ended(setup, "success" if setup.used else "unanswered", None, SmbSession(), setup.at, setup.used)

    def close(self) -> None:
        """Emit all that waits for another round, or for the first message after it."""
        setups, self._setups = self._setups, {}
        for setup in setups.values():
            self._ended(setup, "unanswered", setup.code, SmbSession(), setup.at, 0)
        for session in self.sessions.values():
            self.release(session)

    def _ended(self, setup: Setup, result: Result, code: int | None, told: SmbSession, until: int, number: int) -> None:
        authentication = setup.authentication
        account, mechanism, anonymous = authentication.account, authentication.mechanism or None, told.anonymous
        if setup.plain is not None:
            mechanism, anonymous = "NTLM", not setup.plain.account and len(setup.plain.oem_response) <= 1
            account = None if anonymous else Account(name=setup.plain.account, domain=setup.plain.domain or None)
            self._ntlm(setup, setup.plain, account, result, code, until)
        elif result == "unanswered":
            authentication.close()
        system, manager = setup.system or ("", "")
        session = Session(account, authentication.ticket)
        detail = SmbSession(
            dialect=self._report.dialect,
            encrypted=told.encrypted,
            signing_required=self.signing,
            guest=told.guest,
            anonymous=anonymous,
            mechanism=mechanism,
            native_os=system or None,
            native_lan_manager=manager or None,
            client_guid=self.client_guid,
            server_guid=self.server_guid,
            dialects=self.dialects,
            virtual_circuit=setup.circuit,
        )
        activity = self._report.activity(detail, session, result, code, (setup.at, until), setup.frames, setup.ordinal)
        if result == "success":
            self._logged_on(number, session, activity, detail)
        else:
            self._report.emit(activity)

    def _logged_on(self, number: int, session: Session, activity: Activity, detail: SmbSession) -> None:
        before = self.sessions.get(number)
        if before is not None:  # authenticated anew, or seen before its setup
            self.release(before)
            before.account, before.ticket = session.account or before.account, session.ticket or before.ticket
            session = before
        else:
            self._keep(number, session)
        if detail.encrypted or not self._report.dialect.startswith("SMB 3"):
            self._report.emit(activity)
        else:
            session.held = activity  # the next message tells whether the client encrypts of its own will

    def _ntlm(
        self, setup: Setup, wish: smb1.Setup, account: Account | None, result: Result, code: int | None, until: int
    ) -> None:
        """The NTLM authentication of a logon without tokens: answers to the challenge of the negotiation."""
        agreed = self.agreed
        if account is not None and agreed.plain_passwords:
            self._report.count("SMB password in clear text", setup.frames[0])
            return
        if len(wish.unicode_response) > 24:
            version = "NTLMv2"
        elif len(wish.unicode_response) == 24 and wish.oem_response[8:] == bytes(16):  # MS-NLMP section 3.3.1
            version = "NTLMv1-ESS"
        else:
            version = "NTLMv1"
        detail = Ntlm(
            user=wish.account or None,
            domain=wish.domain or None,
            version=None if account is None else version,
            target=agreed.domain or None,
            target_netbios_computer=agreed.server or None,
            target_netbios_domain=agreed.domain or None,
            carrier=self._carrier,
            server_challenge=agreed.challenge.hex() or None,
            anonymous=account is None,
        )
        session, times = Session(account), (setup.at, until)
        self._report.emit(self._report.activity(detail, session, result, code, times, setup.frames, setup.ordinal))
