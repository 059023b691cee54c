"""Events of connections and of WinRM for cases, through the translator."""

from app.model.activity import Activity
from tests.engine.detectors.builders import DC1, WS1
from tests.engine.detectors.logs import CLIENT, FILE_SERVER, SIDS, log
from tests.engine.detectors.logs_hosts import HEAD, SYSMON

WINRM = ("Microsoft-Windows-WinRM", "Microsoft-Windows-WinRM/Operational")
POWERSHELL = "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
COMMANDS = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"


def connection(
    program: str, target: str = DC1, port: int = 88, *, at: int = 0, source: str = WS1, own_port: int = 50100,
    user: str = r"EXAMPLE\alice", computer: str = CLIENT,
) -> Activity:  # fmt: skip
    """3 of Sysmon."""
    fields = {
        **HEAD, "ProcessId": "4242", "Image": program, "User": user, "Protocol": "tcp", "Initiated": "true",
        "SourceIsIpv6": "false", "SourceIp": source, "SourceHostname": "-", "SourcePort": str(own_port), "SourcePortName": "-",
        "DestinationIsIpv6": "false", "DestinationIp": target, "DestinationHostname": "-", "DestinationPort": str(port),
        "DestinationPortName": "kerberos",
    }  # fmt: skip
    return log(3, fields, at=at, computer=computer, where=SYSMON)


def permitted(
    program: str, target: str = DC1, port: int = 88, *, at: int = 0, source: str = WS1, own_port: int = 50100,
    computer: str = CLIENT,
) -> Activity:  # fmt: skip
    """5156."""
    fields = {
        "ProcessID": "4242", "Application": program, "Direction": "%%14593", "SourceAddress": source, "SourcePort": str(own_port),
        "DestAddress": target, "DestPort": str(port), "Protocol": "6", "FilterRTID": "69420", "LayerName": "%%14611",
        "LayerRTID": "48", "RemoteUserID": "S-1-0-0", "RemoteMachineID": "S-1-0-0",
    }  # fmt: skip
    return log(5156, fields, at=at, computer=computer)


def session(connection: str, user: str = "alice", *, at: int = 0, computer: str = CLIENT, sid: str | None = None) -> Activity:
    """6 of WinRM."""
    return log(6, {"connection": connection}, at=at, computer=computer, where=WINRM, sid=sid or SIDS[user])


def shell(uri: str = POWERSHELL, user: str = "alice", *, at: int = 0, computer: str = FILE_SERVER) -> Activity:
    """91 of WinRM."""
    return log(91, {"resourceUri": uri}, at=at, computer=computer, where=WINRM, sid=SIDS[user])
