"""What the sealed parts of Kerberos messages hold once they are opened (RFC 4120 sections 5.2 to 5.7)."""

from msgspec import Struct

from app.sensor.decoders.der import Malformed, content, element, fields, inner_integer, inner_text
from app.sensor.decoders.kerberos_names import addresses, bits, principal, time_of
from app.sensor.decoders.keytab import Key

ENC_TICKET, AUTHENTICATOR, ENC_AS_REP, ENC_TGS_REP, ENC_AP_REP, ENC_PRIVATE = 0x63, 0x62, 0x79, 0x7A, 0x7B, 0x7C
"""Application tags of the opened parts (section 5.10)."""
IF_RELEVANT, WIN2K_PAC = 1, 128
"""Types of authorization data (section 5.2.6, MS-KILE section 2.2.7)."""
_MOST = 32
_DEPTH = 4
_TRANSITED_KEPT = 512


class OpenTicket(Struct, frozen=True, gc=False):
    """EncTicketPart. pac: where the PAC lies in the opened bytes; lengths: places of the elements around it, outermost first."""

    key: Key | None = None
    client: str | None = None
    realm: str | None = None
    flags: int | None = None
    authenticated: int | None = None
    start: int | None = None
    end: int | None = None
    renew_till: int | None = None
    transited: str | None = None
    addresses: tuple[str, ...] = ()
    authorization_types: tuple[int, ...] = ()
    pac: tuple[int, int] | None = None
    around: tuple[tuple[int, int, int], ...] = ()


class OpenAuthenticator(Struct, frozen=True, gc=False):
    """Authenticator. gss_flags: those of the checksum 0x8003 (RFC 4121 section 4.1.1)."""

    client: str | None = None
    realm: str | None = None
    time: int | None = None
    subkey: Key | None = None
    gss_flags: int | None = None


def _opened(data: bytes, tags: tuple[int, ...]) -> dict[int, tuple[int, int]]:
    tag, at, stop = element(data, 0, len(data))
    if tag not in tags:
        raise Malformed
    return fields(data, *content(data, at, stop, 0x30))


def _key(data: bytes, place: tuple[int, int] | None) -> Key | None:
    """EncryptionKey (section 5.2.9)."""
    if place is None:
        return None
    found = fields(data, *content(data, *place, 0x30))
    if 0xA0 not in found or 0xA1 not in found:
        return None
    start, stop = content(data, *found[0xA1], 0x04)
    return Key(inner_integer(data, *found[0xA0]), data[start : min(stop, start + 64)])


def open_ticket(data: bytes) -> OpenTicket | None:
    """EncTicketPart; None when it is none."""
    try:
        found = _opened(data, (ENC_TICKET,))
        types: list[int] = []
        pac: tuple[int, int] | None = None
        around: tuple[tuple[int, int, int], ...] = ()
        if one := found.get(0xAA):
            try:
                pac, around = _authorization(data, one[0], one[1], types, (), _DEPTH)
            except (Malformed, IndexError):
                pac = None
        return OpenTicket(
            _key(data, found.get(0xA1)),
            principal(data, *one)[1] if (one := found.get(0xA3)) else None,
            inner_text(data, *one) if (one := found.get(0xA2)) else None,
            bits(data, *one) if (one := found.get(0xA0)) else None,
            time_of(data, *one) if (one := found.get(0xA5)) else None,
            time_of(data, *one) if (one := found.get(0xA6)) else None,
            time_of(data, *one) if (one := found.get(0xA7)) else None,
            time_of(data, *one) if (one := found.get(0xA8)) else None,
            _transited(data, *one) if (one := found.get(0xA4)) else None,
            addresses(data, *one) if (one := found.get(0xA9)) else (),
            tuple(types),
            pac,
            around,
        )
    except (Malformed, IndexError):
        return None


def _authorization(
    data: bytes, start: int, end: int, types: list[int], around: tuple[tuple[int, int, int], ...], depth: int
) -> tuple[tuple[int, int] | None, tuple[tuple[int, int, int], ...]]:
    """Walks AuthorizationData in data[start:end]; returns where the PAC is, and (start, contents, end) of all around it."""
    found: tuple[int, int] | None = None
    path: tuple[tuple[int, int, int], ...] = ()
    at, stop = content(data, start, end, 0x30)
    outer = (*around, (start, at, stop))
    for _ in range(_MOST):
        if at + 1 >= stop or found is not None:
            break
        begin = at
        _, inner, at = element(data, at, stop)
        one = fields(data, inner, at)
        if 0xA0 not in one or 0xA1 not in one:
            continue
        kind = inner_integer(data, *one[0xA0])
        types.append(kind)
        explicit, explicit_end = one[0xA1]
        first, last = content(data, explicit, explicit_end, 0x04)
        here = (*outer, (begin, inner, at), (_head(data, inner, at, explicit), explicit, explicit_end), (explicit, first, last))
        if kind == WIN2K_PAC:
            found, path = (first, last), here
        elif kind == IF_RELEVANT and depth:
            found, path = _authorization(data, first, last, types, here, depth - 1)
    return found, path


