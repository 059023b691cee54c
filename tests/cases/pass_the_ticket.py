"""Tickets that moved, and laptops, delegation, proxies, which move them without a thief."""

from tests.cases.case import LOW, Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, FILES, MINUTE, REALM, SECOND, WS1, WS2, as_req, controller, dns, tgs_req
from tests.engine.detectors.builders_kerberos import ap_req, desktop, signs_in, tgt_of
from tests.engine.detectors.logs import log, subject
from tests.engine.detectors.logs_commands import only_said, told_by_commands

NAMED = [signs_in("WS1", WS1), signs_in("WS2", WS2, at=SECOND)]
STRANGER, SIXTH = "192.0.2.66", "2001:db8::66"
GIVEN = as_req("alice", WS1, at=MINUTE)
TGT = tgt_of("alice", WS1, MINUTE)
SERVICE = tgs_req("cifs/files.example.org", WS1, at=2 * MINUTE, presented_ticket_hash=TGT, ticket_hash="for files")
HIDDEN = tgs_req(
    "cifs/files.example.org", WS1, at=2 * MINUTE, client=None, fast=True, presented_ticket_hash=TGT, ticket_hash="for files"
)
FORWARDED = tgs_req(f"krbtgt/{REALM}", WS1, at=2 * MINUTE, presented_ticket_hash=TGT, options=0x60810010, ticket_hash="forwarded")


def used(source: str, *, at: int = 3 * MINUTE, ticket: str = TGT, **more: object):  # type: ignore[no-untyped-def]
    return tgs_req("cifs/dc1.example.org", source, at=at, presented_ticket_hash=ticket, **more)


def replay(user: str, workstation: str = "WS7", *, at: int = 0):  # type: ignore[no-untyped-def]
    """4649."""
    fields = {
        **subject("SYSTEM", 0x3E7), "TargetUserName": user, "TargetDomainName": "EXAMPLE", "RequestType": "3",
        "LogonProcessName": "Kerberos", "AuthenticationPackage": "Kerberos", "WorkstationName": workstation,
    }  # fmt: skip
    return log(4649, fields, at=at)


FIRES: Cases = {
    "the log tells a request that came twice": Case([replay("alice")], severity="low"),
    "it came three times": Case([replay("alice", at=at * SECOND) for at in range(3)], severity="low"),
    "between two known computers": Case([*NAMED, GIVEN, used(WS2)], severity="high"),
    "to an unknown address, while its owner goes on": Case(
        [NAMED[0], GIVEN, used(STRANGER), tgs_req("ldap/dc1.example.org", WS1, at=4 * MINUTE, presented_ticket_hash=TGT)],
        severity="high",
    ),
    "to an unknown address, and nothing more": Case([NAMED[0], GIVEN, used(STRANGER)], severity="low"),
    "refused": Case([*NAMED, GIVEN, used(WS2, code=32)], severity="high"),
    "a service ticket between two known computers": Case(
        [*NAMED, GIVEN, SERVICE, ap_req("cifs/files.example.org", "for files", WS2, at=3 * MINUTE)], severity="high"
    ),
    "a service ticket that was issued inside FAST": Case(
        [*NAMED, GIVEN, HIDDEN, ap_req("cifs/files.example.org", "for files", WS2, at=3 * MINUTE)], severity="high"
    ),
    "the ticket of a controller": Case(
        [controller(DC1), controller(DC2), dns("dc1.example.org", answers=(f"A {DC1}",)),
         as_req("DC1$", DC1, target=DC2, at=MINUTE),
         used(STRANGER, ticket=tgt_of("DC1$", DC1, MINUTE), target=DC2, client="DC1$")],
    ),
    "a renewed ticket": Case(
        [*NAMED, GIVEN, tgs_req(f"krbtgt/{REALM}", WS1, at=2 * MINUTE, presented_ticket_hash=TGT, options=0x10002,
                                ticket_hash="renewed"), used(WS2, ticket="renewed")],
        severity="high",
    ),
    "a forwarded ticket from a second place": Case(
        [*NAMED, GIVEN, FORWARDED, used(FILES, ticket="forwarded"), used(WS2, ticket="forwarded", at=4 * MINUTE)],
        severity="high",
    ),
}  # fmt: skip

QUIET: Cases = {
    "what is only new, at low sensitivity": Case([replay("alice")], tuning=LOW),
    "somebody whom nobody names": [replay("-")],
    "a computer's request came twice": [replay("WS1$")],
    "a service's session": [log(4624, {"TargetUserName": "alice", "TargetDomainName": "EXAMPLE", "LogonType": "5"})],
    "its own computer at another address": [NAMED[0], signs_in("WS1", STRANGER, at=2 * MINUTE), GIVEN, used(STRANGER)],
    "a service ticket issued inside FAST, shown by its owner": [
        *NAMED, GIVEN, HIDDEN, ap_req("cifs/files.example.org", "for files", WS1, at=3 * MINUTE),
    ],
    "delegation to a server": [*NAMED, GIVEN, FORWARDED, used(FILES, ticket="forwarded")],
    "remote desktop that lends tickets": [
        *NAMED, GIVEN, SERVICE, desktop(WS1, WS2, at=2 * MINUTE),
        ap_req("cifs/files.example.org", "for files", WS2, at=3 * MINUTE),
    ],
    "both versions of IP": [NAMED[0], GIVEN, used(SIXTH)],
    "a ticket whose issue nobody saw": [*NAMED, used(WS1, ticket="older"), used(WS2, ticket="older", at=4 * MINUTE)],
    "a read-only controller hands it on": [*NAMED, controller(DC2), GIVEN, used(DC2)],
    "a server with a second network card": [
        NAMED[0], as_req("WS1$", WS1, at=MINUTE), ap_req("cifs/files.example.org", tgt_of("WS1$", WS1, MINUTE), STRANGER,
                                                        at=3 * MINUTE),
    ],
}  # fmt: skip

REAL = (
    Real("lab/captures/pass_the_ticket.pcap", severity="high"),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/vpn_radius.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/brute_Kerberos_-_v5_UDP.pcap", fires=False),
)

COMMAND = "ptt /ticket:doIF"
SCRIPT = 'Invoke-Mimikatz -Command "kerberos::ptt a.kirbi"'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
