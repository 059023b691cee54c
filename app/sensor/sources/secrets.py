"""Passwords and shared secrets by name: the system's keyring, or an encrypted file where there is none.

The file lies in the settings folder. Its key is made with scrypt (RFC 7914) from the passphrase in WARDLIGHT_PASSPHRASE;
without the variable it is asked for once, where somebody sits at the terminal. No secret is ever logged or put in a message.
"""

import base64
import getpass
import os
import sys
from pathlib import Path

import keyring
import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from keyring.backends import fail
from keyring.errors import KeyringError

from app.paths import settings_folder
from app.sensor.sources.living import Cannot

SERVICE = "wardlight"
VARIABLE = "WARDLIGHT_PASSPHRASE"
_asked: list[str] = []


class _Vault(msgspec.Struct, frozen=True):
    """The encrypted file: salt of the key derivation and the sealed names with their secrets."""

    salt: bytes
    sealed: bytes


def secret(name: str) -> str:
    """The secret of this name. Raises Cannot, in one sentence, when there is none or it cannot be had."""
    if _has_keyring():
        try:
            found = keyring.get_password(SERVICE, name)
        except KeyringError as error:
            raise Cannot(f"the keyring does not give the secret {name}: {_why(error)}") from error
        if found is not None:
            return found
    if _file().is_file():
        held = _opened().get(name)
        if held is not None:
            return held
    raise Cannot(f"there is no secret {name} in the keyring")


def keep(name: str, value: str) -> None:
    """Keep a secret under this name; an empty one takes it away. Raises Cannot when it cannot be kept."""
    if _has_keyring():
        try:
            if value:
                keyring.set_password(SERVICE, name, value)
            elif keyring.get_password(SERVICE, name) is not None:
                keyring.delete_password(SERVICE, name)
        except KeyringError as error:
            raise Cannot(f"the keyring does not keep the secret {name}: {_why(error)}") from error
        return
    held = _opened() if _file().is_file() else {}
    held.pop(name, None)
    if value:
        held[name] = value
    salt = os.urandom(16)
    sealed = Fernet(_key(salt)).encrypt(msgspec.json.encode(held))
    _write(msgspec.msgpack.encode(_Vault(salt, sealed)))


def unattended() -> bool:
    """True when secrets can be kept and had without a question at the terminal."""
    return _has_keyring() or bool(os.environ.get(VARIABLE)) or bool(_asked)


def _has_keyring() -> bool:
    return not isinstance(keyring.get_keyring(), fail.Keyring)


def _why(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:120] or type(error).__name__


def _file() -> Path:
    return settings_folder() / "secrets"


def _write(data: bytes) -> None:
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name("secrets.new")
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(file)
    except OSError as error:
        raise Cannot(f"the file of secrets cannot be written: {error.strerror}") from error


def _opened() -> dict[str, str]:
    try:
        vault = msgspec.msgpack.decode(_file().read_bytes(), type=_Vault)
        return msgspec.json.decode(Fernet(_key(vault.salt)).decrypt(vault.sealed), type=dict[str, str])
    except InvalidToken as error:
        _asked.clear()
        raise Cannot("the passphrase does not open the file of secrets") from error
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise Cannot("the file of secrets cannot be read") from error


def _key(salt: bytes) -> bytes:
    derived = Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(_passphrase().encode())
    return base64.urlsafe_b64encode(derived)


def _passphrase() -> str:
    given = os.environ.get(VARIABLE)
    if given:
        return given
    if not _asked:
        if not sys.stdin or not sys.stdin.isatty():
            raise Cannot(f"there is no keyring here; set {VARIABLE} to open the file of secrets")
        _asked.append(getpass.getpass("Passphrase of the secrets: "))
    return _asked[0]
