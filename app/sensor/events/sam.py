"""Remote calls to SAM that policy refused or would refuse, and the policy itself (16962-16969, KB 4024305)."""

from app.model.events import EventSam
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, joined_address, text
from app.sensor.events.record import EventRecord

_SAM = Log(frozenset({"microsoft-windows-directory-services-sam"}), frozenset({"system"}))


def _call(record: EventRecord, fields: Fields) -> Facts:
    """The template's names end in a colon; only 16965 was a refusal."""
    who = account(None, None, text(fields, "Client SID:", "ClientSID"))
    where = joined_address(text(fields, "Client Network Address:", "ClientNetworkAddress"))
    return Facts(who, where, None, record.event_id == 16965)


def _policy(record: EventRecord, fields: Fields) -> Facts:
    return Facts()


FAMILY = Family(EventSam, _SAM, {**dict.fromkeys(range(16962, 16970), _policy), 16965: _call, 16968: _call})
