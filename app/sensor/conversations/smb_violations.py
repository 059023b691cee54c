"""Messages of SMB that no client sends which keeps to the specification: what exploits and their scanners are made of."""

from app.model.activity import Result
from app.model.details import SmbViolation
from app.sensor.conversations.smb_handles import Reporter, Session
from app.sensor.decoders import smb1, smb2

BLANK = "blank offer"
COMPRESSION, PEEK, SESSION_SETUP, IMPLANT, MIXED, RESERVED = (
    "compression overflow", "peek of no pipe", "trans2 session setup", "implant answered", "mixed transaction",
    "reserved transaction",
)  # fmt: skip
IMPLANT_ANSWERS = (0x10, 0x20, 0x30)
"""What DoublePulsar adds to the multiplex id of its answer: done, wrong parameters, no memory."""
NOT_IMPLEMENTED = 0xC0000002  # MS-ERREF section 2.3.1
_MOST = 64


class Oddity:
    """One violation that may be answered; it stands where a request's subject stands."""

    __slots__ = ("at", "frames", "ordinal", "other", "session", "value", "what")

    def __init__(
        self, what: str, at: int, frames: tuple[int, ...], ordinal: int, session: Session,
        value: int | None = None, other: int | None = None,
    ) -> None:  # fmt: skip
        self.what, self.at, self.frames, self.ordinal, self.session = what, at, frames, ordinal, session
        self.value, self.other = value, other


class Violations:
    """Tells each kind once for each connection and outcome, so that a flood of them stays a few activities."""

    __slots__ = ("_blank", "_pulses", "_report", "_told", "_transactions")

    def __init__(self, report: Reporter) -> None:
        self._report = report
        self._told: set[tuple[str, int | None]] = set()
        self._transactions: dict[int, tuple[int, ...]] = {}
        self._pulses: dict[int, Oddity] = {}
        self._blank: Oddity | None = None

    def tell(self, one: Oddity, result: Result, code: int | None, until: int, frames: tuple[int, ...] = ()) -> None:
        """Emit one violation with its answer."""
        if (one.what, code) in self._told or len(self._told) >= _MOST:
            return
        self._told.add((one.what, code))
        detail = SmbViolation(dialect=self._report.dialect, what=one.what, value=one.value, other=one.other)
        self._report.emit(
            self._report.activity(detail, one.session, result, code, (one.at, until), one.frames + frames, one.ordinal)
        )

    # -- SMB 1 (MS17-010)

    def transacts(self, key: int, frames: tuple[int, ...]) -> None:
        """An NT transaction begins under this key, process and multiplex id."""
        self._transactions.pop(key, None)
        self._transactions[key] = frames
        if len(self._transactions) > _MOST:
            del self._transactions[next(iter(self._transactions))]

    def begins_anew(self, key: int) -> None:
        """A transaction of another kind begins under this key."""
        self._transactions.pop(key, None)

    def goes_on(self, key: int, at: int, frames: tuple[int, ...], ordinal: int, session: Session) -> None:
        """The second part of a transaction 2 (MS-CIFS section 2.2.4.47): its first part must be one too."""
        before = self._transactions.pop(key, None)
        if before is not None:
            self.tell(Oddity(MIXED, at, before[:1] + frames, ordinal, session), "unanswered", None, at)

    def pulse(self, key: int, one: Oddity) -> Oddity:
        """A reserved transaction 2 was asked for; an implant answers it under another multiplex id."""
        self._pulses.pop(key, None)
        self._pulses[key] = one
        if len(self._pulses) > _MOST:
            del self._pulses[next(iter(self._pulses))]
        return one

    def stray(self, key: int, status: int, at: int, frames: tuple[int, ...]) -> None:
        """A reply to a transaction 2 that nobody asked for under this multiplex id."""
        for step in IMPLANT_ANSWERS if status == NOT_IMPLEMENTED else ():
            asked = self._pulses.get(key - step)
            if asked is not None:
                answer = Oddity(IMPLANT, asked.at, asked.frames, asked.ordinal + 1, asked.session, asked.value, step)
                self.tell(answer, "success", None, at, frames)
                return

    # -- SMB 3 (CVE-2020-0796)

    def blank(self, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """A negotiation that no client begins: compression is offered, and everything left empty that is drawn at random."""
        self._blank = Oddity(BLANK, at, frames, ordinal, Session())

    def blank_answered(self, status: int, at: int, frames: tuple[int, ...]) -> None:
        """The server's answer to it."""
        one, self._blank = self._blank, None
        if one is not None:
            self.tell(one, "failure" if status else "success", status, at, frames)

    def close(self) -> None:
        """Tell what was not answered."""
        one, self._blank = self._blank, None
        if one is not None:
            self.tell(one, "unanswered", None, one.at)

    def compressed(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """A compressed message, with its four bytes of framing; sizes that cannot be are told."""
        sizes = smb2.impossible(data, 4, int.from_bytes(data[1:4], "big"))
        if sizes is not None:
            one = Oddity(COMPRESSION, at, frames, ordinal, Session(), *sizes)
            self.tell(one, "unanswered", None, at)


def peeks(setup: tuple[int, ...]) -> bool:
    """PeekNamedPipe of file 0, which is no open pipe's number (MS-CIFS section 2.2.5.5)."""
    return setup[:2] == (smb1.TRANSACT_PEEK, 0)
