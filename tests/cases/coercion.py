"""Cases of authentication coercion."""

from msgspec.structs import replace

from app.model.activity import Account, Activity
from app.model.details import Ntlm
from app.model.identifiers import DFSNM, EFS, EFS_ON_LSARPC, EVEN, FSRVP, SPOOLSS
from tests.cases.case import LOW, Case, Real
from tests.engine.detectors.builders import DC1, DC2, MINUTE, SECOND, WS1, WS2, act, call, controller, ntlm, rpc_bind
from tests.engine.detectors.builders import FILES as SERVER
from tests.engine.detectors.logs import CLIENT, DC, FILE_SERVER, known, log, subject, tgt, validated

ATTACKER = "192.0.2.66"


def back(to: str, *, at: int = SECOND, source: str = DC1) -> Activity:
    """The controller's own account signs in."""
    detail = Ntlm(user="DC1$", domain="EXAMPLE", workstation="DC1", version="NTLMv2", carrier="smb2")
    return act(detail, source, to, 445, at=at, account=Account(name="DC1$", domain="EXAMPLE"), result="failure", code=0xC0000022)


def asked(
    interface: str,
    opnum: int,
    *,
    at: int = 0,
    source: str = ATTACKER,
    target: str = DC1,
    sealed: bool = False,
    code: int | None = 0,
    **stub: str,
) -> Activity:
    return call(interface, opnum, source, target, at=at, stub=stub, sealed=sealed, returned=code, code=code)


def pipe_checked(name: str, *, at: int = 0, source: str = ATTACKER, computer: str = DC, user: str = "alice") -> Activity:
    """5145."""
    fields = {**subject(user), "IpAddress": source, "IpPort": "50005", "ShareName": r"\\*\IPC$", "RelativeTargetName": name}
    return log(5145, fields, at=at, computer=computer)


def traced(interface: str, opnum: int, *, at: int = 0) -> Activity:
    """A call in a trace, which names no caller."""
    return replace(call(interface, opnum, at=at, result="unanswered"), source=None, account=None, frames=())


FIRES = {
    "an encrypted file on the caller": Case(
        [controller(DC1), asked(EFS_ON_LSARPC, 0, path=r"\\192.0.2.66\s\f", code=53)], external_id=2416, severity="high"
    ),
    "an encrypted file on another computer, and it went": Case(
        [controller(DC1), asked(EFS, 4, path=r"\\192.0.2.67\s\f", code=53), back("192.0.2.67")], external_id=2416, severity="high"
    ),
    "the printer bug with another computer": Case(
        [
            controller(DC1),
            asked(SPOOLSS, 1, printer=r"\\dc1"),
            call(
                SPOOLSS,
                65,
                ATTACKER,
                DC1,
                at=2 * SECOND,
                stub={"printer": r"\\dc1", "target": r"\\relay@80\x"},
                code=5,
                returned=5,
            ),
        ],
        external_id=2415,
        severity="high",
    ),
    "the whole spooler of a controller, one's own name": Case(
        [
            controller(DC1),
            call(SPOOLSS, 65, WS1, DC1, stub={"printer": r"\\dc1", "target": r"\\ws1"}),
            ntlm("alice", WS1, DC1),
            act(Ntlm(user="alice", workstation="WS1", version="NTLMv2", carrier="smb2", target_netbios_computer="WS1"), WS2, WS1),
        ],
        external_id=2415,
    ),
    "a namespace root on the attacker": Case(
        [controller(DC1), asked(DFSNM, 12, server=ATTACKER, share="x", code=5)], external_id=2426, severity="high"
    ),
    "a shadow copy of somebody else's share": [controller(DC1), asked(FSRVP, 9, path=r"\\192.0.2.66\x")],
    "a saved log on somebody else's share": [controller(DC1), asked(EVEN, 9, backup=r"\??\UNC\192.0.2.66\x")],
    "sealed, to a controller": Case([controller(DC1), asked(EFS, 6, sealed=True, code=None)], severity="medium"),
    "tries several ways": [
        controller(DC1),
        asked(EFS, 0, path=r"\\192.0.2.66\s\f", code=5),
        asked(EFS, 4, at=SECOND, path=r"\\192.0.2.66\s\f", code=53),
        asked(DFSNM, 13, at=MINUTE, server=ATTACKER),
    ],
    "refused": Case(
        [controller(DC1), call(EFS, 0, ATTACKER, DC1, stub={"path": r"\\192.0.2.66\s\f"}, code=5, result="failure")],
        severity="high",
    ),
    "a member server, by an address": Case([asked(EFS, 0, target=SERVER, path=r"\\192.0.2.66\s\f")], severity="high"),
    "a pipe in the log": Case([tgt("bob"), pipe_checked("efsrpc")], severity="low"),
    "a pipe in the log, and the controller signs in": Case(
        [tgt("bob"), pipe_checked("netdfs"), validated("DC1$", "DC1", at=2 * SECOND, status=0)],
        severity="medium",
        external_id=2426,
    ),
}

