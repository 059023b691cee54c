"""Windows events in one line of words: what a computer tells of its own files, registry, pipes, WMI, PowerShell,
connections and WinRM.
"""

from app.engine.describe.event_lines import from_where, here, said
from app.model.activity import Activity
from app.model.events import WindowsEvent


def host_line(a: Activity, d: WindowsEvent) -> str:
    """11, 13, 17, 18, 20 and 21 of Sysmon, 4657, 5861."""
    program = said(d, "Image", "ProcessName").rpartition("\\")[2]
    by = f" by {program}" if program else ""
    if d.event_id == 11:
        return f"File made on {here(a, d)}{by}: {said(d, 'TargetFilename')}"
    if d.event_id == 13:
        return f"Registry of {here(a, d)} written{by}: {said(d, 'TargetObject')} = {said(d, 'Details')}"
    if d.event_id == 4657:
        return (
            f"Registry of {here(a, d)} written{by}: {said(d, 'ObjectName')}\\{said(d, 'ObjectValueName')} = {said(d, 'NewValue')}"
        )
    if d.event_id in (17, 18):
        return f"Pipe {'made' if d.event_id == 17 else 'opened'} on {here(a, d)}{by}: {said(d, 'PipeName')}"
    if d.event_id == 20:
        return f"WMI event consumer {said(d, 'Name')} on {here(a, d)}: {said(d, 'Destination')}"
    return f"WMI event consumer bound on {here(a, d)}: {said(d, 'Consumer', 'CONSUMER')}"


def script_line(a: Activity, d: WindowsEvent) -> str:
    """400, 800, 4103 and 4104 of PowerShell."""
    if d.event_id == 4104:
        parts = d.number("MessageTotal") or 1
        part = f" (part {d.number('MessageNumber')} of {parts})" if parts > 1 else ""
        return f"PowerShell on {here(a, d)} ran{part}: {said(d, 'ScriptBlockText')}"
    return f"PowerShell on {here(a, d)}: {said(d, 'Payload', 'Message', 'CommandLine', 'Details')}"


def connection_line(a: Activity, d: WindowsEvent) -> str:
    """3 of Sysmon, 5156."""
    program = said(d, "Image", "Application").rpartition("\\")[2] or "A program"
    port = said(d, "DestinationPort", "DestPort")
    return f"{program} on {here(a, d)} connected to {said(d, 'DestinationIp', 'DestAddress')}{f' port {port}' if port else ''}"


def remoting_line(a: Activity, d: WindowsEvent) -> str:
    """6 and 91 of WinRM."""
    if d.event_id == 6:
        return f"WinRM session opened from {here(a, d)}: {said(d, 'connection', 'Connection')}"
    kind = said(d, "resourceUri", "ResourceUri").partition(" ")[0].rstrip("/").rpartition("/")[2]
    return f"WinRM of {here(a, d)} was asked for a shell{f' ({kind})' if kind else ''}{from_where(a, d)}"
