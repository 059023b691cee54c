"""Keys asked for in a read-only controller's place, and Windows Hello."""

from tests.cases.case import LOW, Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, MINUTE, REALM, WS1, controller, tgs_req

OF_RODC = {"presented_ticket_kvno": 0x4D2F0001}


def asks(client: str, *, at: int = 0, source: str = WS1, code: int = 0, **more: object):  # type: ignore[no-untyped-def]
    """KERB-KEY-LIST-REQ for an account."""
    told = {"pa_types": (1, 161), **OF_RODC, "presented_ticket_hash": f"made for {client}", **more}
    return tgs_req(f"krbtgt/{REALM}", source, at=at, client=None if code else client, code=code, **told)


FIRES: Cases = {
    "keys of three accounts": Case([asks(f"user{one}", at=one * MINUTE) for one in range(3)], severity="high"),
    "of three accounts, refused": Case([asks(f"user{one}", at=one * MINUTE, code=12) for one in range(3)], severity="medium"),
    "of a sensitive account": Case([asks("administrator")], severity="medium"),
    "a ticket of a read-only controller for a sensitive account": Case(
        [tgs_req("cifs/files.example.org", client="administrator", **OF_RODC)], severity="medium"
    ),
}  # fmt: skip

FIRES |= {
    "of three accounts, of which two are refused": Case(
        [asks("alice"), asks("bob", at=1, code=20), asks("carol", at=2, code=20)], severity="high"
    ),
    "one that is given, then one whose ticket cannot be opened": Case([asks("alice"), asks("x", at=1, code=41)], severity="low"),
    "of one account, as impacket asks": Case([asks("alice", request_etypes=(23, 16, 3))], severity="high"),
    "of one account, with version 0 of a key": Case([asks("alice", presented_ticket_kvno=0x4D20000)], severity="high"),
    "of one account, with a ticket in RC4, refused": Case([asks("alice", code=35, presented_ticket_etype=23)], severity="medium"),
    "one request, whose ticket cannot be opened": Case([asks("alice", code=31)], severity="low"),
}

QUIET: Cases = {
    "somebody whose keys are refused all day": [
        asks("boss", at=one * 40 * MINUTE, code=20, presented_ticket_hash=f"ticket {one}") for one in range(5)
    ],
    "Windows Hello, refused for other reasons": [
        asks("alice", code=20), asks("alice", at=MINUTE, code=37), asks("alice", at=2 * MINUTE, code=12),
    ],
    "a ticket that cannot be opened, at low sensitivity": Case([asks("alice", code=31)], tuning=LOW),
    "a Mac with Entra ID, which asks for nothing that can be forwarded": [asks("alice", options=0x00010000)],
    "Windows Hello, as Windows asks": [
        asks("alice", options=0x40810010, presented_ticket_etype=18, request_etypes=(18, 17, 23, 24, -135)),
    ],
    "a read-only controller that is refused": [controller(DC1), controller(DC2), asks("alice", source=DC2, code=41)],
    "Windows Hello": [asks("alice"), asks("alice", at=MINUTE)],
    "two people at one computer": [asks("alice"), asks("bob", at=MINUTE)],
    "a read-only controller": [
        controller(DC1), controller(DC2), *(asks(f"user{one}", at=MINUTE, source=DC2) for one in range(5)),
    ],
    "a client of a read-only controller": [tgs_req("cifs/files.example.org", client="alice", **OF_RODC)],
}  # fmt: skip

REAL = (Real("lab/captures/benign_workday.pcap", fires=False), Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False))
