"""A descriptor as it was before a request wrote it: what the sensor compared with what the same connection had read."""

import re

PIECE = re.compile(r"\([^()]*\)")
OWNER = re.compile(r"O:(?:S-[\d-]+|[A-Z]{2})")
LONGEST = 262_144
"""Characters looked at."""


def before_and_after(new: str, added: str, removed: str) -> tuple[str, str]:
    """(the descriptor before, the one after) of what is told of a request, all in SDDL.

    The text of a very long descriptor is cut by the sensor; the entries that are new are in the one after all the same.
    """
    pieces, fresh, gone = (PIECE.findall(one[:LONGEST]) for one in (new, added, removed))
    unlike, there = set(fresh), set(pieces)
    owner = OWNER.match(removed) or OWNER.match(new)
    was = [one for one in pieces if one not in unlike]
    return f"{owner[0] if owner else ''}D:{''.join((*was, *gone))}", new + "".join(one for one in fresh if one not in there)
