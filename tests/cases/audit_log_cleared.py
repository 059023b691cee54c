"""Logs cleared and auditing switched off."""

from tests.cases.case import Case, Real
from tests.engine.detectors.builders import WMI, WS1, call
from tests.engine.detectors.builders_changes import account_event
from tests.engine.detectors.logs import CLIENT, log, logon, subject, tgt

WHERE = ("Microsoft-Windows-Eventlog", "Security")
SYSTEM_LOG = ("Microsoft-Windows-Eventlog", "System")
EVEN, EVEN6 = "82273fdc-e32a-18c3-3f78-827929dc23ea", "f6beaff7-1e19-4fbb-9f8f-b89e2018337c"
ACCOUNTS = "{0cce9235-69ae-11d9-bed3-505054503030}"


BY_WMI = r'Win32_NTEventlogFile.Name="C:\\Windows\\System32\\Winevt\\Logs\\{}.evtx"'


def cleared(user: str = "alice", **more: object) -> object:
    return log(1102, subject(user), where=WHERE, **more)  # type: ignore[arg-type]


def policy(change: str, user: str = "alice", category: str = ACCOUNTS) -> object:
    return log(4719, {**subject(user), "SubcategoryGuid": category, "AuditPolicyChanges": change})


MANAGER = ("Service Control Manager", "System")
DNS_AUDIT = ("Microsoft-Windows-DNSServer", "Microsoft-Windows-DNSServer/Audit")


def start(after: str, service: str = "EventLog", **more: object) -> object:
    fields = {"param1": "Windows-Ereignisprotokoll", "param2": "Automatisch starten", "param3": after, "param4": service}
    return log(7040, fields, where=MANAGER, sid="S-1-5-21-1-2-3-1105", **more)  # type: ignore[arg-type]


def level(value: str, setting: str = "EventLogLevel", sid: str = "S-1-5-21-1-2-3-1105") -> object:
    return log(541, {"Setting": setting, "Scope": ".", "NewValue": value}, where=DNS_AUDIT, sid=sid)


FIRES = {
    "the service of the logs of a controller no longer starts": Case([tgt("bob"), start("Deaktiviert", at=5)], severity="medium"),
    "that of a computer": Case([start("disabled", computer=CLIENT)], severity="low"),
    "the service of the logs breaks": Case(
        [log(7034, {"param1": "Windows Event Log", "param2": "1"}, where=MANAGER)], severity="low"
    ),
    "the log of a DNS server is switched off": Case([level("0")], severity="low"),
    "the Security log of a computer": Case([cleared(computer=CLIENT)], severity="low"),
    "that of a controller": Case([tgt("bob"), cleared(at=5)], severity="medium"),
    "that of a controller from elsewhere": Case([tgt("bob"), logon(), cleared(at=5)], severity="high"),
    "over the network": Case([call(EVEN, 0, stub={"log": "Security"})], severity="medium", external_id=3014),
    "over the newer interface": Case([call(EVEN6, 6, stub={"log": "Application"})], severity="low"),
    "by a method of WMI": Case(
        [call(WMI, 24, stub={"object": BY_WMI.format("Security"), "method": "ClearEventlog"})], severity="medium"
    ),
    "another log by a method of WMI": Case(
        [call(WMI, 24, stub={"object": BY_WMI.format("System"), "method": "ClearEventLog"})], severity="low"
    ),
    "the System log": Case([log(104, {**subject("alice"), "Channel": "System"}, where=SYSTEM_LOG)], severity="low"),
    "auditing of accounts off": Case([policy("%%8448")], severity="medium"),
    "auditing off by a policy": Case([policy("%%8448, %%8450", "SYSTEM")], severity="low"),
    "auditing of accounts off, as a forwarder of texts tells it": Case(
        [policy("Success removed, Failure removed")], severity="medium"
    ),
}
QUIET = {
    "the service of the logs starts with the computer again": [start("Automatisch starten"), start("автоматический"), start("")],
    "a DNS server logs something, or is set otherwise": [level("4"), level("0", "LogLevel"), level("0", sid="S-1-5-18")],
    "auditing on": [policy("%%8449, %%8451")],
    "auditing of files off": [policy("%%8448", category="{0cce921d-69ae-11d9-bed3-505054503030}")],
    "the log service stops": [log(1100, {}, where=WHERE)],
    "a log read over the network": [call(EVEN, 7, WS1), call(EVEN6, 5)],
    "a log kept in a file by WMI, another method, one that is sealed": [
        call(WMI, 24, stub={"object": BY_WMI.format("Security"), "method": "BackupEventlog"}),
        call(WMI, 24, stub={"object": "StdRegProv", "method": "GetStringValue"}),
        call(WMI, 24, sealed=True),
    ],
    "an account changed": [account_event(4738, "dora")],
    "auditing on, as a forwarder of texts tells it": [policy("Success Added"), policy("Failure added", "SYSTEM")],
    "the size of a log asked for and its records read over the network": [call(EVEN, 4), call(EVEN, 10), call(EVEN6, 11)],
    "a log kept in a file and not cleared, over the network": [call(EVEN6, 7, stub={"log": "Security"}), call(EVEN, 1)],
}
REAL = (
    Real("corpus/pcap/elc_pwshell-cmdlet-clear-eventlog-application.pcap"),
    Real("corpus/evtx/sb_PE_DACL_DCSync_Right_Powerview_Add-DomainObjectAcl.evtx"),
    Real("corpus/evtx/md_T1098_ID4732-User_added_to_local_admin_groups.evtx", fires=False),
)
