"""Windows events whose values Elastic keeps under the names of its common schema (ECS), as the modules of Winlogbeat and the
integrations of its agent move them there: the address of a sign-in is then at source.ip, and no longer among the event's data.

Which values are moved: the pipelines of Winlogbeat's modules "security", "sysmon" and "powershell".
"""

from collections.abc import Mapping
from typing import Any

from app.sensor.events.values import text_of

Object = Mapping[str, Any]
TARGETS = frozenset({4624, 4625, 4634, 4647, 4648, 4768, 4769, 4770, 4771, 4772, 4773, 4776, 4964})
"""Events of which "user" is whom they are about, not who did it."""
_SESSIONS = frozenset({4778, 4779})
_SYSMON, _SHELL = "microsoft-windows-sysmon", "powershell"
_CHANNELS = {
    "security": "Security", "system.security": "Security", "windows.security": "Security", "system.system": "System",
    "sysmon": "Microsoft-Windows-Sysmon/Operational", "windows.sysmon_operational": "Microsoft-Windows-Sysmon/Operational",
    "powershell": "Microsoft-Windows-PowerShell/Operational",
    "windows.powershell_operational": "Microsoft-Windows-PowerShell/Operational", "windows.powershell": "Windows PowerShell",
}  # fmt: skip
"""Modules and data sets to the log that they read."""
_COMMON = {
    "IpAddress": "source.ip",
    "IpPort": "source.port",
    "WorkstationName": "source.domain",
    "ProcessName": "process.executable",
}
_PROCESS = {
    "NewProcessName": "process.executable",
    "CommandLine": "process.command_line",
    "ParentProcessName": "process.parent.executable",
}  # fmt: skip
_OF_SYSMON = {
    "Image": "process.executable", "CommandLine": "process.command_line", "ParentImage": "process.parent.executable",
    "ParentCommandLine": "process.parent.command_line", "TargetFilename": "file.path", "PipeName": "file.name",
    "TargetObject": "registry.path", "SourceIp": "source.ip", "SourcePort": "source.port", "DestinationIp": "destination.ip",
    "DestinationPort": "destination.port", "Protocol": "network.transport",
}  # fmt: skip
_OF_SHELL = {
    "MessageNumber": "powershell.sequence", "MessageTotal": "powershell.total",
    "ScriptBlockText": "powershell.file.script_block_text", "ScriptBlockId": "powershell.file.script_block_id",
}  # fmt: skip
_BEGAN, _PIPES, _CONNECTED = 4688, (17, 18), 3
_BEGUN_HERE = {"egress": "true", "outbound": "true", "ingress": "false", "inbound": "false"}
_GROUPS = range(4727, 4765)


def is_ecs(object: Object) -> bool:
    """True for an event of Windows that says its number and its log by names of the schema."""
    event = object.get("event")
    return isinstance(event, dict) and "code" in event and bool(event.get("provider") or channel_of(object))


def channel_of(object: Object) -> str:
    """The log, where only the module or data set tells it."""
    event = object.get("event")
    if not isinstance(event, dict):
        return ""
    return next((_CHANNELS[one] for name in ("dataset", "module") if (one := text_of(event.get(name))) in _CHANNELS), "")


def completed(object: Object, event_id: int, provider: str, fields: dict[str, str]) -> dict[str, str]:
    """The fields of an event, with those that were moved away in their places; what is there stays as it is."""
    low = provider.lower()
    if _SYSMON in low:
        places = {name: place for name, place in _OF_SYSMON.items() if name != "PipeName" or event_id in _PIPES}
        found = {name: _at(object, place) for name, place in places.items()}
        if event_id == _CONNECTED:
            found["Initiated"] = _BEGUN_HERE.get(_at(object, "network.direction").lower(), "")
        name, domain = _at(object, "user.name"), _at(object, "user.domain")
        found["User"] = f"{domain}\\{name}" if domain and name else name
    elif _SHELL in low:
        found = {name: _at(object, place) for name, place in _OF_SHELL.items()}
    elif "security" in low or channel_of(object) == "Security":
        found = {name: _at(object, place) for name, place in (_PROCESS if event_id == _BEGAN else _COMMON).items()}
        found |= _people(object, event_id)
    else:
        return fields
    missing = {name: value for name, value in found.items() if value and name not in fields}
    return fields | missing if missing else fields


def _people(object: Object, event_id: int) -> dict[str, str]:
    if event_id in _SESSIONS:
        return {
            "AccountName": _at(object, "user.name"), "AccountDomain": _at(object, "user.domain"),
            "ClientAddress": _at(object, "source.ip"), "ClientName": _at(object, "source.domain"),
        }  # fmt: skip
    if event_id in TARGETS:
        return _named(object, "user", "Target", "TargetUserSid")
    about, sid = ("group", "TargetSid") if event_id in _GROUPS else ("user.target", "TargetSid")
    return _named(object, "user", "Subject", "SubjectUserSid") | _named(object, about, "Target", sid)


def _named(object: Object, place: str, whose: str, sid: str) -> dict[str, str]:
    return {
        f"{whose}UserName": _at(object, f"{place}.name"), f"{whose}DomainName": _at(object, f"{place}.domain"),
        sid: _at(object, f"{place}.id"),
    }  # fmt: skip


def _at(object: Any, place: str) -> str:
    for name in place.split("."):
        object = object.get(name) if isinstance(object, dict) else None
    return "" if isinstance(object, dict) else text_of(object)
