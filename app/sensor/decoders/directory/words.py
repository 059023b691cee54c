"""Numbers of a directory in words: flags of accounts, trusts, groups, certificate templates."""

UAC = {
    0x2: "disabled",
    0x10: "locked",
    0x20: "password not required",
    0x40: "password cannot change",
    0x80: "reversible password",
    0x10000: "password never expires",
    0x40000: "smart card required",
    0x80000: "unconstrained delegation",
    0x100000: "not delegated",
    0x200000: "DES only",
    0x400000: "no pre-authentication",
    0x800000: "password expired",
    0x1000000: "trusted to authenticate for delegation",
}
"""Bits of userAccountControl that tell something (MS-ADTS section 2.2.16)."""
DISABLED, NORMAL, WORKSTATION, SERVER, TRUST = 0x2, 0x200, 0x1000, 0x2000, 0x800
DIRECTIONS = {0: "disabled", 1: "inbound", 2: "outbound", 3: "bidirectional"}
"""trustDirection (MS-ADTS section 6.1.6.7.12)."""
TRUSTS = {1: "downlevel", 2: "uplevel", 3: "MIT", 4: "DCE", 5: "Entra"}
"""trustType (MS-ADTS section 6.1.6.7.15)."""
TRUST_ATTRIBUTES = {
    0x1: "non-transitive",
    0x2: "uplevel only",
    0x4: "SID filtering",
    0x8: "forest transitive",
    0x10: "selective authentication",
    0x20: "within forest",
    0x40: "treated as external",
    0x80: "uses RC4",
    0x200: "no TGT delegation",
    0x400: "PIM trust",
    0x800: "TGT delegation",
}
"""trustAttributes (MS-ADTS section 6.1.6.7.9)."""
GROUPS = {0x2: "global", 0x4: "domain local", 0x8: "universal", 0x80000000: "security"}
"""groupType (MS-ADTS section 2.2.12)."""
PROPERTIES = {0x1: "complex passwords", 0x10: "reversible passwords"}
"""pwdProperties (MS-SAMR section 2.2.3.5), the bits that matter."""
ENROLL = {
    0x2: "manager approval",
    0x8: "published in the directory",
    0x20: "automatic enrollment",
    0x80000: "no security extension",
}
"""msPKI-Enrollment-Flag (MS-CRTD section 2.26)."""
NAME = {0x1: "enrollee supplies subject", 0x10000: "enrollee supplies alternative name"}
"""msPKI-Certificate-Name-Flag (MS-CRTD section 2.28)."""


def flags(number: int, names: dict[int, str]) -> list[str]:
    """Names of the bits that are set, in the order of the table."""
    return [name for bit, name in names.items() if number & bit]
