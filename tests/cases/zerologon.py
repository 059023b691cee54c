"""More cases of Zerologon: what the System log of a controller and a trace of its RPC runtime tell of it."""

from msgspec.structs import replace

from app.model.activity import Activity
from app.model.identifiers import NETLOGON
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import MINUTE, SECOND, call
from tests.engine.detectors.logs import log
from tests.engine.detectors.logs_commands import only_said, told_by_commands

MANAGER = ("NETLOGON", "System")


def refused(name: str, *, at: int = 0) -> Activity:
    """5805, whose values have no names."""
    return log(5805, {"param1": name, "param2": "%%5"}, at=at, where=MANAGER)


def weak(name: str, *, at: int = 0, event_id: int = 5827) -> Activity:
    """5827 to 5829: a channel that was not protected."""
    fields = {"SamAccountName": name, "Domain": "EXAMPLE", "AccountType": "Workstation"}
    return log(event_id, fields, at=at, where=MANAGER)


def traced(opnum: int, *, at: int = 0) -> Activity:
    """A call in a trace, which names no caller."""
    return replace(call(NETLOGON, opnum, at=at, result="unanswered"), source=None, account=None, frames=())


FIRES = {
    "a controller's own name is refused (5805)": Case([refused("DC1")], severity="medium"),
    "one name again and again (5805)": Case([refused("WS1", at=one * SECOND) for one in range(30)], severity="medium"),
    "an unprotected channel (5827)": Case([weak("NAS1$")], severity="low"),
    "an unprotected channel of the controller's own name (5827)": Case([weak("DC1$")], severity="medium"),
    "an old form, and a password at once (trace)": Case(
        [traced(4), traced(15, at=SECOND), traced(30, at=2 * SECOND)], severity="medium"
    ),
}
QUIET = {
    "a computer with a broken secret (5805)": [refused("WS1", at=one * 15 * MINUTE) for one in range(20)],
    "an unprotected channel that is let pass (5829)": [weak("NAS1$", event_id=5829)],
    "the form that Windows uses (trace)": [traced(4), traced(26, at=SECOND), traced(30, at=2 * SECOND)],
    "an old form without a password (trace)": [traced(15), traced(30, at=10 * MINUTE)],
}
REAL = (
    Real("corpus/evtx/sb_CA_Zerologon_CVE-2020-1472_DFIR_System_NetLogon_Error_EventID_5805.evtx", severity="medium"),
    Real("corpus/evtx/sb_CA_etw_rpc_zerologon.evtx"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)

COMMAND = '"lsadump::zerologon /target:dc1 /account:dc1$"'
SCRIPT = "Invoke-ZeroLogon -fqdn dc1.example.org"
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-ZeroLogon")
