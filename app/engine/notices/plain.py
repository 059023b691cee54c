"""A notice as JSON for programs, and as mail for people: plain text, and HTML in which nothing from the data is markup."""

from html import escape

from app import __version__
from app.engine.notices.times import rfc5424, words
from app.engine.reports.css import MAIL
from app.model.notice import Notice

SCHEMA = 1
LONGEST_SUBJECT = 180
TRIGGERS = {"new": "new", "update": "updated", "health": "health", "report": "report", "test": "test"}


def as_json(one: Notice) -> dict[str, object]:
    """What a webhook gets: the alert as `analyze --json` prints it, or the health issue, with what tells notices apart."""
    kind = {"health": "health", "report": "report", "test": "test"}.get(one.trigger, "alert")
    return {
        "schema": SCHEMA,
        "product": "Wardlight",
        "version": __version__,
        "id": one.id,
        "trigger": one.trigger,
        "time": rfc5424(one.at),
        "class": one.name,
        "title": one.title,
        "severity": one.severity,
        "text": one.text,
        "link": one.link,
        kind: one.body,
    }


def subject(one: Notice) -> str:
    """Subject of a mail: one line."""
    what = {"update": "Updated: ", "health": "Health: ", "test": "Test: ", "report": "Report: "}.get(one.trigger, "")
    level = "" if one.trigger in ("report", "test") else f"{one.severity.capitalize()}: "
    text = "".join(c if c.isprintable() else " " for c in f"[Wardlight] {what}{level}{one.title}")
    return text[:LONGEST_SUBJECT]


def facts(one: Notice) -> tuple[tuple[str, str], ...]:
    """What a mail lists below the sentences: (words, value), without what has no value."""
    said = (
        ("Severity", one.severity.capitalize() if one.trigger not in ("report", "test") else ""),
        ("Began", words(one.first) if one.first else ""),
        ("Last seen", words(one.last) if one.last and one.last != one.first else ""),
        ("Account", one.account or one.user),
        ("Source computer", one.fqdn or one.host),
        ("Source address", one.address if one.address not in (one.host, one.fqdn) else ""),
        ("Protocol", one.app),
        ("Outcome", one.outcome),
        ("ATT&CK", ", ".join(one.techniques)),
        ("External id", str(one.external_id) if one.external_id else ""),
        ("Id", one.subject),
    )
    return tuple((name, _line(value)) for name, value in said if value)


def mail_text(one: Notice) -> str:
    """The plain text of a mail."""
    sentences = [_line(line) for line in one.text.splitlines()]
    rows = facts(one)
    wide = max((len(name) for name, _ in rows), default=0)
    table = [f"{name + ':':{wide + 2}}{value}" for name, value in rows]
    return "\n".join([_line(one.title), "", *sentences, "", *table, *(["", one.link] if one.link else [])]) + "\n"


def mail_html(one: Notice) -> str:
    """The same as a page; every text is escaped, and nothing is loaded from elsewhere."""
    sentences = "".join(f"<p>{escape(_line(line))}</p>" for line in one.text.splitlines())
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in facts(one))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><style>{MAIL}</style></head><body>'
        f'<div class="mark {one.severity}"></div><h1>{escape(_line(one.title))}</h1>{sentences}<table>{rows}</table>'
        f'<p class="quiet">Sent by Wardlight {escape(__version__)}.</p></body></html>'
    )


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
