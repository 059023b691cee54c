"""What an access mask of a directory object allows, as far as it matters to an attacker (MS-ADTS section 5.1.3.2)."""

from app.model.identifiers import EXTENDED_RIGHTS, MEMBER, WRITTEN_PROPERTIES

SELF, WRITE_PROPERTY, CONTROL_ACCESS = 0x8, 0x20, 0x100
WRITE_DACL, WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE = 0x40000, 0x80000, 0x10000000, 0x40000000
FULL = 0xF01FF
"""What GENERIC_ALL stands for with directory objects."""


def rights(mask: int, about: str) -> tuple[str, ...]:
    """The rights of a mask, in the words of SharpHound. about: GUID of the right or attribute that it is limited to, or ""."""
    found = []
    if not about:
        if mask & GENERIC_ALL or mask & FULL == FULL:
            return ("GenericAll",)
        if mask & (GENERIC_WRITE | WRITE_PROPERTY):
            found.append("GenericWrite")
        if mask & CONTROL_ACCESS:
            found.append("AllExtendedRights")
        elif mask & SELF:
            found.append("AddSelf")
    else:
        if mask & CONTROL_ACCESS and about in EXTENDED_RIGHTS:
            found.append(EXTENDED_RIGHTS[about])
        if mask & WRITE_PROPERTY and about in WRITTEN_PROPERTIES:
            found.append(WRITTEN_PROPERTIES[about])
        elif mask & SELF and about == MEMBER:
            found.append("AddSelf")
    if mask & WRITE_DACL:
        found.append("WriteDacl")
    if mask & WRITE_OWNER:
        found.append("WriteOwner")
    return tuple(found)
