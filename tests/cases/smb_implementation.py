"""Cases of smb_implementation: exploits of SMB 1, Metasploit, password guessers."""

from app.model.activity import Account, Activity, Result
from app.model.details import Ntlm, SmbSession, SmbViolation
from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import FILES, SECOND, WS1, WS2, act

WINDOWS = (
    "PC NETWORK PROGRAM 1.0", "LANMAN1.0", "Windows for Workgroups 3.1a", "LM1.2X002", "LANMAN2.1", "NT LM 0.12",
)  # fmt: skip
TOOL = ("LANMAN1.0", "LM1.2X002", "NT LANMAN 1.0", "NT LM 0.12")
REFUSED = 0xC000006D


def odd(what: str, *, at: int = 0, target: str = FILES, result: Result = "failure", code: int | None = 0xC0000002) -> Activity:
    """A message that breaks the rules of SMB 1."""
    return act(SmbViolation(dialect="SMB 1", what=what), WS1, target, at=at, result=result, code=code)


def session(
    system: str, manager: str, dialects: tuple[str, ...], *, at: int = 0, code: int = 0, user: str | None = "alice",
    circuit: int = 1,
) -> Activity:  # fmt: skip
    """A logon over SMB 1."""
    detail = SmbSession(dialect="SMB 1", native_os=system, native_lan_manager=manager, dialects=dialects, virtual_circuit=circuit,
                        anonymous=user is None)  # fmt: skip
    account = Account(name=user, domain="EXAMPLE") if user else None
    return act(detail, WS1, FILES, at=at, code=code, result="failure" if code else "success", account=account)


def drawn(challenge: str, server: int, user: str = "alice", *, code: int = REFUSED, source: str = WS1) -> Activity:
    """An NTLM authentication with this client challenge."""
    detail = Ntlm(user=user, domain="EXAMPLE", version="NTLMv2", carrier="smb2", client_challenge=challenge,
                  server_challenge=f"{server:016x}")  # fmt: skip
    return act(detail, source, FILES, at=server * SECOND, code=code, result="failure" if code else "success")


def called(workstation: str, *, carrier: str = "smb2", code: int = 0) -> Activity:
    """An NTLM authentication of a client that calls its computer so."""
    detail = Ntlm(user="alice", domain="EXAMPLE", workstation=workstation, version="NTLMv2", carrier=carrier)
    return act(detail, WS1, FILES, code=code, result="failure" if code else "success")


FIRES: Cases = {
    "Metasploit over SMB 2": Case([called("WORKSTATION", code=REFUSED)], external_id=2034, severity="medium"),
    "Metasploit over SMB 2 signs in": Case([called("WORKSTATION")], external_id=2034, severity="low"),
    "EternalBlue": Case(
        [odd("peek of no pipe", code=0xC0000205), odd("mixed transaction", at=SECOND, result="unanswered", code=None)],
        external_id=2035,
        severity="high",
    ),
    "DoublePulsar answers": Case(
        [odd("trans2 session setup"), odd("implant answered", at=SECOND, result="success", code=None)],
        external_id=2035,
        severity="high",
    ),
    "a scanner": Case(
        [odd("peek of no pipe", code=0xC0000022), odd("peek of no pipe", at=SECOND, target=WS2)],
        external_id=2035,
        severity="medium",
    ),
    "Metasploit is refused": Case(
        [session("Windows 2000 2195", "Windows 2000 5.0", TOOL, code=REFUSED)], external_id=2034, severity="medium"
    ),
    "Metasploit without an account": Case(
        [session("Windows 2000 2195", "Windows 2000 5.0", TOOL, user=None)], external_id=2034, severity="medium"
    ),
    "Metasploit signs in": Case(
        [session("Windows 7 Ultimate N 7601 Service Pack 1", "Windows 7 Ultimate N 6.1", ("NT LM 0.12",))], severity="low"
    ),
    "Hydra": Case([session("Windows 2000 2195", "x", TOOL, circuit=0x7D3C, code=REFUSED)], external_id=2033, severity="medium"),
    "Medusa": Case([drawn("1122334455667788", 1)], external_id=2033, severity="medium"),
    "one challenge again and again": Case([drawn("a1b2c3d4e5f60718", one, f"user{one}") for one in range(4)], external_id=2033),
    "a tool written in Python guesses": Case(
        [drawn(f"4a6b39657a51{one:02x}7a", one, f"user{one}") for one in range(0x31, 0x37)], external_id=2033, severity="medium"
    ),
}
QUIET: Cases = {
    "Windows 2000 itself": [session("Windows 2000 2195", "Windows 2000 5.0", WINDOWS, code=REFUSED)],
    "Samba": [session("Unix", "Samba", TOOL, code=REFUSED)],
    "the dialects are not in the recording": [session("Windows 2000 2195", "Windows 2000 5.0", (), code=REFUSED)],
    "an administrator's script in Python": [drawn(f"4a6b39657a51{one:02x}7a", one, code=0) for one in range(0x31, 0x37)],
    "such a script mistypes": [drawn(f"4a6b39657a51{one:02x}7a", one) for one in range(0x31, 0x34)],
    "random challenges": [drawn(f"{one * 0x9E3779B97F4A7C15 % 2**64:016x}", one) for one in range(1, 30)],
    "one sign-in seen twice": [drawn("a1b2c3d4e5f60718", 1), drawn("a1b2c3d4e5f60718", 1)],
    "a remote desktop": [called("WORKSTATION", carrier="rdp", code=REFUSED)],
    "a computer's own name": [called("WORKSTATION7", code=REFUSED), called("", code=REFUSED)],
    "another flaw": [odd("compression overflow")],
}
REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/pcap/suri_smb-named-pipe-ascii.pcap", fires=False),
    Real("corpus/pcap/zeek_cifs_negotiate_lanman.pcap", fires=False),
)
