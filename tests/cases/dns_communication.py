"""Cases of data carried in names."""

from hashlib import sha256

from app.model.activity import Activity
from tests.cases.case import Case, Real
from tests.engine.detectors.builders import DC1, MINUTE, SECOND, WS1, controller, dns

OUT = "exfil.example-cdn.net"


def coded(
    count: int, domain: str = OUT, kind: str = "A", *, every: int = SECOND, length: int = 50, same: bool = False
) -> list[Activity]:
    """Names with hexadecimal text."""
    return [
        dns(f"{sha256(str(0 if same else one).encode()).hexdigest()[:length]}.{domain}", kind, WS1, DC1, at=one * every)
        for one in range(count)
    ]


FIRES = {
    "hexadecimal names": Case(coded(80), severity="medium"),
    "texts asked for": coded(100, kind="TXT", length=12),
    "a tool without a domain": [
        dns(f"dnscat.{sha256(str(one).encode()).hexdigest()[:60]}", "MX", WS1, DC1, at=one * SECOND) for one in range(80)
    ],
    "below a country": coded(70, "tunnel.example.co.uk"),
    "behind an underscore": [
        dns(f"_{sha256(str(one).encode()).hexdigest()[:50]}.{OUT}", "A", WS1, DC1, at=one * SECOND) for one in range(80)
    ],
    "behind the name of a service": [
        dns(f"_sip._tcp.{sha256(str(one).encode()).hexdigest()[:50]}.{OUT}", "SRV", WS1, DC1, at=one * SECOND)
        for one in range(80)
    ],
    "texts behind an underscore": [
        dns(f"_{sha256(str(one).encode()).hexdigest()[:18]}.{OUT}", "TXT", WS1, DC1, at=one * SECOND) for one in range(100)
    ],
}

QUIET = {
    "fewer": coded(40),
    "slowly": coded(100, every=MINUTE),
    "one name again and again": coded(300, same=True),
    "a content network": coded(200, "d1.cloudfront.net"),
    "a list of mail senders": coded(200, "zen.spamhaus.org", "TXT"),
    "addresses looked up in reverse": [
        dns(f"{one}.2.0.192.in-addr.arpa", "PTR", WS1, DC1, at=one * SECOND) for one in range(200)
    ],
    "names of the domain itself": [controller(DC1), *coded(200, "example.org")],
    "names of servers": [
        dns(f"the-very-long-name-of-a-server-in-some-cluster-{one % 20}.example.net", "A", WS1, DC1, at=one * SECOND)
        for one in range(200)
    ],
    "keys of many who send mail through one provider": [
        dns(f"{sha256(str(one).encode()).hexdigest()[:32]}._domainkey.{OUT}", "TXT", WS1, DC1, at=one * SECOND)
        for one in range(100)
    ],
    "services of a domain": [
        dns(f"_ldap._tcp.site{one}.longer-name-of-a-site-than-usual.example.com", "SRV", WS1, DC1, at=one * SECOND)
        for one in range(100)
    ],
}

REAL = (
    Real("lab/captures/benign_workday.pcap", fires=False),
    Real("lab/captures/dns_zone_transfer.pcap", fires=False),
    Real("corpus/pcap/cl_petitpotam_UnPatchedDCOpenFileRaw.pcapng", fires=False),
)
