"""RDP connections: who asks for what, and which computer answers by its certificate."""

import re

from app.model.activity import Activity, Result
from app.model.details import NameObservation, RdpConnection
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.decoders import rdp, tls
from app.sensor.frame import Count, Emit, Flow

_WANTED = 4096
_MOST_HANDSHAKE = 65536
_MOST_FRAMES = 64
_COMPUTER = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.\-]{0,252}[A-Za-z0-9_])?\$?")


class RdpTcp:
    """One connection, until it is sealed; one RdpConnection, with a NameObservation for each computer that is named."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._flow = flow
        self._emit = emit
        self._count = count
        self._request: rdp.Request | None = None
        self._confirm: rdp.Confirm | None = None
        self._server_name: str | None = None
        self._certificate: str | None = None
        self._version: int | None = None
        self._handshake = {True: bytearray(), False: bytearray()}
        self._readable = {True: True, False: True}
        self._frames: tuple[int, ...] = ()
        self._at = self._until = self._ordinal = 0
        self._told = False
        self._sealed = False

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """TPKT, TLS record or fast-path unit, told by the first byte; only what can be read is wanted."""
        if end - start < 4:
            return NEED_MORE
        first = data[start]
        if first == rdp.TPKT_VERSION and data[start + 1] == 0:
            size = data[start + 2] << 8 | data[start + 3]
            return (size, min(size, _WANTED)) if size >= 7 else NOT_HERE
        record = tls.record_length(data, start, end)
        if record >= 0:
            if not record:
                return NEED_MORE
            return record, record if first == tls.HANDSHAKE and self._readable[from_client] else tls.RECORD_HEAD
        if first & 3 == 0:
            # Fast-path (MS-RDPBCGR section 2.2.8.1.2, 2.2.9.1.2): nothing of it is wanted.
            size = (data[start + 1] & 0x7F) << 8 | data[start + 2] if data[start + 1] & 0x80 else data[start + 1]
            return (size, 1) if size >= 2 else NOT_HERE
        return NOT_HERE

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One unit."""
        if self._told and self._sealed:
            return
        if data[:1] == b"\x03":
            self._open(from_client, data, at, frames, ordinal)
        elif len(data) >= tls.RECORD_HEAD and tls.CHANGE_CIPHER_SPEC <= data[0] <= tls.APPLICATION_DATA and data[1] == 3:
            self._record(from_client, data, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """A handshake with a hole cannot be read on."""
        self._readable[from_client] = False

    def expire(self, now: int) -> None:
        """Emit what did not go on."""
        if self._frames and self._at < now - UNANSWERED_AFTER:
            self._tell()

    def close(self) -> None:
        """Emit what was seen of the opening."""
        self._tell()

    def _saw(self, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if not self._frames:
            self._at, self._ordinal = at, ordinal
        self._until = at
        if len(self._frames) < _MOST_FRAMES:
            self._frames += frames

    def _open(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if self._told:
            return
        opening = rdp.decode(data)
        if isinstance(opening, rdp.Request):
            self._request = opening
            self._saw(at, frames, ordinal)
        elif isinstance(opening, rdp.Confirm):
            self._confirm = opening
            self._saw(at, frames, ordinal)
            if opening.failure is not None:
                self._tell()
        elif from_client and self._request is not None:
            # Plain RDP goes on in the clear with the conference.
            name = rdp.client_name(data)
            if name:
                self._name(name, self._flow.client.ip, at, frames, ordinal)
                self._saw(at, frames, ordinal)
            self._tell()

    def _record(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        kind = data[0]
        if kind == tls.HANDSHAKE and self._readable[from_client]:
            self._read(from_client, data, at, frames, ordinal)
        elif kind == tls.CHANGE_CIPHER_SPEC:
            self._readable[from_client] = False
        elif kind == tls.APPLICATION_DATA:
            self._seal(frames)

    def _read(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        stream = self._handshake[from_client]
        if len(stream) + len(data) > _MOST_HANDSHAKE:
            self._count("RDP handshake too long", frames[0] if frames else 0)
            self._readable[from_client] = False
            return
        stream += data[tls.RECORD_HEAD :]
        found, taken = tls.handshakes(stream)
        del stream[:taken]
        for kind, body in found:
            if kind == tls.CLIENT_HELLO:
                self._server_name = tls.server_name(body)
                self._saw(at, frames, ordinal)
            elif kind == tls.SERVER_HELLO:
                self._version = tls.version(body)
                if self._version == tls.TLS_1_3:
                    self._count("RDP certificate sealed by TLS 1.3", frames[0] if frames else 0)
            elif kind == tls.CERTIFICATE and not from_client and self._certificate is None:
                self._certificate = tls.certificate_name(body)
                self._saw(at, frames, ordinal)
                if self._certificate:
                    self._name(self._certificate, self._flow.server.ip, at, frames, ordinal)
                self._tell()

    def _seal(self, frames: tuple[int, ...]) -> None:
        if not self._sealed:
            self._sealed = True
            self._count("RDP logon sealed by TLS", frames[0] if frames else 0)
            self._tell()

    def _name(self, name: str, address: str, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """Emit that address says it has that name, if it is a computer's name at all."""
        if _COMPUTER.fullmatch(name) and not name.replace(".", "").isdigit():
            detail = NameObservation(address=address, name=name, method="rdp")
            self._emit(self._activity(detail, at, at, frames, ordinal, "success", None))

    def _tell(self) -> None:
        """Emit the connection, once."""
        if self._told or not self._frames:
            return
        self._told = True
        asked, answer = self._request, self._confirm
        detail = RdpConnection(
            cookie=asked.cookie if asked else None,
            requested_protocols=asked.protocols if asked else None,
            selected_protocol=answer.protocol if answer else None,
            server_name=self._server_name,
            certificate_subject=self._certificate,
        )
        failure = answer.failure if answer else None
        answered = answer is not None or self._version is not None or self._certificate is not None
        result: Result = "failure" if failure is not None else "success" if answered else "unanswered"
        self._emit(self._activity(detail, self._at, self._until, self._frames, self._ordinal, result, failure))

    def _activity(
        self, detail: RdpConnection | NameObservation, at: int, until: int,
        frames: tuple[int, ...], ordinal: int, result: Result, code: int | None,
    ) -> Activity:  # fmt: skip
        flow = self._flow
        return Activity(
            at=at, until=max(at, until), input=flow.input, frames=tuple(sorted(set(frames))), ordinal=ordinal,
            source=flow.client, destination=flow.server, result=result, code=code, detail=detail,
        )  # fmt: skip
