"""Secrets by name, from the keyring."""

import keyring


def secret(name: str) -> str | None:
    """The secret of this name, None when there is none."""
    return keyring.get_password("wardlight", name)
