"""What an analyst does in an open workspace: says something of alerts, tags, excludes, undoes."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec

from app.engine.knowledge.names import is_address, is_domain_name
from app.engine.queries import Queries
from app.engine.store import (
    StoreError,
    close_issue,
    keep_picture,
    name_incident,
    put_exclusions,
    redo,
    remove_exclusions,
    remove_note,
    remove_query,
    reopen_issue,
    save_queries,
    set_retention,
    set_tags,
    set_tuning,
    suppress_issue,
    undo,
    update_alert,
    update_alerts,
    write_note,
)
from app.engine.store.changing import user
from app.engine.store.roles import set_role
from app.model.act import Act, What
from app.model.alert import Alert, Classification, State
from app.model.detection import WhatIf
from app.model.entity import EntityKind
from app.model.exclusion import Exclusion, exclusion
from app.model.incident import Incident
from app.model.note import Note
from app.model.saved import SavedQuery
from app.model.tags import KNOWN_BAD
from app.model.tuning import Tuning
from app.model.workspace import ROLES, Outlook, Retention, Role

USERS: frozenset[What] = frozenset({"state", "classification", "note", "title", "remark", "picture", "query"})
"""What users may change and undo; all else is for administrators."""


class Casework:
    """The part of a session that writes by hand. Every change is recorded and can be undone; methods raise StoreError.

    They do so too, with nothing changed, when the role of the user does not allow it or the workspace is open for reading only.
    """

    path: Path
    plain: Queries
    """Questions with names as they are, whatever the window shows."""
    queries: Queries
    why_read_only = ""
    """One sentence that says why nothing can be written; "" when it can."""

    # ---- roles

    def needs(self, role: Role) -> None:
        """Raises StoreError with one sentence unless the user has this role or more, and the workspace can be written."""
        if self.why_read_only:
            raise StoreError(self.why_read_only)
        mine = self.plain.role()
        if ROLES.index(mine) > ROLES.index(role):
            whom = "administrators" if role == "administrator" else "users and administrators"
            raise StoreError(f"You ({user()}) are a {mine} of {self.path.name}; that is for {whom}.")

    def may(self, role: Role) -> bool:
        """Whether needs() would let it pass."""
        try:
            self.needs(role)
        except StoreError:
            return False
        return True

    def roles(self) -> dict[str, Role]:
        """User of this machine to role, "*" for everybody else; empty: everybody is an administrator."""
        return self.plain.roles()

    def set_role(self, who: str, role: Role | None) -> None:
        """Give a user a role, None takes it away; at least one administrator remains."""
        self.needs("administrator")
        set_role(self.path, who, role)

    # ---- how long activities are kept

    def set_retention(self, limits: Retention) -> None:
        """Set how long activities are kept; they go when the workspace is written, or by retain_here()."""
        self.needs("administrator")
        set_retention(self.path, limits)

    def retention(self) -> Retention:
        """How long activities are kept."""
        return self.plain.retention()

    def outlook(self, limits: Retention | None = None) -> Outlook:
        """What these limits, or those of the workspace, would remove now; blocks."""
        return self.plain.outlook(limits)

    def reveal(self, text: str) -> str:
        """A text of the user with pseudonyms turned back."""
        return text

    # ---- alerts

    def change_alert(
        self, alert_id: str, *, state: State | None = None, classification: Classification | None = None, note: str | None = None
    ) -> bool:
        """Change what the analyst says of an alert; False when there is no such alert."""
        self.needs("user")
        note = note and self.reveal(note)
        return update_alert(self.path, alert_id, state=state, classification=classification, note=note)

    def change_alerts(
        self,
        ids: Iterable[str],
        *,
        state: State | None = None,
        classification: Classification | None = None,
        note: str | None = None,
    ) -> int:
        """The same for several alerts as one step of undo; returns how many of them there are."""
        self.needs("user")
        note = note and self.reveal(note)
        return update_alerts(self.path, ids, state=state, classification=classification, note=note)

    def name_incident(self, id: str, name: str) -> bool:
        """Call an incident so, "" for the name that follows from its alerts; False when there is none of that id."""
        self.needs("user")
        return name_incident(self.path, id, self.reveal(name))

    def incidents(self) -> tuple[Incident, ...]:
        """Alerts that tell one story, oldest first."""
        return self.queries.incidents()

    # ---- health

    def suppress_issue(self, id: str, days: int = 7) -> bool:
        """Say nothing of a health alert for so many days; False when there is none of that id."""
        self.needs("administrator")
        return suppress_issue(self.path, id, days)

    def close_issue(self, id: str) -> bool:
        """Close a health alert; it stays so until what is wrong has gone and comes again."""
        self.needs("administrator")
        return close_issue(self.path, id)

    def reopen_issue(self, id: str) -> bool:
        """Open a health alert again; what is mended closes by itself."""
        self.needs("administrator")
        return reopen_issue(self.path, id)

    # ---- entities and detectors

    def key_of(self, text: str, tag: str = "") -> str:
        """Key of the entity that a text names: an account in any spelling, NAME$, an address, or a key. Raises StoreError.

        tag: that it is to carry, for some are of DNS domains.
        """
        plain = self.reveal(text.strip())
        if plain.partition(":")[0] in get_args(EntityKind) and plain.partition(":")[2]:
            return plain.lower()
        if is_address(plain):
            return f"address:{plain.lower()}"
        if tag == KNOWN_BAD:
            name = plain.lower().strip(".").removeprefix("*.")
            if not is_domain_name(name):
                raise StoreError(f"{plain!r} is the name of no domain.")
            return f"domain:{name}"
        found = self.plain.knowledge().account(plain)
        if found is None:
            raise StoreError(f"{plain!r} names no account.")
        return found.key

    def tag(self, key: str, tag: str, on: bool | None) -> None:
        """Say that an entity (its key) carries a tag, does not, or (None) that the program decides.

        Alerts follow at the next detection.
        """
        self.needs("administrator")
        set_tags(self.path, (key,), tag, on)

    def tag_all(self, keys: Iterable[str], tag: str, on: bool | None) -> None:
        """The same of several entities, as one step of undo."""
        self.needs("administrator")
        set_tags(self.path, keys, tag, on)

    def write_note(self, key: str, text: str, id: int | None = None) -> int:
        """Write a note of an entity (its key), or (id) other words in the place of one; returns its number."""
        self.needs("user")
        return write_note(self.path, key, self.reveal(text), id)

    def remove_note(self, id: int) -> bool:
        """Remove a note; False when there is none of that number."""
        self.needs("user")
        return remove_note(self.path, id)

    def notes(self, key: str | None = None, text: str = "") -> tuple[Note, ...]:
        """Notes, the newest first: of an entity or of all, those that hold every word of the text."""
        return self.queries.notes(key, text)

    def keep_picture(self, name: str, body: str | None) -> None:
        """Keep a picture of the graph in the case under a name; None removes it."""
        self.needs("user")
        keep_picture(self.path, name, body)

    def saved_queries(self) -> tuple[SavedQuery, ...]:
        """Queries that are kept with the workspace."""
        return self.queries.saved()

    def save_queries(self, *some: SavedQuery) -> None:
        """Keep queries with the workspace, by their names."""
        self.needs("user")
        if some:
            save_queries(self.path, *(self._revealed(one) for one in some))

    def _revealed(self, one: SavedQuery) -> SavedQuery:
        turned = {name: self.reveal(getattr(one, name)) for name in ("name", "text", "folder")}
        return msgspec.structs.replace(one, **turned)

    def remove_query(self, name: str) -> None:
        """Forget a query of the workspace."""
        self.needs("user")
        remove_query(self.path, self.reveal(name))

    def set_tuning(self, tuning: Tuning) -> None:
        """Set how sensitive the detectors of this workspace are; alerts follow at the next detection."""
        self.needs("administrator")
        set_tuning(self.path, tuning)

    def tuning(self) -> Tuning:
        """What is set for the detectors of this workspace."""
        return self.queries.tuning()

    def tuned(self, **changes: Any) -> Tuning:
        """The settings with changes, see app.engine.tuned.changed; nothing is kept. Raises OSError with one clear sentence."""
        from app.engine import tuned
        from app.engine.detectors import DETECTORS  # all of them, which take their time to load

        try:
            return tuned.changed(self.tuning(), DETECTORS, **changes)
        except tuned.Unknown as error:
            raise OSError(str(error)) from error

    def what_if(self, changed: Tuning, cancelled: Callable[[], bool] = lambda: False) -> WhatIf:
        """What other settings would say; blocks, works beside whoever writes, and keeps nothing. OSError: it was cancelled."""
        return self.queries.what_if(changed, cancelled)

    # ---- exclusions

    def exclusions(self) -> tuple[Exclusion, ...]:
        """Those that were added, then those that the program brings."""
        return self.queries.exclusions()

    def exclude(self, detector: str, kind: str, value: str, reason: str = "", expires: int | None = None) -> Exclusion:
        """Pass over a party in the findings of a detector ("*": of all) from the next detection on.

        expires: UTC microseconds. Raises ExclusionError for what cannot be one.
        """
        self.needs("administrator")
        one = exclusion(
            detector,
            kind,
            self.reveal(value),
            reason=self.reveal(reason),
            expires=expires,
            added=time.time_ns() // 1000,
            by=user(),
        )
        put_exclusions(self.path, (one,))
        return one

    def switch_exclusion(self, id: str, on: bool) -> None:
        """Let an exclusion count, or not; also one that the program brings."""
        self.needs("administrator")
        one = next((one for one in self.plain.exclusions() if one.id == id), None)
        if one is None:
            raise StoreError(f"There is no exclusion {id}.")
        put_exclusions(self.path, (msgspec.structs.replace(one, on=on),))

    def remove_exclusions(self, ids: Iterable[str]) -> int:
        """Remove exclusions; of one that the program brings only what was said of it goes. Returns how many there were."""
        self.needs("administrator")
        return remove_exclusions(self.path, ids)

    def import_exclusions(
        self, text: str, detector: str = "*", kind: str = "", reason: str = "", expires: int | None = None
    ) -> tuple[int, list[str]]:
        """Add all of a list: what export_exclusions wrote, or values one on a line, to which the rest here belongs.

        Returns how many are new or other than before, and a sentence with its number for each line that cannot be used.
        """
        from app.engine.exclusion_lists import read_list

        self.needs("administrator")

        found, refused = read_list(self.reveal(text), detector, kind, reason, time.time_ns() // 1000, user(), expires)
        known = {one.id: _said(one) for one in self.plain.exclusions()}
        news = [one for one in found if known.get(one.id) != _said(one)]
        return (put_exclusions(self.path, news) if news else 0), refused

    def export_exclusions(self, form: str = "csv") -> str:
        """All exclusions as CSV or JSON; the same ones give the same text."""
        from app.engine.exclusion_lists import write_list

        return write_list(self.exclusions(), form)

    def covering(self, alert: Alert) -> tuple[Exclusion, ...]:
        """Exclusions that are switched off and would cover an alert."""
        return self.queries.covering(alert)

    # ---- history

    def history(self, subject: str | None = None) -> tuple[Act, ...]:
        """What was done, the newest first: of an alert, an entity, an exclusion by its id or key; None for everything."""
        return self.queries.history(subject)

    def undo(self, act: int | None = None) -> Sequence[Act]:
        """Undo one step: that of an act, or the last one; returns what was undone."""
        return undo(self.path, act, self._may_undo)

    def redo(self, act: int | None = None) -> Sequence[Act]:
        """Do again what was undone."""
        return redo(self.path, act, self._may_undo)

    def _may_undo(self, what: What) -> None:
        self.needs("user" if what in USERS else "administrator")


def _said(one: Exclusion) -> tuple[object, ...]:
    """What an analyst decides of an exclusion."""
    return one.detector, one.kind, one.value, one.reason, one.expires, one.on
