"""Lateral movement paths to sensitive accounts: how many are at risk, and for each who and what stands on the way."""

from collections.abc import Iterator

from msgspec import Struct

from app.engine.queries import Queries
from app.engine.tabular.made import Made, Row, Span, Table
from app.model.entity import EntityRef
from app.model.paths import WHOLE, PathPicture, PathTarget
from app.model.view import Column

TITLE = "Lateral movement paths to sensitive accounts"
EVERY = 10**9
MOST = 1_000
"""Paths of one account that are looked at; the accounts that can come to it are counted whole."""
SUMMARY = (Column("what", "What"), Column("number", "Number", "number"))
COLUMNS = (
    Column("account", "Sensitive account"), Column("kind", "Type"), Column("why", "Sensitive because"),
    Column("length", "Path length", "number"), Column("accounts", "Non-sensitive users that can reach it", "number"),
    Column("users", "Non-sensitive users en route"), Column("computers", "Computers en route"),
    Column("paths", "Paths", "number"), Column("walked", "Walked", "number"), Column("last", "Last seen (UTC)", "time"),
    Column("fix", "What ends most of them"),
)  # fmt: skip
EMPTY = (
    "No path to a sensitive account is known. They are made of group memberships, local administrators and sessions: "
    "synchronise the directory, import a collection, or read traffic of SAMR and logons."
)
HOSTS = ("computer", "controller")


class _Risk(Struct, frozen=True, kw_only=True):
    """One sensitive account with what leads to it."""

    target: PathTarget
    users: dict[str, str]
    computers: dict[str, str]
    last: int
    fix: str


def made(queries: Queries, span: Span | None) -> Made:
    """The report, as things stood at the end of the span; sessions count that were seen in it."""
    found: list[list[_Risk]] = []

    def risks() -> list[_Risk]:
        if not found:
            found.append(list(_risks(queries, span)))
        return found[0]

    return Made(
        title=TITLE,
        span=span,
        tables=(
            Table(name="Summary", columns=SUMMARY, rows=lambda: _summary(queries, risks(), span), empty=EMPTY),
            Table(name="Details", columns=COLUMNS, rows=lambda: _rows(risks()), empty=EMPTY),
        ),
    )


def has_data(queries: Queries) -> bool:
    """Whether any path is known."""
    return bool(queries.paths(window=WHOLE).targets)


def _when(queries: Queries, span: Span | None) -> tuple[int | None, int]:
    """(moment, window before it), both within what is known."""
    if span is None:
        return None, WHOLE
    known = queries.span()
    end = min(span[1] - 1, known[1]) if known is not None else span[1] - 1
    return end, max(1, end - span[0])


def _risks(queries: Queries, span: Span | None) -> Iterator[_Risk]:
    at, window = _when(queries, span)
    if at is not None and span is not None and at < span[0]:  # all that is known ended before
        return
    for target in queries.paths(at, window, EVERY).targets:
        picture = queries.paths_to(target.ref.key, at, window, most=MOST)
        if picture is not None:
            yield _risk(target, picture)


def _risk(target: PathTarget, picture: PathPicture) -> _Risk:
    users: dict[str, str] = {}
    computers: dict[str, str] = {}
    last = 0
    for path in picture.paths:
        for edge in path.edges:
            last = max(last, edge.last)
            for ref in (edge.origin, edge.target):
                if ref.key != target.ref.key:
                    _put(ref, users, computers)
    return _Risk(
        target=target, users=users, computers=computers, last=last, fix=picture.cuts[0].words if picture.cuts else ""
    )  # fmt: skip


def _put(ref: EntityRef, users: dict[str, str], computers: dict[str, str]) -> None:
    if ref.kind in ("user", "service"):
        users[ref.key] = ref.label
    elif ref.kind in HOSTS:
        computers[ref.key] = ref.label


def _summary(queries: Queries, risks: list[_Risk], span: Span | None) -> Iterator[Row]:
    if not risks:
        return
    at, window = _when(queries, span)
    overview = queries.paths(at, window, EVERY)
    users = {key for one in risks for key in one.users}
    computers = {key for one in risks for key in one.computers}
    many = len(risks)
    yield "Sensitive accounts, computers and groups that are known", overview.sensitive
    yield "Of these, with a path to them", many
    yield "Accounts that are not sensitive and stand on a path", len(users)
    yield "Computers on a path", len(computers)
    yield "Accounts that can reach one, on average", round(sum(one.target.accounts for one in risks) / many, 1)
    yield "Computers on the way to one, on average", round(sum(len(one.computers) for one in risks) / many, 1)
    yield "Length of the shortest path, on average", round(sum(one.target.shortest for one in risks) / many, 1)
    yield "Walked paths", sum(one.target.walked for one in risks)


def _rows(risks: list[_Risk]) -> Iterator[Row]:
    for one in risks:
        target = one.target
        paths: str | int = f"more than {target.paths}" if target.more else target.paths
        yield (
            target.ref.label, target.ref.kind.capitalize(), target.why, target.shortest, target.accounts,
            ", ".join(sorted(one.users.values())), ", ".join(sorted(one.computers.values())), paths, target.walked,
            one.last or None, one.fix,
        )  # fmt: skip
