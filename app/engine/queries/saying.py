"""What activities say, as a condition: their details are read one by one, most are passed over by a look at their bytes."""

import json

from app.engine.describe.codes import ETYPES as NAMES
from app.engine.describe.named_codes import bind_data_of, meaning
from app.engine.queries.access import Access
from app.engine.queries.conditions import FALSE, Condition, among, joined, like, of_kinds
from app.link.codec import event_mark, mark
from app.model.details import EVENTS, KINDS
from app.model.filter_keys import LOGONS

SPAN = tuple[int, int]
DETAIL = frozenset({"detail"})


def says(value: str, _access: Access) -> Condition:
    """What an activity's detail holds: the fields of an event, a filter, a path, an answer; * for any text."""
    sql = "says(a.body, ?)"
    parts = [one for one in value.split("*") if one] or [""]
    return joined((Condition(sql, (one.encode("utf-8", "replace"),), frozenset({"text"})) for one in parts), "AND", FALSE)


def etype(value: str, access: Access) -> Condition:
    """Encryption of a ticket or a key by its name or number."""
    plain = value.replace("-hmac", "").replace("_", "-")
    numbers = [one for one in NAMES if value == str(one) or NAMES[one].lower().startswith(plain)]
    numbers += [int(value)] if value.lstrip("-").isdigit() and len(value) < 8 and int(value) not in numbers else []
    if not numbers:
        return FALSE
    kinds = of_kinds(access, ("kerberos-", "event-kerberos"))
    return joined([kinds, Condition("has_etype(a.body, ?)", (json.dumps(numbers),), DETAIL)], "AND", FALSE)


def service(value: str, access: Access) -> Condition:
    """The service that a ticket is for, or that NTLM names: whole, or the part before or behind its slash; * for any text."""
    plain = like(value)
    patterns = [plain] if "*" in value else [plain, f"{plain}/%", f"%/{plain}", f"%/{plain}.%", f"%/{plain}:%"]
    named = joined((Condition("service_of(a.body) LIKE ? ESCAPE '\\'", (one,), DETAIL) for one in patterns), "OR", FALSE)
    return joined([of_kinds(access, ("kerberos-", "ntlm", "event-kerberos")), named], "AND", FALSE)


def ticket(value: str, access: Access) -> Condition:
    """A ticket by its fingerprint or how that begins, whether it was issued, shown or signed in with."""
    found = Condition("instr(a.body, ?)", (value.encode("utf-8", "replace"),), DETAIL)
    return found if len(value) >= 4 else FALSE


def logon(value: str, access: Access) -> Condition:
    """Type of a logon that an event tells."""
    plain = value.replace("-", "").replace("_", "").replace(" ", "")
    numbers = [number for name, number in LOGONS.items() if plain == str(number) or name.startswith(plain)]
    numbers += [10] if plain and "remoteinteractive".startswith(plain) and len(plain) > 3 else []
    numbers += [int(plain)] if plain.isdigit() and len(plain) < 6 and int(plain) not in numbers else []
    said = (Condition("instr(a.body, ?)", (mark("LogonType", str(number)),), DETAIL) for number in dict.fromkeys(numbers))
    return joined([of_kinds(access, ("event-",)), joined(said, "OR", FALSE)], "AND", FALSE)


def status(value: str, access: Access) -> Condition:
    """Why something was refused: by the name of the code, or by words of what it means."""
    parts = []
    for kinds, codes in meaning(value):
        coded = Condition("a.code IN (SELECT value FROM json_each(?))", (json.dumps(codes),), frozenset({"code"}))
        parts.append(joined([of_kinds(access, kinds), coded], "AND", FALSE))
    data = bind_data_of(value)
    if data:
        said = (Condition("instr(a.body, ?)", (f"data {one},".encode(),), DETAIL) for one in data)
        parts.append(joined([of_kinds(access, ("ldap-bind",)), joined(said, "OR", FALSE)], "AND", FALSE))
    return joined(parts, "OR", FALSE)


def events(ranges: tuple[SPAN, ...], access: Access) -> Condition:
    """Windows events by their numbers."""
    return joined([_events(access), joined(map(_event_id, ranges), "OR", FALSE)], "AND", FALSE)


def channel(value: str, access: Access) -> Condition:
    """A log by its whole name, * for any text."""
    named = Condition("event_channel(a.body) LIKE ? ESCAPE '\\'", (like(value),), frozenset({"event"}))
    return joined((_events(access), named), "AND", FALSE)


def alerts(sql: str, values: tuple[object, ...], access: Access) -> Condition:
    """What the alerts rest on whose numbers a statement gives."""
    numbers = json.dumps([row[0] for row in access.all(sql, values)])
    rests = "a.id IN (SELECT activity FROM alert_evidence WHERE alert IN (SELECT value FROM json_each(?)))"
    return Condition(rests, (numbers,), frozenset({"alert"}))


def _events(access: Access) -> Condition:
    """Windows events of any kind: few rows need be opened to be asked for their number."""
    known = dict(access.all("SELECT text, id FROM kinds"))
    return among("kind", [known[KINDS[one]] for one in EVENTS if KINDS[one] in known])


def _event_id(span: SPAN) -> Condition:
    """Events of one number or of a range."""
    one = frozenset({"event"})
    if span[0] == span[1] and span[0] > 0:
        values = (event_mark(span[0]), *span)
        return Condition("(instr(a.body, ?) AND event_id(a.body) BETWEEN ? AND ?)", values, one)
    return Condition("event_id(a.body) BETWEEN ? AND ?", span, one)
