"""One authentication by NEGOEX inside a carrier, its tokens joined."""

from app.model.activity import Activity, Result
from app.model.details import Negoex
from app.sensor.decoders.negoex import AP_REQUEST, Message
from app.sensor.frame import Flow

_MOST_FRAMES = 64
_MOST_SCHEMES = 16


class NegoexExchange:
    """Takes the messages of both sides; an activity when the client gave proof of who it is.

    What comes of the offer that Windows puts before every other mechanism is told by the mechanism that the server takes.
    """

    __slots__ = ("_at", "_conversation", "_exchanged", "_frames", "_ordinal", "_schemes", "_until")

    def __init__(self, message: Message, at: int, ordinal: int) -> None:
        self._conversation = message.conversation
        self._at = self._until = at
        self._ordinal = ordinal
        self._frames: tuple[int, ...] = ()
        self._schemes: tuple[str, ...] = ()
        self._exchanged = False

    def is_of(self, message: Message) -> bool:
        """Whether a message belongs to it."""
        return message.conversation == self._conversation

    def saw(self, message: Message, at: int, frames: tuple[int, ...]) -> None:
        """One token of either side; at in UTC microseconds."""
        self._at, self._until = min(self._at, at), max(self._until, at)
        if len(self._frames) < _MOST_FRAMES:
            self._frames += frames
        self._schemes = tuple(dict.fromkeys((*self._schemes, *message.schemes)))[:_MOST_SCHEMES]
        self._exchanged = self._exchanged or AP_REQUEST in message.types

    def told(self, flow: Flow, carrier: str, result: Result, code: int | None, until: int) -> Activity | None:
        """The activity; None for a mere offer."""
        if not self._exchanged:
            return None
        return Activity(
            at=self._at,
            until=max(self._until, until),
            input=flow.input,
            frames=tuple(sorted(set(self._frames))),
            ordinal=self._ordinal,
            source=flow.client,
            destination=flow.server,
            result=result,
            code=code,
            detail=Negoex(conversation=self._conversation, schemes=self._schemes, carrier=carrier),
        )
