"""The child process that runs the foreign EVTX readers: chunks in, texts of records out; it may hang, crash or be killed."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any

from app.sensor.sources import evtx_wire as wire
from app.sensor.sources.evtx_chunks import SKIPPED, log_of
from app.sensor.sources.evtx_glance import Glance, Wanted, wanted_of

MEMORY = 3 << 30
"""Bytes of address space that this process may have, where the system can hold it to that."""
ERRORS = 5000


def main() -> None:
    """Answer until standard input ends."""
    _limit()
    source, out = sys.stdin.buffer, sys.stdout.buffer
    while message := wire.read(source):
        ask = wire.ASK.decode(message)
        if ask.form == "second":
            parts = [second(ask.chunks[0], ask.offsets)]
        else:
            wanted = wanted_of(ask.wanted)
            parts = [fast(one, ask.form, wanted) for one in ask.chunks]
        wire.write(out, wire.ENCODER.encode(parts))


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on this system
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def fast(chunk: bytes, form: str, wanted: Wanted) -> wire.Part:
    """One chunk by the native reader, which goes on after a record that it cannot read."""
    import evtx

    numbers: list[bytes] = []
    texts: list[tuple[int, str]] = []
    errors, error = 0, ""
    try:
        parser = evtx.PyEvtxParser(BytesIO(log_of([chunk])), number_of_threads=1)
        records: Iterator[Any] = parser.records() if form == "xml" else parser.records_json()
    except Exception as problem:
        return wire.Part(errors=1, error=str(problem)[:200])
    glance = Glance(wanted)
    while errors < ERRORS:
        try:
            for record in records:
                number = record["event_record_id"]
                if number == SKIPPED:
                    continue
                text = record["data"]
                if len(text) > wire.RECORD:
                    errors, error = errors + 1, error or "a record too long"
                    continue
                if glance.keeps(text, len(numbers), record["timestamp"]):
                    texts.append((len(numbers), text))
                numbers.append(number.to_bytes(8, "little"))
            break
        except BaseException as problem:  # a panic of the native code is no Exception
            errors, error = errors + 1, error or str(problem)[:200]
    if ends := glance.ends():
        texts = sorted((*texts, *ends))
    return wire.Part(b"".join(numbers), texts, errors, error)


def second(chunk: bytes, offsets: list[int]) -> wire.Part:
    """Single records of one chunk by the slow reader; positions of texts are those of offsets."""
    from Evtx.Evtx import ChunkHeader, Record

    texts: list[tuple[int, str]] = []
    errors, error = 0, ""
    try:
        header = ChunkHeader(chunk, 0)
    except Exception as problem:
        return wire.Part(errors=len(offsets), error=str(problem)[:200])
    for position, offset in enumerate(offsets):
        try:
            text = Record(chunk, offset, header).xml()
            if len(text) > wire.RECORD:
                raise ValueError("a record too long")
            texts.append((position, text))
        except Exception as problem:  # this reader raises whatever Python raises on nonsense
            errors, error = errors + 1, error or f"{type(problem).__name__}: {problem}"[:200]
    return wire.Part(texts=texts, errors=errors, error=error)


if __name__ == "__main__":
    main()
