"""Rows of the store as activities."""

import sqlite3
from typing import Any

from app.engine.store.actors import account_of, load
from app.link.codec import decode_body
from app.model.activity import Account, Activity, Endpoint, Result

COLUMNS = "a.at, a.took, a.result, a.source, a.sport, a.destination, a.dport, a.actor, a.code, a.input, a.ordinal, a.body"
"""What Rows.activity wants of "activities AS a", in this order."""
RESULTS: tuple[Result, ...] = ("success", "failure", "unanswered")
CACHE = 100_000
"""Interned values kept at hand; then all are forgotten, so that a flood of names costs time, not memory."""


class Rows:
    """Turns rows into activities over one connection; keeps the interned values that it met."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._addresses: dict[int, str] = {}
        self._accounts: dict[int, Account | None] = {}
        self._inputs: dict[int, str] = {}

    def forget(self) -> None:
        """Drop what is kept; ids may mean something else after rows were removed."""
        self._addresses, self._accounts, self._inputs = {}, {}, {}

    def address(self, number: int) -> str:
        """Text of an interned address."""
        text = self._addresses.get(number)
        if text is None:
            if len(self._addresses) >= CACHE:
                self._addresses = {}
            text = self._addresses[number] = self._one("SELECT text FROM addresses WHERE id=?", number) or ""
        return text

    def account(self, number: int) -> Account | None:
        """Account of an interned actor."""
        if number not in self._accounts:
            if len(self._accounts) >= CACHE:
                self._accounts = {}
            raw = self._one("SELECT raw FROM actors WHERE id=?", number)
            self._accounts[number] = account_of(load(raw)) if raw else None
        return self._accounts[number]

    def input(self, number: int) -> str:
        """Key of an input."""
        key = self._inputs.get(number)
        if key is None:
            key = self._inputs[number] = self._one("SELECT key FROM inputs WHERE id=?", number) or ""
        return key

    def activity(self, row: tuple[Any, ...]) -> Activity:
        """The activity of a row of COLUMNS."""
        at, took, result, source, sport, destination, dport, actor, code, input, ordinal, body = row
        rest = decode_body(body)
        return Activity(
            at=at,
            until=at + took,
            input=self.input(input),
            frames=rest.frames,
            record=rest.record,
            ordinal=ordinal,
            source=None if source is None else Endpoint(self.address(source), sport),
            destination=None if destination is None else Endpoint(self.address(destination), dport),
            account=None if actor is None else self.account(actor),
            ticket=rest.ticket,
            result=RESULTS[result],
            code=code,
            detail=rest.detail,
        )

    def _one(self, sql: str, number: int) -> Any:
        found = self._connection.execute(sql, (number,)).fetchone()
        return found[0] if found else None
