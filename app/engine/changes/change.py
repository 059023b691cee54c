"""One change of the directory, whoever tells it."""

from typing import Literal

from msgspec import Struct

Deed = Literal["set", "add", "remove", "create", "delete", "rename", "move", "touch"]
Values = tuple[str, ...]
PASSWORD = "unicodepwd"
"""The attribute as which every telling of a new password counts."""
DESCRIPTOR = "ntsecuritydescriptor"
SAM_NAME = "samaccountname"
CONTROL = "useraccountcontrol"
SERVICES = "serviceprincipalname"


class Change(Struct, frozen=True, kw_only=True, gc=False):
    """One attribute of one object written, or one object made, deleted, renamed or moved.

    attribute: in lower case, "" for a whole object. deed: "touch" was written, what is not told. old, new: values as text, as far
    as told; security descriptors in SDDL, userAccountControl in the bits of MS-ADTS section 2.2.16.
    dn, guid, sid, sam, domain: what this telling calls the object. object_class: in lower case, "" when it is not told.
    fresh: part of making the object. own: the caller showed the old password of it.
    """

    deed: Deed
    attribute: str = ""
    old: Values = ()
    new: Values = ()
    dn: str = ""
    guid: str = ""
    sid: str = ""
    sam: str = ""
    domain: str = ""
    object_class: str = ""
    fresh: bool = False
    own: bool = False

    @property
    def written(self) -> bool:
        """True when something was put there, or may have been."""
        return self.deed in ("set", "add", "touch") and (bool(self.new) or self.deed == "touch")

    @property
    def name(self) -> str:
        """What this telling calls the object, for a sentence."""
        return self.sam or self.dn or self.sid or self.guid or "an object not named"


def gained(change: Change) -> Values:
    """Values that were not there before, as far as that is told."""
    held = {one.lower() for one in change.old}
    return tuple(one for one in change.new if one.lower() not in held)


def number(text: str) -> int | None:
    """A decimal number, None for anything else."""
    try:
        return int(text) if len(text) <= 20 else None
    except ValueError:
        return None


def common_name(dn: str) -> str:
    """First value of a distinguished name, without its escapes."""
    first = dn[:1024].partition(",")[0].partition("=")[2]
    return first.replace("\\", "").strip()
