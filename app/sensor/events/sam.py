"""What SAM logs: remote calls that policy refused or would refuse, the policy (16962-16969, KB 4024305), bad computers' names.

16990 and 16991: somebody who is no administrator was kept from making an account that passes for another kind (KB 5008102).
"""

from app.model.events import EventSam
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, address, text
from app.sensor.events.record import EventRecord

CALLER_TOLD = 5
"""Values of 16990: name, class, userAccountControl, address and SID of the caller."""
_SAM = Log(frozenset({"microsoft-windows-directory-services-sam"}), frozenset({"system"}))


def _call(record: EventRecord, fields: Fields) -> Facts:
    """The template's names end in a colon; only 16965 was a refusal."""
    who = account(None, None, text(fields, "Client SID:", "ClientSID"))
    where = address(text(fields, "Client Network Address:", "ClientNetworkAddress"))
    return Facts(who, where, None, record.event_id == 16965)


def _misnamed(record: EventRecord, fields: Fields) -> Facts:
    """16991 tells the name alone; 16990 also the caller, whose address and SID are the last two of its five values."""
    said = list(fields.values())
    if record.event_id == 16991 or len(said) < CALLER_TOLD:
        return Facts(None, None, None, True)
    return Facts(account(None, None, said[4].strip()), address(said[3].strip()), None, True)


def _policy(record: EventRecord, fields: Fields) -> Facts:
    return Facts()


FAMILY = Family(
    EventSam,
    _SAM,
    {**dict.fromkeys(range(16962, 16970), _policy), 16965: _call, 16968: _call, **dict.fromkeys((16990, 16991), _misnamed)},
)
