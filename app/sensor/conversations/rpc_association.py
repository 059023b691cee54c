"""One RPC association: contexts agreed, calls joined with their answers, both told as activities."""

from app.model.activity import Account, Activity, Result
from app.model.details import RpcBind, RpcCall
from app.sensor.conversations.rpc_call import STUB_KEPT, Call, Frames, Stub
from app.sensor.conversations.rpc_endpoints import learn
from app.sensor.conversations.rpc_guess import Guess
from app.sensor.conversations.rpc_login import Login, Logins
from app.sensor.decoders import dcerpc
from app.sensor.decoders.dcerpc import ALTER, ALTER_ACK, AUTH3, BIND, BIND_ACK, BIND_NAK, FAULT, FIRST, LAST, REQUEST, RESPONSE
from app.sensor.decoders.rpc.epmapper import INTERFACE as ENDPOINT_MAPPER
from app.sensor.decoders.rpc.facts import Facts
from app.sensor.decoders.rpc.handles import Handles
from app.sensor.decoders.rpc.operations import NAMES, OPERATIONS
from app.sensor.decoders.rpc.stubs import decode, failed, returned
from app.sensor.frame import Count, Emit, Flow

CALL_UNANSWERED_AFTER = 120_000_000
"""Microseconds; a service manager answers StartService after 30 s when the service never reports."""
_MOST_PENDING = 64
_MOST_CONTEXTS = 256
_MOST_HELD = 8
_NONE: dict[int, str] = {}
_DENIED = frozenset({5, 0x721})
"""Faults that say the caller was not let in: ERROR_ACCESS_DENIED, RPC_S_SEC_PKG_ERROR (MS-ERREF section 2.2)."""


class Agreed:
    """One presentation context. wide: NDR64 is spoken."""

    __slots__ = ("interface", "version", "wide")

    def __init__(self, interface: str, version: str, wide: bool) -> None:
        self.interface = interface
        self.version = version
        self.wide = wide


class Asked:
    """A bind or alter-context that waits for its answer."""

    __slots__ = ("at", "contexts", "frames", "login", "ordinal", "trailer")

    def __init__(self, contexts: tuple[dcerpc.Context, ...], at: int, frames: tuple[int, ...], ordinal: int) -> None:
        self.contexts = contexts
        self.at = at
        self.frames = Frames()
        self.frames.add(frames)
        self.ordinal = ordinal
        self.login: Login | None = None
        self.trailer: dcerpc.Verifier | None = None


