"""LDAP over TCP: requests joined with their results, plain or behind a signing layer."""

from app.model.activity import Activity, Result
from app.model.details import Detail, LdapAdd, LdapDelete, LdapModify, LdapRename, LdapSearch, NameObservation
from app.sensor.conversations.cldap import CldapUdp, ping
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.conversations.ldap_asked import Asked, Asking
from app.sensor.conversations.ldap_descriptors import ENTRY_LIMIT, FEW, Descriptors, is_whole
from app.sensor.conversations.ldap_login import LdapLogin
from app.sensor.decoders import ldap, ldap_descriptors, ldap_sasl
from app.sensor.decoders.ldap_values import DESCRIPTORS, plain
from app.sensor.frame import Count, Emit, Flow

__all__ = ["CldapUdp", "LdapTcp"]

SLOW_AFTER = 4 * UNANSWERED_AFTER
"""Microseconds for a result; a controller works on one search for up to 120 s (MaxQueryDuration, MS-ADTS 3.1.1.3.4.6)."""

PENDING_LIMIT = 4096
FRAME_LIMIT = 64
"""Frame numbers kept of one request; a long result's last packet is always among them."""

WANTED_LIMIT = 1 << 20
_ROOT_LIMIT = 1 << 16
_ENTRY_HEAD = 32
_CARRY_LIMIT = 1 << 22
_TLS_TYPES = (0x14, 0x15, 0x16, 0x17)  # RFC 8446 section 5.1
_ROOT_ATTRIBUTES = frozenset({"dnshostname", "netlogon"})
_REPLIES = frozenset(
    {ldap.SEARCH_DONE, ldap.MODIFY_REPLY, ldap.ADD_REPLY, ldap.DELETE_REPLY, ldap.RENAME_REPLY, ldap.COMPARE_REPLY}
)
_CUT = "…".encode()
"""Stands where the capture cut a message, so that what it cut there is not taken for another name."""
_COMPARED = (ldap.COMPARE_FALSE, ldap.COMPARE_TRUE)


