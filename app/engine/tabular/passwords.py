"""Passwords exposed in clear text: every LDAP simple bind outside of TLS, by account, source and controller."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.context import Context
from app.engine.detectors.cleartext_ldap import bound
from app.engine.memory import Memory
from app.engine.queries import Queries
from app.engine.queries.plan import within
from app.engine.tabular.made import Made, Row, Span, Table
from app.model.entity import EntityRef
from app.model.events import EventLdap
from app.model.filter import ActivityFilter, parse
from app.model.tags import SENSITIVE
from app.model.view import Column

TITLE = "Passwords exposed in clear text"
KINDS = ("ldap-bind", "event-ldap")
SERVICES = {389: "LDAP", 3268: "Global catalog", 636: "LDAPS", 3269: "Global catalog over TLS"}
COLUMNS = (
    Column("account", "Account"), Column("sensitive", "Sensitive"), Column("source", "Source computer"),
    Column("ip", "Source IP"), Column("dc", "Domain controller"), Column("first", "First time (UTC)", "time"),
    Column("last", "Last time (UTC)", "time"), Column("count", "Count", "number"), Column("services", "Services"),
)  # fmt: skip
EMPTY = (
    "No password was seen in clear text. Captures of LDAP (ports 389 and 3268) tell them, and event 2889 where LDAP interface "
    "events are logged."
)


class _Seen(Struct):
    """What is counted of one account from one source at one controller."""

    account: str
    sensitive: bool
    source: str
    ip: str
    target: str
    first: int
    last: int
    count: int
    services: set[str]


def made(queries: Queries, span: Span | None) -> Made:
    """The report."""
    table = Table(name=TITLE, columns=COLUMNS, rows=lambda: _rows(queries, span), empty=EMPTY)
    return Made(title=TITLE, span=span, tables=(table,))


def has_data(queries: Queries) -> bool:
    """Whether binds were read."""
    counts = queries.by_kind()
    return any(counts.get(kind) for kind in KINDS)


def _rows(queries: Queries, span: Span | None) -> Iterator[Row]:
    """Sensitive accounts first, then the most often exposed."""
    wanted = parse(f"kind:{','.join(KINDS)}")
    assert isinstance(wanted, ActivityFilter)
    ctx = Context(queries.knowledge(), Memory())
    seen: dict[tuple[str, str, str], _Seen] = {}
    sensitive: dict[str, bool] = {}
    for one in queries.stream(within(wanted, (span[0], span[1] - 1) if span else None)):
        name = bound(one)
        if not name or (isinstance(one.detail, EventLdap) and queries.twins(one.id)):  # the packets tell it already
            continue
        ref = ctx.knowledge.account(name)
        source, target = ctx.source(one), ctx.target(one)
        label = ref.label if ref is not None else name
        key = ref.key if ref is not None else name
        if key not in sensitive:
            sensitive[key] = ref is not None and SENSITIVE in queries.tags(key)
        where = one.source.ip if one.source is not None and not one.source.host else ""
        held = seen.get((key, where or source.key, target.key))
        if held is None:
            held = seen[key, where or source.key, target.key] = _Seen(
                label, sensitive[key], _name(source, where), where, _name(target, ""), one.at, one.at, 0, set()
            )
        held.last, held.count = one.at, held.count + 1
        port = one.destination.port if one.destination is not None else 0
        held.services.add(SERVICES.get(port, f"port {port}" if port else "LDAP"))
    for each in sorted(seen.values(), key=lambda held: (not held.sensitive, -held.count, held.account, held.ip, held.target)):
        yield (
            each.account, "Yes" if each.sensitive else "No", each.source, each.ip, each.target, each.first, each.last, each.count,
            ", ".join(sorted(each.services)),
        )  # fmt: skip


def _name(ref: EntityRef, address: str) -> str:
    """A computer's name; nothing where only its address is known, which stands beside."""
    named = bool(ref.key.partition(":")[2]) and not (address and ref.key == f"address:{address}")
    return ref.label if named else ""
