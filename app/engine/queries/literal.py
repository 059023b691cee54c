"""Statements of SQL for reading and for the console, with their values written into them."""

from typing import Any


def literal(sql: str, values: list[Any]) -> str:
    """The statement with its values written into it, for reading and for the console."""
    pieces = sql.split("?")
    if len(pieces) != len(values) + 1:
        return sql
    return "".join(piece + _written(value) for piece, value in zip(pieces, [*values, None], strict=True))


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    return str(int(value)) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
