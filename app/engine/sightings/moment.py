"""What of one controller is there in one hour, without numbers, so that hours that are alike are equal."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from app.engine.knowledge.station import CLEARED, SOME, Station
from app.engine.knowledge.watched import HOUR
from app.engine.sightings.evidence import CUT, SILENCE, Evidence, hours_of, minutes_in
from app.model.identifiers import EPMAPPER

FEW = 3
"""Activities in an hour from which on their missing answers say something."""
BUSY = 20
"""Activities in a usual hour from which on an hour without any is strange."""
Levels = tuple[tuple[str, str], ...]


class Moment(Struct, frozen=True, kw_only=True):
    """packets: "" no capture covers the hour, "none" one does and shows nothing of it, "requests" only one direction, "both".

    log: it has records in this hour, or lies between two that have. sealed, mute: RPC interfaces with "some" or "all" of
    their calls sealed or unanswered. unknown: many calls are of connections whose interface nobody knows.
    silent: kinds and families that it is full of at other times, and nothing of which is there. cut, lost: what is missing of
    packets; gaps: of records. troubles: what could not be read.
    """

    packets: str = ""
    log: bool = False
    sealed: Levels = ()
    mute: Levels = ()
    unknown: bool = False
    silent: frozenset[str] = frozenset()
    cut: bool = False
    lost: bool = False
    gaps: bool = False
    cleared: bool = False
    troubles: tuple[str, ...] = ()


class Whole(Struct, frozen=True, kw_only=True):
    """What is there of one controller at any time. families: of protocols whose packets were captured. events: ids in its log.

    moments: (hour, moment, minutes recorded of packets, of the log, minutes in question).
    """

    families: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    moments: tuple[tuple[int, Moment, int, int, int], ...] = ()


def family(kind: str) -> str:
    """Protocol of a kind: what shows that its port was captured shows it for all its kinds."""
    return kind if kind.startswith(("event-", "directory-")) else kind.partition("-")[0]


def whole(station: Station, inputs: Sequence[Evidence]) -> Whole:
    """One controller at all times in question."""
    families: set[str] = set()
    kinds: set[str] = set()
    events: set[str] = set()
    by_family: dict[str, dict[int, int]] = {}
    by_hour: dict[int, dict[tuple[str, str], dict[str, int]]] = {}
    for (kind, extra, state), counts in station.counts.items():
        kinds.add(kind)
        if kind.startswith("event-"):
            events.add(extra)
        elif (kind, extra) != ("rpc-call", EPMAPPER) and kind != "rpc-bind":
            families.add(family(kind))
        sums = by_family.setdefault(family(kind), {})
        for hour, number in counts.items():
            sums[hour] = sums.get(hour, 0) + number
            states = by_hour.setdefault(hour, {}).setdefault((kind, extra), {})
            states[state] = states.get(state, 0) + number
    usual = {name: sums for name, sums in by_family.items() if len(sums) > 2 and sorted(sums.values())[len(sums) // 2] >= BUSY}
    written_in = sorted(station.log)
    logged = {
        *written_in,
        *(hour for a, b in pairwise(written_in) if b - a <= SILENCE for hour in range(a + 1, b)),
    }
    captures = [one for one in inputs if one.packets]
    seen: list[tuple[int, Moment, int, int, int]] = []
    for hour in hours_of(inputs):
        there = by_hour.get(hour, {})
        over = [one for one in captures if one.first // HOUR <= hour <= one.last // HOUR]
        recorded = minutes_in(hour, [(one.first, one.last) for one in over]) if hour in station.packets else 0
        log = hour in logged
        written = _log_minutes(station.log.get(hour, 0), hour - 1 in logged, hour + 1 in logged) if log else 0
        in_question = minutes_in(hour, [(one.first, one.last) for one in inputs]) or 60
        seen.append((hour, _moment(station, hour, there, over, log, usual, inputs), recorded, written, in_question))
    return Whole(families=frozenset(families), kinds=frozenset(kinds), events=frozenset(events), moments=tuple(seen))


def _log_minutes(bits: int, before: bool, behind: bool) -> int:
    """Minutes of an hour within a log; bits: those with records. before, behind: the log holds the hours next to it."""
    first = (bits & -bits).bit_length() - 1 if bits and not before else 0
    last = bits.bit_length() - 1 if bits and not behind else 59
    return last - first + 1


def _moment(
    station: Station,
    hour: int,
    there: Mapping[tuple[str, str], Mapping[str, int]],
    over: Sequence[Evidence],
    log: bool,
    usual: Mapping[str, Mapping[int, int]],
    inputs: Sequence[Evidence],
) -> Moment:
    wire = {key: states for key, states in there.items() if not key[0].startswith("event-")}
    asked = sum(sum(states.values()) for states in wire.values())
    unanswered = sum(states.get("unanswered", 0) for states in wire.values())
    packets = "none" if over else ""
    if hour in station.packets:
        packets = "requests" if asked >= FEW and unanswered == asked else "both"
    calls = {interface: states for (kind, interface), states in wire.items() if kind == "rpc-call"}
    every = sum(sum(states.values()) for states in calls.values())
    lost = sum(calls.get("", {}).values())
    losses = [words for one in over for words in one.losses()]
    around = [one for one in inputs if not one.packets and one.first // HOUR <= hour <= one.last // HOUR]
    cut = any(word in words for words in losses for word in CUT)
    return Moment(
        packets=packets,
        log=log,
        sealed=_levels(calls, "sealed"),
        mute=_levels(calls, "unanswered"),
        unknown=lost > max(FEW, SOME * every),
        silent=frozenset(
            name for name, sums in usual.items()
            if hour not in sums and (log and station.log.get(hour) if name.startswith("event-") else packets == "both")
        ),
        cut=cut,
        lost=any(not any(word in words for word in CUT) for words in losses),
        gaps=log and any(one.lossy() for one in around),
        cleared=any(event in CLEARED for kind, event in there if kind == "event-audit"),
        troubles=tuple(sorted({problem.what for one in over for problem in one.problems})),
    )  # fmt: skip


def _levels(calls: Mapping[str, Mapping[str, int]], state: str) -> Levels:
    found = []
    for interface, states in sorted(calls.items()):
        number, every = states.get(state, 0), sum(states.values())
        if number == every and number:
            found.append((interface, "all"))
        elif number > SOME * every:
            found.append((interface, "some"))
    return tuple(found)
