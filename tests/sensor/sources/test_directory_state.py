"""What the directory source keeps over a restart."""

from pathlib import Path

from hypothesis import given
from hypothesis import settings as rules
from hypothesis import strategies as st

from app.sensor.decoders.directory.changes import Known
from app.sensor.sources.ldap.state import SPARE, VERSION, Held, Mark, State


def held(number: int, usn: int = 1, **watched: str) -> Held:
    values = {name: (value,) for name, value in watched.items()}
    return Held(number.to_bytes(16, "big"), usn, Known(f"CN={number}", "user", None, None, "a.test", False, values))


def mark(usn: int = 5) -> Mark:
    return Mark(VERSION, "server", usn, 1, 2)


def test_objects_come_back_after_a_commit(tmp_path: Path) -> None:
    state = State(tmp_path / "folder" / "state")
    state.put(held(1, mail="a"))
    state.put(held(1, mail="b"))
    state.put(held(2))
    state.commit(mark())
    state.close()

    again = State(tmp_path / "folder" / "state")
    assert again.mark == mark()
    assert sorted(again.all(), key=lambda one: one.guid) == [held(1, mail="b"), held(2)]
    assert (again.get(held(1).guid), again.get(held(3).guid)) == (held(1, mail="b"), None)
    assert not again.damaged


def test_what_was_not_committed_is_forgotten_and_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = State(path)
    state.put(held(1, mail="a"))
    state.commit(mark())
    state.put(held(1, mail="b"))
    state.put(held(2))
    state.close()

    again = State(path)
    assert list(again.all()) == [held(1, mail="a")]
    again.put(held(3))
    again.commit(mark(6))
    again.close()
    last = State(path)
    assert {one.guid for one in last.all()} == {held(1).guid, held(3).guid}
    assert last.mark == mark(6)


def test_the_file_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "state"
    state = State(path)
    for usn in range(3 * SPARE * 1000):
        state.put(held(1, usn))
        if usn % 500 == 0:
            state.commit(mark(usn))
    state.commit(mark(1_000_000))
    state.close()

    assert path.stat().st_size < 2 * SPARE * 1000 * 60
    assert [one.usn for one in State(path).all()] == [3 * SPARE * 1000 - 1]


def test_it_is_for_its_owner_only(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.put(held(1))
    state.commit(mark())
    state.close()

    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_without_a_file_it_is_known_while_it_runs() -> None:
    state = State(None)
    state.put(held(1))
    state.commit(mark())
    assert len(state) == 1
    assert state.mark == mark()


@rules(max_examples=60)
@given(st.integers(0, 400), st.integers(0, 255), st.binary(max_size=20))
def test_a_damaged_file_never_raises_and_keeps_what_lies_before(
    tmp_path_factory: object, place: int, value: int, more: bytes
) -> None:
    path = tmp_path_factory.mktemp("state") / "state"  # type: ignore[attr-defined]
    state = State(path)
    for number in range(4):
        state.put(held(number, mail="x"))
        state.commit(mark(number))
    state.close()
    data = bytearray(path.read_bytes())
    data[place % len(data)] = value
    path.write_bytes(bytes(data) + more)

    again = State(path)
    list(again.all())
    again.put(held(9))
    again.commit(mark(99))
    again.close()
    last = State(path)
    assert last.mark is not None
    assert last.mark.usn == 99
