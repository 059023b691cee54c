"""What a computer tells of itself: files, values of the registry, pipes, consumers of WMI (Sysmon 11, 13, 17, 18, 20, 21; 4657 of
the Security log; 5861 of WMI), and programs that opened LSA (10). Only what concerns identities is kept of them.

Fields: Sysmon's manifest and documentation; Microsoft's pages of 4657; WMI-Activity's manifest for 5861.
"""

from app.model.activity import Account
from app.model.events import EventHost
from app.model.hosts import KEPT, VALUES, pipe_named, sender_of_pipe
from app.model.principals import AUTHORITY, SYSTEM
from app.sensor.events.family import SECURITY, Facts, Family, Log
from app.sensor.events.fields import Fields, account, computer, split_account, subject, text
from app.sensor.events.record import EventRecord

SYSMON = Log(frozenset({"microsoft-windows-sysmon"}), frozenset({"microsoft-windows-sysmon/operational"}))
_WMI = Log(frozenset({"microsoft-windows-wmi-activity"}), frozenset({"microsoft-windows-wmi-activity/operational"}))


def by_user(fields: Fields, name: str = "User") -> Account | None:
    """For whom the program runs that did it; Sysmon tells it since version 13.30, older ones do not."""
    who = split_account(text(fields, name))
    if who is not None and who.domain is not None and who.domain.lower() in AUTHORITY:
        return account(None, None, who.sid or SYSTEM)
    return who


def _kept(record: EventRecord, fields: Fields) -> Facts | None:
    """A file that was made; a value that was set."""
    name, is_kept = KEPT[record.event_id]
    return Facts(by_user(fields)) if is_kept(fields.get(name, "")) else None


def _audited_value(record: EventRecord, fields: Fields) -> Facts | None:
    return Facts(subject(fields)) if fields.get("ObjectValueName", "").strip().lower() in VALUES else None


def _pipe(record: EventRecord, fields: Fields) -> Facts | None:
    """Pipes of tools for remote execution; the names of PsExec's tell which computer sent it."""
    name, is_kept = KEPT[record.event_id]
    pipe = fields.get(name, "")
    return Facts(None, computer(sender_of_pipe(pipe_named(pipe)))) if is_kept(pipe) else None


def _consumer(record: EventRecord, fields: Fields) -> Facts:
    return Facts(by_user(fields))


def _bound(record: EventRecord, fields: Fields) -> Facts:
    """5861: who made the consumer stands in its text only, as bytes of a SID."""
    return Facts()


FAMILIES = (
    Family(EventHost, SYSMON, {11: _kept, 13: _kept, 17: _pipe, 18: _pipe, 20: _consumer, 21: _consumer}),
    Family(EventHost, SECURITY, {4657: _audited_value}),
    Family(EventHost, _WMI, {5861: _bound}),
)
