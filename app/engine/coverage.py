"""What each detector could have seen, from the numbers of activities, what could not be read, and what is known."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from app.engine.describe.switches import switches
from app.engine.detector import Detector, listed
from app.engine.knowledge import Knowledge
from app.engine.maturity import maturity
from app.model.details import KINDS
from app.model.rows import Coverage, Problem
from app.model.tuning import DEFAULT, Tuning

SOME = 0.02
"""Share of what could not be read from which on coverage is partial; single messages are lost at every capture's edges."""

TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"ldap-bind", "ldap-search", "ldap-modify", "ldap-add", "ldap-delete", "ldap-rename"}),
    frozenset({"smb-session", "smb-tree", "smb-file", "smb-violation"}),
    frozenset({"kerberos-as", "kerberos-tgs"}),
    frozenset({"dns-query", "dns-update"}),
)
"""Kinds that come through one port: where some were read, the others were not there, which is no blindness."""


IN_CLEAR = frozenset({"ldap-bind", "smb-session"})
"""What begins a connection and is always in clear; where nothing else of it was read and something was sealed, all of it was."""


def _beside(kinds: Iterable[str], by_kind: Mapping[str, int]) -> list[str]:
    """Kinds that were read through the port by which those would have come."""
    wanted = set(kinds)
    return [kind for group in TOGETHER if group & wanted for kind in sorted(group) if by_kind.get(kind)]


def _gaps(detector: Detector, kinds: list[str], by_kind: Mapping[str, int], knowledge: Knowledge) -> Iterator[tuple[bool, str]]:
    """(nothing is left to see, reason) for each thing that keeps a detector from seeing all."""
    needs = detector.needs
    seen = knowledge.sight.of(tuple(kinds), needs.interfaces)
    whole = sum(seen.values())
    what = "calls" if kinds == ["rpc-call"] else " and ".join(kinds)
    mute, sealed = seen.get("unanswered", 0), seen.get("sealed", 0)
    if whole and mute == whole:
        yield needs.answers, f"only one direction was captured: none of {whole:,} {what} has an answer"
    elif mute > SOME * whole:
        yield False, f"{mute:,} of {whole:,} {what} have no answer"
    if needs.content and sealed:
        yield False, f"{sealed:,} of {whole:,} {what} are sealed"
    unknown = knowledge.sight.of(("rpc-call",), ("",)) if needs.interfaces else {}
    lost = sum(unknown.values())
    if lost > SOME * (whole + lost):
        calls = "call belongs to a connection" if lost == 1 else "calls belong to connections"
        yield False, f"{lost:,} {calls} that began before the capture, interface unknown"
    if needs.controllers and not knowledge.controllers():
        yield False, "no domain controller was seen, so that every address counts as an ordinary computer"


def _unlogged(kinds: Iterable[str], there: list[str]) -> list[str]:
    """Families of events that a detector reads and no log holds, where there is no traffic that would show the same."""
    if not there or any(not kind.startswith("event-") for kind in there):
        return []
    return [kind for kind in kinds if kind.startswith("event-") and kind not in there]


def coverage(
    detectors: Iterable[Detector],
    by_kind: Mapping[str, int],
    problems: Iterable[Problem] = (),
    knowledge: Knowledge | None = None,
    spans: Iterable[tuple[int, int]] | None = None,
    tuning: Tuning = DEFAULT,
    tags: Collection[str] | None = None,
) -> tuple[Coverage, ...]:
    """What each detector could have seen, from the numbers of activities by kind, what could not be read, what is known.

    spans: first and last time of each input (None: not told), from which follows what was learned so far.
    tags: those that an analyst gave to anybody; None when nobody asks for them.
    """
    read = None if spans is None else list(spans)
    troubles: dict[str, int] = {}
    for problem in problems:
        troubles[problem.what] = troubles.get(problem.what, 0) + problem.count
    rows = []
    for detector in detectors:
        needs = detector.needs
        kinds = needs.kinds or tuple(KINDS[kind] for kind in detector.watches)
        there = [kind for kind in kinds if by_kind.get(kind)]
        hidden = [what for what in troubles if any(word in what.lower() for word in needs.hidden_by)]
        beside = [] if there else _beside(kinds, by_kind)
        gaps = list(_gaps(detector, there or beside, by_kind, knowledge)) if knowledge is not None and (there or beside) else []
        reasons = [reason for _, reason in gaps]
        if there and all(kind in needs.parts for kind in there):
            told = " and ".join(f"{by_kind[kind]:,} {kind}" for kind in there)
            logs = all(kind.startswith("event-") for kind in there)
            reasons.append(
                f"told by logs only ({told}): what the audit policy does not record stays unseen"
                if logs
                else f"told in part ({told}): what else it reads is not in the input"
            )
        if hidden:
            reasons.append("part could not be read: " + listed(f"{what} ({troubles[what]:,})" for what in hidden))
        unlogged = _unlogged(kinds, there)
        if unlogged:
            reasons.append(f"only logs were read, and none of them holds {' or '.join(unlogged)}: {switches(unlogged, ())}")
        if not there and not beside:
            how = switches(kinds, needs.ports)
            state, reason = "blind", f"no {' or '.join(kinds)} in the input{': ' if how else ''}{how}"
        elif needs.tag and tags is not None and needs.tag not in tags:
            state, reason = "blind", f"nothing is tagged as {needs.tag.lower()}: only an analyst knows what is one"
        elif beside:
            read_of = " and ".join(f"{by_kind[kind]:,} {kind}" for kind in beside)
            wire = " or ".join(kind for kind in kinds if not kind.startswith(("event-", "directory-")))
            none = f"{read_of} were read, and no {wire}"
            shut = bool(hidden) and all(kind in IN_CLEAR for kind in beside)
            state = "blind" if shut or any(blind for blind, _ in gaps) else "partial" if reasons else "seen"
            reason = "; ".join([none, *reasons])
        elif reasons:
            state, reason = "blind" if any(blind for blind, _ in gaps) else "partial", "; ".join(reasons)
        else:
            numbers = " and ".join(f"{by_kind[kind]:,} {kind}" for kind in there)
            own = (
                sum(knowledge.sight.of(("rpc-call",), needs.interfaces).values())
                if knowledge and needs.interfaces and "rpc-call" in there
                else None
            )
            of_them = "" if own is None else f", {own:,} of the interfaces it watches"
            state, reason = "seen", f"read from {numbers}{of_them}"
        if detector.id in tuning.off:
            state, reason = "blind", "it is switched off"
        elif state != "blind" and read is not None:
            share, words = maturity(detector, read, tuning)
            if share < 1:
                state = "learning" if detector.waits and state == "seen" else state
                reason = f"{reason}; still learning what is usual ({words})"
        rows.append(Coverage(detector=detector.id, title=detector.title, state=state, reason=reason))
    return tuple(rows)
