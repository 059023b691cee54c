"""Traces of any activity, as rows that a database can sort."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import host
from app.engine.twins.pairing import Row
from app.engine.twins.records import RECORD_TRACES, same_record
from app.engine.twins.rules import NUMBER
from app.engine.twins.trace import Trace
from app.engine.twins.wire import WIRE_TRACES
from app.model.activity import Activity
from app.model.details import (
    EVENTS,
    KINDS,
    KerberosAp,
    KerberosAs,
    KerberosPassword,
    KerberosTgs,
    LdapAdd,
    LdapBind,
    LdapDelete,
    LdapModify,
    LdapRename,
    LdapSearch,
    Ntlm,
    RadiusAccess,
    RpcCall,
    SmbSession,
)
from app.model.directory import DirectoryChange
from app.model.events import (
    EventAccount,
    EventDirectoryChange,
    EventGroup,
    EventKerberos,
    EventLdap,
    EventLogon,
    EventNps,
    EventNtlm,
    EventObjectAccess,
    EventService,
    EventTask,
    WindowsEvent,
)

_OBJECTS = (LdapModify, LdapAdd, LdapDelete, LdapRename)
PARTNERS: dict[type, tuple[type, ...]] = {
    EventKerberos: (KerberosAs, KerberosTgs),
    EventNtlm: (Ntlm, EventNtlm, LdapBind),
    EventLogon: (Ntlm, KerberosAp, SmbSession, LdapBind),
    EventObjectAccess: (RpcCall, LdapSearch, LdapModify),
    EventDirectoryChange: _OBJECTS,
    EventAccount: (RpcCall, KerberosPassword, *_OBJECTS),
    EventGroup: (RpcCall, LdapModify),
    EventService: (RpcCall,),
    EventTask: (RpcCall,),
    EventLdap: (LdapSearch, LdapBind),
    EventNps: (RadiusAccess,),
    DirectoryChange: (RpcCall, *_OBJECTS, EventDirectoryChange, EventAccount, EventGroup),
}
"""What tells of an act to who else may tell of it; two logs that hold one record need no partner."""


def worth_reading(there: Mapping[str, int]) -> tuple[frozenset[str], frozenset[str]]:
    """(kinds that tell, kinds of their partners) among those that are there; there: kind to the number of inputs with it."""
    logs = {KINDS[kind] for kind in EVENTS} & there.keys()
    shared = {kind for kind in logs if there[kind] > 1}  # the same record may stand in two of them
    telling, others = set(shared), set()
    for record, partners in PARTNERS.items():
        found = {KINDS[one] for one in partners} & there.keys()
        if KINDS[record] in there and found:
            telling.add(KINDS[record])
            others |= found
    return frozenset(telling), frozenset(others)


def traces(activity: Activity, known: Knowledge) -> Iterator[Trace]:
    """Everything by which another telling of the same act can be recognised."""
    detail = activity.detail
    if isinstance(detail, WindowsEvent):
        same = same_record(detail)
        if same is not None:
            yield same
    make = WIRE_TRACES.get(type(detail)) or RECORD_TRACES.get(type(detail))
    if make is not None:
        yield from make(known, activity, detail)


def rows_of(activities: Iterable[tuple[int, Activity]], known: Knowledge) -> Iterator[Row]:
    """Rows of (row id, activity) in event order."""
    for rank, (number, activity) in enumerate(activities):
        detail = activity.detail
        clock = host(detail.computer) if isinstance(detail, WindowsEvent) else ""
        lane = detail.event_id if isinstance(detail, WindowsEvent) else 0
        at = activity.at if activity.result == "unanswered" else activity.until
        for one in traces(activity, known):
            yield Row(NUMBER[one.rule], _hash(one.key), at, one.record, rank, number, clock, lane, one.told)


def _hash(text: str) -> int:
    """64 bits of a text, the same in every process, as SQLite keeps numbers."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
