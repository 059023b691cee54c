"""More cases of guessed passwords: accounts that were locked out."""

from typing import Any

from app.model.activity import Account, Activity
from app.model.details import RadiusAccess
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import FILES, HOUR, MINUTE, SECOND, act, as_req
from tests.engine.detectors.builders_behaviour import DAY
from tests.engine.detectors.logs import DOMAIN, FILE_SERVER, log, refused_logon, subject, validated


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


WRONG, WRONG_LOGGED = 24, 0xC000006A
MORNING = 10 * HOUR
"""Half past eight; the builders' time begins at night."""
KNOWN = 4
"""Days after which a computer through which many sign in is known."""


def through(user: str, at: int, *, right: bool = True, packets: bool = False) -> Activity:
    """A password that somebody gave a mail server, a VPN or a proxy, which has a controller judge it (4776, AS exchange)."""
    if packets:
        return as_req(user, FILES, at=at, code=0 if right else WRONG)
    return validated(user, "MAIL1", at=at, status=0 if right else WRONG_LOGGED)


def failing(number: int, at: int, *, apart: int = 2 * SECOND, packets: bool = False) -> list[Activity]:
    """Accounts that fail once each and do not sign in: telephones with an old password, or one guess for each."""
    return [through(f"late{at}-{one}", at + one * apart, right=False, packets=packets) for one in range(number)]


def behind(
    days: int, *more: Activity, people: int = 40, fail: int = 3, apart: int = 2 * MINUTE, packets: bool = False
) -> list[Activity]:  # fmt: skip
    """Days on which people sign in through it from the morning on, every 24 minutes, and some fail at noon."""
    told = list(more)
    for day in range(days):
        began = day * DAY + MORNING
        told += failing(fail, began + 3 * HOUR, apart=apart, packets=packets)
        for turn in range(10):
            told += [through(f"user{one}", began + (turn * 24 * 60 + one) * SECOND, packets=packets) for one in range(people)]
    return sorted(told, key=lambda one: one.at)


def crowd(at: int) -> list[Activity]:
    """Four hundred who sign in within a quarter of an hour before, and did so earlier that day."""
    return [through(f"more{one}", at - first * MINUTE + one * SECOND) for first in (120, 15) for one in range(400)]


def telephones(number: int, *, turns: int, apart: int = 8 * MINUTE) -> list[Activity]:
    """Telephones that offer old passwords every six minutes through a proxy: the mail server has a controller judge them and
    logs the proxy's address; a locked account it alone tells (4768 with 0x12 says nothing of a password)."""
    told: list[Activity] = []
    for one in range(number):
        for turn in range(turns):
            at = one * apart + turn * 6 * MINUTE
            locked_now = turn % 6 == one % 6
            told += [] if locked_now else [as_req(f"user{one}", FILES, at=at, code=WRONG)]
            sub = 0xC0000234 if locked_now else WRONG_LOGGED
            told.append(refused_logon(f"user{one}", "192.0.2.50", at=at + 1000, sub=sub, kind=3, computer=FILE_SERVER))
    return sorted(told, key=lambda one: one.at)


RADIUS = "192.0.2.41"


def at_gateway(user: str, at: int, *, right: bool, eap: bool = False) -> list[Activity]:
    """A password typed at a VPN gateway: RADIUS to a server that has a controller judge it, whose log tells failures alone."""
    detail = RadiusAccess(outcome="Access-Accept" if right else "Access-Reject", nas="192.0.2.40", eap=eap)
    said = Account(name=user, domain="EXAMPLE")
    asked = act(detail, "192.0.2.40", RADIUS, 1812, at=at, result="success" if right else "failure", code=2 if right else 3,
                account=said)  # fmt: skip
    return [asked] if right else [asked, refused_logon(user, RADIUS, at=at + SECOND)]


def monday(number: int, *, later: bool, eap: bool = False) -> list[Activity]:
    """Many who come by VPN and mistype first. later: they are let in afterwards."""
    told: list[Activity] = []
    for one in range(number):
        told += at_gateway(f"user{one}", one * 30 * SECOND, right=False)
        told += at_gateway(f"user{one}", one * 30 * SECOND + 20 * SECOND, right=True, eap=eap) if later else []
    return told


OUTSIDE, LAPTOP = "203.0.113.77", "AA-BB-CC-00-11-22"


