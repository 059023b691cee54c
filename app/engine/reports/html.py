"""One case as one self-contained HTML page: no script, no outside address, every name escaped."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import escape

from app.engine.detector import plural
from app.engine.queries import Queries
from app.engine.reports.css import STYLE
from app.engine.reports.manifest import manifest
from app.engine.reports.pictures import HEIGHT, WIDTH, image, phases, story, timeline
from app.model.alert import RANK, Alert, Sentence
from app.model.counting import counted
from app.model.coverage import CoverageShare, Remedy, Statement
from app.model.rows import ActivityRow, EntityRow, InputRow, Overview

EVIDENCE_ROWS = 60
"""Evidence rows of one alert in the report; the rest is counted."""
ENTITY_ROWS = 40
TIES = 6
"""Entities named of those that tie an incident together."""
EXCLUDED_ROWS = 200
CONTROLLERS, REMEDIES, STATEMENTS = 8, 30, 200
"""Columns, and lines of two lists, of the part on coverage; the rest is counted."""
NOTES = 500
SHORT = 18
"""Characters that stand on one line in a table."""
BUCKETS = 120
"""Bars of the picture of the span."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def report_html(queries: Queries) -> str:
    """The report; about 2 kB and 100 bytes for each evidence row."""
    overview = queries.overview()
    alerts = sorted(queries.alerts(), key=lambda one: (-RANK[one.severity], one.finding.first, one.id))
    parts = [
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Wardlight report</title>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<style>{STYLE}</style></head><body>",
        *_head(overview, alerts),
        *_pictures(queries, overview, alerts),
        *_summary(alerts),
        *_incidents(queries, alerts),
        *_alerts(queries, alerts, {one.key: one.path for one in overview.inputs}),
        *_entities("Accounts", overview.top_accounts),
        *_entities("Computers and addresses", overview.top_hosts),
        *_excluded(queries),
        *_inputs(overview.inputs),
        *_coverage(queries),
        *_notes(queries),
        "<h2>Run manifest</h2>",
        _table(("What", "Value"), [(_e(what), f"<code>{_e(value)}</code>") for what, value in manifest(queries)]),
        "</body></html>",
    ]
    return "\n".join(parts)


def _e(text: object) -> str:
    """Text as inert HTML; what cannot be printed becomes a mark, and direction is kept to the left."""
    return escape("".join(c if c.isprintable() else "\ufffd" for c in str(text)[:2000]), quote=True)


def _time(at: int | None) -> str:
    return "" if at is None else (EPOCH + timedelta(microseconds=at)).strftime("%Y-%m-%d %H:%M:%S")


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th align='left'>{_e(one)}</th>" for one in head)
    body = "".join("<tr>" + "".join(f"<td>{one}</td>" for one in row) + "</tr>" for row in rows)
    return f"<table cellspacing='0' cellpadding='4' width='100%'><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _head(overview: Overview, alerts: list[Alert]) -> list[str]:
    counts = {level: sum(one.severity == level for one in alerts) for level in ("high", "medium", "low")}
    span = f"{_time(overview.first)} to {_time(overview.last)}" if overview.first is not None else "no packets"
    controllers = ", ".join(_e(one.label) for one in overview.controllers) or "none recognised"
    return [
        "<h1>Wardlight report</h1>",
        f"<p class='quiet'>{_e(span)} UTC</p>",
        _table(
            ("Suspicious activities", "Activities", "Accounts", "Computers and addresses", "Domain controllers"),
            [
                (
                    f"{counts['high']} high, {counts['medium']} medium, {counts['low']} low",
                    f"{overview.activities:,}",
                    f"{overview.accounts:,}",
                    f"{overview.hosts:,}",
                    controllers,
                )
            ],
        ),
    ]


def _summary(alerts: list[Alert]) -> list[str]:
    return [
        "<h2>Summary</h2>",
        _table(
            ("Severity", "First seen", "What", "Who", "From", "To"),
            [
                (
                    f"<b class='{one.severity}'>{one.severity}</b>",
                    _time(one.finding.first),
                    f"<a href='#{_e(one.id)}'>{_e(one.title)}</a>",
                    _refs(one.finding.accounts),
                    _refs(one.finding.sources),
                    _refs(one.finding.targets),
                )
                for one in alerts
            ],
        )
        if alerts
        else "<p>No suspicious activity was raised. The section on what could not be seen says what that is worth.</p>",
    ]


def _pictures(queries: Queries, overview: Overview, alerts: list[Alert]) -> list[str]:
    """When it happened, and how far along the kill chain."""
    if overview.first is None or overview.last is None:
        return []
    svg = timeline(queries.histogram(None, overview.first, overview.last + 1, BUCKETS), alerts)
    words = f"Activities over the span, with {plural(len(alerts), 'suspicious activity', 'suspicious activities')} by severity"
    reached = [(_e(phase), str(count), f"<b class='{severity}'>{severity}</b>") for phase, count, severity in phases(alerts)]
    return [
        "<h2>When</h2>",
        f"<p>{image(svg, words, WIDTH, HEIGHT)}</p>" if svg else "",
        _table(("Phase reached", "Suspicious activities", "Gravest"), reached) if reached else "",
    ]


