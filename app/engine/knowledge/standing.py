"""How an entity stands: what it serves, and which sensitive groups it is in, by the directory, by logs, by what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from app.engine.knowledge.accounts import PUT_INTO, TAKEN_OUT
from app.engine.knowledge.born import is_named_sensitive
from app.engine.knowledge.controllers import FEDERATES
from app.engine.knowledge.guests import MANAGED
from app.engine.knowledge.names import host, service_host
from app.engine.knowledge.sids import BORN_SENSITIVE, is_sensitive_group, relative_id, sid_in

if TYPE_CHECKING:
    from app.engine.knowledge import Knowledge

MANAGED_CLASSES = (
    "msDS-GroupManagedServiceAccount", "msDS-ManagedServiceAccount", "msDS-DelegatedManagedServiceAccount",
)  # fmt: skip
"""Classes of accounts that run services and are named like computers' (MS-ADSC)."""
LOCAL = "S-1-5-32-"
"""Beginning of the SIDs of groups that every computer has of its own; a domain's are those of its controllers."""
AUTHORITIES = {"pkienrollmentservice": "Certificate authority", "dhcpclass": "DHCP server"}
"""Class of a directory's object to what the computer that it names serves (MS-ADSC)."""

ANSWERED = {"dns server": "DNS server", FEDERATES: "AD FS"}
"""Role of an address, by what it answers, to what its computer serves."""
SERVER_CLASSES = {"mssqlsvc": "SQL server", "exchangemdb": "Exchange server", "exchangerfr": "Exchange server",
                  "exchangeab": "Exchange server", "dns": "DNS server"}  # fmt: skip
"""Class of a service principal name to what runs on the computer that it names, whichever account carries it."""


class Membership(Struct, frozen=True, gc=False):
    """What logs say of one member of one group: first and last addition, last removal; UTC microseconds, -1 for never."""

    first: int
    last: int
    removed: int


def logged_members(known: Knowledge) -> dict[str, dict[str, Membership]]:
    """Key of an entity to the sensitive groups that a log says it was added to or removed from."""
    found: dict[str, dict[str, Membership]] = {}
    for (sid, group, _, member_sid, member, computer, word), seen in known.accounts.members.rows():
        named = not sid and is_named_sensitive(str(group))
        if not named and not is_sensitive_group(str(sid)):
            continue
        if str(sid).startswith(LOCAL) and not known.is_controller(f"name:{computer}"):
            continue
        ref = known.account_of_sid(sid_in(str(member_sid)), seen[0])
        if member and (ref is None or ref.key.startswith("user:s-1-")):
            own = known.directory.find(str(member))
            ref = known.entity_of_object(own) if own is not None else known.account(str(member))
        if ref is None:
            continue
        held = found.setdefault(ref.key, {})
        old = held.get(str(group), Membership(-1, -1, -1))
        if word == "added":
            first = seen[0] if old.first < 0 else min(old.first, seen[0])
            held[str(group)] = Membership(first, max(old.last, seen[1]), old.removed)
        else:
            held[str(group)] = Membership(old.first, old.last, max(old.removed, seen[1]))
    return found


def managed_accounts(known: Knowledge) -> dict[str, frozenset[str]]:
    """Name of each service account that looks like a computer's account, without the dollar sign, to the domains it is of."""
    said = [(name, domain) for (name, domain), words in known.accounts.rows().items() if MANAGED in words]
    for kind in MANAGED_CLASSES:
        for key in known.directory.of_class(kind):
            state = known.directory.state(key)
            if state is not None and state.object.sam:
                said.append((state.object.sam.lower(), state.object.domain.lower()))
    found: dict[str, set[str]] = {}
    for name, domain in said:
        if host(name):
            found.setdefault(host(name), set()).add(domain)
    return {name: frozenset(domains) for name, domains in found.items()}


def managed_names(accounts: dict[str, frozenset[str]]) -> frozenset[str]:
    """Full and short names of them."""
    full = {f"{name}.{domain}" for name, domains in accounts.items() for domain in domains if "." in domain}
    return frozenset(full.union(accounts))


def why_sensitive(known: Knowledge, key: str, at: int | None, logged: dict[str, Membership]) -> tuple[str, ...]:
    """Reasons for which an entity can reach the whole domain at a time; every way into a group counts."""
    kind, _, rest = key.partition(":")
    reasons: dict[str, None] = {}
    own = known.object_of(key)
    if own is not None:
        for group in known.directory.why_sensitive(own, at):
            born = group == own and relative_id(own[1]) in BORN_SENSITIVE
            reasons["built-in account" if born else f"{known.directory.names([group])[0]} (directory)"] = None
    when = 2**63 if at is None else at
    if kind == "user":
        domain, _, name = rest.rpartition("\\")
        who = known.accounts.key(name, domain or None)
        words = known.accounts.words(who)
        if known.accounts.is_born_sensitive(who):
            reasons["built-in account"] = None
        elif "sensitive" in words and is_member(words, when):
            reasons["put into a sensitive group (LDAP)"] = None
    for group_name, one in sorted(logged.items()):
        gone = one.removed > one.last and one.removed <= when
        if 0 <= one.first <= when and not gone:
            reasons[f"{group_name} (log)"] = None
    return tuple(reasons)


def is_member(words: dict[str, tuple[int, int, int, str]], when: int) -> bool:
    """True when packets show an account put into a sensitive group before a time, and not taken out of it since."""
    groups = [(word, seen) for word, seen in words.items() if word.startswith(PUT_INTO)]
    if not groups:
        return words["sensitive"][0] <= when  # of a workspace that was read before groups were told apart
    for word, (first, last, _, _) in groups:
        if first <= when:
            out = words.get(TAKEN_OUT + word.removeprefix(PUT_INTO))
            if out is None or not last <= out[1] <= when:
                return True
    return False


def served(known: Knowledge) -> dict[str, set[str]]:
    """Full name or address to what it serves: by its own logs, by what its addresses answer, by the directory."""
    domains = known.accounts.dns_domains
    found: dict[str, set[str]] = {}
    for (name, what), _ in known.roles.servers.rows():
        found.setdefault(known.addresses.full(str(name), domains), set()).add(str(what))
    for kind, what in AUTHORITIES.items():
        for key in known.directory.of_class(kind):
            state = known.directory.state(key)
            if state is not None and state.object.dns_name and not state.object.deleted:
                found.setdefault(host(state.object.dns_name), set()).add(what)
    for spn in known.directory.services():
        kind, where = service_host(spn)
        if kind in SERVER_CLASSES and where:
            found.setdefault(known.addresses.full(where, domains), set()).add(SERVER_CLASSES[kind])
    for (address, role), seen in known.roles.roles.rows():
        if role in ANSWERED:
            found.setdefault(known.address_entity(str(address), seen[1]).key.partition(":")[2], set()).add(ANSWERED[role])
    for gateway, at in known.gateways().items():
        found.setdefault(known.address_entity(gateway, at).key.partition(":")[2], set()).add("VPN gateway")
    return found
