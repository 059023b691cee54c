"""Who of a shared machine may do what in a workspace; the permissions of its file are what really guards it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from app.engine.schema import StoreError
from app.engine.store import opening
from app.engine.store.changing import changing, user
from app.model.act import What
from app.model.workspace import EVERYBODY, ROLES, Role

LONGEST = 200
"""Characters of a user's name."""
NOBODY_LEFT = "At least one administrator must remain, else nobody could change the roles again."


def all_roles(db: sqlite3.Connection) -> dict[str, Role]:
    """User to role, as they are set; empty when everybody is an administrator."""
    known: dict[str, Role] = {one: one for one in ROLES}
    return {str(who): known.get(str(role), "viewer") for who, role in db.execute("SELECT user, role FROM roles ORDER BY user")}


def role_in(roles: Mapping[str, Role], who: str) -> Role:
    """The role of a user: of everybody else where he is not named, viewer where these are not named either."""
    if not roles:
        return "administrator"
    return roles.get(who) or roles.get(EVERYBODY) or "viewer"


def role_of(db: sqlite3.Connection, who: str | None = None) -> Role:
    """The role of a user, by default of the one who runs this program."""
    return role_in(all_roles(db), user() if who is None else who)


def set_role(path: Path, who: str, role: Role | None) -> None:
    """Give a user of this machine a role, None takes it away. Raises StoreError; then nothing was changed."""
    who = who.strip()[:LONGEST]
    if not who or (role is not None and role not in ROLES):
        raise StoreError("A role needs the name of a user and one of administrator, user, viewer.")
    with changing(path, "roles") as step:
        before = all_roles(step.db)
        after = {name: held for name, held in before.items() if name != who}
        if role is not None:
            after[who] = role
        if after and "administrator" not in after.values():
            raise StoreError(NOBODY_LEFT)
        if after and role_in(after, user()) != "administrator" and role_in(before, user()) == "administrator" and not before:
            raise StoreError(f"Name yourself ({user()}) an administrator first, else you could not change the roles again.")
        step.db.execute("DELETE FROM roles WHERE user = ?", (who,))
        if role is not None:
            step.db.execute("INSERT INTO roles VALUES(?,?)", (who, role))
        words = f"{who}: {role or 'no role of its own'}" if who != EVERYBODY else f"everybody else: {role or 'viewer'}"
        step.record("role", who, before.get(who), role, words)


def guard(path: Path) -> None:
    """Raises StoreError when this user is no administrator of the workspace; one that cannot be read is guarded by the system."""
    with suppress(sqlite3.Error), closing(opening.connect_to_read(path)) as db:
        mine = role_of(db)
        if mine != "administrator":
            raise StoreError(f"You ({user()}) are a {mine} of {path.name}; that is for administrators.")


def record(path: Path, what: What, words: str) -> None:
    """Put down in the history of a workspace what is done with the whole of it; one that cannot be written keeps none."""
    with suppress(StoreError), changing(path) as step:
        step.record(what, "", None, words, words)
