"""Where the sealed parts of a Kerberos message lie, and what they hold once opened (RFC 4120 sections 5.3 to 5.5)."""

from msgspec import Struct

from app.sensor.decoders.der import Malformed, content, element, fields, inner_integer, inner_text
from app.sensor.decoders.kerberos_names import bits, principal, time_of
from app.sensor.decoders.kerberos_padata import ENC_TIMESTAMP, FX_FAST, TGS_REQ
from app.sensor.decoders.kerberos_ticket import encrypted
from app.sensor.decoders.keytab import Key

ENC_TICKET, AUTHENTICATOR, ENC_AS_REP, ENC_TGS_REP, ENC_AP_REP = 0x63, 0x62, 0x79, 0x7A, 0x7B
"""Application tags of the opened parts (section 5.10)."""
IF_RELEVANT, WIN2K_PAC = 1, 128
"""Types of authorization data (section 5.2.6, MS-KILE section 2.2.7)."""
_MOST = 32
_DEPTH = 4
_TRANSITED_KEPT = 512


class Sealed(Struct, frozen=True, gc=False):
    """One EncryptedData. realm, service: of the ticket that it belongs to."""

    etype: int | None
    kvno: int | None
    cipher: bytes
    realm: str = ""
    service: str = ""


class Parts(Struct, frozen=True, gc=False):
    """Sealed parts of one message. ticket: issued or shown. reply: for the client. timestamp: PA-ENC-TIMESTAMP.

    armor_ticket, armor_authenticator: those by which a FAST request says its armor key, fast: the reply's part under that key
    (RFC 6113 section 5.4).
    """

    ticket: Sealed | None = None
    authenticator: Sealed | None = None
    reply: Sealed | None = None
    timestamp: Sealed | None = None
    armor_ticket: Sealed | None = None
    armor_authenticator: Sealed | None = None
    fast: Sealed | None = None


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


_NOTHING = Parts()


def parts(data: bytes, at: int = 0, end: int | None = None) -> Parts:
    """Sealed parts of the Kerberos message at data[at]; empty where there are none."""
    stop = len(data) if end is None else min(end, len(data))
    try:
        tag, at, stop = element(data, at, stop)
        found = fields(data, *content(data, at, stop, 0x30))
        if tag == 0x6E:
            return Parts(_ticket(data, found.get(0xA3)), _sealed(data, found.get(0xA4)))
        if tag == 0x6F:
            return Parts(reply=_sealed(data, found.get(0xA2)))
        if tag in (0x6B, 0x6D):
            answer, sealed = _ticket(data, found.get(0xA5)), _sealed(data, found.get(0xA6))
            return Parts(answer, reply=sealed, fast=_armored(data, found.get(0xA2)))
        if tag in (0x6A, 0x6C):
            return _asked(data, found.get(0xA3))
    except (Malformed, IndexError):
        pass
    return _NOTHING


def _padata(data: bytes, place: tuple[int, int]) -> dict[int, tuple[int, int]]:
    """Type of each PA-DATA to where its value lies, the first of each type."""
    out: dict[int, tuple[int, int]] = {}
    at, stop = content(data, *place, 0x30)
    for _ in range(_MOST):
        if at + 1 >= stop:
            break
        _, start, at = element(data, at, stop)
        one = fields(data, start, at)
        if 0xA1 in one and 0xA2 in one:
            out.setdefault(inner_integer(data, *one[0xA1]), content(data, *one[0xA2], 0x04))
    return out


def _asked(data: bytes, place: tuple[int, int] | None) -> Parts:
    """What the pre-authentication data of a request holds."""
    if place is None:
        return _NOTHING
    given = _padata(data, place)
    shown = parts(data, *given[TGS_REQ]) if TGS_REQ in given else _NOTHING
    armor = _NOTHING
    if (one := given.get(FX_FAST)) and one[0] < one[1]:
        request = fields(data, *content(data, *content(data, *one, 0xA0), 0x30))
        if told := request.get(0xA0):
            armed = fields(data, *content(data, *told, 0x30))
            if 0xA1 in armed:
                armor = parts(data, *content(data, *armed[0xA1], 0x04))
    stamp = _sealed(data, given.get(ENC_TIMESTAMP))
    return Parts(shown.ticket, shown.authenticator, None, stamp, armor.ticket, armor.authenticator)


def _armored(data: bytes, place: tuple[int, int] | None) -> Sealed | None:
    """KrbFastArmoredRep among the pre-authentication data of a reply (RFC 6113 section 5.4.3)."""
    if place is None:
        return None
    try:
        one = _padata(data, place).get(FX_FAST)
        if one is None or one[0] >= one[1]:
            return None
        return _sealed(data, fields(data, *content(data, *content(data, *one, 0xA0), 0x30)).get(0xA0))
    except (Malformed, IndexError):
        return None


def _sealed(data: bytes, place: tuple[int, int] | None, realm: str = "", service: str = "") -> Sealed | None:
    if place is None:
        return None
    etype, kvno, start, stop = encrypted(data, *place)
    return Sealed(etype, kvno, data[start:stop], realm, service) if start < stop else None


def _ticket(data: bytes, place: tuple[int, int] | None) -> Sealed | None:
    if place is None:
        return None
    found = fields(data, *content(data, *content(data, *place, 0x61), 0x30))
    realm = inner_text(data, *found[0xA1]) if 0xA1 in found else ""
    service = principal(data, *found[0xA2])[1] if 0xA2 in found else ""
    return _sealed(data, found.get(0xA3), realm, service)


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
            _addresses(data, *one) if (one := found.get(0xA9)) else (),
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


def _addresses(data: bytes, start: int, end: int) -> tuple[str, ...]:
    """Addresses to which a ticket is bound, as "type:hex"; they are hardly used any more."""
    out: list[str] = []
    at, stop = content(data, start, end, 0x30)
    while at + 1 < stop and len(out) < _MOST:
        _, first, at = element(data, at, stop)
        one = fields(data, first, at)
        if 0xA0 in one and 0xA1 in one:
            first, last = content(data, *one[0xA1], 0x04)
            out.append(f"{inner_integer(data, *one[0xA0])}:{data[first : min(last, first + 64)].hex()}")
    return tuple(out)


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


def sealed_private(data: bytes, at: int) -> Sealed | None:
    """Sealed part of the KRB-PRIV at data[at] (section 5.7.1)."""
    try:
        start, stop = content(data, at, len(data), 0x75)
        return _sealed(data, fields(data, *content(data, start, stop, 0x30)).get(0xA3))
    except (Malformed, IndexError):
        return None


def private_part(data: bytes) -> bytes | None:
    """user-data of an opened EncKrbPrivPart (section 5.7.1)."""
    try:
        found = _opened(data, (0x7C,))
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
