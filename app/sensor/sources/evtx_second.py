"""Records that the fast reader left out, asked of the second reader in small portions."""

from collections.abc import Iterator

from app.sensor.sources import evtx_wire as wire
from app.sensor.sources.evtx_process import Native

PORTION = 16
"""Records asked for at once: this reader takes tens of milliseconds for each."""
MOST = 20_000
"""Records of one input that it is asked for at most."""
DEATHS = 3
"""Portions of one chunk that may hang before the rest of it is given up."""


def second_texts(child: Native, chunk: bytes, wanted: list[tuple[int, int]], before: int) -> Iterator[tuple[int, str]]:
    """(position, XML or "") for each wanted (position, offset in the chunk); before: how many of the input were asked already.

    A portion on which the child hangs or dies is asked again record by record, so that one does not cost the others.
    """
    todo = [wanted[at : at + PORTION] for at in range(0, len(wanted), PORTION)]
    deaths = 0
    while todo:
        portion = todo.pop(0)
        parts = None
        if deaths < DEATHS and before < MOST:
            parts = child.ask(wire.Ask("second", [chunk], [], [offset for _, offset in portion]))
        before += len(portion)
        if parts is None and len(portion) > 1 and deaths < DEATHS and before < MOST:
            deaths += 1
            todo[:0] = [[one] for one in portion]
            continue
        texts = dict(parts[0].texts) if parts else {}
        deaths += parts is None
        for index, (position, _) in enumerate(portion):
            yield position, texts.get(index, "")
