"""The outbox: numbered, bounded, whole after any end; a damaged file is set aside, a full disk is a state."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.sensor.service.outbox import Full, New, OpenInput, Outbox
from tests.sensor.service.running import ROOT

LIMIT = 1 << 20


def bodies(outbox: Outbox) -> list[bytes]:
    return [one.body for one in outbox.waiting(0, 1_000)]


def test_messages_wait_in_order_until_they_are_forgotten(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o", LIMIT)
    outbox.put([New(b"one"), New(b"two", alone=True)])
    outbox.put([New(b"three")])
    first, second, third = outbox.waiting(0, 10)

    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert {one.run for one in (first, second, third)} == {outbox.run} and second.alone and not first.alone
    assert outbox.messages == 3 and outbox.oldest is not None and outbox.bytes > 11
    assert outbox.forget([first, second])
    assert bodies(outbox) == [b"three"] and outbox.messages == 1
    assert outbox.forget([third])
    assert outbox.messages == 0 and outbox.bytes == 0 and outbox.oldest is None
    assert outbox.waiting(0, 10) == []


def test_every_opening_has_a_name_of_its_own_and_counts_from_one(tmp_path: Path) -> None:
    """So that a machine that was set back to an old state never gives two messages one number."""
    first = Outbox(tmp_path / "o", LIMIT)
    first.put([New(b"before")])
    first.close()
    second = Outbox(tmp_path / "o", LIMIT)
    second.put([New(b"after")])
    old, new = second.waiting(0, 10)

    assert (old.body, old.run, old.number) == (b"before", first.run, 1)
    assert (new.body, new.run, new.number) == (b"after", second.run, 1)
    assert first.run != second.run and second.messages == 2


def test_beyond_the_limit_only_what_must_is_kept(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o", 10_000)
    outbox.put([New(b"x" * 9_000)])
    with pytest.raises(Full, match="wait for the hub"):
        outbox.put([New(b"y" * 2_000)])
    outbox.put([New(b"the end")], must=True)
    outbox.put([New(b"z")])

    assert [one.number for one in outbox.waiting(0, 10)] == [1, 2, 3]  # what was refused left no gap
    assert outbox.has_room() and not outbox.has_room(2_000)


def test_a_kill_loses_nothing_that_was_put(tmp_path: Path) -> None:
    """The child says each message after it was put, and is killed while it goes on."""
    code = (
        "import sys; from pathlib import Path; from app.sensor.service.outbox import New, Outbox\n"
        "o = Outbox(Path(sys.argv[1]), 1 << 26); n = 0\n"
        "while True:\n"
        " o.put([New(b'%d' % (n + k)) for k in range(5)]); n += 5; print(n, flush=True)\n"
    )
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    for _ in range(3):
        before = Outbox(tmp_path / "o", LIMIT)
        had = before.messages
        before.close()
        child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "o")], stdout=subprocess.PIPE, env=environment)
        assert child.stdout is not None
        said = 0
        while said < 40:
            said = int(child.stdout.readline())
        child.send_signal(signal.SIGKILL)
        said = int(([b"%d" % said, *child.communicate()[0].split()])[-1])
        after = Outbox(tmp_path / "o", LIMIT)
        mine = after.waiting(0, 100_000)[had:]
        after.close()

        assert len(mine) >= said and len(mine) % 5 == 0
        assert [one.body for one in mine] == [b"%d" % n for n in range(len(mine))]
        assert [one.number for one in mine] == list(range(1, len(mine) + 1))


def test_inputs_that_were_open_are_known_after_a_kill(tmp_path: Path) -> None:
    first = Outbox(tmp_path / "o", LIMIT)
    first.put([New(b"a")], opened=[OpenInput("s.1", "eth0", "pcap"), OpenInput("s.2", "eth1", "pcap")])
    first.put([New(b"b")], opened=[OpenInput("s.1", "eth0", "pcap", 7, 1, 2)], closed=["s.2"])
    second = Outbox(tmp_path / "o", LIMIT)

    assert second.left_open() == [OpenInput("s.1", "eth0", "pcap", 7, 1, 2)]


def test_a_damaged_file_is_set_aside_and_what_can_be_read_of_it_is_saved(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o", LIMIT)
    for number in range(400):
        outbox.put([New(b"%06d" % number * 50)])
    outbox.close()
    data = bytearray((tmp_path / "o").read_bytes())
    for page in range(len(data) // 4096 * 3 // 4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 4096] = os.urandom(4096)
    (tmp_path / "o").write_bytes(data)
    again = Outbox(tmp_path / "o", LIMIT)
    saved = again.waiting(0, 1_000)
    again.put([New(b"new")])

    assert "damaged" in again.word and list(tmp_path.glob("o.damaged-*"))
    assert saved[0].body == b"000000" * 50 and [one.number for one in saved] == list(range(1, len(saved) + 1))
    assert again.waiting(0, 1_000)[-1].number == 1


def test_a_file_that_is_no_outbox_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "o").write_bytes(b"this is something else" * 1_000)
    outbox = Outbox(tmp_path / "o", LIMIT)
    outbox.put([New(b"new")])

    assert "set aside" in outbox.word and bodies(outbox) == [b"new"]


def test_damage_while_it_runs_costs_only_what_was_damaged(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "o", LIMIT)
    outbox.put([New(b"x" * 3_000) for _ in range(100)])
    held = outbox.waiting(0, 3)
    outbox._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other = sqlite3.connect(tmp_path / "o")
    pages = other.execute("PRAGMA page_count").fetchone()[0]
    other.close()
    with (tmp_path / "o").open("r+b") as file:
        for page in range(1, pages):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    outbox._db.execute("PRAGMA cache_size=0")
    outbox._db.execute("PRAGMA shrink_memory")
    outbox.put([New(b"new")])

    assert "damaged" in outbox.word
    assert outbox.forget(held)  # of the old file: nothing of the new one goes for them
    assert bodies(outbox)[-1] == b"new" and outbox.messages == len(bodies(outbox))
    assert outbox.waiting(held[-1].id, 10)[-1].body == b"new"  # later places, so that whoever reads on finds it


def test_a_full_disk_is_said_and_over_when_there_is_room(tmp_path: Path) -> None:
    """A limit on the size of files of the process is the disk that is full."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from app.sensor.service.outbox import Full, New, Outbox\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "o = Outbox(Path(sys.argv[1]), 1 << 30); put = 0\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, resource.RLIM_INFINITY))\n"
        "try:\n"
        "  while True: o.put([New(bytes(100_000))]); put += 1\n"
        "except Full as error: print(put, error)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
        "o.put([New(b'again')])\n"
        "w = o.waiting(0, 1000); print(len(w), w[-1].body, w[-1].number, o.messages, o.word)\n"
        "print(o.forget(w), o.messages)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "o")],
        capture_output=True, text=True, env=dict(os.environ, PYTHONPATH=str(ROOT)), timeout=60,
    )  # fmt: skip
    first, second, third = done.stdout.splitlines()
    put = int(first.split()[0])

    assert 5 < put < 40 and "cannot be written" in first, done.stderr
    assert second.split()[:4] == [str(put + 1), "b'again'", str(put + 1), str(put + 1)]
    assert third == "True 0"
