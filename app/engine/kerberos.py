"""What Kerberos exchanges tell several detectors: options, encryption, and which implementation wrote a request."""

from app.model.details import KerberosAs, KerberosTgs
from app.model.events import EventKerberos

AES = frozenset({17, 18, 19, 20})
RC4 = frozenset({23, 24, -128, -133, -135})
"""rc4-hmac, rc4-hmac-exp and the numbers that Windows gave RC4 before RFC 4757: rc4-md4, rc4-hmac-old, rc4-hmac-old-exp."""
DES = frozenset({1, 2, 3})
FORWARDED, PROXIABLE, RENEWABLE = 0x20000000, 0x10000000, 0x00800000
CANONICALIZE, RENEWABLE_OK, USER_TO_USER = 0x00010000, 0x00000010, 0x00000008
"""KDC options (RFC 4120 section 5.4.1, RFC 6806 section 3); USER_TO_USER is ENC-TKT-IN-SKEY."""
PAC_REQUEST, PAC_OPTIONS, KEY_LIST = 128, 167, 161
"""Pre-authentication data of MS-KILE sections 2.2.3, 2.2.10 and 2.2.11."""
TGT, SERVICE_TICKET, RENEWED, PROOF_FAILED = 4768, 4769, 4770, 4771
IMPACKET = (23, 16, 3)
"""How impacket's ticket requests begin: RC4, triple DES, DES; libraries offer the strongest first."""
RUBEUS = (18, 17, 23, 24)
"""All that Rubeus offers where it is not told a type; Windows adds more, and asks without RENEWABLE-OK."""
RUBEUS_OPTIONS, IMPACKET_OPTIONS = 0x40800010, 0x50800000
"""forwardable, renewable, renewable-ok; forwardable, proxiable, renewable: neither canonicalises, as Windows always does."""


def is_krbtgt(service: str | None) -> bool:
    """True for the ticket-granting service of any realm, in any spelling."""
    return (service or "").split("@")[0].partition("/")[0].lower() == "krbtgt"


def is_computer(name: str | None) -> bool:
    """True for the account of a computer (or of a managed service)."""
    return bool(name) and (name or "").split("@")[0].endswith("$")


def weak_only(etypes: tuple[int, ...]) -> bool:
    """True when RC4 is the best that was offered."""
    return not RC4.isdisjoint(etypes) and AES.isdisjoint(etypes)


def is_hand_written(detail: KerberosAs) -> bool:
    """True when a request for a ticket-granting ticket was written by neither Windows nor a library.

    It says whether it wants a PAC, which apart from Windows only tools do; and it offers the one encryption type whose key is
    at hand, and either does not canonicalise or names no NetBIOS address, both of which Windows always does.
    """
    if PAC_REQUEST not in detail.pa_types or len(detail.request_etypes) != 1 or detail.fast or detail.pkinit:
        return False
    return not (detail.options or 0) & CANONICALIZE or not detail.client_addresses


def tool_of(detail: KerberosAs | KerberosTgs | EventKerberos) -> str:
    """The tool that is known to write requests like this one, empty for none; a log tells little of a request."""
    options = detail.number("TicketOptions") if isinstance(detail, EventKerberos) else detail.options
    if isinstance(detail, KerberosTgs):
        if detail.request_etypes[:3] == IMPACKET:
            return "impacket"
        plain = (options or 0) & RENEWABLE and (options or 0) & RENEWABLE_OK and not (options or 0) & FORWARDED
        return "Rubeus" if detail.request_etypes == RUBEUS and plain and PAC_OPTIONS not in detail.pa_types else ""
    return {RUBEUS_OPTIONS: "Rubeus", IMPACKET_OPTIONS: "impacket"}.get(options or 0, "")
