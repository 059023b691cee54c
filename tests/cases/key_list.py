"""Keys asked for in a read-only controller's place, and Windows Hello."""

from tests.cases.case import Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, MINUTE, REALM, WS1, controller, tgs_req

OF_RODC = {"presented_ticket_kvno": 0x4D2F0001}


def asks(client: str, *, at: int = 0, source: str = WS1, code: int = 0, **more: object):  # type: ignore[no-untyped-def]
    """KERB-KEY-LIST-REQ for an account."""
    return tgs_req(f"krbtgt/{REALM}", source, at=at, client=client, code=code, pa_types=(1, 161), **OF_RODC,
                   presented_ticket_hash=f"made for {client}", **more)  # fmt: skip


FIRES: Cases = {
    "keys of three accounts": Case([asks(f"user{one}", at=one * MINUTE) for one in range(3)], severity="high"),
    "of three accounts, refused": Case([asks(f"user{one}", at=one * MINUTE, code=12) for one in range(3)], severity="medium"),
    "of a sensitive account": Case([asks("administrator")], severity="medium"),
    "a ticket of a read-only controller for a sensitive account": Case(
        [tgs_req("cifs/files.example.org", client="administrator", **OF_RODC)], severity="medium"
    ),
}  # fmt: skip

QUIET: Cases = {
    "Windows Hello": [asks("alice"), asks("alice", at=MINUTE)],
    "two people at one computer": [asks("alice"), asks("bob", at=MINUTE)],
    "a read-only controller": [
        controller(DC1), controller(DC2), *(asks(f"user{one}", at=MINUTE, source=DC2) for one in range(5)),
    ],
    "a client of a read-only controller": [tgs_req("cifs/files.example.org", client="alice", **OF_RODC)],
}  # fmt: skip

REAL = (Real("lab/captures/benign_workday.pcap", fires=False), Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False))
