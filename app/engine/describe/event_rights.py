"""Names of access rights: the bits of a mask for each kind of object."""

STANDARD: dict[int, str] = {
    0x10000: "delete",
    0x20000: "read permissions",
    0x40000: "change permissions",
    0x80000: "take ownership",
    0x100000: "synchronize",
    0x1000000: "system security",
    0x2000000: "maximum allowed",
    0x10000000: "generic all",
    0x20000000: "generic execute",
    0x40000000: "generic write",
    0x80000000: "generic read",
}
"""Rights of every object (MS-DTYP section 2.4.3)."""

_DIRECTORY = ("create child", "delete child", "list contents", "validated write", "read property", "write property",
              "delete tree", "list object", "control access")  # fmt: skip
_FILE = ("read data or list folder", "write data or add file", "append data or add folder", "read extended attributes",
         "write extended attributes", "execute or traverse", "delete child", "read attributes", "write attributes")  # fmt: skip
_SAM_SERVER = ("connect to server", "shut down server", "initialize server", "create domain", "enumerate domains",
               "look up domain")  # fmt: skip
_SAM_DOMAIN = ("read password parameters", "write password parameters", "read other parameters", "write other parameters",
               "create user", "create global group", "create local group", "get local group membership", "list accounts",
               "look up ids", "administer server")  # fmt: skip
_SAM_GROUP = ("read information", "write account", "add member", "remove member", "list members")
_SAM_ALIAS = ("add member", "remove member", "list members", "read information", "write account")
_SAM_USER = ("read general information", "read preferences", "write preferences", "read logon", "read account",
             "write account", "change password", "set password", "list groups", "read group membership",
             "change group membership")  # fmt: skip
_SERVICE = ("query configuration", "change configuration", "query status", "list dependents", "start", "stop",
            "pause or continue", "interrogate", "user-defined control")  # fmt: skip
_MANAGER = ("connect", "create service", "list services", "lock", "query lock", "change boot configuration")


def _bits(names: tuple[str, ...]) -> dict[int, str]:
    return {1 << place: name for place, name in enumerate(names)} | STANDARD


DIRECTORY = _bits(_DIRECTORY)
"""MS-ADTS section 5.1.3.2."""
FILE = _bits(_FILE)
"""MS-SMB2 section 2.2.13.1."""
OBJECTS: dict[str, dict[int, str]] = {
    "sam_server": _bits(_SAM_SERVER),
    "sam_domain": _bits(_SAM_DOMAIN),
    "sam_group": _bits(_SAM_GROUP),
    "sam_alias": _bits(_SAM_ALIAS),
    "sam_user": _bits(_SAM_USER),
    "service object": _bits(_SERVICE),
    "sc_manager object": _bits(_MANAGER),
    "file": FILE,
}
"""By the ObjectType of an event, in lower case (MS-SAMR section 2.2.1, MS-SCMR section 3.1.4)."""


def _messages(first: int, names: tuple[str, ...]) -> dict[int, str]:
    return {first + place: name for place, name in enumerate(names)}


MESSAGES: dict[int, str] = {
    **_messages(1537, ("delete", "read permissions", "change permissions", "take ownership", "synchronize", "system security",
                       "maximum allowed")),
    **_messages(4416, _FILE),
    **_messages(5376, _SAM_SERVER),
    **_messages(5392, _SAM_DOMAIN),
    **_messages(5408, _SAM_GROUP),
    **_messages(5424, _SAM_ALIAS),
    **_messages(5440, _SAM_USER),
    **_messages(7168, _MANAGER),
    **_messages(7184, _SERVICE),
    **_messages(7680, _DIRECTORY),
}  # fmt: skip
"""Rights as the Security log lists them: "%%1537" (parameter messages of msobjs.dll)."""
