"""An hour of a controller and a server that both packets and their logs tell, with pairs that lack one side."""

from app.model.activity import Account, Activity
from app.model.details import KerberosAp, SmbSession
from tests.engine.detectors.builders import (
    DC1,
    DC2,
    DRSUAPI,
    FILES,
    MINUTE,
    SECOND,
    WS1,
    act,
    as_req,
    call,
    dns,
    tgs_req,
)  # fmt: skip
from tests.engine.detectors.logs import CHANGES, CHANGES_ALL, DC, FILE_SERVER, checked, log, logon, tgt

LATER = SECOND // 50
"""A record is written so much after the answer."""
STEP = MINUTE


def named(source: str = DC1) -> Activity:
    """The controller says its name, so that packets and log are of one computer."""
    return dns("dc1.example.org", source=WS1, target=DC1, answers=(f"A {source}",))


def ticket_both(number: int, at: int, source: str = WS1, *, wire: bool = True, record: bool = True) -> list[Activity]:
    """A service ticket on the wire and in the log (4769)."""
    made: list[Activity] = []
    service = f"cifs/srv{number % 7}.example.org"
    if wire:
        made.append(tgs_req(service, source, at=at, client="alice"))
    if record:
        fields = {
            "TargetUserName": "alice@EXAMPLE.ORG", "TargetDomainName": "EXAMPLE.ORG", "ServiceName": f"srv{number % 7}$",
            "TicketOptions": "0x40810000", "TicketEncryptionType": "0x12", "IpAddress": f"::ffff:{source}", "IpPort": "50000",
            "Status": "0x0", "TransmittedServices": "-",
        }  # fmt: skip
        made.append(log(4769, fields, at=at + LATER))
    return made


def tickets(
    missing: str = "", lone: tuple[int, ...] = (60,), count: int = 120, source: str = WS1, step: int = STEP
) -> list[Activity]:
    """Two hours with a ticket a minute, or more often; the lone ones lack a side: "record" or "wire"."""
    made = [named(), as_req("alice", source, at=0), tgt("alice", source, at=LATER, IpPort="50000")]
    for number in range(1, count):
        gone = number in lone
        made += ticket_both(
            number, number * step, source, wire=not (gone and missing == "wire"), record=not (gone and missing == "record")
        )
    return made


def server_named() -> Activity:
    """The file server says its name."""
    return dns("files.example.org", source=WS1, target=DC1, answers=(f"A {FILES}",))


def logon_both(at: int, *, wire: bool = True, kind: int = 3, source: str = WS1) -> list[Activity]:
    """A network logon over SMB with Kerberos, and its record."""
    made: list[Activity] = []
    if wire:
        alice = Account(name="alice", domain="EXAMPLE")
        made.append(
            act(KerberosAp(service="cifs/files.example.org", ticket_hash="held"), source, FILES, 445, at=at, account=alice)
        )
        made.append(act(SmbSession(dialect="3.1.1", action="logon"), source, FILES, 445, at=at + 1000, account=alice))
    made.append(logon("alice", source, at=at + LATER, kind=kind, computer=FILE_SERVER, package="Kerberos"))
    return made


def logons(lone: tuple[int, ...] = (60,), count: int = 120, kind: int = 3, source: str = WS1, step: int = STEP) -> list[Activity]:
    """Two hours with a logon a minute, or more often; the lone ones are not on the wire."""
    made = [named(), server_named(), tgt("alice")]
    for number in range(count):
        made += logon_both(number * step, wire=number not in lone, kind=kind if number in lone else 3, source=source)
    return made


def replications(lone: tuple[int, ...] = (60,), count: int = 120) -> list[Activity]:
    """A controller that fetches once a minute, and the rights that the other one checks; the lone ones are not in the log."""
    made = [named(), tgt("alice")]
    for number in range(count):
        at = number * STEP
        made.append(call(DRSUAPI, 3, DC2, at=at, name="dc2$"))
        if number not in lone:
            made.append(checked("dc2$", CHANGES, CHANGES_ALL, at=at + LATER))
        else:
            made.append(log(4624, {"TargetUserName": "dc2$", "LogonType": "3"}, at=at + LATER, computer=DC))
    return made
