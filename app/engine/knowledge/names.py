"""How host, service and account names are read from the text that protocols carry."""

from functools import lru_cache
from ipaddress import ip_address

LONGEST = 256
"""Characters of a name that is worth keeping: DNS allows 255, accounts far less; longer ones are somebody's noise."""
NOT_A_HOST = frozenset(
    {
        "",
        "*",
        "localhost",
        "workstation",
        "mstsc",
        "null",
        "unknown",
        "none",
        "workgroup",
        "*smbserver",
        "*smbserv",
        "isatap",
        "wpad",
    }
)
"""Words that stand where a computer name is due and name none (MSTSC, WORKSTATION: RDP clients and tools)."""
DOMAIN_LABELS = frozenset({"domaindnszones", "forestdnszones", "gc"})
"""First labels under a domain that every controller answers for (MS-ADTS section 6.3.2.4)."""


def is_address(text: str) -> bool:
    """Textual IPv4 or IPv6 address."""
    return len(text) <= 64 and (":" in text or text.count(".") == 3) and _is_address(text)


def is_domain_name(text: str) -> bool:
    """A name of two labels or more that DNS can hold (RFC 1035 section 2.3.4), in any letters."""
    labels = text.split(".") if len(text) <= 253 else []
    return len(labels) > 1 and all(0 < len(one) < 64 and not any(c in " \t/\\@:,;\"'()" for c in one) for one in labels)


@lru_cache(maxsize=16384)
def _is_address(text: str) -> bool:
    if not text or not (text[-1].isdigit() or ":" in text):
        return False
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def host(text: str | None) -> str:
    """Lower-case computer name without dollar sign, final dot or leading slashes; empty when it names no computer."""
    return _host(text) if text and len(text) <= LONGEST else ""


@lru_cache(maxsize=16384)
def _host(text: str) -> str:
    name = text.strip().strip("\\").rstrip(".").lower().removesuffix("$").strip("\x00 ")
    if name in NOT_A_HOST or name[:1] == "_" or "._" in name or is_address(name):
        return ""
    if any(letter in name for letter in " /\\@:,=\x00*?<>|\"'") or name.endswith(".arpa"):
        return ""
    return name


def service_host(spn: str | None) -> tuple[str, str]:
    """(service class, host) of a service principal name class/host[:port][/name]; host is empty when it has none."""
    return _service_host(spn[: 2 * LONGEST]) if spn else ("", "")


@lru_cache(maxsize=16384)
def _service_host(spn: str) -> tuple[str, str]:
    parts = spn.split("@")[0].split("/")
    if len(parts) < 2:
        return parts[0].lower(), ""
    return parts[0].lower(), host(parts[1].split(":")[0])


def short(name: str) -> str:
    """First label of a host name."""
    return name.split(".", 1)[0]


def is_one_host(one: str | None, other: str | None) -> bool:
    """True when two names are of one computer, as far as their first labels tell."""
    name = short(host(one))
    return name != "" and name == short(host(other))


def account_parts(name: str, domain: str | None) -> tuple[str, str]:
    r"""(name, domain) in lower case from any spelling: DOMAIN\name, name@domain, a distinguished name, or two fields."""
    return _account_parts(name[: 2 * LONGEST], domain[:LONGEST] if domain else None)


@lru_cache(maxsize=16384)
def base_domain(base: str) -> str:
    """DNS name of the domain that an LDAP base lies in, empty when it lies in none: the dc= parts at its end."""
    labels: list[str] = []
    for part in reversed(base[: 4 * LONGEST].lower().split(",")):
        kind, _, value = part.strip().partition("=")
        if kind != "dc" or not value or value in DOMAIN_LABELS or value[0] == "_":
            break
        labels.append(value)
    return ".".join(reversed(labels)) if len(labels) > 1 else ""


@lru_cache(maxsize=16384)
def _account_parts(name: str, domain: str | None) -> tuple[str, str]:
    text = name.strip().strip("\x00").lower()
    realm = (domain or "").strip().strip("\x00").lower().rstrip(".")
    if "," in text and "=" in text.split(",", 1)[0]:
        pieces = [piece.strip() for piece in text.split(",")]
        labels = [piece[3:] for piece in pieces if piece.startswith("dc=")]
        return pieces[0].split("=", 1)[1], ".".join(labels) or realm
    if "\\" in text:
        realm, text = text.split("\\", 1)
    elif "@" in text:
        text, suffix = text.rsplit("@", 1)
        realm = suffix or realm
    if realm in (".", "null"):
        realm = ""
    return text, realm
