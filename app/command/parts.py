"""The parts that a sensor and the whole program both need, each tried for real; what is optional says that it is not there."""

import importlib
import multiprocessing
import multiprocessing.connection
import os
import platform
import socket
import sqlite3
import struct
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from app import __version__, paths, starting
from app.model.counting import counted

Check = tuple[str, Callable[[], str]]
"""What a part is called, and what says in words that it works, or raises."""
Window = Callable[[Path], Iterable[Check]]
"""Checks of the window, given a workspace that holds the sample case."""
GOOD, BAD = "ok    ", "FAIL  "
SENSOR_LIBRARIES = ("numpy", "msgspec", "zstandard", "psutil", "cryptography", "ldap3", "keyring", "nats", "nkeys", "maxminddb")
LIBRARIES = ("networkx", "sigma.collection", "re2", "xlsxwriter", "yaml")
PATIENCE = 90.0
"""Seconds for a child process, on a machine that is busy with other things and starts the program for the first time."""


class Broken(Exception):
    """A part does not work; the message is all there is to say."""


def imported(names: Iterable[str]) -> str:
    """The names, when all can be imported; the first that cannot raises."""
    listed = tuple(names)
    for name in listed:
        importlib.import_module(name)
    return ", ".join(one.partition(".")[0] for one in listed)


def machine() -> Iterator[Check]:
    """Program and computer."""
    yield "program", _program
    yield "machine", _machine
    yield "settings folder", _settings


def of_a_sensor(folder: Path) -> Iterator[Check]:
    """What reads, keeps and sends; folder: for what is written."""
    yield "database", lambda: _database(folder / "features.db")
    yield "compression and encryption", _sealing
    yield "start of processes", _processes
    yield "readers of event logs", _log_readers
    yield "source in a process of its own", lambda: _source(folder / "growing.pcap")
    yield "readers of live sources", _live_readers
    yield "live capture", _capture
    yield "keyring", _keyring


def _program() -> str:
    way = "frozen" if starting.frozen() else "from a wheel" if (paths.program() / "app" / paths.DATA).is_dir() else "from sources"
    return f"Wardlight {__version__}, {way}, Python {platform.python_version()} in {paths.program()}"


def _machine() -> str:
    """Cores, memory of the machine, memory of this process."""
    import psutil

    cores = psutil.cpu_count(logical=False) or 0
    threads = psutil.cpu_count() or os.cpu_count() or 1
    memory, own = psutil.virtual_memory(), psutil.Process().memory_info().rss
    named = f"{counted(cores, 'core')}, {counted(threads, 'thread')}" if cores and cores != threads else counted(threads, "core")
    free = f"{memory.total / 1e9:.1f} GB memory, {memory.available / 1e9:.1f} GB free"
    return f"{named}, {free}, {own / 1e6:.0f} MB used by this process"


def _settings() -> str:
    """Where settings go; that nothing can be written there only costs that they are kept."""
    folder = paths.settings_folder()
    existing = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        return f"{folder} cannot be written, so nothing that is set is kept; WARDLIGHT_HOME names another folder"
    return str(folder)


def _database(path: Path) -> str:
    """What workspaces and outboxes ask of SQLite."""
    with sqlite3.connect(path) as base:
        mode = base.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise Broken("a database cannot be read while it is written (WAL)")
        base.execute("CREATE VIRTUAL TABLE names USING fts5(label, prefix='2 3', tokenize=\"unicode61 remove_diacritics 2\")")
        base.execute("INSERT INTO names VALUES('Jos\u00e9 Mart\u00edn')")
        if not base.execute("SELECT count(*) FROM names WHERE names MATCH 'mar*'").fetchone()[0]:
            raise Broken("words cannot be searched (FTS5)")
        base.execute("CREATE TABLE kept(id PRIMARY KEY, value) WITHOUT ROWID")
        added = "INSERT INTO kept VALUES(1, '{\"a\": 2}') ON CONFLICT(id) DO NOTHING RETURNING json_extract(value, '$.a')"
        if base.execute(added).fetchone()[0] != 2:
            raise Broken("JSON cannot be read")
    base.close()
    return f"SQLite {sqlite3.sqlite_version} with WAL, FTS5, JSON"


def _sealing() -> str:
    import zstandard
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    data = os.urandom(64) * 64
    if zstandard.ZstdDecompressor().decompress(zstandard.ZstdCompressor().compress(data)) != data:
        raise Broken("zstandard gives other bytes back")
    key = Ed25519PrivateKey.generate()
    key.public_key().verify(key.sign(data), data)
    cipher = Fernet(Fernet.generate_key())
    if cipher.decrypt(cipher.encrypt(data)) != data:
        raise Broken("what was encrypted comes out as something else")
    Scrypt(salt=b"salt", length=32, n=1 << 10, r=8, p=1).derive(b"passphrase")
    return "zstandard, AES, Ed25519, scrypt"


