"""Hashes used as keys, and old systems, services and habits that use RC4 too."""

from app.model.activity import Activity
from app.model.details import NameObservation
from tests.cases.case import LOW, Case, Cases, Real
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, WS1, WS2, act, as_req, tgs_req
from tests.engine.detectors.builders_kerberos import HASH_ONLY, IMPACKET, RUBEUS, WINDOWS
from tests.engine.detectors.logs import tgt
from tests.engine.detectors.logs_commands import only_said, told_by_commands

OLD = {**HASH_ONLY, "request_etypes": (23, -133, -128, 3, 1, 24, -135)}
SERVICE = {"request_etypes": (23,), "padata_etype": 23, "reply_etype": 23, "options": 0x40000010, "pa_types": (2, 149)}
"""A Linux service with an RC4 key table."""
RUBEUS_LOG, IMPACKET_LOG = {"TicketOptions": "0x40800010"}, {"TicketOptions": "0x50800000"}


def dhcp(name: str, *, at: int) -> Activity:
    """A lease of the address of WS1."""
    return act(NameObservation(address=WS1, name=name, method="dhcp"), at=at)


FIRES: Cases = {
    "Rubeus": Case([as_req("alice", **RUBEUS)], external_id=2008, severity="medium"),
    "impacket": Case([as_req("alice", **IMPACKET)], external_id=2008, severity="medium"),
    "a hash in a session of Windows": Case(
        [as_req("alice", **WINDOWS), tgs_req("cifs/files.example.org"), as_req("alice", at=HOUR, **HASH_ONLY)],
        severity="medium",
    ),
    "a hash in a session, for an account of which nothing is known": Case(
        [tgs_req("cifs/files.example.org"), as_req("bob", at=MINUTE, **HASH_ONLY)], severity="low"
    ),
    "RC4 is switched off": Case([as_req("alice", code=14, **{**RUBEUS, "reply_etype": None})], severity="medium"),
    "a tool with the AES key": Case(
        [as_req("alice", **{**IMPACKET, "request_etypes": (18,), "padata_etype": 18, "reply_etype": 18})],
        external_id=2002, severity="low",
    ),
    "in the log, by its options and the account's AES": Case(
        [tgt("alice"), tgt("alice", "192.0.2.66", at=HOUR, etype=0x17, **RUBEUS_LOG)], severity="medium"
    ),
    "in the log, of Windows that uses AES": Case([tgt("alice"), tgt("alice", at=HOUR, etype=0x17)], severity="medium"),
    "in the log, from a computer of which nothing is known": Case(
        [tgt("alice"), tgt("alice", "192.0.2.40", at=HOUR, etype=0x17)], severity="low"
    ),
    "in the log, the options of Rubeus or of Linux": Case([tgt("bob", etype=0x17, **RUBEUS_LOG)], severity="low"),
    "in the log, impacket": Case([tgt("alice", etype=0x17, **IMPACKET_LOG)], severity="medium"),
}  # fmt: skip

QUIET: Cases = {
    "an old system at the address that a modern one had in the morning (VPN)": [
        as_req("bob", at=-3 * HOUR, **{**WINDOWS, "client_addresses": ("NEW1",)}),
        tgs_req("cifs/files.example.org", at=-3 * HOUR + MINUTE, client="bob"),
        dhcp("new1", at=-3 * HOUR),
        as_req("carol", source=WS2, **{**WINDOWS, "client_addresses": ("NEW2",)}),
        dhcp("old1", at=3 * HOUR), as_req("carol", at=3 * HOUR + MINUTE, **{**HASH_ONLY, "client_addresses": ("OLD1",)}),
    ],
    "a password with AES": [as_req("alice", **WINDOWS)],
    "a system from before AES": [tgs_req("cifs/files.example.org"), as_req("alice", at=MINUTE, **OLD)],
    "an account without AES keys, asked with AES": [
        as_req("administrator", **{**WINDOWS, "padata_etype": 23, "offered_etypes": (23,), "reply_etype": 23})
    ],
    "a service with an RC4 key table": [as_req("svc_app", WS1, **SERVICE), as_req("svc_app", WS1, at=HOUR, **SERVICE)],
    "a wrong hash": [as_req("alice", code=24, **{**RUBEUS, "reply_etype": None})],
    "what is roasted proves nothing": [as_req("alice", **{**RUBEUS, "padata_etype": None, "pa_types": (128,)})],
    "in the log, an account that offered AES": [
        tgt("administrator", etype=0x17, ClientAdvertizedEncryptionTypes="AES256-CTS-HMAC-SHA1-96 RC4-HMAC-NT")
    ],
    "in the log, a computer that falls back": [tgt("WS1$"), tgt("WS1$", "192.0.2.40", at=HOUR, etype=0x17)],
    "in the log, from a computer of which nothing is known, at low sensitivity": Case(
        [tgt("alice"), tgt("alice", "192.0.2.40", at=HOUR, etype=0x17)], tuning=LOW
    ),
    "in the log, nothing else is known": [tgt("svc_old", "192.0.2.40", etype=0x17)],
    "a policy that allows RC4 only": [
        as_req("alice", **{**HASH_ONLY, "request_etypes": (23, 24, -135)}), as_req("bob", at=MINUTE, target=DC1, **HASH_ONLY),
    ],
}  # fmt: skip

REAL = (
    Real("lab/captures/overpass_the_hash.pcap", external_id=2008, severity="medium"),
    Real("corpus/pcap/otrf_empire_shell_rubeus_asktgt_createnetonly.cap", external_id=2008, severity="medium"),
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("corpus/pcap/elc_windows_miscellany.pcap", fires=False),
    Real("corpus/pcap/brute_Kerberos-816.pcap", fires=False),
    Real("corpus/pcap/brute_Kerberos_-_v5_UDP.pcap", fires=False),
)

COMMAND = "asktgt /user:a /rc4:81d310fa34e6a56a31145445891bb7b8"
SCRIPT = 'Invoke-Mimikatz -Command "sekurlsa::pth /user:a /ntlm:00"'
FIRES |= told_by_commands(COMMAND, SCRIPT)
QUIET |= only_said(COMMAND, SCRIPT, "Invoke-Mimikatz")
