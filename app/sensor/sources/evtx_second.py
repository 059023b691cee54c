"""Records that the fast reader left out, asked of the second reader in small portions."""

from app.sensor.sources import evtx_wire as wire
from app.sensor.sources.evtx_process import Native

PORTION = 16
"""Records asked for at once: this reader takes tens of milliseconds for each."""
MOST = 20_000
"""Records of one input that it is asked for at most."""


def second_texts(child: Native, chunk: bytes, offsets: list[int], deaths: int) -> dict[int, str]:
    """Position in offsets to XML, for those records of the chunk that could be read.

    When the child hangs or dies they are asked for one by one, so that one does not cost the others, until it did so
    often as deaths says.
    """
    parts = child.ask(wire.Ask("second", [chunk], [], offsets))
    if parts is not None:
        return dict(parts[0].texts) if parts else {}
    out: dict[int, str] = {}
    if len(offsets) == 1:
        return out
    for position, offset in enumerate(offsets):
        deaths -= parts is None
        if deaths <= 0:
            break
        parts = child.ask(wire.Ask("second", [chunk], [], [offset]))
        if parts and parts[0].texts:
            out[position] = parts[0].texts[0][1]
    return out