def _head(data: bytes, at: int, end: int, wanted: int) -> int:
    """Where the element begins whose contents begin at wanted."""
    for _ in range(_MOST):
        _, start, stop = element(data, at, end)
        if start == wanted:
            return at
        at = stop
    raise Malformed


def without_pac(data: bytes, opened: OpenTicket) -> bytes | None:
    """The EncTicketPart with one zero byte for its PAC, as the ticket signature covers it (MS-PAC section 2.8.3)."""
    if opened.pac is None:
        return None
    try:
        _, outer, outer_end = element(data, 0, len(data))
        _, inner, inner_end = element(data, outer, outer_end)
        at = inner
        field = None
        for _ in range(_MOST):
            _, start, stop = element(data, at, inner_end)
            if data[at] == 0xAA:
                field = (at, start, stop)
                break
            at = stop
        if field is None:
            return None
    except (Malformed, IndexError):
        return None
    chain = ((0, outer, outer_end), (outer, inner, inner_end), field, *opened.around)
    body = b"\0"
    for place, (head, start, end) in reversed(list(enumerate(chain))):
        if place + 1 < len(chain):
            child_head, _, child_end = chain[place + 1]
            body = data[start:child_head] + body + data[child_end:end]
        body = data[head : head + 1] + _length(len(body)) + body
    return body


def _length(size: int) -> bytes:
    """DER length (X.690 section 8.1.3)."""
    if size < 128:
        return bytes((size,))
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(digits),)) + digits


def _transited(data: bytes, start: int, end: int) -> str | None:
    """Realms between client and service (section 5.3)."""
    found = fields(data, *content(data, start, end, 0x30))
    if 0xA1 not in found:
        return None
    start, end = content(data, *found[0xA1], 0x04)
    return data[start : min(end, start + _TRANSITED_KEPT)].decode("utf-8", "replace") or None


def open_authenticator(data: bytes) -> OpenAuthenticator | None:
    """Authenticator (section 5.5.1); None when it is none."""
    try:
        found = _opened(data, (AUTHENTICATOR,))
        flags = None
        if one := found.get(0xA3):
            inner = fields(data, *content(data, *one, 0x30))
            if 0xA0 in inner and 0xA1 in inner and inner_integer(data, *inner[0xA0]) == 0x8003:
                start, stop = content(data, *inner[0xA1], 0x04)
                flags = int.from_bytes(data[start + 20 : start + 24], "little") if stop - start >= 24 else None
        return OpenAuthenticator(
            principal(data, *one)[1] if (one := found.get(0xA2)) else None,
            inner_text(data, *one) if (one := found.get(0xA1)) else None,
            time_of(data, *one) if (one := found.get(0xA5)) else None,
            _key(data, found.get(0xA6)),
            flags,
        )
    except (Malformed, IndexError):
        return None


def reply_key(data: bytes) -> Key | None:
    """Session key of an opened EncASRepPart or EncTGSRepPart (section 5.4.2), or subkey of an EncAPRepPart (section 5.5.2)."""
    try:
        tag = data[0]
        if tag == ENC_AP_REP:
            return _key(data, _opened(data, (ENC_AP_REP,)).get(0xA2))
        return _key(data, _opened(data, (ENC_AS_REP, ENC_TGS_REP)).get(0xA0))
    except (Malformed, IndexError):
        return None


def private_part(data: bytes) -> bytes | None:
    """user-data of an opened EncKrbPrivPart (section 5.7.1)."""
    try:
        found = _opened(data, (ENC_PRIVATE,))
        start, stop = content(data, *found[0xA0], 0x04)
        return data[start:stop]
    except (Malformed, IndexError, KeyError):
        return None


def strengthen_key(data: bytes) -> Key | None:
    """The key that a KrbFastResponse adds to the reply's (RFC 6113 section 5.4.3)."""
    try:
        return _key(data, fields(data, *content(data, 0, len(data), 0x30)).get(0xA1))
    except (Malformed, IndexError):
        return None


def timestamp(data: bytes) -> int | None:
    """PA-ENC-TS-ENC (section 5.2.7.2): the client's time in UTC microseconds."""
    try:
        found = fields(data, *content(data, 0, len(data), 0x30))
        return time_of(data, *found[0xA0]) if 0xA0 in found else None
    except (Malformed, IndexError):
        return None
