"""What the print spooler logs of drivers: one was added or updated (316), a library could not be loaded (808)."""

from app.model.events import EventPrinter
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, status
from app.sensor.events.record import EventRecord

_SPOOLER = "microsoft-windows-printservice"
_LOG = Log(frozenset({_SPOOLER}), frozenset({f"{_SPOOLER}/operational", f"{_SPOOLER}/admin"}))
_NAMES = {316: "Param1 Param2 Param3 Param4", 808: "PluginDllName ErrorCode Context"}


def _added(record: EventRecord, fields: Fields) -> Facts:
    """The record's user is whoever asked, where the spooler still acted for him."""
    return Facts(account(None, None, record.sid))


def _not_loaded(record: EventRecord, fields: Fields) -> Facts:
    return Facts(None, None, None, True, status(fields, "ErrorCode"))


FAMILY = Family(EventPrinter, _LOG, {316: _added, 808: _not_loaded}, _NAMES)
