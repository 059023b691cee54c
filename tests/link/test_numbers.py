"""Numbers of messages and keys of inputs."""

import pytest

from app.link.envelope import LinkError
from app.link.numbers import input_key, is_sensor, message_id, sensor_of, split_message_id


def test_numbers_of_messages_both_ways() -> None:
    assert split_message_id(message_id("00ff" * 6, 17)) == ("00ff" * 6, 17)


@pytest.mark.parametrize("text", ["", "17", "ab-1", "00ff00ff-0", "00ff00ff-x", "00ff00ff-1-1", "00ff00ff-" + "9" * 30])
def test_other_text_is_no_number(text: str) -> None:
    with pytest.raises(LinkError):
        split_message_id(text)


def test_a_key_belongs_to_one_sensor() -> None:
    assert sensor_of(input_key("s1", "0123456789ab")) == "s1"


@pytest.mark.parametrize("key", ["", "s1", ".x", "s1.", "s 1.x", "s1.x/y", "../x", "s1.x\n", "*.x", "a" * 200 + ".x"])
def test_other_keys_belong_to_none(key: str) -> None:
    with pytest.raises(LinkError):
        sensor_of(key)


def test_ids_of_sensors_are_one_word_of_a_subject() -> None:
    assert is_sensor("dc1-A_b") and not any(map(is_sensor, ("a.b", "*", ">", "a b", "", "x" * 65)))