def _processes() -> str:
    """Every way in which this system starts a process of Python, in a frozen program too."""
    ways = multiprocessing.get_all_start_methods()
    for way in ways:
        context = multiprocessing.get_context(way)
        end, other = context.Pipe(duplex=False)
        child = context.Process(target=_answer, args=(other,), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads: the child only writes and ends
            child.start()
        other.close()
        if not end.poll(PATIENCE) or end.recv() != "here":
            child.kill()
            raise Broken(f"a process that is started by {way} does not answer")
        child.join(PATIENCE)
    return ", ".join(ways)


def _answer(pipe: "multiprocessing.connection.Connection") -> None:
    pipe.send("here")
    pipe.close()


def _log_readers() -> str:
    """The child with the foreign readers takes a chunk that holds nothing and lives on."""
    from app.sensor.sources import evtx_wire as wire
    from app.sensor.sources.evtx_process import Native

    native = Native()
    try:
        for form in ("json", "xml"):
            if native.ask(wire.Ask(form=form, chunks=[bytes(1 << 16)])) is None:
                raise Broken("the process of the readers of event logs does not answer")
        if native.ask(wire.Ask(form="second", chunks=[bytes(1 << 16)], offsets=[512])) is None:
            raise Broken("the process of the second reader of event logs does not answer")
    finally:
        native.close()
    imported(("evtx", "Evtx.Evtx"))
    return "evtx, python-evtx, in a process of their own"


def _live_readers() -> str:
    """Each kind of source has its reader here; the kinds that only Windows has need not be loadable elsewhere."""
    from app.sensor.live import RUNS

    for module, name in RUNS.values():
        getattr(importlib.import_module(module), name)
    return ", ".join(RUNS)


def _source(path: Path) -> str:
    """A capture that is still written, read by the process of a source until an activity comes out of it."""
    from app.link.codec import decode_batch
    from app.model.source import GrowingSource
    from app.sensor.process import ACTIVITIES, ENDED, PLACED, STATUS, SourceProcess, Task, decode_placed, decode_status

    path.write_bytes(capture())
    found, why, over = [0], [""], threading.Event()

    def got(_: SourceProcess, kind: int, body: bytes) -> None:
        if kind == ACTIVITIES:
            found[0] += len(decode_batch(body))
            over.set()
        elif kind == PLACED:
            found[0] += len(decode_batch(decode_placed(body).batch))
            over.set()
        elif kind == STATUS and decode_status(body).error:
            why[0] = decode_status(body).error
        elif kind == ENDED:
            over.set()

    child = SourceProcess(Task(spec=GrowingSource(path=str(path)), key="selftest"), got)
    over.wait(PATIENCE)
    child.stop()
    if not found[0]:
        child.kill()
        raise Broken(why[0] or child.words or "nothing came out of a capture")
    return f"{found[0]} activities out of a growing capture"


def capture() -> bytes:
    """A pcap of one question for a name and its answer, made here."""
    name = b"\x03dc1\x04corp\x04test\x00\x00\x01\x00\x01"
    question = struct.pack(">HHHHHH", 0x7A11, 0x0100, 1, 0, 0, 0) + name
    reply = (
        struct.pack(">HHHHHH", 0x7A11, 0x8580, 1, 1, 0, 0)
        + name
        + b"\xc0\x0c"
        + struct.pack(">HHIH", 1, 1, 300, 4)
        + bytes((10, 77, 0, 10))
    )
    client, server = bytes((10, 77, 0, 21)), bytes((10, 77, 0, 10))
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number, (source, target, ports, data) in enumerate(
        ((client, server, (50077, 53), question), (server, client, (53, 50077), reply))
    ):
        frame = (
            bytes(12) + b"\x08\x00" + struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(data), number, 0, 64, 17, 0) + source + target
        )
        frame += struct.pack(">HHHH", *ports, 8 + len(data), 0) + data
        out += struct.pack("<IIII", 1_772_614_800, number * 900, len(frame), len(frame)) + frame
    return out


def _capture() -> str:
    """Whether this user may listen on interfaces; not needed for files."""
    if not hasattr(socket, "AF_PACKET"):
        return "through Npcap or libpcap on this system"
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except OSError as error:
        return f"not by this user ({error.strerror}); it needs the capability CAP_NET_RAW"
    return "AF_PACKET"


def _keyring() -> str:
    """Which one the system has; without one, secrets go into an encrypted file."""
    import keyring
    from keyring.backends import fail

    found = keyring.get_keyring()
    if isinstance(found, fail.Keyring):
        return "none on this machine; secrets go into an encrypted file (WARDLIGHT_PASSPHRASE)"
    return str(found.name)
