"""How messages and inputs of a sensor are numbered, so that each is stored once, and under its own sensor."""

import re

from app.link.envelope import LinkError

_MESSAGE = re.compile(r"([0-9a-f]{8,64})-([0-9]{1,18})")
_SENSOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
BETWEEN = "."
"""Stands in the key of an input between the sensor and what the sensor calls it; no id of a sensor has one."""


def message_id(outbox: str, number: int) -> str:
    """Id of a message on a stream. outbox: hexadecimal digits that nobody can guess, made anew with the outbox; number: from 1.

    The stream drops what has the id of a message that it took lately, the workspace what has the id of one that it stored.
    """
    return f"{outbox}-{number}"


def split_message_id(text: str) -> tuple[str, int]:
    """(outbox, number). Raises LinkError for other text."""
    found = _MESSAGE.fullmatch(text)
    if found is None or int(found[2]) < 1:
        raise LinkError("A message has no number of an outbox.")
    return found[1], int(found[2])


def is_sensor(text: str) -> bool:
    """Whether this can be the id of a sensor: one word of a subject, of bounded length."""
    return _SENSOR.fullmatch(text) is not None


def input_key(sensor: str, own: str) -> str:
    """Key of an input of a sensor in a workspace, from what the sensor calls it (app.sensor.live.key_of)."""
    return f"{sensor}{BETWEEN}{own}"


def sensor_of(key: str) -> str:
    """Id of the sensor that may write into the input of this key. Raises LinkError for a key that is none of a sensor's."""
    sensor, between, own = key.partition(BETWEEN)
    if not (between and own and is_sensor(sensor) and _KEY.fullmatch(key)):
        raise LinkError("A message names an input that no sensor may write.")
    return sensor
