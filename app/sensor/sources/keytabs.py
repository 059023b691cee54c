"""Keytab files that the user named: the one place where keys are read."""

from collections.abc import Sequence
from pathlib import Path

from app.sensor.decoders.keytab import Entry, Keys, KeytabError, parse

_MOST_BYTES = 1 << 28


def load_keys(paths: Sequence[Path]) -> Keys:
    """All keys of these files. Raises OSError with one clear sentence for a file that cannot be read or is no keytab."""
    entries: list[Entry] = []
    for path in paths:
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise KeytabError("it is too large for a keytab")
            entries += parse(path.read_bytes())
        except KeytabError as error:
            raise OSError(f"keytab {path} cannot be used: {error}") from None
        except OSError as error:
            raise OSError(f"keytab {path} cannot be read: {error.strerror or error}") from None
    return Keys(tuple(entries))
