"""How well one detector saw one controller in an hour of a kind."""

from msgspec import Struct

from app.engine.describe.switches import AUDITS
from app.engine.detector import Detector, listed
from app.engine.readings.attacks import COMMANDS
from app.engine.sightings.moment import Moment, Whole, family
from app.model.details import KINDS

LOG_ONLY = "told by the log only: what the audit policy does not record stays unseen"


class Judgement(Struct, frozen=True, kw_only=True):
    """state: seen, partial, blind. wire: what it saw came from packets, else from the log."""

    state: str
    wire: bool = True
    reasons: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


def nobody_tagged(detector: Detector) -> Judgement:
    """What a detector sees of tagged entities while nobody carries the tag: nothing, whatever was captured."""
    tag = detector.needs.tag.lower()
    return Judgement(state="blind", reasons=(f"nothing is tagged as {tag}",), remedies=(f"tag what is a {tag}",))


def judge(detector: Detector, moment: Moment, whole: Whole, name: str) -> Judgement:
    """The better of what packets and what the log of a controller show; both are named where neither shows all."""
    kinds = detector.needs.kinds or tuple(KINDS[kind] for kind in detector.watches)
    packets = [kind for kind in kinds if not kind.startswith(("event-", "directory-"))]
    records = [kind for kind in kinds if kind.startswith("event-")]
    wire = _wire(detector, packets, moment, whole, name) if packets else None
    log = _log(detector, records, moment, whole, name) if records else None
    if wire is None or log is None:
        return wire or log or Judgement(state="seen")
    if wire.state == "seen" or (wire.state == "partial" and log.state != "seen"):
        return wire
    if log.state != "blind":
        return log if log.state == "seen" else Judgement(
            state="partial", wire=False, reasons=(*log.reasons, *wire.reasons), remedies=(*wire.remedies, *log.remedies)
        )  # fmt: skip
    return Judgement(state="blind", reasons=(*wire.reasons, *log.reasons), remedies=(*wire.remedies, *log.remedies))


def _wire(detector: Detector, kinds: list[str], moment: Moment, whole: Whole, name: str) -> Judgement:
    needs = detector.needs
    if moment.packets in ("", "none"):
        why = "no capture covers it" if not moment.packets else f"a capture ran, and no packet of {name} was in it"
        return Judgement(state="blind", reasons=(why,), remedies=(f"capture the traffic of {name}",))
    families = list(dict.fromkeys(family(kind) for kind in kinds))
    if not whole.families.intersection(families):
        why = (
            f"no {' or '.join(one.upper() if one != 'kerberos' else 'Kerberos' for one in families)} of {name} is in any capture"
        )
        where = f"ports {', '.join(needs.ports)}" if needs.ports else "all ports"
        return Judgement(state="blind", reasons=(why,), remedies=(f"capture {where} of {name}",))
    found: list[tuple[bool, str, str]] = []
    if moment.packets == "requests":
        found.append((needs.answers, "only requests were captured, no answers", f"mirror both directions of {name}"))
    mute = [level for interface, level in moment.mute if interface in needs.interfaces]
    if mute and moment.packets != "requests":
        whole_mute = needs.answers and all(level == "all" for level in mute)
        found.append((whole_mute, "calls have no answer", f"mirror both directions of {name}"))
    sealed = [level for interface, level in moment.sealed if interface in needs.interfaces] if needs.content else []
    if sealed:
        every = all(level == "all" for level in sealed) and len(sealed) == len(needs.interfaces)
        found.append((every, "calls are sealed", "give the domain's keys (--keytab)"))
    if needs.interfaces and moment.unknown:
        found.append(
            (False, "calls belong to connections that began before the capture", "let the capture run on without breaks")
        )
    if moment.cut:
        found.append((False, "packets were cut short by the capture", "capture whole packets (no snapshot length)"))
    if moment.lost:
        found.append((False, "packets are missing in the capture", "let the capture lose no packets"))
    hidden = [what for what in moment.troubles if any(word in what.lower() for word in needs.hidden_by)]
    if hidden:
        remedy = "give the domain's keys (--keytab)" if any(_is_sealed(one) for one in hidden) else ""
        found.append((False, f"part could not be read: {listed(hidden)}", remedy))
    gone = [one for one in families if one in moment.silent]
    if gone and len(gone) == len(whole.families.intersection(families)):
        found.append((False, f"no {' or '.join(gone)} at all, of which other hours are full", f"look why {name} fell silent"))
    state = "blind" if any(one for one, _, _ in found) else "partial" if found else "seen"
    return Judgement(
        state=state,
        reasons=tuple(words for _, words, _ in found),
        remedies=tuple(dict.fromkeys(one for _, _, one in found if one)),
    )


def _is_sealed(what: str) -> bool:
    return "sealed" in what.lower() or "encrypted" in what.lower()


def _log(detector: Detector, kinds: list[str], moment: Moment, whole: Whole, name: str) -> Judgement:
    if not moment.log:
        return Judgement(
            state="blind", wire=False, reasons=(f"no log of {name} covers it",), remedies=(f"collect the log of {name}",)
        )  # fmt: skip
    there = [kind for kind in kinds if kind in whole.kinds]
    commands = () if "event-process" in kinds else COMMANDS  # told as well, and no part of what it needs
    ids = {str(one) for one in detector.event_ids if one not in commands}
    if not there or (ids and not ids & whole.events):
        return Judgement(
            state="blind", wire=False, reasons=(f"the log of {name} holds none of its events",),
            remedies=tuple(f"switch on for {name}: {one}" for one in dict.fromkeys(AUDITS.get(kind, kind) for kind in kinds)),
        )  # fmt: skip
    found: list[tuple[str, str]] = []
    if all(kind in detector.needs.parts for kind in there):
        found.append((LOG_ONLY, f"capture the traffic of {name}"))
    if moment.gaps:
        found.append(("records of the log are missing", f"make the log of {name} larger, or forward it as it is written"))
    if moment.cleared:
        found.append(("the log was cleared or stopped", f"forward the log of {name} as it is written"))
    silent = [kind for kind in there if kind in moment.silent]
    if silent and len(silent) == len(there):
        found.append((f"no {' or '.join(silent)} at all, of which other hours are full", f"look whether {name} still audits"))
    return Judgement(
        state="partial" if found else "seen",
        wire=False,
        reasons=tuple(one for one, _ in found),
        remedies=tuple(one for _, one in found),
    )
