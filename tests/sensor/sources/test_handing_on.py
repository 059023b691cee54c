"""Events whose message is in another language are counted as such, whatever brings them."""

import json
from pathlib import Path

import pytest

from app.sensor.events.message_text import FOREIGN
from tests.sensor.sources.text_inputs import read

GERMAN = (
    "Fehler beim Anmelden eines Kontos.\r\n\r\nAntragsteller:\r\n\tSicherheits-ID:\t\tNULL SID\r\n\tKontoname:\t\t-\r\n\r\n"
    "Konto, für das die Anmeldung fehlgeschlagen ist:\r\n\tKontoname:\t\tjürgen\r\n\tKontodomäne:\t\tCORP\r\n"
)
ENGLISH = (
    "An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tNULL SID\r\n\tAccount Name:\t\t-\r\n\r\n"
    "Account For Which Logon Failed:\r\n\tAccount Name:\t\tjürgen\r\n\tAccount Domain:\t\tCORP\r\n"
)
SECURITY = "Microsoft-Windows-Security-Auditing"


def as_json(message: str) -> bytes:
    told = {"EventTime": "2024-05-01T10:00:00Z", "Hostname": "dc1.corp.test", "EventType": "AUDIT_FAILURE", "EventID": 4625,
            "SourceName": SECURITY, "RecordNumber": 1, "Channel": "Security", "Message": message}  # fmt: skip
    return json.dumps(told).encode() + b"\n"


def as_xml(message: str) -> bytes:
    return (
        f"<Events><Event><System><Provider Name='{SECURITY}'/><EventID>4625</EventID><Keywords>0x8010000000000000</Keywords>"
        "<TimeCreated SystemTime='2024-05-01T10:00:00.1234567Z'/><EventRecordID>1</EventRecordID><Channel>Security</Channel>"
        f"<Computer>dc1.corp.test</Computer></System><RenderingInfo><Message>{message}</Message></RenderingInfo></Event></Events>"
    ).encode()


def as_snare(message: str) -> bytes:
    one = " ".join(message.split())
    return (
        f"<14>May  1 10:00:00 dc1 MSWinEventLog\t1\tSecurity\t1\tWed May 01 10:00:00 2024\t4625\t{SECURITY}\tN/A\tN/A\t"
        f"Failure Audit\tdc1.corp.test\tLogon\t\t{one}\t1\n"
    ).encode("cp1252")


@pytest.mark.parametrize("form", [as_json, as_xml, as_snare])
def test_a_message_in_another_language_is_told(tmp_path: Path, form: object) -> None:
    found, report, problems = read(tmp_path / "german", form(GERMAN))  # type: ignore[operator]

    assert (len(found), report.records, problems) == (1, 1, {FOREIGN: 1})
    assert found[0].account is None and found[0].result == "failure"


@pytest.mark.parametrize("form", [as_json, as_xml, as_snare])
def test_one_in_english_is_read(tmp_path: Path, form: object) -> None:
    found, _, problems = read(tmp_path / "english", form(ENGLISH))  # type: ignore[operator]

    assert [one.account.name for one in found if one.account is not None] == ["jürgen"] and not problems
