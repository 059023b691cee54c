"""NTLM messages (MS-NLMP section 2.2.1): negotiate, challenge, authenticate."""

from struct import Struct as Layout

from msgspec import Struct

SIGNATURE = b"NTLMSSP\0"

# Negotiate flags (MS-NLMP section 2.2.2.5).
UNICODE = 0x00000001
TARGET_INFO = 0x00800000
VERSION = 0x02000000

# AV pairs (section 2.2.2.1).
_END, _FLAGS, _SPN = 0, 6, 9
_NAMED = {1: 0, 2: 1, 3: 2, 4: 3}
_MIC_PROVIDED = 2

_MOST_PAIRS = 32
_TEXT_KEPT = 4096

_NAMES_1 = Layout("<IHxxIHxxI").unpack_from
_CHALLENGE = Layout("<HxxII8s").unpack_from
_FIELDS_3 = Layout("<" + "HxxI" * 5).unpack_from
_U32 = Layout("<I").unpack_from
_U16_PAIR = Layout("<HH").unpack_from
_OS = Layout("<BBH").unpack_from

_FIXED_2, _FIXED_3 = 32, 52
"""Bytes of TYPE 2 before its target information, of TYPE 3 before its session key, which old clients leave out."""
_MIC_AT, _MIC_END = 72, 88
"""Place of the MIC in TYPE 3 (section 2.2.1.3)."""
_BLOB_PAIRS = 16 + 28
"""AV pairs in an NTLMv2 response: after the proof (section 2.2.2.8) and the blob's fixed part (section 2.2.2.7)."""


class Target(Struct, frozen=True, gc=False):
    """Names in AV pairs: those of a server, or in a client's blob those that the client was told, with its own additions."""

    netbios_computer: str | None = None
    netbios_domain: str | None = None
    dns_computer: str | None = None
    dns_domain: str | None = None
    flags: int | None = None
    spn: str | None = None


class Negotiate(Struct, frozen=True, gc=False):
    """TYPE 1 (section 2.2.1.1). domain, workstation: only what old clients supply."""

    flags: int
    domain: str | None = None
    workstation: str | None = None
    os_version: str | None = None
    type: int = 1


class Challenge(Struct, frozen=True, gc=False):
    """TYPE 2 (section 2.2.1.2). challenge: eight bytes as hexadecimal digits."""

    flags: int
    challenge: str
    name: str | None = None
    target: Target = Target()
    os_version: str | None = None
    type: int = 2


class Authenticate(Struct, frozen=True, gc=False):
    """TYPE 3 (section 2.2.1.3). version: "NTLMv1", "NTLMv1-ESS", "NTLMv2", or "LM" when that is the only response.

    mic: a MIC that is not all zeros is there; None when the message was cut, and with it what else it may say is not known.
    mic_expected: the client's blob says that there is one; None without a whole blob.
    client_challenge: eight bytes as hexadecimal digits, which the client draws anew each time (sections 3.3.1 and 3.3.2).
    """

    user: str | None
    domain: str | None
    workstation: str | None
    version: str | None
    flags: int | None
    mic: bool | None
    mic_expected: bool | None
    told: Target | None
    os_version: str | None
    anonymous: bool
    client_challenge: str | None = None
    type: int = 3


Message = Negotiate | Challenge | Authenticate


def decode(data: bytes, at: int = 0, end: int | None = None, unicode: bool = True) -> Message | None:
    """The NTLM message that starts at data[at]; None when there is none or its fixed part is cut.

    unicode: how names are written when the message does not say (TYPE 3 of old clients has no flags).
    """
    stop = len(data) if end is None else min(end, len(data))
    if stop - at < 16 or data[at : at + 8] != SIGNATURE:
        return None
    kind = data[at + 8]
    if kind == 3 and stop - at >= _FIXED_3:
        return _authenticate(data, at, stop, unicode)
    if kind == 2 and stop - at >= _FIXED_2:
        return _challenge(data, at, stop)
    if kind == 1:
        return _negotiate(data, at, stop)
    return None


def secrets(data: bytes, at: int, end: int) -> tuple[bytes, bytes] | None:
    """(NT response, encrypted session key) of the TYPE 3 at data[at] (section 2.2.1.3); None when it is none."""
    if end - at < 60 or data[at : at + 8] != SIGNATURE or data[at + 8] != 3:
        return None
    size, place = _U16_PAIR(data, at + 20)[0], _U32(data, at + 24)[0]
    key_size, key_place = _U16_PAIR(data, at + 52)[0], _U32(data, at + 56)[0]
    return data[at + place : min(at + place + size, end)], data[at + key_place : min(at + key_place + key_size, end)]


