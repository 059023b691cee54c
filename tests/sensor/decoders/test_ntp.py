"""Time messages with an authenticator."""

from app.sensor.decoders.ntp import Message, decode


def message(mode: int, key: int, size: int = 68, version: int = 3, sent: bytes = b"12345678", origin: bytes = bytes(8)) -> bytes:
    """NTP header, key identifier, checksum."""
    head = bytes([version << 3 | mode]) + bytes(23) + origin + bytes(8) + sent
    return (head + key.to_bytes(4, "little")).ljust(size, b"\0")


def test_a_request_names_an_account() -> None:
    assert decode(message(3, 1105)) == Message(True, 1105, False, False, b"12345678")


def test_the_previous_password_and_the_extended_form() -> None:
    assert decode(message(3, 0x80000000 | 1105, 120)) == Message(True, 1105, True, True, b"12345678")


def test_an_answer_is_tied_to_its_request() -> None:
    answer = decode(message(4, 1105, origin=b"12345678", sent=b"abcdefgh"))

    assert answer is not None
    assert (answer.asks, answer.mark) == (False, b"12345678")


def test_other_messages_name_nobody() -> None:
    assert decode(message(3, 1105)[:48]) is None
    assert decode(message(3, 0)) is None
    assert decode(message(3, 1105, version=2)) is None
    assert decode(message(5, 1105)) is None
    assert decode(message(7, 1105)) is None
    assert decode(b"") is None
