"""What an activity leaves that another telling of the same act leaves too, and how names become comparable."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from app.engine.knowledge import Knowledge
from app.engine.knowledge.fold import OWN_SERVICES
from app.engine.knowledge.names import LONGEST, account_parts, host, service_host, short
from app.model.activity import Activity, Endpoint


class Trace(NamedTuple):
    """rule: name of it. key: what must be equal. told: server, port, outcome, account, what, more; "" where nothing is told."""

    rule: str
    key: str
    record: bool
    told: tuple[str, str, str, str, str, str]


def told(
    server: str = "", port: int = 0, ended: str = "", account: str = "", what: str = "", more: str = ""
) -> tuple[str, str, str, str, str, str]:
    """Facts in the order of app.engine.twins.rules."""
    return server, str(port) if port else "", ended, account, what, more


def plain(name: str | None) -> str:
    """An account's name without its domain, in lower case; a computer's account by its short name and a dollar sign."""
    return _plain(name[:LONGEST]) if name else ""


@lru_cache(maxsize=16384)
def _plain(name: str) -> str:
    text, _ = account_parts(name, None)
    text = text.removeprefix("host/") + ("$" if text.startswith("host/") else "")
    return f"{short(host(text))}$" if text.endswith("$") and host(text) else text


def origin(activity: Activity) -> tuple[str, int]:
    """Address and port that asked; empty and 0 when nobody says."""
    return (activity.source.ip, activity.source.port) if activity.source is not None else ("", 0)


def actor(known: Knowledge, activity: Activity) -> str:
    """Who acted, as plain() has it, by name or by the ticket that was presented; empty when nobody says."""
    ref = known.account_entity(activity)
    if ref is None:
        return ""
    kind, _, rest = ref.key.partition(":")
    return rest.rpartition("\\")[2] if kind == "user" else f"{short(rest)}$"


def place(known: Knowledge, end: Endpoint | None, at: int) -> str:
    """The computer at an end as an entity's key; empty when that is not sure."""
    name = known.sure_name(end.ip, at) if end is not None else ""
    return f"computer:{name}" if name else ""


def outcome(activity: Activity) -> str:
    """Code of the answer, or only success or failure where none is told; empty without an answer."""
    if activity.result == "unanswered":
        return ""
    return "ok" if activity.result == "success" else "failed"


def coded(activity: Activity) -> str:
    """Success, or the code of the failure; empty without an answer."""
    if activity.result == "failure" and activity.code is not None:
        return str(activity.code & 0xFFFFFFFF)
    return outcome(activity)


def service_account(known: Knowledge, service: str | None) -> str:
    """The account that a service runs as, as plain() has it; empty when neither the name nor the directory tells."""
    if not service:
        return ""
    name = service.split("@")[0]
    kind, where = service_host(name)
    if kind in ("krbtgt", "kadmin"):
        return kind
    if "/" not in name:
        return plain(name)
    held = known.directory.state(known.directory.holder(name))
    if held is not None and held.object.sam:
        return plain(held.object.sam)
    return f"{short(where)}$" if where and kind in OWN_SERVICES else ""


def dn(text: str) -> str:
    """A distinguished name in lower case without spaces around its commas and equals signs."""
    return _dn(text[: 8 * LONGEST])


@lru_cache(maxsize=4096)
def _dn(text: str) -> str:
    return ",".join("=".join(side.strip() for side in part.split("=", 1)) for part in text.lower().split(","))


def last_number(sid: str) -> str:
    """What tells an account or group from others of its domain: the last number of its SID."""
    return sid.rpartition("-")[2]


def account_at(known: Knowledge, name: str) -> str:
    """Account of a distinguished name as plain() has it, without a computer's dollar sign: the directory's word, else its CN."""
    held = known.directory.state(known.directory.principal(name))
    sam = held.object.sam if held is not None else ""
    return (plain(sam) if sam else first_name(name)).rstrip("$")


def signed_in_as(known: Knowledge, name: str) -> str:
    """Account of the name in a simple bind (MS-ADTS section 5.1.1.1.1) as plain() has it; of a distinguished name the directory's
    word alone, for its CN is what people call it."""
    if "=" not in name:
        return plain(name)
    held = known.directory.state(known.directory.principal(name))
    return plain(held.object.sam) if held is not None and held.object.sam else ""


def first_name(text: str) -> str:
    """Value of the first part of a distinguished name, in lower case: CN of an account or group."""
    return dn(text).split(",", 1)[0].partition("=")[2]


def changed_object(known: Knowledge, sid: str, attribute: str) -> Iterator[Trace]:
    """What a synchronisation tells later of the object of a SID."""
    found = known.directory.state(known.directory.find(sid)) if sid else None
    if found is not None and found.object.dn:
        yield Trace("synchronised", dn(found.object.dn), False, told(what=attribute))
