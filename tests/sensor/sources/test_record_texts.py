"""Records taken out of a log tell the same when they are read alone."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from app.model.activity import Activity
from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.record_texts import FORMS, read_texts, texts_file

DETAIL = """Tue Jan  6 10:00:00 2026
\tUser-Name = "alice"
\tAcct-Status-Type = Start
\tAcct-Session-Id = "1"
\tFramed-IP-Address = 10.8.0.5
\tNAS-IP-Address = 10.0.0.30

Tue Jan  6 11:00:00 2026
\tUser-Name = "bob"
\tAcct-Status-Type = Start
\tAcct-Session-Id = "2"
\tFramed-IP-Address = 10.8.0.6
\tNAS-IP-Address = 10.0.0.30
"""


def activities_of(path: Path) -> tuple[str, str, list[Activity]]:
    out: list[Activity] = []
    report = read_input(next(find_inputs([path])), out.extend)
    return report.key, report.kind, out


def placeless(one: Activity) -> Activity:
    timeless = one.kind == "directory-object"  # the time of an LDIF is the latest that it tells anywhere
    return replace(one, input="", record=None, ordinal=0, **({"at": 0, "until": 0} if timeless else {}))


def check(path: Path, folder: Path, most: int = 40) -> int:
    """Every second activity comes out of the records that it came from; gives their number."""
    key, kind, every = activities_of(path)
    some = every[1::2][:most]

    got, texts = read_texts(path, {(one.record or 0, one.ordinal) for one in some}, key)

    again = folder / f"again{FORMS[kind]}"
    again.write_bytes(texts_file(kind, list(texts.values())))
    _, _, found = activities_of(again)
    assert got == kind and {(one.record, one.ordinal) for one in some} == texts.keys()
    assert all(placeless(one) in [placeless(other) for other in found] for one in some)
    return len(some)


@pytest.mark.parametrize(
    "name",
    [
        "evtx/dbc_sliver-security.evtx",
        "evtx/sb_CA_CA_DCSync_4662.evtx",
        "evtx/md_T1003_ID4661-4658_Mimikatz_sekurlsa_password_dump_SAM.evtx",
        "json/otrf_empire_shell_samr_EnumDomainUsers.zip",
    ],
)
def test_logs_of_others(shared: Path, tmp_path: Path, name: str) -> None:
    assert check(shared / "corpus" / name, tmp_path)


def test_a_directory(shared: Path, tmp_path: Path) -> None:
    assert check(shared / "lab" / "directory.ldif", tmp_path, 10) == 10


def test_a_gateway(tmp_path: Path) -> None:
    path = tmp_path / "detail"
    path.write_text(DETAIL)

    assert check(path, tmp_path) == 1


def test_json_over_several_lines_becomes_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    event = (
        '{\n "EventID": 4625,\n "Channel": "Security", "@timestamp": "2026-01-06T10:00:0%d.000Z",\n "TargetUserName": "a\\nb"}'
    )
    path.write_text(f"[{event % 1},\n{event % 2}]")

    assert check(path, tmp_path) == 1
    assert (tmp_path / "again.jsonl").read_bytes().count(b"\n") == 1


def test_what_changed_or_has_no_records_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "detail"
    path.write_text(DETAIL)

    with pytest.raises(ValueError, match="it has changed"):
        read_texts(path, {(1, 0)}, "0" * 12)
    with pytest.raises(OSError):
        read_texts(tmp_path / "gone", {(1, 0)}, "0" * 12)
