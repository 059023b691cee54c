"""Taking the identity of an activity apart."""

import re

_ID = re.compile(r"(.*)-(\d{1,18}|None)-(\d{1,18})-([a-z][^\n]*)", re.DOTALL)


def split_id(activity: str) -> tuple[str, int | None, int, str] | None:
    """(input key, first frame or record, ordinal, kind) of an activity's id; None for other text."""
    found = _ID.fullmatch(activity)
    if found is None:
        return None
    where = found[2]
    return found[1], None if where == "None" else int(where), int(found[3]), found[4]
