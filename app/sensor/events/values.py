"""Named values of an event as text, from the nested values that JSON exports and the EVTX reader give."""

from collections.abc import Mapping
from typing import Any

MOST, DEPTH = 512, 24
"""At most so many fields of one event, from at most so deep."""


def text_of(value: object) -> str:
    """A value as the event's XML would say it; "" for none."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return text_of(value.get("#text", value.get("Value", "")))
    if isinstance(value, list):
        return "\n".join(text_of(one) for one in value[:MOST] if not isinstance(one, list))
    return str(value)


def add(fields: dict[str, str], name: str, value: str) -> None:
    """Put a field there; a second one of a name becomes name_2 and so on, so that none is lost."""
    if len(fields) >= MOST:
        return
    if name in fields:
        number = 2
        while f"{name}_{number}" in fields:
            number += 1
        name = f"{name}_{number}"
    fields[name] = value


def unnamed(fields: dict[str, str], values: object) -> None:
    """Values without a name become "param1", "param2", ... as the event's XML counts them."""
    if isinstance(values, dict):
        values = values.get("#text", "")
    if isinstance(values, list) and any(isinstance(one, dict) and ("@Name" in one or "Name" in one) for one in values):
        for one in values[:MOST]:
            if isinstance(one, dict):
                value = one.get("#text", one.get("Value", one.get("value", one.get("content"))))
                add(fields, str(one.get("@Name", one.get("Name", "Data"))), text_of(value))
        return
    for number, one in enumerate(values[:MOST] if isinstance(values, list) else [values], 1):
        add(fields, f"param{number}", text_of(one))


def event_data(data: object) -> dict[str, str]:
    """Fields of EventData: named ones, and those in "Data" that have no name."""
    fields: dict[str, str] = {}
    if isinstance(data, list):
        unnamed(fields, data)
    if not isinstance(data, Mapping):
        return fields
    for name, value in data.items():
        if type(value) is str and name != "Data":
            fields[name] = value
        elif name == "Data":
            unnamed(fields, value)
        elif name[:1] not in ("#", "@") and not name.startswith("xmlns"):
            fields[name] = text_of(value)
    if len(fields) > MOST:
        fields = dict(list(fields.items())[:MOST])
    return fields


def user_data(data: object) -> dict[str, str]:
    """Fields of UserData: its leaves, by their own names, however they are nested."""
    fields: dict[str, str] = {}
    todo: list[tuple[str, Any, int]] = [("", data, 0)]
    while todo and len(fields) < MOST:
        name, value, depth = todo.pop()
        if isinstance(value, dict) and depth < DEPTH:
            inner = [(key, one) for key, one in value.items() if key[:1] not in ("#", "@") and not key.startswith("xmlns")]
            if inner:
                todo.extend((str(key), one, depth + 1) for key, one in reversed(inner))
                continue
        if isinstance(value, list) and depth < DEPTH and any(isinstance(one, dict) for one in value):
            todo.extend((name, one, depth + 1) for one in reversed(value[:MOST]))
            continue
        if name and (not isinstance(value, dict) or "#text" in value):
            add(fields, name.rpartition(":")[2], text_of(value))
    return fields


def number_of(value: object) -> int:
    """A whole number from JSON or text (decimal or 0x hexadecimal); 0 when it is none."""
    if isinstance(value, dict):
        value = value.get("#text", value.get("Value"))
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and abs(value) < 1 << 53:
        return int(value)
    if not isinstance(value, str) or len(value) > 40:
        return 0
    try:
        return int(value, 16) if value[:2].lower() == "0x" else int(value)
    except ValueError:
        return 0
