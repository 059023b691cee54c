"""Facts of one entity as a directory, logs and gateways tell them: name, value, and who says so."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from app.engine.knowledge import Knowledge
from app.engine.knowledge.directory import Known
from app.engine.knowledge.sessions import Session
from app.model.directory import DirectoryObject

Fact = tuple[str, str, str]
"""Name, value, how it is known."""
MOST = 40
"""Groups, members, services or sessions told of one entity."""
UAC: dict[int, str] = {
    0x1: "logon script", 0x2: "disabled", 0x8: "home directory required", 0x10: "locked out", 0x20: "password not required",
    0x40: "cannot change its password", 0x80: "reversible encryption of its password", 0x200: "normal account",
    0x800: "trust between domains", 0x1000: "workstation or server", 0x2000: "domain controller",
    0x10000: "password never expires", 0x20000: "majority node set", 0x40000: "smart card required",
    0x80000: "trusted for delegation to any service", 0x100000: "not to be delegated", 0x200000: "DES keys only",
    0x400000: "no pre-authentication", 0x800000: "password expired", 0x1000000: "trusted to impersonate for delegation",
    0x4000000: "read-only domain controller",
}  # fmt: skip
"""Bits of userAccountControl (MS-ADTS section 2.2.16)."""
DISABLED = 0x2
ETYPES = {0x1: "DES-CRC", 0x2: "DES-MD5", 0x4: "RC4", 0x8: "AES-128", 0x10: "AES-256", 0x20: "AES session keys"}
"""Bits of msDS-SupportedEncryptionTypes (MS-KILE section 2.2.7)."""
SOURCES = {"bloodhound": "SharpHound", "directory": "directory export", "ldap": "LDAP"}
"""Kind of an input to what the source is called."""
NEVER = 0x7FFFFFFFFFFFFFFF
TIMES = {"lastLogon": "Last logon", "lastLogonTimestamp": "Last logon, replicated", "badPasswordTime": "Last wrong password",
         "lockoutTime": "Locked out"}  # fmt: skip
"""Facts that are times, ISO 8601 (MS-ADA1, MS-ADA2): the replicated one is up to 14 days behind."""


def moment(at: int) -> str:
    """Day of a time in UTC microseconds; empty outside the years that a calendar has."""
    try:
        return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%d")
    except (OverflowError, OSError, ValueError):
        return ""


def minute(at: int) -> str:
    """Day and minute of a time in UTC microseconds."""
    try:
        return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        return ""


def in_words(bits: int, words: dict[int, str]) -> str:
    """Names of the bits that are set, unknown ones as a number."""
    named = [word for bit, word in words.items() if bits & bit]
    rest = bits & ~sum(words)
    return ", ".join(named + ([f"0x{rest:X}"] if rest else []))


def some(names: list[str]) -> str:
    """The first names, and how many more there are."""
    text = ", ".join(names[:MOST])
    return text if len(names) <= MOST else f"{text} and {len(names) - MOST:,} more"


def facts(known: Knowledge, key: str, kind_of_input: Callable[[str], str]) -> Iterator[Fact]:
    """All that the directory, logs and gateways say of an entity, in reading order."""
    own = known.object_of(key)
    state = known.directory.state(own)
    if own is not None and state is not None:
        how = f"{source(state, kind_of_input)} {moment(state.at)}".strip()
        yield from _object(state.object, how)
        direct = known.directory.groups(own, nested=False)
        nested = [one for one in known.directory.groups(own) if one not in set(direct)]
        if direct:
            yield "Member of", some(known.directory.names(direct)), how
        if nested:
            yield "Member of, through groups", some(known.directory.names(nested)), how
        if "group" in state.object.object_class.lower() and "managed" not in state.object.object_class.lower():
            inside = known.directory.members(own, nested=False)
            deeper = len(known.directory.members(own)) - len(inside)
            yield "Members", some(known.directory.names(inside)) or "none", how
            if deeper:
                yield "Members through groups", f"{deeper:,}", how
        if state.first != state.last:
            yield "Known in the directory", f"from {moment(state.first)} to {moment(state.last)}", "its states"
    elif key.startswith("user:"):
        domain, _, name = key.partition(":")[2].rpartition("\\")
        sid = known.accounts.sid((name, domain))
        if sid:
            yield "SID", sid, "logs"
    for reason in known.why_sensitive(key):
        yield "Sensitive because", reason, "groups and built-in accounts"
    if key.startswith("domain:"):
        for trust in known.directory.trusts(key.partition(":")[2]):
            yield (
                "Trust",
                trust.sam or trust.display_name or trust.dn,
                ", ".join(f"{a} {b}" for a, b in sorted(trust.facts.items())),
            )
    yield from _renames(known, key)
    for session in _sessions(known, key)[-MOST:]:
        yield "VPN session", _told(session), f"RADIUS accounting of {session.nas}"


def source(state: Known, kind_of_input: Callable[[str], str]) -> str:
    """What told a state: the word for the kind of its input."""
    kind = kind_of_input(state.proof.rsplit("-", 4)[0]) if state.proof.count("-") >= 4 else ""
    return SOURCES.get(kind, kind or "directory")


def _object(one: DirectoryObject, how: str) -> Iterator[Fact]:
    texts = (("Display name", one.display_name), ("Distinguished name", one.dn), ("SID", one.sid), ("UPN", one.upn),
             ("Operating system", one.operating_system))  # fmt: skip
    for name, value in texts:
        if value:
            yield name, value, how
    if one.uac is not None:
        yield "Account options", in_words(one.uac, UAC) or "none", how
    if one.admin_count:
        yield "Protected", "adminCount is set: it is, or was, in a protected group", how
    times = (("Created", one.created), ("Changed", one.changed), ("Password set", one.password_set), ("Expires", one.expires))
    for name, at in times:
        if at and 0 < at < NEVER and moment(at):
            yield name, moment(at), how
    if one.spns:
        yield "Service names", some(list(one.spns)), how
    if one.encryption_types is not None:
        yield "Encryption types", in_words(one.encryption_types, ETYPES) or "not set", how
    if one.delegates_to:
        yield "May delegate to", some(list(one.delegates_to)), how
    if one.allowed_to_act:
        yield "May be impersonated to by", some(list(one.allowed_to_act)), how
    if one.sid_history:
        yield "SID history", some(list(one.sid_history)), how
    if one.key_credentials:
        yield "Key credentials", f"{one.key_credentials:,}", how
    if one.deleted:
        yield "Deleted", "yes", how
    for name, value in sorted(one.facts.items())[:MOST]:
        yield name, value, how


def dates(one: DirectoryObject) -> tuple[tuple[str, int], ...]:
    """(name, UTC microseconds) of every date that a directory tells of an object, oldest deeds first."""
    told = [("Created", one.created), ("Changed", one.changed), ("Password set", one.password_set), ("Expires", one.expires)]
    for name, words in TIMES.items():
        with contextlib.suppress(ValueError):
            if name in one.facts:
                told.append((words, int(datetime.fromisoformat(one.facts[name]).timestamp()) * 1_000_000))
    return tuple((name, at) for name, at in told if at and 0 < at < NEVER and moment(at))


def _renames(known: Knowledge, key: str) -> Iterator[Fact]:
    if not key.startswith(("user:", "computer:")):
        return
    for (domain, old, new, _), seen in sorted(known.accounts.renames.rows(), key=lambda row: (row[1][0], repr(row[0]))):
        before, after = known.account(str(old), str(domain) or None), known.account(str(new), str(domain) or None)
        if after is not None and after.key == key:
            yield "Renamed", f"was {old} before {minute(seen[0])}", "log"
        if before is not None and before.key == key:
            yield "Renamed", f"is {new} since {minute(seen[0])}", "log"


def _sessions(known: Knowledge, key: str) -> list[Session]:
    kind, _, rest = key.partition(":")
    if kind == "address":
        return known.sessions.of_address(rest)
    if kind == "computer":
        addresses = sorted({one.address for one in known.bindings(key)})
        named = [one for address in addresses for one in known.sessions.of_address(address)]
        return sorted(named, key=lambda one: (one.start, one.session))
    if kind != "user":
        return []
    found: list[Session] = []
    for (name, domain), sessions in known.sessions.users().items():
        ref = known.account(name, domain or None)
        if ref is not None and ref.key == key:
            found += sessions
    return sorted(found, key=lambda one: (one.start, one.session))


def sessions(known: Knowledge, key: str) -> list[Session]:
    """The latest VPN sessions of a user or of a framed address, by start."""
    return _sessions(known, key)[-MOST:]


def object_facts(one: DirectoryObject, how: str) -> Iterator[Fact]:
    """What a directory says of an object in one state."""
    return _object(one, how)


def _told(one: Session) -> str:
    name, domain = one.user
    who = f"{domain}\\{name}" if domain else name
    inside = some(list(one.framed)) or "no address told"
    outside = f" from {some(list(one.outside))}" if one.outside else ""
    place = f" ({one.place})" if one.place else ""
    end = minute(one.end) if one.over else f"at least {minute(one.end)}"
    return f"{who or 'an unnamed user'} had {inside}{outside}{place}, {minute(one.start)} to {end}"
