"""Workspaces renamed, deleted to a bin, restored: with all that belongs to them, and nothing else."""

import os
import time
from pathlib import Path

import pytest

from app.engine.store import StoreError
from app.model.notice import Notifying, Scheduled
from app.session import Session
from app.settings import Settings
from app.workspaces import binned, delete, finish, forgotten, known_workspaces, leaving, moved, moving, rename, restore, unfed
from app.workspaces.bin import BIN
from app.workspaces.moving import JOURNAL
from tests.workspaces.cases import activities, beside, made_case


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return made_case(tmp_path / "case.wardlight")


def test_all_that_belongs_to_a_workspace_is_renamed_with_it(case: Path) -> None:
    before, number = beside(case), activities(case)
    assert {one.partition("/")[0].split("-")[0] for one in before} == {".directory", ".packets", ".version", ".windows"}
    target = rename(case, case.with_name("other"))

    assert target == case.with_name("other.wardlight")
    assert beside(target) == before and activities(target) == number
    assert sorted(one.name for one in case.parent.iterdir() if one.name.startswith("case")) == ["case.wardlight.backup"]


def test_a_deleted_workspace_comes_back_whole(case: Path) -> None:
    before, number = beside(case), activities(case)
    entry = delete(case, ())
    assert not case.exists() and not beside(case)
    assert case.with_name("case.wardlight.backup").exists()
    assert entry.name == "case.wardlight" and entry.bytes > 100_000
    assert binned((case.parent,)) == (entry,)

    assert restore(entry) == case
    assert beside(case) == before and activities(case) == number
    assert not (case.parent / BIN).exists()


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("behind", [False, True])
def test_broken_off_while_it_is_deleted_it_is_where_it_was(
    case: Path, monkeypatch: pytest.MonkeyPatch, at: int, behind: bool
) -> None:
    before, number, calls, real = beside(case), activities(case), [], os.rename

    def broken(one: Path, there: Path) -> None:
        calls.append(one)
        if len(calls) - 1 != at or behind:
            real(one, there)
        if len(calls) - 1 == at:
            raise KeyboardInterrupt

    monkeypatch.setattr(moving.os, "rename", broken)
    with pytest.raises(KeyboardInterrupt):
        delete(case, ())
    assert beside(case) == before and activities(case) == number
    assert binned((case.parent,)) == () and not list((case.parent / BIN).iterdir())


