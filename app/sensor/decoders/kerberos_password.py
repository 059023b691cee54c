"""ChangePasswdData of a set-password request (RFC 3244 section 2), without the password."""

from app.sensor.decoders.der import Malformed, content, fields, inner_text
from app.sensor.decoders.kerberos_names import principal


def target(data: bytes) -> str | None:
    """Account whose password is set, "name@realm" or "name"; None when it is the caller's own."""
    try:
        found = fields(data, *content(data, 0, len(data), 0x30))
        if 0xA1 not in found:
            return None
        name = principal(data, *found[0xA1])[1]
        realm = inner_text(data, *found[0xA2]) if 0xA2 in found else ""
    except (Malformed, IndexError):
        return None
    return f"{name}@{realm}" if name and realm else name or None
