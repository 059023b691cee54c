"""Which values of the registry make a computer run something, or take a protection from it."""

import re

from app.model.details import RpcCall

OPEN_KEY, SET_VALUE, SAVE_KEY, SAVE_KEY_EX = 15, 22, 20, 31
"""BaseRegOpenKey, BaseRegSetValue, BaseRegSaveKey, BaseRegSaveKeyEx (MS-RRP section 3.1.5)."""
_RUN = re.compile(r"\\microsoft\\windows\\currentversion\\(policies\\explorer\\)?run(once|onceex|services)?(\\.*)?$")
_PROGRAMS: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (re.compile(r"\\services\\[^\\]+(\\parameters)?$"), frozenset({"imagepath", "servicedll", "failurecommand"})),
    (re.compile(r"\\currentversion\\winlogon$"), frozenset({"shell", "userinit", "taskman"})),
    (re.compile(r"\\image file execution options\\[^\\]+$"), frozenset({"debugger"})),
    (re.compile(r"\\silentprocessexit\\[^\\]+$"), frozenset({"monitorprocess"})),
    (re.compile(r"\\currentversion\\windows$"), frozenset({"appinit_dlls", "load", "run"})),
    (
        re.compile(r"\\control\\lsa(\\osconfig)?$"),
        frozenset({"security packages", "authentication packages", "notification packages"}),
    ),
    (re.compile(r"\\services\\dns\\parameters$"), frozenset({"serverlevelplugindll"})),
    (re.compile(r"\\inprocserver32$|\\shell\\open\\command$"), frozenset({""})),
)
_PROTECTIONS: tuple[tuple[re.Pattern[str], str, int], ...] = (
    (re.compile(r"\\control\\lsa$"), "disablerestrictedadmin", 0),
    (re.compile(r"\\control\\lsa$"), "dsrmadminlogonbehavior", 2),
    (re.compile(r"\\control\\lsa$"), "runasppl", 0),
    (re.compile(r"\\policies\\system$"), "localaccounttokenfilterpolicy", 1),
    (re.compile(r"\\securityproviders\\wdigest$"), "uselogoncredential", 1),
    (re.compile(r"\\netlogon\\parameters$"), "vulnerablechannelallowlist", -1),
    (re.compile(r"\\windows defender(\\real-time protection)?$"), "disableantispyware", 1),
    (re.compile(r"\\windows defender(\\real-time protection)?$"), "disablerealtimemonitoring", 1),
)
_LSA = re.compile(r"^(?:hklm\\)?system\\(?:currentcontrolset|controlset\d{3})\\control\\lsa\\([^\\]+)$")
_BOOT = frozenset({"jd", "skew1", "gbg", "data"})
"""Keys below Control\\Lsa whose class names together are the boot key, with which SAM and SECURITY are sealed."""
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(?:hklm\\)?sam\\sam\\domains\\account(\\users(\\[^\\]+)?)?$"), "SAM"),
    (re.compile(r"^(?:hklm\\)?security\\(cache|policy\\(secrets(\\.+)?|pol(eklist|secretencryptionkey)))$"), "SECURITY"),
)
_HIVES = re.compile(r"^(?:hklm\\)?(sam|security|system)$")


def runs(key: str, value: str) -> bool:
    """True where Windows runs what this value of this key names; both in lower case."""
    return bool(_RUN.search(key)) or any(place.search(key) and value in values for place, values in _PROGRAMS)


def written(call: RpcCall) -> str:
    """What a value that is set remotely does, in words; empty for one that does neither."""
    if call.opnum != SET_VALUE:
        return ""
    key, value = str(call.stub.get("key", "")).lower()[:1024], str(call.stub.get("value", "")).lower()
    data = call.stub.get("data")
    if runs(key, value):
        return "write a program into the registry that Windows runs"
    for place, name, off in _PROTECTIONS:
        if value == name and place.search(key) and (off < 0 or data == off):
            return "take a protection away in the registry"
    return ""


def hive(call: RpcCall) -> str:
    """Which hive with secrets a call saves to a file, "SAM" and so on; "?" where the key cannot be read; empty for others."""
    if call.opnum not in (SAVE_KEY, SAVE_KEY_EX):
        return ""
    if call.hidden or "key" not in call.stub:
        return "?"
    found = _HIVES.match(str(call.stub["key"]).lower()[:64])
    return found.group(1).upper() if found is not None else ""


def boot_key_part(call: RpcCall) -> str:
    """Name of the key below Control\\Lsa that a call opens, in lower case; empty for others."""
    if call.opnum != OPEN_KEY:
        return ""
    found = _LSA.match(str(call.stub.get("key", "")).lower()[:1024])
    return found.group(1) if found is not None else ""


def holds_boot_key(part: str) -> bool:
    """True for a key below Control\\Lsa that hides a quarter of the boot key."""
    return part in _BOOT


def secrets_opened(call: RpcCall) -> str:
    """Hive of which a call opens a key that holds secrets themselves, "SAM" or "SECURITY"; empty for others."""
    if call.opnum != OPEN_KEY:
        return ""
    key = str(call.stub.get("key", "")).lower()[:1024]
    return next((name for place, name in _SECRETS if place.match(key)), "")
