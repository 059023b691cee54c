"""The part of the graph page that has a picture: it asks, draws, takes steps back and forth, keeps pictures in the case."""

from msgspec.structs import replace

from app.ui import wording
from app.ui.catalogue import tr
from app.ui.desk import Desk
from app.ui.frame.ask_name import AskName
from app.ui.graph import words
from app.ui.graph.asking import Loaded, Pictured, load, picture
from app.ui.graph.playing import Player
from app.ui.graph.stage import Stage
from app.ui.navigation import Route
from app.ui.page import Page
from app.ui.plots.layout import Cooling, Place
from app.ui.plots.neighbourhood import Shown
from app.ui.plots.sketch import Sketch, Steps, from_kept, to_kept, to_word

SLICE = 20
"""Steps of a large layout between two looks at it."""
MOST_NAME = 80
"""Letters of the name of a picture."""
REMEMBERED = 60_000
"""Nodes whose places are remembered, so that what comes back stands where it stood."""


class PicturePage(Page):
    """sketch: what the picture is made of. A page of it says what is seen (_say_picture, _say_query, _drawn)."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(desk, name)
        self.sketch, self.steps = Sketch(), Steps()
        self._loaded = Loaded()
        self._asked: tuple[object, ...] | None = None
        self._communities: dict[str, int] = {}
        self._picture = Shown()
        self._places: dict[str, Place] = {}
        self.stage = Stage()
        self.canvas, self.times, self.query, self.edges = self.stage.canvas, self.stage.times, self.stage.query, self.stage.edges
        self.canvas.run = lambda work, done: self.desk.jobs.run(work, done, owner=self.canvas)
        # A query names keys: in privacy mode it is seen with pseudonyms, which are understood.
        self._hidden = self.desk.veiled
        self.player = Player(self.stage.play, self._playing_now, lambda span: self._take(replace(self.sketch, span=span)))

    def _say_picture(self) -> None:
        """Say what is seen."""

    def _say_query(self) -> None:
        """Say what is asked for."""

    def _drawn(self) -> None:
        """Another picture is on the canvas."""

    def _title(self) -> str:
        return self.desk.veiled(words.title(self.sketch, self._loaded, self.desk.alerts, self.desk.incidents))

    # ---- steps

    def undo_step(self) -> bool:
        """Undo the last step on the picture; False when there is none."""
        return self._stepped(self.steps.undo(self.sketch), "Undone")

    def redo_step(self) -> bool:
        """Do the step again that was undone last; False when there is none."""
        return self._stepped(self.steps.redo(self.sketch), "Done again")

    def do(self, deed: str, sketch: Sketch | None) -> None:
        """Take a step: another sketch of the picture, which can be undone; None changes nothing."""
        if sketch is not None and sketch != self.sketch:
            self.steps.did(deed, self.sketch)
            self._take(sketch)

    def _stepped(self, step: tuple[str, Sketch] | None, verb: str) -> bool:
        if step is None:
            return False
        self.player.halt()
        self._take(step[1])
        self.desk.tell(f"{verb}: {step[0]}.")
        return True

    def _take(self, sketch: Sketch) -> None:
        self.sketch = sketch
        word = to_word(sketch)
        self.route = Route(self.name, self.route.key, (("sketch", word),) if word else ())
        if self._wanted() == self._asked:
            self._show()
        else:
            self._load()

    def _wanted(self) -> tuple[object, ...]:
        beside = self.sketch.loose if self.sketch.query is not None else ()  # a way may lead over who the query leaves out
        return (self.sketch.query, self.sketch.roots, self.sketch.span, beside)

    def _playing_now(self) -> tuple[int, int] | None:
        return self.sketch.span if self._asked == self._wanted() and not self.desk.jobs.running else None

    # ---- asking, drawing

    def _load(self) -> None:
        session, sketch, wanted = self.desk.session, self.sketch, self._wanted()
        if session is None:
            return
        self._say_query()

        def done(found: Loaded) -> None:
            if wanted != self._wanted():
                return  # a step was undone meanwhile
            if self._asked != wanted:
                self._communities = {}
            self._loaded, self._asked = found, wanted
            self.crumbs_changed.emit()
            self.times.show_data(found.times)
            self.times.set_brush(self.sketch.span)
            self.stage.when.say(wording.period(*self.sketch.span) if self.sketch.span else "All of the time")
            self._show()

        self.ask("edges", lambda: load(session, sketch), done)

    def _show(self) -> None:
        loaded, sketch, before, communities = self._loaded, self.sketch, self._picture, self._communities
        standing = {**self._places, **self.canvas.places()}

        def done(found: Pictured) -> None:
            self._communities, self._picture = found.communities, found.shown
            self._put(found)
            self._say_picture()
            if not found.cooling.over:
                self._cool(found, found.cooling)

        self.ask("layout", lambda: picture(loaded, sketch, standing, before, communities), done)

    def _put(self, found: Pictured) -> None:
        self.canvas.pinned = frozenset(key for key, _, _ in self.sketch.pinned)
        self.canvas.show_drawing(found.drawing, found.cooling.places())
        self._remember()
        self._drawn()

    def _cool(self, found: Pictured, cooling: Cooling) -> None:
        """Go on with a large layout, and show how far it is."""

        def done(further: Cooling) -> None:
            self.canvas.show_drawing(found.drawing, further.places(), animate=False)
            if further.over:
                self._remember()
            else:
                self._cool(found, further)

        self.ask("layout", lambda: cooling.step(SLICE), done)

    def _remember(self) -> None:
        self._places |= self.canvas.places()
        if len(self._places) > REMEMBERED:
            self._places = self.canvas.places()

    # ---- pictures in the case

    def keep_picture(self, name: str = "") -> str:
        """Keep the picture in the case, everybody where they stand; asks for a name when none is given. Nothing is wrong: ""."""
        if not name:
            take = lambda typed: self.keep_picture(typed.strip()) if typed.strip() else "Give it a name."  # noqa: E731
            asked = AskName(self.window(), tr("Keep the picture as"), self._title()[:MOST_NAME], tr("Keep"), take, MOST_NAME)
            asked.open()
            return ""
        self._keep(name, to_kept(self.sketch, self.canvas.places()), f"The picture is kept as {wording.tidy(name, 60)}.")
        return ""

    def show_kept(self, name: str) -> None:
        """Show a picture that is kept in the case."""
        kept = from_kept(self._loaded.kept.get(name, ""))
        if kept is not None:
            self._places |= kept.places
            self.canvas.see_all()
            self.do(f"show {self.desk.veiled(name)}", kept.sketch)

    def remove_kept(self, name: str) -> None:
        """Remove a picture that is kept in the case; the history can bring it back."""
        self._keep(name, None, f"{wording.tidy(self.desk.veiled(name), 60)} is removed.")

    def _keep(self, name: str, body: str | None, told: str) -> None:
        session = self.desk.session
        if session is None:
            return

        def done(_: None) -> None:
            self.desk.tell(told)
            self._load()

        self.desk.jobs.run(lambda: session.keep_picture(name, body), done, self.desk.refuse, self, keeps=True)
