"""How activities are written as bytes: MessagePack without default values, exact both ways."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo, astuple, fields

from app.model.activity import Activity
from app.model.details import KINDS, Detail


def _field(field: FieldInfo) -> tuple[str, type] | tuple[str, type, object]:
    if field.default is not msgspec.NODEFAULT:
        return field.name, field.type, field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.name, field.type, msgspec.field(default_factory=field.default_factory)
    return field.name, field.type


# A detail has up to thirty fields of which few are set; the twin leaves out the defaults, and the detail's own decoder reads it.
_TWINS: dict[type, type[Struct]] = {
    kind: msgspec.defstruct(kind.__name__, [_field(one) for one in fields(kind)], tag_field="kind", tag=tag, omit_defaults=True)
    for kind, tag in KINDS.items()
}


class Body(Struct, array_like=True, frozen=True, gc=False):
    """What of an activity has no column of its own in the store."""

    frames: tuple[int, ...]
    record: int | None
    ticket: str | None
    detail: Detail


class _Event(Struct, frozen=True, gc=False):
    """The number and the log of a Windows event; all else of a detail is passed over."""

    event_id: int = 0
    channel: str = ""


class Told(Struct, frozen=True, gc=False):
    """What filters and groups ask of details of many kinds; all else is passed over. Fields as in app.model.details."""

    service: str | None = None
    spn: str | None = None
    ticket_etype: int | None = None
    reply_etype: int | None = None
    padata_etype: int | None = None
    presented_ticket_etype: int | None = None
    authenticator_etype: int | None = None
    event_id: int = 0
    channel: str = ""
    fields: dict[str, str] = {}


class _ToldBody(Struct, array_like=True, frozen=True, gc=False):
    """Body, read for what filters ask only."""

    frames: msgspec.Raw
    record: msgspec.Raw
    ticket: msgspec.Raw
    detail: Told


class _EventBody(Struct, array_like=True, frozen=True, gc=False):
    """Body, read for its event only."""

    frames: msgspec.Raw
    record: msgspec.Raw
    ticket: msgspec.Raw
    detail: _Event


_encode = msgspec.msgpack.Encoder().encode
_decode_event = msgspec.msgpack.Decoder(_EventBody).decode
_decode_plain = msgspec.msgpack.Decoder().decode
_decode_told = msgspec.msgpack.Decoder(_ToldBody).decode
_decode_body = msgspec.msgpack.Decoder(Body).decode
_decode_batch = msgspec.msgpack.Decoder(list[Activity]).decode
_NOTHING = Told()


def encode_body(activity: Activity) -> bytes:
    """Frames, record, ticket and detail of one activity."""
    detail = activity.detail
    return _encode((activity.frames, activity.record, activity.ticket, _TWINS[type(detail)](*astuple(detail))))


def decode_body(data: bytes) -> Body:
    """The inverse of encode_body; raises msgspec.MsgspecError for other bytes."""
    return _decode_body(data)


def event_of(data: bytes) -> tuple[int, str]:
    """Event id and channel of a body, (0, "") for what is no Windows event; for filters, which ask it of many rows."""
    try:
        event = _decode_event(data).detail
    except msgspec.MsgspecError:
        return 0, ""
    return event.event_id, event.channel


def told_of(data: bytes) -> Told:
    """What filters ask of a body; nothing for bytes that hold other things under these names."""
    try:
        return _decode_told(data).detail
    except msgspec.MsgspecError:
        return _NOTHING


def values_of(data: bytes) -> list[str]:
    """Every text in the detail of a body: values, never the names of fields."""
    try:
        waiting: list[object] = [decode_plain(data)]
    except (msgspec.MsgspecError, TypeError, LookupError):
        return []
    found: list[str] = []
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            waiting += [item for name, item in value.items() if name != "kind"]
        elif isinstance(value, (list, tuple)):
            waiting += value
    return found


def decode_plain(data: bytes) -> object:
    """The detail of a body as plain values, with its kind; raises msgspec.MsgspecError or LookupError for other bytes."""
    return _decode_plain(data)[3]


def mark(name: str, value: str | int) -> bytes:
    """Bytes that every body has whose detail, or whose event's fields, have this value under this name; few others have them."""
    return _encode({name: value})[1:]


def event_mark(event_id: int) -> bytes:
    """Bytes that every body of this event has and hardly another one: finding them is quicker than reading the body."""
    return _encode({"event_id": event_id})[1:]


def encode_batch(batch: Sequence[Activity]) -> bytes:
    """A batch of activities as one value for a queue, a file or a link."""
    return _encode(batch)


def decode_batch(data: bytes) -> list[Activity]:
    """The inverse of encode_batch; raises msgspec.MsgspecError for other bytes."""
    return _decode_batch(data)


def cleaned(batch: Iterable[Activity]) -> list[Activity]:
    """The batch with what no encoding can hold replaced: lone surrogates in texts, numbers beyond 63 bits."""
    return [msgspec.convert(_clean(msgspec.to_builtins(one)), Activity) for one in batch]


def _clean(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(value, 2**63 - 1))
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value
