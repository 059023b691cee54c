"""Text files of syslog lines are inputs."""

import os
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.model.activity import Activity
from app.sensor.decoders.instants import NEVER
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import found_at
from tests.sensor.decoders.test_ldap import damaged
from tests.sensor.events.syslog_samples import CEF, FORMS, QRADAR, RSA, SNARE, SPLUNK
from tests.sensor.sources.text_inputs import read


def test_lines_and_messages_of_many_lines(tmp_path: Path) -> None:
    lines = [SNARE, SPLUNK, CEF, RSA, b"<13>Mar 19 15:33:30 dc1 sshd: hello", QRADAR, RSA.replace(b"\n", b"\r\n")]
    found, report, problems = read(tmp_path / "x.log", b"\n".join(lines) + b"\n\n")
    assert (report.kind, report.state, report.records) == ("syslog", "done", 7)
    assert len(found) == 6 and problems == {"syslog message that is no Windows event": 1}
    first = {1: SNARE, 2: SPLUNK, 2 + SPLUNK.count(b"\n") + 1: CEF}
    assert set(first) <= {one.record for one in found}
    assert {one.detail.fields["Status"] for one in found} == {"0xc000006a"}  # type: ignore[union-attr]


ABOVE = (
    "{:%m/%d/%Y %I:%M:%S %p}\nLogName=Security\nEventCode=4776\nEventType=0\nComputerName=dc1.corp.test\n"
    "SourceName=Microsoft Windows security auditing.\nType=Information\nRecordNumber={}\nKeywords=Audit Failure\n"
    "Message=The computer attempted to validate the credentials for an account.\n\nLogon Account:\tanna\n"
    "Source Workstation:\tWS7\nError Code:\t0xC000006A\n\n"
)
"""What Splunk shows of an event of its own collector: the time of the computer's clock stands alone above the pairs."""


def test_a_file_of_events_as_splunk_shows_them(tmp_path: Path) -> None:
    times = [datetime(2021, 3, 19, hour, 33, 30, tzinfo=UTC) for hour in (9, 12, 23)]
    text = "".join(ABOVE.format(at, number) for number, at in enumerate(times, 5))

    for name, data in (("x.log", text), ("y.log", text.replace("\n", "\r\n"))):
        found, report, problems = read(tmp_path / name, data.encode())
        assert (report.kind, report.records, problems) == ("syslog", 3, {})
        assert [one.at for one in found] == [int(at.timestamp()) * 1_000_000 for at in times]
        assert [one.detail.record for one in found] == [5, 6, 7]  # type: ignore[union-attr]
        assert {one.account.name for one in found if one.account is not None} == {"anna"}
        assert {one.result for one in found} == {"failure"}


def test_every_form_alone(tmp_path: Path) -> None:
    for name, payload in FORMS.items():
        found, report, problems = read(
            tmp_path / f"{name}.log", b"<13>Mar 19 15:33:30 dc1 " + payload if payload[:1] not in b"<" else payload
        )
        assert len(found) == report.records == 1 and not problems, name


def test_clocks_in_a_file_are_read_as_utc_however_far_apart(tmp_path: Path) -> None:
    later = SNARE.replace(b"15:33:30 2021", b"17:33:31 2021")
    found, _, _ = read(tmp_path / "x.log", SNARE + b"\n" + later + b"\n")
    assert found[1].at - found[0].at == 7201_000_000


def test_a_year_that_is_nowhere_is_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    bare = CEF.replace(b" rt=1426218619000", b"")
    path.write_bytes(b"<13>Mar 19 15:33:30 dc1 " + bare + b"\n" + bare + b"\n")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    out: list = []  # type: ignore[type-arg]
    report = read_input(found_at(path), out.extend)
    assert [one.at for one in out] == [1584632010_000_000] * 2
    assert {one.what for one in report.problems} == {
        "time without a year, read as of the file's date",
        "event without a time; that of the line before it is taken",
    }


BARE = CEF.replace(b" rt=1426218619000", b"")