class Association:
    """Takes whole protocol data units in order; emits binds and calls. account, ticket: of the carrying session, if any."""

    def __init__(self, flow: Flow, emit: Emit, count: Count, pipe: str | None) -> None:
        self._flow = flow
        self._emit = emit
        self._count = count
        self._pipe = pipe
        self._turned: bool | None = None
        self._contexts: dict[int, Agreed] = {}
        self._asked: dict[int, Asked] = {}
        self._pending: dict[int, Call] = {}
        self._held: list[Call] = []
        self._guess: Guess | None = None
        self._logins = Logins(flow, emit)
        self._handles = Handles()
        self.account: Account | None = None
        self.ticket: str | None = None

    def unit(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        """One unit, at least its head; at is the time of its last packet."""
        head = dcerpc.header(data)
        if head is None:
            self._count("RPC unit unreadable", frames[0] if frames else 0)
            return
        if self._pending or self._asked or self._held:
            self.expire(at)
        kind = head.type
        if self._turned is None and kind != dcerpc.RTS:
            self._orient(from_client, kind)
        if kind == REQUEST:
            self._request(head, data, at, frames, ordinal)
        elif kind in (RESPONSE, FAULT):
            self._answer(head, data, at, frames, ordinal)
        elif kind in (BIND, ALTER):
            self._bind(head, data, at, frames, ordinal)
        elif kind in (BIND_ACK, ALTER_ACK):
            self._bind_ack(head, data, at, frames, ordinal)
        elif kind == BIND_NAK:
            self._bind_nak(head, data, at, frames)
        elif kind == AUTH3 and (trailer := dcerpc.verifier(head, data)):
            self._logins.token(True, trailer, at, frames, ordinal)

    def enough(self, from_client: bool, head: dcerpc.Header) -> bool:
        """Whether nothing of this unit after its first 24 bytes would be read."""
        if head.type != RESPONSE or head.flags & (FIRST | LAST):
            return False
        call = self._pending.get(head.call_id)
        enough = call is not None and (call.reply.size >= STUB_KEPT or (call.sealed and self._logins.all_sealed()))
        return enough and not self._logins.streaming()

    def lost(self, from_client: bool) -> None:
        """Bytes of one direction are missing."""
        asking = from_client != bool(self._turned)
        for call in self._pending.values():
            if asking and not call.complete:
                call.asked.whole = False
            elif not asking:
                call.reply.whole = False

    def expire(self, now: int) -> None:
        """Emit what has waited too long."""
        while self._pending:
            call = next(iter(self._pending.values()))
            if call.until >= now - CALL_UNANSWERED_AFTER:
                break
            del self._pending[call.call_id]
            self._finish(call)
        while self._asked:
            key, asked = next(iter(self._asked.items()))
            if asked.at >= now - CALL_UNANSWERED_AFTER:
                break
            del self._asked[key]
            self._tell_bind(asked, (), asked.at, "unanswered", None)
        if self._held and self._held[0].until < now - CALL_UNANSWERED_AFTER:
            self._release()

    def close(self) -> None:
        """Emit all that is left."""
        for asked in self._asked.values():
            self._tell_bind(asked, (), asked.at, "unanswered", None)
        self._asked.clear()
        for call in list(self._pending.values()):
            self._finish(call)
        self._pending.clear()
        self._release()
        self._logins.close()

    def _orient(self, from_client: bool, kind: int) -> None:
        """The first unit tells who asks; a capture that began in the middle may have it the other way round."""
        self._turned = (kind in dcerpc.FROM_SERVER) == from_client
        if self._turned:
            flow = self._flow
            self._flow = Flow(flow.input, flow.server, flow.client, flow.transport, flow.ring)
            self._logins = Logins(self._flow, self._emit)

    def _bind(self, head: dcerpc.Header, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        contexts = dcerpc.bind(head, data)
        if not contexts:
            self._count("RPC bind unreadable", frames[0] if frames else 0)
        for one in contexts:
            if len(self._contexts) < _MOST_CONTEXTS and not _features(one):
                self._contexts[one.id] = Agreed(one.interface, one.version, one.transfers[:1] == (dcerpc.NDR64,))
        asked = Asked(contexts, at, frames, ordinal)
        asked.trailer = dcerpc.verifier(head, data)
        if asked.trailer:
            asked.login = self._logins.token(True, asked.trailer, at, frames, ordinal)
        if len(self._asked) < _MOST_PENDING:
            self._asked[head.call_id] = asked

    def _bind_ack(self, head: dcerpc.Header, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        if trailer := dcerpc.verifier(head, data):
            self._logins.token(False, trailer, at, frames, ordinal)
        asked = self._asked.pop(head.call_id, None)
        if asked is None:
            return
        answers = dcerpc.bind_ack(head, data)
        for offered, answer in zip(asked.contexts, answers):
            agreed = self._contexts.get(offered.id)
            if agreed and answer.result == 0:
                agreed.wide = answer.transfer == dcerpc.NDR64
        asked.frames.add(frames)
        self._tell_bind(asked, answers, at, "success", None)

    def _bind_nak(self, head: dcerpc.Header, data: bytes, at: int, frames: tuple[int, ...]) -> None:
        reason = dcerpc.bind_nak(head, data)
        asked = self._asked.pop(head.call_id, None)
        if asked is None:
            return
        asked.frames.add(frames)
        self._logins.finish(asked.login, False, reason or 0, at, frames)
        self._tell_bind(asked, (), at, "failure", reason)

    def _tell_bind(self, asked: Asked, answers: tuple[dcerpc.Answer, ...], at: int, result: Result, code: int | None) -> None:
        """One activity for each interface: accepted when any of its transfer syntaxes was."""
        told: dict[tuple[str, str], list[int]] = {}
        for place, one in enumerate(asked.contexts):
            if not _features(one):
                told.setdefault((one.interface, one.version), []).append(place)
        login = asked.login or self._logins.find(None)
        for (interface, version), places in told.items():
            outcome, why = result, code
            if answers and result == "success":
                heard = [answers[place] for place in places if place < len(answers)]
                if heard and all(one.result for one in heard):
                    outcome, why = "failure", heard[-1].reason
            detail = RpcBind(
                interface=interface, name=NAMES.get(interface, ""), version=version, pipe=self._pipe,
                auth_type=login.type if login else None, auth_level=login.level if login else None,
            )  # fmt: skip
            if outcome == "success" and self._pipe is None:
                learn(self._flow.input, self._flow.server.ip, self._flow.server.port, interface, at)
            ordinal = asked.ordinal + asked.contexts[places[0]].offset
            self._tell(detail, asked.at, at, asked.frames, ordinal, login, outcome, why)

    def _request(self, head: dcerpc.Header, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        asked = dcerpc.request(head, data)
        if asked is None:
            self._count("RPC unit unreadable", frames[0] if frames else 0)
            return
        context, opnum, target, start = asked
        call = self._pending.get(head.call_id)
        if head.flags & FIRST:
            if call is not None:
                del self._pending[head.call_id]
                self._finish(call)
            call = Call(head.call_id, context, opnum, target, at, ordinal, head.big)
            if len(self._pending) >= _MOST_PENDING:
                self._count("RPC calls under way: too many", frames[0] if frames else 0)
                oldest = next(iter(self._pending))
                self._finish(self._pending.pop(oldest))
            self._pending[head.call_id] = call
        elif call is None:
            self._count("RPC fragment without its start", frames[0] if frames else 0)
            return
        trailer = dcerpc.verifier(head, data)
        end = len(data)
        if trailer:
            end = trailer.start - trailer.pad
            call.secure(trailer)
            call.sealed = trailer.level >= dcerpc.SEALED
        elif end > head.length:
            end = head.length
        size = end - start if end > start else 0
        if call.sealed and trailer:
            self._take_sealed(call, call.asked, True, data, start, size, trailer)
        else:
            call.asked.add(data[start:end], size, True)
        call.complete = bool(head.flags & LAST)
        call.until = at
        call.frames.add(frames)

    def _answer(self, head: dcerpc.Header, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        call = self._pending.get(head.call_id)
        if call is None:
            self._count("RPC reply without its request", frames[0] if frames else 0)
            return
        call.until = at
        call.frames.add(frames)
        login = self._logins.find(call.login)
        if head.type == FAULT:
            call.fault = dcerpc.fault(head, data) or 0
            call.reply.seen = True
            self._logins.finish(login, call.fault not in _DENIED, call.fault if call.fault in _DENIED else 0, at, frames)
        else:
            self._logins.finish(login, True, 0, at, frames)
            self._take_reply(call, head, data)
            if not head.flags & LAST:
                return
        del self._pending[head.call_id]
        self._finish(call)

    def _take_sealed(
        self, call: Call, stub: Stub, asks: bool, data: bytes, start: int, size: int, trailer: dcerpc.Verifier
    ) -> None:
        """A sealed part of a stub: opened where the user's keys do."""
        login = self._logins.find(trailer.context)
        plain = login.opened(asks, data, start, trailer) if login is not None else None
        stub.hidden = stub.hidden or plain is None
        stub.add(plain or b"", size, plain is not None)

    def _take_reply(self, call: Call, head: dcerpc.Header, data: bytes) -> None:
        """Padding is taken off the last fragment's size only, so that it does not matter how much of the others was joined."""
        last = bool(head.flags & LAST)
        end = head.length - (head.auth_length + 8 if head.auth_length else 0)
        stub_end = end
        if trailer := dcerpc.verifier(head, data):
            stub_end = trailer.start - trailer.pad
            call.sealed = call.sealed or trailer.level >= dcerpc.SEALED
        size = max((stub_end if last else end) - 24, 0)
        if not call.reply.seen and not head.flags & FIRST:
            call.reply.whole = False
        if trailer and trailer.level >= dcerpc.SEALED:
            call.reply_big = head.big
            self._take_sealed(call, call.reply, False, data, 24, size, trailer)
        elif call.sealed:
            # Without its trailer this part of it was cut or left out; that does not count once enough of it is here.
            call.reply.hidden = call.reply.hidden or call.reply.size < STUB_KEPT
            call.reply.add(b"", size, False)
        else:
            call.reply_big = head.big
            call.reply.add(data[24:stub_end], size, len(data) >= head.length)

    def _finish(self, call: Call) -> None:
        """The call is over, answered or not: tell it, or hold it while its interface is still being guessed."""
        agreed = self._contexts.get(call.context)
        if agreed is not None:
            self._tell_call(call, agreed.interface, agreed.wide, False)
            return
        if self._guess is None:
            self._guess = Guess(self._flow, self._pipe)
        self._guess.see(call.opnum, call.asked.size, call.reply.size)
        self._held.append(call)
        if self._guess.sure(call.until) or len(self._held) >= _MOST_HELD:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        if held and self._guess:
            interface = self._guess.interface(held[-1].until)
            for call in held:
                self._tell_call(call, interface, False, bool(interface))

    def _tell_call(self, call: Call, interface: str, wide: bool, guessed: bool) -> None:
        facts: Facts = {}
        frame = call.frames.first[0] if call.frames.first else 0
        name = NAMES.get(interface, "")
        if call.hidden:
            self._count(f"RPC sealed: {name or 'other interface'}", frame)
        if not call.asked.hidden:
            reply = call.reply if call.reply.seen and call.fault is None and not call.reply.hidden else None
            facts, problem = decode(
                interface, call.opnum, wide, self._handles,
                call.asked.data, call.big, reply.data if reply else None, call.reply_big,
            )  # fmt: skip
            if problem and not guessed and call.asked.whole and (reply is None or reply.whole):
                self._count(f"RPC stub of {name} not understood", frame)
        value = None
        result: Result = "success"
        if call.fault is not None:
            result = "failure"
        elif not call.reply.seen:
            result = "unanswered"
        elif not call.hidden:
            value = returned(interface, call.opnum, call.reply.tail, call.reply_big, call.reply.size)
            if value is not None and failed(interface, call.opnum, value):
                result = "failure"
        if interface == ENDPOINT_MAPPER:
            self._learn(facts, call.until)
        detail = RpcCall(
            interface=interface, name=name, opnum=call.opnum, operation=OPERATIONS.get(interface, _NONE).get(call.opnum, ""),
            pipe=self._pipe, sealed=call.sealed, opened=call.sealed and not call.hidden, guessed=guessed,
            auth_type=call.auth_type, auth_level=call.auth_level, object=call.object, stub=facts,
            request_bytes=call.asked.size, response_bytes=call.reply.size, returned=value,
        )  # fmt: skip
        login = self._logins.find(call.login)
        code = call.fault if call.fault is not None else value
        self._tell(detail, call.at, call.until, call.frames, call.ordinal, login, result, code)

    def _learn(self, facts: Facts, at: int) -> None:
        """What an endpoint mapper answered."""
        endpoints = facts.get("endpoints")
        if not isinstance(endpoints, list):
            return
        for text in endpoints:
            uuid, _, place = text.partition("@")
            protocol, _, rest = place.partition(":")
            ip, _, port = rest.rstrip("]").rpartition("[")
            if protocol == "ncacn_ip_tcp" and port.isdigit():
                learn(self._flow.input, self._flow.server.ip, int(port), uuid, at)
                learn(self._flow.input, ip, int(port), uuid, at)

    def _tell(
        self, detail: RpcBind | RpcCall, at: int, until: int, frames: Frames, ordinal: int, login: Login | None,
        result: Result, code: int | None,
    ) -> None:  # fmt: skip
        account, ticket = (login.account, login.ticket) if login else (None, None)
        if account is None and ticket is None:
            account, ticket = self.account, self.ticket
        self._emit(
            Activity(
                at=at,
                until=until,
                input=self._flow.input,
                frames=frames.all(),
                ordinal=ordinal,
                source=self._flow.client,
                destination=self._flow.server,
                account=account,
                ticket=ticket,
                result=result,
                code=code,
                detail=detail,
            )
        )  # fmt: skip


def _features(context: dcerpc.Context) -> bool:
    return bool(context.transfers) and context.transfers[0].startswith(dcerpc.BIND_TIME_FEATURES)
