"""Cases of detectors that read Windows events: what makes them speak, and innocent look-alikes that must not."""

from collections.abc import Mapping

from app.model.activity import Activity
from tests.engine.detectors.builders import HOUR, MINUTE, SECOND, WS1, as_req
from tests.engine.detectors.logs import (
    CHANGES,
    CHANGES_ALL,
    CLIENT,
    DC_TWO,
    DOMAIN,
    DOMAIN_ADMINS,
    FILE_SERVER,
    checked,
    computer_changed,
    handle,
    installed,
    known,
    log,
    logon,
    manager,
    members,
    proof_failed,
    refused_logon,
    searched,
    share_file,
    subject,
    task,
    tgt,
    ticket,
    unsigned,
    validated,
)

Case = list[Activity]
UNKNOWN, NO_SUCH_USER, LOCKED = 6, 0xC0000064, 18
SHELL = r"%COMSPEC% /Q /c echo whoami ^> \\127.0.0.1\C$\__output 2^>^&1 > %TEMP%\execute.bat"
DESK = logon("alice", WS1, session=0x7000, kind=10, computer=FILE_SERVER)
WHOLE_DIRECTORY = [
    known("example", "domainDNS"), known("krbtgt", uac=514), known("Guest", uac=66082), known("alice", uac=512),
]  # fmt: skip


def services(number: int, *, etype: int = 0x17, apart: int = SECOND, status: int = 0, **more: str) -> Case:
    """Tickets of different service accounts."""
    return [ticket(f"svc_{one}", at=one * apart, etype=etype, status=status, **more) for one in range(number)]


