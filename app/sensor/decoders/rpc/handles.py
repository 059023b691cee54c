"""What the context handles of one association stand for."""

_MOST = 1024
NULL = bytes(20)


class Handles:
    """Remembers a text for a handle's twenty bytes; forgets the oldest beyond a thousand."""

    __slots__ = ("_texts",)

    def __init__(self) -> None:
        self._texts: dict[bytes, str] = {}

    def put(self, handle: bytes, text: str) -> None:
        """The handle stands for text."""
        if handle == NULL or not text:
            return
        if len(self._texts) >= _MOST and handle not in self._texts:
            del self._texts[next(iter(self._texts))]
        self._texts[handle] = text

    def get(self, handle: bytes) -> str:
        """Text of the handle, "" when its opening was not seen."""
        return self._texts.get(handle, "")
