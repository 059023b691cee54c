"""Keys in msDS-KeyCredentialLink: which device registered one, and when (MS-ADTS section 2.2.20)."""

from app.sensor.decoders.directory.values import guid, moment, ticks

_DEVICE, _CREATED = 0x06, 0x09
"""Identifiers of KEYCREDENTIALLINK_ENTRY (section 2.2.20.6)."""
LARGEST = 1 << 16


def key_credential(raw: bytes) -> str:
    """One value, an Object(DN-Binary) as LDAP writes it, in words: "device GUID created TIME" as far as it tells."""
    parts = raw[: 2 * LARGEST].split(b":", 3)
    if len(parts) < 4 or parts[0] != b"B":
        return "unreadable"
    try:
        blob = bytes.fromhex(parts[2].decode("ascii"))
    except ValueError:
        return "unreadable"
    words, at = [], 4  # a version of 4 bytes goes first (section 2.2.20.2)
    while at + 3 <= len(blob):
        size, kind = int.from_bytes(blob[at : at + 2], "little"), blob[at + 2]
        value = blob[at + 3 : at + 3 + size]
        if kind == _DEVICE and (device := guid(value)):
            words.append(f"device {device}")
        if kind == _CREATED and len(value) == 8 and (made := ticks(int.from_bytes(value, "little"))):
            words.append(f"created {moment(made)}")
        at += 3 + size
    return " ".join(words) or "key"
