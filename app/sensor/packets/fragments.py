"""Put IP fragments together, first bytes win, memory bounded (RFC 791, RFC 8200 section 4.5)."""

from msgspec import Struct

AGE = 30_000_000
"""Microseconds after which an incomplete datagram is given up (RFC 791 suggests 15 s, RFC 8200 60 s)."""
DATAGRAMS, BYTES, PIECES = 1024, 16 << 20, 512
"""At most so many incomplete datagrams, bytes in all, pieces in one."""
LARGEST = 65_535


class _Datagram(Struct):
    since: int
    pieces: list[tuple[int, bytes]]
    frames: list[int]
    whole: int = -1
    held: int = 0


class Fragments:
    """Incomplete datagrams of one input. lost: how many were given up."""

    def __init__(self) -> None:
        self.tighten(0)
        self._waiting: dict[tuple[bytes, int, int], _Datagram] = {}
        self._held = 0
        self.lost = 0

    def tighten(self, tight: int) -> None:
        """Bounds of what waits. 0: as usual; each step leaves a quarter."""
        self._most, self._bytes = DATAGRAMS >> 2 * tight, BYTES >> 2 * tight

    def add(
        self, key: tuple[bytes, int, int], offset: int, more: bool, piece: bytes, frame: int, at: int
    ) -> tuple[bytes, tuple[int, ...]] | None:
        """(datagram, its frames) when this piece completes it. key: addresses, protocol, identification."""
        one = self._waiting.get(key)
        if one is not None and abs(at - one.since) > AGE:
            self._drop(key)
            one = None
        if offset + len(piece) > LARGEST or (more and not piece):
            return None
        if one is None:
            while self._waiting and (len(self._waiting) >= self._most or self._held > self._bytes):
                self._drop(next(iter(self._waiting)))
            one = self._waiting[key] = _Datagram(at, [], [])
        if len(one.pieces) >= PIECES:
            self._drop(key)
            return None
        one.pieces.append((offset, piece))
        one.frames.append(frame)
        one.held += len(piece)
        self._held += len(piece)
        if not more and one.whole < 0:
            one.whole = offset + len(piece)
        if one.whole < 0 or one.held < one.whole:
            return None
        return self._whole(key, one)

    def _whole(self, key: tuple[bytes, int, int], one: _Datagram) -> tuple[bytes, tuple[int, ...]] | None:
        """All bytes, when there is no hole left; of overlapping pieces the one captured first wins."""
        out, known = bytearray(one.whole), bytearray(one.whole)
        for offset, piece in one.pieces:
            stop = min(offset + len(piece), one.whole)
            if stop <= offset:
                continue
            if not any(known[offset:stop]):
                out[offset:stop] = piece[: stop - offset]
            else:
                for at in range(offset, stop):
                    if not known[at]:
                        out[at] = piece[at - offset]
            known[offset:stop] = b"\1" * (stop - offset)
        if known.count(1) < one.whole:
            return None
        self._held -= one.held
        del self._waiting[key]
        return bytes(out), tuple(dict.fromkeys(sorted(one.frames)))

    def _drop(self, key: tuple[bytes, int, int]) -> None:
        self._held -= self._waiting.pop(key).held
        self.lost += 1

    def close(self) -> None:
        """Give up what is still incomplete."""
        self.lost += len(self._waiting)
        self._waiting.clear()
        self._held = 0
