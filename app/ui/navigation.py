"""Where the window is, where it was: routes with a way back."""

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
