"""Modifications of sensitive groups: every change of their members, whether or not it raised an alert, whoever tells it."""

from collections.abc import Callable, Iterator

from app.engine.changes import Change, actor_of, changes_of, common_name, gained, object_of
from app.engine.context import Context
from app.engine.knowledge.born import is_named_sensitive
from app.engine.knowledge.directory import SENSITIVE_NAMES
from app.engine.knowledge.sids import is_sensitive_group, sid_in
from app.engine.memory import Memory
from app.engine.queries import Queries
from app.engine.queries.plan import within
from app.engine.tabular.made import Made, Row, Span, Table
from app.model.activity import Activity
from app.model.entity import EntityRef
from app.model.events import WindowsEvent
from app.model.filter import ActivityFilter, parse
from app.model.tags import SENSITIVE
from app.model.view import Column

TITLE = "Modifications of sensitive groups"
KINDS = ("ldap-modify", "ldap-add", "event-group", "event-directory-change", "directory-change", "rpc-call")
ALWAYS = ("ldap-modify", "event-group", "event-directory-change", "directory-change")
"""Kinds that tell changes, and little else."""
COLUMNS = (
    Column("time", "Time (UTC)", "time"), Column("group", "Group"), Column("domain", "Group domain"), Column("deed", "Action"),
    Column("member", "Member"), Column("kind", "Member type"), Column("who", "Changed by"), Column("source", "Source computer"),
    Column("dc", "Domain controller"), Column("event", "Event ID", "number"), Column("alert", "Alert ID"),
)  # fmt: skip
EMPTY = (
    "No change of a sensitive group was told. Forward events 4728, 4729, 4732, 4733, 4756, 4757 of the controllers, synchronise "
    "the directory, or read captures of LDAP and SAMR."
)


def made(queries: Queries, span: Span | None) -> Made:
    """The report."""
    table = Table(name="Changes", columns=COLUMNS, rows=lambda: _rows(queries, span), empty=EMPTY)
    return Made(title=TITLE, span=span, tables=(table,))


def has_data(queries: Queries) -> bool:
    """Whether anything was read that tells changes."""
    counts = queries.by_kind()
    return any(counts.get(kind) for kind in KINDS)


def _rows(queries: Queries, span: Span | None) -> Iterator[Row]:
    wanted = parse(f"kind:{','.join(KINDS)} result:success")
    assert isinstance(wanted, ActivityFilter)
    ctx = Context(queries.knowledge(), Memory())
    tagged: dict[str, bool] = {}

    def is_tagged(group: EntityRef) -> bool:
        if group.key not in tagged:
            tagged[group.key] = SENSITIVE in queries.tags(group.key)
        return tagged[group.key]

    alerts: dict[str, list[str]] = {}
    for alert in queries.alerts():
        for id in alert.finding.evidence:
            alerts.setdefault(id, []).append(alert.id)
    told: set[str] = set()
    for one in queries.stream(within(wanted, (span[0], span[1] - 1) if span else None)):
        changes = [
            (change, group) for change in changes_of(one, ctx, "member")
            if _is_sensitive(change, group := object_of(change, ctx, one.at), is_tagged)
        ]  # fmt: skip
        if not changes or one.id in told:
            continue
        twins = [row for row, _ in queries.twins(one.id)]
        told.update(row.id for row in twins)
        raised = dict.fromkeys(id for place in (one.id, *(row.id for row in twins)) for id in alerts.get(place, ()))
        event = _event(one) or next((int(row.log.rpartition(" ")[2]) for row in twins if row.log), None)
        source, target = ctx.source(one), ctx.target(one)
        who = actor_of(one, ctx) or next((row.who for row in twins if row.who), None)
        for change, group in changes:
            name = group.label if group is not None else change.sam or common_name(change.dn) or change.name
            for deed, member in _members(change):
                ref = _member(member, ctx, one.at)
                if ref is None or sid_in(ref.label):
                    ref = _named(one, ctx) or ref
                yield (
                    one.at, name, _domain(change, group), deed, ref.label if ref is not None else member,
                    _kind(ref), who.label if who is not None else "", source.label if _known(source) else "",
                    target.label if _known(target) else "", event, ", ".join(raised),
                )  # fmt: skip


def _is_sensitive(change: Change, group: EntityRef | None, is_tagged: Callable[[EntityRef], bool]) -> bool:
    if group is not None and is_tagged(group):
        return True
    sid = sid_in(change.sid)
    name = (change.sam or (group.label if group is not None else "") or common_name(change.dn)).lower()
    return is_sensitive_group(sid) or (not sid and is_named_sensitive(name)) or name in SENSITIVE_NAMES


def _members(change: Change) -> Iterator[tuple[str, str]]:
    """(added or removed, member) as far as it is told."""
    added = set(gained(change))
    if change.deed in ("set", "add", "touch", "create"):
        yield from (("Added", one) for one in change.new if one in added)
    kept = {one.lower() for one in change.new}
    if change.deed in ("set", "remove", "delete"):
        yield from (("Removed", one) for one in change.old if one.lower() not in kept)
    if change.deed in ("touch", "remove", "set") and not change.new and not change.old:
        yield ("Changed" if change.deed == "touch" else "Emptied"), ""


def _member(text: str, ctx: Context, at: int) -> EntityRef | None:
    sid = sid_in(text)
    if sid and "=" not in text:
        return ctx.knowledge.account_of_sid(sid, at)
    return object_of(Change(deed="touch", dn=text, sid=sid), ctx, at) if text else None


def _named(one: Activity, ctx: Context) -> EntityRef | None:
    """The member of an event that gives its SID, which nobody knows, and its distinguished name."""
    dn = one.detail.text("MemberName") if isinstance(one.detail, WindowsEvent) else None
    return object_of(Change(deed="touch", dn=dn), ctx, one.at) if dn and "=" in dn else None


def _kind(ref: EntityRef | None) -> str:
    return {"user": "User", "computer": "Computer", "controller": "Computer", "group": "Group"}.get(ref.kind, "") if ref else ""


def _domain(change: Change, group: EntityRef | None) -> str:
    held = group.key.partition(":")[2].rpartition("\\")[0] if group is not None else ""
    return held or change.domain


def _event(one: Activity) -> int | None:
    return one.detail.event_id if isinstance(one.detail, WindowsEvent) else None


def _known(ref: EntityRef | None) -> bool:
    return ref is not None and bool(ref.key.partition(":")[2])
