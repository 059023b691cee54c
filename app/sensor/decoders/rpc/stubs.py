"""Chooses the decoder of a call's stubs; tells its return value from the reply."""

from app.model.identifiers import ATSVC, DFSNM, EFS, EFS_ON_LSARPC, EVEN, FSRVP, PAR, SASEC, SPOOLSS, TASKS
from app.sensor.decoders.ndr import Ndr, NdrError
from app.sensor.decoders.rpc import (
    coerce,
    dcom,
    drsuapi,
    epmapper,
    eventlogs,
    lsarpc,
    netlogon,
    printing,
    samr,
    services,
    srvsvc,
    svcctl,
    tasks,
    winreg,
    wkssvc,
)  # fmt: skip
from app.sensor.decoders.rpc.facts import Facts, Table
from app.sensor.decoders.rpc.handles import Handles
from app.sensor.decoders.rpc.operations import NAMES, OPERATIONS

INTERFACES: dict[str, tuple[Table, Table]] = {
    samr.INTERFACE: (samr.REQUESTS, samr.REPLIES),
    lsarpc.INTERFACE: (lsarpc.REQUESTS, lsarpc.REPLIES),
    drsuapi.INTERFACE: (drsuapi.REQUESTS, drsuapi.REPLIES),
    netlogon.INTERFACE: (netlogon.REQUESTS, netlogon.REPLIES),
    svcctl.INTERFACE: (svcctl.REQUESTS, svcctl.REPLIES),
    srvsvc.INTERFACE: (srvsvc.REQUESTS, srvsvc.REPLIES),
    wkssvc.INTERFACE: (wkssvc.REQUESTS, wkssvc.REPLIES),
    ATSVC: (tasks.AT_REQUESTS, tasks.AT_REPLIES),
    SASEC: (tasks.SASEC_REQUESTS, {}),
    TASKS: (tasks.REQUESTS, tasks.REPLIES),
    winreg.INTERFACE: (winreg.REQUESTS, winreg.REPLIES),
    EFS: (coerce.EFS_REQUESTS, {}),
    EFS_ON_LSARPC: (coerce.EFS_REQUESTS, {}),
    FSRVP: (coerce.FSRVP_REQUESTS, {}),
    DFSNM: (coerce.DFS_REQUESTS, {}),
    SPOOLSS: (printing.REQUESTS, printing.REPLIES),
    PAR: (printing.PAR_REQUESTS, printing.PAR_REPLIES),
    dcom.ACTIVATOR: (dcom.ACTIVATOR_REQUESTS, {}),
    dcom.ACTIVATION: (dcom.ACTIVATION_REQUESTS, {}),
    dcom.LOGIN: (dcom.LOGIN_REQUESTS, {}),
    dcom.SERVICES: (dcom.SERVICES_REQUESTS, {}),
    dcom.DISPATCH: (dcom.DISPATCH_REQUESTS, {}),
    EVEN: (eventlogs.REQUESTS, eventlogs.REPLIES),
    eventlogs.EVEN6: (eventlogs.EVEN6_REQUESTS, {}),
    services.BACKUP_KEY: (services.BACKUP_REQUESTS, {}),
    services.ROLES: (services.ROLE_REQUESTS, services.ROLE_REPLIES),
    services.CERTIFICATES: (services.CERTIFICATE_REQUESTS, {}),
    services.DNS: (services.DNS_REQUESTS, {}),
    epmapper.INTERFACE: (epmapper.REQUESTS, epmapper.REPLIES),
}
"""Interface UUID to (requests, replies)."""


def decode(
    interface: str, opnum: int, wide: bool, handles: Handles,
    asked: bytes | bytearray, asked_big: bool, reply: bytes | bytearray | None, reply_big: bool,
) -> tuple[Facts, bool]:  # fmt: skip
    """(facts, whether a stub was not understood to the end of what is looked for). reply None: none that can be read."""
    facts: Facts = {}
    tables = INTERFACES.get(interface)
    if tables is None:
        return facts, False
    problem = False
    for table, data, big in ((tables[0], asked, asked_big), (tables[1], reply, reply_big)):
        read = table.get(opnum)
        if read is None or data is None:
            continue
        try:
            read(Ndr(data, big, wide), facts, handles)
        except NdrError:
            problem = True
    return facts, problem


_NTSTATUS = frozenset({"samr", "lsarpc", "netlogon", "eventlog"})
_HRESULT = frozenset({
    "ISystemActivator", "IRemoteActivation", "IWbemServices", "IWbemLevel1Login", "IWbemLoginClientID", "IWbemLoginClientIDEx",
    "IEnumWbemClassObject", "IWbemCallResult", "IWbemFetchSmartEnum", "IWbemWCOSmartEnum", "IDispatch", "IRemUnknown",
    "IRemUnknown2", "IClassFactory", "ITypeInfo", "IProvideClassInfo", "IEnumVARIANT",
    "ITaskSchedulerService", "sasec", "ICertRequestD", "ICertRequestD2",
    "FileServerVssAgent", "ISDKey",
    "IRemoteWinspool",
})  # fmt: skip
_WIN32_OF_NETLOGON = ("Dsr", "NetrLogonControl", "NetrGetDC", "NetrGetAny")
_VOID = frozenset({("efsrpc", 3), ("epmapper", 4)})
_FINE = frozenset({0, 234, 259, 997})
"""Win32 codes that are no refusal: ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_IO_PENDING (MS-ERREF section 2.2)."""


def returned(interface: str, opnum: int, tail: bytes, big: bool, size: int) -> int | None:
    """Return value of a call: the last four bytes of its reply, for operations that have one; None where that is not known.

    tail: last four bytes of the reply's stub. size: bytes of the whole stub.
    """
    name = NAMES.get(interface)
    if name is None or opnum not in OPERATIONS.get(interface, ()) or len(tail) != 4 or size % 4 or (name, opnum) in _VOID:
        return None
    return int.from_bytes(tail, "big" if big else "little")


def failed(interface: str, opnum: int, value: int) -> bool:
    """Whether a return value says that the call was refused (NTSTATUS, HRESULT or Win32 code, as the interface has it)."""
    name = NAMES.get(interface, "")
    if name == "netlogon" and OPERATIONS[interface].get(opnum, "").startswith(
        ("Dsr", "NetrLogonControl", "NetrGetDC", "NetrGetAny")
    ):
        return value not in _FINE
    if name in _NTSTATUS or name in _HRESULT:
        return value >= 0x80000000 or (name == "IRemoteWinspool" and value != 0)
    return value not in _FINE
