"""Authorization data of the client's own making, and that which belongs there."""

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import MINUTE, REALM, WS1, as_req, tgs_req
from tests.engine.detectors.builders_kerberos import WINDOWS, tgt_of

WITHOUT = as_req("alice", WS1, pac_request=False, pa_types=(2, 128))
OWN = {"has_authorization_data": True}
HELD = {"presented_ticket_hash": tgt_of("alice", WS1, 0), "at": MINUTE}

FIRES: Cases = {
    "accepted": Case([WITHOUT, tgs_req(f"krbtgt/{REALM}", pac_request=False, **OWN, **HELD)], severity="high"),
    "refused": Case([WITHOUT, tgs_req("krbtgt", code=15, **OWN, **HELD)], severity="medium"),
    "only the second step was captured": Case(
        [tgs_req(f"krbtgt/{REALM}", pac_request=False, **OWN)], severity="high"
    ),
}  # fmt: skip

QUIET: Cases = {
    "Windows with its own data": [as_req("alice", WS1, **WINDOWS), tgs_req("cifs/files.example.org", **OWN, **HELD)],
    "Linux without a PAC": [WITHOUT, tgs_req("host/files.example.org", **HELD)],
    "a ticket from before the recording": [tgs_req("cifs/files.example.org", **OWN)],
}  # fmt: skip

REAL = (
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/otrf_empire_getsession_dcerpc_smb_srvsvc_NetSessEnum.cap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