def _negotiate(data: bytes, at: int, end: int) -> Negotiate:
    if end - at < 32:
        return Negotiate(_U32(data, at + 12)[0])
    flags, domain_size, domain_at, workstation_size, workstation_at = _NAMES_1(data, at + 12)
    # Supplied names are in the client's OEM character set whatever was asked for.
    names = [place for size, place in ((domain_size, domain_at), (workstation_size, workstation_at)) if size]
    version = _version(data, at + 32, end) if flags & VERSION and min(names, default=40) >= 40 else None
    return Negotiate(
        flags,
        _text(data, at, end, domain_at, domain_size, False) or None,
        _text(data, at, end, workstation_at, workstation_size, False) or None,
        version,
    )


def _challenge(data: bytes, at: int, end: int) -> Challenge:
    size, place, flags, challenge = _CHALLENGE(data, at + 12)
    target = Target()
    if flags & TARGET_INFO and end - at >= 48:
        pairs_size, pairs_at = _U16_PAIR(data, at + 40)[0], _U32(data, at + 44)[0]
        target = _pairs(data, at + pairs_at, min(at + pairs_at + pairs_size, end))
    version = _version(data, at + 48, end) if flags & VERSION and not (size and place < 56) else None
    name = _text(data, at, end, place, size, bool(flags & UNICODE)) or None
    return Challenge(flags, challenge.hex(), name, target, version)


def _authenticate(data: bytes, at: int, end: int, unicode: bool) -> Authenticate:
    places = _FIELDS_3(data, at + 12)
    lm_size, lm_at, nt_size, nt_at, domain_size, domain_at, user_size, user_at, host_size, host_at = places
    # What the header holds follows from where the first part begins.
    header = min((places[i + 1] for i in range(0, 10, 2) if places[i]), default=end - at)
    flags = _U32(data, at + 60)[0] if header >= 64 and end - at >= 64 else None
    if flags is not None:
        unicode = bool(flags & UNICODE)
    os_version = _version(data, at + 64, end) if flags is not None and flags & VERSION and header >= _MIC_AT else None
    cut = any(size and at + place + size > end for size, place in zip(places[::2], places[1::2], strict=True))
    mic = None if cut else header >= _MIC_END and end - at >= _MIC_END and any(data[at + _MIC_AT : at + _MIC_END])
    user = _text(data, at, end, user_at, user_size, unicode)
    told = None
    version = None
    drawn = b""
    if nt_size > 24:
        version = "NTLMv2"
        if nt_size >= _BLOB_PAIRS:
            drawn = data[at + nt_at + 32 : min(at + nt_at + 40, end)]
        if nt_size >= _BLOB_PAIRS and at + nt_at + nt_size <= end:
            told = _pairs(data, at + nt_at + _BLOB_PAIRS, min(at + nt_at + nt_size, end))
    elif nt_size == 24:
        # With extended session security the LM response is the client's challenge and zeros (section 3.3.1).
        extended = lm_size == 24 and not any(data[at + lm_at + 8 : min(at + lm_at + 24, end)])
        version = "NTLMv1-ESS" if extended else "NTLMv1"
        drawn = data[at + lm_at : min(at + lm_at + 8, end)] if extended else b""
    elif lm_size >= 24:
        version = "LM"
    return Authenticate(
        user or None,
        _text(data, at, end, domain_at, domain_size, unicode) or None,
        _text(data, at, end, host_at, host_size, unicode) or None,
        version,
        flags,
        mic,
        None if told is None else bool((told.flags or 0) & _MIC_PROVIDED),
        told,
        os_version,
        not user and nt_size == 0 and lm_size <= 1,
        drawn.hex() if len(drawn) == 8 else None,
    )


def _pairs(data: bytes, at: int, end: int) -> Target:
    names: list[str | None] = [None, None, None, None]
    flags = spn = None
    for _ in range(_MOST_PAIRS):
        if at + 4 > end:
            break
        kind, size = _U16_PAIR(data, at)
        at += 4
        stop = at + size
        if kind == _END or stop > end:
            break
        if kind in _NAMED:
            names[_NAMED[kind]] = data[at : min(stop, at + 2 * _TEXT_KEPT)].decode("utf-16-le", "replace").rstrip("\0") or None
        elif kind == _FLAGS and size >= 4:
            flags = _U32(data, at)[0]
        elif kind == _SPN:
            spn = data[at : min(stop, at + 2 * _TEXT_KEPT)].decode("utf-16-le", "replace").rstrip("\0") or None
        at = stop
    return Target(names[0], names[1], names[2], names[3], flags, spn)


def _version(data: bytes, at: int, end: int) -> str | None:
    """ "major.minor.build" of VERSION (section 2.2.2.10); None when it is empty."""
    if end - at < 8:
        return None
    major, minor, build = _OS(data, at)
    return f"{major}.{minor}.{build}" if major or build else None


def _text(data: bytes, base: int, end: int, place: int, size: int, unicode: bool) -> str:
    start = base + place
    if not size or start + size > end:  # of a name that was cut the beginning would be another one
        return ""
    part = data[start : start + min(size, 2 * _TEXT_KEPT)]
    # Which OEM code page it is nobody says: ASCII is certain, the rest is taken as the most common one of Windows.
    return part.decode("utf-16-le" if unicode else "cp1252", "replace").rstrip("\0")
