"""What leaves an open workspace: exports, reports, with names or with pseudonyms."""

import secrets as random
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from app.engine.export import activity_lines, alert_lines, analysis
from app.engine.export.forms import BY_ID, FORMS, Form
from app.engine.queries import Queries
from app.engine.schema import create_workspace as migrate
from app.engine.store import StoreError
from app.engine.store.changing import changing
from app.engine.store.opening import why_only_read
from app.model.act import What
from app.model.alert import Alert
from app.model.comparison import Comparison, Span
from app.model.filter import ActivityFilter
from app.model.rows import Seconds
from app.model.view import View

if TYPE_CHECKING:
    from app.engine.privacy import Veil
    from app.proof import Made

__all__ = ["BY_ID", "FORMS", "Form", "Output", "View"]
SECRET = "privacy"
"""Name under which the key of pseudonyms is kept; one for each user, so that one name has one pseudonym in all of their cases."""


def _nothing(value: Any) -> Any:
    return value


class Output:
    """The part of a session that writes files for others; its history tells what left, and who took it."""

    path: Path
    why_read_only = ""
    plain: Queries
    """Questions with names as they are."""
    queries: Queries
    """The same; with pseudonyms in privacy mode."""
    _veil: "Veil | None" = None
    _hiding: threading.RLock
    """Held while names are met, so that nobody switches to and fro meanwhile."""
    _met = -1
    """Version of the workspace whose names are hidden."""

    def log_act(self, what: What, subject: str = "", words: str = "") -> None:
        """Put down in the history of the workspace what was done with the whole of it, where it can be written now."""
        if not self.why_read_only:
            with suppress(StoreError), changing(self.path) as step:
                step.record(what, subject, None, subject or words or what, words)

    # ---- privacy

    @property
    def private(self) -> bool:
        """Whether pseudonyms stand in the place of names."""
        return self._veil is not None

    def hide_names(self, on: bool, keep: bool = True) -> bool:
        """Show and write pseudonyms in the place of names from now on, or names again; blocks.

        keep: use the key in the keyring, make and keep it there when there is none. Returns False when there is no keyring, so
        that the pseudonyms of this session can be turned back only until it is closed.
        """
        with self._hiding:
            if not on:
                self._veil, self.queries = None, self.plain
                return True
            key, kept = _key() if keep else (random.token_bytes(32), False)
            self._hide(key)
        return kept

    def meet_names(self) -> None:
        """Hide names that came since as well; blocks, and does nothing while none came."""
        with self._hiding:
            if self._veil is not None and self._met != self.plain.version():
                self._hide(self._veil.key)

    def _hide(self, key: bytes) -> None:
        from app.engine.privacy import Veiled  # ciphers, which few sessions need

        version = self.plain.version()
        veil = _veil_over(key, self.plain)
        self._veil, self._met = veil, version
        self.queries = Veiled(self.plain, veil)  # type: ignore[assignment]  # the same questions

    def reveal(self, text: str) -> str:
        """A text with pseudonyms turned back; the text itself when names are shown."""
        veil = self._veil
        return veil.reveal(text) if veil is not None else text

    def hidden(self, text: str) -> str:
        """A text with pseudonyms in the place of names; the text itself when names are shown."""
        veil = self._veil
        return str(veil.text(text)) if veil is not None else text

    def _hidden(self) -> Callable[[Any], Any]:
        self.meet_names()
        veil = self._veil
        return veil.of if veil is not None else _nothing

    # ---- comparison

    def compare(
        self,
        before: Span | None,
        after: Span | None,
        other: Path | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Comparison:
        """What is new, gone or much more often in the span after, compared with the span before; blocks.

        None: all there is. other: a workspace that takes the place of this one in before. Raises OSError, StoreError.
        """
        from app.engine.comparison import Side, compare

        earlier = self.plain
        if other is not None:
            if not other.is_file():
                raise FileNotFoundError(f"no such workspace: {other}")
            why = why_only_read(other, False)
            if not why:
                migrate(other)
            earlier = Queries(other, bool(why))
        try:
            sides = (
                Side(queries=earlier, span=before or _span(earlier), name=(other or self.path).name),
                Side(queries=self.plain, span=after or _span(self.plain), name=self.path.name),
            )
            found = compare(*sides, cancelled)
            if self._veil is not None:  # the other case has names of its own
                found = _veil_over(self._veil.key, self.plain, earlier).of(found)
        finally:
            if earlier is not self.plain:
                earlier.close()
        return found

    # ---- files

    def export(
        self,
        out: Path,
        form: str,
        view: View = View(),  # noqa: B008  frozen
        alerts: Sequence[str] | None = None,
        *,
        bom: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> int:
        """Write one file in one of FORMS; returns the number of its rows, objects or packets. Blocks. Raises OSError.

        alerts: ids of those that are meant, None for all that are shown. bom: CSV begins with a byte order mark, for Excel.
        """
        from app.engine.export.writing import whole, write  # loads what few sessions need
        from app.engine.notices.files import FORMS as INTEGRATIONS
        from app.engine.notices.files import write as write_integration

        if form not in BY_ID:
            raise OSError(f"There is no form {form!r}; there are {', '.join(BY_ID)}.")
        veil = self._hidden()
        if form == "pcapng":
            from app.proof.slicing import write_slice

            self._refuse_bytes("packets")
            with whole(out) as place:
                activities = self.plain.stream(self._back(view).filter)
                number = write_slice(place, self.path, self.plain.inputs(), activities, cancelled=cancelled).packets
            self._exported(form, out)
            return number
        chosen = self.plain.alerts()
        if alerts is not None:
            wanted = set(alerts)
            chosen = tuple(one for one in chosen if one.id in wanted)
        name = self.path.stem if self._veil is None else "Wardlight"
        if form in INTEGRATIONS:
            number = write_integration(self.plain, out, form, chosen, name, veil, cancelled)
        else:
            number = write(
                self.plain, out, form, self._back(view), chosen, name=name, veil=veil, cancelled=cancelled, bom=bom
            )  # fmt: skip
        self._exported(form, out)
        return number

    def _exported(self, form: str, out: Path) -> None:
        self.log_act("exported", str(out), f"{form}{' with pseudonyms' if self._veil is not None else ''} to {out.name}")

    def _back(self, view: View) -> View:
        return self._veil.back(view) if self._veil is not None else view

    def _refuse_bytes(self, what: str) -> None:
        if self._veil is not None:
            raise OSError(f"Pseudonyms do not reach into {what}: show names again to write them.")

    def slice(self, activities: Sequence[str], out: Path) -> int:
        """Write the packets of these activities (ids) as pcapng; returns their number. Blocks. Raises OSError."""
        from app.engine.export.writing import whole
        from app.proof.slicing import write_slice

        self._refuse_bytes("packets")
        with whole(out) as place:
            found = self.plain.activities_of(activities)
            number = write_slice(place, self.path, self.plain.inputs(), found).packets
        self._exported("packets", out)
        return number

    def capture_file(self, input_key: str) -> Path | None:
        """The file of an input for another program; None when it is no capture file of its own, or has changed. Blocks."""
        from app.proof.slicing import usable_capture

        self._refuse_bytes("packets")
        where = next((one for one in self.plain.inputs() if one.key == input_key), None)
        return usable_capture(self.path, where) if where is not None else None

    def report_html(self) -> str:
        """The case as one self-contained HTML page; blocks."""
        from app.engine.reports.html import report_html

        self.meet_names()
        return report_html(self.queries)

    def report(self, out: Path, to_pdf: Callable[[str, Path], None] | None = None) -> None:
        """Write the report as HTML, as PDF by who can write a page of HTML so; blocks. Raises OSError."""
        from app.engine.export.writing import whole

        text = self.report_html()
        with whole(out) as place:
            if to_pdf is not None:
                to_pdf(text, place)
            else:
                place.write_text(text, encoding="utf-8")
        self._exported("report", out)

    def proof(self, alert_id: str, out: Path) -> "Made":
        """Write the packets, records and activities that prove an alert as a zip, which replay() runs again; blocks.

        Raises OSError with one clear sentence.
        """
        from app.proof import make_proof  # loads every reader

        self._refuse_bytes("a proof")
        made = make_proof(self.plain, self.path, alert_id, out)
        self._exported("proof", out)
        return made

    def analysis(self, seconds: Seconds, parameters: dict[str, object]) -> dict[str, object]:
        """What `analyze --json` prints."""
        said: dict[str, object] = self._hidden()(analysis(self.plain, msgspec.to_builtins(seconds), parameters))
        return said

    def alert_objects(self, alerts: Iterable[Alert]) -> Iterator[dict[str, object]]:
        """Each alert as `analyze --json` has it, in order of time."""
        wanted, veil = {one.id for one in alerts}, self._hidden()
        for told in alert_lines(self.plain, [one for one in self.plain.alerts() if one.id in wanted]):
            yield veil(told)

    def write_analysis(self, out: Path) -> None:
        """Write what `analyze --json` prints; blocks. Raises OSError."""
        from app.engine.export.writing import whole

        said = msgspec.json.encode(self.analysis(Seconds(), {}))
        with whole(out) as place:
            place.write_bytes(said + b"\n")
        self._exported("analysis", out)

    def write_activities(self, out: Path, filter: ActivityFilter | None = None) -> int:
        """Write the activities that match, all by default, as JSON lines in event time; returns their number. Raises OSError."""
        from app.engine.export.writing import whole

        count, veil = 0, self._hidden()
        with whole(out) as place, place.open("wb") as file:
            for line in activity_lines(self.plain, self._back(View(filter=filter)).filter, veil):
                file.write(line)
                file.write(b"\n")
                count += 1
        self._exported("activities", out)
        return count


def _veil_over(key: bytes, *cases: Queries) -> "Veil":
    from app.engine.privacy import Veil, names_of, sids_of

    names = {name: of for one in reversed(cases) for name, of in names_of(one).items()}
    return Veil(key, names, {sid for one in cases for sid in sids_of(one)})


def _span(queries: Queries) -> Span:
    first, last = queries.span() or (0, 0)
    return Span(first, last + 1)


def _key() -> tuple[bytes, bool]:
    """(key of pseudonyms, whether it is kept)."""
    from app.sensor.sources import secrets

    with suppress(secrets.Cannot):
        if secrets.unattended():
            try:
                return bytes.fromhex(secrets.secret(SECRET)), True
            except (secrets.Cannot, ValueError):
                fresh = random.token_bytes(32)
                secrets.keep(SECRET, fresh.hex())
                return fresh, True
    return random.token_bytes(32), False
