"""Sign-ins of an entity: what packets and logs tell of one as one row, with its end where somebody saw it."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from app.engine import describe
from app.engine.describe.event_codes import LOGON_TYPES
from app.engine.knowledge import Knowledge
from app.model.about import Logon, Logons, Read
from app.model.activity import Activity, Endpoint
from app.model.details import (
    KerberosAp,
    KerberosAs,
    LdapBind,
    Ntlm,
    RadiusAccess,
    RdpConnection,
    SmbSession,
)
from app.model.events import EventLogon, EventNps, EventNtlm, WindowsEvent

READS = (EventLogon, EventNtlm, KerberosAs, KerberosAp, Ntlm, LdapBind, SmbSession, RdpConnection, RadiusAccess, EventNps)
CARRIED = (SmbSession, LdapBind, RdpConnection)
"""A session that carries a proof of who it is: the same connection tells both, which are one sign-in."""
LOGON, REFUSED, EXPLICIT, ENDS = 4624, 4625, 4648, (4634, 4647)
TOGETHER = 10_000_000
"""Microseconds within which the messages of one sign-in lie."""
BEGINS = (25, 52)
"""KDC_ERR_PREAUTH_REQUIRED and KRB_ERR_RESPONSE_TOO_BIG (RFC 4120 section 7.5.9): a sign-in goes on after them."""
Connection = tuple[Endpoint, Endpoint]


def logons(known: Knowledge, activities: Sequence[Activity], read: Read) -> Logons:
    """Sign-ins of activities in order of time."""
    rows: list[Logon] = []
    sessions: dict[tuple[str, int], int] = {}
    links: dict[Connection, tuple[int, int]] = {}
    for one in activities:
        link = (one.source, one.destination) if one.source and one.destination and one.source.port else None
        if _ends(one, rows, sessions, links.get(link) if link else None):
            continue
        row = _row(known, one)
        if row is None:
            continue
        held = links.get(link) if link else None
        if (
            link is not None
            and held is not None
            and one.at - held[1] <= TOGETHER
            and isinstance(one.detail, (Ntlm, KerberosAp, *CARRIED))
        ):
            rows[held[0]] = _joined(rows[held[0]], row, isinstance(one.detail, CARRIED))
            continue
        rows.append(row)
        if link is not None:
            links[link] = (len(rows) - 1, one.at)
        if isinstance(one.detail, EventLogon) and one.detail.event_id == LOGON:
            number = one.detail.number("TargetLogonId") or 0
            if number > 0x3FF:  # below are the sessions of the system itself
                sessions[one.detail.computer.lower(), number] = len(rows) - 1
    rows.sort(key=lambda row: (-row.at, row.proof))
    ways, failed = Counter(row.way for row in rows), Counter(row.way for row in rows if row.result != "success")
    return Logons(rows=tuple(rows), ways=tuple((way, count, failed[way]) for way, count in ways.most_common()), read=read)


def _ends(one: Activity, rows: list[Logon], sessions: dict[tuple[str, int], int], link: tuple[int, int] | None) -> bool:
    """Whether it is the end of a session; the session that it ends knows of it then."""
    detail, place = one.detail, None
    if isinstance(detail, EventLogon):
        if detail.event_id not in ENDS:
            return detail.event_id not in (LOGON, REFUSED, EXPLICIT)
        place = sessions.get((detail.computer.lower(), detail.number("TargetLogonId") or 0))
    elif isinstance(detail, SmbSession) and detail.action == "logoff":
        place = link[0] if link is not None else None
    else:
        return False
    if place is not None and one.at >= rows[place].at:
        rows[place] = replace(rows[place], until=one.at)
    return True


def _joined(old: Logon, new: Logon, carries: bool) -> Logon:
    """One sign-in that two messages tell: the session says where to, the proof of identity says how and who."""
    session, proof = (new, old) if carries else (old, new)
    return replace(
        session,
        at=min(old.at, new.at),
        who=session.who or proof.who,
        how=proof.how or session.how,
        result=new.result,
        reason=new.reason or ("" if new.result == "success" else old.reason),
    )


def _row(known: Knowledge, one: Activity) -> Logon | None:
    told = _told(one)
    if told is None:
        return None
    way, how = told
    return Logon(
        at=one.at,
        way=way,
        how=how,
        who=known.account_entity(one),
        origin=known.end(one.source.ip, one.at)[0] if one.source else None,
        target=known.end(one.destination.ip, one.at)[0] if one.destination else None,
        result=one.result,
        reason=describe.reason(one),
        proof=one.id,
    )


def _told(one: Activity) -> tuple[str, str] | None:
    """Way and protocol of a sign-in; None for what is none."""
    detail = one.detail
    if isinstance(detail, EventLogon):
        way = LOGON_TYPES.get(detail.number("LogonType") or -1, "logon")
        return ("with other credentials" if detail.event_id == EXPLICIT else way), _package(detail)
    if isinstance(detail, EventNtlm):
        return "checked by a controller", "NTLM"
    if isinstance(detail, KerberosAs):
        return None if one.code in BEGINS else ("domain sign-in", "Kerberos")
    if isinstance(detail, KerberosAp):
        return f"over {(detail.carrier or 'the network').upper().rstrip('12')}", "Kerberos"
    if isinstance(detail, Ntlm):
        return f"over {(detail.carrier or 'the network').upper().rstrip('12')}", detail.version or "NTLM"
    if isinstance(detail, LdapBind):
        return "LDAP bind", "" if detail.method.upper() in ("GSS-SPNEGO", "GSSAPI") else detail.method
    if isinstance(detail, SmbSession):
        return "over SMB", detail.mechanism or ""
    if isinstance(detail, RdpConnection):
        return "remote desktop", ""
    return ("VPN", "RADIUS") if isinstance(detail, (RadiusAccess, EventNps)) else None


def _package(event: WindowsEvent) -> str:
    name = event.text("LmPackageName", "AuthenticationPackageName") or ""
    return "" if name.lower() == "negotiate" else name[:40]
