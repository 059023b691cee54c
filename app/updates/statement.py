"""What a maker of this program signs: which keys hold, and which version there is with the sizes and sums of its files."""

import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from app.model.counting import size

FORM = 1
LONGEST = 256 << 10
"""Bytes of an envelope."""
LARGEST = 4 << 30
"""Bytes of one package."""
MANIFEST, KEYS = b"wardlight update manifest\n", b"wardlight update keys\n"
"""Before what is signed, so that a signature of one kind of statement is none of the other."""
Kind = Literal["deb", "sensor-deb", "archive", "appimage", "wheel", "installer", "disk-image"]
Text = Annotated[str, Meta(max_length=200)]
Public = Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{43}=\Z")]
Seconds = Annotated[int, Meta(ge=0, le=1 << 40)]


class Refused(OSError):
    """Why an update is not taken; the message is one sentence for the user."""


class Keys(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which public keys hold (Ed25519, RFC 8032, base64). number: one more with every change.

    roots: sign other keys; they lie where no network is. need: how many of them must. releases: sign manifests.
    """

    number: Annotated[int, Meta(ge=0, le=1 << 31)]
    roots: Annotated[tuple[Public, ...], Meta(max_length=16)]
    releases: Annotated[tuple[Public, ...], Meta(max_length=16)]
    need: Annotated[int, Meta(ge=1, le=16)] = 1


class Package(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file. name: without any folder. platform: linux-x86_64, windows-x86_64, macos-arm64, any. sha256: in hexadecimal."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+~-]{0,95}\Z")]
    kind: Kind
    platform: Annotated[str, Meta(pattern=r"^(any|(linux|windows|macos)-[a-z0-9_]{1,16})\Z")]
    bytes: Annotated[int, Meta(ge=1, le=LARGEST)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version. serial: higher with every manifest that is made. made, until: seconds of the epoch; it holds between them."""

    serial: Annotated[int, Meta(ge=1, le=1 << 53)]
    version: Annotated[str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){1,3}\Z")]
    made: Seconds
    until: Seconds
    notes: Annotated[str, Meta(max_length=4_000)] = ""
    packages: Annotated[tuple[Package, ...], Meta(max_length=64)] = ()


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """key: the public key that made it. value: base64 of 64 bytes."""

    key: Public
    value: Annotated[str, Meta(pattern=r"^[A-Za-z0-9+/]{86}==\Z")]


class Signed(Struct, frozen=True, forbid_unknown_fields=True):
    """A statement as it was signed: body is its JSON, byte for byte."""

    body: Annotated[str, Meta(max_length=128 << 10)]
    signatures: Annotated[tuple[Signature, ...], Meta(max_length=16)]


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A manifest, and every change of keys since the first ones, oldest first."""

    form: int
    manifest: Signed
    keys: Annotated[tuple[Signed, ...], Meta(max_length=64)] = ()


T = TypeVar("T")


def opened(data: bytes) -> Envelope:
    """The envelope in these bytes, of which nothing is believed yet. Raises Refused."""
    if len(data) > LONGEST:
        raise Refused(f"The manifest of updates is larger than {size(LONGEST)}, so it is none.")
    try:
        form = msgspec.json.decode(data, type=_Form).form
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Refused("That is no manifest of updates, or it is damaged.") from None
    if form != FORM:
        raise Refused(f"The manifest of updates has the form {form}, and this program knows {FORM}: get an update file for it.")
    return read(data, Envelope)


def read(data: bytes | str, what: type[T]) -> T:
    """A statement out of its JSON. Raises Refused."""
    try:
        return msgspec.json.decode(data, type=what)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Refused(f"The {what.__name__.lower()} of the update cannot be read: {str(error)[:200]}.") from None


def parts(version: str) -> tuple[int, ...]:
    """A version for comparing: (1, 2, 0) of "1.2"; what follows the numbers does not count."""
    found = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    numbers = [int(one) for one in found[0].split(".")] if found else []
    return tuple([*numbers, 0, 0, 0, 0][:4])


class _Form(Struct):
    form: int
