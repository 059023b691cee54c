"""XML of one event laid out for reading: one element a line, indented."""

from xml.parsers import expat

from app.sensor.events.xml_form import DEPTH


class _TooDeep(Exception):
    """Nobody can read this."""


def pretty(data: bytes) -> str:
    """Indented text of a small document, or what it is without layout when it is not well formed."""
    out: list[str] = []
    stack: list[str] = []
    text: list[str] = []
    opened = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal opened
        if len(stack) >= DEPTH:
            raise _TooDeep
        if opened:
            out[-1] += ">"
        words = "".join(f" {name}={_quoted(value)}" for name, value in attributes.items())
        out.append(f"{'  ' * len(stack)}<{tag}{words}")
        stack.append(tag)
        text.clear()
        opened = True

    def end(tag: str) -> None:
        nonlocal opened
        stack.pop()
        said = "".join(text)
        text.clear()
        if opened:
            out[-1] += f">{_escaped(said)}</{tag}>" if said.strip() else "/>"
        else:
            out.append(f"{'  ' * len(stack)}</{tag}>")
        opened = False

    def refuse(*_: object) -> None:
        raise _TooDeep

    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = False
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, _TooDeep, ValueError):
        return data.decode("utf-8", "replace")
    return "\n".join(out) + "\n"


_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_QUOTES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def _escaped(text: str) -> str:
    """Text as it stands between tags (XML 1.0 section 2.4)."""
    return text.translate(_ESCAPES)


def _quoted(text: str) -> str:
    """Text as the value of an attribute, in quotation marks."""
    return f'"{text.translate(_QUOTES)}"'
