"""Cases of a controller's restore mode password being set."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, SAMR, SECOND, call, controller
from tests.engine.detectors.builders_changes import account_event
from tests.engine.detectors.logs import DC, computer_changed, log, subject
from tests.engine.detectors.logs_hosts import SYSTEM, SYSTEM32, audited_value, value


def logged(user: str = "alice", status: str = "0x0") -> Activity:
    """4794."""
    return log(4794, {**subject(user), "Workstation": "DC1", "Status": status}, failed=status != "0x0")


FIRES = {
    "the call": Case([controller(DC1), call(SAMR, 66)], severity="medium"),
    "the call, sealed and refused": Case([controller(DC1), call(SAMR, 66, sealed=True, code=0xC0000022)], severity="medium"),
    "the log": Case([logged()], severity="medium"),
    "the log, in vain": Case([logged(status="0xc000006a")], severity="medium"),
    "the system itself": Case([logged("SYSTEM")], severity="low"),
}

LSA = r"HKLM\System\CurrentControlSet\Control\Lsa"
FIRES |= {
    "its administrator may sign in, told by Sysmon": Case(
        [value(rf"{LSA}\DsrmAdminLogonBehavior", "DWORD (0x00000002)", computer=DC)], severity="medium"
    ),
    "the same, audited": Case(
        [audited_value(r"\REGISTRY\MACHINE\SYSTEM\ControlSet001\Control\Lsa", "DsrmAdminLogonBehavior", "1")], severity="medium"
    ),
    "the same, by a policy": Case(
        [value(rf"{LSA}\DsrmAdminLogonBehavior", "DWORD (0x00000001)", SYSTEM32 + "svchost.exe", SYSTEM, computer=DC)],
        severity="low",
    ),
}

QUIET = {
    "its administrator may not sign in": [
        value(rf"{LSA}\DsrmAdminLogonBehavior", "DWORD (0x00000000)", computer=DC),
        audited_value(LSA, "DsrmAdminLogonBehavior", "2", failed=True),
        audited_value(LSA, "DsrmAdminLogonBehavior", "-", operation="%%1906"),
        value(r"HKLM\Software\Vendor\DsrmAdminLogonBehavior", "DWORD (0x00000002)", computer=DC),
    ],
    "the log tells a password of the domain": [account_event(4724, "bob"), account_event(4723, "alice", at=SECOND)],
    "the log tells a renamed account": [account_event(4781, "bob", OldTargetUserName="bob", NewTargetUserName="rob")],
    "a password of the domain": [controller(DC1), call(SAMR, 58), call(SAMR, 55, at=SECOND)],
    "accounts listed": [controller(DC1), call(SAMR, 13)],
    "a computer's password": [computer_changed("WS1$", "WS1$")],
    "a password changed by its owner": [controller(DC1), call(SAMR, 63), call(SAMR, 38, at=SECOND)],
}

REAL = (
    Real("corpus/evtx/md_T1003_ID4794-4688-DSRM_password_set_with_NTDSutil.evtx", severity="medium"),
    Real("lab/captures/password_reset.pcap", fires=False),
)
