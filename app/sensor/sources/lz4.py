"""LZ4 frames, which Wireshark writes beside gzip and zstd (lz4_Frame_format.md 1.6.2, lz4_Block_format.md).

In Python, for one more library is not worth it: about 50 MB of a capture in a second. Checksums are not looked at.
"""

import io
from typing import IO, Any

FRAME = 0x184D2204
MAGIC = FRAME.to_bytes(4, "little")
SKIPPED = range(0x184D2A50, 0x184D2A60)
"""First numbers of frames that hold something of somebody else's."""
WINDOW = 1 << 16
"""Bytes back that a match may lie."""
DAMAGED, CUT = "damaged LZ4 data", "it ends before its end marker"


class Lz4(io.RawIOBase):
    """One frame after the other; raises EOFError when the last one is cut, ValueError on damage."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._out = bytearray()
        """What was unpacked last, with the window before it."""
        self._at = 0
        self._largest, self._flags, self._begun, self._ended = 0, 0, False, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while self._at >= len(self._out) and not self._ended:
            if self._begun:
                self._block()
            else:
                self._header()
        part = self._out[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _take(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) < size:
            raise EOFError(CUT)
        return data

    def _header(self) -> None:
        first = self._stream.read(4)
        number = int.from_bytes(first, "little")
        if not first:
            self._ended = True
        elif number in SKIPPED:
            left = int.from_bytes(self._take(4), "little")
            while left:
                left -= len(self._take(min(left, WINDOW)))
        elif number != FRAME:
            raise ValueError(DAMAGED)
        else:
            self._flags, size = self._take(2)
            if self._flags >> 6 != 1 or size >> 4 & 7 < 4:
                raise ValueError("a kind of LZ4 that is not read")
            self._largest = 1 << 2 * (size >> 4 & 7) + 8
            self._take((8 if self._flags & 8 else 0) + (4 if self._flags & 1 else 0) + 1)
            self._out, self._at, self._begun = bytearray(), 0, True

    def _block(self) -> None:
        size = int.from_bytes(self._take(4), "little")
        if not size:  # the end mark
            self._take(4 if self._flags & 4 else 0)
            self._begun = False
            return
        plain, size = size >> 31, size & 0x7FFFFFFF
        if size > self._largest:
            raise ValueError(DAMAGED)
        data = self._take(size)
        self._take(4 if self._flags & 16 else 0)
        out = self._out[-WINDOW:] if not self._flags & 32 else bytearray()
        self._at = len(out)
        if plain:
            out += data
        else:
            try:
                unpack(data, out, len(out) + self._largest)
            except IndexError as error:
                raise ValueError(DAMAGED) from error
        self._out = out


def unpack(data: bytes, out: bytearray, most: int) -> None:
    """One block behind what out holds. Raises ValueError or IndexError when it makes no sense or out would outgrow most."""
    at, end = 0, len(data)
    while at < end:
        token = data[at]
        at += 1
        many = token >> 4
        if many == 15:
            more = 255
            while more == 255:
                more = data[at]
                many, at = many + more, at + 1
        if many:
            if at + many > end:
                raise ValueError(DAMAGED)
            out += data[at : at + many]
            at += many
        if at == end:  # the last sequence has no match
            break
        back = data[at] | data[at + 1] << 8
        at += 2
        many = (token & 15) + 4
        if many == 19:
            more = 255
            while more == 255:
                more = data[at]
                many, at = many + more, at + 1
        size = len(out)
        if not 0 < back <= size or size + many > most:
            raise ValueError(DAMAGED)
        start = size - back
        if many <= back:
            out += out[start : start + many]
        else:
            out += (out[start:] * (many // back + 1))[:many]
    if len(out) > most:
        raise ValueError(DAMAGED)
