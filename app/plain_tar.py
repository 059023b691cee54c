"""Members of a tar archive that another computer wrote: plain files with short names, one after the other, and nothing else.

Python's own reader knows links, devices and long names, of which nothing that this program carries has any.
"""

from collections.abc import Iterator
from typing import Any

BLOCK, PIECE = 512, 1 << 20
OCTAL = b"01234567"


class Damaged(Exception):
    """Why an archive is not read, in words that end a sentence about it."""


class Members:
    """Reads a stream from its beginning to its end, once. Raises Damaged, and whatever the stream raises."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def next(self) -> tuple[str, int] | None:
        """Name and bytes of the next member, None at the end."""
        head = self._exactly(BLOCK)
        if not any(head):
            return None
        large = head[124] == 0x80
        said, size = _number(head[148:156]), int.from_bytes(head[125:136], "big") if large else _number(head[124:136])
        if size is None or said != sum(head) - sum(head[148:156]) + 8 * 32:
            raise Damaged("the head of a member is damaged")
        if head[156:157] not in (b"0", b"\0") or any(head[345:500]):
            raise Damaged("it holds something else than plain files")
        name, _, rest = head[:100].partition(b"\0")
        try:
            text = name.decode("utf-8")
        except UnicodeDecodeError:
            raise Damaged("it holds a name that cannot be one") from None
        if any(rest):
            raise Damaged("it holds a name that cannot be one")
        return text, size

    def body(self, size: int) -> Iterator[bytes]:
        """The bytes of the member, in pieces."""
        left = size
        while left:
            part = self._exactly(min(left, PIECE))
            left -= len(part)
            yield part
        self._exactly(-size % BLOCK)

    def _exactly(self, size: int) -> bytes:
        parts, left = list[bytes](), size
        while left:
            part = self._stream.read(min(left, PIECE))
            if not part:
                raise Damaged("it ends in the middle")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def _number(field: bytes) -> int | None:
    """An octal number of a head, None for what is none."""
    digits = field.strip(b" \0")
    return int(digits, 8) if digits and all(one in OCTAL for one in digits) else None
