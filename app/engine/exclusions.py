"""Which exclusion covers a finding: the acting side is compared with who is passed over, as known at the finding's time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Protocol

from msgspec.structs import replace

from app.engine.context import NOBODY
from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import is_address
from app.engine.knowledge.sids import sid_in
from app.model.entity import EntityRef
from app.model.exclusion import EVERY, Exclusion, exclusion

FORGEABLE = "Anybody who may create an account can choose such a name, so look at one alert before you switch this on."
SHIPPED: tuple[Exclusion, ...] = tuple(
    exclusion(detector, kind, value, reason=f"{why} {FORGEABLE}", by="Wardlight", shipped=True, on=False)
    for detector, kind, value, why in (
        ("dcsync", "account", "MSOL_*", "Account of Microsoft Entra Connect, which replicates password hashes."),
        ("dcsync", "account", "AAD_*", "Account of Azure AD Sync and DirSync, which replicates password hashes."),
        ("dcsync", "account", "ADSyncMSA*$", "Managed account of Microsoft Entra Connect, which may replicate."),
        ("dcsync", "account", "provAgentgMSA$", "Managed account of Microsoft Entra Cloud Sync, which may replicate."),
        ("dcsync", "account", "pGMSA_*$", "Managed account of Microsoft Entra Cloud Sync, which may replicate."),
        ("dcsync", "account", "OpenDNS_Connector", "Account of the Cisco Umbrella connector, which reads replication metadata."),
        ("dns_reconnaissance", "computer", "*nessus*", "A vulnerability scanner by its name."),
        ("dns_reconnaissance", "computer", "*qualys*", "A vulnerability scanner by its name."),
        ("smb_session_enumeration", "computer", "*nessus*", "A vulnerability scanner by its name."),
        ("smb_session_enumeration", "computer", "*qualys*", "A vulnerability scanner by its name."),
        ("samr_reconnaissance", "computer", "*nessus*", "A vulnerability scanner by its name."),
        ("samr_reconnaissance", "computer", "*qualys*", "A vulnerability scanner by its name."),
    )
)
"""Off until somebody switches them on: a name alone proves nothing, so they are shown with the alerts that they would cover."""

COMPUTERS, ADDRESSES = 4_096, 64
"""Computers whose addresses are kept at hand; one with more addresses than that is not covered by an address or a subnet."""
Test = Callable[["Parties", Knowledge], bool]


class Rule(Protocol):
    """What is asked of a detector."""

    @property
    def id(self) -> str: ...
    @property
    def excludable(self) -> tuple[str, ...]: ...
    @property
    def attacked_accounts(self) -> bool: ...


class Parties(Protocol):
    """What is asked of a finding."""

    @property
    def first(self) -> int: ...
    @property
    def sources(self) -> tuple[EntityRef, ...]: ...
    @property
    def accounts(self) -> tuple[EntityRef, ...]: ...
    @property
    def targets(self) -> tuple[EntityRef, ...]: ...


def every_exclusion(kept: Mapping[str, Exclusion]) -> tuple[Exclusion, ...]:
    """Those of a workspace and those that the program brings, as the analyst left them; in the order in which they are shown."""
    shipped = {one.id: one for one in SHIPPED}
    found = shipped | {id: replace(one, shipped=id in shipped) for id, one in kept.items()}
    return tuple(sorted(found.values(), key=lambda one: (one.shipped, one.detector, one.kind, one.value.lower())))


class Exclusions:
    """Exclusions that count now, against one state of knowledge."""

    def __init__(self, exclusions: Iterable[Exclusion], knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._held: dict[str, tuple[str, ...]] = {}
        self._by_detector: dict[str, list[tuple[Exclusion, Test]]] = {}
        for one in sorted(exclusions, key=lambda one: one.id):
            self._by_detector.setdefault(one.detector, []).append((one, self._test(one)))

    def __bool__(self) -> bool:
        return bool(self._by_detector)

    def covering(self, detector: Rule, finding: Parties) -> str:
        """Id of the first exclusion that covers a finding, the detector's own before those of all; "" when none does."""
        for name in (detector.id, EVERY):
            for one, covers in self._by_detector.get(name, ()):
                if one.kind not in detector.excludable:
                    continue
                if one.kind in ("account", "domain") and detector.attacked_accounts and not _about_domains(finding):
                    continue
                if one.kind == "group" and detector.attacked_accounts:
                    if _members(one.value, _named(finding.sources), finding.first, self._knowledge):
                        return one.id
                    continue
                if covers(finding, self._knowledge):
                    return one.id
        return ""

    def _test(self, one: Exclusion) -> Test:
        """Every acting party must be covered: who acts together with a stranger is not passed over."""
        if one.kind in ("address", "subnet"):
            net = ip_network(one.value)
            return lambda finding, known: _all(finding.sources, lambda ref: self._within(ref, net, finding.first))
        if one.kind == "computer":
            return lambda finding, known: _all(finding.sources, partial(_is_computer, one.value))
        if one.kind == "account":
            return lambda finding, known: _all(finding.accounts, lambda ref: _is_account(one.value, ref, finding.first, known))
        if one.kind == "domain":
            return lambda finding, known: _in_domain(one.value, finding, known)
        return lambda finding, known: (
            _members(one.value, _named(finding.accounts), finding.first, known)
            or _members(one.value, _named(finding.sources), finding.first, known)
        )

    def _within(self, ref: EntityRef, net: IPv4Network | IPv6Network, at: int) -> bool:
        """The address lies in the network, or every address that the computer had at the time does."""
        kind, _, rest = ref.key.partition(":")
        if kind == "address":
            return is_address(rest) and _inside(rest, net)
        if kind != "computer":
            return False
        held = self._held.get(ref.key)
        if held is None:
            if len(self._held) >= COMPUTERS:
                self._held.clear()
            said = dict.fromkeys(one.address for one in self._knowledge.bindings(ref.key) if is_address(one.address))
            held = self._held[ref.key] = tuple(said)[: ADDRESSES + 1]
        if len(held) > ADDRESSES:
            return False
        now = [ip for ip in held if self._knowledge.address_entity(ip, at).key == ref.key]
        return bool(now) and all(_inside(ip, net) for ip in now)


