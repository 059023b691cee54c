"""Where the window is, where it was: routes with a way back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple


class Route(NamedTuple):
    """One place: a page, what it shows (an id or key), how (pairs that the page understands)."""

    page: str
    key: str = ""
    view: tuple[tuple[str, str], ...] = ()

    def option(self, name: str, default: str = "") -> str:
        """Value of one pair of the view."""
        return dict(self.view).get(name, default)


class Crumb(NamedTuple):
    """One word of the breadcrumb; route None is the place itself."""

    words: str
    route: Route | None = None


class _Wish:
    """How the click or key that is being handled asks to go: a click with Ctrl or the middle button wants a tab of its own."""

    new_tab = False


@contextmanager
def in_new_tab(wanted: bool = True) -> Iterator[None]:
    """Whatever goes somewhere within does so in a new tab."""
    before, _Wish.new_tab = _Wish.new_tab, wanted or _Wish.new_tab
    try:
        yield
    finally:
        _Wish.new_tab = before


def wants_new_tab() -> bool:
    """Whether the click that is being handled asks for a new tab."""
    return _Wish.new_tab


class History:
    """Visited routes, at most LIMIT, with a position."""

    LIMIT = 200

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._position = -1

    @property
    def current(self) -> Route | None:
        """The route on screen."""
        return self._routes[self._position] if self._routes else None

    @property
    def can_back(self) -> bool:
        """Whether there is a route before."""
        return self._position > 0

    @property
    def can_forward(self) -> bool:
        """Whether there is a route after."""
        return self._position < len(self._routes) - 1

    def visit(self, route: Route) -> None:
        """Go to a new route; what lay ahead is forgotten. The same route twice is one."""
        if route == self.current:
            return
        self._routes = [*self._routes[: self._position + 1], route][-self.LIMIT :]
        self._position = len(self._routes) - 1

    def amend(self, route: Route) -> None:
        """The page on screen tells how it would be found again; another page's word does not count."""
        if self._routes and route.page == self._routes[self._position].page:
            self._routes[self._position] = route

    def kept(self, most: int) -> tuple[tuple[Route, ...], int]:
        """At most this many routes around the present one, and the place of the present one among them."""
        first = max(0, min(self._position - most + 1 + most // 4, len(self._routes) - most))
        return tuple(self._routes[first : first + most]), self._position - first

    def take(self, routes: Sequence[Route], position: int) -> None:
        """Stand as it was kept; a position outside is the last route."""
        self._routes = list(routes)[-self.LIMIT :]
        self._position = position if 0 <= position < len(self._routes) else len(self._routes) - 1

    def back(self) -> Route | None:
        """One step back; None when there is none."""
        if not self.can_back:
            return None
        self._position -= 1
        return self.current

    def forward(self) -> Route | None:
        """One step forward; None when there is none."""
        if not self.can_forward:
            return None
        self._position += 1
        return self.current

    def clear(self) -> None:
        """Forget all, for another case."""
        self._routes, self._position = [], -1
