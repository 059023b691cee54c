"""What was seen of updates before, so that nobody can show this program an older state again."""

import hashlib

import msgspec
from msgspec import Struct

from app.paths import settings_folder
from app.updates.statement import Envelope, Keys, Manifest, Refused, Signed

NAME = "updates.json"
DAY = 86_400


class Seen(Struct, frozen=True, kw_only=True):
    """The newest manifest that was believed: its number, when it was made, its sum; and the changes of keys up to it.

    first: sum of the keys that all begins with; what was seen of another maker is no measure.
    """

    first: str = ""
    serial: int = 0
    made: int = 0
    sha256: str = ""
    keys: tuple[Signed, ...] = ()


def seen(first: Keys) -> Seen:
    """What was seen of the maker of these first keys; nothing when the file is not there or cannot be read."""
    try:
        found = msgspec.json.decode((settings_folder() / NAME).read_bytes(), type=Seen)
    except (OSError, msgspec.MsgspecError, ValueError):
        return Seen()
    return found if found.first == _sum(msgspec.json.encode(first)) else Seen()


def remember(envelope: Envelope, manifest: Manifest, first: Keys, keys: tuple[Signed, ...]) -> None:
    """Keep that this manifest was believed. Raises OSError when the folder cannot be written."""
    folder = settings_folder()
    folder.mkdir(parents=True, exist_ok=True)
    body = _sum(envelope.manifest.body.encode())
    start = _sum(msgspec.json.encode(first))
    value = Seen(first=start, serial=manifest.serial, made=manifest.made, sha256=body, keys=keys)
    part = folder / f"{NAME}.new"
    part.write_bytes(msgspec.json.encode(value))
    part.replace(folder / NAME)


def check(envelope: Envelope, manifest: Manifest, before: Seen, now: float) -> None:
    """Raises Refused for a manifest that is older than one that was seen, that is over, or that is not made yet.

    now: seconds of the epoch by this machine's clock, which cannot be before the newest manifest that was seen.
    """
    if manifest.serial < before.serial or (
        manifest.serial == before.serial and _sum(envelope.manifest.body.encode()) != before.sha256
    ):
        raise Refused(
            f"A newer statement about updates was seen already (number {before.serial}, this is {manifest.serial}): "
            "somebody may be showing an old one again. It was not used."
        )
    if manifest.made > now + DAY:
        raise Refused("The update was made in the future by the clock of this computer: set the clock, then try again.")
    if max(now, before.made) > manifest.until:
        raise Refused(
            "What is said of this update no longer holds, since newer ones may be known by now: get a newer update file, or look "
            "at the clock of this computer."
        )


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
