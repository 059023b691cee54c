"""The whole line: any order, any wrapping, kills, cancelling, files that change or vanish, workspaces that cannot be used."""

import gzip
import itertools
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import zstandard

from app.model.rows import Progress
from app.session import Reading, Session, StoreError
from tests.material import ROOT, SAMPLE, SECOND, START, command, guesses, long_capture, outcome, save, spray, wardlight

Outcome = tuple[list[dict[str, Any]], list[bytes]]
DATA = ROOT / "tests" / "data"


def read(workspace: Path, *paths: Path, sensitivity: str = "medium") -> None:
    """Read in this process."""
    session = Session.open(workspace)
    try:
        session.read_here(paths, lambda _: None, sensitivity=sensitivity)
    finally:
        session.close()


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Captures of one attack in three pieces that overlap in time, and of another one."""
    folder = tmp_path_factory.mktemp("parts")
    attack = spray([f"user{number}" for number in range(45)])
    binds = guesses([f"CORP\\user{number}" for number in range(30)], START + 20 * SECOND)
    pieces = [attack[:30] + binds[:70], attack[30:60], attack[60:] + binds[70:]]
    captures = [save(folder / f"{'cab'[number]}.pcap", piece) for number, piece in enumerate(pieces)]
    return [*captures, Path(shutil.copy(DATA / "smb_remote_execution.pcap", folder / "d.pcap"))]


@pytest.fixture(scope="module")
def expected(parts: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What one undisturbed reading of all parts gives."""
    workspace = tmp_path_factory.mktemp("expected") / "w"
    read(workspace, *parts)
    found = outcome(workspace)
    assert len(found[0]) >= 2 and any(len({place["input"] for place in one["evidence"]}) == 3 for one in found[0])
    return found


class TestAnyOrder:
    @pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
    def test_of_files_read_together(self, parts: list[Path], expected: Outcome, tmp_path: Path, order: tuple[int, ...]) -> None:
        read(tmp_path / "w", *(parts[one] for one in order))
        assert outcome(tmp_path / "w") == expected

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
    def test_of_files_read_one_by_one(self, parts: list[Path], expected: Outcome, tmp_path: Path, order: tuple[int, ...]) -> None:
        for one in order:
            read(tmp_path / "w", parts[one], sensitivity="high" if one == 1 else "medium")
        read(tmp_path / "w")
        assert outcome(tmp_path / "w") == expected

    def test_twice(self, parts: list[Path], expected: Outcome, tmp_path: Path) -> None:
        read(tmp_path / "w", *parts, *parts)
        read(tmp_path / "w", *reversed(parts))
        assert outcome(tmp_path / "w") == expected


def test_of_the_flows_inside_a_file(tmp_path: Path) -> None:
    """Keys of flows are seeded anew in each run; nothing may depend on them, such as which direction's loss is seen first."""
    from app.model.activity import Activity
    from app.sensor.sensor import read_input
    from app.sensor.sources.inputs import found_at

    runs: list[object] = []
    for _ in range(6):
        found: list[Activity] = []
        report = read_input(found_at(SAMPLE), found.extend)
        runs.append((found, report))
    assert all(one == runs[0] for one in runs)


def packed(kind: str, parts: list[Path], folder: Path) -> list[Path]:
    """The same captures in other wrappings, under other names."""
    if kind == "zip":
        with zipfile.ZipFile(folder / "all.bin", "w", zipfile.ZIP_DEFLATED) as archive:
            for number, one in enumerate(parts):
                archive.write(one, f"../../{number}/{one.name}")
        return [folder / "all.bin"]
    for number, one in enumerate(parts):
        data = one.read_bytes()
        place = folder / str(9 - number) / "deep"
        place.mkdir(parents=True)
        if kind == "gzip":
            data = gzip.compress(data)
        elif kind == "zstd":
            data = zstandard.compress(data)
        elif kind == "twice":
            data = zstandard.compress(gzip.compress(data))
        (place / "no suffix").write_bytes(data)
    return [folder]


