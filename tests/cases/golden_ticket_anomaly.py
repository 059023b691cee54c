"""Tickets unlike those of their KDC, and tickets from before the recording."""

from msgspec.structs import replace

from app.engine.readings.kerberos import IMPACKET
from tests.cases.case import LOW, Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, SECOND, WS1, as_req, tgs_req
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import log, logon, subject, tgt, ticket
from tests.engine.detectors.logs_commands import only_said, told_by_commands

ISSUED = [as_req(f"user{one}", f"192.0.2.{50 + one}", at=one * SECOND, ticket_kvno=5, ticket_size=1100) for one in range(4)]


def shown(*, at: int = MINUTE, kvno: int | None = 5, size: int = 1100, code: int = 0, **more: object):  # type: ignore[no-untyped-def]
    """A ticket that nobody issued."""
    return tgs_req("cifs/dc1.example.org", at=at, code=code, presented_ticket_kvno=kvno, presented_ticket_size=size, **more)


def workday(count: int) -> list:  # type: ignore[type-arg]
    """Tickets with their issue over half a day."""
    found = []
    for one in range(count):
        source, at = f"192.0.2.{100 + one}", one * 13 * HOUR // count
        found.append(as_req(f"user{one}", source, at=at, ticket_kvno=5, ticket_size=1100))
        found.append(tgs_req("cifs/files.example.org", source, at=at + SECOND, client=f"user{one}", presented_ticket_kvno=5,
                             presented_ticket_hash=tgt_of(f"user{one}", source, at)))  # fmt: skip
    return found


KDC = ("Microsoft-Windows-Kerberos-Key-Distribution-Center", "System")


def strange(event_id: int, user: str = "bob", *, at: int = MINUTE):  # type: ignore[no-untyped-def]
    """36, 37, 43 of the KDC."""
    values = {36: ("EXAMPLE", user, "cifs/files"), 37: ("DC1", "EXAMPLE", user, "cifs/files"), 43: ("EXAMPLE", user)}[event_id]
    return log(event_id, {f"param{place}": one for place, one in enumerate(values, 1)}, at=at, where=KDC)


FIRES: Cases = {
    "another version of the key": Case([*ISSUED, shown(kvno=2)], severity="high"),
    "no version": Case([*ISSUED, shown(kvno=None)], severity="high"),
    "another type of encryption": Case([*ISSUED, shown(presented_ticket_etype=17)], severity="high"),
    "another version, refused": Case([*ISSUED, shown(kvno=2, code=60)], severity="medium"),
    "another size": Case([*ISSUED, as_req("alice", ticket_size=1100, ticket_kvno=5), shown(size=760)], severity="medium"),
    "another size, of an administrator": Case(
        [as_req("administrator", ticket_size=1044, ticket_kvno=5), shown(size=939, client="administrator")], severity="medium"
    ),
    "a realm as it is typed": Case([shown(presented_ticket_realm="example.org")], severity="medium"),
    "a realm as it is typed, where the KDC's is known": Case(
        [*ISSUED, tgs_req("cifs/files.example.org", "192.0.2.50", at=20 * SECOND, client="user0",
                          presented_ticket_hash=tgt_of("user0", "192.0.2.50", 0)), shown(presented_ticket_realm="example.org")],
        severity="high",
    ),
    "a realm as it is typed, in the log": Case(
        [ticket("FILES$", etype=0x12), ticket("FILES$", user="bob", etype=0x12, at=MINUTE, TargetUserName="bob@example.org")],
        severity="high",
    ),
    "a realm as it is typed in part, in the log": Case(
        [ticket("FILES$", etype=0x12), ticket("DC1$", user="bob", etype=0x12, at=MINUTE, TargetUserName="bob@Example.ORG")],
        severity="high",
    ),
    "RC4 and a realm as it is typed": Case(
        [shown(presented_ticket_etype=23, presented_ticket_realm="example.org", code=-1)], severity="medium"
    ),
    "written by a tool": Case([shown(request_etypes=(23, 16, 3, 18), options=0x40810010)], severity="medium"),
    "without issue where all others have one": Case(
        [*workday(60), shown(at=13 * HOUR, client="administrator")], severity="medium"
    ),
    "the same for anybody": Case([*workday(60), shown(at=13 * HOUR)], severity="low"),
    "the previous version": Case([*ISSUED, shown(kvno=4)], severity="low"),
    "without the account that asked for it, of an administrator (37)": Case(
        [tgt("bob"), strange(37, "administrator")], severity="medium"
    ),
    "without authorization data (36)": Case([strange(36)], severity="low"),
    "a wrong full signature (43)": Case([strange(43)], severity="low"),
    "a tool, whose request nobody answered, and that asked for no ticket": Case(
        [tgs_req("cifs/dc1.example.org", WS1, at=MINUTE, code=-1, request_etypes=IMPACKET)], severity="medium"
    ),
    "revoked, in the log": Case(
        [logon("administrator"), ticket("cifs/files", user="administrator", at=MINUTE, status=0x14, etype=0xFFFFFFFF)],
        severity="medium",
    ),
    "revoked, in the log, of anybody who is there": Case(
        [logon("bob", session=0x7002), ticket("cifs/files", user="bob", at=MINUTE, status=0x14, etype=0xFFFFFFFF)], severity="low"
    ),
}  # fmt: skip

