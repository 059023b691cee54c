"""Start of the program: a command when the first word is one, else the window."""

import difflib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from app import starting

SLIP = 0.75
"""Likeness from which on a word is a command with a slip of the pen, though a file stands behind it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status. `wardlight [PATH...]` opens the window; anything else is a command."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    starting.give_back_libraries(os.environ)
    if words and words[0] == starting.LOG_READERS:  # the frozen program is its own reader of event logs
        from app.sensor.sources.evtx_child import main as read_logs

        read_logs()
        return 0
    from app.command.main import COMMANDS, run

    if words and (words[0] in COMMANDS or words[0] in ("-h", "--help", "--version")):
        return run(words, _to_pdf, _window_parts)
    if words and words[0].startswith("-"):
        return run(words, _to_pdf)
    commands = [one for one in COMMANDS if not one.startswith("_")]
    missing = bool(words) and not os.path.lexists(words[0])
    if missing and (_near(words[0], commands, SLIP) or not any(os.path.lexists(one) for one in words)):
        return _failed(_nothing(words[0], commands))
    return _window([Path(one) for one in words])


def _nothing(word: str, commands: list[str]) -> str:
    """What is wrong with a first word that is neither a command nor there."""
    from app.command.words import line

    near = _near(word, commands, 0.6)
    return f"no such command, file or folder: {line(word)}{f'; did you mean {near}?' if near else ' (see --help)'}"


def _near(word: str, commands: list[str], likeness: float) -> str:
    """The command that was meant, "" for none."""
    return next(iter(difflib.get_close_matches(word, commands, 1, likeness)), "")


def _failed(why: str) -> int:
    print(f"wardlight: {why}", file=sys.stderr)
    return 1


def _is_without_display() -> bool:
    """True when Qt would end the program, for it finds no display."""
    return sys.platform.startswith("linux") and not any(
        os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )


def _window(paths: list[Path]) -> int:
    try:
        from app.ui.application import run as open_window
    except ImportError as error:
        return _failed(f"the window cannot be opened: {error}")
    if _is_without_display():
        return _failed("the window cannot be opened: there is no display here; `wardlight analyze PATH` works without one")
    workspace = paths[0] if len(paths) == 1 and paths[0].suffix == ".wardlight" else None
    return open_window([] if workspace else paths, workspace)


def _to_pdf(html: str, out: Path) -> None:
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from app.ui.printing import write_pdf

    write_pdf(html, out)


def _window_parts(case: Path) -> Iterable[tuple[str, Callable[[], str]]]:
    from app.ui.trial import checks

    return checks(case)


if __name__ == "__main__":
    sys.exit(main())
