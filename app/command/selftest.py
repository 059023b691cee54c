"""Check on this machine every part that the program needs."""

import argparse
import importlib
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from app import paths
from app.session import Session, replay

LIBRARIES = ("numpy", "msgspec", "zstandard", "networkx", "psutil", "cryptography", "ldap3", "keyring", "maxminddb")
EVENT_LOGS = ("evtx", "Evtx")
WINDOW = ("PySide6.QtWidgets", "PySide6.QtSvg", "pyqtgraph")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(options: argparse.Namespace) -> int:
    """Print one line for each part; returns 1 when one that is needed fails."""
    checks: list[tuple[str, Callable[[], str]]] = [
        ("Python", lambda: ".".join(map(str, sys.version_info[:3]))),
        ("machine", _machine),
        ("libraries", lambda: _import(LIBRARIES)),
        ("event logs", lambda: _import(EVENT_LOGS)),
        ("window", lambda: _import(WINDOW)),
        ("resources", _resources),
        ("sample case", _sample),
        ("live capture", _capture),
    ]
    bad = 0
    for name, check in checks:
        try:
            print(f"ok    {name}: {check()}")
        except Exception as error:  # whatever is wrong with a part, the others are still checked
            bad += 1
            print(f"FAIL  {name}: {type(error).__name__}: {error}")
    return 1 if bad else 0


def _import(names: tuple[str, ...]) -> str:
    for name in names:
        importlib.import_module(name)
    return ", ".join(names)


def _machine() -> str:
    """Cores, memory of the machine, memory of this process."""
    import psutil

    cores = psutil.cpu_count(logical=False) or 0
    threads = psutil.cpu_count() or os.cpu_count() or 1
    memory, own = psutil.virtual_memory(), psutil.Process().memory_info().rss
    named = f"{cores} cores, {threads} threads" if cores and cores != threads else f"{threads} cores"
    free = f"{memory.total / 1e9:.1f} GB memory, {memory.available / 1e9:.1f} GB free"
    return f"{named}, {free}, {own / 1e6:.0f} MB used by this process"


def _capture() -> str:
    """Whether this user may listen on interfaces; not needed for files."""
    if not hasattr(socket, "AF_PACKET"):
        return "through Npcap or libpcap on this system"
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except OSError as error:
        return f"not by this user ({error.strerror}); it needs the capability CAP_NET_RAW"
    return "AF_PACKET"


def _resources() -> str:
    themes = sorted(one.stem for one in (paths.resources() / "themes").glob("*.toml"))
    icons = len(list((paths.resources() / "icons").glob("*.svg")))
    if len(themes) < 3 or not icons:
        raise FileNotFoundError("themes or icons are missing")
    return f"themes {', '.join(themes)}; {icons} icons"


def _sample() -> str:
    """Read the sample, raise its alerts, take one of its packets apart, prove an alert: every stage at work."""
    with tempfile.TemporaryDirectory(prefix="wardlight-selftest-") as folder:
        session = Session.open(Path(folder) / "selftest.wardlight")
        try:
            session.read_here([paths.sample_case()], lambda _: None)
            inputs, alerts = session.queries.inputs(), session.queries.alerts()
            packet = session.packet(inputs[0].key, 1)
            if packet.error or not alerts:
                raise RuntimeError(packet.error or "no alert was raised")
            session.proof(alerts[0].id, Path(folder) / "proof.zip")
            if not replay(Path(folder) / "proof.zip").same:
                raise RuntimeError("a proof gives another alert")
            read = f"{inputs[0].records:,} packets, {inputs[0].activities:,} activities"
            return f"{read}, {len(alerts)} alerts, packet detail and proofs work"
        finally:
            session.close()
