"""What Windows events tell detectors: the logon behind a deed, one failure that two logs tell, encryption that was offered."""

from collections.abc import Hashable
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from app.engine.context import Context
from app.engine.knowledge.names import host, short
from app.model.activity import Activity, Endpoint
from app.model.events import EventAdfs, EventLogon, WindowsEvent

LOGON, LOGON_REFUSED = 4624, 4625
NETWORK, CLEAR_NETWORK, DESKTOP = 3, 8, 10
"""Logon types of 4624 and 4625: over the network (SMB, RPC, LDAP, HTTP), the same with the password in clear, remote desktop."""
FROM_ELSEWHERE = frozenset({NETWORK, CLEAR_NETWORK, DESKTOP})
KEPT = 24 * 3_600_000_000
"""How long a logon session is remembered: network sessions end sooner, and their numbers are not given again before a restart."""
BUILT_IN_SESSIONS = 0x400
"""Logon numbers below are those of the system, its services and the anonymous (0x3e4 to 0x3e7)."""
SOURCES = 4
"""Of an account's logons over the network the latest from so many addresses are kept."""
TOGETHER = 3_000_000
"""Two logs write of one act within this time, clocks of one domain compared."""
ACTS = 64
SYSTEM_SIDS = frozenset({"S-1-5-18", "S-1-5-19", "S-1-5-20"})
OFFERED = {
    "aes256-cts-hmac-sha1-96": 18, "aes128-cts-hmac-sha1-96": 17, "aes256-cts-hmac-sha384-192": 20,
    "aes128-cts-hmac-sha256-128": 19, "rc4-hmac-nt": 23, "rc4-hmac-nt-exp": 24, "des-cbc-md5": 3, "des-cbc-crc": 1,
}  # fmt: skip
"""Names that 4768 and 4769 of 2025 and later give the encryption types of a client (numbers: RFC 3961 and its registry)."""


class Logon(Struct, frozen=True):
    """A logon session as 4624 tells it. type: logon type. source: where from. proof: id of the activity."""

    type: int
    source: Endpoint | None
    proof: str
    at: int


def remember(activity: Activity, ctx: Context) -> None:
    """Keep the session that a logon opened, under its numbers and as the account's latest one over the network."""
    event = activity.detail
    if type(event) is not EventLogon or event.event_id != LOGON:
        return
    number_of, note = event.number, ctx.logons.note
    computer, kind, source, at = event.computer.lower(), number_of("LogonType") or 0, activity.source, activity.at
    logon = Logon(kind, source, activity.id, at)
    number = number_of("TargetLogonId")
    if number and number >= BUILT_IN_SESSIONS:
        note(("session", computer, number), logon, at)
    linked = number_of("TargetLinkedLogonId")  # 0x0 for most
    if linked and linked >= BUILT_IN_SESSIONS:
        note(("session", computer, linked), logon, at)
    sid = event.text("TargetUserSid") if kind == NETWORK and source is not None else None
    if sid and source is not None:
        key, ip = ("network", computer, sid), source.ip
        held: tuple[tuple[Logon, Endpoint | None], ...] = ctx.logons.recall(key, tuple, at, KEPT) or ()
        if held and held[0][0].source is not None and held[0][0].source.ip == ip:
            others = held[1:]  # nearly always: none of the others is from there
        else:
            others = tuple(one for one in held if one[0].source is not None and one[0].source.ip != ip)
        note(key, ((logon, activity.destination), *others[: SOURCES - 1]), at)


def session_of(activity: Activity, ctx: Context) -> Logon | None:
    """The session in which an event's subject did it, when its beginning is in the input."""
    event = activity.detail
    if not isinstance(event, WindowsEvent):
        return None
    number = event.number("SubjectLogonId") or 0
    if number < BUILT_IN_SESSIONS:
        return None
    return ctx.logons.recall(("session", event.computer.lower(), number), Logon, activity.at, KEPT)


