"""Names under which Windows itself acts: a computer's own services, and nobody at all; neither is a person."""

from functools import lru_cache
from typing import Literal

Principal = Literal["", "computer", "nobody"]
OWN = frozenset({"18", "19", "20"})
"""S-1-5-18 LocalSystem, -19 LocalService, -20 NetworkService: on the network all are the computer (MS-DTYP section 2.4.2.4)."""
VIRTUAL = range(80, 112)
"""S-1-5-80 ... -111: service, application pool, virtual machine, window manager and font driver accounts of one computer."""
ACCOUNTS = ("S-1-5-21-", "S-1-12-1-")
"""Beginnings of the SIDs of accounts that somebody made: of a domain or a computer, of a cloud directory."""
AUTHORITY = frozenset({
    "nt authority", "nt-autorität", "autorite nt", "autorité nt", "nt instans", "autoridade nt", "zarządzanie nt",
})  # fmt: skip
"""Domain of Windows' own principals in the languages of its editions; where there is a SID, that decides."""
HOSTED = frozenset({"window manager", "font driver host", "nt service", "iis apppool", "nt virtual machine"})
"""Domains of accounts that a computer makes for its own services."""
NAMES: dict[str, Principal] = {"anonymous logon": "nobody", "local service": "computer", "network service": "computer"}
"""Names that are no account's even where neither domain nor SID is told."""


@lru_cache(maxsize=8192)
def principal(name: str, domain: str | None, sid: str | None) -> Principal:
    """ "computer" for what a computer does by itself, "nobody" for no account at all, "" for an account."""
    number = (sid or (name if name[:4].upper() == "S-1-" else "")).upper()
    if number.startswith("S-1-"):
        if number.startswith(ACCOUNTS):
            return ""
        parts = number.split("-")
        if parts[2] != "5" or len(parts) < 4:
            return "nobody"
        if parts[3] in OWN or (parts[3].isdigit() and int(parts[3][:9]) in VIRTUAL):
            return "computer"
        return "" if parts[3] == "32" else "nobody"
    realm, plain = (domain or "").strip().lower(), name.strip().lower()
    if plain.startswith("s-0-"):  # a damaged record
        return "nobody"
    if realm in HOSTED:
        return "computer"
    if realm in AUTHORITY:
        return NAMES.get(plain, "computer")
    return "" if realm else NAMES.get(plain, "")


def is_placeless(name: str, domain: str | None, sid: str | None) -> bool:
    """True when who it is depends on the computer that says so: its services, its accounts, those of its domain."""
    return not domain or domain == "." or principal(name, domain, sid) != ""
