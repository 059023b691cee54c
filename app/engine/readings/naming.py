"""Which computer a call names: the one that was asked, the one that asked, or another."""

import re
from typing import Literal

from app.engine.context import Context
from app.engine.knowledge.names import host, is_address, short
from app.model.activity import Activity

Named = Literal["asked", "caller", "another", "nobody"]
LONGEST = 1_024
"""Characters of a path that are looked at."""
_UNC = re.compile(r"^(?:\\\\|//)(?:[?.][\\/]UNC[\\/])?([^\\/]{1,255})|^\\\?\?\\UNC\\([^\\/]{1,255})", re.I)
"""UNC paths as programs and as the kernel write them (MS-DTYP section 2.2.57)."""
_HERE = frozenset({"localhost", "127.0.0.1", "::1", "."})


def unc_host(path: object) -> str:
    r"""Computer of a UNC path in any of its spellings, "\\HOST@80\share" too; empty for a local path."""
    if not isinstance(path, str):
        return ""
    found = _UNC.match(path[:LONGEST].strip("\0 "))
    name = (found.group(1) or found.group(2)) if found is not None else ""
    return "" if name in ("?", "") else name.split("@", 1)[0].strip()


def bare_host(text: object) -> str:
    r"""The same for a parameter that is a computer's name, with or without leading slashes."""
    if not isinstance(text, str):
        return ""
    return unc_host(text) or text[:LONGEST].strip("\0 \\/").split("\\", 1)[0].split("@", 1)[0]


def whom(name: str, activity: Activity, ctx: Context) -> Named:
    """Whose name that is. A name that the input ties to no address is another's."""
    if not name:
        return "nobody"
    if name.lower() in _HERE:
        return "asked"
    for end, word in ((activity.destination, "asked"), (activity.source, "caller")):
        if end is None:
            continue
        if name == end.ip or (end.host and short(host(name)) == short(end.host)):
            return word  # type: ignore[return-value]
        who = ctx.knowledge.address_entity(end.ip, activity.at)
        if who.key.startswith("computer:"):
            known = who.key.partition(":")[2]
            if is_address(name):
                if ctx.knowledge.address_entity(name, activity.at).key == who.key:
                    return word  # type: ignore[return-value]
            elif ctx.knowledge.computer_entity(name).key == who.key or ("." not in name and short(known) == host(name)):
                return word  # type: ignore[return-value]
    return "another"
