"""Events that logs hold in millions of which a few tell something: which do, seen in their text before it is taken apart.

It loads nothing of the program, for the process that reads event logs asks it of every record.
"""

import re

NETWORK, PERMITTED = 3, 5156
"""A connection as Sysmon and as the filtering platform tell it; other logs have events of these numbers too."""
PORTS = frozenset({"88", "464"})
"""Kerberos and its protocol for passwords (RFC 4120 section 7.2.1, RFC 3244 section 2)."""
_NAMES = {NETWORK: ("DestinationPort",), PERMITTED: ("DestPort", "Destination Port")}
"""What the port is called, the last in the message in English."""
_PORT = re.compile(r"\W{1,12}(?:88|464)\b").match


def may_tell(event_id: int, text: str) -> bool:
    """False for a connection to another port; True for every other event, and where no port is named.

    text: the record as JSON or XML, or its message.
    """
    names = _NAMES.get(event_id)
    if names is None:
        return True
    for name in names:
        at = text.find(name)
        if at < 0:
            continue
        while at >= 0:
            at += len(name)
            if _PORT(text, at):
                return True
            at = text.find(name, at)
        return False
    return True
