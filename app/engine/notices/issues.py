"""A health alert of the program as a notice."""

import hashlib

import msgspec

from app.model.health import HealthIssue
from app.model.notice import Notice

SUFFIX = "MonitoringAlert"
"""How the product we answer ends the names of its health alerts."""


def issue_digest(issue: HealthIssue) -> str:
    """What changes when a health alert is opened again or becomes graver, and not with every new sentence."""
    return f"{issue.times} {issue.severity}"


def issue_notice(issue: HealthIssue, at: int) -> Notice:
    """The notice about a health alert as it is now. at: when it was noticed, UTC microseconds."""
    words = [issue.what, *([f"Where: {issue.where}."] if issue.where else []), f"What to do: {issue.advice}"]
    return Notice(
        id=hashlib.blake2b(f"{issue.id} {issue_digest(issue)} {issue.first}".encode(), digest_size=16).hexdigest(),
        trigger="health",
        subject=issue.id,
        at=at,
        title=issue.title,
        severity=issue.severity,
        name="".join(part.capitalize() for part in issue.rule.split("-")) + SUFFIX,
        first=issue.first,
        last=issue.last,
        text="\n".join(words),
        body=msgspec.to_builtins(issue),
        link=f"wardlight://health/{issue.id}",
    )