class LdapTcp:
    """One connection of port 389 or 3268. Messages are told by their operation, so half a connection is read too."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.login = LdapLogin(flow, emit)
        self.pending: dict[int, Asked] = {}
        self.descriptors = Descriptors()
        self.signed = False
        # by direction: text of a message whose rest comes in the next buffer, the frames and the place where it began
        self.carry: dict[bool, tuple[bytes, tuple[int, ...], int]] = {}

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        if end - start < 5:
            return NEED_MORE
        first = data[start]
        if first in _TLS_TYPES and data[start + 1] == 3 and data[start + 2] <= 4:
            return 5 + (data[start + 3] << 8 | data[start + 4]), 5
        if end - start < 7:
            return NEED_MORE
        if first == 0x30:
            return _measure_message(data, start, end, self.pending)
        if first == 0:
            length = int.from_bytes(data[start : start + 4], "big")
            if not length:
                return NOT_HERE
            kind = ldap_sasl.kind(data, start + ldap_sasl.PREFIX, end, length, self.signed)
            if kind == "short":
                return NEED_MORE
            if kind == "plain":
                return length + 4, length + 4
            if kind == "unknown" and not self.login.layered:
                return NOT_HERE
            whole = self.signed or (self.flow.ring is not None and length <= _CARRY_LIMIT)
            return length + 4, length + 4 if whole else min(length, ldap_sasl.PEEK) + 4
        return NOT_HERE

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if data[0] == 0x30:
            self._plain(data, at, frames, ordinal)
        elif data[0] == 0:
            self._buffer(from_client, data, at, frames, ordinal)
        else:
            self.login.settle(False)
            self.count("LDAP inside TLS", frames[0])

    def lost(self, from_client: bool) -> None:
        self.carry.pop(from_client, None)

    def expire(self, now: int) -> None:
        self.login.expire(now)
        for number in [number for number, asked in self.pending.items() if asked.last < now - SLOW_AFTER]:
            self._end(self.pending.pop(number), None)

    def close(self) -> None:
        self.login.close()
        for asked in self.pending.values():
            self._end(asked, None)
        self.pending.clear()

    def _buffer(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One buffer of a SASL layer: its messages where it is only signed."""
        size = int.from_bytes(data[:4], "big")
        carried, began, place = self.carry.pop(from_client, (b"", (), 0))
        if ldap_sasl.kind(data, ldap_sasl.PREFIX, len(data), size, bool(carried)) == "plain":
            self.login.settle(False)
            self.signed = True
            text = carried + ldap_sasl.text(data, ldap_sasl.PREFIX, len(data))
        else:
            self.login.settle(True)
            security = self.login.security
            opened = security.unwrap(from_client, data[ldap_sasl.PREFIX :]) if security is not None else None
            if opened is None:
                self.count("LDAP sealed", frames[0])
                return
            text = carried + opened
        where = 0
        while where < len(text):
            length = ldap.size(text, where, len(text))
            if length < 0:
                self.count("LDAP message not understood", frames[0])
                return
            if where < len(carried):
                its_frames, its_ordinal = began + frames, place
            else:
                its_frames, its_ordinal = frames, ordinal + where - len(carried)
            if not length or where + length > len(text):
                if len(text) - where <= _CARRY_LIMIT:
                    self.carry[from_client] = (text[where:], its_frames[:FRAME_LIMIT], its_ordinal)
                else:
                    self.count("LDAP message too long", frames[0])
                return
            self._plain(text[where : where + length], at, its_frames, its_ordinal)
            where += length

    def _plain(self, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One LDAP message."""
        envelope = ldap.envelope(data)
        if envelope is None:
            self.count("LDAP message not understood", frames[0])
            return
        operation = envelope.operation
        if operation == ldap.SEARCH_ENTRY:
            asked = self.pending.get(envelope.message_id)
            if asked is not None:
                asked.entries += 1
                asked.last = at
                if len(asked.frames) < FRAME_LIMIT and asked.frames[-1:] != frames[-1:]:
                    asked.frames += frames
                if asked.descriptors is not None:
                    _look(asked, envelope, data)
                if isinstance(asked.request, ldap.SearchRequest) and not asked.request.base:
                    self._root(asked, envelope, data, at, frames, ordinal)
            return
        whole = is_whole(data)
        if not whole and operation != ldap.SEARCH_REFERENCE:  # of which no more than its beginning was asked for
            self.count("LDAP message cut short", frames[0])
            if operation not in (ldap.BIND, ldap.BIND_REPLY):  # their last part is a token of its own
                data += _CUT
                envelope = ldap.envelope(data) or envelope
        if operation == ldap.BIND_REPLY:
            reply = ldap.reply(data, envelope.start, envelope.stop)
            if reply is None:
                self.count("LDAP message not understood", frames[0])
            elif not self.login.reply(envelope.message_id, reply, at, frames, ordinal):
                self.count("LDAP reply without its request", frames[0])
            return
        self.login.settle(False)
        if operation in _REPLIES or operation == ldap.EXTENDED_REPLY:
            self._reply(envelope, data, at, frames)
        elif operation == ldap.BIND:
            request = ldap.bind_request(data, envelope.start, envelope.stop)
            if request is None:
                self.count("LDAP message not understood", frames[0])
            else:
                self.login.request(envelope.message_id, request, at, frames, ordinal)
        elif operation == ldap.ABANDON:
            abandoned = self.pending.pop(int.from_bytes(data[envelope.start : envelope.stop][:8], "big"), None)
            if abandoned is not None:
                self._end(abandoned, None)
        elif operation not in (ldap.UNBIND, ldap.SEARCH_REFERENCE, ldap.INTERMEDIATE):
            self._request(envelope, data, at, frames, ordinal, whole)

    def _request(
        self, envelope: ldap.Envelope, data: bytes, at: int, frames: tuple[int, ...], ordinal: int, whole: bool
    ) -> None:  # fmt: skip
        request = _request(envelope, data)
        if request is None:
            self.count("LDAP message not understood", frames[0])
            return
        asked = Asked(envelope.operation, request, at, frames, ordinal)
        if envelope.stop < envelope.end:
            asked.controls = ldap.controls(data, envelope.stop, envelope.end)
        if asked.operation == ldap.MODIFY and isinstance(request, ldap.ChangeRequest):
            self._writes(asked, request, envelope, data, whole)
        self.login.goes_on()
        asked.account = self.login.account
        asked.ticket = self.login.ticket
        before = self.pending.pop(envelope.message_id, None)
        if before is not None:
            self._end(before, None)
        elif len(self.pending) >= PENDING_LIMIT:
            self._end(self.pending.pop(next(iter(self.pending))), None)
        self.pending[envelope.message_id] = asked

    def _reply(self, envelope: ldap.Envelope, data: bytes, at: int, frames: tuple[int, ...]) -> None:
        asked = self.pending.pop(envelope.message_id, None)
        if asked is None or at - asked.last > SLOW_AFTER:
            if asked is not None:
                self._end(asked, None)
            if envelope.message_id:  # 0: the server's notice of disconnection (RFC 4511 section 4.4)
                self.count("LDAP reply without its request", frames[0])
            return
        asked.last = at
        asked.frames += frames
        reply = ldap.reply(data, envelope.start, envelope.stop)
        if reply is None:
            self.count("LDAP message not understood", frames[0])
        if asked.descriptors and isinstance(asked.request, ldap.SearchRequest):
            self.descriptors.keep(asked.request, asked.descriptors, at)
        elif asked.written and isinstance(asked.request, ldap.ChangeRequest) and reply is not None and not reply.code:
            self.descriptors.wrote(asked.request.dn, asked.written, asked.parts, at)
        self._end(asked, reply)

    def _writes(self, asked: Asked, request: ldap.ChangeRequest, envelope: ldap.Envelope, data: bytes, whole: bool) -> None:
        """A request that writes descriptors: only the parts that it means, and what it changes of what was read."""
        if not any(name.partition(";")[0].lower() in DESCRIPTORS for _, name, _ in request.changes):
            return
        flags = asked.parts = ldap_descriptors.parts(data, envelope.stop, envelope.end)
        asked.written = ldap_descriptors.written(data, envelope.start, envelope.stop)
        asked.request = ldap.ChangeRequest(request.dn, ldap_descriptors.meant(request.changes, asked.written, flags))
        if whole:
            asked.compared = self.descriptors.compared(request.dn, asked.written, flags, asked.at)
        else:  # what the object has from then on is not known
            asked.written = dict.fromkeys(asked.written, b"")

    def _root(self, asked: Asked, envelope: ldap.Envelope, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """The root DSE names its server (MS-ADTS section 3.1.1.3.2), or holds the answer of a ping over TCP."""
        dn, found = ldap.entry(data, envelope.start, envelope.stop, _ROOT_ATTRIBUTES)
        if dn:
            return
        asked.netlogon = found.get("netlogon") or asked.netlogon
        name = found.get("dnshostname", b"").decode("utf-8", "replace")
        if name:
            self.emit(
                Activity(
                    at=at,
                    until=at,
                    input=self.flow.input,
                    frames=frames,
                    ordinal=ordinal,
                    source=self.flow.client,
                    destination=self.flow.server,
                    detail=NameObservation(address=self.flow.server.ip, name=name[:255], method="ldap"),
                )
            )

    def _end(self, asked: Asked, reply: ldap.Reply | None) -> None:
        """Emits one operation; reply None: no result was seen."""
        code = reply.code if reply else None
        well = code == ldap.SUCCESS
        error = (reply.text or None) if reply else None
        request = asked.request
        detail: Detail
        if isinstance(request, ldap.SearchRequest):
            well = well or code == ldap.REFERRAL
            if request.elements is not None:
                detail, known = ping(request.elements, asked.netlogon)
                well = well and known
            else:
                detail = LdapSearch(
                    base=request.base,
                    scope=request.scope,
                    filter=request.filter,
                    attributes=request.attributes,
                    entries=asked.entries,
                    controls=asked.controls,
                    error_text=error,
                )
        elif isinstance(request, tuple):
            # A compare is a search of one entry for one assertion, and told as such.
            well = code in _COMPARED
            detail = LdapSearch(
                base=request[0],
                filter=request[1],
                entries=int(code == ldap.COMPARE_TRUE),
                controls=asked.controls,
                error_text=error,
            )
        elif isinstance(request, str):
            return
        elif asked.operation == ldap.ADD:
            detail = LdapAdd(dn=request.dn, changes=request.changes, error_text=error)
        elif asked.operation == ldap.DELETE:
            detail = LdapDelete(dn=request.dn, error_text=error)
        elif asked.operation == ldap.RENAME:
            detail = LdapRename(dn=request.dn, changes=request.changes, error_text=error)
        else:
            detail = LdapModify(dn=request.dn, changes=request.changes, error_text=error, compared=asked.compared)
        result: Result = "unanswered" if code is None else "success" if well else "failure"
        self.emit(
            Activity(
                at=asked.at,
                until=asked.last,
                input=self.flow.input,
                frames=tuple(sorted(set(asked.frames))),
                ordinal=asked.ordinal,
                source=self.flow.client,
                destination=self.flow.server,
                account=asked.account,
                ticket=asked.ticket,
                result=result,
                code=code,
                detail=detail,
            )
        )


def _look(asked: Asked, envelope: ldap.Envelope, data: bytes) -> None:
    """Descriptors of one more entry, as long as there are few."""
    if asked.descriptors is None or asked.entries > FEW:
        asked.descriptors = None
    elif is_whole(data):
        dn, found = ldap.entry(data, envelope.start, envelope.stop, DESCRIPTORS)
        if found:
            asked.descriptors.append((dn, {name: bytes(raw) for name, raw in found.items()}))


def _request(envelope: ldap.Envelope, data: bytes) -> Asking | None:
    """The request in a message; None when it is malformed."""
    operation, start, stop = envelope.operation, envelope.start, envelope.stop
    if operation == ldap.SEARCH:
        return ldap.search_request(data, start, stop)
    if operation == ldap.MODIFY:
        return ldap.modify_request(data, start, stop)
    if operation == ldap.ADD:
        return ldap.add_request(data, start, stop)
    if operation == ldap.DELETE:
        return ldap.ChangeRequest(plain(data[start:stop]), ())
    if operation == ldap.RENAME:
        return ldap.rename_request(data, start, stop)
    if operation == ldap.COMPARE:
        return ldap.compare_request(data, start, stop)
    extended = ldap.extended_request(data, start, stop)
    if extended is None:
        return None
    name, value = extended
    return ldap.password_change(value) if name == ldap.MODIFY_PASSWORD else name


def _measure_message(data: bytes, start: int, end: int, pending: dict[int, Asked]) -> tuple[int, int]:
    """measure() of a plain message; of a search entry only the head is wanted, except of the root DSE, and of the few whose
    descriptors were asked for."""
    length = ldap.size(data, start, end)
    if length <= 0:
        return NEED_MORE if not length else NOT_HERE
    at = start + (2 if data[start + 1] < 0x80 else 2 + (data[start + 1] & 0x7F))
    if at + 2 >= end:
        return NEED_MORE
    if data[at] != 2 or not 1 <= data[at + 1] <= 5:
        return NOT_HERE
    number_at, at = at + 2, at + 2 + data[at + 1]
    if at >= end:
        return NEED_MORE
    operation = data[at]
    if operation == ldap.SEARCH_ENTRY:
        asked = pending.get(int.from_bytes(data[number_at:at], "big"))
        if asked is not None and asked.descriptors is not None and asked.entries <= FEW:
            return length, min(length, ENTRY_LIMIT)
        if end - start < min(length, _ENTRY_HEAD):
            return NEED_MORE
        at += 2 if data[at + 1] < 0x80 else 2 + (data[at + 1] & 0x7F)
        name = data[at : at + 6]
        empty = name[1:2] == b"\0" or (
            name[1:2] in (b"\x81", b"\x82", b"\x83", b"\x84") and not any(name[2 : 2 + (name[1] & 15)])
        )
        return length, min(length, _ROOT_LIMIT if empty else _ENTRY_HEAD)
    if operation not in ldap.OPERATIONS:
        return NOT_HERE
    return length, min(length, _ENTRY_HEAD if operation == ldap.SEARCH_REFERENCE else WANTED_LIMIT)
