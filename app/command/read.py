"""The process that reads inputs for the window: progress as JSON lines.

It reads no more when its standard input says STOP or closes, and detects over what was read; it gives that up too on GIVE_UP.
"""

import argparse
import os
import sys
import threading
from pathlib import Path

import msgspec

from app import ready
from app.children import GIVE_UP
from app.model.rows import Progress
from app.sensor.sources.evtx_process import close_all
from app.session import Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE PATH..."""
    parser.add_argument("--sensitivity", choices=("low", "medium", "high"), default="medium")
    parser.add_argument("--keytab", type=Path, action="append", default=[])
    parser.add_argument("--low", action="store_true", help="leave the processor to others first")
    parser.add_argument(ready.WORD, action="store_true", help="load everything, then wait for what to read on standard input")
    parser.add_argument("workspace", type=Path, nargs="?")
    parser.add_argument("paths", type=Path, nargs="*")


def run(options: argparse.Namespace) -> int:
    """Read; standard input also closes when the parent dies."""
    rest = b""
    if options.told:
        from app import ingest  # every reader and detector: what takes longest before the first rows

        ingest.load_all()
        wanted, rest = _told()
        if wanted is None:
            return 0
        options.workspace, options.paths = Path(wanted.workspace), [Path(one) for one in wanted.inputs]
        options.sensitivity, options.low = wanted.sensitivity, wanted.low
        options.keytab = [Path(one) for one in wanted.keytabs]
    if options.workspace is None:
        return 1
    if options.low:
        _give_way()
    cancelled, given_up = threading.Event(), threading.Event()
    if rest:
        cancelled.set()
    if GIVE_UP in rest:
        given_up.set()

    def watch() -> None:
        said = rest
        while more := os.read(0, 4096):  # not sys.stdin, whose lock this thread would still hold when the interpreter ends
            said = (said + more)[-64:]
            cancelled.set()
            if GIVE_UP in said:
                given_up.set()
        cancelled.set()

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
    encoder = msgspec.json.Encoder()

    def say(progress: Progress) -> None:
        try:
            os.write(1, encoder.encode(progress) + b"\n")
        except BrokenPipeError:  # nobody listens any more
            cancelled.set()

    session = Session.open(options.workspace)
    try:
        session.read_here(options.paths, say, cancelled.is_set, options.sensitivity, options.keytab, given_up=given_up.is_set)
    finally:
        session.close()
        close_all()
    os._exit(0)  # all is kept and told; taking the interpreter apart would only keep the window waiting


def _told() -> tuple[ready.Wanted | None, bytes]:
    """What is wanted, and what was said behind it; None when whoever would say so is gone."""
    said = b""
    while b"\n" not in said and len(said) <= ready.LONGEST:
        more = os.read(0, 65_536)
        if not more:
            return None, b""
        said += more
    line, _, rest = said.partition(b"\n")
    return msgspec.json.decode(line, type=ready.Wanted), rest


def _give_way() -> None:
    """Others get the processor first; before any thread or process is started, which then do the same."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x4000)  # BELOW_NORMAL_PRIORITY_CLASS
    else:
        os.nice(10)
