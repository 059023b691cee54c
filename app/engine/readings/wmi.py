"""What a call of WMI makes a computer do: run something, keep a command for later, copy a volume; most calls only look."""

from app.engine.readings.registry import runs
from app.model.details import RpcCall

EXEC_METHOD = frozenset({24, 25})
PUT_INSTANCE = frozenset({14, 15})
"""IWbemServices::ExecMethod and PutInstance, and their asynchronous forms (MS-WMI section 3.1.4.3)."""
METHOD = "call a WMI method", "WMI method"
CONSUMER = "have something run whenever an event comes (WMI event consumer)", "WMI event consumer"
PUT = "keep an object of WMI, which is sealed"
SHADOW_COPY = "make a shadow copy of a volume, in which files that are in use can be read", "shadow copy"
CONSUMERS = frozenset({"commandlineeventconsumer", "activescripteventconsumer", "__filtertoconsumerbinding"})
"""Classes of permanent consumers that run a command or a script, and what binds one to its event (ATT&CK T1546.003)."""
READS = ("get", "enum", "check")
"""Methods that only look: of StdRegProv, and of other classes; monitoring and inventory programs use them all day."""
RUNNERS = frozenset({
    ("win32_process", "create"), ("win32_scheduledjob", "create"), ("win32_product", "install"),
    ("msft_scheduledtask", "create"), ("ps_scheduledtask", "registerbyxml"), ("ps_scheduledtask", "registerbyobject"),
    ("ps_scheduledtask", "newactionbyexec"),
})  # fmt: skip
"""WMI methods whose work is to run something; so do Create and Change of every class of services (MS-WMI, CIM schema)."""
SERVICE_CLASSES = frozenset({"win32_service", "win32_baseservice", "win32_systemdriver", "win32_terminalservice"})
SILENT = 400
"""Bytes of a sealed ExecMethod below which it carries a path and a method's name but no parameters: it cannot bring a command.
One with parameters carries their class description, over a thousand bytes (MS-WMIO section 2.2.6)."""


def asked_of_wmi(call: RpcCall) -> tuple[str, str] | None:
    """(what was done, words for the arrow) of a call that does something worth telling; None for all others."""
    if call.opnum in PUT_INSTANCE:
        if call.hidden:
            return PUT, "WMI object"
        return CONSUMER if str(call.stub.get("class", "")).lower() in CONSUMERS else None
    if call.opnum not in EXEC_METHOD:
        return None
    if call.hidden:
        return None if 0 < call.request_bytes < SILENT else METHOD
    name, method = class_of(call), str(call.stub.get("method", "")).lower()
    if (name, method) == ("win32_shadowcopy", "create"):
        return SHADOW_COPY
    if name == "stdregprov" and method.startswith("set"):
        return registry_written(call)
    return None if harmless(name, method) else METHOD


def class_of(call: RpcCall) -> str:
    """The class, in lower case, of the object that a method is called of: its path without namespace and key."""
    return str(call.stub.get("object", "")).lower().partition(".")[0].rpartition(":")[2]


def registry_written(call: RpcCall) -> tuple[str, str] | None:
    """A value that StdRegProv sets where Windows runs what it names; key, value and text stand among the parameters."""
    texts = call.stub.get("texts", [])
    said = [one.lower() for one in texts[:16]] if isinstance(texts, list) else []
    for key in said:
        if "\\" in key and any(runs(key[:1024], value) for value in ("", *said)):
            return "write a program into the registry that Windows runs", "registry written"
    return None


def harmless(name: str, method: str) -> bool:
    """True for a method that is known to run nothing: it only looks, or belongs to another class. Unknown ones are not."""
    if not name or not method:
        return False
    if (name, method) in RUNNERS or (name in SERVICE_CLASSES and method in ("create", "change")):
        return False
    return method.startswith(READS) or name.startswith(("win32_", "cim_", "msft_", "msvm_", "ccm_", "sms_", "stdregprov"))