def latest_of(activity: Activity, ctx: Context, sid: str, within: int) -> Logon | None:
    """The latest logon over the network of an account at the computer that logged the event."""
    event = activity.detail
    if not isinstance(event, WindowsEvent):
        return None
    held: tuple[tuple[Logon, Endpoint | None], ...] = (
        ctx.logons.recall(("network", event.computer.lower(), sid), tuple, activity.at, within) or ()
    )
    for logon, target in held:  # whether another computer asked is worked out here, for few logons are ever asked for
        if activity.at - logon.at <= within and are_apart(logon.source, target, logon.at, ctx):
            return logon
    return None


def from_session(activity: Activity, logon: Logon | None) -> Activity:
    """The same deed with the source of the session that it was done in."""
    if logon is None or logon.source is None or activity.source is not None:
        return activity
    return replace(activity, source=logon.source)


def sessioned(activity: Activity, ctx: Context) -> tuple[Activity, tuple[str, ...]]:
    """The deed with the source of its session, and the evidence: the logon that began it, where that is there, and the deed."""
    logon = session_of(activity, ctx)
    if logon is None:
        return activity, (activity.id,)
    return from_session(activity, logon), (logon.proof, activity.id)


def is_elsewhere(activity: Activity, ctx: Context) -> bool:
    """True when another computer asked, as far as the ends are told."""
    return are_apart(activity.source, activity.destination, activity.at, ctx)


def are_apart(source: Endpoint | None, target: Endpoint | None, at: int, ctx: Context) -> bool:
    """True when two ends are two computers, as far as they are told."""
    if source is None or target is None or ctx.place(source, at) == ctx.place(target, at):
        return False
    return ctx.end(source, at).key != ctx.end(target, at).key


def by_system(activity: Activity) -> bool:
    """True when the computer that logged the event did it itself: its system, a service of it, or its own account."""
    event, who = activity.detail, activity.account
    if not isinstance(event, WindowsEvent) or who is None:
        return False
    return who.sid in SYSTEM_SIDS or is_own_account(event, who.name)


def is_own_account(event: WindowsEvent, name: str) -> bool:
    """True when a name is the account of the computer that logged the event."""
    plain = name.rpartition("\\")[2].lower()
    return len(plain) > 1 and plain.endswith("$") and plain[:-1] == short(host(event.computer))


def is_retold(activity: Activity, ctx: Context, who: Hashable) -> bool:
    """True when a failed sign-in of this account is the one that another log told just before.

    A server logs what it refused (4625), and so do the controllers that judged it (4771, 4776).
    """
    event, at = activity.detail, activity.at
    told = ""
    if isinstance(event, WindowsEvent):
        told = "server" if isinstance(event, EventLogon) else event.computer.lower()
        if isinstance(event, EventAdfs):  # its audits of several years tell one refusal by two events
            told = f"{told} {event.event_id}"
    key = ("acts", who)
    held: tuple[tuple[tuple[int, tuple[str, ...]], ...], str | None] | None = ctx.memory.recall(key, tuple, at, TOGETHER)
    acts, alone = held if held is not None else ((), told)  # alone: who told all of them, None where several did
    if acts and at - acts[0][0] > TOGETHER:
        fresh = 1
        while fresh < len(acts) and at - acts[fresh][0] > TOGETHER:
            fresh += 1
        acts = acts[fresh:]
    if told and alone != told:  # in a flood that one log tells there is nothing to look for
        for place, (when, tellings) in enumerate(acts):
            if told not in tellings:
                joined = (*acts[:place], (when, (*tellings, told)), *acts[place + 1 :])
                ctx.memory.note(key, (joined, None), at)
                return True
    ctx.memory.note(key, ((*acts[1 - ACTS :], (at, (told,))), told if alone == told or not acts else None), at)
    return False


def offered(event: WindowsEvent) -> tuple[int, ...]:
    """Encryption types that the client offered, where the event tells them."""
    if "ClientAdvertizedEncryptionTypes" not in event.fields:
        return ()
    return _numbers(event.text("ClientAdvertizedEncryptionTypes") or "")


@lru_cache(maxsize=1024)
def _numbers(text: str) -> tuple[int, ...]:
    words = text.lower().replace(",", " ").split()
    return tuple(dict.fromkeys(OFFERED[word] for word in words[:64] if word in OFFERED))
