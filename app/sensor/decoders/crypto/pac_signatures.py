"""Whether the signatures of a PAC are right, as far as their keys are there (MS-PAC section 2.8)."""

from collections.abc import Sequence

from app.model.pac import Verdict
from app.sensor.decoders.crypto.kerberos import checksum
from app.sensor.decoders.keytab import Key
from app.sensor.decoders.pac import FULL, KDC, SERVER, TICKET, Signature

_USAGE = 17
"""KERB_NON_KERB_CKSUM_SALT (MS-PAC section 2.8)."""


def verdicts(
    data: bytes, signatures: dict[int, Signature], server: Key, kdc: Sequence[Key], ticket: bytes | None
) -> tuple[Verdict, Verdict, Verdict, Verdict]:
    """(server, KDC, ticket, full) of the PAC in data. server: key that opened the ticket. kdc: every key of the realm's krbtgt.

    ticket: what the ticket signature covers, the opened ticket with one zero byte in the place of its PAC.
    """
    own, kdcs = signatures.get(SERVER), signatures.get(KDC)
    blank = _zeroed(data, own, kdcs)
    whole = _zeroed(data, own, kdcs, signatures.get(FULL))
    return (
        _verdict(own, (server,), blank),
        _verdict(kdcs, kdc, own.value if own else None),
        _verdict(signatures.get(TICKET), kdc, ticket),
        _verdict(signatures.get(FULL), kdc, whole),
    )


def _zeroed(data: bytes, *signatures: Signature | None) -> bytes:
    out = bytearray(data)
    for one in signatures:
        if one is not None:
            out[one.start : one.start + len(one.value)] = bytes(len(one.value))
    return bytes(out)


def _verdict(signature: Signature | None, keys: Sequence[Key], covered: bytes | None) -> Verdict:
    if signature is None:
        return ""
    made = [one for key in keys if covered is not None and (one := checksum(signature.kind, key, _USAGE, covered)) is not None]
    if not made:
        return "unknown"
    return "valid" if signature.value in made else "invalid"
