"""Keytab files that the user named, or kept in the keyring: the one place where keys are read."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

from app.sensor.decoders.keytab import Entry, Keys, KeytabError, parse
from app.sensor.sources.living import Cannot

_MOST_BYTES = 1 << 28
KEYRING = "keyring:"
"""Begins the name of keys that were kept in the keyring, as a keytab in base64."""


def load_keys(paths: Sequence[Path]) -> Keys:
    """All keys of these files. Raises OSError with one clear sentence for a file that cannot be read or is no keytab."""
    entries: list[Entry] = []
    for path in paths:
        try:
            if str(path).startswith(KEYRING):
                entries += parse(kept(str(path).removeprefix(KEYRING)))
                continue
            if path.stat().st_size > _MOST_BYTES:
                raise KeytabError("it is too large for a keytab")
            entries += parse(path.read_bytes())
        except KeytabError as error:
            raise OSError(f"keytab {path} cannot be used: {error}") from None
        except OSError as error:
            raise OSError(f"keytab {path} cannot be read: {error.strerror or error}") from None
    return Keys(tuple(entries))


def kept(name: str) -> bytes:
    """The keytab that is kept in the keyring under this name. Raises OSError with one sentence."""
    from app.sensor.sources.secrets import secret  # the keyring takes a moment to load

    try:
        return base64.b64decode(secret(name), validate=True)
    except Cannot as error:
        raise OSError(str(error)) from None
    except binascii.Error:
        raise OSError(f"the secret {name} is no keytab") from None


def keep_keytab(name: str, path: Path) -> None:
    """Keep the keytab at path in the keyring under this name. Raises OSError with one sentence."""
    from app.sensor.sources.secrets import keep

    load_keys([path])
    try:
        keep(name, base64.b64encode(path.read_bytes()).decode())
    except Cannot as error:
        raise OSError(str(error)) from None
