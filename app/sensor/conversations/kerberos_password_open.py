"""Whose password was changed and how that ended, where the user's keys open it (RFC 3244). The password itself is left alone."""

from app.sensor.conversations.security import KerberosSecurity
from app.sensor.decoders.crypto.kerberos import decrypt
from app.sensor.decoders.kerberos_opened import private_part
from app.sensor.decoders.kerberos_password import target
from app.sensor.decoders.kerberos_sealed import sealed_private

_PRIVATE = 13
"""Key usage of KRB-PRIV (RFC 4120 section 7.5.1)."""
SET_VERSION = 0xFF80


def user_data(security: KerberosSecurity, data: bytes, at: int) -> bytes | None:
    """What the KRB-PRIV at data[at] holds for its reader; None when no key opens it."""
    sealed = sealed_private(data, at)
    if sealed is None:
        return None
    for key in security.keys:
        plain = decrypt(key, _PRIVATE, sealed.cipher)
        if plain is not None:
            return private_part(plain)
    return None


def whose(security: KerberosSecurity, data: bytes, at: int, version: int) -> str | None:
    """Account whose password a request sets, "name@realm"; None where that is the caller's own, or cannot be told."""
    told = user_data(security, data, at) if version == SET_VERSION else None
    return target(told) if told is not None else None


def outcome(security: KerberosSecurity, data: bytes, at: int) -> int | None:
    """Result code of a reply (RFC 3244 section 2): 0 success."""
    told = user_data(security, data, at)
    return int.from_bytes(told[:2], "big") if told is not None and len(told) >= 2 else None
