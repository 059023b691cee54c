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
    "nt authority", "nt-autorität", "autorite nt", "autorité nt", "nt instans", "nt-myndighet", "autoridade nt", "autoridad nt",
    "autorità nt", "zarządzanie nt",
})  # fmt: skip
"""Domain of Windows' own principals in the languages of its editions; where there is a SID, that decides."""
HOSTED = frozenset({"window manager", "font driver host", "nt service", "iis apppool", "nt virtual machine"})
"""Domains of accounts that a computer makes for its own services."""
SYSTEM, LOCAL_SERVICE, NETWORK_SERVICE, ANONYMOUS = "S-1-5-18", "S-1-5-19", "S-1-5-20", "S-1-5-7"
_CALLED: dict[str, tuple[str, ...]] = {
    SYSTEM: ("system", "système", "sistema", "система"),
    LOCAL_SERVICE: (
        "local service", "lokaler dienst", "service local", "servicio local", "servizio locale", "serviço local",
        "usługa lokalna", "lokal tjänst", "lokal tjeneste",
    ),
    NETWORK_SERVICE: (
        "network service", "netzwerkdienst", "service réseau", "servicio de red", "servizio di rete", "serviço de rede",
        "usługa sieciowa", "nätverkstjänst", "nettverkstjeneste",
    ),
    ANONYMOUS: (
        "anonymous logon", "anonymous-anmeldung", "accesso anonimo", "logon anônimo", "logon anónimo",
        "inicio de sesión anónimo", "logowanie anonimowe", "анонимный вход", "anonym inloggning", "anonym pålogging",
    ),
}  # fmt: skip
"""What editions of Windows call them; the domain stays English in some. They have one SID everywhere (MS-DTYP 2.4.2.4)."""
SIDS = {name: sid for sid, names in _CALLED.items() for name in names}
NAMES: dict[str, Principal] = {name: "nobody" if sid == ANONYMOUS else "computer" for name, sid in SIDS.items() if sid != SYSTEM}
"""Names that are no account's even where neither domain nor SID is told."""


@lru_cache(maxsize=8192)
def own_sid(name: str, domain: str) -> str | None:
    """SID of one of Windows' own principals by what it is called; None for everybody else."""
    return SIDS.get(name.strip().lower()) if domain.strip().lower() in AUTHORITY else None


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