def headed(tmp_path: Path, times: list[str], made: int = 1_790_000_000) -> tuple[list[str], dict[str, int]]:
    """Times of a file's events behind these headers, and its problems."""
    path = tmp_path / "x.log"
    path.write_bytes(b"".join(b"<13>%s dc1 %s\n" % (one.encode(), BARE) for one in times))
    os.utime(path, (made, made))
    out: list[Activity] = []
    report = read_input(found_at(path), out.extend)
    assert report.records == len(times) and (report.first, report.last) == (min(a.at for a in out), max(a.at for a in out))
    shown = [str(datetime.fromtimestamp(one.at // 1_000_000, UTC))[:10] for one in sorted(out, key=lambda one: one.record or 0)]
    return shown, {one.what: one.count for one in report.problems}


def test_times_that_cannot_be_stretch_nothing(tmp_path: Path) -> None:
    never = ["1970-01-01T00:00:10Z", "1601-01-01T00:00:00Z", "9999-12-31T00:00:00Z"]
    shown, problems = headed(tmp_path, [*never, "2026-01-05T10:00:00Z", *never, "Jan  6 10:00:00"])
    assert shown == ["2026-01-05"] * 7 + ["2026-01-06"]
    assert sum(problems.values()) == 6 and problems[NEVER] == 4  # 1601 is no time that CEF's clock can tell


def test_a_file_whose_clock_was_never_set_keeps_its_order(tmp_path: Path) -> None:
    shown, problems = headed(tmp_path, ["1970-01-02T00:00:10Z", "1970-01-03T00:00:10Z"])
    assert shown == ["1970-01-02", "1970-01-03"] and problems == {NEVER: 2}


def test_a_log_without_years_goes_on_over_gaps_and_the_end_of_the_year(tmp_path: Path) -> None:
    made = int(datetime(2026, 3, 10, tzinfo=UTC).timestamp())
    times = ["Oct  3 10:00:00", "Dec 31 23:59:59", "Jan  1 00:00:01", "Dec 31 23:59:58", "Jan  5 10:00:00", "Mar  8 10:00:00"]
    shown, _ = headed(tmp_path, times, made)
    assert shown == ["2025-10-03", "2025-12-31", "2026-01-01", "2025-12-31", "2026-01-05", "2026-03-08"]
    # a relay that begins anew with what is old is not read as of a time behind the file's date
    assert headed(tmp_path, ["Mar  8 10:00:00", "Jan  5 10:00:00"], made)[0] == ["2026-03-08", "2026-01-05"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(damaged(list(FORMS.values())) | st.binary(max_size=60), max_size=6))
def test_any_lines_are_survived(tmp_path: Path, lines: list[bytes]) -> None:
    _, report, _ = read(tmp_path / "x.log", b"<13>Mar 19 15:33:30 dc1 x\n" + b"\n".join(lines))
    assert report.state == "done" and report.records >= 1


def test_a_message_that_speaks_of_an_event_does_not_make_the_file_xml(tmp_path: Path) -> None:
    _, report, _ = read(tmp_path / "x.log", b"<13>Mar 19 15:33:30 dc1 x\n<Event>\n")
    assert (report.kind, report.state, report.records) == ("syslog", "done", 2)


def test_a_line_without_an_end_is_cut(tmp_path: Path) -> None:
    _, report, problems = read(tmp_path / "x.log", b"<13>Mar 19 15:33:30 dc1 " + b"x" * 3_000_000 + b"\n" + CEF)
    assert report.records == 2 and problems["syslog message longer than 262 kB"] == 1


def test_a_file_in_utf_16_is_read_like_any_other(tmp_path: Path) -> None:
    # U+0A0A and U+0D0A hold the byte of a line break in each half
    text = b"\n".join((SNARE, "<13>Mar 19 15:33:30 dc1 sshd: \u0a0a\u0d0a".encode(), RSA, CEF))
    plain, told, _ = read(tmp_path / "utf-8.log", text)
    for name, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")):
        found, report, problems = read(tmp_path / f"{name}.log", mark + text.decode().encode(name))
        assert [(one.at, one.record, one.detail) for one in found] == [(one.at, one.record, one.detail) for one in plain]
        assert report.records == told.records == 4 and problems == {"syslog message that is no Windows event": 1}
    assert len(read(tmp_path / "marked.log", b"\xef\xbb\xbf" + text)[0]) == len(plain) == 3