def _notes(queries: Queries) -> list[str]:
    """What analysts wrote of entities; of alerts it stands with them."""
    every = queries.notes(limit=NOTES)
    names = {subject: _label(queries, subject) for subject in dict.fromkeys(one.subject for one in every)}
    rows = [(_time(one.changed or one.at), _e(one.who), _e(names[one.subject]), _e(one.text)) for one in every]
    return ["<h2>Notes</h2>", _table(("Written", "By", "Of", "Note"), rows)] if rows else []


def _label(queries: Queries, key: str) -> str:
    """What an entity is called; its key would tell a name where names are hidden."""
    card = queries.entity(key)
    return card.row.ref.label if card is not None else "an entity that nothing names any more"


def _incidents(queries: Queries, alerts: list[Alert]) -> list[str]:
    """Alerts that tell one story: linked, with what ties them together."""
    titles = {one.id: one.title for one in alerts}
    out = []
    for one in queries.incidents():
        links = (f"<li><a href='#{_e(id)}'>{_e(titles[id])}</a></li>" for id in one.alerts if id in titles)
        ties = (
            f"<b>{_e(tie.entity.label)}</b> ({_e(tie.how)}, {counted(len(tie.alerts), 'alert')})" for tie in one.shared[:TIES]
        )
        out += [
            f"<h3><span class='{one.severity}'>{_e(one.severity.upper())}</span> {_e(one.title)}</h3>",
            f"<p class='quiet'>{_time(one.first)} to {_time(one.last)} UTC, {one.open:,} of {len(one.alerts):,} open</p>",
            f"<ol>{''.join(links)}</ol><p>Tied together by {', '.join(ties)}.</p>",
        ]
    return ["<h2>Incidents</h2>", *out] if out else []


def _excluded(queries: Queries) -> list[str]:
    """What exclusions keep out of this report."""
    exclusions = {one.id: one for one in queries.exclusions()}
    rows = []
    for alert in queries.hidden_alerts():
        if alert.excluded:
            by = exclusions.get(alert.excluded)
            what = f"{by.kind} {by.value}" if by else alert.excluded
            who = (*alert.finding.accounts, *alert.finding.sources)
            rows.append((_time(alert.finding.first), _e(alert.title), _refs(who), _e(what), _e(by.reason if by else "")))
    deleted = sum(not one.excluded for one in queries.hidden_alerts())
    gone = f"<p class='quiet'>{counted(deleted, 'alert was', 'alerts were')} deleted by hand.</p>" if deleted else ""
    if not rows:
        return [gone] if gone else []
    more = f"<p class='quiet'>{len(rows) - EXCLUDED_ROWS:,} more are in the workspace.</p>" if len(rows) > EXCLUDED_ROWS else ""
    head = ("First seen", "What", "Who", "Excluded by", "Because")
    return ["<h2>Excluded from the alerts</h2>", _table(head, rows[:EXCLUDED_ROWS]), more, gone]


def _refs(refs: Iterable[object], most: int = 4) -> str:
    labels = [_e(getattr(one, "label", one)) for one in refs]
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    said = ", ".join(labels[:most]) + more
    return f"<span class='short'>{said}</span>" if len(said) <= SHORT else said


def _sentence(sentence: Sentence) -> str:
    return "".join(f"<b>{_e(piece.text)}</b>" if piece.entity else _e(piece.text) for piece in sentence)


def _alerts(queries: Queries, alerts: list[Alert], paths: dict[str, str]) -> list[str]:
    out = []
    for one in alerts:
        finding = one.finding
        rows = queries.rows_of(finding.evidence[:EVIDENCE_ROWS])
        out += [
            f"<h2 id='{_e(one.id)}'><span class='{one.severity}'>{_e(one.severity.upper())}</span> {_e(one.title)}</h2>",
            f"<p class='quiet'>{_time(finding.first)} to {_time(finding.last)} UTC, {_e(', '.join(one.techniques))}, "
            f"external id {one.external_id}, confidence {_e(finding.confidence)}, {_e(one.state)}, {_e(one.classification)}</p>",
            *_drawing(one),
            *(f"<p>{_sentence(sentence)}</p>" for sentence in finding.story),
            "<p><b>Why</b></p><ul>",
            *(f"<li>{_sentence(fact.text)}</li>" for fact in finding.facts),
            "</ul>",
            f"<p><b>Note</b>: {_e(one.note)}</p>" if one.note else "",
            f"<p><b>Evidence</b>, {counted(len(finding.evidence), 'activity', 'activities')}</p>",
            _table(
                ("Time", "Kind", "Who", "From", "To", "What", "Result", "Input", "Place"),
                [_evidence(row, paths) for row in rows],
            ),
            f"<p class='quiet'>{len(finding.evidence) - len(rows):,} more are in the workspace.</p>"
            if len(finding.evidence) > len(rows)
            else "",
        ]
    return out


