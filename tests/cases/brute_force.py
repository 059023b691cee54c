"""More cases of guessed passwords: accounts that were locked out."""

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import HOUR, SECOND
from tests.engine.detectors.logs import DOMAIN, FILE_SERVER, log, refused_logon, subject


def locked(user: str, computer: str = "WS9", *, at: int = 0) -> Activity:
    """4740: the caller's computer stands where others have the domain."""
    fields = {"TargetUserName": user, "TargetDomainName": computer, "TargetSid": f"{DOMAIN}-{1500 + sum(map(ord, user))}"}
    return log(4740, {**fields, **subject("SYSTEM", 0x3E7), "SubjectUserName": "DC1$"}, at=at)


def federated(user: str, *, at: int = 0, right: bool = False, address: str = "203.0.113.9") -> Activity:
    """1202, 1203: the federation server's audit of a password."""
    audit = f"<AuditBase><UserId>EXAMPLE\\{user}</UserId><IpAddress>{address}</IpAddress></AuditBase>"
    event_id = 1202 if right else 1203
    return log(
        event_id, {"param1": "1", "param2": audit}, at=at, computer="sts.example.org", where=("AD FS Auditing", "Security")
    )


def audited(event_id: int, *values: str, at: int = 0) -> Activity:
    """Another audit of the federation server, whose values have no names."""
    fields = {f"param{place}": value for place, value in enumerate(values, 1)}
    return log(event_id, fields, at=at, computer="sts.example.org", where=("AD FS Auditing", "Security"))


def older(user: str, *, at: int = 0, right: bool = False, address: str = "203.0.113.9", twice: bool = False) -> list[Activity]:
    """How AD FS of 2012 R2 and before audits a request with a password: from where, then whose, or that it was wrong."""
    request, instance = f"0c0fd6ee-{at}-{user}", f"64fb88c5-{at}-{user}"
    asked = audited(
        403, f"a{instance}", request, "2020-01-01", "10.0.0.7", "POST", "/adfs/ls/", *["-"] * 10, at=at
    )  # the proxy's address
    headers = audited(410, request, "-", "-", "-", "/adfs/ls/", f"{address},10.0.0.7", "proxy", "-", at=at + 1000)
    if right:
        return [
            asked, headers, audited(412, instance, request, f"{TOKENS}/UserName", "urn:app", at=at + 2000),
            audited(501, instance, f"{CLAIMS}/windowsaccountname", f"EXAMPLE\\{user}", at=at + 3000),
        ]  # fmt: skip
    wrong = f"EXAMPLE\\{user}-The user name or password is incorrect"
    told = [asked, headers, audited(411, request, f"{TOKENS}/UserName", "-", wrong, "x", at=at + 2000)]
    return [*told, federated(user, at=at + 4000, address=address)] if twice else told


def all_of(*requests: list[Activity]) -> list[Activity]:
    return [one for request in requests for one in request]


TOKENS = "http://schemas.microsoft.com/ws/2006/05/identitymodel/tokens"
CLAIMS = "http://schemas.microsoft.com/ws/2008/06/identity/claims"
RDP = ("Microsoft-Windows-RemoteDesktopServices-RdpCoreTS", "Microsoft-Windows-RemoteDesktopServices-RdpCoreTS/Operational")


def desktop(number: int = 140, ip: str = "192.0.2.66", *, at: int = 0, computer: str = FILE_SERVER) -> Activity:
    """What remote desktop itself logs: 140 a name or password refused, 131 a connection."""
    fields = {"IPString": ip} if number == 140 else {"ConnType": "TCP", "ClientIP": f"{ip}:50111"}
    return log(number, fields, at=at, computer=computer, where=RDP)


FIRES = {
    "twenty passwords that remote desktop refused": Case([desktop(at=one * SECOND) for one in range(20)], severity="medium"),
    "sixty connections to remote desktop within half a minute": Case(
        [desktop(131, at=one * SECOND // 2) for one in range(60)], severity="low"
    ),
    "passwords that remote desktop refused, and the server names the account": Case(
        all_of(
            *(
                [
                    refused_logon("alice", "192.0.2.66", at=one * SECOND, kind=3, computer=FILE_SERVER),
                    desktop(at=one * SECOND + 1),
                ]
                for one in range(20)
            )
        ),
        severity="medium",
    ),
    "five accounts at a federation server of years ago": Case(
        all_of(*(older(f"user{one}", at=one * SECOND) for one in range(6))), severity="medium"
    ),
    "guessed at a federation server of years ago": Case(
        all_of(*(older("alice", at=one * SECOND) for one in range(25)), older("alice", at=40 * SECOND, right=True)),
        severity="high",
    ),
    "accounts that the federation server locked out": [
        audited(516, "1", f"EXAMPLE\\user{one}", "203.0.113.9", "6", "-", at=one * SECOND) for one in range(5)
    ],
    "five accounts at the federation server": Case(
        [federated(f"user{one}", at=one * SECOND) for one in range(6)], severity="medium"
    ),
    "guessed at the federation server": Case(
        [*(federated("alice", at=one * SECOND) for one in range(25)), federated("alice", at=40 * SECOND, right=True)],
        severity="high",
    ),
    "five accounts locked out from one computer": Case(
        [locked(f"user{one}", at=one * SECOND) for one in range(5)], severity="medium"
    ),
    "slowly": [locked(f"user{one}", at=one * 600 * SECOND) for one in range(6)],
}
QUIET = {
    "a telephone with an old password at remote desktop, every minute": [desktop(at=one * 60 * SECOND) for one in range(120)],
    "people who mistype at a gateway for remote desktop": [
        desktop(at=one * SECOND, computer=f"srv{one}.example.org") for one in range(40)
    ],
    "what asks every two seconds whether remote desktop is alive": [desktop(131, at=one * 2 * SECOND) for one in range(300)],
    "the computer asks itself": [desktop(131, "127.0.0.1", at=one) for one in range(90)],
    "an office behind one address, where most sign in": [
        federated(f"user{one}", at=one * SECOND, right=one % 6 != 0) for one in range(60)
    ],
    "an office behind one address at a federation server of years ago": all_of(
        *(older(f"user{one}", at=one * SECOND, right=one % 6 != 0) for one in range(60))
    ),
    "fifteen refusals, each told twice": all_of(*(older("alice", at=one * 10 * SECOND, twice=True) for one in range(15))),
    "tokens of others that are not valid": [
        audited(
            411, str(one), "urn:oasis:names:tc:SAML:1.0:assertion", "203.0.113.9", f"user{one}@x-is old", "x", at=one * SECOND
        )
        for one in range(30)
    ],
    "somebody mistypes at the federation server": [federated("alice", at=one * SECOND, right=one == 3) for one in range(4)],
    "one account again and again": [locked("alice", at=one * SECOND) for one in range(9)],
    "everywhere": [locked(f"user{one}", f"WS{one}", at=one * SECOND) for one in range(9)],
    "over the day": [locked(f"user{one}", at=one * HOUR) for one in range(9)],
    "nobody tells where": [locked(f"user{one}", "", at=one * SECOND) for one in range(9)],
}
REAL = (
    Real("corpus/evtx/dbc_smb-password-guessing-security.evtx"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
