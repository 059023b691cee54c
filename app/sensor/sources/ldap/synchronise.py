"""One synchronisation: read what changed, say what differs from what was known, remember it."""

import time
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from app.model.activity import Activity
from app.model.directory import DirectoryChange, DirectoryObject
from app.sensor.decoders.directory import values
from app.sensor.decoders.directory.changes import Difference, Known, differences, gone, known, made
from app.sensor.decoders.directory.object import objects_of
from app.sensor.sources.ldap.search import Entry, Server, objects, password_end, present, sees_deleted, server_of
from app.sensor.sources.ldap.state import VERSION, Held, Mark, State
from app.sensor.sources.living import Outlet

SECOND = 1_000_000
NEW = 3600 * SECOND
"""An object not known before was created now when it says so within this many microseconds; else it became readable."""
SWEEP = 20
"""Looking for objects that are gone takes at most one part in so many of the time."""


class Synchroniser:
    """Knows what the directory held; run() brings that up to date and hands on objects and changes.

    Objects are as of the moment they were read. A change is dated by the object's whenChanged where that lies between the
    last synchronisation and now, and until is when it was noticed.
    since: UTC microseconds up to which another sensor synchronised; it knew what this one does not, so of what happened later
    only what an object tells of itself is told: that it was created, that it was deleted. What else changed is counted.
    """

    def __init__(
        self, state: State, key: str, outlet: Outlet, stopped: Callable[[], bool], since: int | None = None, user: str = ""
    ) -> None:
        self._user = user
        # whenCreated and whenChanged are whole seconds, so what came within the second of since is told as well.
        self._since = since // SECOND * SECOND if since is not None else None
        self._state, self._key, self._outlet, self._stopped = state, key, outlet, stopped
        self._records = state.mark.records if state.mark else 0
        if since is not None and state.mark is not None and state.mark.at < since:
            outlet.note("another sensor synchronised meanwhile and told what changed; everything is read again", "")
            state.forget()
        self._swept, self._sweep_cost = time.monotonic(), 0.0
        self._began = 0
        self._begun = ""
        """Server of the latest synchronisation, also of one that did not end: what it gave need not be handed on again."""

    def run(self, connection: Any) -> bool:
        """Synchronise once. False when it was stopped on the way. Raises Unavailable, OSError."""
        began = self._began = time.time_ns() // 1000
        server = server_of(connection)
        if self._user:
            self._outlet.expires(password_end(connection, server, self._user))
        mark = self._state.mark
        same = mark is not None and mark.server == server.id and mark.usn <= server.usn
        if mark is not None and not same:
            self._outlet.note("another server answers, or its database was restored; everything is read again", server.id)
        again = same or self._begun == server.id
        self._begun = server.id
        seen: set[bytes] = set()
        waiting: list[tuple[Held, DirectoryObject, int]] = []
        renamed: dict[str, str] = {}
        if not same or mark is None or mark.usn < server.usn:
            for page in objects(connection, server, mark.usn if same and mark else 0):
                if self._stopped():
                    return False
                self._page(page, mark, again, seen, waiting, renamed)
        self._members(waiting, renamed, mark)
        if not same:
            self._vanished(seen, mark)
        elif mark is not None and self._due(connection, server):
            now = time.monotonic()
            self._vanished(set(present(connection, server)), mark)
            self._swept, self._sweep_cost = time.monotonic(), time.monotonic() - now
        if not same or mark is None or mark.usn < server.usn or self._records != mark.records:
            self._state.commit(Mark(VERSION, server.id, server.usn, began, self._records))
        self._outlet.received(0, 0, began)  # how far it is, also when nothing changed
        return True

    def _due(self, connection: Any, server: Server) -> bool:
        """Deleted objects that this user cannot read are missed by looking for changes only."""
        if time.monotonic() - self._swept < SWEEP * self._sweep_cost:
            return False
        return not sees_deleted(connection, server)

    def _page(
        self,
        page: list[Entry],
        mark: Mark | None,
        again: bool,
        seen: set[bytes],
        waiting: list[tuple[Held, DirectoryObject, int]],
        renamed: dict[str, str],
    ) -> None:
        at, batch, size = time.time_ns() // 1000, [], 0
        for dn, entry in page:
            guid = entry.get("objectguid", [b""])[0]
            parts = list(objects_of(dn, entry))
            if len(guid) != 16 or not parts:
                self._outlet.note("entries without a GUID or of an unknown class", dn)
                continue
            seen.add(guid)
            one = parts[0]
            members = tuple([name for part in parts for name in part.members])
            held = Held(guid, one.usn or 0, known(one, members))
            old = self._state.get(guid)
            size += sum([len(value) for held_values in entry.values() for value in held_values])
            if old is not None and again and old.usn == held.usn and old.known == held.known:
                continue  # handed on already
            self._records += 1
            for ordinal, part in enumerate(parts):
                batch.append(self._activity(at, at, self._records, ordinal, part))
            if old is not None and old.known.dn != held.known.dn:
                renamed[old.known.dn.lower()] = held.known.dn
            if old is not None and old.known.watched.get("member", ()) != members and not held.known.deleted:
                waiting.append((held, one, self._records))  # told in the end, see _members
                continue
            batch += self._told(one, old, held.known, mark, self._records)
            self._state.put(held)
        self._hand_on(batch, len(page), size)

    def _told(self, one: DirectoryObject, old: Held | None, new: Known, mark: Mark | None, record: int) -> list[Activity]:
        """What differs from what was known; nothing at the first synchronisation, which knows nothing."""
        if mark is None:
            return self._missed(one, old, new, record)
        if old is not None:
            found = list(differences(old.known, new))
        elif new.deleted or (one.created or 0) >= mark.at - NEW:
            found = [made(new)]
        else:
            return []
        return [self._change(change, one, mark.at, record, number) for number, change in enumerate(found)]

    def _missed(self, one: DirectoryObject, old: Held | None, new: Known, record: int) -> list[Activity]:
        """At the first synchronisation of this sensor: what happened since another one ended."""
        if self._since is None or old is not None or (one.changed or 0) < self._since:
            return []
        if not new.deleted and (one.created or 0) < self._since:
            self._outlet.note("changed while no sensor synchronised; what it was before is not known", one.dn)
            return []
        return [self._change(made(new), one, self._since, record, 0)]

    def _members(self, waiting: list[tuple[Held, DirectoryObject, int]], renamed: dict[str, str], mark: Mark | None) -> None:
        """Groups whose lists differ, when all renamed members are known: a member under a new name did not join."""
        batch: list[Activity] = []
        for held, one, record in waiting:
            old = self._state.get(held.guid)
            if old is not None:
                old = Held(old.guid, old.usn, _renamed(old.known, renamed))
            batch += self._told(one, old, held.known, mark, record)
            self._state.put(held)
        if renamed:
            for other in list(self._state.all()):
                if other.known.watched.get("member") and (new := _renamed(other.known, renamed)) is not other.known:
                    self._state.put(Held(other.guid, other.usn, new))
        self._hand_on(batch, 0, 0)

    def _vanished(self, seen: set[bytes], mark: Mark | None) -> None:
        """What was known and is not there any more was deleted where this user cannot see it."""
        if mark is None:
            return
        at, batch = time.time_ns() // 1000, []
        for held in self._state.all():
            old = held.known
            if held.guid in seen or old.deleted or old.object_class.startswith(("pKI", "certification")):
                continue
            self._records += 1
            shown = DirectoryObject(
                dn=old.dn, object_class=old.object_class, domain=old.domain, sid=old.sid, sam=old.sam, deleted=True,
                guid=values.guid(held.guid),
            )  # fmt: skip
            batch.append(self._activity(at, at, self._records, 0, shown))
            batch.append(self._change(gone(old), shown, mark.at, self._records, 0))
            self._state.put(Held(held.guid, held.usn, replace(old, deleted=True)))
        self._hand_on(batch, 0, 0)

    def _activity(self, at: int, until: int, record: int, ordinal: int, detail: DirectoryObject | DirectoryChange) -> Activity:
        return Activity(at=at, until=until, input=self._key, record=record, ordinal=ordinal, detail=detail)

    def _change(self, one: Difference, whose: DirectoryObject, since: int, record: int, number: int) -> Activity:
        now = time.time_ns() // 1000
        when = whose.changed if whose.changed is not None and since - SECOND <= whose.changed <= now else now
        return self._activity(
            when,
            now,
            record,
            number,
            DirectoryChange(
                dn=whose.dn,
                object_class=whose.object_class,
                guid=whose.guid,
                sid=whose.sid,
                sam=whose.sam,
                domain=whose.domain,
                what=one.what,
                attribute=one.attribute,
                old=one.old[:1000],
                new=one.new[:1000],
                usn=whose.usn,
            ),
        )

    def _hand_on(self, batch: list[Activity], records: int, size: int) -> None:
        if records:
            self._outlet.received(records, size, self._began)
        if batch:
            batch.sort(key=lambda one: (one.at, one.record or 0, one.ordinal))
            self._outlet.put(batch)


def _renamed(old: Known, names: dict[str, str]) -> Known:
    members = old.watched.get("member", ())
    if not names or not any(one.lower() in names for one in members):
        return old
    return replace(old, watched={**old.watched, "member": tuple(names.get(one.lower(), one) for one in members)})