@pytest.mark.parametrize("kind", ["folders", "gzip", "zstd", "twice", "zip"])
def test_any_wrapping(parts: list[Path], expected: Outcome, tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    read(tmp_path / "w", *packed(kind, parts, tmp_path / "in"))
    assert outcome(tmp_path / "w") == expected


def slices(path: Path, folder: Path, count: int) -> list[Path]:
    """A pcap cut at record boundaries into count files."""
    data = path.read_bytes()
    ends, at = [24], 24
    while at + 16 <= len(data):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
        if at >= 24 + len(ends) * (len(data) - 24) // count:
            ends.append(at)
    out = []
    for number, (start, end) in enumerate(itertools.pairwise(ends)):
        out.append(folder / f"{number}.pcap")
        out[-1].write_bytes(data[:24] + data[start:end])
    return out


class TestKills:
    def test_a_killed_reading_goes_on_where_it_was(self, parts: list[Path], tmp_path: Path) -> None:
        inputs = [*slices(long_capture(tmp_path / "long.pcap", 3), tmp_path, 7), *parts]
        read(tmp_path / "calm", *inputs)
        chance = random.Random()
        workspace = tmp_path / "killed"
        killed, stops = 0, list[float]()
        while killed < 4 and len(stops) < 9:
            chance.shuffle(inputs)
            child = subprocess.Popen(
                command("_read", workspace, *inputs),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=ROOT,
            )
            stops.append(0.35 + chance.random() * 0.4)
            time.sleep(stops[-1])
            child.kill()
            child.communicate()
            killed += child.returncode < 0
        read(workspace, *inputs)

        assert killed >= 2, stops
        calm, after = outcome(tmp_path / "calm"), outcome(workspace)
        assert after[0] == calm[0], stops
        assert after[1] == calm[1], stops
        assert sqlite3.connect(workspace).execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def test_the_window_hears_of_a_killed_reading(self, tmp_path: Path) -> None:
        session = Session.open(tmp_path / "w")
        done: list[str | None] = []
        began = threading.Event()
        try:
            reading = session.read([long_capture(tmp_path / "long.pcap", 4)], lambda _: began.set(), done.append)
            assert began.wait(30)
            reading._child.kill()
            reading.wait(10)
        finally:
            session.close()
        assert len(done) == 1 and done[0]

    def test_a_reading_that_nobody_listens_to_keeps_what_was_read(
        self, parts: list[Path], expected: Outcome, tmp_path: Path
    ) -> None:
        child = subprocess.Popen(
            command("_read", tmp_path / "w", *parts),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
        )
        assert child.stdin and child.stdout and child.stderr
        child.stdout.close()
        child.stdin.close()
        assert child.stderr.read() == b""
        child.stderr.close()
        assert child.wait(30) == 0
        read(tmp_path / "w", *parts)
        assert outcome(tmp_path / "w") == expected


class TestCancelling:
    def end(self, reading: Reading) -> float:
        """Cancel; seconds that the process itself works from then to its end, however busy the machine is."""
        process = psutil.Process(reading._child.pid)
        used = before = sum(process.cpu_times()[:2])
        reading.cancel()
        while reading.running:
            with suppress(psutil.Error):
                used = max(used, sum(process.cpu_times()[:2]))
            time.sleep(0.005)
        reading.wait(30)
        return used - before

    def cancelled(self, workspace: Path, path: Path, enough: Callable[[Progress], bool]) -> float:
        """Read, cancel when progress is enough; seconds of work from cancel to the end."""
        session = Session.open(workspace)
        done: list[str | None] = []
        reached = threading.Event()
        try:
            reading = session.read([path], lambda one: reached.set() if enough(one) else None, done.append)
            assert reached.wait(60)
            took = self.end(reading)
            assert done == [None]
            return took
        finally:
            session.close()

    def test_it_is_quick_and_keeps_what_was_read(self, tmp_path: Path) -> None:
        path = long_capture(tmp_path / "long.pcap", 10)
        took = self.cancelled(tmp_path / "w", path, lambda one: one.activities > 3000)
        session = Session.open(tmp_path / "w")
        (kept,) = session.queries.inputs()
        session.close()

        assert kept.state == "partial" and kept.activities > 3000 and 0 < kept.records < 24558 * 10
        assert took < 1.0

    def test_detection_is_given_up_when_asked_and_made_good_the_next_time(self, tmp_path: Path) -> None:
        path = long_capture(tmp_path / "long.pcap", 10)
        read(tmp_path / "calm", path)
        session = Session.open(tmp_path / "w")
        done: list[str | None] = []

        def give_up(one: Progress) -> None:
            """At once, by the thread that hears it: detection may be over before another one is awake."""
            if one.stage == "detect":
                session._readings[-1].give_up()

        try:
            reading = session.read([path], give_up, done.append)
            reading.wait(90)
            assert done == [None] and session.queries.alerts() == () and session.queries.count() > 30_000
            assert session.queries.is_behind()
            session.detect_here()
            assert not session.queries.is_behind()
        finally:
            session.close()
        assert outcome(tmp_path / "w") == outcome(tmp_path / "calm")

    def test_while_unpacking(self, tmp_path: Path) -> None:
        path = tmp_path / "long.pcap.gz"
        with path.open("wb") as out:  # a gigabyte that packs well: one packet again and again
            head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
            record = struct.pack("<IIII", 1_700_000_000, 0, 1400, 1400) + random.Random(1).randbytes(1400)
            block = zlib_block(record * 700)
            out.write(gzip.compress(head) + block * 1000)
        session = Session.open(tmp_path / "w")
        done: list[str | None] = []
        try:
            reading = session.read([path], lambda _: None, done.append)
            process = psutil.Process(reading._child.pid)
            while not any(Path(one.path) == path for one in process.open_files()):  # what loads before is no matter here
                assert reading.running
                time.sleep(0.02)
            time.sleep(0.3)
            assert reading.running
            took = self.end(reading)
            inputs = session.queries.inputs()
        finally:
            session.close()
        assert (done, inputs) == ([None], ()) and took < 1.0

    def test_a_cancelled_input_is_read_whole_the_next_time(self, tmp_path: Path) -> None:
        path = long_capture(tmp_path / "long.pcap", 3)
        read(tmp_path / "calm", path)
        self.cancelled(tmp_path / "w", path, lambda one: one.activities > 1000)
        read(tmp_path / "w", path)
        assert outcome(tmp_path / "w") == outcome(tmp_path / "calm")


def zlib_block(data: bytes) -> bytes:
    """A whole gzip member."""
    return gzip.compress(data, 1)


class TestFilesThatChange:
    def test_one_vanishes_before_its_turn(self, parts: list[Path], tmp_path: Path) -> None:
        copies = [Path(shutil.copy(one, tmp_path)) for one in parts]
        session = Session.open(tmp_path / "w")
        try:
            session.read_here(copies, lambda _: copies[2].unlink(missing_ok=True))
            inputs = {Path(one.path).name: one for one in session.queries.inputs()}
        finally:
            session.close()
        gone = inputs[copies[2].name]
        assert gone.state == "failed" and "No such file" in gone.problems[0].what
        assert all(one.state == "done" for name, one in inputs.items() if name != copies[2].name) and len(inputs) == 4

    def test_one_vanishes_while_it_is_read(self, tmp_path: Path) -> None:
        path = long_capture(tmp_path / "long.pcap", 2)
        session = Session.open(tmp_path / "w")
        try:
            session.read_here([path], lambda _: path.unlink(missing_ok=True))
            (one,) = session.queries.inputs()
        finally:
            session.close()
        assert not path.exists() and one.records == 24558 * 2 and one.activities > 6000

    def test_one_grows_while_it_is_read(self, tmp_path: Path) -> None:
        path = long_capture(tmp_path / "long.pcap", 2)
        more = SAMPLE.read_bytes()[24:]
        session = Session.open(tmp_path / "w")

        def grow(progress: Progress) -> None:
            if progress.stage == "read":
                with path.open("ab") as file:
                    file.write(more[:100_001])

        try:
            session.read_here([path], grow)
            (one,) = session.queries.inputs()
        finally:
            session.close()
        assert one.state == "done" and one.records == 24558 * 2

    @pytest.mark.parametrize("wrap", [bytes, gzip.compress])
    def test_one_that_has_grown_since_counts_once(
        self, parts: list[Path], tmp_path: Path, wrap: Callable[[bytes], bytes]
    ) -> None:
        whole, path = parts[0].read_bytes(), tmp_path / "capture"
        cuts = [*slices(parts[0], tmp_path, 3)]
        path.write_bytes(wrap(cuts[0].read_bytes()))
        read(tmp_path / "w", path)
        for cut in cuts[1:]:
            with path.open("ab") as file:
                file.write(wrap(cut.read_bytes()[24:]))
            read(tmp_path / "w", path)
        (tmp_path / "whole").write_bytes(whole)
        read(tmp_path / "calm", tmp_path / "whole")
        assert outcome(tmp_path / "w") == outcome(tmp_path / "calm")

    def test_another_one_of_the_same_name_is_another_input(self, parts: list[Path], tmp_path: Path) -> None:
        path = tmp_path / "capture.pcap"
        for part in parts:
            shutil.copy(part, path)
            read(tmp_path / "w", path)
        session = Session.open(tmp_path / "w")
        inputs = session.queries.inputs()
        session.close()
        assert len(inputs) == 4 and all(one.activities for one in inputs)

    @pytest.mark.skipif(
        sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything"
    )
    def test_one_that_may_not_be_read(self, parts: list[Path], tmp_path: Path) -> None:
        secret = Path(shutil.copy(parts[0], tmp_path / "secret.pcap"))
        secret.chmod(0)
        done = wardlight("analyze", secret, parts[1], "--json")
        assert done.returncode in (0, 2) and b"Permission denied" in done.stdout and done.stderr == b""


class TestWorkspaces:
    def refused(self, *arguments: object, words: str) -> None:
        done = wardlight(*arguments)
        err = done.stderr.decode()
        assert (done.returncode, done.stdout) == (1, b""), err
        assert err.startswith("wardlight: ") and err.count("\n") == 1 and words in err

    def test_strangers_are_left_alone(self, parts: list[Path], tmp_path: Path) -> None:
        text, database, newer, torn = (tmp_path / name for name in ("text", "database", "newer", "torn"))
        text.write_bytes(b"somebody's letter")
        with sqlite3.connect(database) as other:
            other.execute("CREATE TABLE letters(text)")
        read(newer, parts[0])
        with sqlite3.connect(newer) as db:
            db.execute("PRAGMA user_version=99")
        read(torn, parts[0])
        torn.write_bytes(torn.read_bytes()[:4096] + b"\xff" * 20_000)
        for path in (text, database, newer, torn):
            before = path.read_bytes()
            with pytest.raises(StoreError) as caught:
                read(path, parts[1])
            assert path.name in str(caught.value) and "\n" not in str(caught.value)
            assert path.read_bytes() == before
        self.refused("analyze", parts[0], "--workspace", text, words="is not a Wardlight workspace")

    def test_one_process_at_a_time(self, parts: list[Path], tmp_path: Path) -> None:
        workspace, path = tmp_path / "w", long_capture(tmp_path / "long.pcap", 6)
        first = Session.open(workspace)
        done: list[str | None] = []
        began = threading.Event()
        try:
            reading = first.read([path], lambda one: began.set(), done.append)
            assert began.wait(30)
            process = psutil.Process(reading._child.pid)
            process.suspend()
            assert reading.running, "the capture was too short for this test"
            try:
                self.refused("analyze", parts[0], "--workspace", workspace, words="in use")
            finally:
                process.resume()
            reading.wait(60)
            assert done == [None]
            assert [one.state for one in first.queries.inputs()] == ["done"]
        finally:
            first.close()
        assert wardlight("analyze", parts[0], "--workspace", workspace).returncode == 2

    @pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
    def test_a_full_disk_is_one_line_and_nothing_is_lost(self, parts: list[Path], tmp_path: Path) -> None:
        import resource

        workspace = tmp_path / "w"
        read(workspace, *parts)
        before = outcome(workspace)
        full = subprocess.run(
            command("analyze", SAMPLE, "--workspace", workspace),
            capture_output=True,
            cwd=ROOT,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)),
        )
        err = full.stderr.decode()

        assert full.returncode == 1 and err.startswith("wardlight: ") and err.count("\n") == 1, err
        read(workspace)
        assert outcome(workspace) == before
