"""The configuration of a sensor as a file: with a sentence for all that can be wrong, and its last good state."""

import hashlib
import re
from pathlib import Path

import msgspec
from msgspec import Struct

from app.link.envelope import LinkError
from app.link.place import HubPlace
from app.model.sensor import SensorConfig
from app.sensor.live import beside
from app.sensor.service.files import write_whole
from app.sensor.service.fitness import wrong
from app.sensor.sources.living import Cannot

LARGEST = 4 << 20
"""Bytes of a configuration."""
COMMENT = re.compile(rb"^[ \t]*//[^\n]*", re.M)
"""A line that begins with two slashes is for people; inside a text of JSON no line begins (RFC 8259, section 7)."""


class Found(Struct, frozen=True):
    """What a file says. config: None when it is not there or cannot be used; why: then one sentence. mark: of its bytes."""

    config: SensorConfig | None
    why: str = ""
    mark: str = ""
    there: bool = True


def read_config(path: Path) -> Found:
    """What the file says; never raises."""
    try:
        if path.stat().st_size > LARGEST:
            return Found(None, f"{path} is too large for a configuration.")
        data = path.read_bytes()
    except FileNotFoundError:
        todo = "write what the sensor reads into it, or send it one from the window"
        return Found(None, f"There is no configuration {path}: {todo}.", there=False)
    except OSError as error:
        return Found(None, f"{path} cannot be read: {error.strerror or error}.")
    return understood(data, str(path))


def understood(data: bytes, name: str) -> Found:
    """What these bytes of a configuration say. name: whose they are, for the sentence."""
    mark = hashlib.blake2b(data, digest_size=16).hexdigest()
    if not data.strip():
        return Found(None, f"{name} is empty.", mark)
    data = COMMENT.sub(b"", data)
    if not data.strip():
        why = f"{name} holds only comments: write what the sensor reads, or send it a configuration from the window."
        return Found(None, why, mark, there=False)
    try:
        config = msgspec.json.decode(data, type=SensorConfig)
    except msgspec.ValidationError as error:
        return Found(None, f"{name} is no configuration of a sensor: {str(error)[:300]}.", mark)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return Found(None, f"{name} is damaged or half-written: {str(error)[:300]}.", mark)
    found = wrong(config)
    return Found(None, f"{name} cannot run: {' '.join(found)}"[:1000], mark) if found else Found(config, "", mark)


def rooted(config: SensorConfig, file: Path) -> SensorConfig:
    """A configuration of this file as it is used: what it names in short lies beside the file, wherever the sensor runs."""
    folder = file.parent
    return msgspec.structs.replace(
        config,
        sources=tuple(beside(one, folder) for one in config.sources),
        directory=None if config.directory is None else beside(config.directory, folder),
    )


def write_config(path: Path, config: SensorConfig) -> str:
    """Write it whole or not at all, readable for people; its mark. Raises OSError."""
    data = msgspec.json.format(msgspec.json.encode(config)) + b"\n"
    write_whole(path, data)
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def read_applied(path: Path) -> SensorConfig | None:
    """What ran well last; None when that cannot be read or can run no more."""
    return read_config(path).config


def read_place(path: Path) -> HubPlace | None:
    """Where the hub is, None when nobody said so. Raises LinkError with one sentence when what was kept cannot be used."""
    try:
        place = msgspec.json.decode(path.read_bytes(), type=HubPlace)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LinkError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise LinkError(f"{path} is damaged; join the hub again with the line that it gives.") from error
    if place.seed:
        return place
    from app.sensor.sources import secrets  # loads the keyring

    try:
        return msgspec.structs.replace(place, seed=secrets.secret(seed_name(place)))
    except Cannot as error:
        raise LinkError(f"The key to the hub cannot be had: {error}.") from error


def write_place(path: Path, place: HubPlace, keyring: bool = False) -> None:
    """Keep where the hub is; the key in a file that only its owner may read, or in the keyring. Raises OSError."""
    if keyring:
        from app.sensor.sources import secrets

        try:
            secrets.keep(seed_name(place), place.seed)
        except Cannot as error:
            raise OSError(f"the key is not kept: {error}") from error
        place = msgspec.structs.replace(place, seed="")
    write_whole(path, msgspec.json.encode(place), secret=True)


def seed_name(place: HubPlace) -> str:
    """Name of the secret in the keyring."""
    return f"hub {place.workspace} {place.id}"
