"""DNS, LLMNR, mDNS exchanges: question joined with answer, zone transfers, updates, key negotiation.

An answer also yields one NameObservation for each private address it names, once in a conversation for each pair of address
and name. The memory of pairs is the conversation's own, so that the same activities come out however a capture is cut.
"""

from ipaddress import ip_address

from app.model.activity import Activity, Endpoint
from app.model.details import Detail, DnsQuery, DnsUpdate, NameObservation
from app.sensor.conversations.authentication import Authentication
from app.sensor.conversations.conversation import NEED_MORE, NOT_HERE, UNANSWERED_AFTER
from app.sensor.decoders import dns
from app.sensor.frame import Count, Emit, Flow

PENDING_LIMIT = 512
SEEN_LIMIT = 1024
ANSWERED_LIMIT = 64
FRAME_LIMIT = 64
"""Frame numbers kept of one transfer or of one question asked again and again."""

_REPLY = 0x8000
_TRUNCATED = 0x0200
_TRANSFERS = (dns.AXFR, dns.IXFR)


class _Asked:
    """A question or update that waits for its answer; a transfer also collects here."""

    __slots__ = ("answers", "at", "frames", "from_client", "last", "message", "ordinal", "records", "serial", "serials")

    def __init__(
        self, message: dns.DnsMessage | dns.Update, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        self.message = message
        self.from_client = from_client
        self.at = self.last = at
        self.frames = frames
        self.ordinal = ordinal
        self.records = 0
        self.answers: tuple[str, ...] = ()
        self.serial: int | None = None

    def saw(self, at: int, frames: tuple[int, ...]) -> None:
        self.last = at
        if len(self.frames) < FRAME_LIMIT:
            self.frames += frames


class DnsUdp:
    """Datagrams of port 53."""

    protocol = "dns"

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.pending: dict[tuple[bool, int], _Asked] = {}
        # what was answered lately: a mirror port may show one answer twice
        self.answered: dict[tuple[bool, int], tuple[dns.DnsMessage | dns.Update, int]] = {}
        self.seen: set[tuple[str, str]] = set()
        self.login: Authentication | None = None

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        opcode = data[2] >> 3 & 15 if len(data) > 2 else 0
        message = dns.update(data) if opcode == dns.UPDATE else dns.decode(data)
        if message is None:
            self.count("DNS message not understood", frames[0])
        elif opcode not in (dns.QUERY, dns.UPDATE):
            return
        elif not message.flags & _REPLY:
            self._question(message, from_client, data, at, frames, ordinal)
        else:
            if isinstance(message, dns.DnsMessage) and not message.complete:
                self.count("DNS answer cut or malformed", frames[0])
            self._answer(message, from_client, data, at, frames, ordinal)

    def lost(self, from_client: bool) -> None:
        """Nothing to forget: the other half may still come."""

    def expire(self, now: int) -> None:
        if not self.pending:
            return
        for key in [key for key, asked in self.pending.items() if asked.last < now - UNANSWERED_AFTER]:
            self._end(self.pending.pop(key))

    def close(self) -> None:
        for asked in self.pending.values():
            self._end(asked)
        self.pending.clear()
        if self.login:
            self.login.close()

    def _question(
        self, message: dns.DnsMessage | dns.Update, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        key = (from_client, message.id)
        before = self.pending.get(key)
        if before is not None:
            if _same(before.message, message) and at - before.last <= UNANSWERED_AFTER:
                before.saw(at, frames)  # sent again
                return
            self._end(self.pending.pop(key))
        elif len(self.pending) >= PENDING_LIMIT:
            self._end(self.pending.pop(next(iter(self.pending))))
        self.pending[key] = _Asked(message, from_client, at, frames, ordinal)
        if isinstance(message, dns.DnsMessage) and message.kind == dns.TKEY:
            self._key(True, data, at, frames, ordinal)

    def _answer(
        self, message: dns.DnsMessage | dns.Update, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int
    ) -> None:
        key = (not from_client, message.id)
        asked = self.pending.get(key)
        if asked is not None and (not _same(asked.message, message) or at - asked.last > UNANSWERED_AFTER):
            self._end(self.pending.pop(key))
            asked = None
        if asked is None and key in self.answered:
            before, when = self.answered[key]
            if at - when <= UNANSWERED_AFTER and _same(before, message):
                return
        if len(self.answered) >= ANSWERED_LIMIT:
            del self.answered[next(iter(self.answered))]
        self.answered[key] = message, at
        if isinstance(message, dns.Update):
            if asked is None:
                self.count("DNS answer without its question", frames[0])
                return
            del self.pending[key]
            asked.saw(at, frames)
            self._end(asked, message.flags & 15)
            return
        if asked is None:
            asked = _Asked(message, not from_client, at, frames, ordinal)
        else:
            asked.saw(at, frames)
        question = asked.message
        if isinstance(question, dns.DnsMessage) and question.kind in _TRANSFERS and self.flow.transport == "tcp":
            del self.answered[key]
            if not self._transfer(asked, message):
                self.pending[key] = asked
                self._observe(message, from_client, at, frames, ordinal)
                return
        else:
            asked.answers = message.answers
            asked.records = message.records
        self.pending.pop(key, None)
        if message.kind == dns.TKEY:
            self._key(False, data, at, frames, ordinal)
        self._end(asked, message.flags & 15, bool(message.flags & _TRUNCATED))
        if message.hosts:
            self._observe(message, from_client, at, frames, ordinal)

    def _transfer(self, asked: _Asked, message: dns.DnsMessage) -> bool:
        """Adds one message of a zone transfer; True when it was the last (RFC 5936 section 2.2, RFC 1995 section 4)."""
        begins = not asked.records
        if begins:
            asked.serial = message.first_serial
        asked.records += message.records
        asked.answers = (asked.answers + message.answers)[: dns.ANSWER_LIMIT]
        if message.flags & 15 or asked.serial is None or not message.records:
            return True
        if begins and message.records == 1:
            # A lone SOA is the whole answer to IXFR, and only the beginning of AXFR's.
            return isinstance(asked.message, dns.DnsMessage) and asked.message.kind == dns.IXFR
        return message.last_serial == asked.serial

    def _key(self, asks: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """GSS-TSIG negotiation (RFC 3645 section 3): the token goes to the login."""
        found = dns.tkey(data)
        if found is None:
            if not asks and self.login and data[3] & 15:
                self.login.finished(False, data[3] & 15, at, frames)
                self.login = None
            return
        _, error, token = found
        if self.login is None:
            self.login = Authentication(self.flow, self.emit, "dns")
        if token:
            self.login.token(asks, token, at, frames, ordinal)
        if not asks:
            code = error or data[3] & 15
            if code:
                self.login.finished(False, code, at, frames)
                self.login = None
            elif not _continues(token):
                self.login.finished(True, 0, at, frames)

    def _end(self, asked: _Asked, code: int | None = None, truncated: bool = False) -> None:
        """Emits what was asked with how it ended; code None: never answered (a transfer: not to its end)."""
        message = asked.message
        detail: Detail
        if isinstance(message, dns.Update):
            detail = DnsUpdate(zone=message.zone, changes=message.changes, signed=message.signed)
        else:
            kind = dns.type_name(message.kind) if message.kind >= 0 else ""
            detail = DnsQuery(
                name=message.name,
                type=kind,
                answers=asked.answers,
                records=asked.records,
                truncated=truncated,
                protocol=self.protocol,
            )
            if code is None and asked.records:
                code = 0
        self._put(detail, asked, code)

    def _put(self, detail: Detail, asked: _Asked, code: int | None) -> None:
        login, frames = self.login, asked.frames
        # A transfer begins with a SOA (RFC 5936 section 2.2): without any record it was refused, whatever the code says.
        refused = isinstance(detail, DnsQuery) and not detail.records and detail.type in ("AXFR", "IXFR") and not detail.truncated
        self.emit(
            Activity(
                at=asked.at,
                until=asked.last,
                input=self.flow.input,
                frames=frames if len(frames) < 2 or (len(frames) == 2 and frames[0] < frames[1]) else tuple(sorted(set(frames))),
                ordinal=asked.ordinal,
                source=self.flow.client if asked.from_client else self.flow.server,
                destination=self.flow.server if asked.from_client else self.flow.client,
                account=login.account if login else None,
                ticket=login.ticket if login else None,
                result="unanswered" if code is None else "failure" if code or refused else "success",
                code=code,
                detail=detail,
            )
        )

    def _observe(self, message: dns.DnsMessage, from_client: bool, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """Emits which address has which name, as the answerer says."""
        for place, (address, name) in enumerate(message.hosts):
            pair = (address, name.lower())
            if pair in self.seen or (self.protocol == "dns" and (not _private(address) or _shared(name, message))):
                continue
            if len(self.seen) >= SEEN_LIMIT:
                self.seen.clear()
            self.seen.add(pair)
            asker, answerer = (self.flow.server, self.flow.client) if from_client else (self.flow.client, self.flow.server)
            self.emit(_observation(self.flow, address, name, self.protocol, asker, answerer, at, frames, ordinal + place))


class DnsTcp(DnsUdp):
    """DNS over TCP: each message after two bytes of length (RFC 1035 section 4.2.2)."""

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        if end - start < 8:
            return NEED_MORE
        length = data[start] << 8 | data[start + 1]
        opcode = data[start + 4] >> 3 & 15
        questions = data[start + 6] << 8 | data[start + 7]
        if length < dns.HEADER or opcode not in (dns.QUERY, dns.NOTIFY, dns.UPDATE) or data[start + 5] & 0x40 or questions > 8:
            return NOT_HERE
        return length + 2, length + 2

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        super().message(from_client, data[2:], at, frames, ordinal)


class LlmnrUdp(DnsUdp):
    """LLMNR (RFC 4795): the question goes to a group, so its answer comes in a conversation of its own."""

    protocol = "llmnr"


class MdnsUdp(DnsUdp):
    """mDNS (RFC 6762): questions stay unanswered here, since answers go to the group; each says which host has which address."""

    protocol = "mdns"

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        message = dns.decode(data)
        if message is None:
            self.count("mDNS message not understood", frames[0])
        elif message.flags & _REPLY:
            self._observe(message, from_client, at, frames, ordinal)
        elif message.kind >= 0:
            self._put(
                DnsQuery(name=message.name, type=dns.type_name(message.kind), protocol=self.protocol),
                _Asked(message, from_client, at, frames, ordinal),
                None,
            )


def _observation(
    flow: Flow,
    address: str,
    name: str,
    method: str,
    asker: Endpoint,
    answerer: Endpoint,
    at: int,
    frames: tuple[int, ...],
    ordinal: int,
) -> Activity:
    return Activity(
        at=at,
        until=at,
        input=flow.input,
        frames=frames,
        ordinal=ordinal,
        source=asker,
        destination=answerer,
        detail=NameObservation(address=address, name=name.removesuffix("."), method=method),
    )


def _same(asked: dns.DnsMessage | dns.Update, answer: dns.DnsMessage | dns.Update) -> bool:
    """True when both speak of one question; an error may leave the question out."""
    if isinstance(asked, dns.Update) or isinstance(answer, dns.Update):
        return type(asked) is type(answer)
    if answer.kind < 0:
        return True
    return asked.kind == answer.kind and (asked.name == answer.name or asked.name.lower() == answer.name.lower())


def _continues(token: bytes) -> bool:
    """True for a server's token after which the client must speak again: NTLM's challenge, or SPNEGO accept-incomplete."""
    return b"NTLMSSP\0\x02" in token[:256] or b"\xa0\x03\x0a\x01\x01" in token[:24]


def _shared(name: str, message: dns.DnsMessage) -> bool:
    """True for a name that stands for a service, a zone or several hosts and not for one host (MS-ADTS section 6.3.2.3)."""
    lower = name.lower()
    if lower.startswith(("domaindnszones.", "forestdnszones.", "_")) or "._" in lower:
        return True
    if message.kind in _TRANSFERS and lower == message.name.lower():
        return True
    return len(message.hosts) > 1 and message.kind != dns.PTR and sum(one == name for _, one in message.hosts) > 1


def _private(address: str) -> bool:
    """True for an address of a private network (RFC 1918, RFC 4193) or of the link."""
    if "." in address and ":" not in address:
        first, _, rest = address.partition(".")
        if first == "10":
            return True
        second = rest.partition(".")[0]
        return (
            (first == "172" and 16 <= int(second) <= 31)
            or (first == "192" and second == "168")
            or (first == "169" and second == "254")
        )
    try:
        return ip_address(address).is_private
    except ValueError:  # a record that was cut short names no address
        return False
