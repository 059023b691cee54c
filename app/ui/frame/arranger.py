"""Keeps how the window stands, so that closing it, by accident too, loses nothing; makes it stand so again."""

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, QTimer

from app import arrangement as stored
from app.arrangement import Arrangement, Chosen, Panes, Place, Standing, TabWay
from app.model.entity import EntityRef
from app.ui.desk import Desk
from app.ui.navigation import History, Route
from app.ui.page_table import BY_NAME

KEEP_MS = 1500
"""From a change until it is written; what comes meanwhile is written with it."""


class Arranger(QObject):
    """Holds the arrangement. stands: asked for how the workspace on screen stands now; None while there is nothing to keep."""

    def __init__(self, desk: Desk, folder: Path | None, stands: Callable[[], Standing | None], parent: QObject) -> None:
        super().__init__(parent)
        self._desk, self._folder, self._stands = desk, folder, stands
        self.held: Arrangement = stored.load(folder)
        self._writing = self._closed = False
        self._written = self.held
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_MS)
        self._timer.timeout.connect(self._write)

    def case(self) -> str:
        """The workspace on screen, "" for none and for one that is gone when closed."""
        session = self._desk.session
        return "" if session is None or session.is_temporary else str(session.path)

    def standing(self) -> Standing | None:
        """How the workspace on screen stood when it was seen last."""
        return self.held.cases.get(self.case())

    def change(self, **changes: object) -> None:
        """Change a part of the arrangement itself."""
        self.held = msgspec.structs.replace(self.held, **changes)
        self.touch()

    def keep_layout(self, name: str, panes: Panes | None) -> None:
        """Keep panes under a name, or (None) forget the name."""
        self.held = stored.with_layout(self.held, name, panes)
        self.touch()

    def choose(self, chosen: Chosen) -> None:
        """Remember what was chosen in the palette."""
        self.held = stored.with_chosen(self.held, chosen)
        self.touch()

    def touch(self) -> None:
        """Something of the window changed; it is written soon."""
        if not self._closed and not self._timer.isActive():
            self._timer.start()

    def gather(self) -> None:
        """Ask how the window stands."""
        standing = self._stands() if self.case() and not self._desk.private else None
        if standing is not None:
            self.held = stored.with_case(self.held, self.case(), standing)
        self.held = msgspec.structs.replace(self.held, last=self.case())

    def close(self) -> None:
        """Write what was not written; the window is going."""
        if self._closed:
            return
        self._closed = True
        self._timer.stop()
        self.gather()
        if self.held != self._written:
            try:
                stored.save(self.held, self._folder)
            except OSError as error:
                self._desk.tell(f"How the window stood could not be kept: {error}", True)

    def _write(self) -> None:
        if self._writing:
            self.touch()
            return
        self.gather()
        held, folder = self.held, self._folder
        if held == self._written:
            return
        self._writing = True

        def ended(error: str = "") -> None:
            self._writing = False
            if error:
                self._desk.tell(f"How the window stands could not be kept: {error.partition(': ')[2] or error}", True)
            else:
                self._written = held

        self._desk.jobs.run(lambda: stored.save(held, folder), lambda _: ended(), ended, self, keeps=True)


def way_of(history: History, geometry: str = "") -> TabWay:
    """A tab as it is kept."""
    routes, position = history.kept(stored.ROUTES)
    return TabWay(way=tuple(_place(one) for one in routes), position=position, geometry=geometry)


def take_way(history: History, kept: TabWay) -> bool:
    """Let a tab stand as it was kept; pages that are no more are left out. False when nothing is left."""
    routes = [_route(one) for one in kept.way]
    known = [(number, one) for number, one in enumerate(routes) if one.page in BY_NAME]
    place = sum(number < kept.position for number, _ in known)
    history.take([one for _, one in known], min(place, len(known) - 1))
    return bool(known)


def place_of(thing: object) -> Place | None:
    """What the inspector shows, when it can be found again by itself."""
    if isinstance(thing, EntityRef):
        return Place("entity", thing.key, (("kind", thing.kind), ("label", thing.label[:1000])))
    return None


def thing_at(place: Place | None) -> EntityRef | None:
    """The entity of place_of."""
    pairs = dict(place.view) if place is not None else {}
    if place is None or place.page != "entity" or not place.key:
        return None
    try:
        return msgspec.convert({"kind": pairs.get("kind"), "key": place.key, "label": pairs.get("label", "")}, EntityRef)
    except msgspec.ValidationError:
        return None


def _place(route: Route) -> Place:
    """A route as it is kept; one that is too long to be kept stands without its view."""
    fits = len(route.view) <= stored.PAIRS and all(len(one) <= 200 and len(two) <= 20_000 for one, two in route.view)
    view = tuple((one, _text(two)) for one, two in route.view) if fits else ()
    return Place(route.page, _text(route.key[:20_000]), view)


def _text(words: str) -> str:
    """Words that a file can hold: half a character, which a name of the evidence may be, becomes a mark."""
    return words.encode("utf-8", "replace").decode()


def _route(place: Place) -> Route:
    return Route(place.page, place.key, place.view)
