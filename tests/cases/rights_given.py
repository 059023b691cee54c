"""Cases of powerful privileges being given."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, DC2, FILES, LSARPC, WS1, call, controller
from tests.engine.detectors.logs import CLIENT, DC, DOMAIN, log, subject, tgt

KNOWN = [controller(DC1), controller(DC2), tgt("bob", at=-1)]
BOB = f"{DOMAIN}-1105"


def given(right: str = "SeEnableDelegationPrivilege", sid: str = BOB, user: str = "alice", *, computer: str = DC) -> Activity:
    """4704."""
    return log(4704, {**subject(user), "TargetSid": sid, "PrivilegeList": right}, computer=computer)


def add(*rights: str, sid: str = BOB, source: str = WS1, target: str = DC1, **more: object) -> Activity:
    return call(LSARPC, 37, source, target, pipe="lsarpc", stub={"sid": sid, "names": list(rights)}, **more)  # type: ignore[arg-type]


FIRES = {
    "to say who may act for others": Case([*KNOWN, given()], severity="medium"),
    "several, one of them harmless": Case([*KNOWN, given("SeShutdownPrivilege\n\t\t\tSeDebugPrivilege")], severity="medium"),
    "by a group policy": Case([*KNOWN, given("SeTcbPrivilege", user="SYSTEM")], severity="low"),
    "the call to a controller": Case([*KNOWN, add("SeBackupPrivilege")], severity="medium"),
    "the call to a server": Case([*KNOWN, add("SeDebugPrivilege", target=FILES)], severity="low"),
}
QUIET = {
    "a harmless right": [*KNOWN, given("SeTimeZonePrivilege"), add("SeServiceLogonRight")],
    "to the administrators of the computer": [*KNOWN, given("SeDebugPrivilege", "S-1-5-32-544")],
    "to a service, at its setup": [*KNOWN, given("SeAssignPrimaryTokenPrivilege", "S-1-5-80-1-2-3-4-5")],
    "in the log of a computer that is no controller": [*KNOWN, given("SeBackupPrivilege", computer=CLIENT)],
    "a controller's own call": [*KNOWN, add("SeBackupPrivilege", source=DC2)],
    "harmless rights, by a call": [*KNOWN[:2], add("SeServiceLogonRight"), add("SeTimeZonePrivilege", "SeShutdownPrivilege")],
    "to the administrators and to a service, by a call": [
        *KNOWN[:2],
        add("SeDebugPrivilege", sid="S-1-5-32-544"),
        add("SeImpersonatePrivilege", sid="S-1-5-80-1-2-3-4-5"),
    ],
    "rights listed, by a call": [*KNOWN[:2], call(LSARPC, 36, pipe="lsarpc", stub={"sid": BOB, "names": ["SeDebugPrivilege"]})],
}
REAL = (
    Real("corpus/evtx/ts_Security.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
