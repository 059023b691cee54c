"""Where a hub is, and with which key one comes to it: a value, and the one line that carries it to another machine."""

import base64
import binascii
import zlib
from typing import Literal

import msgspec
from msgspec import Struct

from app.link.envelope import LinkError

PREFIX = "wardlight1:"
"""Before every such line; the digit counts its forms."""
LONGEST = 1 << 16


class HubPlace(Struct, frozen=True, kw_only=True):
    """urls: tls://host:port of the hub's servers. authority: PEM of the certificate that theirs are checked against.

    role: whose key it is. id: of the sensor, or of the analyst's position in the stream. name: for people.
    seed: NKey seed of the user (NATS documentation, "NKeys"), a secret.
    """

    urls: tuple[str, ...]
    workspace: str
    role: Literal["sensor", "analyst"]
    id: str
    name: str
    seed: str
    authority: str = ""


def to_line(place: HubPlace) -> str:
    """One line to paste on another machine; it holds the seed, so it is as secret as that."""
    return PREFIX + base64.urlsafe_b64encode(zlib.compress(msgspec.json.encode(place), 9)).decode()


def from_line(line: str) -> HubPlace:
    """The inverse of to_line. Raises LinkError."""
    text = "".join(line.split())
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        raise LinkError(f"This is no line of `wardlight hub add-sensor`: such a line begins with {PREFIX}")
    try:
        packed = base64.urlsafe_b64decode(text.removeprefix(PREFIX))
        plain = zlib.decompressobj().decompress(packed, LONGEST)
        return msgspec.json.decode(plain, type=HubPlace)
    except (binascii.Error, ValueError, zlib.error) as error:  # msgspec's error is a ValueError
        raise LinkError(f"The line is damaged: {error}.") from error
