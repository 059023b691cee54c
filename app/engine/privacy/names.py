"""The names that a case knows to be names, each with what it names."""

import re
from collections.abc import Iterator

from app.engine.queries import Queries
from app.model.directory import DirectoryObject

SHORTEST = 2
"""Characters: a single letter as a name would take every such letter away."""
CONTAINERS = frozenset(
    {
        "users", "computers", "builtin", "system", "domain controllers", "foreignsecurityprincipals", "managed service accounts",
        "keys", "program data", "configuration", "schema", "sites", "services",
    }
)  # fmt: skip
"""Containers that every domain has."""
KNOWN = frozenset(
    {
        "administrator", "guest", "krbtgt", "defaultaccount", "wdagutilityaccount", "domain admins", "enterprise admins",
        "schema admins", "domain users", "domain guests", "domain computers", "domain controllers", "administrators", "users",
        "guests", "account operators", "server operators", "print operators", "backup operators", "replicator", "everyone",
        "anonymous logon", "authenticated users", "local service", "network service", "system", "local system", "nt authority",
        "builtin", "remote desktop users", "remote management users", "dnsadmins", "protected users", "cert publishers",
        "read-only domain controllers", "group policy creator owners", "key admins", "enterprise key admins",
        "ras and ias servers",
        "allowed rodc password replication group", "denied rodc password replication group", "dnsupdateproxy", "workgroup",
        "localhost", "host", "cifs", "ldap", "http", "rpcss", "termsrv", "wsman", "gc", "dns", "kadmin", "changepw", "mssqlsvc",
        "ipc$", "admin$", "c$", "sysvol", "netlogon", "local", "unknown",
    }
)  # fmt: skip
"""Names that every domain has, which tell nothing of anybody."""
FACTS = (
    "mail",
    "given",
    "surname",
    "phone",
    "manager",
    "name",
    "title",
    "department",
    "company",
    "street",
    "city",
    "description",
)
"""Pieces of the names of directory facts whose values are about a person or the house."""


def names_of(queries: Queries) -> dict[str, str]:
    """Every name in lower case, to its class: user, host, group, domain, person, service."""
    found: dict[str, str] = {}
    for name, of in _all(queries):
        name = name.strip().lower()
        if len(name) >= SHORTEST and name not in KNOWN and not name.isdigit() and not name.startswith("s-1-"):
            found.setdefault(name, of)
    return found


def sids_of(queries: Queries) -> set[str]:
    """Every SID of a domain that the directory tells, so that its pseudonym can be turned back."""
    found = {one.sid or "" for _, one, _, _ in queries.knowledge().directory.principals()}
    return {one.rpartition("-")[0] for one in found if one.upper().startswith("S-1-5-21-") and one.count("-") >= 7}


def _all(queries: Queries) -> Iterator[tuple[str, str]]:
    known = queries.knowledge()
    domains = set(known.accounts.dns_domains)
    for domain in sorted(domains):
        yield domain, "domain"
        short = known.accounts.netbios(domain)
        if short:
            yield short, "domain"
    for name, domain in sorted(known.accounts.rows()):
        yield from _account(name)
        if domain:
            yield domain, "domain"
    for row in queries.every_entity():
        kind, _, rest = row.key.partition(":")
        if kind == "user":
            domain, _, name = rest.rpartition("\\")
            yield from _account(name)
            if domain:
                yield domain, "domain"
        elif kind == "computer":
            yield from _host(rest)
        elif kind == "group":
            yield rest.rpartition("\\")[2], "group"
            yield row.label, "group"
        elif kind == "domain":
            yield rest, "domain"
        elif kind == "service":
            for part in re.split(r"[/:@]", rest)[1:]:
                yield from _host(part)
    for _, one, _, _ in known.directory.principals():
        yield from _object(one)


def _account(name: str) -> Iterator[tuple[str, str]]:
    plain = name.rstrip("$")
    yield plain, "host" if name.endswith("$") else "user"
    if "@" in plain:
        yield plain.partition("@")[0], "user"


def _host(name: str) -> Iterator[tuple[str, str]]:
    if re.fullmatch(r"[\d.]+|[0-9a-f:]*:[0-9a-f:]*", name):
        return  # an address is hidden as such
    yield name, "host"
    first, _, domain = name.partition(".")
    yield first, "host"
    if "." in domain:
        yield domain, "domain"


def _object(one: DirectoryObject) -> Iterator[tuple[str, str]]:
    group = "group" in one.object_class.lower()
    for name in (one.sam, one.upn):
        if name and not group:
            yield from _account(name)
        elif name:
            yield name, "group"
    if one.dns_name:
        yield from _host(one.dns_name)
    if one.display_name:
        yield one.display_name, "group" if group else "person"
    for part in re.split(r"(?<!\\),", one.dn):
        attribute, _, value = part.strip().partition("=")
        if attribute.lower() in ("cn", "ou") and value.lower() not in CONTAINERS:
            yield value, "group" if group else "person"
    for fact, value in one.facts.items():
        if any(piece in fact.lower() for piece in FACTS) and len(value) > SHORTEST:
            yield value, "person"