def asked_radius(
    user: str, at: int, station: str | None = OUTSIDE, *, right: bool = False, port: int | None = 5, error: int | None = None
) -> Activity:  # fmt: skip
    """RADIUS on the wire, with the calling station that the gateway names."""
    detail = RadiusAccess(
        outcome="Access-Accept" if right else "Access-Reject", nas="192.0.2.40", calling_station=station, nas_port_type=port,
        error=None if right else error,
    )  # fmt: skip
    said = Account(name=user, domain="EXAMPLE")
    return act(detail, "192.0.2.40", RADIUS, 1812, at=at, result="success" if right else "failure", code=2 if right else 3,
               account=said)  # fmt: skip


def nps(
    user: str,
    at: int,
    station: str = OUTSIDE,
    *,
    right: bool = False,
    reason: int = 16,
    port: str = "Virtual",
    full: bool = False,
) -> Activity:
    """6272 or 6273 of a network policy server. full: the name stands in the full one only, as for accounts that do not exist."""
    fields = {
        **subject(user), "SubjectUserName": "-" if full else user, "FullyQualifiedSubjectUserName": f"EXAMPLE\\{user}",
        "SubjectMachineSID": "S-1-0-0", "SubjectMachineName": "-", "CalledStationID": "192.0.2.40", "CallingStationID": station,
        "NASIPv4Address": "192.0.2.40", "NASIdentifier": "VPN1", "NASPortType": port, "NASPort": "14", "ClientName": "VPN1",
        "ClientIPAddress": "192.0.2.40", "ProxyPolicyName": "VPN", "NetworkPolicyName": "-", "AuthenticationProvider": "Windows",
        "AuthenticationServer": "nps1.example.org", "AuthenticationType": "MS-CHAPv2", "EAPType": "-",
        "ReasonCode": "0" if right else str(reason), "Reason": "-",
    }  # fmt: skip
    if full:
        fields["SubjectUserSid"] = "S-1-0-0"
    return log(6272 if right else 6273, fields, at=at, computer="nps1.example.org", failed=not right)


def judged_too(user: str, at: int, **words: Any) -> list[Activity]:
    """The same, and before it what the server logs of the sign-in that a controller judged."""
    return [refused_logon(user, RADIUS, at=at), asked_radius(user, at + 1000, **words)]


LATER = KNOWN * DAY + MORNING
GUESSED, BY_DAY, AT_NIGHT = failing(75, LATER + MINUTE), failing(15, LATER + 2 * HOUR), failing(12, LATER - 6 * HOUR)
OLD_PASSWORDS = failing(8, LATER + 2 * HOUR)

