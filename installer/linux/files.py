"""What a Linux package of the program holds beside the frozen folder, each with its place below the root."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from installer.linux import completion, icons, manual
from installer.linux.commands import Command, described

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Placed(NamedTuple):
    """A file of a package. place: below the root."""

    place: str
    data: bytes


def of_program(version: str, moment: int) -> Iterator[Placed]:
    """Menu entry, icons, types of files, page of man, completion. moment: of the build, seconds of the epoch."""
    date = _date(moment)
    program = wardlight()
    yield Placed("usr/share/applications/wardlight.desktop", (HERE / "wardlight.desktop").read_bytes())
    about = (HERE / "wardlight.metainfo.xml").read_text("utf-8").replace("@VERSION@", version).replace("@DATE@", date)
    yield Placed("usr/share/metainfo/wardlight.metainfo.xml", about.encode())
    yield Placed("usr/share/mime/packages/wardlight.xml", (HERE / "wardlight.xml").read_bytes())
    hicolor = "usr/share/icons/hicolor"
    yield Placed(f"{hicolor}/scalable/apps/wardlight.svg", icons.PICTURE.read_bytes())
    for size in icons.SIZES:
        yield Placed(f"{hicolor}/{size}x{size}/apps/wardlight.png", icons.png(size))
    page = manual.page(program, 1, version, date, PROGRAM, ["[FILE ...]"])
    yield Placed("usr/share/man/man1/wardlight.1", page.encode())
    yield from _completion(program)


def of_sensor(version: str, moment: int) -> Iterator[Placed]:
    """Page of man and completion of the sensor."""
    program = sensor()
    more = ["secret NAME [--remove]", "selftest", "--version"]
    page = manual.page(program._replace(commands=()), 8, version, _date(moment), SENSOR, more)
    yield Placed("usr/share/man/man8/wardlight-sensor.8", page.encode())
    yield from _completion(program)


def wardlight() -> Command:
    """The program with all of its commands."""
    from app.command.main import parser

    return described(parser(), "wardlight")


def sensor() -> Command:
    """The sensor, a program of its own when it is installed by a package (app/command/alone.py)."""
    words = {one.word: one for one in wardlight().commands}
    own = tuple(words[one]._replace(name=f"wardlight-sensor {one}") for one in ("secret", "selftest"))
    return words["sensor"]._replace(
        name="wardlight-sensor", help="run a sensor without a window, which sends to a hub", commands=own
    )


def _completion(program: Command) -> Iterator[Placed]:
    name = program.name
    yield Placed(f"usr/share/bash-completion/completions/{name}", completion.bash(program).encode())
    yield Placed(f"usr/share/zsh/vendor-completions/_{name}", completion.zsh(program).encode())
    yield Placed(f"usr/share/fish/vendor_completions.d/{name}.fish", completion.fish(program).encode())


def _date(moment: int) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%d")


PROGRAM: list[manual.Section] = [
    (
        "DESCRIPTION",
        """
Without a command the window opens: empty, on a workspace, or reading the files and folders that are named.

Captures (pcap, pcapng), Windows event logs (EVTX, XML, JSON), syslog, directory exports and archives of them are told apart
by their content.
""",
    ),
    (
        "EXIT STATUS",
        """
0: nothing at or above --fail-on was found. 2: something was. 1: the command failed; one line on standard error says why.
""",
    ),
    (
        "ENVIRONMENT",
        """
WARDLIGHT_HOME: folder of settings and workspaces in place of those below.

WARDLIGHT_PASSPHRASE: opens the file of secrets where there is no keyring.
""",
    ),
    (
        "FILES",
        """
~/.config/wardlight: settings.

~/Wardlight: workspaces, unless the settings name another folder.
""",
    ),
    ("EXAMPLES", "\twardlight analyze dc1.pcapng Security.evtx --report case.html\n\twardlight case.wardlight"),
    ("SEE ALSO", "wardlight-sensor(8), wireshark(1)"),
]
SENSOR: list[manual.Section] = [
    (
        "DESCRIPTION",
        """
A sensor reads the traffic and the logs of domain controllers and sends what it finds, never raw traffic, to a hub, from where
workspaces of wardlight(1) take it. The service wardlight-sensor runs it; it is not started before you say so:

\twardlight-sensor --join - --no-run
\tsystemctl enable --now wardlight-sensor
\twardlight-sensor --status

The first command reads the line that `wardlight hub add-sensor NAME` printed on the machine of the hub.
""",
    ),
    (
        "FILES",
        """
/etc/wardlight/sensor.json: what the sensor reads. The window writes it too, when it sends a configuration.

/etc/wardlight/passphrase: if it is there, WARDLIGHT_PASSPHRASE=... for the secrets of the sensor.

/var/lib/wardlight-sensor: the key to the hub, what was not sent yet, kept packets, the last report.
""",
    ),
    ("SEE ALSO", "wardlight(1), systemctl(1), systemd.resource-control(5)"),
]
