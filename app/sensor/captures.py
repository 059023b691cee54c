"""Captures as a kind of input: windows of packets through the conversations."""

from collections.abc import Generator

from app.model.activity import Activity
from app.sensor.decoders.keytab import NO_KEYS, Keys
from app.sensor.frame import Emit, part_of
from app.sensor.packets.flows import Registry
from app.sensor.packets.traffic import Traffic
from app.sensor.sources.clock import BEGINNING, Clock
from app.sensor.sources.pcap import WINDOW, walk_pcap
from app.sensor.sources.pcapng import walk_pcapng
from app.sensor.sources.reading import Note, Opening, Reader, Step

CAPTURES = ("pcap", "pcapng")
FIRST = 1_024
"""Packets that are read first, so that the first rows come soon; then twice as many each time, up to a whole window."""
FEW, MANY = 1_000, 2_000
"""Activities of such a part from which on the next is no larger, or smaller: between two, reading stops and is told of."""


def known_conversations(keys: Keys = NO_KEYS) -> Registry:
    """The conversations of this program; with keys they are for one input only, whose opened tickets they share."""
    from app.sensor.conversations import registry
    from app.sensor.sources import syslog_wire

    if keys:
        from app.sensor.conversations.keyed import keyed

        tcp, udp, sniff = keyed(keys)
        tcp, udp = tcp | syslog_wire.TCP, udp | syslog_wire.UDP
        # Which key opens a session is told by the KDC, often on a connection that began later: it is heard out first.
        first = Registry({88: tcp[88]}, {88: udp[88]}, lambda head: None)
        return Registry(tcp, udp, sniff, first)
    return Registry(registry.TCP | syslog_wire.TCP, registry.UDP | syslog_wire.UDP, registry.sniff_tcp)


def capture_reader(registry: Registry, window: int = WINDOW) -> Reader:
    """Reads a capture, so many packets at a time."""

    def silent(what: str, place: int) -> None:
        """What is wrong is told by the walk that counts."""

    def read(opening: Opening, emit: Emit, note: Note) -> Generator[Step, None, None]:
        walk = walk_pcapng if opening.found.kind == "pcapng" else walk_pcap
        first = next(walk(opening.data, silent, BEGINNING), None)
        if registry.before is not None:
            ahead = Traffic(opening.key, registry.before, lambda activity: None)
            for one in Clock(first).windows(walk(opening.data, silent, window), silent):
                ahead.feed(one)
                yield Step(0, 0)
            ahead.close()
        found = 0

        def counted(activity: Activity) -> None:
            nonlocal found
            found += 1
            emit(activity)

        traffic = Traffic(opening.key, registry, counted)
        notes: dict[str, tuple[int, int]] = {}

        def broken(what: str, place: int) -> None:
            before = notes.get(what)
            notes[what] = (before[0] + 1, before[1]) if before else (1, place)

        done, size = 0, min(FIRST, window)
        try:
            for whole in Clock(first).windows(walk(opening.data, broken, window), broken):
                at = 0
                while at < len(whole.start):
                    one = part_of(whole, at, at + size)
                    at, before = at + size, found
                    traffic.feed(one)
                    done = int(one.start[-1]) + int(one.size[-1])
                    yield Step(done, len(one.start), int(one.at.min()), int(one.at.max()))
                    size = max(size // 2, 1) if found - before > MANY else min(2 * size, window) if found - before < FEW else size
        finally:
            traffic.close()
            for what, (count, place) in notes.items():
                note(what, f"byte {place}", count)
            for what, (count, frame) in sorted(traffic.problems.items(), key=lambda one: (one[1][1], one[0])):
                note(what, f"frame {frame}" if frame else "", count)
        yield Step(done, 0, damaged=bool(notes))

    return read
