"""Which reports there are."""

from collections.abc import Callable

from app.engine.queries import Queries
from app.engine.tabular import groups, passwords, paths, summary
from app.engine.tabular.made import Made, Span

_ALL: dict[str, tuple[str, Callable[[Queries, Span | None], Made], Callable[[Queries], bool]]] = {
    "summary": (summary.TITLE, summary.made, summary.has_data),
    "groups": (groups.TITLE, groups.made, groups.has_data),
    "passwords": (passwords.TITLE, passwords.made, passwords.has_data),
    "paths": (paths.TITLE, paths.made, paths.has_data),
}
NAMES = tuple(_ALL)
TITLES = {name: title for name, (title, _, _) in _ALL.items()}


def make(queries: Queries, report: str, span: Span | None) -> Made:
    """A report by its name. Raises OSError for one that does not exist."""
    if report not in _ALL:
        raise OSError(f"There is no report {report!r}; there are {', '.join(NAMES)}.")
    return _ALL[report][1](queries, span)


def has_data(queries: Queries) -> dict[str, bool]:
    """Whether each report could hold anything; looks at counts only."""
    return {name: asked(queries) for name, (_, _, asked) in _ALL.items()}