def test_broken_off_when_all_of_it_lies_in_the_bin_it_stays_there(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, number = beside(case), activities(case)

    def broken(path: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(moving.Path, "unlink", broken)
        with pytest.raises(KeyboardInterrupt):
            delete(case, ())
    (entry,) = binned((case.parent,))
    assert restore(entry) == case
    assert beside(case) == before and activities(case) == number


def test_the_bin_keeps_three_and_says_what_goes(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for number in range(3):
        place = (tmp_path, other, tmp_path)[number] / f"case{number}.wardlight"
        Session.open(place).close()
        assert not leaving((tmp_path, other))
        delete(place, (tmp_path, other))
        time.sleep(0.002)
    Session.open(tmp_path / "last.wardlight").close()
    (going,) = leaving((tmp_path, other))
    assert going.name == "case0.wardlight"
    delete(tmp_path / "last.wardlight", (tmp_path, other))

    assert [one.name for one in binned((tmp_path, other))] == ["last.wardlight", "case2.wardlight", "case1.wardlight"]
    assert not Path(going.place).exists()


def test_a_name_that_is_taken_is_not_overwritten(case: Path) -> None:
    entry = delete(case, ())
    Session.open(case).close()
    with pytest.raises(OSError, match="restore it under another name"):
        restore(entry)
    assert restore(entry, "again").name == "again.wardlight"
    with pytest.raises(OSError, match="already"):
        rename(case, case.with_name("again.wardlight"))


@pytest.mark.parametrize("name", ["", "..", "a/b", "..\\b", "c:d", "a\nb", ".wardlight", "x" * 300])
def test_what_can_be_no_name_is_refused(case: Path, name: str) -> None:
    entry = delete(case, ())
    if name:
        with pytest.raises(OSError, match="name"):
            restore(entry, name)
    assert binned((case.parent,)) == (entry,)


def test_a_workspace_in_use_is_not_moved(case: Path) -> None:
    session = Session.open(case)
    for act in (lambda: rename(case, case.with_name("b")), lambda: delete(case, ())):
        with pytest.raises(StoreError, match="in use by another program"):
            act()
    session.close()
    assert not case.with_name("case.wardlight.open").exists()
    rename(case, case.with_name("b"))


def test_links_are_neither_followed_nor_moved_out_of(case: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    link = tmp_path / "link.wardlight"
    link.symlink_to(case)
    with pytest.raises(OSError, match="is a link"):
        delete(link, ())
    packets = case.with_name("case.wardlight.packets")
    for one in packets.iterdir():
        one.unlink()
    packets.rmdir()
    packets.symlink_to(precious)
    entry = delete(case, ())
    from app.workspaces import purge

    purge(entry)
    assert (precious / "file").read_text() == "mine"


def test_a_bin_that_lies_leads_nowhere(case: Path, tmp_path: Path) -> None:
    entry = delete(case, ())
    about = Path(entry.place) / "deleted.json"
    about.write_text('{"name": "../../escape.wardlight", "at": 1}')
    assert binned((tmp_path,)) == ()
    with pytest.raises(OSError, match="no deleted workspace"):
        restore(entry)
    (tmp_path / "away").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / BIN).symlink_to(tmp_path / "away")
    assert binned((tmp_path / "elsewhere",)) == ()


def test_a_move_that_was_broken_off_is_finished(case: Path) -> None:
    """Killed when the file had its new name, and what belongs to it had not."""
    before = beside(case)
    target = case.with_name("new.wardlight")
    target.with_name(target.name + JOURNAL).write_text(f'"{case}"')
    case.rename(target)
    Session.open(target).close()
    assert beside(target) == before
    assert not target.with_name(target.name + JOURNAL).exists()


def test_a_note_of_a_move_cannot_take_from_a_workspace_that_is_there(case: Path) -> None:
    other = case.with_name("b.wardlight")
    Session.open(other).close()
    before = beside(case)
    other.with_name(other.name + JOURNAL).write_text(f'"{case}"')
    finish(other)
    assert beside(case) == before and not beside(other)


def test_a_move_that_fails_leaves_all_as_it_was(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls, real = beside(case), [], os.rename

    def broken(one: object, other: object) -> None:
        calls.append(one)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        real(one, other)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "rename", broken)
    with pytest.raises(OSError, match="No space left"):
        rename(case, case.with_name("b"))
    assert case.exists() and beside(case) == before
    assert not list(case.parent.glob("b.*"))


def test_what_a_user_knows_is_listed_with_what_it_holds(case: Path, tmp_path: Path) -> None:
    empty = tmp_path / "cases" / "empty.wardlight"
    empty.parent.mkdir()
    Session.open(empty).close()
    (empty.parent / "strange.wardlight").write_text("no database")
    gone = str(tmp_path / "gone.wardlight")
    settings = Settings(recent=(str(case), gone), workspaces=str(empty.parent), opened={str(case): 1_900_000_000_000_000})
    rows = {Path(one.path).name: one for one in known_workspaces(settings)}

    row = rows["case.wardlight"]
    assert (row.state, row.activities, row.inputs, row.sensors) == ("ready", 359, 2, 1)
    assert row.first is not None and row.last is not None and row.first < row.last
    assert row.bytes > row.packets > 3_000 and row.opened == 1_900_000_000_000_000
    assert rows["empty.wardlight"].activities == 0 and rows["strange.wardlight"].state == "damaged"
    assert rows["gone.wardlight"].state == "missing"
    with_one = Session.open(case)
    assert {one.state for one in known_workspaces(settings) if one.path == str(case)} == {"in use"}
    with_one.close()


def test_a_workspace_without_any_sensor_for_sixty_days_is_pointed_out(case: Path, tmp_path: Path) -> None:
    (row,) = known_workspaces(Settings(recent=(str(case),), workspaces=str(tmp_path / "none")))
    assert row.fed is not None
    day = 86_400_000_000
    assert unfed(row, row.fed + 59 * day) is None
    assert unfed(row, row.fed + 61 * day) == 61


def test_settings_follow_a_workspace() -> None:
    settings = Settings(recent=("/a", "/b"), opened={"/a": 1, "/b": 2}, sources={"/a": ()})
    after = moved(settings, Path("/a"), Path("/c"))
    assert (after.recent, after.opened, set(after.sources)) == (("/c", "/b"), {"/c": 1, "/b": 2}, {"/c"})
    left = forgotten(after, Path("/c"), Path("/folder"))
    assert (left.recent, left.opened, left.bins) == (("/b",), {"/b": 2}, ("/folder",))


def test_whom_a_workspace_tells_follows_it_under_either_name(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    before, after = tmp_path / "link" / "a.wardlight", tmp_path / "link" / "b.wardlight"
    told = Notifying(reports=(Scheduled(report="summary"),))
    for key in (before, before.resolve()):
        known = moved(Settings(notifications={str(key): told, "/other": Notifying()}), before, after)
        new = after if key == before else after.resolve()
        assert known.notifications == {str(new): told, "/other": Notifying()}
