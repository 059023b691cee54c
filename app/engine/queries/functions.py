"""Functions of SQL that read the bodies of activities: for filters, groups and the console."""

import json
import sqlite3
from contextlib import suppress
from functools import lru_cache

from app.link.codec import event_of, told_of, values_of

ETYPES = ("ticket_etype", "reply_etype", "padata_etype", "presented_ticket_etype", "authenticator_etype")
"""Fields of a Kerberos exchange that say which encryption was used; what was only offered is not among them."""
_EVENT_ETYPES = ("TicketEncryptionType", "PreAuthEncryptionType", "SessionKeyEncryptionType")


def register(db: sqlite3.Connection) -> None:
    """Make them known to a connection."""
    db.create_function("event_id", 1, lambda body: event_of(body)[0], deterministic=True)
    db.create_function("event_channel", 1, lambda body: event_of(body)[1].lower(), deterministic=True)
    db.create_function("says", 2, says, deterministic=True)
    db.create_function("has_etype", 2, has_etype, deterministic=True)
    db.create_function("etype_of", 1, etype_of, deterministic=True)
    db.create_function("service_of", 1, service_of, deterministic=True)
    db.create_function("logon_of", 1, logon_of, deterministic=True)


def says(body: bytes, text: bytes) -> bool:
    """True when a value in the detail of an activity holds a text in whatever case; names of fields do not count.

    text: UTF-8 of lower case.
    A look at the bytes comes first, for most hold it nowhere; only where the text is no ASCII may the bytes differ in case.
    """
    if text.isascii() and text not in body.lower():
        return False
    wanted = text.decode("utf-8", "replace")
    return any(wanted in one.lower() for one in values_of(body))


def has_etype(body: bytes, numbers: str) -> bool:
    """True when one of these encryption types (a JSON list) was used."""
    return not _numbers(numbers).isdisjoint(etypes(told_of(body)))


def etypes(detail: object) -> list[int]:
    """Encryption types that were used, that of the ticket first; of a detail or what is told of one."""
    found = [number for name in ETYPES if (number := getattr(detail, name, None)) is not None]
    fields: dict[str, str] = getattr(detail, "fields", {})
    for name in _EVENT_ETYPES if fields else ():
        with suppress(ValueError):
            number = int(fields.get(name, ""), 0)
            found.append(number - 2**32 if number >= 2**31 else number)
    return [one for one in found if one != -1]  # 0xFFFFFFFF: Windows has none to tell


def service(detail: object) -> str:
    """The service that a ticket is for, or that NTLM names, as it is written; "" for none."""
    fields: dict[str, str] = getattr(detail, "fields", {})
    named: str | None = getattr(detail, "service", None) or getattr(detail, "spn", None)
    return named or fields.get("ServiceName", "")


def etype_of(body: bytes) -> int | None:
    """Encryption type of the ticket, else of the key; None where nothing says it."""
    return next(iter(etypes(told_of(body))), None)


def service_of(body: bytes) -> str:
    """The service that a ticket is for, or that NTLM names, in lower case; "" for none."""
    return service(told_of(body)).encode("utf-8", "replace").decode().lower()


def logon_of(body: bytes) -> int | None:
    """Type of a logon that an event tells."""
    text = told_of(body).fields.get("LogonType", "")
    return int(text) if text.isdigit() and len(text) < 6 else None


@lru_cache(64)
def _numbers(text: str) -> frozenset[int]:
    return frozenset(json.loads(text))
