"""Record numbers over the chunks of an event log: which ones are missing, which ones occur twice."""

from bisect import bisect_left, insort
from itertools import pairwise

from app.sensor.sources.evtx_chunks import Chunk
from app.sensor.sources.reading import Note

CHUNKS = 1 << 20
"""More chunks than a log of 64 GB has."""


class Order:
    """Told of each chunk in file order."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._ranges: list[tuple[int, int]] = []

    def ordinals(self, chunk: Chunk) -> list[int]:
        """What tells the records of this chunk from others of the same number; [] when nothing has to.

        For a chunk whose numbers came before: its number, from 1. For a repetition in the chunk: CHUNKS more each time.
        """
        numbers = [one[2] for one in chunk.places]
        if not numbers:
            return []
        low, high = min(numbers), max(numbers)
        again = any(not (high < begin or low > end) for begin, end in self._overlapping(low, high))
        insort(self._ranges, (low, high))
        sequence = all(one + 1 == other for one, other in pairwise(numbers))
        if not sequence:
            self._inside(chunk, numbers)
        if not again and len(set(numbers)) == len(numbers):
            return []
        seen: dict[int, int] = {}
        out = []
        for number in numbers:
            times = seen.get(number, 0)
            seen[number] = times + 1
            out.append((chunk.number + 1 if again else 0) + CHUNKS * times)
        twice = len(numbers) if again else len(numbers) - len(seen)
        self._note("records whose number occurs twice; all are kept", f"record {low}", twice)
        return out

    def _overlapping(self, low: int, high: int) -> list[tuple[int, int]]:
        at = bisect_left(self._ranges, (low, low))
        return self._ranges[max(0, at - 1) : at + 1]

    def _inside(self, chunk: Chunk, numbers: list[int]) -> None:
        """Numbers that skip inside one chunk: a record was taken out, or its bytes are damaged."""
        for one, other in pairwise(numbers):
            if other > one + 1:
                self._note("record numbers skipped inside a chunk", f"after record {one}", min(other - one - 1, 1 << 32))
            elif other <= one:
                self._note("records out of order inside a chunk", f"record {other}")

    def finish(self) -> None:
        """All chunks were told: look for numbers missing between them, in the order of their numbers (the log goes round)."""
        for (_, end), (begin, _) in pairwise(self._ranges):
            if begin > end + 1:
                self._note("record numbers skipped between chunks", f"after record {end}", min(begin - end - 1, 1 << 32))
