"""Marks of tools in command lines."""

import time

import pytest

from app.engine.readings.commands import local_mark


@pytest.mark.parametrize(
    ("command", "name", "driver"),
    [
        (r"cmd.exe /c echo a > \\.\pipe\a", "a", False),
        (r"C:\Windows\Temp\svc.exe", "svc", False),
        (r'"C:\Users\bob\AppData\Local\x.exe"', "x", False),
        (r"%TEMP%\x.exe", "x", False),
        (r"C:\Windows\System32\mshta.exe http://192.0.2.9/a", "x", False),
        (r"\\192.0.2.9\share\x.exe", "x", False),
        (r"\SystemRoot\System32\drivers\mimidrv.sys", "mimidrv", True),
    ],
)
def test_marks(command: str, name: str, driver: bool) -> None:
    assert local_mark(command, name, driver)


@pytest.mark.parametrize(
    ("command", "name", "driver"),
    [
        (r'"C:\Program Files\Vendor\agent.exe" --service', "agent", False),
        (r"%SystemRoot%\system32\svchost.exe -k netsvcs", "x", False),
        (r"C:\Windows\SysWOW64\rundll32helper.exe", "x", False),
        (r"\??\C:\Users\bob\AppData\Local\Temp\cpuz.sys", "cpuz", True),
        ("", "", False),
    ],
)
def test_ordinary_services(command: str, name: str, driver: bool) -> None:
    assert local_mark(command, name, driver) == ""


@pytest.mark.parametrize("command", ["\\" * 20_000, "c:" + "\\a" * 20_000, "echo " * 9_000, "mshta" * 9_000, "users\\" * 9_000])
def test_hostile_commands_cost_little(command: str) -> None:
    began = time.perf_counter()
    local_mark(command, command, False)

    assert time.perf_counter() - began < 0.5
