"""An alert as plain text, for a ticket, a message, a printer."""

from collections.abc import Mapping, Sequence

from app.model.alert import Alert, plain
from app.model.note import Note
from app.model.rows import ActivityRow
from app.ui import wording

MOST_ROWS = 100


def alert_text(
    alert: Alert, rows: Sequence[ActivityRow], how: Mapping[str, str], notes: Sequence[Note], check: Sequence[str] = ()
) -> str:
    """Title, parties, story, facts, evidence, what to check, notes. how: how the source of an activity got its name."""
    finding = alert.finding
    lines = [
        wording.tidy(alert.title),
        f"{wording.alert_kind(alert.severity)}, confidence {finding.confidence}, {alert.phase}, "
        f"{wording.tidy(', '.join(alert.techniques))}, external id {alert.external_id}",
        wording.period(finding.first, finding.last),
        f"{wording.state(alert).capitalize()}, {wording.CLASSIFICATIONS[alert.classification].lower()}. Id {alert.id}",
    ]
    for name, refs in (("Account", finding.accounts), ("Source", finding.sources), ("Target", finding.targets)):
        if refs:
            more = f" and {len(refs) - 12:,} more" if len(refs) > 12 else ""
            lines.append(f"{name}: {', '.join(wording.tidy(one.label, 120) for one in refs[:12])}{more}")
    lines += ["", "What happened", *(f"  {wording.tidy(plain(one), 2000)}" for one in finding.story)]
    lines += ["", "Why"]
    for one in finding.facts:
        number = (
            f" ({one.seen:,g} seen, reported from {one.limit:,g} on)" if one.seen is not None and one.limit is not None else ""
        )
        lines.append(f"  {'-' if one.against else '+'} {wording.tidy(plain(one.text), 2000)}{number}")
    lines += ["", f"Evidence: {wording.count(len(finding.evidence), 'activity', 'activities')}"]
    for row in rows[:MOST_ROWS]:
        place = f"{row.input_name} {wording.number(row.frame)}" if row.frame is not None else row.input_name
        origin, target = (wording.tidy(ref.label, 120) if ref else "-" for ref in (row.origin, row.target))
        resolved = f" ({how[row.id]})" if how.get(row.id) else ""
        parts = (wording.moment(row.at, True), wording.tidy(row.what, 200), f"{origin}{resolved} > {target}", row.result, place)
        lines.append("  " + " | ".join(wording.tidy(part, 400) for part in parts))
    if len(rows) > MOST_ROWS:
        lines.append(f"  and {len(rows) - MOST_ROWS:,} more")
    if check:
        lines += ["", "What to do", *(f"  {one}" for one in check)]
    if notes or alert.note:
        lines += ["", "Notes"]
        lines += [f"  {wording.tidy(alert.note, 4000)}"] if alert.note else []
        lines += [f"  {wording.moment(one.at)} {wording.tidy(one.who, 60)}: {wording.tidy(one.text, 4000)}" for one in notes]
    whole = "\n".join(lines) + "\n"
    return whole.encode("utf-8", "replace").decode("utf-8")  # half of a pair of surrogates is no text elsewhere
