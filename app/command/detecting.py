"""The process that detects beside whoever writes the workspace: a line of standard input asks, standard output answers."""

import argparse
import gc
import os
import signal
from pathlib import Path

from app.detection import serve


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE"""
    parser.add_argument("workspace", type=Path)


def run(options: argparse.Namespace) -> int:
    """Answer until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(200_000, 50, 50)  # as when a file is read: many short-lived values, few cycles
    out = os.dup(1)
    os.dup2(2, 1)  # nothing else may write there
    return serve(options.workspace, 0, out)
