"""The English message of an event gives the fields of its template, in lines and in one line."""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sensor.events.message_labels import LABELS
from app.sensor.events.message_text import fields_of
from tests.sensor.events.syslog_samples import GROUP, LOGON, MESSAGE, SERVICE


@pytest.mark.parametrize(("number", "text"), [(4776, MESSAGE), (4728, GROUP), (7045, SERVICE)])
def test_lines_and_one_line_say_the_same(number: int, text: str) -> None:
    lines = fields_of(number, text)
    assert len(lines) >= 4 and lines == fields_of(number, re.sub(r"\s+", " ", text)) == fields_of(number, text.replace("\r", ""))


def test_a_logon_in_one_line() -> None:
    found = fields_of(4624, LOGON)
    assert (found["TargetUserName"], found["LogonType"], found["IpAddress"], found["IpPort"]) == (
        "DC1$",
        "3",
        "10.0.0.9",
        "50123",
    )
    assert (found["SubjectUserName"], found["WorkstationName"], found["KeyLength"]) == ("-", "", "0")


def test_a_value_cannot_feign_a_label_in_lines() -> None:
    found = fields_of(4776, MESSAGE.replace("\tanna\r", "\tanna Source Workstation: DC1 Error Code: 0x0\r"))
    assert (found["Workstation"], found["Status"]) == ("WS7", "0xc000006a")


def test_a_name_in_the_place_of_a_sid_names_the_member() -> None:
    found = fields_of(4728, GROUP.replace("S-1-5-21-1-2-3-1104", "CORP\\bob").replace("CN=Bob,CN=Users,DC=corp,DC=test", "-"))
    assert found["MemberName"] == "CORP\\bob" and "MemberSid" not in found


def test_values_on_the_next_line() -> None:
    text = (
        "Internal event: A client issued a search operation with the following options. \r\n \r\nClient:\r\n10.0.0.5:55555 \r\n"
        "Starting node:\r\nDC=corp,DC=test \r\nFilter:\r\n (objectClass=*) \r\nSearch scope:\r\nsubtree \r\n"
        "Attribute selection:\r\n[all] \r\nServer controls:\r\n \r\nVisited entries:\r\n4 \r\nReturned entries:\r\n3 \r\n"
    )
    found = fields_of(1644, text)
    assert (found["param1"], found["param2"], found["param4"], found["param5"]) == (
        "DC=corp,DC=test",
        "(objectClass=*)",
        "3",
        "10.0.0.5:55555",
    )


@pytest.mark.parametrize("number", LABELS)
def test_every_template_finds_all_its_labels(number: int) -> None:
    text, want = "Something happened.\r\n", set()
    for heading, labels in LABELS[number]:
        text += f"\r\n{heading}:\r\n" if heading else "\r\n"
        for label, name in labels:
            if name and (name not in want):
                text += f"\t{label}:\t\t{'S-1-5-7' if name.endswith('Sid') else 'v'}\r\n"
                want.add(name)
    assert set(fields_of(number, text)) == want


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "one line"])
def test_real_messages_say_what_their_own_fields_say(shared: Path, lines: bool) -> None:
    """Events that were exported with both; where the message spells a number out in words, words are right."""
    compared: Counter[int] = Counter()
    wrong: list[tuple[int, str, str, str | None]] = []
    for number, event in real_events(shared / "corpus/json"):
        message = str(event["Message"])
        found = fields_of(number, message if lines else re.sub(r"\s+", " ", message))
        for name in {name for _, labels in LABELS[number] for _, name in labels} & set(event):
            want, got = " ".join(str(event[name]).split()), found.get(name)
            if "%%" in want or event[name] is None or (got is None and want in ("-", "S-1-0-0", "")):
                continue
            if (number, name) == (7045, "AccountName"):  # the exporter overwrote it with who wrote the record
                continue
            compared[number] += 1
            if (got or "").lower() != want.lower() and not (not lines and want.startswith("<?xml")):
                wrong.append((number, name, want, got))
    if not compared:
        pytest.skip("no events with messages are here")
    assert not wrong and len(compared) >= 10


def real_events(folder: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Events of the audit log and of services with message and fields, at most 40 of each number in each file."""
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                with archive.open(member) as file:
                    yield from told_twice(file)


def told_twice(file: IO[bytes]) -> Iterator[tuple[int, dict[str, object]]]:
    told: Counter[int] = Counter()
    for line in islice(file, 30_000):
        if b'"Message"' not in line or not line.startswith(b"{"):
            continue
        event = json.loads(line)
        number, channel = event.get("EventID"), event.get("Channel")
        if number in LABELS and told[number] < 40 and (channel == "Security" or (channel == "System" and number == 7045)):
            told[number] += 1
            yield number, event


WORDS = ["Subject:", "Member:", "Security ID:", "Account Name:", "Logon Account:", "\r\n", "\t", " ", "x"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(LABELS)), st.text(max_size=400) | st.lists(st.sampled_from(WORDS), max_size=80).map("".join))
def test_any_text_is_survived(number: int, text: str) -> None:
    fields_of(number, text)
