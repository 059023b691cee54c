"""NTLM sign-ins of accounts from where they do not belong."""

from app.model.activity import Account
from app.model.details import LdapBind, Ntlm
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, FILES, HOUR, MINUTE, SECOND, WS1, WS2, act, as_req, controller, tgs_req
from tests.engine.detectors.builders_behaviour import DAY, MORNING, OUTSIDER, signed, tree, workday, workdays
from tests.engine.detectors.builders_kerberos import signs_in
from tests.engine.detectors.logs import DC, DOMAIN_ADMINS, FILE_SERVER, known, log, logon, subject

AT = 20 * DAY
ADMINISTRATOR = [
    known("alice", sid=f"{subject('alice')['SubjectUserSid']}"), known("Domain Admins", "group", sid=DOMAIN_ADMINS,
                                                                       members=("CN=alice,DC=example,DC=org",)),
]  # fmt: skip
MANY = [signed(target=f"192.0.2.{80 + one}", at=AT + one * MINUTE) for one in range(4)]


def rights(user: str, session: int, *, at: int, computer: str = FILE_SERVER) -> object:
    """4672."""
    return log(4672, {**subject(user, session), "PrivilegeList": "SeDebugPrivilege"}, at=at, computer=computer)


def borrowed(user: str, *, at: int = 0, process: str = "seclogo", kind: int = 9) -> object:
    """4624 of a session with somebody else's credentials."""
    fields = {
        "TargetUserSid": subject(user)["SubjectUserSid"], "TargetUserName": user, "TargetDomainName": "EXAMPLE",
        "TargetLogonId": "0x9999", "LogonType": str(kind), "LogonProcessName": process, "AuthenticationPackageName": "Negotiate",
        "IpAddress": "::1", "WorkstationName": "-", "TargetOutboundUserName": "boss",
    }  # fmt: skip
    return log(4624, fields, at=at, computer="ws1.example.org")


