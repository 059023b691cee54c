"""How much the program of a connection says, by where it lies."""

import pytest

from app.engine.readings.connections import is_inside, is_to_itself, own_end, program_of
from tests.engine.detectors.builders import DC1, WS1
from tests.engine.detectors.logs import logon
from tests.engine.detectors.logs_remoting import connection, permitted


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (r"C:\Program Files\Java\jre\bin\java.exe", "installed"),
        (r"\device\harddiskvolume3\program files (x86)\Agent\agent.exe", "installed"),
        (r"C:\ProgramData\Microsoft\Windows Defender\Platform\4.18\MsMpEng.exe", "installed"),
        (r"\device\harddiskvolume3\windows\system32\svchost.exe", "relay"),
        ("System", "relay"),
        ("<unknown process>", "unknown"),
        ("&lt;unknown process&gt;", "unknown"),
        ("-", "unknown"),
        (r"C:\Program Files\Python312\python.exe", ""),
        (r"C:\Program Files\PowerShell\7\pwsh.exe", ""),
        (r"C:\Users\alice\Program Files\a.exe", ""),
        (r"C:\ProgramData\a.exe", ""),
        (r"C:\ProgramData\Microsoft\Windows\a.exe", ""),
        (r"C:\Windows\Temp\svchost.exe", ""),
        (r"C:\Users\alice\system", ""),
    ],
)
def test_where_a_program_lies_says_what_it_may_be(path: str, kind: str) -> None:
    for one in (connection(path), permitted(path)):
        found = program_of(one)
        assert found is not None and found.kind == kind


def test_the_same_program_of_two_people_on_two_volumes_is_one() -> None:
    one, other = (
        program_of(connection(r"C:\Users\alice\a.exe")),
        program_of(permitted(r"\device\harddiskvolume7\users\bob\A.EXE")),
    )

    assert one is not None and other is not None and one.path == other.path


def test_both_ends_are_told_as_a_controller_writes_them() -> None:
    assert own_end(connection("a.exe", source="::ffff:192.0.2.21", own_port=50111)) == (WS1, 50111)
    assert own_end(connection("a.exe", source="fe80:0:0:0:252c:71a:8319:6430"))[0] == "fe80::252c:71a:8319:6430"
    assert own_end(permitted("a.exe", source="nonsense")) == ("", 50100)
    assert is_to_itself(connection("a.exe", source=DC1, target=DC1)) and not is_to_itself(connection("a.exe"))
    assert is_inside(connection("a.exe", target="10.9.9.9")) and not is_inside(connection("a.exe", target="8.8.8.8"))


def test_other_events_tell_no_connection() -> None:
    assert program_of(logon()) is None
    assert own_end(logon()) == ("", 0)