def _named(refs: Iterable[EntityRef]) -> tuple[EntityRef, ...]:
    return tuple(ref for ref in refs if ref is not NOBODY and ref.key)


def _all(refs: Sequence[EntityRef], covers: Callable[[EntityRef], bool]) -> bool:
    named = _named(refs)
    return bool(named) and all(covers(ref) for ref in named)


def _inside(ip: str, net: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(ip.partition("%")[0]) in net
    except ValueError:
        return False


def _is_computer(pattern: str, ref: EntityRef) -> bool:
    kind, _, name = ref.key.partition(":")
    if kind != "computer":
        return False
    wanted = pattern.rstrip("$")
    return like(wanted, name) or ("." not in wanted and like(wanted, name.partition(".")[0]))


def _is_account(pattern: str, ref: EntityRef, at: int, known: Knowledge) -> bool:
    if sid_in(pattern):
        held = known.account_of_sid(sid_in(pattern), at)
        return held is not None and held.key == ref.key
    kind, _, rest = ref.key.partition(":")
    domain, _, name = rest.rpartition("\\")
    if kind == "computer":  # a machine account, and a managed one, is written with a dollar
        name, _, domain = rest.partition(".")
        name += "$"
    elif kind != "user":
        return False
    where, _, who = pattern.rpartition("\\")
    if not where and "@" in pattern:
        who, _, where = pattern.rpartition("@")
    if not like(who, name):
        return False
    return not where or like(where, domain) or (bool(domain) and _dns_name(where, known) == domain)


def _dns_name(domain: str, known: Knowledge) -> str:
    """DNS name of a domain by its NetBIOS name, as accounts are written."""
    return known.accounts.key("anybody", domain)[1]


def _about_domains(finding: Parties) -> bool:
    return bool(finding.targets) and all(ref.kind == "domain" for ref in finding.targets)


def _in_domain(pattern: str, finding: Parties, known: Knowledge) -> bool:
    """What is asked about is this domain or one below it; of a finding about no domain, all who act are of it."""
    if _about_domains(finding):
        return all(_below(pattern, ref.key.partition(":")[2]) for ref in finding.targets)
    acting = _named(finding.accounts) or _named(finding.sources)

    def covers(ref: EntityRef) -> bool:
        kind, _, rest = ref.key.partition(":")
        domain = rest.rpartition("\\")[0] if kind == "user" else rest.partition(".")[2] if kind == "computer" else ""
        return bool(domain) and (_below(pattern, domain) or _dns_name(pattern, known) == domain)

    return bool(acting) and all(covers(ref) for ref in acting)


def _below(pattern: str, domain: str) -> bool:
    return like(pattern, domain) or like(f"*.{pattern}", domain)


def _members(group: str, refs: Sequence[EntityRef], at: int, known: Knowledge) -> bool:
    """All of them belong to the group at the time, directly or through others."""
    return bool(refs) and all(any(_is_group(group, one) for one in _groups(ref, at, known)) for ref in refs)


def _groups(ref: EntityRef, at: int, known: Knowledge) -> list[tuple[str, EntityRef]]:
    """(SID, entity) of the groups of an entity."""
    own = known.object_of(ref.key)
    return [] if own is None else [(sid_in(key[1]), known.entity_of_object(key)) for key in known.directory.groups(own, at)]


def _is_group(pattern: str, group: tuple[str, EntityRef]) -> bool:
    sid, ref = group
    if sid_in(pattern):
        return sid == sid_in(pattern)
    domain, _, name = ref.key.partition(":")[2].rpartition("\\")
    where, _, who = pattern.rpartition("\\")
    return like(who, name) and (not where or like(where, domain) or like(where, domain.partition(".")[0]))


def like(pattern: str, text: str) -> bool:
    """True when the text is the pattern, in any case of letters; a star stands for any characters, also none."""
    first, *rest = pattern.lower().split("*")
    text = text.lower()
    if not rest:
        return text == first
    if not text.startswith(first) or len(text) < len(first) + len(rest[-1]) or not text.endswith(rest[-1]):
        return False
    place, end = len(first), len(text) - len(rest[-1])
    for piece in rest[:-1]:
        place = text.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return place <= end
