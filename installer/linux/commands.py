"""The commands of the program as its own argument parsers describe them, for pages of man and for completion."""

import argparse
from pathlib import Path
from typing import NamedTuple

HIDDEN = "_"
"""How a command begins that only the program itself calls."""


class Option(NamedTuple):
    """One option or, without names, one argument. value: what stands for it, "" for a switch. choices: all that it may be.

    file: its value is a file or a folder. many: it may stand several times, or takes several words.
    """

    names: tuple[str, ...]
    value: str
    help: str
    choices: tuple[str, ...]
    file: bool
    many: bool
    needed: bool


class Command(NamedTuple):
    """A program, a command of it, or a verb of that. name: as it is typed, with those before it."""

    name: str
    help: str
    options: tuple[Option, ...]
    commands: tuple["Command", ...]

    @property
    def word(self) -> str:
        """The last word of its name."""
        return self.name.rpartition(" ")[2]


def described(parser: argparse.ArgumentParser, name: str, help: str = "") -> Command:
    """The parser and all below it. name: of the program; help: one line about it."""
    options: list[Option] = []
    commands: list[Command] = []
    for one in parser._actions:
        if one.help == argparse.SUPPRESS:
            continue
        if isinstance(one, argparse._SubParsersAction):
            about = {choice.dest: choice.help or "" for choice in one._choices_actions}
            commands += [
                described(below, f"{name} {word}", about.get(word, ""))
                for word, below in one.choices.items()
                if not word.startswith(HIDDEN)
            ]
        else:
            options.append(_option(parser, one))
    return Command(name, help or parser.description or "", tuple(options), tuple(commands))


def _option(parser: argparse.ArgumentParser, one: argparse.Action) -> Option:
    choices = tuple(map(str, one.choices)) if one.choices is not None else ()
    value = ""
    if one.nargs != 0:
        value = one.metavar if isinstance(one.metavar, str) else "|".join(choices) or one.dest.upper().replace("_", "-")
    words = {**vars(one), "prog": parser.prog, "type": getattr(one.type, "__name__", "")}
    return Option(
        names=tuple(one.option_strings),
        value=value,
        help=" ".join(((one.help or "") % words).split()),
        choices=choices,
        file=one.type is Path,
        many=one.nargs in ("*", "+") or isinstance(one, argparse._AppendAction),
        needed=one.required if one.option_strings else one.nargs not in ("*", "?"),
    )
