"""Options of requests and flags of tickets in words (RFC 4120 sections 2, 5.3 and 5.4.1; RFC 6806; MS-KILE)."""

BITS: dict[int, str] = {
    1: "forwardable", 2: "forwarded", 3: "proxiable", 4: "proxy", 5: "may be postdated", 6: "postdated", 7: "invalid",
    8: "renewable", 9: "initial", 10: "pre-authenticated", 11: "hardware authenticated", 12: "policy checked",
    13: "ok as delegate", 15: "name canonicalised", 16: "anonymous",
}  # fmt: skip
"""Bits of TicketFlags, the highest is bit 0."""
ASKED: dict[int, str] = {
    1: "forwardable", 2: "forwarded", 3: "proxiable", 4: "proxy", 8: "renewable", 14: "constrained delegation",
    15: "canonicalise", 16: "anonymous", 26: "no check of transited realms", 27: "renewable is fine", 28: "user-to-user",
    30: "renew", 31: "validate",
}  # fmt: skip
"""Bits of KDCOptions."""
FORWARDED, RENEW, VALIDATE, USER_TO_USER = 1 << 29, 1 << 1, 1 << 0, 1 << 3


def words(value: int | None, names: dict[int, str]) -> tuple[str, ...]:
    """Words of the bits that are set, in their order; unknown bits are told as one number."""
    if not value:
        return ()
    value &= 0xFFFFFFFF
    found = [name for bit, name in names.items() if value >> (31 - bit) & 1]
    rest = value & ~sum(1 << (31 - bit) for bit in names)
    return (*found, f"0x{rest:x}") if rest else tuple(found)
