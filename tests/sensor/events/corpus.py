"""Events of the corpus as records: one of each kind out of the logs, read with the evtx package; and of the JSON lines."""

import json
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import evtx

from app.sensor.events.record import EventRecord
from app.sensor.events.translate import FAMILIES

WANTED = frozenset(id for family in FAMILIES for id in family.events)

_SYSTEM = {"EventID", "Channel", "SourceName", "Hostname", "RecordNumber", "EventTime", "TimeCreated", "Keywords", "Message"}


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)


def _fields(body: Any) -> dict[str, str]:
    """EventData by its names, UserData by those of its one element."""
    if not isinstance(body, dict):
        return {}
    data = body.get("Data")
    if data is not None:
        values = data.get("#text", data) if isinstance(data, dict) else data
        return {f"param{n}": _text(one) for n, one in enumerate(values if isinstance(values, list) else [values], 1)}
    inner = [one for name, one in body.items() if isinstance(one, dict) and name != "#attributes"]
    if inner:
        body = inner[0]
    return {name: _text(value) for name, value in body.items() if name != "#attributes"}


def records_of_log(path: Path) -> Iterator[EventRecord]:
    """The records of an EVTX file that can be read and are wanted."""
    try:
        for one in evtx.PyEvtxParser(str(path)).records_json():
            event = json.loads(one["data"])["Event"]
            system = event["System"]
            number = system["EventID"]
            number = number["#text"] if isinstance(number, dict) else number
            if int(number) not in WANTED:
                continue
            at = datetime.fromisoformat(system["TimeCreated"]["#attributes"]["SystemTime"].replace("Z", "+00:00"))
            yield EventRecord(
                at=int(at.timestamp() * 1_000_000),
                provider=system["Provider"]["#attributes"].get("Name") or "",
                event_id=int(number),
                channel=system.get("Channel") or "",
                computer=system.get("Computer") or "",
                record=system.get("EventRecordID") or 0,
                place=one["event_record_id"],
                keywords=int(str(system.get("Keywords") or "0"), 16),
                sid=((system.get("Security") or {}).get("#attributes") or {}).get("UserID"),
                fields=_fields(event.get("EventData") or event.get("UserData")),
            )
    except (RuntimeError, OSError):  # a damaged file; what was read stays read
        return


def records_of_lines(path: Path) -> Iterator[EventRecord]:
    """The wanted records of a zip or tar of JSON lines, flat (NXLog, Security-Datasets) or nested (Winlogbeat)."""
    for place, line in enumerate(_lines(path), 1):
        try:
            said = json.loads(line)
        except ValueError:
            continue
        beat = said.get("winlog")
        number = (beat or said).get("event_id" if beat else "EventID")
        if not isinstance(number, int) or number not in WANTED:
            continue
        if beat:
            yield EventRecord(
                at=1_600_000_000_000_000, provider=beat["provider_name"], event_id=number, channel=beat["channel"],
                computer=beat["computer_name"], record=beat["record_id"], place=place,
                fields={name: _text(value) for name, value in beat.get("event_data", {}).items()},
            )  # fmt: skip
            continue
        words = _text(said.get("Keywords", 0))
        yield EventRecord(
            at=1_600_000_000_000_000, provider=_text(said.get("SourceName")), event_id=number, channel=_text(said.get("Channel")),
            computer=_text(said.get("Hostname")), record=int(said.get("RecordNumber") or 0), place=place,
            keywords=int(words, 16) if words.startswith("0x") else int(words or 0),
            fields={name: _text(value) for name, value in said.items() if name not in _SYSTEM},
        )  # fmt: skip


def _lines(path: Path) -> Iterator[bytes]:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                with archive.open(name) as file:
                    yield from file
    else:
        with tarfile.open(path) as archive:
            for member in archive:
                file = archive.extractfile(member)
                if file is not None:
                    yield from file


@cache
def logged(corpus: Path) -> tuple[EventRecord, ...]:
    """Every wanted record of the logs."""
    return tuple(one for path in sorted((corpus / "evtx").glob("*.evtx")) for one in records_of_log(path))


@cache
def exported(corpus: Path) -> tuple[EventRecord, ...]:
    """Every wanted record of the JSON lines."""
    return tuple(one for path in sorted((corpus / "json").iterdir()) for one in records_of_lines(path))
