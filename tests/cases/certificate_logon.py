"""Certificates of the wrong hands, and smart cards."""

from app.model.activity import Activity
from app.model.tuning import Tuning
from tests.cases.case import LOW, Case, Cases, Real
from tests.engine.detectors.builders import DC1, DC2, HOUR, MINUTE, WS1, as_req, controller, ping, tgs_req
from tests.engine.detectors.builders_kerberos import tgt_of
from tests.engine.detectors.logs import DC, DC_TWO, DOMAIN, log, tgt

IS_DC = [controller(DC1), ping("bob", 23), controller(DC2)]
DAY = 24 * HOUR
STRANGER = "192.0.2.66"
CARD = {"pkinit": True, "pa_types": (16, 128), "padata_etype": None, "options": 0x40810010, "pac_request": True}
TOOL = {**CARD, "options": 0x40800010}
CERT = {"proof": "16", "CertIssuerName": "example-CA", "CertSerialNumber": "5A", "CertThumbprint": "AB"}

LOGGED_DC = [tgt("bob", computer=DC), tgt("bob", computer=DC_TWO, at=1)]
"""Both controllers by their logs, which tell their names and not their addresses."""
KDC = ("Microsoft-Windows-Kerberos-Key-Distribution-Center", "System")


def weak(event_id: int, user: str = "alice", *, at: int = 0, sid: bool = False) -> Activity:
    """39 to 49: a certificate that was not mapped safely."""
    said = (f"CN={user}", "CN=CA", "61", "AABB")
    values = (user, f"{DOMAIN}-1101", *said, f"{DOMAIN}-500") if sid else (user, *said)
    return log(event_id, {f"param{place}": one for place, one in enumerate(values, 1)}, at=at, where=KDC)


FIRES: Cases = {
    "the first certificate where nobody has any": Case([as_req("alice", WS1, **CARD)], severity="low"),
    "the first in the log": Case([tgt("alice", **CERT)], severity="low"),
    "a certificate that tells no SID (39)": Case([weak(39)], severity="low"),
    "a certificate with somebody else's SID (41)": Case([weak(41, sid=True)], severity="medium"),
    "a certificate with somebody else's SID (49)": Case([weak(49, sid=True)], severity="medium"),
    "a certificate that tells no SID, by the number of an old Windows (41)": Case([weak(41)], severity="low"),
    "a certificate of an authority that signs nobody in (45)": Case([weak(45)], severity="low"),
    "a controller elsewhere": Case(
        [*IS_DC, as_req("DC1$", STRANGER, target=DC2, at=MINUTE, **CARD)], severity="high", external_id=2425
    ),
    "a tool": Case([as_req("alice", WS1, **TOOL)], severity="medium"),
    "a tool for a computer": Case([as_req("FILES$", WS1, **TOOL)], severity="high"),
    "the hash is unpacked": Case(
        [as_req("alice", WS1, **CARD),
         tgs_req("alice", WS1, at=MINUTE, options=0x40810018, presented_ticket_hash=tgt_of("alice", WS1, 0))],
        severity="high",
    ),
    "for the first time after a month": Case(
        [as_req("alice", WS1), as_req("alice", WS1, at=40 * DAY, **CARD)], severity="low", external_id=2047
    ),
    "of an administrator, at high sensitivity": Case(
        [as_req("administrator", WS1), as_req("administrator", WS1, at=HOUR, **CARD)],
        tuning=Tuning(sensitivity="high"), severity="medium", external_id=2047,
    ),
    "in the log, a controller elsewhere": Case([*IS_DC, tgt("DC1$", STRANGER, at=MINUTE, **CERT)], severity="high"),
    "in the log, a controller elsewhere, though it is known where it is": Case(
        [*LOGGED_DC, tgt("DC2$", DC2, at=MINUTE), tgt("DC2$", STRANGER, at=HOUR, **CERT)], severity="high"
    ),
    "in the log, the options of a tool": Case([tgt("alice", **{**CERT, "TicketOptions": "0x40800010"})], severity="low"),
    "in the log, the options of a tool for a computer": Case(
        [tgt("FILES$", **{**CERT, "TicketOptions": "0x40800010"})], severity="medium"
    ),
    "in the log, a key that was added": Case([tgt("alice", **{**CERT, "CertIssuerName": "CN=alice"})], severity="medium"),

}  # fmt: skip

QUIET: Cases = {
    "a smart card": Case([as_req("alice", WS1, **CARD), as_req("alice", WS1, at=HOUR, **CARD)], tuning=LOW),
    "a smart card that is new since yesterday": Case([as_req("alice", WS1), as_req("alice", WS1, at=DAY, **CARD)], tuning=LOW),
    "computers with certificates": [as_req(f"WS{one}$", WS1, at=one * HOUR, **CARD) for one in range(9)],
    "a controller on itself": [*IS_DC, as_req("DC1$", DC1, target=DC2, at=MINUTE, **CARD)],
    "refused": [*IS_DC, as_req("DC1$", STRANGER, target=DC2, at=MINUTE, code=66, **CARD)],
    "somebody else's ticket, user to user": Case([
        as_req("alice", WS1, **CARD),
        tgs_req("TERMSRV/files.example.org", WS1, at=MINUTE, options=0x40810008, presented_ticket_hash=tgt_of("alice", WS1, 0)),
    ], tuning=LOW),
    "in the log, a smart card": Case([tgt("alice", **CERT), tgt("WS1$", **CERT)], tuning=LOW),
    "a certificate older than its account (40, 48)": [weak(40), weak(48)],
    "in the log, computers with certificates": [
        tgt(f"WS{one}$", f"192.0.2.{20 + one}", at=one * HOUR, **CERT) for one in range(9)
    ],
    "in the log, a smart card that is refused": [
        tgt("alice", status=0x42, **CERT), tgt("alice", at=HOUR, status=0x25, **CERT),
    ],
    "in the log, a smart card that is new since yesterday": Case([tgt("alice"), tgt("alice", at=DAY, **CERT)], tuning=LOW),
    "in the log, a controller from where it proves its password": [
        *LOGGED_DC, tgt("DC2$", DC2, at=MINUTE), tgt("DC2$", DC2, at=HOUR, **CERT),
    ],
    "a computer's own certificate (45)": [weak(45, "WS1$"), weak(45, "WS2$", at=MINUTE)],
    "a certificate that tells no SID, where everybody's are so, at low sensitivity (39)": Case(
        [weak(39, f"user{one}", at=one) for one in range(9)], tuning=LOW
    ),
}  # fmt: skip

REAL = (
    Real("corpus/pcap/brute_Kerberos_-_v5_TCP.pcap", fires=False, severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False),
)
