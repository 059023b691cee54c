"""A program that connected to a port of Kerberos: 3 of Sysmon, 5156 of the Security log.

On Windows LSA alone speaks Kerberos (MS-KILE section 1.3). Its own connections, what comes in, and what goes to other ports is
passed over: such logs hold little else. Fields: Sysmon's manifest; Microsoft's page of 5156.
"""

import re

from app.model.activity import Endpoint
from app.model.events import EventConnection
from app.sensor.events.bulk import NETWORK, PERMITTED, PORTS
from app.sensor.events.computers import SYSMON, by_user
from app.sensor.events.family import SECURITY, Facts, Family
from app.sensor.events.fields import Fields, address, computer, is_here, text
from app.sensor.events.record import EventRecord

_LSA = re.compile(
    r"^(?:(?:\\\?\?\\)?[a-z]:|\\device\\[^\\]{1,80}(?:\\partition\d{1,3})?)\\win(?:dows|nt)\\system32\\lsass\.exe$|^lsass\.exe$",
    re.I,
)
"""LSA's program where Windows has it; one of this name elsewhere is another program."""
_OUTBOUND = frozenset({"%%14593", "outbound", "1", "ausgehend", "sortant", "saliente", "in uscita", "wychodzące", "исходящий"})
"""As the event says it, as its text does, as CEF does (deviceDirection), in words of other languages."""


def is_lsa(program: str) -> bool:
    """True for LSA's own program, by its path, or by its name where that is all there is."""
    return _LSA.match(program.strip()) is not None


def _of_sysmon(record: EventRecord, fields: Fields) -> Facts | None:
    if fields.get("Initiated", "").strip().lower() == "false" or is_lsa(fields.get("Image", "")):
        return None
    ends = _ends(record, fields, "DestinationIp", "DestinationPort", "SourceIp")
    return None if ends is None else Facts(by_user(fields), *ends)


def _permitted(record: EventRecord, fields: Fields) -> Facts | None:
    """Who it runs for is not told; the number of its process is."""
    if fields.get("Direction", "").strip().lower() not in _OUTBOUND or is_lsa(fields.get("Application", "")):
        return None
    ends = _ends(record, fields, "DestAddress", "DestPort", "SourceAddress")
    return None if ends is None else Facts(None, *ends)


def _ends(record: EventRecord, fields: Fields, ip: str, port: str, own: str) -> tuple[Endpoint | None, Endpoint] | None:
    """The computer itself, and where to; None for another port, and for no address."""
    there = fields.get(port, "").strip()
    if there not in PORTS:
        return None
    here = computer(record.computer) or address(text(fields, own))
    to = here if is_here(text(fields, ip)) else address(text(fields, ip), there)
    return None if to is None else (here, to)


FAMILIES = (
    Family(EventConnection, SYSMON, {NETWORK: _of_sysmon}),
    Family(EventConnection, SECURITY, {PERMITTED: _permitted}),
)
