"""`python -m benchmarks.quality.forms [--only WORD]`: attacks as tools leave them in logs, and what is told of them.

Each form is a few records after an ordinary hour of an invented domain, written after what the tool sends and Windows logs of it,
in turn as event XML, winlogbeat, NXLog and flat JSON, and read by the whole program. The forms say nothing of ordinary days.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from benchmarks.quality.form_records import BEGAN, FAILURE, SUCCESS, Form, Record, ordinary
from benchmarks.quality.form_table import FORMS
from benchmarks.quality.ours import analysed


def _when(record: Record, form: str) -> str:
    at = datetime.fromtimestamp(BEGAN + record.after, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ" if form != "nxlog" else "%Y-%m-%d %H:%M:%S")


def as_xml(record: Record, number: int) -> str:
    """Event XML, as wevtutil and collectors export it."""
    provider, channel = record.where
    data = "".join(f"<Data Name={quoteattr(name)}>{escape(value)}</Data>" for name, value in record.fields.items())
    return (
        '<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System>'
        f"<Provider Name={quoteattr(provider)}/><EventID>{record.id}</EventID><Keywords>{_keywords(record):#x}</Keywords>"
        f'<TimeCreated SystemTime="{_when(record, "xml")}"/><EventRecordID>{number}</EventRecordID><Channel>{channel}</Channel>'
        f"<Computer>{record.computer}</Computer></System><EventData>{data}</EventData></Event>"
    )


def as_winlogbeat(record: Record, number: int) -> str:
    """A line of winlogbeat."""
    return json.dumps({
        "@timestamp": _when(record, "winlogbeat"),
        "winlog": {"event_id": str(record.id), "channel": record.where[1], "provider_name": record.where[0], "record_id": number,
                   "computer_name": record.computer, "keywords": ["Audit Failure" if record.failed else "Audit Success"],
                   "event_data": record.fields},
    })  # fmt: skip


def as_nxlog(record: Record, number: int) -> str:
    """A line of NXLog."""
    return json.dumps({
        "EventTime": _when(record, "nxlog"), "Hostname": record.computer, "EventID": record.id, "SourceName": record.where[0],
        "Channel": record.where[1], "EventType": "AUDIT_FAILURE" if record.failed else "AUDIT_SUCCESS", "RecordNumber": number,
        **record.fields,
    })  # fmt: skip


def as_flat(record: Record, number: int) -> str:
    """A flat line, as data sets of logs hold them."""
    return json.dumps({
        "@timestamp": _when(record, "flat"), "Hostname": record.computer, "EventID": record.id, "SourceName": record.where[0],
        "Channel": record.where[1], "Keywords": _signed(_keywords(record)), "RecordNumber": number, **record.fields,
    })  # fmt: skip


def _keywords(record: Record) -> int:
    return FAILURE if record.failed else SUCCESS


def _signed(value: int) -> int:
    return value - (1 << 64)


WRITTEN: tuple[tuple[str, Callable[[Record, int], str]], ...] = (
    ("xml", as_xml), ("winlogbeat.json", as_winlogbeat), ("nxlog.json", as_nxlog), ("flat.json", as_flat),
)  # fmt: skip


def told_of(form: Form, folder: Path, turn: int, sensitivity: str = "medium") -> list[tuple[str, str, str]]:
    """(severity, detector, title) of what the program says of a form."""
    name, write = WRITTEN[turn % len(WRITTEN)]
    numbers = count(100)
    records = sorted((*ordinary(), *form.records), key=lambda one: one.after)
    lines = [write(one, next(numbers)) for one in records]
    text = f"<Events>{''.join(lines)}</Events>" if name == "xml" else "\n".join(lines) + "\n"
    path = folder / f"{turn}.{name}"
    path.write_text(text, encoding="utf-8")
    whole = analysed(path, sensitivity=sensitivity)
    return [(one["severity"], one["detector"], one["title"]) for one in whole["alerts"]]


def main() -> int:
    """Always 0 when it ran: the figures speak."""
    parser = argparse.ArgumentParser(prog="forms", description=__doc__)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    counts = [0, 0, 0]
    with tempfile.TemporaryDirectory() as folder:
        for turn, form in enumerate(FORMS):
            if options.only not in f"{form.tool} {form.what}":
                continue
            told = told_of(form, Path(folder), turn)
            counts[0] += 1
            counts[1] += bool(told)
            counts[2] += any(one[0] != "low" for one in told)
            said = "; ".join(f"{severity} {detector}" for severity, detector, _ in told)
            silent = "(ordinary)" if form.ordinary else "NOTHING"
            print(f"| {form.tool} | {form.what} | {WRITTEN[turn % len(WRITTEN)][0]} | {said or silent} |")
    print(f"{counts[1]} of {counts[0]} told, {counts[2]} of them by medium or more")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
