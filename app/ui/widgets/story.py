"""One drawing and one text of a whole incident, from the drawings and texts of its alerts; plain values."""

from collections import Counter
from collections.abc import Iterable, Sequence

from app.model.alert import RANK, Alert, Step, plain
from app.model.entity import EntityRef
from app.model.incident import Incident
from app.ui import wording

MOST_PARTIES = 5
ORDER = {"controller": 1, "computer": 2, "address": 2, "group": 3, "service": 3, "domain": 4}
"""Behind people and whoever acts: a controller, then the others."""


def drawing(alerts: Sequence[Alert]) -> tuple[tuple[Step, ...], tuple[EntityRef, ...]]:
    """Steps between the parties that most alerts are about, and these parties from left to right.

    One step for each pair, with how many alerts tell it; what was done to somebody is accented.
    """
    of: dict[tuple[str, str], list[tuple[Alert, Step]]] = {}
    for alert in sorted(alerts, key=lambda one: one.finding.first):
        for step in alert.finding.steps:
            if step.origin.key != step.target.key:
                of.setdefault((step.origin.key, step.target.key), []).append((alert, step))
    ranked = sorted(of.values(), key=lambda some: -len({pair[0].id for pair in some}))
    nodes: dict[str, EntityRef] = {}
    made = []
    for some in ranked:
        deeds = [pair for pair in some if pair[1].accented]
        _, step = max(deeds or some, key=lambda pair: RANK[pair[0].severity])
        if len(nodes.keys() | {step.origin.key, step.target.key}) > MOST_PARTIES:
            continue
        nodes.setdefault(step.origin.key, step.origin)
        nodes.setdefault(step.target.key, step.target)
        caption = wording.count(len({pair[0].id for pair in some}), "alert")
        made.append(Step(origin=step.origin, target=step.target, label=step.label, caption=caption, accented=bool(deeds)))
    acting = {one.origin.key for one in made if one.accented}
    order = sorted(
        nodes.values(), key=lambda one: (one.kind not in ("user", "service"), one.key not in acting, ORDER.get(one.kind, 1))
    )
    return tuple(made), tuple(order)


def summary(incident: Incident, alerts: Iterable[Alert]) -> str:
    """What an incident is, in a few short sentences."""
    some = list(alerts)
    worst = ", ".join(f"{number:,} {severity}" for severity, number in wording.by_severity(some).items())
    done = sum(one.finding.succeeded is True for one in some)
    refused = sum(one.finding.succeeded is False for one in some)
    when = wording.period(incident.first, incident.last)
    parts = [f"{wording.count(len(some), 'alert')} ({worst}), {incident.open:,} open, from {when}."]
    if done or refused:
        verb = "was" if refused == 1 else "were"
        told = [f"{done:,} succeeded"] * bool(done) + [f"{refused:,} {verb} refused"] * bool(refused)
        parts.append(f"Of what was tried, {wording.listed(told)}.")
    who = Counter(ref.label for one in some if not one.attacked_accounts for ref in one.finding.accounts[:5])
    if who:
        names = [wording.tidy(name, 60) for name, _ in who.most_common(4)]
        more = f" and {len(who) - 4:,} more" if len(who) > 4 else ""
        parts.append(f"Accounts that acted: {', '.join(names)}{more}.")
    return " ".join(parts)


def parties(alerts: Iterable[Alert]) -> list[EntityRef]:
    """Everybody who was attacked, once each."""
    found = {ref.key: ref for one in alerts for ref in one.finding.targets}
    return list(found.values())


def incident_text(incident: Incident, alerts: Sequence[Alert]) -> str:
    """The incident as plain text: summary, what ties it together, every alert with its story and facts."""
    about = f"Phases: {wording.phases(incident)}. Id {incident.id}"
    lines = [wording.tidy(wording.incident(incident)), summary(incident, alerts), about, "", "What ties them together"]
    ties = ((tie, wording.count(len(tie.alerts), "alert")) for tie in incident.shared)
    lines += [f"  {wording.tidy(tie.entity.label, 120)}: {tie.how}, {number}" for tie, number in ties]
    for one in alerts:
        state = f"{wording.state(one)}, {wording.CLASSIFICATIONS[one.classification].lower()}"
        told = f"({one.severity}, {one.phase}; {state}; id {one.id})"
        lines += ["", f"{wording.moment(one.finding.first)}  {wording.tidy(one.title)} {told}"]
        lines += [f"  {wording.tidy(plain(sentence), 2000)}" for sentence in one.finding.story]
        lines += [f"  {'-' if fact.against else '+'} {wording.tidy(plain(fact.text), 2000)}" for fact in one.finding.facts]
    whole = "\n".join(lines) + "\n"
    return whole.encode("utf-8", "replace").decode("utf-8")
