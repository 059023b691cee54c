"""The process that listens for the window: commands as JSON lines, answers as JSON lines, ends when its standard input closes."""

import argparse
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.children import LONGEST, Answer, Cancel, Command, Ended, Governed, Read, Said, Start, Stop, Went
from app.listen import Listener
from app.model.rows import Progress
from app.model.source import SourceState
from app.sensor.live import kind_of, label_of
from app.session import IN_USE, StoreError

PATIENCE = 0.5
"""Seconds between two tries to get the workspace while another program writes it."""
IDLE = 0.1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """WORKSPACE"""
    parser.add_argument("--sensitivity", choices=("low", "medium", "high"), default="medium")
    parser.add_argument("workspace", type=Path)


class Orders:
    """Commands as they come. over: the parent closed standard input, which also happens when it dies."""

    def __init__(self) -> None:
        self.waiting: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self.cancelled: set[str] = set()
        self.over = threading.Event()
        threading.Thread(target=self._hear, daemon=True, name="commands").start()

    def _hear(self) -> None:
        decoder = msgspec.json.Decoder(Command)
        rest = b""
        while part := os.read(0, 1 << 16):  # not sys.stdin, whose lock this thread would still hold when the interpreter ends
            *lines, rest = (rest + part).split(b"\n")
            for one in lines:
                try:
                    command = decoder.decode(one)
                except msgspec.MsgspecError as error:
                    print(f"a command is not understood: {error}", file=sys.stderr, flush=True)
                    continue
                if isinstance(command, Cancel):
                    self.cancelled.add(command.id)
                else:
                    self.waiting.put(command)
            if len(rest) > LONGEST:
                break
        self.over.set()


def run(options: argparse.Namespace) -> int:
    """Listen until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders = Orders()
    encoder = msgspec.json.Encoder()

    def answer(one: Answer) -> None:
        try:
            left = encoder.encode(one) + b"\n"
            while left:
                left = left[os.write(1, left) :]
        except BrokenPipeError:  # nobody listens any more
            orders.over.set()

    listener = _opened(options, orders, answer)
    if listener is None:
        return 0
    try:
        reads: list[Read] = []
        governed = None
        while not orders.over.is_set():
            _obey(orders, listener, reads)
            if listener.governing.sampling is not governed:
                governed = listener.governing.sampling
                answer(Governed(governed))
            if reads:
                _read(listener, reads.pop(0), orders, reads, answer)
            elif listener.running:
                listener.step()
            else:
                listener.step(0.0)
                orders.over.wait(IDLE)
        for one in reads:
            answer(Ended(one.id, None))
    finally:
        listener.close()
    return 0


def _opened(options: argparse.Namespace, orders: Orders, answer: Callable[[Answer], None]) -> Listener | None:
    """The listener, once no other program writes the workspace; None when the parent does not want it any more."""

    def say(state: SourceState) -> None:
        answer(Said(state))

    told: set[str] = set()
    kept: list[Command] = []
    while not orders.over.is_set():
        try:
            listener = Listener(options.workspace, say, options.sensitivity)
        except StoreError as error:
            if not str(error).endswith(IN_USE):
                raise
            while not orders.waiting.empty():
                command = orders.waiting.get()
                kept.append(command)
                if isinstance(command, Start) and command.id not in told:
                    told.add(command.id)
                    kind, label = kind_of(command.spec), label_of(command.spec)
                    why = "It waits until the workspace is not written by another process any more."
                    say(SourceState(id=command.id, kind=kind, label=label, state="starting", error=why))
            time.sleep(PATIENCE)
            continue
        for command in kept:
            orders.waiting.put(command)
        return listener
    return None


def _obey(orders: Orders, listener: Listener, reads: list[Read]) -> None:
    while not orders.waiting.empty():
        command = orders.waiting.get()
        match command:
            case Start():
                listener.start(command.id, command.spec)
            case Stop():
                listener.stop(command.id)
            case Read():
                reads.append(command)


def _read(listener: Listener, wanted: Read, orders: Orders, reads: list[Read], answer: Callable[[Answer], None]) -> None:
    def progress(one: Progress) -> None:
        answer(Went(wanted.id, one))

    def cancelled() -> bool:
        _obey(orders, listener, reads)
        return wanted.id in orders.cancelled or orders.over.is_set()

    error: str | None = None
    try:
        inputs, keytabs = ([Path(os.fsdecode(one)) for one in some] for some in (wanted.paths, wanted.keytabs))
        listener.read(inputs, progress, cancelled, wanted.sensitivity, keytabs)
    except OSError as why:
        error = str(why)
    answer(Ended(wanted.id, error))
