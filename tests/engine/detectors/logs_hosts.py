"""Events of Sysmon for cases, through the translator: files, values, pipes and consumers of WMI of a computer."""

from app.model.activity import Activity
from tests.engine.detectors.logs import DC, FILE_SERVER, log, subject

SYSMON = ("Microsoft-Windows-Sysmon", "Microsoft-Windows-Sysmon/Operational")
SYSTEM = r"NT AUTHORITY\SYSTEM"
SYSTEM32 = "C:\\Windows\\System32\\"
SERVICES, REG = SYSTEM32 + "services.exe", SYSTEM32 + "reg.exe"
HEAD = {"RuleName": "-", "UtcTime": "2026-01-05 10:00:00.000", "ProcessGuid": "{00000000-0000-0000-0000-000000000000}"}


def made(
    path: str, program: str = r"C:\t\x.exe", user: str = r"EXAMPLE\alice", *, at: int = 0, computer: str = FILE_SERVER
) -> Activity:
    """11."""
    fields = {**HEAD, "ProcessId": "420", "Image": program, "TargetFilename": path, "CreationUtcTime": "", "User": user}
    return log(11, fields, at=at, computer=computer, where=SYSMON)


def value(
    target: str, details: str, program: str = REG, user: str = r"EXAMPLE\alice", *, at: int = 0, computer: str = FILE_SERVER
) -> Activity:
    """13."""
    fields = {
        **HEAD, "EventType": "SetValue", "ProcessId": "420", "Image": program, "TargetObject": target, "Details": details,
        "User": user,
    }  # fmt: skip
    return log(13, fields, at=at, computer=computer, where=SYSMON)


def audited_value(
    key: str, name: str, new: str, user: str = "alice", *, at: int = 0, computer: str = DC, failed: bool = False,
    operation: str = "%%1905", program: str = REG,
) -> Activity:  # fmt: skip
    """4657."""
    fields = {
        **subject(user), "ObjectName": key, "ObjectValueName": name, "HandleId": "0x54", "OperationType": operation,
        "OldValueType": "-", "OldValue": "-", "NewValueType": "%%1876", "NewValue": new, "ProcessId": "0x1a4",
        "ProcessName": program,
    }  # fmt: skip
    return log(4657, fields, at=at, computer=computer, failed=failed)


def pipe(name: str, program: str = "System", number: int = 18, *, at: int = 0, computer: str = FILE_SERVER) -> Activity:
    """17 and 18."""
    fields = {
        **HEAD, "EventType": "CreatePipe" if number == 17 else "ConnectPipe", "ProcessId": "4", "PipeName": name,
        "Image": program, "User": SYSTEM,
    }  # fmt: skip
    return log(number, fields, at=at, computer=computer, where=SYSMON)


def consumer(
    command: str, user: str = r"EXAMPLE\alice", kind: str = "Command Line", *, at: int = 0, computer: str = FILE_SERVER,
    operation: str = "Created",
) -> Activity:  # fmt: skip
    """20."""
    fields = {
        **HEAD, "EventType": "WmiConsumerEvent", "Operation": operation, "User": user, "Name": ' "Updater"', "Type": kind,
        "Destination": f' "{command}"',
    }  # fmt: skip
    return log(20, fields, at=at, computer=computer, where=SYSMON)


def bound(kind: str = "CommandLineEventConsumer", user: str = r"EXAMPLE\alice", *, at: int = 0) -> Activity:
    """21."""
    fields = {
        **HEAD, "EventType": "WmiBindingEvent", "Operation": "Created", "User": user, "Consumer": f'"{kind}.Name=\\"Updater\\""',
        "Filter": '"__EventFilter.Name=\\"Updater\\""',
    }  # fmt: skip
    return log(21, fields, at=at, computer=FILE_SERVER, where=SYSMON)


def kept_by_wmi(command: str, kind: str = "CommandLineEventConsumer", *, at: int = 0) -> Activity:
    """5861."""
    cause = (
        'Binding EventFilter: \ninstance of __EventFilter\n{\n\tName = "Updater";\n};\nPerm. Consumer: \n'
        f'instance of {kind}\n{{\n\tCommandLineTemplate = "{command}";\n\tCreatorSID = {{1, 5, 0}};\n\tName = "Updater";\n}};\n'
    )
    fields = {"Namespace": "//./ROOT/subscription", "ESS": "Updater", "CONSUMER": f'{kind}="Updater"', "PossibleCause": cause}
    where = ("Microsoft-Windows-WMI-Activity", "Microsoft-Windows-WMI-Activity/Operational")
    return log(5861, fields, at=at, computer=FILE_SERVER, where=where)
