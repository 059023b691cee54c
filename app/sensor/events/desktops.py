"""Remote desktop as its own services log it: connections and passwords refused (RdpCoreTS), who was let in, sessions begun.

1149 tells who was proved before the session (Network Level Authentication); without that it tells who asked. 131 and 140 tell an
address alone, 21 and 25 the session that began or was taken up again.
"""

from app.model.activity import Account
from app.model.events import EventDesktop
from app.sensor.events.family import Facts, Family, Log
from app.sensor.events.fields import Fields, account, address, computer, is_here, split_account, text
from app.sensor.events.record import EventRecord


def _log(name: str) -> Log:
    return Log(frozenset({name}), frozenset({f"{name}/operational"}))


_TRANSPORT = _log("microsoft-windows-remotedesktopservices-rdpcorets")
_CONNECTIONS = _log("microsoft-windows-terminalservices-remoteconnectionmanager")
_SESSIONS = _log("microsoft-windows-terminalservices-localsessionmanager")
_NAMES = {
    131: "ConnType ClientIP",
    140: "IPString",
    1149: "Param1 Param2 Param3",
    **dict.fromkeys((21, 25), "User SessionID Address"),
}


def _connected(record: EventRecord, fields: Fields) -> Facts:
    return Facts(None, address(text(fields, "ClientIP")))


def _refused(record: EventRecord, fields: Fields) -> Facts:
    return Facts(None, address(text(fields, "IPString")), None, True)


def _let_in(record: EventRecord, fields: Fields) -> Facts:
    name, domain = text(fields, "Param1"), text(fields, "Param2")
    who: Account | None = split_account(name) if domain is None else account(name, domain)
    return _from(record, who, text(fields, "Param3"))


def _began(record: EventRecord, fields: Fields) -> Facts:
    return _from(record, split_account(text(fields, "User")), text(fields, "Address"))


def _from(record: EventRecord, who: Account | None, ip: str | None) -> Facts:
    return Facts(who, computer(record.computer) if is_here(ip) else address(ip))


FAMILIES = (
    Family(EventDesktop, _TRANSPORT, {131: _connected, 140: _refused}, _NAMES),
    Family(EventDesktop, _CONNECTIONS, {1149: _let_in}, _NAMES),
    Family(EventDesktop, _SESSIONS, {21: _began, 25: _began}, _NAMES),
)
