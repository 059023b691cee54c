"""Cases of answers that overflow a name server."""

from msgspec.structs import replace

from app.model.activity import Activity
from app.model.details import DnsQuery
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, SECOND, WS1, dns

OUTSIDE = "198.51.100.53"


def truncated(name: str) -> Activity:
    one = dns(name, "SIG", DC1, OUTSIDE, records=0)
    return replace(one, detail=DnsQuery(name=name, type="SIG", truncated=True))


FIRES = {
    "a record that overflows": Case([dns("9.example.net", "SIG", DC1, OUTSIDE, answers=("SIG 65470 bytes",))], severity="high"),
    "asked again over TCP": Case(
        [truncated("9.example.net"), dns("9.example.net", "SIG", DC1, OUTSIDE, at=SECOND, answers=("SIG 65470 bytes",))],
        severity="high",
    ),
    "too large for a datagram": Case([truncated("9.example.net")], severity="low"),
}

QUIET = {
    "a small signature": [dns("example.net", "SIG", DC1, OUTSIDE, answers=("SIG 180 bytes",))],
    "a signed zone": [dns("example.net", "RRSIG", DC1, OUTSIDE, answers=("RRSIG 20000 bytes",))],
    "addresses": [dns("www.example.net", "A", WS1, DC1, answers=("A 198.51.100.7",))],
    "a long text": [dns("example.net", "TXT", WS1, DC1, answers=("TXT " + "v" * 3000,))],
}

REAL = (
    Real("corpus/pcap/sb_Exploit_DoS_cve-2020-1350_dns_sig_maxspl0it.pcapng", severity="high"),
    Real("corpus/pcap/cs_dns_axfr.pcapng", fires=False),
)
