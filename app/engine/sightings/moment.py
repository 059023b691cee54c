"""What of one controller is there in one hour, without numbers, so that hours that are alike are equal."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from app.engine.knowledge.station import CLEARED, SOME, Station
from app.engine.sightings.evidence import CUT, SILENCE, Hour
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


def whole(station: Station, hours: Sequence[Hour]) -> Whole:
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
    seen: list[tuple[int, Moment, int, int, int]] = []
    for each in hours:
        number = each.number
        recorded = each.captured if number in station.packets else 0
        log = number in logged
        written = _log_minutes(station.log.get(number, 0), number - 1 in logged, number + 1 in logged) if log else 0
        seen.append((number, _moment(station, each, by_hour.get(number, {}), log, usual), recorded, written, each.minutes))
    return Whole(families=frozenset(families), kinds=frozenset(kinds), events=frozenset(events), moments=tuple(seen))


def _log_minutes(bits: int, before: bool, behind: bool) -> int:
    """Minutes of an hour within a log; bits: those with records. before, behind: the log holds the hours next to it."""
    first = (bits & -bits).bit_length() - 1 if bits and not before else 0
    last = bits.bit_length() - 1 if bits and not behind else 59
    return last - first + 1


def _moment(
    station: Station,
    hour: Hour,
    there: Mapping[tuple[str, str], Mapping[str, int]],
    log: bool,
    usual: Mapping[str, Mapping[int, int]],
) -> Moment:
    wire = {key: states for key, states in there.items() if not key[0].startswith("event-")}
    asked = sum(sum(states.values()) for states in wire.values())
    unanswered = sum(states.get("unanswered", 0) for states in wire.values())
    packets = "none" if hour.captures else ""
    if hour.number in station.packets:
        packets = "requests" if asked >= FEW and unanswered == asked else "both"
    written = log and bool(station.log.get(hour.number))
    calls = {interface: states for (kind, interface), states in wire.items() if kind == "rpc-call"}
    every = sum(sum(states.values()) for states in calls.values())
    lost = sum(calls.get("", {}).values())
    return Moment(
        packets=packets,
        log=log,
        sealed=_levels(calls, "sealed"),
        mute=_levels(calls, "unanswered"),
        unknown=lost > max(FEW, SOME * every),
        silent=frozenset(
            name for name, sums in usual.items()
            if hour.number not in sums and (written if name.startswith("event-") else packets == "both")
        ),
        cut=any(is_cut(words) for words in hour.lost),
        lost=any(not is_cut(words) for words in hour.lost),
        gaps=log and hour.gaps,
        cleared=any(event in CLEARED for kind, event in there if kind == "event-audit"),
        troubles=hour.troubles,
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


def is_cut(words: str) -> bool:
    """True for words of packets that the capture cut short."""
    return any(one in words for one in CUT)
