"""Notices that no alert stands behind: tests of a destination, reports."""

from app.model.notice import Notice

TEST = "This is a test of Wardlight. Nothing happened; whoever reads this gets its notices."


def test_notice(target: str, at: int, id: str) -> Notice:
    """What the test of a destination sends. at: UTC microseconds; id: a new one each time."""
    return Notice(
        id=id, trigger="test", subject="test", at=at, title=f"Test of {target}", severity="low", name="TestMessage", text=TEST,
        first=at, last=at, body={"target": target},
    )  # fmt: skip


def report_notice(title: str, sentences: str, file: str, at: int, id: str) -> Notice:
    """A report that goes out by mail. file: where it lies."""
    return Notice(
        id=id, trigger="report", subject=id, at=at, title=title, severity="low", name="Report", text=sentences, file=file,
    )  # fmt: skip