FIRES = {
    "ten accounts from one calling station, on the wire": Case(
        [asked_radius(f"user{one}", one * 2 * MINUTE) for one in range(12)], severity="medium"
    ),
    "five accounts within a minute from one device, on the wire": Case(
        [asked_radius(f"user{one}", one * SECOND, LAPTOP, port=19) for one in range(6)], severity="medium"
    ),
    "ten accounts from one calling station, in the log": Case(
        [nps(f"user{one}", one * 2 * MINUTE) for one in range(12)], severity="medium"
    ),
    "names that do not exist from one calling station, in the log": Case(
        [nps(f"user{one}", one * SECOND, reason=8, full=True) for one in range(6)], severity="medium"
    ),
    "one account from outside, in the log": Case([nps("alice", one * SECOND) for one in range(25)], severity="medium"),
    "one account from outside, on the wire": Case(
        [asked_radius("alice", one * SECOND, error=691) for one in range(25)], severity="medium"
    ),
    "a password found among others from one calling station, in the log": Case(
        [*(nps(f"user{one}", one * SECOND) for one in range(8)), nps("user3", 10 * SECOND, right=True)], severity="high"
    ),
    "a password found among others from one calling station, on the wire": Case(
        [*(asked_radius(f"user{one}", one * SECOND) for one in range(8)), asked_radius("user3", 10 * SECOND, right=True)],
        severity="high",
    ),
    "a calling station among many others, which the server's own log tells as well": Case(
        all_of(*(judged_too(f"user{one}", one * 4 * SECOND) for one in range(15))), severity="medium"
    ),
    "wire and log of one server": Case(
        all_of(*([asked_radius(f"user{one}", one * 4 * SECOND), nps(f"user{one}", one * 4 * SECOND + 900)] for one in range(8))),
        severity="medium",
    ),
    "a spray through a mail server in the morning, when forty sign in": Case(behind(KNOWN + 1, *GUESSED), severity="medium"),
    "the same, as packets tell it": Case(
        behind(KNOWN + 1, *failing(75, LATER + MINUTE, packets=True), packets=True), severity="medium"
    ),
    "fifteen accounts among forty, where three fail on other days": Case(behind(KNOWN + 1, *BY_DAY), severity="medium"),
    "one round of guesses that server and controller tell from two addresses": Case(
        telephones(14, turns=1, apart=4 * SECOND), severity="medium"
    ),
    "twenty accounts through a RADIUS server that lets nobody in": Case(monday(20, later=False), severity="medium"),
    "twenty accounts through a RADIUS server that lets others in": Case(
        sorted(
            [*monday(20, later=False), *(one for person in range(6) for one in at_gateway(f"other{person}", person, right=True))],
            key=lambda one: one.at,
        ),
        severity="medium",
    ),
    "fifty accounts among four hundred, where three fail on other days": Case(
        behind(KNOWN, *failing(50, LATER + 2 * HOUR), *crowd(LATER + 2 * HOUR)), severity="medium"
    ),
    "a spray through a mail server at night": Case(behind(KNOWN, *AT_NIGHT), severity="medium"),
    "eight accounts through a mail server of which nothing is known yet": Case(
        behind(1, *failing(8, MORNING + 6 * HOUR)), severity="medium"
    ),
    "twelve accounts from a computer that few use": Case(behind(KNOWN, *AT_NIGHT, people=8, fail=7), severity="medium"),
    "guessed through a mail server": Case(
        behind(KNOWN, *AT_NIGHT, through(f"late{LATER - 6 * HOUR}-3", LATER - 6 * HOUR + MINUTE)), severity="high"
    ),
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
    "people who mistype at a VPN, each from his own place": [
        asked_radius(f"user{one}", one * SECOND, f"203.0.113.{one}") for one in range(40)
    ],
    "the same in the log": [nps(f"user{one}", one * SECOND, f"203.0.113.{one}") for one in range(40)],
    "a hotel behind one address, where most are let in": [
        asked_radius(f"user{one}", one * SECOND, right=one % 4 != 0) for one in range(60)
    ],
    "the same in the log of the server": [nps(f"user{one}", one * SECOND, right=one % 4 != 0) for one in range(60)],
    "people who mistype at one place and are let in then": all_of(
        *(
            [nps(f"user{one}", one * 20 * SECOND), nps(f"user{one}", one * 20 * SECOND + 5 * SECOND, right=True)]
            for one in range(15)
        )
    ),
    "a telephone with an old password in the wireless network": [
        asked_radius("alice", one * 5 * SECOND, LAPTOP, port=19) for one in range(200)
    ],
    "the same in a log": [nps("alice", one * 5 * SECOND, LAPTOP, port="Wireless - IEEE 802.11") for one in range(200)],
    "accounts without the right to dial in": [nps(f"user{one}", one * SECOND, reason=65) for one in range(12)],
    "accounts without the right to dial in, on the wire": [
        asked_radius(f"user{one}", one * SECOND, error=649) for one in range(12)
    ],
    "nineteen refusals that wire and log tell": all_of(
        *([asked_radius("alice", one * 20 * SECOND), nps("alice", one * 20 * SECOND + 900)] for one in range(19))
    ),
    "hidden names of EAP": [asked_radius("anonymous", one * SECOND, port=5) for one in range(60)],
    "computers at a switch": [
        asked_radius(f"host/ws{one}.example.org", one * SECOND, f"AA-BB-CC-00-11-{one:02X}", port=15) for one in range(60)
    ],
    "a gateway that names itself, where most are let in": [
        asked_radius(f"user{one}", one * SECOND, "192.0.2.40", right=one % 4 != 0) for one in range(60)
    ],
    "telephones that begin with an old password at a mail server through which forty signed in before": behind(
        KNOWN + 1, *OLD_PASSWORDS
    ),
    "the same, as packets tell it": behind(KNOWN + 1, *failing(8, LATER + 2 * HOUR, packets=True), packets=True),
    "twelve accounts among four hundred, where three fail on other days": behind(
        KNOWN, *failing(12, LATER + 2 * HOUR), *crowd(LATER + 2 * HOUR)
    ),
    "telephones with old passwords that server and controller tell from two addresses": telephones(14, turns=30),
    "twenty who mistype at a gateway, and are let in, which only RADIUS tells": monday(20, later=True),
    "the same by EAP": monday(20, later=True, eap=True),
    "twelve who fail at night through a mail server where nine do so every day": behind(KNOWN, *AT_NIGHT, fail=9),
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