QUIET: Cases = {
    "issued before the recording": [*ISSUED, shown()],
    "a tool, in a recording without answers": [
        replace(as_req("alice", WS1, at=SECOND), result="unanswered"),
        tgs_req("cifs/dc1.example.org", WS1, at=MINUTE, code=-1, request_etypes=IMPACKET),
    ],
    "a group more": [as_req("alice", ticket_size=1100), shown(size=1180)],
    "of a read-only controller": [*ISSUED, shown(kvno=0x12340001)],
    "a recording of one of two controllers": [
        *workday(60), *(shown(at=one * HOUR, presented_ticket_hash=f"of the other {one}") for one in range(14)),
    ],
    "in the log, a realm as the KDC writes it": [ticket("FILES$", etype=0x12, TargetUserName="bob@EXAMPLE.ORG")],
    "in the log, a realm as it is typed, refused": [
        ticket("FILES$", etype=0x12, status=7, TargetUserName="bob@example.org"),
    ],
    "in the log, a trusted realm of Unix": [ticket("FILES$", etype=0x12, TargetUserName="bob@unix.example.net")],
    "in the log, revoked, of an account of which nothing is known": [ticket("cifs/files", user="carol", status=0x14)],
    "in the log, revoked for whom a service acts": [
        logon("administrator"),
        ticket("cifs/files", user="administrator", at=MINUTE, status=0x14, TransmittedServices="web$@EXAMPLE.ORG"),
    ],
    "in the log, revoked, of a computer that joined anew": [
        logon("WS7$"), ticket("cifs/files", user="WS7$", at=MINUTE, status=0x14),
    ],
    "in the log, revoked, of an account that was made again": [
        logon("bob"), log(4720, {**subject("eve"), "TargetUserName": "bob", "TargetDomainName": "EXAMPLE"}, at=MINUTE),
        ticket("cifs/files", user="bob", at=2 * MINUTE, status=0x14),
    ],
    "of everybody, by a controller without updates, at low sensitivity (37)": Case(
        [strange(37, f"user{one}", at=one * MINUTE) for one in range(9)], tuning=LOW
    ),
    "a ticket of nobody (36)": [strange(36, "-")],
    "in the log, a ticket that ended": [
        logon("administrator"), ticket("cifs/files", user="administrator", at=MINUTE, status=0x20),
    ],
    "RC4, which is told elsewhere": [*ISSUED, shown(presented_ticket_etype=23, kvno=2)],
    "a service that acts for an administrator": [
        as_req("administrator", ticket_size=1044, ticket_kvno=5), shown(size=880, client="administrator", s4u2proxy=True)
    ],
    "a new key": [
        *ISSUED, as_req("dave", WS1, target=DC2, at=MINUTE, ticket_kvno=6),
        tgs_req("cifs/files.example.org", at=2 * MINUTE, presented_ticket_kvno=6,
                presented_ticket_hash=tgt_of("dave", WS1, MINUTE), target=DC1),
    ],
}  # fmt: skip

REAL = (
    Real("corpus/pcap/brute_Kerberos_v5_-_UDP_3.pcap", fires=False),
    Real("corpus/evtx/md_T1558_ID4769-Golden_ticket_issued.evtx", severity="high"),
    Real("corpus/evtx/md_T1558_ID4769-Kerberoast_ticket_with_low_encryption.evtx", fires=False),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/pass_the_ticket.pcap", fires=False),
    Real("lab/captures/benign_dc_replication.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/ndpi_kerberos-login.pcap", fires=False),
)

COMMAND = '"kerberos::golden /user:a /domain:example.org /sid:S-1-5-21-1 /krbtgt:00 /ptt"'
SCRIPT = 'Invoke-Mimikatz -Command "kerberos::golden /user:a /krbtgt:00"'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
