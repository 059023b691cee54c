"""Whoever follows a hub hears what the rounds beside it could not do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.engine.queries import Queries
from app.engine.schema import StoreError
from app.link.place import to_line
from app.listen import Listener
from app.model.source import HubSource
from tests.hub.running import RunningHub, until


def test_what_rounds_could_not_do_are_problems_of_the_source_until_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = RunningHub(tmp_path / "hub")
    (tmp_path / "line").write_text(to_line(hub.add("analyst", "ann")))
    hub.start()
    for where in ("app.engine.assigning.EVERY", "app.fetching.EVERY"):
        monkeypatch.setattr(where, 0.1)
    listener = Listener(tmp_path / "w.wardlight", lambda state: None)

    def said() -> list[str]:
        listener.step()
        return [one.what for one in listener.states()[0].problems]

    broken = True

    def failing(asked: Callable[..., object]) -> Callable[..., object]:
        def answer(*words: object) -> object:
            if broken:
                raise StoreError("The workspace cannot be read.")
            return asked(*words)

        return answer

    for name in ("sensors", "alerted_packets"):
        monkeypatch.setattr(Queries, name, failing(getattr(Queries, name)))

    def when(what: Callable[[list[str]], object]) -> list[str]:
        until(lambda: what(said()), 60)
        return said()

    try:
        listener.start("hub", HubSource(file=str(tmp_path / "line")))
        both = when(lambda problems: len(problems) > 1)
        broken = False
        none = when(lambda problems: not problems)
    finally:
        listener.close()
        hub.stop()

    assert both == [
        "the synchronizers of domains are not assigned: StoreError: The workspace cannot be read.",
        "packets of alerts are not fetched: StoreError: The workspace cannot be read.",
    ]
    assert none == []
