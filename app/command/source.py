"""The process of one live source: ends when its standard input closes, or on SIGTERM where that carries the packets."""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable

from app.sensor.process import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """[--task JSON]: else the task is the first line of standard input."""
    parser.add_argument("--task", default="")


def run(options: argparse.Namespace) -> int:
    """Run it; what it writes goes to standard output, which nothing else may write to."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.dup(1)
    os.dup2(2, 1)
    line = options.task.encode() if options.task else sys.stdin.buffer.readline()

    def more(hear: Callable[[bytes], None]) -> None:
        def watch() -> None:
            for told in sys.stdin.buffer:
                hear(told)
            stop.set()

        threading.Thread(target=watch, daemon=True, name="parent-watch").start()

    status = serve(line, out, stop, (lambda hear: None) if options.task else more)
    sys.stderr.flush()
    os._exit(status)  # threads of a source that hang must not keep the process
