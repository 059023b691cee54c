"""Values of the registry that make something run, and hives with secrets."""

import pytest

from app.engine.readings.registry import hive, written
from app.model.details import RpcCall
from app.model.identifiers import WINREG

LSA = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"


def setting(key: str, value: str, data: str | int = "x") -> RpcCall:
    return RpcCall(interface=WINREG, opnum=22, stub={"key": key, "value": value, "data": data})


@pytest.mark.parametrize(
    ("key", "value", "data"),
    [
        (r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run", "Updater", "x"),
        (r"HKU\S-1-5-21-1\Software\Microsoft\Windows\CurrentVersion\RunOnce", "a", "x"),
        (r"HKLM\SYSTEM\CurrentControlSet\Services\Spooler", "ImagePath", "x"),
        (r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Image File Execution Options\sethc.exe", "Debugger", "cmd"),
        (r"HKLM\SYSTEM\CurrentControlSet\Services\DNS\Parameters", "ServerLevelPluginDll", r"\\192.0.2.9\x.dll"),
        (LSA, "DisableRestrictedAdmin", 0),
        (LSA, "DsrmAdminLogonBehavior", 2),
        (r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest", "UseLogonCredential", 1),
    ],
)
def test_values_that_matter(key: str, value: str, data: str | int) -> None:
    assert written(setting(key, value, data))


@pytest.mark.parametrize(
    ("key", "value", "data"),
    [
        (r"HKLM\SOFTWARE\Vendor\Run", "Updater", "x"),
        (r"HKLM\SYSTEM\CurrentControlSet\Services\Spooler", "Start", 2),
        (LSA, "DisableRestrictedAdmin", 1),
        ("", "", 0),
    ],
)
def test_values_that_do_not(key: str, value: str, data: str | int) -> None:
    assert written(setting(key, value, data)) == ""


def test_other_calls_set_nothing() -> None:
    key = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Run"

    assert written(RpcCall(interface=WINREG, opnum=17, stub={"key": key, "value": "a"})) == ""


@pytest.mark.parametrize(
    ("key", "name"), [(r"HKLM\SAM", "SAM"), (r"HKLM\Security", "SECURITY"), (r"HKLM\SAM\SAM", ""), ("HKLM", "")]
)
def test_hives_with_secrets(key: str, name: str) -> None:
    assert hive(RpcCall(interface=WINREG, opnum=20, stub={"key": key})) == name


def test_a_key_that_cannot_be_read_is_unknown() -> None:
    assert hive(RpcCall(interface=WINREG, opnum=31, sealed=True)) == "?"
    assert hive(RpcCall(interface=WINREG, opnum=20)) == "?"
    assert hive(RpcCall(interface=WINREG, opnum=15, stub={"key": r"HKLM\SAM"})) == ""
