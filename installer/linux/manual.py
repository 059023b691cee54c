"""Pages of man (man-pages(7), groff_man(7)), written from the parsers so that they say what the program does."""

from installer.linux.commands import Command, Option

Section = tuple[str, str]
"""Heading and text, in paragraphs, a line that begins with a tab as it is."""


def page(program: Command, section: int, version: str, date: str, parts: list[Section], more: list[str] | None = None) -> str:
    """The page of a program, in roff. date: YYYY-MM-DD. parts: what comes behind the options and commands.

    more: other ways to call it, the name left out.
    """
    lines = [
        f'.TH {program.name.upper()} {section} "{date}" "Wardlight {version}"',
        ".ad l",
        ".nh",
        ".SH NAME",
        f"{escaped(program.name)} \\- {escaped(_bare(program.help))}",
        ".SH SYNOPSIS",
        *(line for one in more or [] for line in (f".B {escaped(program.name)}", escaped(one), ".br")),
        *_synopsis(program),
    ]
    options = [one for one in program.options if one.names]
    if options:
        lines += [".SH OPTIONS", *(line for one in options for line in _option(one))]
    if program.commands:
        lines.append(".SH COMMANDS")
        for one in program.commands:
            lines += _command(one)
    for heading, text in parts:
        lines += [f".SH {heading}", *_text(text)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text that roff takes as text: backslashes, hyphens that may be typed, dots and quotes that would begin a request."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text[:1] in (".", "'") else text


def _bare(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")


def _synopsis(command: Command) -> list[str]:
    if command.commands:
        above = " ".join(_short(one) for one in command.options if one.names != ("-h", "--help"))
        return [".B " + escaped(command.name), f"{above} \\fICOMMAND\\fR ...".strip()]
    return [".B " + escaped(command.name), " ".join(_short(one) for one in command.options if one.names != ("-h", "--help"))]


def _short(one: Option) -> str:
    value = f"\\fI{escaped(one.value)}\\fR"
    if not one.names:
        text = value
    else:
        text = f"\\fB{escaped(one.names[-1])}\\fR" + (f" {value}" if one.value else "")
    text = text if one.needed else f"[{text}]"
    return f"{text}..." if one.many else text


def _option(one: Option) -> list[str]:
    head = ", ".join(f"\\fB{escaped(name)}\\fR" for name in one.names)
    value = f"\\fI{escaped(one.value)}\\fR" if one.value else ""
    return [".TP", f"{head} {value}".strip(), escaped(one.help) or "\\&"]


def _command(command: Command) -> list[str]:
    lines = [f'.SS "{escaped(command.name)}"']
    if command.help:
        lines += [escaped(command.help[:1].upper() + command.help[1:]).rstrip(".") + ".", ".PP"]
    lines += [*_synopsis(command)]
    for one in command.options:
        if one.names == ("-h", "--help") or not one.help:
            continue
        lines += _option(one) if one.names else [".TP", f"\\fI{escaped(one.value)}\\fR", escaped(one.help)]
    for below in command.commands:
        lines += _command(below)
    return lines


def _text(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        if not line:
            lines.append(".PP")
        elif line.startswith("\t"):
            lines += [".RS 4", ".EX", escaped(line[1:]), ".EE", ".RE"]
        else:
            lines.append(escaped(line))
    return lines
