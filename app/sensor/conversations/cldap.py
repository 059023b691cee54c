"""CLDAP: the ping with which a client finds a controller (MS-ADTS 6.3.3); other searches too."""

from app.model.activity import Activity, Result
from app.model.details import Detail, LdapPing, LdapSearch
from app.sensor.conversations.conversation import UNANSWERED_AFTER
from app.sensor.decoders import cldap, ldap
from app.sensor.decoders.ldap_values import plain
from app.sensor.frame import Count, Emit, Flow

PENDING_LIMIT = 512
MESSAGE_LIMIT = 64
"""Messages read of one datagram."""

_NETLOGON = frozenset({"netlogon"})
_UNKNOWN = (cldap.LOGON_SAM_USER_UNKNOWN, cldap.LOGON_SAM_USER_UNKNOWN_EX)


class _Asked:
    __slots__ = ("at", "controls", "entries", "frames", "from_client", "last", "netlogon", "ordinal", "request")

    def __init__(
        self,
        request: ldap.SearchRequest,
        controls: tuple[str, ...],
        from_client: bool,
        at: int,
        frames: tuple[int, ...],
        ordinal: int,
    ) -> None:
        self.request = request
        self.controls = controls
        self.from_client = from_client
        self.at = self.last = at
        self.frames = frames
        self.ordinal = ordinal
        self.entries = 0
        self.netlogon: bytes | None = None


def ping(elements: dict[str, bytes], answer: bytes | None) -> tuple[LdapPing, bool]:
    """(detail, True when the controller answered and knows the user) of a ping's filter and its "netlogon" value."""
    reply = cldap.netlogon_reply(answer) if answer else None
    user = elements.get("user")
    host = elements.get("host")
    domain = elements.get("dnsdomain")
    version = elements.get("ntver")
    control = elements.get("aac")
    detail = LdapPing(
        user=plain(user) if user else None,
        host=plain(host) if host else None,
        domain=(plain(domain) if domain else None) or (reply.domain if reply else None),
        opcode=reply.opcode if reply else None,
        flags=reply.flags if reply else None,
        server_name=reply.host if reply else None,
        server_site=reply.server_site if reply else None,
        client_site=reply.client_site if reply else None,
        forest=reply.forest if reply else None,
        netbios_domain=reply.netbios_domain if reply else None,
        netbios_server=reply.netbios_server if reply else None,
        nt_version=int.from_bytes(version[:4], "little") if version else None,
        account_control=int.from_bytes(control[:4], "little") if control else None,
    )
    return detail, reply is not None and reply.opcode not in _UNKNOWN


class CldapUdp:
    """Datagrams of port 389."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.pending: dict[tuple[bool, int], _Asked] = {}
        # when the last answers came: a mirror port may show one answer twice
        self.answered: dict[tuple[bool, int], int] = {}

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        where = 0
        for _ in range(MESSAGE_LIMIT):
            if where >= len(data):
                return
            envelope = ldap.envelope(data, where)
            if envelope is None:
                self.count("CLDAP message not understood", frames[0])
                return
            if envelope.operation == ldap.SEARCH:
                self._request(envelope, from_client, data, at, frames, ordinal + where)
            elif envelope.operation in (ldap.SEARCH_ENTRY, ldap.SEARCH_DONE):
                self._answer(envelope, from_client, data, at, frames)
            where = envelope.end

    def lost(self, from_client: bool) -> None:
        """Datagrams have nothing to lose."""

    def expire(self, now: int) -> None:
        for key in [key for key, asked in self.pending.items() if asked.last < now - UNANSWERED_AFTER]:
            self._end(self.pending.pop(key), None)

    def close(self) -> None:
        for asked in self.pending.values():
            self._end(asked, None)
        self.pending.clear()

    def _request(
        self, envelope: ldap.Envelope, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        request = ldap.search_request(data, envelope.start, envelope.stop)
        if request is None:
            self.count("LDAP search not understood", frames[0])
            return
        key = (from_client, envelope.message_id)
        before = self.pending.get(key)
        if before is not None:
            if before.request == request and at - before.last <= UNANSWERED_AFTER:
                before.last = at
                if len(before.frames) < 16:
                    before.frames += frames
                return
            self._end(self.pending.pop(key), None)
        elif len(self.pending) >= PENDING_LIMIT:
            self._end(self.pending.pop(next(iter(self.pending))), None)
        controls = ldap.controls(data, envelope.stop, envelope.end) if envelope.stop < envelope.end else ()
        self.pending[key] = _Asked(request, controls, from_client, at, frames, ordinal)

    def _answer(self, envelope: ldap.Envelope, from_client: bool, data: bytes, at: int, frames: tuple[int, ...]) -> None:
        key = (not from_client, envelope.message_id)
        asked = self.pending.get(key)
        if asked is not None and at - asked.last > UNANSWERED_AFTER:
            self._end(self.pending.pop(key), None)
            asked = None
        if asked is None:
            late = key not in self.answered or at - self.answered[key] > UNANSWERED_AFTER
            if envelope.operation == ldap.SEARCH_DONE and late:
                self.count("LDAP reply without its request", frames[0])
            return
        asked.last = at
        if len(asked.frames) < 16 and asked.frames[-1:] != frames:
            asked.frames += frames
        if envelope.operation == ldap.SEARCH_ENTRY:
            asked.entries += 1
            if asked.request.elements is not None:
                asked.netlogon = ldap.entry(data, envelope.start, envelope.stop, _NETLOGON)[1].get("netlogon")
            return
        if len(self.answered) >= PENDING_LIMIT:
            del self.answered[next(iter(self.answered))]
        self.answered[key] = at
        self._end(self.pending.pop(key), ldap.reply(data, envelope.start, envelope.stop))

    def _end(self, asked: _Asked, reply: ldap.Reply | None) -> None:
        """Emits the search or ping; reply None: nobody answered."""
        request = asked.request
        detail: Detail
        well = reply is not None and reply.code in (ldap.SUCCESS, ldap.REFERRAL)
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
                error_text=(reply.text or None) if reply else None,
            )
        result: Result = "unanswered" if reply is None else "success" if well else "failure"
        self.emit(
            Activity(
                at=asked.at,
                until=asked.last,
                input=self.flow.input,
                frames=tuple(sorted(set(asked.frames))),
                ordinal=asked.ordinal,
                source=self.flow.client if asked.from_client else self.flow.server,
                destination=self.flow.server if asked.from_client else self.flow.client,
                result=result,
                code=reply.code if reply else None,
                detail=detail,
            )
        )
