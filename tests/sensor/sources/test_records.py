"""One record again, by the locator of its activity."""

from pathlib import Path

import pytest

from app.sensor.sources.evtx_chunks import log_of
from app.sensor.sources.records import read_record
from app.sensor.sources.xml_text import pretty
from app.session import Session
from tests.sensor.events_material import bodies, read

DCSYNC = "sb_CA_CA_DCSync_4662.evtx"


def test_a_record_of_an_event_log(shared: Path) -> None:
    path = shared / "corpus" / "evtx" / DCSYNC
    report, _ = read(path)
    got = read_record(path, 2, 0, report.key)
    assert got.form == "xml"
    assert got.text.startswith('<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">\n  <System>\n')
    assert "    <EventRecordID>202792</EventRecordID>\n" in got.text
    assert ("SubjectUserName", "Administrator") in got.fields
    assert got.at // 1_000_000 == 1_557_281_443


def test_of_two_records_of_one_number_each_is_found(shared: Path, tmp_path: Path) -> None:
    folder = shared / "corpus" / "evtx"
    first, second = bodies(folder / DCSYNC)[0], bodies(folder / "md_T1136_ID4720-Admin_like_user_created.evtx")[0]
    path = tmp_path / "both.evtx"
    path.write_bytes(log_of([first, second]))
    assert ("EventID", "4662") in read_record(path, 1, 0).fields
    assert ("EventID", "4720") in read_record(path, 1, 2).fields


def test_a_damaged_record_is_shown_by_the_second_reader_or_refused(shared: Path, tmp_path: Path) -> None:
    body = bytearray(bodies(shared / "corpus" / "evtx" / DCSYNC)[0])
    body[512 + 24 : 512 + 200] = b"\xff" * 176
    path = tmp_path / "a.evtx"
    path.write_bytes(log_of([bytes(body)]))
    with pytest.raises(ValueError, match="record 1 cannot be made out"):
        read_record(path, 1, 0)


def test_what_is_not_there_or_changed_is_refused(shared: Path, tmp_path: Path) -> None:
    path = shared / "corpus" / "evtx" / DCSYNC
    with pytest.raises(ValueError, match="there is no record 99"):
        read_record(path, 99, 0)
    with pytest.raises(ValueError, match="it has changed"):
        read_record(path, 1, 0, "0" * 12)
    with pytest.raises(OSError):
        read_record(tmp_path / "gone", 1, 0)
    (tmp_path / "notes").write_text("no log")
    with pytest.raises(ValueError):
        read_record(tmp_path / "notes", 1, 0)


def test_the_session_shows_the_record_of_an_activity(shared: Path, tmp_path: Path) -> None:
    path = shared / "corpus" / "evtx" / "md_T1087_ID4662-4624-Honeypot_account_property_read.evtx"
    report, activities = read(path)
    session = Session.open(tmp_path / "case.wardlight")
    try:
        session.read_here([path], lambda progress: None)
        one = next(one for one in activities if one.kind == "event-logon")
        got = session.record(one.input, one.record or 0, one.ordinal)
        assert (got.error, got.form, got.at) == ("", "xml", one.at)
        assert ("EventID", "4624") in got.fields
        assert session.record("nobody", 1).error == "The workspace does not know this input."
        assert "there is no record 9999" in session.record(report.key, 9999).error
    finally:
        session.close()


def test_what_is_no_xml_is_shown_as_it_is() -> None:
    assert pretty(b"<a><b x='1'>t &lt;</b><c/></a>") == '<a>\n  <b x="1">t &lt;</b>\n  <c/>\n</a>\n'
    for text in ("<a>", "<a>&b;</a>", "<!DOCTYPE a><a/>", "<a>" * 500 + "</a>" * 500):
        assert pretty(text.encode()) == text


def test_lines_entries_and_paragraphs_of_text_files(tmp_path: Path) -> None:
    log = tmp_path / "m.log"
    log.write_text("<13>Jan  5 14:02:11 dc1 one\n\n<13>Jan  5 14:02:12 dc1 two \u00e4\n")
    assert read_record(log, 3, 0).text == "<13>Jan  5 14:02:12 dc1 two \u00e4"
    ldif = tmp_path / "d.ldif"
    ldif.write_text("version: 1\n\ndn: CN=a,DC=c\nobjectClass: user\n\n# ref\nref: x\n\ndn: CN=b,DC=c\nobjectClass: group\n")
    assert read_record(ldif, 2, 0).text.splitlines() == ["dn: CN=b,DC=c", "objectClass: group"]
    detail = tmp_path / "detail"
    stamp = "Mon Jan  5 14:02:11 2026\n"
    detail.write_text(f'{stamp}\tUser-Name = "a"\n\n{stamp}\tUser-Name = "b"\n\tAcct-Status-Type = Stop\n\n')
    assert read_record(detail, 4, 0).text == f'{stamp}    User-Name = "b"\n    Acct-Status-Type = Stop'
    for path in (log, ldif, detail):
        with pytest.raises(ValueError, match=r"there is no (message|entry|line)"):
            read_record(path, 99, 0)