LOG_FIRES: Mapping[str, Mapping[str, Case]] = {
    "dcsync": {
        "a controller checked the right for a user (4662)": [checked("alice", CHANGES), checked("alice", CHANGES_ALL, at=SECOND)],
        "in a session from a workstation (4662, 4624)": [logon(), checked("alice", CHANGES_ALL, at=SECOND)],
        "the right was missing (4662)": [checked("alice", CHANGES_ALL, failed=True)],
        "the account of an ordinary computer (4662)": [
            known("WS1$", "computer", dns_name=CLIENT, uac=0x1000, primary_group=515), checked("WS1$", CHANGES_ALL, at=SECOND),
        ],
        "the part without secrets (4662)": [checked("alice", CHANGES)],
    },
    "kerberoasting": {
        "five services answered in RC4 (4769)": services(5),
        "one RC4 ticket that nobody had before (4769)": services(1),
        "twenty services in AES (4769)": services(20, etype=0x12),
        "RC4 alone was offered (4769 of 2025)": [
            tgt(at=-MINUTE), *services(2, ClientAdvertizedEncryptionTypes="\n\t\tRC4-HMAC-NT"),
        ],
        "RC4 alone was offered and refused (4769 of 2025)": [
            tgt(at=-MINUTE),
            *services(3, etype=0xFFFFFFFF, status=14, ClientAdvertizedEncryptionTypes="\n\t\tRC4-HMAC-NT"),
        ],
        "RC4 for accounts that have AES (4769, directory)": [
            *(known(f"svc_{one}", encryption_types=0x1C) for one in range(2)), tgt(at=SECOND), *services(2, apart=MINUTE),
        ],
        "after a costly search for service names (1644)": [
            searched("(&(samAccountType=805306368)(servicePrincipalName=*))"), ticket("svc_sql", at=SECOND),
        ],
    },
    "asrep_roasting": {
        "one account in AES, where that is new (4768)": [tgt("kiosk", proof="0")],
        "RC4 without proof (4768)": [tgt("kiosk", proof="0", etype=0x17)],
        "two accounts in AES (4768)": [tgt("kiosk", proof="0"), tgt("lobby", proof="0", at=SECOND)],
    },
    "brute_force": {
        "one account (4771)": [proof_failed("alice", at=one * SECOND) for one in range(20)],
        "five accounts within a minute (4776)": [validated(f"user{one}", at=one * SECOND) for one in range(5)],
        "guessed in the end (4625, 4624)": [
            *(refused_logon("alice", at=one * SECOND) for one in range(25)), logon(at=30 * SECOND),
        ],
        "nobody tells where from (4776)": [validated("alice", "", at=one * SECOND) for one in range(20)],
        "one account from many sources (4771)": [
            proof_failed("alice", f"198.51.100.{turn % 12}", at=turn * SECOND) for turn in range(72)
        ],
        "half on the wire, half in the log": [
            *(as_req(at=one * 20 * SECOND, code=24) for one in range(10)),
            *(proof_failed("alice", at=(one * 20 + 10) * SECOND) for one in range(10)),
        ],
        "by the name of a computer whose address is known": [
            tgt("WS1$"), *(validated("alice", at=(one + 1) * SECOND) for one in range(10)),
            *(proof_failed("alice", at=(one + 20) * SECOND) for one in range(10)),
        ],
    },
    "account_enumeration": {
        "Kerberos names (4768)": [tgt(f"guess{one}", at=one * SECOND, status=UNKNOWN, proof="-") for one in range(10)],
        "Kerberos names, one each half hour (4768)": [
            tgt(f"guess{one}", at=one * 1800 * SECOND, status=UNKNOWN, proof="-") for one in range(20)
        ],
        "NTLM names (4776)": [validated(f"guess{one}", at=one * SECOND, status=NO_SUCH_USER) for one in range(10)],
        "NTLM names at a server (4625)": [
            refused_logon(f"guess{one}", at=one * SECOND, sub=NO_SUCH_USER, computer=FILE_SERVER) for one in range(10)
        ],
    },
    "samr_reconnaissance": {
        "a handle to Domain Admins (4661)": [handle("SAM_GROUP", DOMAIN_ADMINS)],
        "in a session from a workstation (4661, 4624)": [logon(), handle("SAM_GROUP", DOMAIN_ADMINS, at=SECOND)],
        "twenty users (4661)": [handle("SAM_USER", f"{DOMAIN}-{1100 + one}", at=one * SECOND) for one in range(20)],
        "a controller's administrators by a remote caller (4799)": [tgt("bob", at=-HOUR), members()],
    },
    "remote_execution": {
        "a service in a session from elsewhere (4697)": [
            logon(computer=FILE_SERVER), installed("Updater", r"C:\Tools\updater.exe", at=SECOND),
        ],
        "a service with a command line (7045)": [manager("BTOBTO", SHELL)],
        "the program of PsExec (7045)": [manager("PSEXESVC", r"%SystemRoot%\PSEXESVC.exe")],
        "a program of random letters (7045)": [manager("xQrT", r"%systemroot%\kLqWzRtB.exe")],
        "both logs of one service (7045, 4697)": [
            manager("svc", SHELL, "bob"), installed("svc", SHELL, at=SECOND // 10),
        ],
        "a task in a session from elsewhere (4698)": [logon(computer=FILE_SERVER), task("\\Job", "/c x", at=SECOND)],
        "a task changed by a remote caller (4702)": [task("\\Job", "/c x", event_id=4702, RpcCallClientLocality="2")],
        "a task whose output is fetched (4698)": [task("\\aBcDeFgH", r"/C whoami &gt; %windir%\Temp\aBcDeFgH.tmp 2&gt;&amp;1")],
        "the pipe of services refused (5145)": [share_file("svcctl", failed=True)],
    },
    "zerologon": {
        "nobody set a controller's password (4742)": [computer_changed("DC1$", "ANONYMOUS LOGON")],
        "after an anonymous sign-in (4742, 4624)": [
            logon("ANONYMOUS LOGON", at=-SECOND), computer_changed("DC1$", "ANONYMOUS LOGON"),
        ],
    },
    "golden_ticket_nonexistent": {
        "the KDC does not know the holder (4769)": [ticket("FILES$", user="ghost", status=UNKNOWN, etype=0xFFFFFFFF)],
        "a name that the KDC denied before (4768, 4769)": [
            tgt("ghost", status=UNKNOWN, proof="-"), ticket("FILES$", user="ghost", at=MINUTE),
        ],
        "a server took the ticket as well (4624)": [
            *WHOLE_DIRECTORY, ticket("FILES$", user="ghost", at=MINUTE),
            logon("ghost", at=MINUTE + SECOND, computer=FILE_SERVER, package="Kerberos"),
        ],
        "a name that the directory does not know (4769)": [*WHOLE_DIRECTORY, ticket("FILES$", user="ghost", at=MINUTE)],
    },
    "cleartext_ldap": {
        "one application (2889)": [unsigned(r"EXAMPLE\app")],
        "a sign-in page (2889)": [unsigned(rf"EXAMPLE\user{one}", at=one * MINUTE) for one in range(5)],
    },
}  # fmt: skip

LOG_QUIET: Mapping[str, Mapping[str, Case]] = {
    "dcsync": {
        "the account of another controller (4662)": [tgt("bob", computer=DC_TWO), checked("DC2$", CHANGES_ALL, at=SECOND)],
        "the controller itself (4662)": [checked("DC1$", CHANGES, CHANGES_ALL)],
        "its system (4662)": [checked("SYSTEM", CHANGES_ALL)],
        "another extended right (4662)": [checked("alice", "00299570-246d-11d0-a768-00aa006e0529")],
        "a property read (4662)": [checked("alice", CHANGES_ALL, mask="0x10")],
    },
    "kerberoasting": {
        "AES was offered to accounts that have RC4 only, and refused (4769 of 2025)": services(
            12, etype=0xFFFFFFFF, status=14, ClientAdvertizedEncryptionTypes="\n\t\tAES256-CTS-HMAC-SHA1-96",
        ),
        "refused, and nothing tells what was offered (4769)": services(12, etype=0xFFFFFFFF, status=14),
        "RC4 alone was offered for services that are not there (4769 of 2025)": services(
            12, etype=0xFFFFFFFF, status=7, ClientAdvertizedEncryptionTypes="\n\t\tRC4-HMAC-NT",
        ),
        "four old services of a domain without AES (4769)": [
            *(ticket(f"SRV{one}$", at=-MINUTE + one * SECOND) for one in range(3)), *services(4, apart=MINUTE),
        ],
        "tickets of computers (4769)": [ticket(f"SRV{one}$", at=one * SECOND) for one in range(40)],
        "a front end on behalf of its users (4769)": services(30, TransmittedServices="HTTP/web.example.org"),
        "the ticket-granting service (4769)": [ticket("krbtgt", at=one * SECOND) for one in range(30)],
        "refused (4769)": [ticket(f"svc_{one}", at=one * SECOND, status=7, etype=0xFFFFFFFF) for one in range(30)],
        "a service asks for itself (4769)": [ticket("svc_1", user="svc_1", at=one * SECOND) for one in range(30)],
    },
    "asrep_roasting": {
        "RC4 with a password (4768)": [tgt("old", etype=0x17)],
        "a computer (4768)": [tgt("WS1$", proof="0", etype=0x17)],
        "refused (4768)": [tgt("kiosk", proof="0", etype=0xFFFFFFFF, status=LOCKED)],
        "what was proved is not told (4768)": [tgt("kiosk", proof="-", etype=0x17)],
    },
    "brute_force": {
        "one below (4771)": [proof_failed("alice", at=one * SECOND) for one in range(19)],
        "told by controller and server (4776, 4625)": [
            one for turn in range(15) for one in (
                validated("alice", "", at=turn * SECOND), refused_logon("alice", "-", at=turn * SECOND + 1000),
            )
        ],
        "told by two controllers (4771)": [
            one for turn in range(15) for one in (
                validated("alice", at=turn * SECOND), validated("alice", at=turn * SECOND + 1000, computer=DC_TWO),
            )
        ],
        "somebody at the keyboard (4625)": [refused_logon("alice", at=one * SECOND, kind=2) for one in range(30)],
        "a locked account that is asked for (4768)": [tgt(at=one * SECOND, status=LOCKED, proof="-") for one in range(30)],
        "a card that is not accepted (4771)": [proof_failed("alice", at=one * SECOND, proof="16") for one in range(30)],
        "a computer without its secret (4771)": [proof_failed("WS1$", at=one * SECOND) for one in range(60)],
        "many people mistype and sign in (4771, 4768)": [
            one for person in range(12) for one in (
                proof_failed(f"user{person}", at=30 * person * SECOND), tgt(f"user{person}", at=(30 * person + 9) * SECOND),
            )
        ],
    },
    "account_enumeration": {
        "nine typing mistakes (4768)": [tgt(f"guess{one}", at=one * SECOND, status=UNKNOWN, proof="-") for one in range(9)],
        "strangers at a server, slowly (4776)": [
            validated(f"guess{one}", at=one * 1800 * SECOND, status=NO_SUCH_USER) for one in range(30)
        ],
        "one stale name (4776)": [validated("gone", at=one * SECOND, status=NO_SUCH_USER) for one in range(60)],
        "deleted computers (4768)": [tgt(f"OLD{one}$", at=one * SECOND, status=UNKNOWN, proof="-") for one in range(60)],
        "at the keyboard (4625)": [refused_logon(f"x{one}", at=one * SECOND, sub=NO_SUCH_USER, kind=2) for one in range(20)],
        "people sign in (4768)": [tgt(f"user{one}", at=one * SECOND) for one in range(60)],
    },
    "samr_reconnaissance": {
        "a program of the computer (4799)": [
            tgt("bob", at=-HOUR), *(members(at=one, program=r"C:\Windows\System32\rundll32.exe") for one in range(9)),
        ],
        "a controller's account (4661)": [tgt("bob", computer=DC_TWO), handle("SAM_GROUP", DOMAIN_ADMINS, "DC2$", at=SECOND)],
        "somebody at the controller (4661)": [
            logon(session=0x7000, kind=2), handle("SAM_GROUP", DOMAIN_ADMINS, at=SECOND, session=0x7000),
        ],
        "a computer looks up its administrators (4661)": [handle("SAM_GROUP", DOMAIN_ADMINS, "WS1$")],
        "one user, the domain by a computer (4661)": [
            handle("SAM_USER", f"{DOMAIN}-1101"), handle("SAM_DOMAIN", "DC=example,DC=org", "WS1$", at=SECOND),
        ],
        "one server's administrators, for a computer (4799)": [members("WS1$", computer=FILE_SERVER)],
    },
    "remote_execution": {
        "a program installed (7045)": [manager("Agent", r'"C:\Program Files\Agent\agent.exe" -service')],
        "an installer in the Windows folder (7045)": [manager("RtkAudio", r"C:\Windows\RtkAudioService.exe")],
        "by somebody at the computer (4697)": [DESK, installed("svc", SHELL, at=SECOND, session=0x7000)],
        "a driver (7045)": [manager("drv", r"%SystemRoot%\PSEXESVC.sys", kind="kernel mode driver")],
        "a local tool becomes the system (7045)": [manager("abc", r"cmd.exe /c echo abc > \\.\pipe\abc")],
        "the system's own tasks (4698)": [task("\\Update", "/c x", "SYSTEM", session=0x3E7)],
        "a task of a user (4698)": [task("\\Backup", "/c backup.cmd")],
    },
    "zerologon": {
        "another computer's password (4742)": [computer_changed("WS1$", "ANONYMOUS LOGON")],
        "the system changes it (4742)": [computer_changed("DC1$", "SYSTEM")],
        "no password was set (4742)": [computer_changed("DC1$", "ANONYMOUS LOGON", password="-")],
    },
    "golden_ticket_nonexistent": {
        "a service asks for somebody unknown (4769)": [tgt("svc_web"), ticket("svc_web", user="svc_web", at=1, status=UNKNOWN)],
        "a directory of which a part was read (4769)": [known("alice"), ticket("FILES$", user="ghost", at=MINUTE)],
        "the KDC issued it (4768, 4769)": [*WHOLE_DIRECTORY, tgt("new", at=SECOND), ticket("FILES$", user="new", at=MINUTE)],
        "a computer (4769)": [*WHOLE_DIRECTORY, ticket("FILES$", user="NEW$", at=MINUTE)],
        "made after the directory was read (4720, 4769)": [
            *WHOLE_DIRECTORY, log(4720, {**subject("alice"), "TargetUserName": "ghost", "TargetDomainName": "EXAMPLE.ORG"}),
            ticket("FILES$", user="ghost", at=MINUTE),
        ],
    },
    "cleartext_ldap": {
        "a bind by SASL that is not signed (2889)": [unsigned(r"EXAMPLE\app", kind="0")],
        "anonymous (2889)": [unsigned("")],
        "a program of the controller itself (2889)": [
            unsigned(r"EXAMPLE\app", "127.0.0.1"), unsigned(r"EXAMPLE\app", "[::1]", at=SECOND),
        ],
        "a search that costs much (1644)": [searched("(objectClass=*)")],
    },
}  # fmt: skip
