"""LDAP values as text: attribute values, assertion values, the account behind a bind name."""

import re

from app.model.activity import Account
from app.sensor.decoders import dtyp
from app.sensor.decoders.directory import security

TEXT_LIMIT = 4096
HEX_LIMIT = 512
"""Characters kept of a value shown as hex."""

HIDDEN = "(hidden)"
SECRET = frozenset(
    {
        "unicodepwd", "userpassword", "dbcspwd", "lmpwdhistory", "ntpwdhistory", "supplementalcredentials", "cleartextpassword",
        "ms-mcs-admpwd", "ms-mcs-admpwdhistory", "mslaps-password", "mslaps-encryptedpassword", "mslaps-encryptedpasswordhistory",
        "initialauthincoming", "initialauthoutgoing", "trustauthincoming", "trustauthoutgoing", "msds-managedpassword",
        "sambantpassword", "sambalmpassword", "currentvalue", "priorvalue",
    }
)  # fmt: skip
"""Attributes, in lower case, whose values are never kept (MS-ADTS section 3.1.1.4.4 names most of them as secret)."""

DESCRIPTORS = frozenset(
    {
        "ntsecuritydescriptor", "msds-allowedtoactonbehalfofotheridentity", "msds-groupmsamembership",
        "msexchmailboxsecuritydescriptor",
    }
)  # fmt: skip
"""Attributes, in lower case, that hold a security descriptor; told as logs tell them, in SDDL."""
SIDS = frozenset({"objectsid", "sidhistory", "securityidentifier", "tokengroups"})
"""Attributes, in lower case, that hold a SID."""
DESCRIPTOR_LIMIT = 32_768
"""Characters kept of a security descriptor; that of a domain takes about ten thousand."""
BINARY = DESCRIPTORS | SIDS | {"objectguid", "schemaidguid"}
"""Attributes, in lower case, whose values are binary even where their bytes happen to be text."""

_ESCAPED = str.maketrans({"*": r"\2a", "(": r"\28", ")": r"\29", "\\": r"\5c", "\0": r"\00"})
_SPECIAL = re.compile(r"[*()\\\x00]")
_DN = re.compile(r"\s*[A-Za-z0-9][A-Za-z0-9.-]*\s*=")
_RDN_SPLIT = re.compile(r"(?<!\\)[,;]")
_RDN_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{2}|.)", re.DOTALL)


def plain(raw: bytes) -> str:
    """UTF-8 text, invalid bytes replaced, at most TEXT_LIMIT characters."""
    return raw[: TEXT_LIMIT * 4].decode("utf-8", "replace")[:TEXT_LIMIT]


def value_text(attribute: str, raw: bytes) -> str:
    """One attribute value: text where it is printable UTF-8, else "0x" and hex; secrets hidden."""
    key = attribute.partition(";")[0].lower()
    if key in SECRET:
        return HIDDEN
    if key not in BINARY:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = "\0"
        if text.isprintable() or not any(one < " " and one not in "\t\r\n" for one in text):
            return text[:TEXT_LIMIT]
    if key in DESCRIPTORS and (found := security.descriptor(raw)) is not None:
        return security.text(found, DESCRIPTOR_LIMIT)
    if key in SIDS and (name := dtyp.sid(raw)):
        return name
    shown = f"0x{raw[: HEX_LIMIT // 2].hex()}"
    return shown if len(shown) <= HEX_LIMIT else shown[: HEX_LIMIT - 1] + "…"


def assertion_text(attribute: str, raw: bytes) -> str:
    """One assertion value escaped for a filter (RFC 4515 section 3); bytes that are no text all become \\xx."""
    if attribute.lower() in SECRET:
        return "hidden"
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return "".join([f"\\{one:02x}" for one in raw])
    if not text.isprintable():
        return "".join([f"\\{one:02x}" for one in raw])
    return text.translate(_ESCAPED) if _SPECIAL.search(text) else text


def account(name: str) -> Account | None:
    r"""Account that a bind name means: a distinguished name, user@domain, DOMAIN\user or a bare name; None when empty.

    Of a distinguished name the first value is the name and the DC values are the domain (RFC 4514, MS-ADTS 5.1.1.1.1).
    """
    if not name:
        return None
    if _DN.match(name):
        pairs = [piece.partition("=") for piece in _RDN_SPLIT.split(name)[:64]]
        parts = [(key.strip().lower(), _RDN_ESCAPE.sub(_unescape, value.strip())) for key, _, value in pairs]
        domain = ".".join(value for key, value in parts if key == "dc")
        return Account(name=parts[0][1], domain=domain or None)
    if "\\" in name:
        domain, _, user = name.partition("\\")
        return Account(name=user, domain=domain or None)
    user, at, domain = name.rpartition("@")
    return Account(name=user, domain=domain or None) if at and user else Account(name=name)


def _unescape(found: re.Match[str]) -> str:
    what = found.group(1)
    return chr(int(what, 16)) if len(what) == 2 else what