def named_logon(user: str, source: str, workstation: str, *, at: int) -> object:
    """4624 by NTLM of a Windows client, which tells its name."""
    fields = {
        "TargetUserSid": subject(user)["SubjectUserSid"], "TargetUserName": user, "TargetDomainName": "EXAMPLE",
        "TargetLogonId": hex(0x7000 + at // DAY), "LogonType": "3", "AuthenticationPackageName": "NTLM",
        "WorkstationName": workstation, "IpAddress": source, "IpPort": "50000",
    }  # fmt: skip
    return log(4624, fields, at=at, computer=FILE_SERVER)


BY_HASH = {"request_etypes": (23,), "padata_etype": 23, "pa_types": (2, 128), "options": 0x50800000}
"""An AS request that a tool writes with the RC4 key alone."""


def bound(*, at: int = HOUR - MINUTE):  # type: ignore[no-untyped-def]
    """The password itself, given to LDAP."""
    return act(LdapBind(method="simple", name="alice@example.org", password_length=9), OUTSIDER, DC1, 389, at=at, code=0,
               account=Account(name="alice", domain="example.org"))  # fmt: skip


FIRES = {
    "to four computers, from a computer new to the account": Case([*workdays(20), *MANY], severity="medium"),
    "to an administrative share, by no Windows client": Case(
        [*workdays(20), signed(at=AT, windows=False), tree("ADMIN$", at=AT + SECOND)], severity="high"
    ),
    "short capture: Kerberos elsewhere, a tool at a controller here": Case(
        [controller(DC1), *workday(0), signed(target=DC1, at=MORNING + 10 * MINUTE, windows=False)], severity="medium"
    ),
    "a tool at a controller, nothing else known": Case(
        [controller(DC1), signed(target=DC1, at=HOUR, windows=False)], severity="low"
    ),
    "a sensitive account, a tool, a controller": Case(
        [*ADMINISTRATOR, controller(DC1), signed(target=DC1, at=HOUR, windows=False)], severity="low"
    ),
    "a sensitive account, a tool, and the share of administrators": Case(
        [
            *ADMINISTRATOR, controller(DC1), signed(target=DC1, at=HOUR, windows=False),
            tree("ADMIN$", target=DC1, at=HOUR + SECOND),
        ],
        severity="medium",
    ),
    "a tool that got a ticket with RC4 alone before": Case(
        [controller(DC1), as_req(source=OUTSIDER, at=HOUR - MINUTE, **BY_HASH), signed(target=DC1, at=HOUR, windows=False)],
        severity="high",
    ),
    "a tool at four computers, with the password": Case(
        [
            known("example.org", "domainDNS", facts={"nETBIOSName": "EXAMPLE"}), bound(),
            *(signed(target=f"192.0.2.{80 + one}", at=HOUR + one * MINUTE, windows=False) for one in range(4)),
            tree("ADMIN$", target="192.0.2.83", at=HOUR + 4 * MINUTE),
        ],
        severity="low",
    ),
    "a strange computer with the password": Case(
        [*workdays(20), bound(at=AT - MINUTE), signed(at=AT, windows=False), tree("ADMIN$", at=AT + SECOND)], severity="low"
    ),
    "in logs: rights of an administrator from a new computer (4624, 4672)": Case(
        [
            *(logon("alice", WS1, at=day * DAY, session=0x5000 + day, computer=FILE_SERVER) for day in range(20)),
            logon("alice", OUTSIDER, at=AT, session=0x9000, computer=FILE_SERVER), rights("alice", 0x9000, at=AT + SECOND),
        ]
    ),
    "a session with other credentials (4624 type 9)": Case([borrowed("alice")], severity="medium"),
}  # fmt: skip
TWO_NAMES = [
    controller(DC1),
    signs_in("WS8", OUTSIDER, at=MORNING - MINUTE),
    *workday(0, source=OUTSIDER),
    signs_in("WS9", OUTSIDER, at=MORNING + 20 * MINUTE),
]
"""One address with the name of one computer in the morning, and of another one later."""
FIRES |= {
    "the same tool, whose Kerberos came from here under another name": Case(
        [*TWO_NAMES, signed(target=DC1, at=MORNING + 30 * MINUTE, windows=False)], severity="low"
    ),
}
QUIET = {
    "a tool at a controller, whose AES key got a ticket from there": [
        controller(DC1), as_req(source=OUTSIDER, at=HOUR - MINUTE, pa_types=(2, 128), request_etypes=(18,)),
        signed(target=DC1, at=HOUR, windows=False),
    ],
    "a sensitive account with a tool, whose password was given to LDAP before": [
        *ADMINISTRATOR, controller(DC1), bound(), signed(target=DC1, at=HOUR, windows=False),
        tree("ADMIN$", target=DC1, at=HOUR + SECOND),
    ],
    "the account's own computer": [*workdays(20), *(signed(source=WS1, at=AT + one * MINUTE) for one in range(3))],
    "a new computer that signs in by Kerberos too": [
        *workdays(20), as_req(source=WS2, at=AT), *(signed(source=WS2, at=AT + one * MINUTE) for one in range(1, 3)),
    ],
    "a Mac at a file server, on the first day and later": [
        *workdays(3), *(signed(source="192.0.2.90", at=day * DAY + 10 * HOUR) for day in range(3)),
    ],
    "an administrator who reaches servers by address, from where he has tickets": [
        *ADMINISTRATOR, controller(DC1), as_req(source=WS2, at=AT),
        *(one for number in range(5) for one in (
            signed(source=WS2, target=f"192.0.2.{80 + number}", at=AT + number * MINUTE),
            tree("ADMIN$", source=WS2, target=f"192.0.2.{80 + number}", at=AT + number * MINUTE + SECOND),
        )),
    ],
    "one new computer, one ordinary server": [*workdays(20), signed(at=AT)],
    "a sign-in of which the capture cut what the client says of itself": [
        controller(DC1),
        act(Ntlm(user="alice", domain="EXAMPLE", version="NTLMv2", carrier="smb2"), OUTSIDER, DC1, 445, at=HOUR, code=0),
    ],
    "a printer that stores its scans": [signed("scanner", "192.0.2.91", FILES, at=day * DAY, windows=False) for day in range(5)],
    "an appliance known to sign in at a controller, later days": [
        controller(DC1), *(tgs_req("cifs/files.example.org", OUTSIDER, at=day * DAY, client="backup") for day in range(3)),
        signed("backup", target=DC1, at=3 * DAY, windows=False),
    ],
    "a help desk that is at another computer every day": [
        *(one for day in range(20) for one in workday(day, "helper", f"192.0.2.{100 + day}")),
        signed("helper", "192.0.2.150", FILES, at=AT),
        signed("helper", "192.0.2.150", "192.0.2.32", at=AT + MINUTE),
    ],
    "an ordinary logon with other credentials by a service": [borrowed("alice", process="Advapi")],
    "a controller that passes a sign-in on (4624 of its own)": [logon("alice", DC1, computer=DC), logon("alice", DC1, at=SECOND)],
    "an administrator from where he always is (4624, 4672)": [
        one for day in range(21) for one in (
            named_logon("alice", WS1, "WS1", at=day * DAY), rights("alice", 0x7000 + day, at=day * DAY + SECOND),
        )
    ],
    "a new computer without any rights (4624)": [
        *(named_logon("alice", WS1, "WS1", at=day * DAY) for day in range(20)), named_logon("alice", OUTSIDER, "WS9", at=AT),
    ],
    "sessions of other kinds, and of the computer itself (4624, 4672)": [
        *(rights("alice", 0x5000, at=day * DAY) for day in range(3)), borrowed("alice", kind=2), borrowed("WS1$", at=SECOND),
    ],
}  # fmt: skip
REAL = (
    Real("lab/captures/pass_the_hash.pcap"),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/evtx/sb_LM_LM_4624_mimikatz_sekurlsa_pth_source_machine.evtx", severity="medium"),
    Real("corpus/pcap/elc_normal_share_traversal.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/elc_xcopy_choppy_to_pick.pcap", fires=False),
)