def _drawing(one: Alert) -> list[str]:
    svg, width, height = story(one.finding.steps)
    said = "; ".join(f"{step.origin.label} {step.label} {step.target.label}" for step in one.finding.steps[:4])
    return [f"<p>{image(svg, said, width, height)}</p>"] if svg else []


def _evidence(row: ActivityRow, paths: dict[str, str]) -> tuple[str, ...]:
    name = paths.get(row.input, row.input_name).replace("\\", "/").rsplit("/", 1)[-1]
    who, origin, target = ((_e(one.label) if one else "") for one in (row.who, row.origin, row.target))
    result = f"{row.result}{': ' + row.reason if row.reason and row.reason != row.result else ''}"
    place = "" if row.frame is None else f"{'record' if row.is_record else 'frame'} {row.frame}"
    return _time(row.at), _e(row.log or row.kind), who, origin, target, _e(row.what), _e(result), _e(name), place


def _entities(title: str, rows: tuple[EntityRow, ...]) -> list[str]:
    return [
        f"<h2>{_e(title)}</h2>",
        _table(
            ("Name", "First seen", "Last seen", "Activities", "Alerts", "Tags"),
            [
                (_e(r.ref.label), _time(r.first), _time(r.last), f"{r.activities:,}", str(r.alerts), _e(", ".join(r.tags)))
                for r in rows[:ENTITY_ROWS]
            ],
        ),
    ]


def _inputs(inputs: tuple[InputRow, ...]) -> list[str]:
    out = [
        "<h2>Inputs</h2>",
        _table(
            ("File", "Kind", "Bytes", "Records", "First", "Last", "SHA-256"),
            [
                (
                    _e(r.path),
                    _e(r.kind),
                    f"{r.bytes:,}",
                    f"{r.records:,}",
                    _time(r.first),
                    _time(r.last),
                    f"<code>{_e(r.sha256)}</code>",
                )
                for r in inputs
            ],
        ),
    ]
    problems = [(one.path, p) for one in inputs for p in one.problems]
    if problems:
        out += [
            "<h2>Problems in the inputs</h2>",
            _table(
                ("File", "What", "Count", "First place"),
                [(_e(path), _e(p.what), f"{p.count:,}", _e(p.where)) for path, p in problems],
            ),
        ]
    return out


def _coverage(queries: Queries) -> list[str]:
    return [
        "<h2>What could not have been seen</h2>",
        _table(("Detection", "State", "Reason"), [(_e(one.title), _e(one.state), _e(one.reason)) for one in queries.coverage()]),
        *_by_controller(queries.coverage_shares()),
        *_switches(queries.remedies()),
        *_statements(queries.statements()),
    ]


def _by_controller(shares: tuple[CoverageShare, ...]) -> list[str]:
    """Detections by controllers: share of the minutes that were seen whole, and in part."""
    if not shares:
        return []
    controllers = {one.controller.key: one.controller.label for one in shares}
    cells = {(one.detector, one.controller.key): one for one in shares}
    titles = {one.detector: one.title for one in shares}
    shown = list(controllers)[:CONTROLLERS]
    rows = [(_e(title), *(_share(cells.get((detector, key))) for key in shown)) for detector, title in titles.items()]
    reasons = {one.controller.key: dict.fromkeys(words for each in shares if each.controller == one.controller
                                                for words in each.reasons) for one in shares}  # fmt: skip
    more = len(controllers) - len(shown)
    return [
        "<h2>Coverage by domain controller</h2>",
        _table(("Detection", *(controllers[key] for key in shown)), rows),
        f"<p class='quiet'>{counted(more, 'more controller is', 'more controllers are')} in the workspace.</p>" if more else "",
        _table(
            ("Controller", "Why not all was seen"),
            [(_e(controllers[key]), _e("; ".join(list(reasons[key])[:8]))) for key in shown if reasons[key]],
        ),
    ]


def _share(one: CoverageShare | None) -> str:
    if one is None or not one.whole:
        return ""
    whole, part = 100 * one.seen // one.whole, 100 * one.partial // one.whole
    words = f"{whole} %" if whole or not part else ""
    words += f"{' and ' if words else ''}{part} % in part" if part else ""
    return f"<span class='{one.state}'>{_e(one.state)}</span> {_e(words)}"


def _switches(rows: tuple[Remedy, ...]) -> list[str]:
    if not rows:
        return []
    return [
        "<h2>What to switch on</h2><ul>",
        *(
            f"<li>{_e(one.words)} <span class='quiet'>({plural(one.detectors, 'detection')})</span></li>"
            for one in rows[:REMEDIES]
        ),
        "</ul>",
    ]


def _statements(rows: tuple[Statement, ...]) -> list[str]:
    if not rows:
        return []
    return [
        "<h2>What no alert means</h2><ul>",
        *(f"<li>{_e(one.text)}</li>" for one in rows[:STATEMENTS]),
        "</ul>",
        f"<p class='quiet'>{len(rows) - STATEMENTS:,} more are in the workspace.</p>" if len(rows) > STATEMENTS else "",
    ]
