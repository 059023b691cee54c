"""What each detector could have seen, from the numbers of activities, what could not be read, and what is known."""

from collections.abc import Iterable, Iterator, Mapping

from app.engine.detector import Detector, listed
from app.engine.knowledge import Knowledge
from app.model.details import KINDS
from app.model.rows import Coverage, Problem

SOME = 0.02
"""Share of what could not be read from which on coverage is partial; single messages are lost at every capture's edges."""


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
    if unknown:
        yield False, f"{sum(unknown.values()):,} calls belong to connections that began before the capture, interface unknown"
    if needs.controllers and not knowledge.controllers():
        yield False, "no domain controller was seen, so that every address counts as an ordinary computer"


def coverage(
    detectors: Iterable[Detector],
    by_kind: Mapping[str, int],
    problems: Iterable[Problem] = (),
    knowledge: Knowledge | None = None,
) -> tuple[Coverage, ...]:
    """What each detector could have seen, from the numbers of activities by kind, what could not be read, what is known."""
    troubles = list(problems)
    rows = []
    for detector in detectors:
        needs = detector.needs
        kinds = needs.kinds or tuple(KINDS[kind] for kind in detector.watches)
        there = [kind for kind in kinds if by_kind.get(kind)]
        hidden = [problem for problem in troubles if any(word in problem.what.lower() for word in needs.hidden_by)]
        ports = ", ".join(needs.ports)
        gaps = list(_gaps(detector, there, by_kind, knowledge)) if knowledge is not None and there else []
        reasons = [reason for _, reason in gaps]
        if there and all(kind in needs.parts for kind in there):
            told = " and ".join(f"{by_kind[kind]:,} {kind}" for kind in there)
            reasons.append(f"told by logs only ({told}): what the audit policy does not record stays unseen")
        if hidden:
            reasons.append("part could not be read: " + listed(f"{problem.what} ({problem.count:,})" for problem in hidden))
        if not there:
            where = f" (ports {ports})" if ports else ""
            state, reason = "blind", f"no {' or '.join(kinds)} in the input{where}"
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
        rows.append(Coverage(detector=detector.id, title=detector.title, state=state, reason=reason))
    return tuple(rows)
