"""SMB of all versions over TCP, directly (port 445) or in a NetBIOS session (port 139)."""

from app.model.activity import Activity
from app.model.details import NameObservation
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE
from app.sensor.conversations.smb1 import Smb1
from app.sensor.conversations.smb2 import Smb2
from app.sensor.decoders import dcerpc, nbss, smb1, smb2
from app.sensor.frame import Count, Emit, Flow

_WHOLE = 16384
_BULK = 200
"""Bytes wanted of a larger message that only moves a file's content."""
_ENVELOPE = nbss.HEADER_LENGTH + 52  # MS-SMB2 section 2.2.41, the whole transform header

_TELLING = frozenset((smb2.NEGOTIATE, smb2.SESSION_SETUP, smb2.TREE_CONNECT, smb2.CREATE, smb2.IOCTL, smb2.SET_INFO))


class SmbTcp:
    """One connection (see conversation.Conversation)."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self._flow = flow
        self._emit = emit
        self._count = count
        self._smb1: Smb1 | None = None
        self._smb2: Smb2 | None = None
        self._called: tuple[str, int] | None = None

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """See conversation.Conversation; the content of files is not wanted, that of pipes is."""
        have = end - start
        if have < nbss.HEADER_LENGTH:
            return NEED_MORE
        if have >= 8:
            # Nearly every message; the type of a control packet would make its length too large.
            length, magic = nbss.head(data, start)
            if magic == smb2.MAGIC and smb2.HEADER_LENGTH <= length <= _WHOLE:
                whole = length + nbss.HEADER_LENGTH
                return whole, whole
        if data[start]:
            control = nbss.control_length(int.from_bytes(data[start : start + 4], "big"))
            return NOT_HERE if control is None else (control, control)
        if have < 8:
            return NEED_MORE
        length, magic = nbss.head(data, start)
        whole = length + nbss.HEADER_LENGTH
        if magic == smb2.MAGIC:
            if length < smb2.HEADER_LENGTH:
                return NOT_HERE
            return (whole, whole) if length <= _WHOLE else _bulk(data, start, have, whole)
        if magic == smb1.MAGIC:
            if length < smb1.HEADER_LENGTH:
                return NOT_HERE
            return (whole, whole) if length <= _WHOLE else _bulk1(data, start, have, whole)
        if magic in (smb2.ENCRYPTED, smb2.COMPRESSED):
            return whole, whole if self._flow.ring is not None else min(whole, _ENVELOPE)
        return NOT_HERE

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """See conversation.Conversation."""
        modern = self._smb2
        if modern is not None and data[4:8] == smb2.MAGIC and not data[0]:
            modern.message(data, at, frames, ordinal)
            return
        if len(data) < 8 or data[0]:
            self._control(from_client, data, at, frames, ordinal)
            return
        magic = data[4:8]
        if magic == smb2.MAGIC:
            reply = len(data) > 20 and bool(data[20] & smb2.RESPONSE)
            self._smb2 = Smb2(self._turned(from_client, reply), self._emit, self._count)
            self._smb2.message(data, at, frames, ordinal)
        elif magic == smb1.MAGIC:
            if self._smb1 is None:
                reply = len(data) > 13 and bool(data[13] & smb1.REPLY)
                self._smb1 = Smb1(self._turned(from_client, reply), self._emit, self._count)
            self._smb1.message(data, at, frames, ordinal)
        elif magic == smb2.ENCRYPTED:
            if self._smb2 is None:
                self._smb2 = Smb2(self._flow, self._emit, self._count)
            self._smb2.encrypted(data, at, frames, ordinal)
        elif magic == smb2.COMPRESSED:
            self._count("SMB3 compressed", frames[0])
            if self._smb2 is None:
                self._smb2 = Smb2(self._flow, self._emit, self._count)
            self._smb2.compressed(data, at, frames, ordinal)
        else:
            self._count("SMB message unknown", frames[0])

    def _turned(self, from_client: bool, reply: bool) -> Flow:
        """The flow with the right client, also where only the messages tell who that is."""
        flow = self._flow
        if from_client != reply:
            return flow
        return Flow(flow.input, flow.server, flow.client, flow.transport, flow.ring)

    def _control(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """NetBIOS names of both ends: the caller's as he says it, the called one's when the server agrees."""
        kind = data[0] if data else nbss.KEEP_ALIVE
        if kind == nbss.REQUEST and from_client:
            names = nbss.session_request(data)
            if names is None:
                self._count("NetBIOS session request malformed", frames[0])
                return
            self._called, calling = names
            self._observe(self._flow.client.ip, calling, at, frames, ordinal)
        elif kind == nbss.POSITIVE and not from_client and self._called is not None:
            self._observe(self._flow.server.ip, self._called, at, frames, ordinal)

    def _observe(self, address: str, name: tuple[str, int], at: int, frames: tuple[int, ...], ordinal: int) -> None:
        said, suffix = name
        if suffix not in (0x00, 0x20) or not said or said.startswith("*"):  # MS-NBTE section 2.2.4: workstation, file server
            return
        self._emit(
            Activity(
                at=at,
                until=at,
                input=self._flow.input,
                frames=frames,
                ordinal=ordinal,
                source=self._flow.client,
                destination=self._flow.server,
                detail=NameObservation(address=address, name=said, method="netbios"),
            )
        )

    def lost(self, from_client: bool) -> None:
        """See conversation.Conversation."""
        for version in (self._smb1, self._smb2):
            if version is not None:
                version.lost(from_client)

    def expire(self, now: int) -> None:
        """See conversation.Conversation."""
        for version in (self._smb1, self._smb2):
            if version is not None:
                version.expire(now)

    def close(self) -> None:
        """See conversation.Conversation."""
        for version in (self._smb1, self._smb2):
            if version is not None:
                version.close()


def _bulk(data: bytes, start: int, have: int, whole: int) -> tuple[int, int]:
    """How much is wanted of a large SMB 2 message: all that carries calls or names, the head of the rest."""
    head = start + nbss.HEADER_LENGTH
    if have < _BULK:
        return NEED_MORE
    _, command, flags, following, _, _, _ = smb2.header(data, head)
    if following or command in _TELLING:
        return whole, whole
    if (command == smb2.READ and flags & smb2.RESPONSE) or (command == smb2.WRITE and not flags & smb2.RESPONSE):
        content = head + smb2.data_place(data, head + 66)[0] % (256 if command == smb2.READ else 65536)
        if content + dcerpc.HEADER_SIZE <= start + have and dcerpc.plausible(data, content, start + have):
            return whole, whole
    return whole, _BULK


def _bulk1(data: bytes, start: int, have: int, whole: int) -> tuple[int, int]:
    """The same for a large SMB 1 message."""
    if have < _BULK:
        return NEED_MORE
    content = smb1.content(data, start + nbss.HEADER_LENGTH, start + have)
    if content is None:
        return whole, whole
    stop = start + have
    return whole, whole if content + dcerpc.HEADER_SIZE <= stop and dcerpc.plausible(data, content, stop) else _BULK