FIRES |= {
    "the spooler's pipe, where nobody prints": Case([tgt("bob"), pipe_checked("spoolss")], severity="low", external_id=2415),
    "a pipe of a computer that may be any": Case([pipe_checked("efsrpc", computer=CLIENT)], severity="low", external_id=2416),
    "a trace of the encrypting file system": Case([traced(EFS, 4)], severity="low", external_id=2416),
}
OWN = [
    pipe_checked(
        "efsrpc", at=number * MINUTE, source=f"192.0.2.{110 + number}", computer=f"fs{number}.example.org", user=f"fs{number}$"
    )
    for number in range(7)
]
"""File servers that open a pipe of themselves, each from another of its addresses than the one that is known of it."""
FIRES |= {
    "a pipe that many computers open on themselves": Case(
        [*OWN, pipe_checked("efsrpc", at=8 * MINUTE, computer=CLIENT)], severity="low", external_id=2416
    ),
    "a pipe opened under a server's own account from another computer": Case(
        [tgt("WS2$", WS2), pipe_checked("efsrpc", at=MINUTE, source=WS2, computer=FILE_SERVER, user="FILES$")],
        severity="low", external_id=2416,
    ),
}  # fmt: skip
FIRES |= {
    "encrypted files of a controller, which has none": Case(
        [controller(DC1), rpc_bind(EFS_ON_LSARPC, ATTACKER, refused=True)], external_id=2416, severity="low"
    ),
    "shadow copies of a controller's shares, refused": Case(
        [controller(DC1), rpc_bind(FSRVP, ATTACKER, refused=True)], external_id=2416, severity="low"
    ),
    "refused over one pipe, asked over another": Case(
        [
            controller(DC1), rpc_bind(EFS_ON_LSARPC, ATTACKER, refused=True),
            asked(EFS, 0, at=SECOND, path=r"\\192.0.2.66\s\f", code=53),
        ],
        severity="high",
    ),
}  # fmt: skip
QUIET = {
    "shadow copies of a file server, which has no agent": [rpc_bind(FSRVP, WS1, SERVER, refused=True)],
    "encrypted files of a controller, agreed on, and nothing asked": [controller(DC1), rpc_bind(EFS, WS1)],
    "controllers among themselves": [controller(DC1), controller(DC2), rpc_bind(EFS, DC2, refused=True)],
    "a spooler that a controller does not run": [controller(DC1), rpc_bind(SPOOLSS, WS1, refused=True)],
    "file servers that open a pipe of themselves, from several addresses": OWN,
    "a person on a file server that has several addresses": [
        tgt("FILES$", SERVER),
        tgt("FILES$", "192.0.2.131", at=SECOND),
        pipe_checked("efsrpc", at=MINUTE, source="192.0.2.131", computer=FILE_SERVER),
        pipe_checked("efsrpc", at=2 * MINUTE, source=SERVER, computer=FILE_SERVER),
    ],
    "an encrypted file on the server that was asked": [
        known("FILES$", "computer", dns_name="files.example.org"),
        call(EFS, 4, WS1, SERVER, stub={"path": r"\\192.0.2.31\home\a.txt"}),
        call(EFS, 6, WS1, SERVER, stub={"path": r"C:\home\a.txt"}),
    ],
    "a print client": [
        controller(DC1),
        call(SPOOLSS, 69, WS1, DC1, stub={"printer": r"\\dc1\Floor 2"}),
        call(SPOOLSS, 65, WS1, DC1, at=SECOND, stub={"printer": r"\\dc1\Floor 2", "target": r"\\WS1"}),
        act(Ntlm(user="alice", workstation="WS1", version="NTLMv2", carrier="smb2", target_netbios_computer="WS1"), WS2, WS1),
    ],
    "a print client, sealed": [
        controller(DC1),
        call(SPOOLSS, 8, WS1, DC1, sealed=True),
        call(SPOOLSS, 65, WS1, DC1, at=SECOND, sealed=True),
    ],
    "sealed notifications of a print server": [call(SPOOLSS, 65, WS1, SERVER, sealed=True)],
    "a namespace root made where it was asked for": [
        controller(DC1),
        call(DFSNM, 12, WS1, DC1, stub={"server": DC1, "share": "public"}),
    ],
    "a log read": [controller(DC1), call(EVEN, 7, WS1, DC1, stub={"log": "application"})],
    "controllers among themselves, sealed": [controller(DC1), controller(DC2), call(DFSNM, 13, DC2, DC1, sealed=True)],
    "a shadow copy of the server's own share": [call(FSRVP, 8, WS1, SERVER, stub={"path": r"\\192.0.2.31\vm"})],
    "sign-ins of a controller without anything before": [controller(DC1), back(SERVER), back(WS1, at=MINUTE)],
    "a pipe on a client": Case([tgt("bob"), pipe_checked("efsrpc", computer=CLIENT)], tuning=LOW),
    "common pipes": [tgt("bob"), pipe_checked("lsarpc"), pipe_checked("eventlog"), validated("DC1$", "DC1", at=SECOND, status=0)],
    "a computer prints": [tgt("bob"), pipe_checked("spoolss", user="WS1$")],
    "a trace of the spooler": [traced(SPOOLSS, 65)],
}

REAL = (
    Real("corpus/pcap/cl_petitpotam_UnPatchedDCOpenFileRaw.pcapng", external_id=2416, severity="high"),
    Real("corpus/pcap/sb_CA_LM_SpoolSample_SMB_BiAuth.pcapng", external_id=2415, severity="high"),
    Real("corpus/pcap/elc_pwshell-cmdlet-clear-eventlog-application.pcap", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
