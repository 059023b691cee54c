"""Cases of ntlm_tampering: integrity codes that were announced and are not there."""

from app.model.activity import Activity
from app.model.details import Ntlm
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, SECOND, WS1, act


def ntlm(mic: bool | None, expected: bool | None, *, at: int = 0, flags: int = 0xE2888215, code: int = 0) -> Activity:
    """One NTLM authentication at LDAP."""
    detail = Ntlm(user="alice", domain="EXAMPLE", version="NTLMv2", carrier="ldap", mic=mic, mic_expected=expected, flags=flags)
    return act(detail, WS1, DC1, 389, at=at, code=code, result="failure" if code else "success")


FIRES: Cases = {
    "taken out": Case([ntlm(False, True, flags=0x62880205)], external_id=2039, severity="medium"),
    "only the code is missing": Case([ntlm(False, True)], severity="medium"),
    "refused": Case([ntlm(False, True, code=49), ntlm(False, True, at=SECOND, code=49)], severity="medium"),
}
QUIET: Cases = {
    "it is there": [ntlm(True, True)],
    "not announced": [ntlm(False, False)],
    "the answer is not readable": [ntlm(None, None), ntlm(False, None, at=SECOND)],
    "there though not announced": [ntlm(True, False)],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/pcap/zeek_aduser1-ntlm.pcap", fires=False),
    Real("corpus/pcap/sb_CA_LM_SpoolSample_SMB_BiAuth.pcapng", fires=False),
)
