"""What outlives the window: its place, the size of its words, a case saved under a name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app import settings
from app.paths import sample_case
from app.session import Session, StoreError
from app.ui import theme
from app.ui.main_window import MainWindow

Make = Callable[..., MainWindow]
Settle = Callable[[MainWindow], None]


def test_place_and_size_of_words_are_kept(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    first = make_window(None, 860, 620)
    first.do_by_id("zoom.in")
    settle(first)
    first.close()

    kept = settings.load(tmp_path / "settings")
    assert kept.zoom == 1.15 and kept.geometry
    theme.apply(kept.theme, kept.zoom)
    second = make_window(None)
    second.restore((1000, 700))
    assert second.zoom == 1.15 and (second.width(), second.height()) == (860, 620)
    theme.apply("dark")


def test_a_broken_place_gives_the_usual_one(make_window: Make, tmp_path: Path) -> None:
    settings.save(settings.Settings(geometry="nonsense é \x00"), tmp_path / "settings")
    window = make_window(None)

    window.restore((1000, 700))

    assert (window.width(), window.height()) == (1000, 700)


def test_an_impossible_size_of_words_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"zoom": 1e9}')

    assert settings.load(tmp_path) == settings.Settings()


def test_a_temporary_case_is_saved_and_the_window_goes_on_with_it(make_window: Make, settle: Settle, tmp_path: Path) -> None:
    session = Session.open(None)
    session.read_here([sample_case()], lambda _: None)
    window = make_window(session)
    alerts = len(window.desk.alerts)
    window.desk.go("activities", filter="kind:kerberos")
    settle(window)
    rows = window.page().model.rowCount()

    window.commands.write_case(tmp_path / "kept.wardlight")
    settle(window)
    settle(window)

    assert window.desk.session is not None and not window.desk.session.is_temporary
    assert window.desk.session.name == "kept.wardlight" and len(window.desk.alerts) == alerts > 0
    assert window.page().name == "activities" and window.page().model.rowCount() == rows > 0
    assert window.desk.settings.recent == (str(tmp_path / "kept.wardlight"),)
    assert not session.path.exists()


def test_saving_replaces_a_file_and_refuses_itself_and_one_in_use(
    case: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from app.engine.store.lease import Lease

    own = tmp_path_factory.mktemp("own") / "own.wardlight"  # what was saved is written down in it
    own.write_bytes(case.read_bytes())
    session = Session.open(own)
    target = tmp_path / "old.wardlight"
    target.write_bytes(b"something else")
    target.with_name("old.wardlight-wal").write_bytes(b"a journal of the file before")
    try:
        session.save_as(target)
        with pytest.raises(StoreError, match="is open"):
            session.save_as(own)
        held = Lease(target)
        with pytest.raises(StoreError, match="in use"):
            session.save_as(target)
        held.release()
        with pytest.raises(StoreError):
            session.save_as(tmp_path / "no such folder" / "x.wardlight")
        expected = session.queries.count()
    finally:
        session.close()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["old.wardlight"]
    copy = Session.open(target)
    try:
        assert copy.queries.count() == expected > 0 and len(copy.queries.alerts()) > 0
    finally:
        copy.close()
